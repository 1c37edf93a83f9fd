"""A third person at a bridge: hears both sides, and is heard by none, one or both. PURE as
bridge.py is."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import zip_longest

from telephony.media.bridge import MOST_QUEUED, Bridge, Carried, Lane
from telephony.media.leg import LegSound
from telephony.media.mixing import mix


class Mode(StrEnum):
    """Who hears the third one. Side `a` of the bridge is the caller, side `b` the agent."""

    LISTEN = "listen"
    """Nobody."""
    WHISPER = "whisper"
    """The agent alone."""
    BARGE = "barge"
    """Both."""


class ThirdLeg:
    """The supervisor's leg beside a bridge."""

    def __init__(self, sound: LegSound, mode: Mode) -> None:
        self.sound = sound
        self.mode = mode
        self._lane = Lane()
        self._begun = False

    def tick(self, bridge: Bridge) -> Carried:
        """Move what came since the last 20 ms between the three."""
        if not self._begun:
            self._begun = True
            self.sound.catch_up()
        voice = self.sound.receive()[:MOST_QUEUED]
        to_a = voice if self.mode is Mode.BARGE else []
        to_b = [] if self.mode is Mode.LISTEN else voice
        carried = bridge.tick(to_a, to_b)
        heard = mixed(carried.from_a, carried.from_b)
        self.sound.send_through(self._lane.carry(heard, self.sound.waiting()))
        return carried


def mixed(one: Sequence[bytes], other: Sequence[bytes]) -> list[bytes]:
    """Two sides as one, frame by frame."""
    pairs = zip_longest(one, other)
    return [mix(*(frame for frame in pair if frame is not None)) for pair in pairs]
