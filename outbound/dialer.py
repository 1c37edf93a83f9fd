"""The one core of a centre that decides whom to call now. PURE.

Theory of operation. Recipients whose time has come stand in the window (`desk.py`), which a feeder
fills from the store. Each tick looks who may be called: campaigns in the order of `sharing.py`, in
each the next of every destination prefix, where `pacing.py` grants a trunk and a media process has
a channel. Then the attempt is written (the intent) together with its command, the driver commits,
and only then the command leaves, through the last look of `gate.py`. So a crash before the commit
has done nothing, and one after it has left a row to ask about.

An attempt always ends: by news of it, or by its lease. A recipient is always final, or called, or
has the time of its next call in its row. A restart makes the same dialler from the rows (`restore`)
under a new epoch and asks the media processes what lives (`places.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from kernel.core import Change
from kernel.errors import IllegalTransition
from outbound import messages as told
from outbound.by_hand import AGENT_SECONDS, ByHand
from outbound.campaign import SomebodyAdded
from outbound.desk import Tally
from outbound.dispositions import DISPOSITIONS, Follows, disposed
from outbound.messages import Dial, DueRecipient, StopAttempt
from outbound.pacing import Grant, Wait
from outbound.predictive import DialDecision, by_hand
from outbound.records import (
    AttemptRecord,
    AttemptState,
    CampaignRecord,
    CampaignState,
    RecipientState,
    attempt_id,
)

WHILE_NOTHING_MOVES = 1.0
"""Seconds between looks when everything waits for a channel; an end of a call looks at once."""


@dataclass(frozen=True)
class Call:
    """A call that may begin now."""

    campaign: CampaignRecord
    due: DueRecipient
    grant: Grant
    media: str
    agent: str = ""
    """Who wants it."""


@dataclass(frozen=True)
class Appetite:
    """A campaign's window wants filling."""

    campaign: str
    limit: int
    """Rows to read: those that are held already come first, and are known."""


@dataclass
class Dialer(ByHand):
    """A `kernel.core.DurableCore`. Make it, `restore` it, then feed it events."""

    _wake: float | None = None
    _handlers: dict[type, Callable[[Any, float], None]] = field(default_factory=dict)
    _due: dict[str, Callable[[str, float], None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._handlers = {
            told.CampaignMade: self._made,
            told.CampaignStarted: self._started,
            told.CampaignPaused: self._operated,
            told.CampaignCancelled: self._operated,
            told.MessageChanged: self._message_changed,
            told.AudienceGrew: self._grew,
            told.RecipientAcknowledged: self._acknowledged_elsewhere,
            told.RecipientDropped: self._dropped,
            told.RecipientsLoaded: self._loaded,
            told.TeamTold: self._team_told,
            told.ContactDisposed: self._disposed,
            told.PersonAsked: self.person_asked,
            told.PersonTaken: self.person_taken,
            told.PersonSkipped: self.person_skipped,
            told.PersonRefused: self.person_refused,
            told.PersonReleased: self.person_released,
            told.AgentThere: self.agent_there,
            told.MediaThere: self.media_there,
            told.MediaGone: self.media_gone,
            told.AttemptsTold: self.told,
            told.AttemptInvited: self.progress,
            told.AttemptRinging: self.progress,
            told.AttemptAnswered: self.progress,
            told.MessageStarted: self.progress,
            told.MessageCompleted: self.progress,
            told.AttemptAcknowledged: self.acknowledged,
            told.AttemptEnded: self.ended,
            told.AttemptRefused: self.refused,
        }
        self._due = {
            "lease": self.lease_over,
            "expires": self.expire,
            "silent": self.silent,
            "preview": self.preview_over,
        }

    # --- the verbs

    def receive(self, event: object, now: float) -> None:
        """Take one event of `outbound/messages.py`. Raises IllegalTransition, changing nothing."""
        handler = self._handlers.get(type(event))
        if handler is None:
            raise IllegalTransition("dialer", "any", event)
        handler(event, now)
        self._wake = now

    def next_timer(self) -> float | None:
        """When something is due next, or the next call may begin."""
        times = [time for time in (self.desk.timers.next(), self._wake) if time is not None]
        return min(times, default=None)

    def handle_timer(self, now: float) -> None:
        """Do what is due, and begin the calls that may begin."""
        while (name := self.desk.timers.pop_due(now)) is not None:
            self._due[name[0]](name[1], now)
        self._dial(now)

    def commands(self) -> list[object]:
        """What to send, in order."""
        commands, self._commands = self._commands, []
        return commands

    def changes(self) -> Sequence[Change]:
        """Rows and journal."""
        return self.desk.changes()

    def restore(
        self,
        campaigns: Iterable[CampaignRecord],
        tallies: Mapping[str, Tally],
        open_attempts: Iterable[tuple[AttemptRecord, DueRecipient]],
        now: float,
        answered: Mapping[str, Sequence[tuple[float, bool]]] = MappingProxyType({}),
    ) -> None:
        """Take up the rows of an earlier life; before the first event.

        `answered`: of campaigns with agents, when somebody answered and whether nobody was there.
        """
        self.teams.restore(answered)
        for campaign in campaigns:
            self.desk.index_campaign(campaign)
            self.desk.tallies[campaign.id] = tallies.get(campaign.id, Tally())
            self._limits(campaign)
        for attempt, due in open_attempts:
            self.desk.index_attempt(attempt)
            lease = max(attempt.lease, now + self.config.reconnect_seconds)
            self.desk.timers.set(("lease", attempt.id), lease)
            self.pacer.hold(attempt.campaign, attempt.trunk, attempt.prefix)
            if due.recipient.state is RecipientState.ACTIVE:
                self.desk.load(due, attempt.prefix, self.desk.steps)
            self.wait_for(attempt.media, now)
        self._wake = now

    # --- operators

    def _campaign(self, name: str, event: object) -> CampaignRecord:
        campaign = self.desk.campaigns.get(name)
        if campaign is None:
            raise IllegalTransition("campaign", "unknown", event)
        return campaign

    def _made(self, event: told.CampaignMade, now: float) -> None:
        record = event.campaign
        known = self.desk.campaigns.get(record.id)
        if known is not None and known.state is not CampaignState.DRAFT:
            raise IllegalTransition("campaign", known.state, event)
        if record.state is not CampaignState.DRAFT:
            raise IllegalTransition("campaign", record.state, event)
        self.desk.put_campaign(replace(record, since=now, created=record.created or now), "made")
        self._limits(record)

    def _limits(self, record: CampaignRecord) -> None:
        self.pacer.campaign(record.id, record.max_cps, record.max_channels)

    def _started(self, event: told.CampaignStarted, now: float) -> None:
        campaign = self._campaign(event.campaign, event)
        if campaign.state is CampaignState.RUNNING:
            return self.stale()
        self.move_campaign(campaign, event, event.by, now)
        self.look_for_end(campaign.id, now)

    def _operated(self, event: told.CampaignPaused | told.CampaignCancelled, now: float) -> None:
        campaign = self._campaign(event.campaign, event)
        asked = (
            CampaignState.PAUSED if isinstance(event, told.CampaignPaused)
            else CampaignState.CANCELLED
        )  # fmt: skip
        if campaign.state is asked:
            return self.stale()
        self.move_campaign(campaign, event, event.why or event.by, now)

    def _message_changed(self, event: told.MessageChanged, now: float) -> None:
        campaign = self._campaign(event.campaign, event)
        after = replace(
            campaign, message=event.message, message_version=event.version,
            expires=event.expires or campaign.expires,
        )  # fmt: skip
        self.desk.put_campaign(after, "message changed")
        self.fact(after, "message changed", by=event.by)

    def _grew(self, event: told.AudienceGrew, now: float) -> None:
        self._campaign(event.campaign, event)
        self.grew(event.campaign, event.recipients, now)

    def _acknowledged_elsewhere(self, event: told.RecipientAcknowledged, now: float) -> None:
        working = self.desk.working.get(event.recipient)
        if working is None or working.recipient.state is RecipientState.ACKNOWLEDGED:
            self.desk.forget(event.recipient)
            return self.stale()
        self._stop_ringing(event.recipient, "acknowledged elsewhere")
        self.acknowledge(working.recipient, event.by, event.help, now)

    def _dropped(self, event: told.RecipientDropped, now: float) -> None:
        working = self.desk.working.get(event.recipient)
        if working is None or working.recipient.state.final:
            self.desk.forget(event.recipient)
            return self.stale()
        self._stop_ringing(event.recipient, event.why)
        after = replace(working.recipient, state=RecipientState.SUPPRESSED, why=event.why)
        self.desk.put_recipient(after, event.why)
        self.look_for_end(after.campaign, now)

    def _stop_ringing(self, recipient: str, why: str) -> None:
        attempt = self.desk.attempts.get(self.desk.attempt_of.get(recipient, ""))
        if attempt is not None:
            self.tell(StopAttempt(attempt.id, attempt.media, attempt.client, why))

    # --- agents

    def _team_told(self, event: told.TeamTold, now: float) -> None:
        campaign = self._campaign(event.campaign, event)
        self.teams.hear(event)
        if by_hand(campaign.mode):
            return  # each of its calls has its agent at the phone already
        for attempt in self.teams.surplus(event.campaign, self.desk.attempts.values(), now):
            self.counts["agent_gone"] += 1
            self.tell(StopAttempt(attempt.id, attempt.media, attempt.client, "no agent any more"))

    def _disposed(self, event: told.ContactDisposed, now: float) -> None:
        working = self.desk.working.get(event.recipient)
        if working is None:
            return self.stale()
        recipient, campaign = working.recipient, self.desk.campaigns[working.recipient.campaign]
        table = campaign.dispositions or DISPOSITIONS
        over = campaign.state in (CampaignState.CANCELLED, CampaignState.EXPIRED)
        said = recipient.why in table and recipient.state is not RecipientState.ACTIVE
        talked = recipient.state is RecipientState.ACKNOWLEDGED or said
        again = recipient.why == event.disposition and event.again_at in (0.0, recipient.next_at)
        if not talked or over or again or event.disposition not in table:
            if recipient.state.final:  # else the window and an open attempt know them
                self.desk.forget(event.recipient)
            return self.stale()
        follows = Follows(table[event.disposition])
        after = disposed(
            recipient, follows, event.disposition, len(working.paths), event.again_at, now
        )
        self.desk.put_recipient(after, event.disposition)
        self.fact(campaign, event.disposition, None, recipient.person, event.by)
        if after.state is RecipientState.PENDING and campaign.state is CampaignState.COMPLETED:
            self.move_campaign(campaign, SomebodyAdded(), event.disposition, now)
        return self.look_for_end(campaign.id, now)

    def pacing(self, campaign: CampaignRecord, now: float) -> DialDecision:
        """How many calls a campaign with agents may begin now, and why."""
        others = [
            one.id for one in self.desk.campaigns.values()
            if one.mode and one.queue == campaign.queue and one.id != campaign.id
        ]  # fmt: skip
        return self.teams.decide(campaign, self.desk.attempts.values(), others, now)

    # --- the window

    def appetite(self, now: float) -> list[Appetite]:
        """Which windows want filling from the store now."""
        wants = []
        for campaign in self.desk.running(now):
            due, held = self.desk.next_due[campaign.id], self.desk.held(campaign.id)
            if due is not None and due <= now and held <= self.config.window // 2:
                wants.append(Appetite(campaign.id, held + self.config.window))
        return wants

    def next_reading(self) -> float | None:
        """When a window may want filling next."""
        running = [
            campaign for campaign in self.desk.campaigns.values()
            if campaign.state is CampaignState.RUNNING
        ]  # fmt: skip
        times = [
            max(due, campaign.starts) for campaign in running
            if (due := self.desk.next_due[campaign.id]) is not None
            and self.desk.held(campaign.id) <= self.config.window // 2
        ]  # fmt: skip
        return min(times, default=None)

    def _loaded(self, event: told.RecipientsLoaded, now: float) -> None:
        campaign = self._campaign(event.campaign, event)
        over = campaign.state in (CampaignState.CANCELLED, CampaignState.EXPIRED)
        for due in event.due:
            if over and not event.named:
                continue
            self._load(due, event.as_of, now)
        if not event.named:
            self.desk.was_read(event.campaign, event.as_of, event.next_due)

    def _load(self, due: DueRecipient, as_of: int, now: float) -> None:
        recipient = due.recipient
        if due.paths:
            prefix = self.pacer.prefix_of(due.paths[recipient.path].number)
            self.desk.load(due, prefix, as_of)
        elif self.desk.load(due, "", as_of) and not recipient.state.final:
            # The person was erased: there is nobody to call any more.
            after = replace(recipient, state=RecipientState.SUPPRESSED, why="erased")
            self.desk.put_recipient(after, "erased")
            self.look_for_end(recipient.campaign, now)

    # --- dialling

    def _dial(self, now: float) -> None:
        self._wake = None
        while (call := self._next_call(now)) is not None:
            self._place(call, now)

    def _next_call(self, now: float) -> Call | None:
        media = self._free_media()
        waiting = [one for one in self.desk.running(now) if self.desk.held(one.id)]
        reserved = frozenset[str]()
        for campaign in self.sharing.order(waiting):
            trunks = self._trunks(campaign)
            if not campaign.emergency:
                trunks = tuple(trunk for trunk in trunks if trunk not in reserved)
            call = self._of_campaign(campaign, trunks, media, now)
            if call is not None:
                return call
            if campaign.emergency:
                reserved = reserved | frozenset(trunks)
        return None

    def _of_campaign(
        self, campaign: CampaignRecord, trunks: tuple[str, ...], media: str | None, now: float
    ) -> Call | None:
        if by_hand(campaign.mode):
            return self._wanted(campaign, trunks, media, now)
        if campaign.mode and self.pacing(campaign, now).calls < 1:
            self._wake_at(now + WHILE_NOTHING_MOVES)
            return None
        for (next_at, _, name), _ in self.desk.heads(campaign.id):
            if next_at > now:
                self._wake_at(next_at)
                continue
            if not trunks or media is None:
                self._wake_at(now + WHILE_NOTHING_MOVES)
                return None
            due = self.desk.working[name]
            number = due.paths[due.recipient.path].number
            answer = self.pacer.ask(campaign.id, trunks, number, now)
            if isinstance(answer, Grant):
                return Call(campaign, due, answer, media)
            self._wait(answer, now)
        return None

    def _wanted(
        self, campaign: CampaignRecord, trunks: tuple[str, ...], media: str | None, now: float
    ) -> Call | None:
        """The next whom an agent wants dialled, where the agent's leg is."""
        for seen in self.taken(campaign, now):
            due, place = self.desk.working[seen.recipient], seen.media or media
            if not trunks or place is None or not self._has_room(place):
                self._wake_at(now + WHILE_NOTHING_MOVES)
                continue  # where another agent's leg is there may be room
            number = due.paths[due.recipient.path].number
            answer = self.pacer.ask(campaign.id, trunks, number, now)
            if isinstance(answer, Grant):
                return Call(campaign, due, answer, place, seen.agent)
            self._wait(answer, now)
        return None

    def _wait(self, wait: Wait, now: float) -> None:
        self._wake_at(now + WHILE_NOTHING_MOVES if wait.until is None else wait.until)

    def _wake_at(self, time: float) -> None:
        self._wake = time if self._wake is None else min(self._wake, time)

    def _trunks(self, campaign: CampaignRecord) -> tuple[str, ...]:
        """Those it may use: an exercise never reaches a real network, and nothing else a mock."""
        return tuple(
            name for name in campaign.trunks or self.pacer.trunks
            if (trunk := self.pacer.trunks.get(name)) is not None
            and trunk.limits.rehearsal is campaign.exercise
        )  # fmt: skip

    def _has_room(self, name: str) -> bool:
        media = self.media.get(name)
        return media is not None and media.there and media.up < media.channels

    def _free_media(self) -> str | None:
        """The media process with most room; None where there is none."""
        there = [name for name in self.media if self._has_room(name)]
        return max(there, key=lambda name: self.media[name].channels - self.media[name].up,
                   default=None)  # fmt: skip

    def _place(self, call: Call, now: float) -> None:
        campaign, recipient, media = call.campaign, call.due.recipient, self.media[call.media]
        ordinal = recipient.ordinal + 1
        agent_first = AGENT_SECONDS if call.agent else 0.0
        attempt = AttemptRecord(
            id=attempt_id(campaign.id, recipient.id, ordinal), campaign=campaign.id,
            recipient=recipient.id, client=campaign.client, ordinal=ordinal, path=recipient.path,
            prefix=call.grant.prefix, trunk=call.grant.trunk, media=call.media,
            media_epoch=media.epoch, epoch=self.epoch, since=now,
            state=AttemptState.AGENT_FIRST if call.agent else AttemptState.INTENT, made=now,
            lease=now + agent_first + campaign.ring_timeout + self.config.lease_margin,
            message_version=campaign.message_version,
        )  # fmt: skip
        self.desk.put_attempt(attempt, "its turn")
        self.desk.put_recipient(
            replace(recipient, state=RecipientState.ACTIVE, ordinal=ordinal), "its turn"
        )
        self.pacer.take(campaign.id, call.grant, now)
        self.sharing.took(campaign)
        media.up += 1
        self.counts["placed"] += 1
        self.tell(
            Dial(
                attempt.id, recipient.id, campaign.id, campaign.client, call.media, self.epoch,
                recipient.path, now + self.config.dial_seconds, call.agent,
            )
        )  # fmt: skip
        if call.agent:
            self.hidden(call.agent)
            self.fact(campaign, "wanted", attempt, recipient.person, call.agent)
