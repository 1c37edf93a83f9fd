"""Calls that may not wait (any longer): to the next queue, or back to their bot. PURE."""

from __future__ import annotations

from dataclasses import replace

from acd.config import QueueConfig
from acd.limits import Limit, Line, at_entry, ends, overflow
from acd.messages import TellPosition
from acd.reactions import Reactions, and_more
from acd.records import WaitingRecord

ASK_SECONDS = 90.0
"""For so long at most a caller who may not wait is asked about a callback, a number that is keyed
or dictated included; who does not want one says so, and does not wait for this."""


class Leaving(Reactions):
    """Limits of queues. A call that is being offered has that last chance first."""

    def enter(self, call: WaitingRecord, queue: QueueConfig, now: float) -> None:
        """A call has just joined a queue: may it wait there?"""
        limit = at_entry(queue, self._line(queue.id, without=1), now)
        if limit is not None:
            self._go_on(call, queue, limit, now)
        else:
            self._look_later(call, queue)

    def limit(self, name: str, now: float) -> None:
        """It may be that a call may wait no longer."""
        call = self.floor.waiting[name]
        queue = self._queues.get(call.queue)
        if queue is None or call.offer or call.callback is not None:
            return
        if call.limit and call.limit_until <= now:
            return self._sent_back(call, queue, call.limit)
        found = ends(call, queue, self._alone(queue.id))
        if found is not None and found[0] <= now and not call.limit:
            self._go_on(call, queue, found[1], now)
        else:
            self._look_later(call, queue)

    def look_where_nobody_is(self, now: float) -> None:
        """Where the last one at work has gone, calls leave after `no_agent_wait`."""
        queues, self.floor.restaffed = self.floor.restaffed, set()
        for name in sorted(queues):
            self._staffing(name, now)
            if name in self.floor.lines:
                for place in self.floor.lines[name].places:
                    self._look_later(self.floor.waiting[place[3]], self._queues[name])

    def staffing_known(self, now: float) -> None:
        """After a restart: where nobody is at work, the time begins anew."""
        for queue in self._queues.values():
            if queue.no_agent_wait is not None:
                self._staffing(queue.id, now)

    def _staffing(self, queue: str, now: float) -> None:
        if self.floor.staffed(queue):
            self.floor.alone_since.pop(queue, None)
        else:
            self.floor.alone_since.setdefault(queue, now)

    def _alone(self, queue: str) -> float | None:
        return None if self._staffed(queue) else self.floor.alone_since.get(queue, 0.0)

    def _look_later(self, call: WaitingRecord, queue: QueueConfig) -> None:
        if call.callback is not None:  # it has a time of its own
            return
        if call.limit:
            return self.floor.timers.set(("limit", call.call), call.limit_until)
        found = ends(call, queue, self._alone(queue.id))
        if found is None:
            self.floor.timers.cancel(("limit", call.call))
        else:
            self.floor.timers.set(("limit", call.call), found[0])

    def _line(self, queue: str, without: int = 0) -> Line:
        waiting = len(self.floor.lines[queue]) if queue in self.floor.lines else 0
        waiting -= self.floor.away[queue] + self.floor.limited[queue]
        return Line(waiting - without, self._staffed(queue))

    def _staffed(self, queue: str) -> bool:
        """Whether anybody is at work; not looked at where it makes no difference."""
        config = self._queues.get(queue)
        return config is None or config.no_agent_wait is None or self.floor.staffed(queue)

    def _go_on(self, call: WaitingRecord, queue: QueueConfig, limit: Limit, now: float) -> None:
        self.counts[limit] += 1
        following = overflow(queue, self._queues, self._line, now)
        if following is None:
            if _may_ask(call, queue):
                return self._ask(call, limit, now)
            return self._sent_back(call, queue, limit)
        self.counts["overflowed"] += 1
        self.floor.drop_call(call, "overflowed")
        moved = replace(
            call, queue=following.id, origin=call.origin or call.queue, entered=now,
            lowered=0, dropped=(), refused=(), told=0, foretold=None, queued=now, offered=0,
            lacking={},
        )  # fmt: skip
        moved = self._opened_up(moved, now)
        self.floor.put_call(moved)
        self.staff.count(moved)
        self.floor.tells.set(call.call, now)
        why = f"{limit}: from {queue.id} to {following.id}"
        self._call_moved(call.call, "waiting", "overflowed", why, call)
        why = and_more(f"came from {queue.id}", moved.lacks)
        self._call_moved(call.call, "", "waiting", why, call)
        return self._look_later(moved, following)

    def _ask(self, call: WaitingRecord, limit: Limit, now: float) -> None:
        """Where callers are called back, who may not wait is asked first. The stay goes on, so that
        it ends by what the caller wishes; an agent who becomes free meanwhile has the call."""
        asked = replace(call, limit=limit, limit_until=now + ASK_SECONDS)
        self.floor.put_call(asked)
        self._call_moved(call.call, "waiting", "waiting", f"{limit}: asked about a callback", call)
        self._look_later(asked, self._queues[call.queue])
        self._commands.append(
            TellPosition(
                call.call, call.media, self.floor.position(call), len(self.floor.lines[call.queue]),
                self.floor.able(call), call.queue, callback="offer", limit=limit,
            )
        )  # fmt: skip

    def _sent_back(self, call: WaitingRecord, queue: QueueConfig, limit: str) -> None:
        self.floor.drop_call(call, "voicemail" if queue.voicemail else "overflowed")
        self.release(call, limit, "waiting")


def _may_ask(call: WaitingRecord, queue: QueueConfig) -> bool:
    """Whether this caller can be called back: somebody of a caller's own, who is on the line."""
    own = not (call.consult or call.outbound or call.callback or call.limit)
    return own and queue.callback is not None and queue.callback.sent_back
