"""A campaign and an attempt as state tables. PURE.

The attempt's table holds progress only: news of an earlier stage that comes late has no row and is
stale, and whatever stage was missed (a ring that was never told) is skipped over.
"""

from __future__ import annotations

from dataclasses import dataclass

from kernel.machine import Machine
from outbound.messages import (
    AgentThere,
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    AttemptInvited,
    AttemptRinging,
    CampaignCancelled,
    CampaignPaused,
    CampaignStarted,
    MessageCompleted,
    MessageStarted,
)
from outbound.records import AttemptState, CampaignState


@dataclass(frozen=True)
class TimeOver:
    """The campaign's `expires` has come."""


@dataclass(frozen=True)
class NobodyLeft:
    """Every recipient is final."""


@dataclass(frozen=True)
class SomebodyAdded:
    """The audience grew after the end."""


CAMPAIGN: Machine[CampaignState] = Machine(
    "campaign",
    {
        CampaignState.DRAFT: {
            CampaignStarted: CampaignState.RUNNING,
            CampaignCancelled: CampaignState.CANCELLED,
        },
        CampaignState.RUNNING: {
            CampaignPaused: CampaignState.PAUSED,
            CampaignCancelled: CampaignState.CANCELLED,
            TimeOver: CampaignState.EXPIRED,
            NobodyLeft: CampaignState.COMPLETED,
        },
        CampaignState.PAUSED: {
            CampaignStarted: CampaignState.RUNNING,
            CampaignCancelled: CampaignState.CANCELLED,
            TimeOver: CampaignState.EXPIRED,
        },
        CampaignState.COMPLETED: {
            SomebodyAdded: CampaignState.RUNNING,
            CampaignCancelled: CampaignState.CANCELLED,
        },
        CampaignState.CANCELLED: {},
        CampaignState.EXPIRED: {},
    },
)

_UP = {
    MessageStarted: AttemptState.MESSAGE_STARTED,
    MessageCompleted: AttemptState.MESSAGE_COMPLETE,
    AttemptAcknowledged: AttemptState.ACKNOWLEDGED,
    AttemptEnded: AttemptState.OVER,
}
_BEFORE = {AttemptAnswered: AttemptState.ANSWERED, **_UP}

ATTEMPT: Machine[AttemptState] = Machine(
    "attempt",
    {
        AttemptState.AGENT_FIRST: {
            AgentThere: AttemptState.INTENT,
            AttemptEnded: AttemptState.OVER,
        },
        AttemptState.INTENT: {
            AttemptInvited: AttemptState.INVITED,
            AttemptRinging: AttemptState.RINGING,
            **_BEFORE,
        },
        AttemptState.INVITED: {AttemptRinging: AttemptState.RINGING, **_BEFORE},
        AttemptState.RINGING: dict(_BEFORE),
        AttemptState.ANSWERED: dict(_UP),
        AttemptState.MESSAGE_STARTED: {
            key: state for key, state in _UP.items() if key is not MessageStarted
        },
        AttemptState.MESSAGE_COMPLETE: {
            AttemptAcknowledged: AttemptState.ACKNOWLEDGED,
            AttemptEnded: AttemptState.OVER,
        },
        AttemptState.ACKNOWLEDGED: {AttemptEnded: AttemptState.OVER},
        AttemptState.OVER: {},
    },
)
