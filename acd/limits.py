"""When a call may not wait (any longer), and where it goes then. PURE."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from acd.config import QueueConfig
from acd.hours import is_open
from acd.records import WaitingRecord

Limit = Literal["closed", "full", "no_agents", "too_long"]


NO_QUEUE = QueueConfig("", "")


@dataclass(frozen=True)
class Line:
    """What a queue is like at this moment."""

    waiting: int
    """Calls in it, this one not counted."""
    staffed: bool
    """Whether anybody is at work; who is on a break is not."""


def at_entry(queue: QueueConfig, line: Line, now: float) -> Limit | None:
    """Why a call may not join; None when it may."""
    if queue.hours is not None and not is_open(queue.hours, now):
        return "closed"
    if queue.max_length and line.waiting >= queue.max_length:
        return "full"
    return "no_agents" if queue.no_agent_wait == 0 and not line.staffed else None


def while_waiting(
    call: WaitingRecord, queue: QueueConfig, staffed: bool, now: float
) -> Limit | None:
    """Why a call may not wait any longer; None when it may. Who waits at closing time is served."""
    since = call.entered or call.joined
    if queue.max_wait and now >= since + queue.max_wait:
        return "too_long"
    alone = queue.no_agent_wait is not None and now >= since + queue.no_agent_wait
    return "no_agents" if alone and not staffed else None


def next_look(call: WaitingRecord, queue: QueueConfig, now: float) -> float | None:
    """When to look again whether it may still wait, in UTC seconds; None for never."""
    since = call.entered or call.joined
    times = [since + queue.max_wait] if queue.max_wait else []
    times += [since + queue.no_agent_wait] if queue.no_agent_wait is not None else []
    return min((due for due in times if due > now), default=None)


def overflow(
    queue: QueueConfig,
    queues: Mapping[str, QueueConfig],
    line_of: Callable[[str], Line],
    now: float,
) -> QueueConfig | None:
    """The first queue along the overflows that takes the call; None when none does."""
    seen = {queue.id}
    while (queue := queues.get(queue.overflow, NO_QUEUE)).id not in seen | {""}:
        seen.add(queue.id)
        if at_entry(queue, line_of(queue.id), now) is None:
            return queue
    return None
