"""The last look before an INVITE. PURE.

Everything that could have changed since the attempt was decided is asked once more, so a paused
campaign rings nobody, an acknowledged person is left alone, and a life of the dialler that was
taken over cannot place one more call.
"""

from __future__ import annotations

from dataclasses import dataclass

from outbound.messages import Dial
from outbound.records import (
    AttemptRecord,
    AttemptState,
    CampaignRecord,
    CampaignState,
    RecipientRecord,
    RecipientState,
    Refusal,
)


@dataclass(frozen=True)
class Allowed:
    """What the rules of the campaign's legal class say of one number now."""

    refusal: Refusal | None = None
    again_at: float = 0.0
    """UTC seconds from which on it may be tried; 0: not told."""


ALLOWED = Allowed()


def look(
    dial: Dial,
    campaign: CampaignRecord,
    recipient: RecipientRecord,
    attempt: AttemptRecord,
    epoch: int,
    rules: Allowed,
    now: float,
) -> Allowed:
    """Whether this INVITE may go out now."""
    if attempt.state is not (AttemptState.AGENT_FIRST if dial.agent else AttemptState.INTENT):
        return Allowed(Refusal.OVER)
    if dial.epoch != epoch:
        return Allowed(Refusal.OLD_EPOCH)
    if campaign.state is not CampaignState.RUNNING:
        return Allowed(Refusal.NOT_RUNNING)
    if campaign.expires and now >= campaign.expires:
        return Allowed(Refusal.EXPIRED)
    if recipient.state is RecipientState.ACKNOWLEDGED:
        return Allowed(Refusal.ACKNOWLEDGED)
    if recipient.state is not RecipientState.ACTIVE:
        return Allowed(Refusal.OVER)
    if now > dial.not_after:
        return Allowed(Refusal.LATE)
    return rules
