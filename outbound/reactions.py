"""What several of the dialler's events share: how an attempt ends, and what becomes of its person.
PURE."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from outbound import retry
from outbound.campaign import CAMPAIGN, NobodyLeft, SomebodyAdded, TimeOver
from outbound.config import DialerConfig
from outbound.desk import Desk
from outbound.messages import CampaignOver, DueRecipient, StopAttempt
from outbound.pacing import Pacer
from outbound.records import (
    AttemptRecord,
    AttemptState,
    AuditEntry,
    CampaignRecord,
    CampaignState,
    Guarantee,
    Outcome,
    RecipientRecord,
    RecipientState,
    Refusal,
)
from outbound.retry import RetryDecision
from outbound.sharing import Sharing
from outbound.teams import Teams

ALONE = {
    AttemptState.ACKNOWLEDGED: Outcome.ACKNOWLEDGED,
    AttemptState.MESSAGE_COMPLETE: Outcome.HEARD,
}
"""What a call whose news was lost came to, by what had been told of it."""
WITH_AGENTS = {
    AttemptState.ACKNOWLEDGED: Outcome.ACKNOWLEDGED,
    AttemptState.ANSWERED: Outcome.ABANDONED,
    AttemptState.MESSAGE_STARTED: Outcome.ABANDONED,
    AttemptState.MESSAGE_COMPLETE: Outcome.ABANDONED,
}
"""The same where an agent should have been there: in doubt nobody was, and it counts."""


@dataclass
class MediaProcess:
    """A process that places calls."""

    epoch: str
    channels: int
    up: int = 0
    there: bool = True


@dataclass
class Reactions:
    """The dialler's state, and the moves that several events make."""

    config: DialerConfig
    epoch: int = 0
    """The fencing epoch of this life."""
    desk: Desk = field(default_factory=Desk)
    pacer: Pacer = field(init=False)
    sharing: Sharing = field(default_factory=Sharing)
    media: dict[str, MediaProcess] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    teams: Teams = field(default_factory=Teams)
    sip: Counter[tuple[str, int]] = field(default_factory=Counter)
    """(trunk, SIP status) → how many attempts ended so, for the board."""
    asked: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    """Media process → the question and its attempts, until it answers."""
    _commands: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pacer = Pacer.of(self.config.trunks, self.config.prefixes)

    def stale(self) -> None:
        """News of something that is over: counted, and nothing else."""
        self.counts["stale"] += 1

    def tell(self, command: object) -> None:
        """A command, after those before it."""
        self._commands.append(command)

    # --- campaigns

    def move_campaign(self, record: CampaignRecord, event: object, why: str, now: float) -> None:
        """Along the state table. Raises IllegalTransition."""
        state = CAMPAIGN.next(record.state, event)
        after = replace(record, state=state, since=now, why=why)
        self.desk.put_campaign(after, type(event).__name__)
        self.fact(after, str(state), by=why)
        if state in (CampaignState.CANCELLED, CampaignState.EXPIRED):
            self._sweep(after)
        if state in (CampaignState.CANCELLED, CampaignState.EXPIRED, CampaignState.COMPLETED):
            self.tell(CampaignOver(after.id, after.client, state))

    def _sweep(self, campaign: CampaignRecord) -> None:
        """Nobody else is called: what rings is stopped, and who waits is let go."""
        self.desk.clear_window(campaign.id)
        self.desk.tallies[campaign.id].ended(0)
        for attempt in self.desk.attempts.values():
            if attempt.campaign == campaign.id:
                self.tell(StopAttempt(attempt.id, attempt.media, attempt.client, campaign.state))

    def look_for_end(self, name: str, now: float) -> None:
        """Complete a campaign with nobody left."""
        campaign = self.desk.campaigns[name]
        if campaign.state is CampaignState.RUNNING and not self.desk.tallies[name].open:
            self.move_campaign(campaign, NobodyLeft(), "nobody is left", now)

    def grew(self, name: str, recipients: int, now: float) -> None:
        """So many people more."""
        self.desk.tallies[name].grew(recipients)
        self.desk.next_due[name] = 0.0
        campaign = self.desk.campaigns[name]
        if recipients and campaign.state is CampaignState.COMPLETED:
            self.move_campaign(campaign, SomebodyAdded(), "more recipients", now)

    def expire(self, name: str, now: float) -> None:
        """The campaign's time is over."""
        campaign = self.desk.campaigns[name]
        if CAMPAIGN.allows(campaign.state, TimeOver()):
            self.move_campaign(campaign, TimeOver(), "expired", now)

    # --- attempts

    def close(
        self, attempt: AttemptRecord, outcome: Outcome, why: str, now: float, sip_status: int = 0
    ) -> None:
        """An attempt is over: its channels are free, and the books know."""
        after = replace(
            attempt, state=AttemptState.OVER, outcome=outcome, since=now, sip_status=sip_status
        )
        self.desk.put_attempt(after, why)
        self.pacer.free(attempt.campaign, attempt.trunk, attempt.prefix)
        if self.desk.campaigns[attempt.campaign].mode:
            self.teams.over(attempt, outcome, now)
        media = self.media.get(attempt.media)
        if media is not None and media.epoch == attempt.media_epoch:
            media.up = max(0, media.up - 1)
        if sip_status:
            self.sip[attempt.trunk, sip_status] += 1
        campaign = self.desk.campaigns[attempt.campaign]
        recipient = self.desk.working.get(attempt.recipient)
        person = recipient.recipient.person if recipient else ""
        self.fact(campaign, str(outcome), attempt, person)

    def called(self, attempt: AttemptRecord) -> DueRecipient | None:
        """Whom this attempt calls; None once it was decided otherwise what becomes of them."""
        working = self.desk.working.get(attempt.recipient)
        active = working is not None and working.recipient.state is RecipientState.ACTIVE
        return working if active else None

    def settle(self, recipient: RecipientRecord, decision: RetryDecision, now: float) -> None:
        """A decision becomes the recipient's row."""
        campaign = self.desk.campaigns[recipient.campaign]
        over = campaign.state in (CampaignState.CANCELLED, CampaignState.EXPIRED)
        state = decision.state
        if over and state is RecipientState.PENDING:
            state = RecipientState.CANCELLED
        reached = state in (RecipientState.ACKNOWLEDGED, RecipientState.REACHED)
        self.desk.put_recipient(
            replace(
                recipient, state=state, next_at=decision.at, path=decision.path,
                spent=decision.spent, faults=decision.faults, dead_paths=decision.dead_paths,
                bucket=decision.bucket, why=str(decision.why),
                reached_at=recipient.reached_at or (now if reached else 0.0),
            ),
            str(decision.why),
        )  # fmt: skip
        self.look_for_end(recipient.campaign, now)

    def turned_away(
        self, attempt: AttemptRecord, refusal: Refusal, why: str, now: float, again_at: float = 0.0
    ) -> None:
        """An attempt whose INVITE never went out is over: it costs nobody an attempt."""
        self.close(attempt, Outcome.REFUSED, why, now)
        working = self.called(attempt)
        if working is not None:
            policy = self.desk.campaigns[attempt.campaign].retry
            decision = retry.after_refusal(policy, working.recipient, refusal, now, again_at)
            self.settle(working.recipient, decision, now)

    def lost(self, attempt: AttemptRecord, why: str, now: float) -> None:
        """A crash took this call's news: emergencies call again, all others never do."""
        self.counts["lost"] += 1
        if attempt.state is AttemptState.AGENT_FIRST:
            return self.turned_away(attempt, Refusal.NO_AGENT, why, now)
        behind = bool(self.desk.campaigns[attempt.campaign].mode)
        heard = attempt.state is AttemptState.MESSAGE_COMPLETE and not behind
        self.close(
            attempt,
            (WITH_AGENTS if behind else ALONE).get(attempt.state, Outcome.UNKNOWN),
            why,
            now,
        )
        working = self.called(attempt)
        if working is None:
            return  # acknowledged or dropped before
        campaign = self.desk.campaigns[attempt.campaign]
        up = attempt.state in (AttemptState.ANSWERED, AttemptState.MESSAGE_STARTED)
        recipient = replace(working.recipient, cut_off=working.recipient.cut_off or up)
        if heard:
            decision = retry.decide(
                campaign.retry, recipient, Outcome.HEARD, len(working.paths), now,
                reached_is_enough=campaign.reached_is_enough,
            )  # fmt: skip
        else:
            repeat = campaign.guarantee is Guarantee.AT_LEAST_ONCE
            decision = retry.after_crash(campaign.retry, recipient, repeat=repeat, now=now)
        self.settle(recipient, decision, now)

    def fact(
        self,
        campaign: CampaignRecord,
        what: str,
        attempt: AttemptRecord | None = None,
        person: str = "",
        by: str = "",
    ) -> None:
        """For the audit."""
        sound = f"{campaign.message}@{attempt.message_version}" if attempt else ""
        name = attempt.id if attempt else campaign.id
        self.desk.audit(
            AuditEntry(
                f"{name}:{what}:{self.desk.steps}", campaign.id, campaign.client, what,
                attempt.recipient if attempt else "", person, attempt.id if attempt else "",
                sound, by,
            )
        )  # fmt: skip
