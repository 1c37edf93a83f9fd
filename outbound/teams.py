"""Campaigns with agents behind them: how many calls each may have out, and what was counted. PURE.

The distributor says how many agents are free for each campaign and which calls they have (`Team`
with `having`). A call is *out* from its intent until an agent was seen with it, or it is over: so
neither news that comes late nor news that comes early lets two calls count on one agent. What may
be abandoned is counted in whole calls over the legal window and rebuilt from the attempts' rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from outbound.abandonment import Abandonment
from outbound.messages import TeamTold
from outbound.predictive import DialDecision, DialMode, Odds, PredictiveConfig, Team, decide
from outbound.records import (
    BEFORE_INVITE,
    AttemptRecord,
    AttemptState,
    CampaignRecord,
    Outcome,
)

UNSEEN_SECONDS = 2.0
"""A call that an agent has counts as out for this long at most until the team shows it."""
RINGS = BEFORE_INVITE | {AttemptState.INVITED, AttemptState.RINGING}
"""What may still be answered."""
NOBODY = Team(0, 0)


@dataclass
class TeamBook:
    """One campaign's."""

    told: Team = NOBODY
    held: str = ""
    seen: set[str] = field(default_factory=set)
    """Open attempts that were seen with an agent."""
    odds: Odds = field(default_factory=Odds)
    counted: Abandonment = field(default_factory=Abandonment)


@dataclass
class Teams:
    """Every campaign's, by name."""

    config: PredictiveConfig = PredictiveConfig()
    books: dict[str, TeamBook] = field(default_factory=dict)

    def of(self, campaign: str) -> TeamBook:
        """The book of a campaign."""
        return self.books.setdefault(campaign, TeamBook())

    def restore(self, answered: Mapping[str, Sequence[tuple[float, bool]]]) -> None:
        """Answers of the legal window: campaign → (when, abandoned), in order."""
        for campaign, answers in answered.items():
            for at, abandoned in answers:
                self.of(campaign).counted.live(at, abandoned=abandoned)

    def hear(self, event: TeamTold) -> None:
        """The distributor told how the agents are."""
        book = self.of(event.campaign)
        book.told = Team(event.idle, event.talking, event.wrap_up_left, event.wrap_up)
        book.held = event.held
        book.seen |= set(event.having)

    def out(
        self, campaign: str, attempts: Iterable[AttemptRecord], now: float
    ) -> list[AttemptRecord]:
        """Open attempts that count on an agent who is not with them yet."""
        return [one for one in attempts if one.campaign == campaign and self._is_out(one, now)]

    def _is_out(self, one: AttemptRecord, now: float) -> bool:
        """Whether it counts on an agent who is not with it yet."""
        late = one.state is AttemptState.ACKNOWLEDGED and now - one.since > UNSEEN_SECONDS
        return not late and one.id not in self.of(one.campaign).seen

    def decide(
        self,
        campaign: CampaignRecord,
        attempts: Iterable[AttemptRecord],
        others: Iterable[str],
        now: float,
    ) -> DialDecision:
        """How many calls may begin now; `others` are campaigns with the same agents, and what they
        have out is not to be counted on again."""
        book = self.of(campaign.id)
        if book.held:
            return DialDecision(0, DialMode(campaign.mode), book.held)
        book.counted.forget(now)
        shared = {campaign.id, *others}
        counting = [one for one in attempts if one.campaign in shared and self._is_out(one, now)]
        out = [one for one in counting if one.campaign == campaign.id]
        taken = len(counting) - len(out)
        ringing = [now - one.made for one in out if one.state in RINGS]
        config = replace(self.config, cut=campaign.ring_timeout)
        return decide(
            config, DialMode(campaign.mode),
            replace(book.told, idle=max(0, book.told.idle - taken)), ringing, book.odds,
            book.counted, len(out) - len(ringing),
        )  # fmt: skip

    def surplus(
        self, campaign: str, attempts: Iterable[AttemptRecord], now: float
    ) -> list[AttemptRecord]:
        """Calls to be stopped, since an agent on whom they counted is gone: those that ring, the
        newest first."""
        book = self.of(campaign)
        out = self.out(campaign, attempts, now)
        ringing = [one for one in out if one.state in RINGS]
        over = len(out) - book.told.idle - max(0, book.counted.room)
        newest = sorted(ringing, key=lambda one: (-one.made, one.id))
        return newest[: max(0, over)]

    def keep(self, campaign: str, attempts: Iterable[AttemptRecord], now: float) -> int:
        """How many idle agents must stay for this campaign, so that what is out cannot be
        abandoned beyond what is allowed."""
        out = len(self.out(campaign, attempts, now))
        return max(0, out - max(0, self.of(campaign).counted.room))

    # --- what was learned

    def answered(self, attempt: AttemptRecord, now: float) -> None:
        """Somebody answered."""
        book = self.of(attempt.campaign)
        book.odds = book.odds.learn(answered=True, ring=now - attempt.made)

    def connected(self, attempt: AttemptRecord, now: float) -> None:
        """An agent was there in time."""
        self.of(attempt.campaign).counted.live(now, abandoned=False)

    def over(self, attempt: AttemptRecord, outcome: Outcome, now: float) -> None:
        """A call is over; `attempt` as it was before."""
        book = self.of(attempt.campaign)
        book.seen.discard(attempt.id)
        if outcome is Outcome.ABANDONED:
            book.counted.live(now, abandoned=True)
        elif attempt.state is AttemptState.ACKNOWLEDGED:
            book.odds = book.odds.learn(talk=now - attempt.since)
        elif attempt.state in (AttemptState.INVITED, AttemptState.RINGING):
            if outcome not in (Outcome.CANCELLED, Outcome.CONGESTION, Outcome.FAILED):
                book.odds = book.odds.learn(answered=False)
