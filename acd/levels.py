"""How the last callers of each queue fared, for the rules of teams that ask for it. PURE.

A row is written as callers come to an agent or give up, and again as they age: what a rule finds is
in the row, so a restart and a replay see the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from acd.blend import LAST_SECONDS, LevelRecord, aged, with_caller
from acd.config import CentreConfig
from acd.records import WaitingRecord, kind_of
from kernel.timers import Timers


@dataclass
class Levels:
    """The levels of a centre's queues."""

    config: CentreConfig
    write: Callable[[LevelRecord], None]
    """To the ledger."""
    timers: Timers[tuple[str, ...]]
    _known: dict[str, LevelRecord] = field(default_factory=dict)
    _asked: bool = False
    """Whether any rule does."""

    def __post_init__(self) -> None:
        rules = (each for team in self.config.teams for each in team.takes)
        self._asked = any(each.service_above is not None for each in rules)

    def load(self, record: LevelRecord) -> None:
        """Take in a row; what has aged meanwhile goes with the first step."""
        self._known[record.queue] = record
        if record.last:
            self.timers.set(("level", record.queue), min(record.at, default=0.0) + LAST_SECONDS)

    def of(self, queue: str) -> float:
        """The service level of a queue, from 0 to 1."""
        known = self._known.get(queue)
        return known.level if known else 1.0

    def left(self, call: WaitingRecord, why: str, now: float) -> None:
        """A call left its line: perhaps a caller, who was answered or gave up."""
        caller = kind_of(call) == "inbound" and not call.consult
        if not (self._asked and caller and why in ("answered", "hang_up")):
            return
        before = self._known.get(call.queue, LevelRecord(call.queue, call.client))
        self._put(with_caller(
            before, now, answered=why == "answered", waited=now - call.queued,
            threshold=self.config.level_seconds, short=self.config.short_seconds,
        ))  # fmt: skip

    def ages(self, queue: str, now: float) -> None:
        """Callers of long ago say nothing of now."""
        self._put(aged(self._known[queue], now))

    def _put(self, level: LevelRecord) -> None:
        self.write(level)
        self.load(level)
