"""Legs that hear one another. PURE: it calls only the non-blocking verbs of MediaStream.

Frames that one leg received go to those who hear it at once; nothing is kept here. What is added is
what waits in the sending stack: at most one frame. A stall leaves more waiting there, for good
since all clocks have the same rate, so a `Lane` watches and gives frames up until one is left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from telephony.media.leg import LegSound
from telephony.media.mixing import level_dbfs

P = TypeVar("P")
MOST_QUEUED = 3
"""Frames in the sending stack above which the newest are dropped."""
RESERVE = 1
"""Frames that may always be waiting: against ticks that come late. More, and one is given up."""
BLEND_QUEUED = 2
"""Frames to which the sending stack is filled where several voices are heard."""
BLEND_HELD, BLEND_MOST_HELD = 1, 3
"""Frames that a voice may be ahead of the others: quietly, and at all."""
WINDOW = 50
"""Ticks over which the least that waited is looked at: one second."""
QUIET_DBFS = -45.0
"""A frame that nobody misses; a second is waited for one."""


class Lane:
    """One direction: how many of the received frames may go on, by what still waits ahead."""

    def __init__(self) -> None:
        self.dropped = 0
        """Frames given up to stay near to now."""
        self._least = MOST_QUEUED
        self._ticks = 0
        self._spare = 0
        """Ticks since a frame too many was seen; 0 for none."""

    def carry(self, frames: Sequence[bytes], waiting: int) -> list[bytes]:
        """Which of `frames` to send when `waiting` frames are queued ahead of them."""
        self._look(waiting)
        kept = list(frames)
        if self._spare:
            self._spare += 1
            quiet = (at for at, frame in enumerate(kept) if level_dbfs(frame) < QUIET_DBFS)
            at = next(quiet, 0 if self._spare > WINDOW else None)
            if kept and at is not None:
                del kept[at]
                self._spare = 0
        kept = kept[: max(0, MOST_QUEUED - waiting)]
        self.dropped += len(frames) - len(kept)
        return kept

    def _look(self, waiting: int) -> None:
        """Once a second: was there always more waiting than the reserve?"""
        self._least = min(self._least, waiting)
        self._ticks += 1
        if self._ticks >= WINDOW:
            if self._least > RESERVE and not self._spare:
                self._spare = 1
            self._ticks, self._least = 0, MOST_QUEUED


class Blend(Generic[P]):
    """Several voices on their way to one listener.

    They come at the same rate but not in the same ticks: laid over one another as they come, two
    would make more frames than can be sent. So a frame is sent for each that the stack can take,
    of whoever has one, and the little that a voice is ahead waits here.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._held: dict[P, list[bytes]] = {}

    def carry(self, came: Mapping[P, Sequence[bytes]], waiting: int) -> list[list[bytes]]:
        """What to send of each voice when `waiting` frames are queued ahead, silence filled in."""
        self._held = {name: [*self._held.get(name, ()), *frames] for name, frames in came.items()}
        longest = max(map(len, self._held.values()))
        room = min(longest, max(0, BLEND_QUEUED - waiting))
        sent = [held[:room] for held in self._held.values()]
        self._held = {name: self._kept(held[room:]) for name, held in self._held.items()}
        return sent

    def _kept(self, held: list[bytes]) -> list[bytes]:
        """What may wait: a quiet frame of a voice that is ahead is given up, a loud one only when
        it is far ahead."""
        if len(held) > BLEND_HELD:
            quiet = (at for at, frame in enumerate(held) if level_dbfs(frame) < QUIET_DBFS)
            at = next(quiet, 0 if len(held) > BLEND_MOST_HELD else None)
            if at is not None:
                self.dropped += 1
                return held[:at] + held[at + 1 :]
        return held


@dataclass(frozen=True)
class Carried(Generic[P]):
    """What one tick of a bridge moved, for recorders: by leg."""

    came: Mapping[P, Sequence[bytes]]
    sent: Mapping[P, bytes]


@dataclass
class Bridge(Generic[P]):
    """Legs by name. Each one's own playout is laid over what it hears of the others."""

    legs: dict[P, LegSound] = field(default_factory=dict)
    lanes: defaultdict[tuple[P, P], Lane] = field(default_factory=lambda: defaultdict(Lane))
    """Speaker and listener → the way between them, for who hears one alone."""
    blends: dict[P, Blend[P]] = field(default_factory=dict)
    """Listener → the ways to one who hears several."""
    _new: set[P] = field(default_factory=set)

    def join(self, name: P, sound: LegSound) -> None:
        """A leg comes, or another one takes its place."""
        self.leave(name)
        self.legs[name] = sound
        self._new.add(name)

    def leave(self, name: P) -> None:
        """A leg goes; harmless when it is not here."""
        self.legs.pop(name, None)
        self._new.discard(name)
        for way in [way for way in self.lanes if name in way]:
            del self.lanes[way]
        self.blends.pop(name, None)

    def rename(self, old: P, new: P) -> None:
        """A leg takes another's place, without losing a frame."""
        sound, fresh = self.legs.pop(old), old in self._new
        self.leave(old)
        self.join(new, sound)
        if not fresh:
            self._new.discard(new)

    def tick(self, hears: Mapping[P, Sequence[P]]) -> Carried[P]:
        """Move what came since the last 20 ms; `hears` says to each listener who is heard.

        Whoever hears nobody gets the playout alone: music, an announcement, or nothing.
        """
        for name in self._new:
            self.legs[name].catch_up()  # what came while nobody read would stay as a delay
        self._new.clear()
        came = {name: sound.receive() for name, sound in self.legs.items()}
        sent = {name: self._send(name, hears.get(name, ()), came) for name in self.legs}
        return Carried(came, sent)

    def _send(self, listener: P, heard: Sequence[P], came: Mapping[P, Sequence[bytes]]) -> bytes:
        sound = self.legs[listener]
        waiting = sound.waiting()
        voices = [name for name in heard if name in came]
        if len(voices) > 1:
            blend = self.blends.setdefault(listener, Blend())
            return sound.send_through(*blend.carry({name: came[name] for name in voices}, waiting))
        self.blends.pop(listener, None)
        return sound.send_through(
            *(self.lanes[name, listener].carry(came[name], waiting) for name in voices)
        )
