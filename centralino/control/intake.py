"""What control does with each message from the other processes.

Every message may come twice and is then harmless: the ACD knows stale events, the history and the
content store are idempotent.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import structlog

from acd import messages as acd
from acd.service import AcdService
from centralino import messages as house
from centralino.content.errors import Erased, KeyConflict
from centralino.content.messages import SoundKeyMade
from centralino.content.store import CALLER, PACKET, ContentStore
from centralino.control.keeping import keep
from centralino.control.transcripts import Transcripts
from centralino.db.calls import CallBegun, CallHistory, CallUpdate, Outcome
from centralino.web.metrics import Metrics
from kernel.bus import Envelope
from kernel.clock import Clock
from kernel.codec import name_of
from kernel.core import Transition
from kernel.journal import Batch, Ledger

log = structlog.get_logger()

Take = Callable[[Any], Awaitable[None]]
MessageLeft = Callable[[house.CallFinished], Awaitable[None]]
PATIENT = frozenset(
    name_of(kind)[0]
    for kind in (
        house.CallBegun, house.CallSaid, house.CallMoved, house.CallTurn, house.NotDialled,
        house.PacketMade, house.CallFinished, house.MediaLoad, house.CallRefused, SoundKeyMade,
        house.Supervised, house.RecordingPaused,
    )
)  # fmt: skip
"""What is only written down: nobody waits for it, so it may wait for company on the bus."""


_in_group: ContextVar[bool] = ContextVar("in_group", default=False)


class Intake:
    """Takes the messages of media processes and of the edge."""

    def __init__(
        self,
        service: AcdService,
        history: CallHistory,
        contents: ContentStore,
        ledger: Ledger,
        metrics: Metrics,
        clock: Clock,
        *,
        centre: str,
        caller_key: Callable[[str, str], str],
        keep_seconds: Callable[[str], float],
        message_left: MessageLeft,
    ) -> None:
        """`message_left` is told of calls that left a message: whose queue it is, wants to know.
        `keep_seconds` tells for a line how long content of its calls is kept; `caller_key` names
        a caller of a client so that nobody can tell who it is."""
        self._acd = service
        self._history = history
        self._contents = contents
        self._ledger = ledger
        self._centre = centre
        self._metrics = metrics
        self._clock = clock
        self._caller_key = caller_key
        self._keep_seconds = keep_seconds
        self._message_left = message_left
        self._lines: dict[str, str] = {}
        """The lines of running calls."""
        self._transcripts = Transcripts(contents)
        self._moves: list[Transition] = []
        """Rows of the journal that are not written yet."""
        self._one_group = asyncio.Lock()
        self._turns: dict[str, list[float]] = {}
        self._refusals: dict[str, int] = {}
        self.takers: dict[type, Take] = {
            house.CallBegun: self._begun,
            house.CallSaid: self._said,
            house.CallMoved: self._moved,
            house.NotDialled: self._not_dialled,
            house.Supervised: self._supervised,
            house.RecordingPaused: self._paused,
            house.CallTurn: self._turn,
            house.PacketMade: self._packet,
            house.CallFinished: self._finished,
            house.MediaLoad: self._load,
            house.MediaRoom: self._room,
            house.CallRefused: self._refused,
            SoundKeyMade: self._sound_key,
            acd.CallQueued: self._queued,
            acd.OfferAnswered: self._answered,
            acd.ContactJoined: self._joined,
        }

    async def take(self, envelope: Envelope) -> None:
        """Handle one message. Raises KernelError for one that cannot be handled."""
        if envelope.type in PATIENT and not _in_group.get():
            async with self.group():
                await self._take(envelope)
        else:
            await self._take(envelope)

    @contextlib.asynccontextmanager
    async def group(self) -> AsyncIterator[None]:
        """Patient messages that this task takes within are written in one transaction at the end;
        groups of other tasks wait."""
        async with self._one_group:
            token = _in_group.set(True)
            try:
                async with self._history.database.together():
                    yield
                    await self._write_noted()
            except BaseException:
                self._transcripts.forget()
                self._moves.clear()
                raise
            finally:
                _in_group.reset(token)

    async def _write_noted(self) -> None:
        """Write what was only noted so far."""
        now = self._clock.now()
        await self._transcripts.keep(now)
        moves, self._moves = self._moves, []
        if moves:
            await self._ledger.commit(Batch("telephony", self._centre, now, tuple(moves), ()))

    async def _take(self, envelope: Envelope) -> None:
        value = envelope.open()
        taker = self.takers.get(type(value))
        if taker is not None:
            await taker(value)
        elif type(value).__module__ == acd.__name__:
            await self._acd.submit(value)
        else:
            log.info("control.ignored", type=envelope.type, sender=envelope.sender)

    async def media_up(self, media: str, epoch: str) -> None:
        """A media process is there: what its earlier lives held is lost."""
        lost = await self._history.mark_lost(media, epoch, self._clock.now())
        for old in sorted({row.epoch for row in lost}):
            log.error("media.lost", media=media, epoch=old, calls=[row.id for row in lost])
            await self._acd.submit(acd.MediaLost(media, old))
        for row in lost:
            self._metrics.call_ended(row.client, Outcome.FAILED)

    async def _begun(self, begun: house.CallBegun) -> None:
        row = CallBegun(
            begun.call, begun.client, begun.line, begun.direction, begun.started, begun.media,
            begun.epoch, begun.sip_call_id, self._caller_key(begun.caller, begun.client),
        )  # fmt: skip
        self._lines[begun.call] = begun.line
        if await self._history.begin(row):
            await self._put(begun.call, CALLER, begun.caller.encode(), begun)
        await self._history.update(begun.call, CallUpdate(answered=begun.started))

    async def _said(self, said: house.CallSaid) -> None:
        keep = await self._keep(said.call)
        await self._transcripts.add(said.call, said.client, said.line, keep, said.instead)

    async def _moved(self, moved: house.CallMoved) -> None:
        subject = f"{'call' if moved.room == 'telephony' else moved.room}:{moved.call}"
        steps = (moved.from_state, moved.to_state, moved.why)
        self._note(moved, subject, *steps, room=moved.room)

    async def _not_dialled(self, denied: house.NotDialled) -> None:
        self._note(denied, f"dial:{denied.purpose}", "asked", "not_dialled", denied.why)

    def _note(
        self, about: Any, subject: str, before: str, after: str, why: str, room: str = "telephony"
    ) -> None:
        """One row of the journal about a call."""
        row = Transition(
            room=room, subject=subject, from_state=before, to_state=after, why=why,
            call=about.call, client=about.client,
        )  # fmt: skip
        self._moves.append(row)

    async def _supervised(self, told: house.Supervised) -> None:
        """The audit: who was in whose call, and how."""
        subject, why = f"supervisor:{told.by}", f"by {told.by}"
        self._note(told, subject, "", told.mode, why, room="supervision")

    async def _paused(self, told: house.RecordingPaused) -> None:
        """From when to when a recording is silent by an agent's wish, and whose."""
        moved = ("recording", "paused") if told.on else ("paused", "recording")
        why = f"by {told.by}" if told.by else "with the next contact"
        self._note(told, f"recording:{told.call}", *moved, why, room="recording")

    async def _turn(self, turn: house.CallTurn) -> None:
        self._turns.setdefault(turn.call, []).append(turn.total_ms)
        self._metrics.turn(turn.client, turn.total_ms / 1000)

    async def _packet(self, made: house.PacketMade) -> None:
        packet = made.packet
        await self._put(packet.call, PACKET, packet, packet)
        intent = packet.intent.name if packet.intent else None
        await self._history.update(packet.call, CallUpdate(queue=packet.queue, intent=intent))

    async def _queued(self, queued: acd.CallQueued) -> None:
        key = self._caller_key(queued.caller, queued.client) if queued.caller else ""
        await self._acd.submit(replace(queued, caller=key))

    async def _answered(self, answered: acd.OfferAnswered) -> None:
        offer = self._acd.offer(answered.offer)
        waiting = self._acd.call(offer.call) if offer else None
        await self._acd.submit(answered)
        if offer is not None:
            waited = waiting.waited if waiting else None
            await self._history.update(offer.call, CallUpdate(agent=offer.agent, waited=waited))

    async def _joined(self, joined: acd.ContactJoined) -> None:
        await self._acd.submit(joined)
        if (offer := self._acd.offer(joined.offer)) is not None:
            await self._history.update(joined.call, CallUpdate(agent=offer.agent))

    async def _room(self, room: house.MediaRoom) -> None:
        self._metrics.report(room.media, "room", room.room, counter=False)
        self._metrics.report(room.media, "use", room.use, counter=False)
        self._metrics.report(room.media, "shed", room.shed, counter=False)

    async def _load(self, load: house.MediaLoad) -> None:
        self._metrics.report(load.media, "calls", load.calls, counter=False)
        self._metrics.report(load.media, "late_ticks", load.late_ticks)
        self._metrics.report(load.media, "loop_lag_ms", load.loop_lag_ms, counter=False)
        self._metrics.report(load.media, "answers_waiting", load.answers_waiting, counter=False)
        self._metrics.report(load.media, "asked_by_voice", load.asked_by_voice)
        self._metrics.report(load.media, "asked_by_key", load.asked_by_key)

    async def _refused(self, refused: house.CallRefused) -> None:
        self._refusals[refused.why] = self._refusals.get(refused.why, 0) + 1
        self._metrics.report("edge", f"refused_{refused.why}", self._refusals[refused.why])

    async def _finished(self, finished: house.CallFinished) -> None:
        turns = sorted(self._turns.pop(finished.call, []))
        update = CallUpdate(
            waited=finished.waited,
            intent=finished.intent or None,
            turns=len(turns),
            latency_p50_ms=_percentile(turns, 0.50),
            latency_p95_ms=_percentile(turns, 0.95),
        )
        await self._history.update(finished.call, update)
        outcome = Outcome(finished.outcome)
        if await self._history.end(finished.call, finished.ended, outcome, finished.cause):
            self._metrics.call_ended(finished.client, outcome)
            if outcome is Outcome.VOICEMAIL:
                await self._message_left(finished)
        self._transcripts.closed(finished.call)
        self._lines.pop(finished.call, None)

    async def _sound_key(self, made: SoundKeyMade) -> None:
        now = self._clock.now()
        expires = now + await self._keep(made.call)
        try:
            await self._contents.adopt_sound_key(
                made.call, made.key(), client=made.client, expires=expires, now=now
            )
        except (Erased, KeyConflict) as error:  # nobody will hear it; all else is told
            log.error("control.sound_key", call=made.call, problem=str(error))

    async def _put(self, call: str, kind: str, value: object, about: Any) -> None:
        now = self._clock.now()
        expires = now + await self._keep(call)
        await keep(self._contents, call, kind, value, client=about.client, expires=expires, now=now)

    async def _keep(self, call: str) -> float:
        """How long content of this call is kept: its line says."""
        if call not in self._lines:
            row = await self._history.get(call, None)
            self._lines[call] = row.line if row else ""
        return self._keep_seconds(self._lines[call])


def _percentile(ordered: list[float], share: float) -> float | None:
    """The nearest-rank percentile; None of nothing."""
    if not ordered:
        return None
    return ordered[math.ceil(share * len(ordered)) - 1]
