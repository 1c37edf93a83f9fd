"""Crash points: `CENTRALINO_CRASH_AT=acd:4:17` kills the process at the 17th passage of boundary 4.

The boundaries are the numbered steps of `kernel/driver.py`. Crash tests walk them all.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass

VARIABLE = "CENTRALINO_CRASH_AT"


def kill_self() -> None:
    """SIGKILL: nothing is flushed, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class CrashPoints:
    """Counts passages and dies at the one asked for."""

    room: str = ""
    step: int = 0
    passage: int = 0
    die: Callable[[], None] = kill_self
    seen: int = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> CrashPoints:
        """What the variable asks for; nothing when it is not set. Raises ValueError."""
        value = environment.get(VARIABLE, "")
        if not value:
            return cls()
        try:
            room, step, passage = value.split(":")
            return cls(room, int(step), int(passage))
        except ValueError:
            raise ValueError(f"{VARIABLE}={value}: say room:step:passage, e.g. acd:4:17") from None

    def pass_by(self, room: str, step: int) -> None:
        """The driver of `room` passes boundary `step`."""
        if (room, step) != (self.room, self.step):
            return
        self.seen += 1
        if self.seen == self.passage:
            self.die()
