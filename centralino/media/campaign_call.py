"""A call out that a bot holds: a caller's call like any other, and what it came to is told.

Who seems to have answered is heard beside the conversation and delays nothing. Where it is all but
certainly a machine, the bot says no more to it, and hears nothing more of it, until its beep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from centralino.config.model import Line
from centralino.media.house import House
from centralino.media.live_call import RATE, LiveCall
from kernel.ids import CallId, LegId
from kernel.packet import Packet
from outbound.messages import (
    AttemptAcknowledged,
    MessageStarted,
    OptedOut,
    PlaceCall,
)
from outbound.records import Outcome
from outbound.results import CallResult
from telephony.media.answering import Answered, Answering
from telephony.ports import MediaStream
from telephony.types import Cause, LegOffered
from voicebot import events, reports
from voicebot.dialogue.flow import Counts, SlotKind
from voicebot.learned import FINAL, VOICEMAIL, counts_as

CERTAIN = 0.9
"""Confidence from which on a machine is taken as one."""
SILENT_TO_MACHINES = 60.0
"""Seconds for a beep to come, behind which the call ends."""
CLOSED = frozenset({SlotKind.NUMBER, SlotKind.DATE, SlotKind.YES_NO, SlotKind.CHOICE})
"""Kinds of answers that name nobody: they may be counted."""


ANSWERS = ("answer:", "affirm", "deny")
"""How what answers a question is called."""
YES_NO = frozenset({"yes", "yeah", "yep", "no", "nope"})
"""Words with which no machine begins."""


class Overheard:
    """A leg's stream, with an ear beside it; `deaf`: what comes is heard by that ear alone."""

    def __init__(self, stream: MediaStream, ear: Callable[[bytes | None], None]) -> None:
        self._stream = stream
        self._ear = ear
        self._came = False
        self.rate = stream.rate
        self.deaf = False

    @property
    def frame_bytes(self) -> int:
        """Of 20 ms."""
        return self._stream.frame_bytes

    def read(self) -> bytes | None:
        """The next frame; a tick without one is silence to the ear."""
        frame = self._stream.read()
        if frame is not None or not self._came:
            self._ear(frame)
        self._came = frame is not None
        return bytes(len(frame)) if self.deaf and frame is not None else frame

    def write(self, frame: bytes) -> None:
        """As the leg's."""
        self._stream.write(frame)

    def flush(self) -> int:
        """As the leg's."""
        return self._stream.flush()

    def queued(self) -> int:
        """As the leg's."""
        return self._stream.queued()


@dataclass
class CampaignCall(LiveCall):
    """One call of a campaign, from its answer on. `over` is told once what the attempt came to: at
    the end, or when a person takes the called over."""

    order: PlaceCall = field(kw_only=True)
    over: Callable[[Outcome, str], None] = field(kw_only=True)
    """Outcome and who answered."""
    answering: Answering = field(default_factory=lambda: Answering(RATE))
    result: str = ""
    _began: bool = False
    _by_key: bool = False
    _machine_until: float | None = None
    _person: bool = False
    """Whether somebody has answered a question: from then on nothing sounds like a machine."""
    _over: bool = False

    def answered(self) -> None:
        """The called has picked up."""
        super().answered()
        if self.sound is not None:
            self.sound.media = Overheard(self.sound.media, self._hear)

    def report(self, event: reports.Report) -> None:
        """Passed on as of any call; beside it what a campaign wants to know."""
        super().report(event)
        match event:
            case reports.BotSaid() if not self._began:
                self._began = True
                self._tell(MessageStarted(self.order.attempt))
            case reports.KeysPressed():
                self._by_key = True
            case reports.TurnHeard():
                self._by_key = False
                self._look_who_answered(event.text)
            case reports.TurnUnderstood() if event.intent.startswith(ANSWERS):
                self._person = self._machine_until is None
            case reports.Learned():
                self._learned(event)

    def transfer(self, packet: Packet, refer: str = "") -> None:
        """A person takes over: for the campaign the call is over."""
        if self.sound is not None and isinstance(self.sound.media, Overheard):
            self.sound.media.deaf = False
        super().transfer(packet, refer)
        self._end()

    def caller_gone(self, cause: Cause, by_peer: bool) -> None:
        """The called is gone."""
        super().caller_gone(cause, by_peer)
        self._end()

    # Inside.

    def _hear(self, frame: bytes | None) -> None:
        """20 ms, also of what the conversation does not hear."""
        if self._over or self._person or self.session is None:
            return
        now = self.house.clock.now()
        if self.answering.hear(frame) is not None:
            self._deafen()
            self._notify_machine(events.MachineBeeped())
            self._machine_until = None
        elif self._machine_until is not None and now >= self._machine_until:
            self._machine_until = None
            self.hang_up()

    def _look_who_answered(self, text: str) -> None:
        """By the words, as long as nobody has answered; "no, I can't come" is no mailbox's."""
        first = text.lower().split(maxsplit=1)[:1]
        if self._person or (first and first[0].strip(",.!") in YES_NO):
            return
        self.answering.words(text)
        verdict = self.answering.verdict()
        certain = verdict.confidence >= CERTAIN
        if certain and verdict.answered is Answered.VOICEMAIL and self._machine_until is None:
            self._machine_until = self.house.clock.now() + SILENT_TO_MACHINES
            self._deafen()
            # Behind whatever the conversation is doing about these words: that is hushed.
            loop = asyncio.get_running_loop()
            loop.call_soon(self._notify_machine, events.MachineAnswered())

    def _deafen(self) -> None:
        if self.sound is not None and isinstance(self.sound.media, Overheard):
            self.sound.media.deaf = True

    def _notify_machine(self, event: events.MachineAnswered | events.MachineBeeped) -> None:
        if self.session is not None:
            self.session.machine(event, self.house.clock.now())

    def _learned(self, learned: reports.Learned) -> None:
        order, flow = self.order, self.house.bots[self.line.bot].bot.flow
        counts = counts_as(flow, learned.result)
        if counts in FINAL:
            stranger = counts is Counts.WRONG_NUMBER
            number = (order.client, order.target)
            self._tell(OptedOut(order.attempt, order.recipient, *number, stranger))
        if self.result:
            return  # the attempt is over: only what holds for ever can come after its result
        self.result = learned.result
        kinds = {slot.name: flow.slots[slot.name].kind for slot in learned.slots}
        # The words of a machine answer nothing.
        slots = () if learned.result == VOICEMAIL else learned.slots
        closed = {s.name: s.value for s in slots if kinds[s.name] in CLOSED}
        redactor = self.reporter.redactor
        said = {
            s.name: "[number]" if redactor.holds_card(s.value) else s.value
            for s in slots if kinds[s.name] not in CLOSED
        }  # fmt: skip
        self._tell(CallResult(
            order.attempt, order.recipient, order.campaign, order.client, order.person, self.id,
            learned.result, learned.asked, closed, said,
        ))  # fmt: skip
        self.house.live({"call": self.id, "result": learned.result, "answers": closed})
        if counts is Counts.REACHED:
            by = "key" if self._by_key else "voice"
            self._tell(AttemptAcknowledged(order.attempt, by))  # type: ignore[arg-type]

    def _end(self) -> None:
        if self._over:
            return
        self._over = True
        verdict = self.answering.verdict()
        machine = self.result == VOICEMAIL
        who = Answered.VOICEMAIL.value if machine else verdict.answered.value
        if self._person:
            who = Answered.HUMAN.value
        certain = machine or self._person or verdict.confidence >= CERTAIN
        flow = self.house.bots[self.line.bot].bot.flow
        wrong = counts_as(flow, self.result) is Counts.WRONG_NUMBER
        self.over(Outcome.INVALID if wrong else Outcome.ANSWERED, who if certain else "")

    def _tell(self, value: object) -> None:
        self.house.tell(value, self.order.attempt)


def campaign_call(
    call: CallId, leg: LegId, called: str, order: PlaceCall, house: House,
    over: Callable[[Outcome, str], None],
) -> CampaignCall:  # fmt: skip
    """The call of an order on this leg; `called` is the SIP URI that was dialled."""
    offered = LegOffered(
        leg=leg, from_uri=called, from_name="", to_uri=order.caller_id,
        request_uri=order.caller_id, headers={}, sip_call_id="",
    )  # fmt: skip
    line = Line(
        number=order.caller_id or order.campaign, client=order.client, bot=order.bot,
        language=house.bots[order.bot].bot.flow.language,
        recorded=house.config.outbound.recorded,
    )  # fmt: skip
    return CampaignCall(
        call, offered, line, house, house.clock.now(), "outbound", order.given,
        order=order, over=over,
    )  # fmt: skip
