"""Calls that may not wait (any longer): to the next queue, or back to their bot. PURE."""

from __future__ import annotations

from dataclasses import replace

from acd.config import QueueConfig
from acd.limits import Limit, Line, at_entry, next_look, overflow, while_waiting
from acd.reactions import Reactions
from acd.records import WaitingRecord


class Leaving(Reactions):
    """Limits of queues. A call that is being offered has that last chance first."""

    def enter(self, call: WaitingRecord, queue: QueueConfig, now: float) -> None:
        """A call has just joined a queue: may it wait there?"""
        limit = at_entry(queue, self._line(queue.id, without=1), now)
        if limit is not None:
            self._go_on(call, queue, limit, now)
        else:
            self._look_later(call, queue, now)

    def limit(self, name: str, now: float) -> None:
        """It may be that a call may wait no longer."""
        call = self.floor.waiting[name]
        queue = self._queues.get(call.queue)
        if queue is None or call.offer:
            return
        limit = while_waiting(call, queue, self.floor.staffed(queue.id), now)
        if limit is not None:
            self._go_on(call, queue, limit, now)
        else:
            self._look_later(call, queue, now)

    def look_where_nobody_is(self, now: float) -> None:
        """Where the last one at work has gone, calls leave after `no_agent_wait`."""
        queues, self.floor.restaffed = self.floor.restaffed, set()
        for name in queues:
            patience = self._queues[name].no_agent_wait
            if patience is not None and not self.floor.staffed(name) and name in self.floor.lines:
                for place in self.floor.lines[name].places:
                    self.floor.timers.set(("limit", place[3]), now + patience)

    def _look_later(self, call: WaitingRecord, queue: QueueConfig, now: float) -> None:
        if (due := next_look(call, queue, now)) is not None:
            self.floor.timers.set(("limit", call.call), due)

    def _line(self, queue: str, without: int = 0) -> Line:
        waiting = len(self.floor.lines[queue]) if queue in self.floor.lines else 0
        return Line(waiting - without, self.floor.staffed(queue))

    def _go_on(self, call: WaitingRecord, queue: QueueConfig, limit: Limit, now: float) -> None:
        self.counts[limit] += 1
        following = overflow(queue, self._queues, self._line, now)
        if following is None:
            self.floor.drop_call(call, "voicemail" if queue.voicemail else "overflowed")
            return self.release(call.call, call.media, limit, call.client, "waiting")
        self.counts["overflowed"] += 1
        self.floor.drop_call(call, "overflowed")
        moved = replace(
            call, queue=following.id, origin=call.origin or call.queue, entered=now,
            lowered=0, dropped=(), refused=(), told=0, foretold=None, queued=now, offered=0,
        )  # fmt: skip
        self.floor.put_call(self._opened_up(moved, now))
        why = f"{limit}: from {queue.id} to {following.id}"
        self._call_moved(call.call, "waiting", "overflowed", why, call.client)
        self._call_moved(call.call, "", "waiting", f"came from {queue.id}", call.client)
        return self._look_later(moved, following, now)
