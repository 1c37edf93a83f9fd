"""What waiting opens: tiers by time, and requirements that relax step by step. PURE.

Everything follows from how long the call has been in its queue, so a step that is taken late, or
after a restart, comes to the same.
"""

from __future__ import annotations

from dataclasses import replace

from acd.config import QueueConfig
from acd.records import EVERY_TIER, WaitingRecord


def tier_by_time(waits: tuple[float, ...], entered: float, now: float) -> int:
    """The highest tier that is open now to a call that came at `entered`.

    The first is always open, `waits[0]` opens the second, and the last of them all further ones.
    Without any, all are: then tiers are an order and no gate.
    """
    opened = sum(now >= entered + wait for wait in waits)
    return EVERY_TIER if opened == len(waits) else 1 + opened


def widened(call: WaitingRecord, queue: QueueConfig, now: float) -> WaitingRecord:
    """The call's row with all that its wait has opened."""
    entered = call.entered or call.joined
    steps = [step for step in queue.relax if now >= entered + step.after]
    dropped = {skill for step in steps for skill in step.drop}
    if any(step.anybody for step in steps):
        dropped |= set(call.required)
    return replace(
        call,
        lowered=sum(step.lower for step in steps),
        dropped=tuple(skill for skill in call.required if skill in dropped),
        tier=tier_by_time(queue.tier_waits, entered, now),
        agent=call.agent if not call.agent_until or now < call.agent_until else "",
    )


def next_step(call: WaitingRecord, queue: QueueConfig, now: float) -> float | None:
    """When waiting opens more, in UTC seconds; None when nothing more comes."""
    entered = call.entered or call.joined
    steps = queue.relax if call.required else ()
    times = [*queue.tier_waits, *(step.after for step in steps)]
    later = [entered + after for after in times if entered + after > now]
    if call.agent and call.agent_until > now:
        later.append(call.agent_until)
    return min(later, default=None)
