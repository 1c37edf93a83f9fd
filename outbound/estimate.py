"""PURE. How long a campaign takes over the trunks there are: told before anybody launches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outbound.pacing import Limits

REACHED_A_PASS = 0.55
"""Share of people who answer a pass; published campaigns reach about this."""
PASSES = 3
RING_SECONDS = 12.0
"""Until somebody answers, on average."""
UNANSWERED_SECONDS = 25.0
AROUND_SECONDS = 12.0
"""Options, an answer and the goodbye, behind the message."""


@dataclass(frozen=True)
class Estimate:
    """Seconds; `None` where the trunks set no limit at all, so that nothing can be said."""

    rate: float | None
    """New calls a second."""
    hold: float
    """Seconds of a call, ringing in, on average."""
    first_pass: float | None
    """Until everybody was called once."""
    all_passes: float | None
    """Until three passes are over, gaps between them not counted."""


def estimate(people: int, message_seconds: float, trunks: Sequence[Limits]) -> Estimate:
    """For so many people, and a message of this length."""
    reached = RING_SECONDS + message_seconds + AROUND_SECONDS
    hold = REACHED_A_PASS * reached + (1 - REACHED_A_PASS) * UNANSWERED_SECONDS
    rates = [rate_of(trunk, hold) for trunk in trunks]
    if not rates or any(rate is None for rate in rates):
        return Estimate(None, hold, None, None)
    rate = sum(rate for rate in rates if rate is not None)
    return _at(rate, people, hold)


def rate_of(trunk: Limits, hold: float) -> float | None:
    """Calls a second that a trunk takes: its pace, or its channels by Little's law."""
    bounds = [trunk.max_cps] if trunk.max_cps else []
    if trunk.max_channels:
        bounds.append(trunk.max_channels / hold)
    return min(bounds, default=None)


def with_agents(
    takes: Estimate, people: int, talk: float, wrap_up: float, agents: int, ahead: bool
) -> Estimate:
    """The same where somebody must talk with everybody who answers: the slower of the two.

    `talk`, `wrap_up`: seconds; `agents`: who are there now, at least 1; `ahead`: numbers are
    dialled before an agent is free (predictive), so that no agent waits for ringing.
    """
    busy = REACHED_A_PASS * (talk + wrap_up)
    ringing = REACHED_A_PASS * RING_SECONDS + (1 - REACHED_A_PASS) * UNANSWERED_SECONDS
    a_person = (busy if ahead else busy + ringing) / agents
    rate = min(1 / a_person, takes.rate) if takes.rate else 1 / a_person
    return _at(rate, people, takes.hold)


def _at(rate: float, people: int, hold: float) -> Estimate:
    missed = 1 - REACHED_A_PASS
    calls = people * sum(missed**n for n in range(PASSES))
    return Estimate(rate, hold, people / rate + hold, calls / rate + hold)
