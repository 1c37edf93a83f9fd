"""How much of the cores the processes of this house take, from /proc."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")
OURS = (
    "centralino.media.main", "centralino.control.main", "centralino.processes.edge",
    "voicebot.speech.worker",
)  # fmt: skip
"""Modules that our processes run; all are children of one supervisor."""
LOOK_AGAIN = 10
"""Looks after which processes that were started again are found."""


class CoresBusy:
    """Cores in use since the last look by this process and its siblings; 0 where /proc is not."""

    def __init__(self) -> None:
        self.cores = len(os.sched_getaffinity(0))
        """That we may use."""
        self._pids: list[int] = []
        self._looks = 0
        self._before: dict[int, float] = {}
        self._at = 0.0

    def look(self) -> float:
        """E.g. 1.3."""
        if self._looks % LOOK_AGAIN == 0:
            self._pids = _siblings(os.getppid())
        self._looks += 1
        now, used = _uptime(), {pid: _seconds(pid) for pid in self._pids}
        spent = sum(used[pid] - self._before[pid] for pid in used if pid in self._before)
        elapsed = now - self._at if self._at else 0.0
        self._before, self._at = used, now
        return max(0.0, spent / elapsed) if elapsed > 0 else 0.0


def _siblings(parent: int) -> list[int]:
    found = []
    for entry in PROC.iterdir() if PROC.exists() else ():
        if entry.name.isdigit() and _fields(int(entry.name))[1:2] == [str(parent)]:
            command = _read(entry / "cmdline").split("\0")
            if any(module in command for module in OURS):
                found.append(int(entry.name))
    return found


def _fields(pid: int) -> list[str]:
    """Of /proc/PID/stat, from the state on: the name before it may hold blanks."""
    return _read(PROC / str(pid) / "stat").rpartition(")")[2].split()


def _seconds(pid: int) -> float:
    """Of processor time that a process has used; 0 when it is gone."""
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _uptime() -> float:
    return float((_read(PROC / "uptime").split() or ["0"])[0])


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # it ended between two looks
        return ""
