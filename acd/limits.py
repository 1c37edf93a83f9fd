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


def ends(
    call: WaitingRecord, queue: QueueConfig, alone_since: float | None
) -> tuple[float, Limit] | None:
    """When this call's wait ends, and why; None for never. Who waits at closing time is served.

    The wait counts from this call's own coming: who was cut off and called again keeps the place,
    and has the whole time anew. `alone_since` is when the last one at work left, or None.
    """
    times: list[tuple[float, Limit]] = []
    if queue.max_wait:
        times.append((call.queued + queue.max_wait, "too_long"))
    if queue.no_agent_wait is not None and alone_since is not None:
        times.append((max(call.queued, alone_since) + queue.no_agent_wait, "no_agents"))
    return min(times, default=None)


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
