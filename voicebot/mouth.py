"""PURE. What is being said: playbacks in order, by name, from first sound to last."""

from __future__ import annotations

from dataclasses import dataclass, replace

SECONDS_A_LETTER = 0.12
"""Slower than anybody speaks: 60 letters take about 4 s."""


@dataclass(frozen=True)
class Playback:
    """One thing said."""

    name: str
    text: str
    interruptible: bool
    ordered: float = 0.0
    """UTC seconds at which it was ordered: its line in the transcript."""
    started: float | None = None
    """UTC seconds of its first sound."""
    language: str = ""
    """Of the voice; empty: the line's."""


class Mouth:
    """Everything ordered and not yet finished, the one heard first in front."""

    def __init__(self, prefix: str = "bot") -> None:
        self._prefix = prefix
        self._count = 0
        self._queue: list[Playback] = []
        self._stopped: dict[str, Playback] = {}

    def add(
        self, text: str, interruptible: bool, ordered: float = 0.0, language: str = ""
    ) -> Playback:
        """One thing more, after the others."""
        self._count += 1
        name = f"{self._prefix}-{self._count}"
        playback = Playback(name, text, interruptible, ordered, language=language)
        self._queue.append(playback)
        return playback

    @property
    def busy(self) -> bool:
        """Whether something is said, or about to be."""
        return bool(self._queue)

    @property
    def current(self) -> Playback | None:
        """What is heard now or next."""
        return self._queue[0] if self._queue else None

    @property
    def text(self) -> str:
        """Everything being said, or to be said."""
        return " ".join(playback.text for playback in self._queue)

    def started(self, name: str, now: float) -> bool | None:
        """Its first sound went out. False: it was stopped; None: it is unknown."""
        for index, playback in enumerate(self._queue):
            if playback.name == name and playback.started is None:
                self._queue[index] = replace(playback, started=now)
                return True
        return False if name in self._stopped else None

    def finished(self, name: str) -> bool:
        """No more of it will be heard. False: it is unknown, or was stopped before."""
        before = len(self._queue)
        self._queue = [playback for playback in self._queue if playback.name != name]
        return len(self._queue) < before

    def was_stopped(self, name: str) -> Playback | None:
        """One that was stopped and is now told as finished; only once."""
        return self._stopped.pop(name, None)

    def stop(self) -> tuple[Playback, ...]:
        """Nothing is said any more; what was not said to its end."""
        cut_off, self._queue = tuple(self._queue), []
        self._stopped |= {playback.name: playback for playback in cut_off}
        return cut_off

    def longest(self) -> float:
        """Seconds that all of it may last at most."""
        return sum(len(playback.text) for playback in self._queue) * SECONDS_A_LETTER
