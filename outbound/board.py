"""What the dialler shows: figures of a campaign, and why somebody is not being called. PURE."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from outbound.dialer import Dialer
from outbound.pacing import Grant
from outbound.predictive import by_hand
from outbound.records import (
    Bucket,
    CampaignRecord,
    CampaignState,
    RecipientRecord,
    RecipientState,
)
from outbound.teams import RINGS

WINDOW = 60.0
"""Seconds over which speeds are told."""


@dataclass(frozen=True)
class CampaignView:
    """One campaign now."""

    id: str
    client: str
    name: str
    legal_class: str
    priority: int
    state: str
    since: float
    why: str
    message_version: int
    recipients: int
    states: dict[str, int]
    buckets: dict[str, int]
    helps: int
    ringing: int
    up: int
    reached_per_minute: float
    placed_per_minute: float
    eta: float | None
    """Seconds until nobody is pending at the speed of the last minute; None: not told."""
    oldest_pending: float | None
    """Seconds since the first in the window was due; None: nobody waits."""
    next_due: float | None
    mode: str = ""
    """With agents: how they are served."""
    pacing: str = ""
    """With agents: how many calls may begin now, and why."""
    answered: int = 0
    """By somebody, in the legal window; of campaigns with agents."""
    abandoned: int = 0
    """Of them, those for whom no agent was there in time."""


@dataclass(frozen=True)
class TrunkView:
    """One trunk now."""

    name: str
    up: int
    max_channels: int
    max_cps: float
    factor: float
    """Share of its speed; below 1 its carrier asked for less."""
    closed_until: float
    statuses: dict[str, int]
    """SIP status → attempts that ended so."""


@dataclass
class Speeds:
    """How many were placed and reached lately, by campaign."""

    _placed: dict[str, deque[float]] = field(default_factory=dict)
    _reached: dict[str, deque[float]] = field(default_factory=dict)

    def placed(self, campaign: str, now: float) -> None:
        """An INVITE was decided."""
        self._placed.setdefault(campaign, deque()).append(now)

    def reached(self, campaign: str, now: float) -> None:
        """Somebody became final by being reached."""
        self._reached.setdefault(campaign, deque()).append(now)

    def per_minute(self, campaign: str, now: float) -> tuple[float, float]:
        """(reached, placed) in the last minute."""
        counts = []
        for times in (self._reached.get(campaign), self._placed.get(campaign)):
            while times and times[0] <= now - WINDOW:
                times.popleft()
            counts.append(float(len(times or ())))
        return counts[0], counts[1]


def campaign_view(
    dialer: Dialer, campaign: CampaignRecord, speeds: Speeds, now: float
) -> CampaignView:
    """One campaign's figures."""
    desk, name = dialer.desk, campaign.id
    tally = desk.tallies[name]
    ours = [attempt for attempt in desk.attempts.values() if attempt.campaign == name]
    ringing = sum(attempt.state in RINGS for attempt in ours)
    reached, placed = speeds.per_minute(name, now)
    pending = tally.states[RecipientState.PENDING]
    eta = pending / placed * 60.0 if placed and campaign.state is CampaignState.RUNNING else None
    return CampaignView(
        name, campaign.client, campaign.name, campaign.legal_class, campaign.priority,
        str(campaign.state), campaign.since, campaign.why, campaign.message_version,
        sum(tally.states.values()), {str(key): n for key, n in tally.states.items() if n},
        {str(bucket): tally.buckets[bucket] for bucket in Bucket}, tally.helps, ringing,
        len(ours) - ringing, reached, placed, eta,
        oldest(dialer, campaign, now), desk.next_due.get(name),
        *_with_agents(dialer, campaign, now),
    )  # fmt: skip


def oldest(dialer: Dialer, campaign: CampaignRecord, now: float) -> float | None:
    """Seconds since the first in the window was due; None: nobody waits."""
    begun = max(campaign.since, campaign.starts)
    heads = dialer.desk.heads(campaign.id)
    return max((now - max(place[0], begun) for place, _ in heads), default=None)


@dataclass(frozen=True)
class Waiting:
    """How a campaign that runs stands, as far as alarms want to know: far cheaper than its view."""

    campaign: CampaignRecord
    oldest: float | None
    """Seconds since the first in line was due; None: nobody waits, or agents take them at will."""
    out: int
    """Calls under way."""


def waiting(dialer: Dialer, now: float) -> list[Waiting]:
    """Every campaign that runs."""
    out = Counter(attempt.campaign for attempt in dialer.desk.attempts.values())
    return [
        Waiting(one, None if by_hand(one.mode) else oldest(dialer, one, now), out[one.id])
        for one in dialer.desk.running(now)
    ]


def trunk_views(dialer: Dialer) -> list[TrunkView]:
    """Every trunk."""
    return [
        TrunkView(
            name, share.up, share.limits.max_channels, share.limits.max_cps, share.factor,
            share.closed_until,
            {str(status): n for (trunk, status), n in sorted(dialer.sip.items()) if trunk == name},
        )
        for name, share in dialer.pacer.trunks.items()
    ]  # fmt: skip


def _with_agents(dialer: Dialer, campaign: CampaignRecord, now: float) -> tuple[str, str, int, int]:
    """Mode, pacing, answered and abandoned of a campaign with agents."""
    if not campaign.mode:
        return "", "", 0, 0
    decision, counted = dialer.pacing(campaign, now), dialer.teams.of(campaign.id).counted
    told = f"{decision.calls} now ({decision.mode}): {decision.why}"
    return campaign.mode, told, counted.answered, counted.abandoned


NOT_CALLING = {
    CampaignState.DRAFT: "nobody has started the campaign yet",
    CampaignState.PAUSED: "the campaign is paused: it can be resumed",
    CampaignState.EXPIRED: "the campaign has expired",
}
"""Why a campaign in this state calls nobody."""


def _span(seconds: float) -> str:
    """Seconds as people say them."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def why_not_called(
    dialer: Dialer, recipient: RecipientRecord, numbers: list[str], now: float
) -> str:
    """Why this person is not being called at this moment, in one sentence."""
    campaign = dialer.desk.campaigns[recipient.campaign]
    if recipient.state is RecipientState.ACTIVE:
        return "a call to this person is under way"
    if recipient.state.final:
        return f"nothing more will be done: {recipient.state} ({recipient.why or 'no reason told'})"
    if campaign.state is not CampaignState.RUNNING:
        return NOT_CALLING.get(campaign.state, f"the campaign is {campaign.state}")
    if campaign.starts > now:
        return f"the campaign begins in {_span(campaign.starts - now)}"
    if recipient.next_at > now:
        later = _span(recipient.next_at - now)
        return f"to be called in {later}, after: {recipient.why or 'import'}"
    if not numbers:
        return "there is no number left to call"
    return _waits(dialer, campaign, numbers[recipient.path], now)


def _waits(dialer: Dialer, campaign: CampaignRecord, number: str, now: float) -> str:
    """Why its turn has not come."""
    if campaign.mode:
        decision = dialer.pacing(campaign, now)
        if decision.calls < 1:
            return f"waits for an agent: {decision.why}"
    if not any(one.there and one.up < one.channels for one in dialer.media.values()):
        return "no media process has a free channel"
    trunks = campaign.trunks or tuple(dialer.pacer.trunks)
    answer = dialer.pacer.ask(campaign.id, trunks, number, now)
    if isinstance(answer, Grant):
        return "its turn is next, after campaigns that go before"
    return f"waits for its turn: {answer.why}"
