"""Campaigns whose agents decide who is called: preview and manual. PURE.

*Preview*: an agent is shown the next person, and has them dialled, skips them or puts them off;
what happens when nothing is said for a while, the campaign says. *Manual*: the agent picks from the
list. Whom an agent is shown stands in no row: it is a look at the line, and after a restart pages
ask again. From the moment in which the agent says "dial" it is an attempt like any other, with one
difference: the agent's telephone is taken up first, and only when the agent is there do campaign,
person and law have their last look (`Dial.go`), right before the INVITE.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kernel.errors import IllegalTransition
from outbound import messages as told
from outbound import retry
from outbound.campaign import ATTEMPT
from outbound.messages import Dial, DueRecipient, NobodyLooked
from outbound.places import Places
from outbound.predictive import DialMode, by_hand
from outbound.records import (
    CampaignRecord,
    CampaignState,
    PreviewThen,
    RecipientState,
)

SKIPPED_FOR = 1800.0
"""Seconds until somebody who was skipped is shown again."""
AGENT_SECONDS = 60.0
"""Seconds within which the agent's telephone must be taken up, beside the ringing of the called."""

HELD_SECONDS = 600.0
"""Seconds after which somebody whom an agent sees, or wants dialled, is next again where no end is
set: the agent may be gone, and nobody else sees them meanwhile."""


@dataclass(frozen=True)
class Shown:
    """Whom an agent sees."""

    campaign: str
    recipient: str
    agent: str
    until: float = 0.0
    """UTC seconds at which the campaign decides for the agent; 0: never."""
    taken: bool = False
    """The agent wants them dialled, which waits for pace and channels."""
    media: str = ""
    """The process that holds the agent's leg; empty: any may ring the agent's phone."""


@dataclass
class ByHand(Places):
    """The dialler, as agents work it."""

    shown: dict[str, Shown] = field(default_factory=dict)
    """Agent → whom they see."""

    # --- what agents ask

    def person_asked(self, event: told.PersonAsked, now: float) -> None:
        """An agent looks for somebody to call; one who sees somebody goes on seeing them."""
        campaign = self._by_hand(event.campaign, event)
        if self.seen_by(event.agent, now) is not None or campaign.mode != DialMode.PREVIEW:
            return self.stale()
        due = next(self.in_line(campaign, now), None)
        if due is None or not self.may_begin(campaign, now):
            return self.stale()
        until = now + campaign.preview_seconds if campaign.preview_seconds else 0.0
        name = due.recipient.id
        self.shown[event.agent] = Shown(campaign.id, name, event.agent, until, media=event.media)
        self.desk.timers.set(("preview", event.agent), until or now + HELD_SECONDS)
        return None

    def person_taken(self, event: told.PersonTaken, now: float) -> None:
        """The agent wants this person dialled. Raises IllegalTransition where that cannot be."""
        campaign = self._by_hand(event.campaign, event)
        seen = self.seen_by(event.agent, now)
        if seen is None or seen.recipient != event.recipient:
            seen = self._picked(campaign, event, now)
        if not seen.taken:
            self._take(replace(seen, media=event.media), now)

    def _picked(self, campaign: CampaignRecord, event: told.PersonTaken, now: float) -> Shown:
        """Somebody from the list, where agents pick."""
        free = (due.recipient.id for due in self.in_line(campaign, now))
        if campaign.mode != DialMode.MANUAL or event.recipient not in free:
            raise IllegalTransition("recipient", "not shown", event)
        self.hidden(event.agent)
        return Shown(campaign.id, event.recipient, event.agent)

    def person_skipped(self, event: told.PersonSkipped, now: float) -> None:
        """Not now: later, or at the time that the agent says. Also of one who waits to be dialled:
        an attempt is shown to nobody."""
        seen = self.seen_by(event.agent, now) or self._listed(event, now)
        if seen is None or seen.recipient != event.recipient:
            return self.stale()
        return self._put_off(seen, event.again_at, now)

    def _listed(self, event: told.PersonSkipped, now: float) -> Shown | None:
        """Somebody on a list from which agents pick, who may be put off to a time: whom an agent
        merely passes over there stays, for others see the same list."""
        working = self.desk.working.get(event.recipient)
        if working is None or not event.again_at:
            return None
        campaign = self.desk.campaigns[working.recipient.campaign]
        free = (due.recipient.id for due in self.in_line(campaign, now))
        if campaign.mode != DialMode.MANUAL or event.recipient not in free:
            return None
        return Shown(campaign.id, event.recipient, event.agent)

    def person_refused(self, event: told.PersonRefused, now: float) -> None:
        """The law does not let them be called now: nobody is to read about them."""
        seen = self.seen_by(event.agent, now)
        if seen is None or seen.recipient != event.recipient or seen.taken:
            return self.stale()
        self.hidden(event.agent)
        recipient = self.desk.working[seen.recipient].recipient
        policy = self.desk.campaigns[seen.campaign].retry
        decision = retry.after_refusal(policy, recipient, event.refusal, now, event.again_at)
        return self.settle(recipient, decision, now)

    def person_released(self, event: told.PersonReleased, now: float) -> None:
        """The agent has something else to do: whoever it was is next again."""
        self.hidden(event.agent)

    def preview_over(self, agent: str, now: float) -> None:
        """Nothing was said for long enough, or nothing came of it."""
        seen = self.seen_by(agent, now)
        if seen is None:
            return
        campaign = self.desk.campaigns[seen.campaign]
        if not seen.until:
            self.hidden(agent)
        elif campaign.preview_then == PreviewThen.DIAL:
            self._take(seen, now)
        elif campaign.preview_then == PreviewThen.SKIP:
            self._put_off(seen, 0.0, now)
        else:
            self.hidden(agent)
            self.tell(NobodyLooked(agent, campaign.id, campaign.client))

    # --- the agent at the phone

    def agent_there(self, event: told.AgentThere, now: float) -> None:
        """The agent is at the phone: the last look, and the INVITE."""
        attempt = self.desk.attempts.get(event.attempt)
        if attempt is None or not ATTEMPT.allows(attempt.state, event):
            return self.stale()
        # Written before the INVITE may go out: from here on it may ring.
        after = replace(attempt, state=ATTEMPT.next(attempt.state, event), since=now)
        self.desk.put_attempt(after, "the agent is there")
        self.tell(Dial(
            attempt.id, attempt.recipient, attempt.campaign, attempt.client, attempt.media,
            self.epoch, attempt.path, now + self.config.dial_seconds, go=True,
        ))  # fmt: skip
        return None

    # --- what is looked at

    def in_line(self, campaign: CampaignRecord, now: float) -> Iterator[DueRecipient]:
        """Who is due and seen by nobody, in order."""
        seen = {one.recipient for one in self.shown.values()}
        return (
            self.desk.working[name]
            for next_at, _, name in self.desk.line(campaign.id)
            if next_at <= now and name not in seen
        )

    def may_begin(self, campaign: CampaignRecord, now: float) -> bool:
        """Whether agents may begin calls of this campaign now."""
        running = campaign.state is CampaignState.RUNNING and campaign.starts <= now
        return running and not self.teams.of(campaign.id).held

    def taken(self, campaign: CampaignRecord, now: float) -> list[Shown]:
        """Those whom agents of this campaign want dialled."""
        if not self.may_begin(campaign, now):
            return []
        seen = [self.seen_by(agent, now) for agent in list(self.shown)]
        return [one for one in seen if one and one.taken and one.campaign == campaign.id]

    def seen_by(self, agent: str, now: float) -> Shown | None:
        """What the agent sees, unless it is gone: called back, stopped, paused."""
        seen = self.shown.get(agent)
        if seen is None:
            return None
        working = self.desk.working.get(seen.recipient)
        waits = working is not None and working.recipient.state is RecipientState.PENDING
        if not waits or self.desk.campaigns[seen.campaign].state is not CampaignState.RUNNING:
            self.hidden(agent)
            return None
        return seen

    def hidden(self, agent: str) -> None:
        """Whom this agent sees is theirs no more: let go, or an attempt now."""
        self.shown.pop(agent, None)
        self.desk.timers.cancel(("preview", agent))

    # --- inside

    def _by_hand(self, name: str, event: object) -> CampaignRecord:
        campaign = self.desk.campaigns.get(name)
        if campaign is None or not by_hand(campaign.mode):
            raise IllegalTransition("campaign", "not by hand", event)
        return campaign

    def _take(self, seen: Shown, now: float) -> None:
        self.shown[seen.agent] = replace(seen, until=0.0, taken=True)
        self.desk.timers.set(("preview", seen.agent), now + HELD_SECONDS)

    def _put_off(self, seen: Shown, again_at: float, now: float) -> None:
        self.hidden(seen.agent)
        recipient = self.desk.working[seen.recipient].recipient
        what = "put off" if again_at else "skipped"
        at = max(now, again_at) if again_at else now + SKIPPED_FOR
        self.desk.put_recipient(replace(recipient, next_at=at, why=what), what)
        campaign = self.desk.campaigns[seen.campaign]
        self.fact(campaign, what, None, recipient.person, seen.agent)
