"""A call as two channels: left what the far end sent, right what we sent. PURE.

One row of 20 ms is written for every tick, so both channels and the clock stay together. A stream
that comes in bursts (two frames in one tick, none in the next) is evened out by a few frames kept
per channel; more than that is a stall, and the surplus is given up so that the channels do not
drift apart.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import numpy as np

from telephony.media.framing import frame_bytes

KEPT_FRAMES = 5
LONGEST_HELD = 1500
"""Rows held back at most: half a minute, longer than any sentence is listened to."""
CHUNK_FRAMES = 50
"""Rows handed to the sink at a time: one second."""


class Channel(Enum):
    """Who is heard."""

    RECEIVED = "received"
    SENT = "sent"


class TwoChannelRecorder:
    """Hands interleaved 16-bit PCM to `sink`, about a second at a time."""

    def __init__(
        self, rate: int, sink: Callable[[bytes], None], chunk_frames: int = CHUNK_FRAMES
    ) -> None:
        self._size = frame_bytes(rate)
        self._sink = sink
        self._chunk = chunk_frames
        self._rows: list[bytes] = []
        self._kept = {Channel.RECEIVED: b"", Channel.SENT: b""}
        self._muted: set[Channel] = set()
        self._held = False
        self.frames = 0
        """Rows of 20 ms so far: the position in the recording."""
        self.surplus = 0
        """Bytes given up because a channel ran ahead of the clock."""

    def frame(self, received: bytes | None, sent: bytes | None) -> None:
        """One tick: what came and what went in it, each none, one or more frames."""
        left = self._take(Channel.RECEIVED, received)
        right = self._take(Channel.SENT, sent)
        self._rows.append(interleave(left, right))
        self.frames += 1
        full = len(self._rows) >= (LONGEST_HELD if self._held else self._chunk)
        if full:
            self.flush()

    def mute(self, *channels: Channel) -> None:
        """Write silence for these channels (both when none is named) until `unmute`.

        For what must not be kept: a card number said or keyed, a caller who objects.
        """
        self._muted.update(channels or Channel)

    def unmute(self, *channels: Channel) -> None:
        """Write what is heard again."""
        self._muted.difference_update(channels or Channel)

    def hold(self, held: bool) -> None:
        """Hand nothing over while it is not known whether it may be kept, or go on handing over.

        A process that dies loses what is held, at most `LONGEST_HELD` rows.
        """
        self._held = held

    def blank(self, channel: Channel) -> None:
        """Silence in this channel for everything that is not handed over yet."""
        at = list(Channel).index(channel)
        for number, row in enumerate(self._rows):
            both = list(split_channels(row))
            both[at] = bytes(len(both[at]))
            self._rows[number] = interleave(*both)

    def flush(self) -> None:
        """Hand over what is not handed over yet; also at the end of the call."""
        rows, self._rows = self._rows, []
        for start in range(0, len(rows), self._chunk):
            self._sink(b"".join(rows[start : start + self._chunk]))

    def _take(self, channel: Channel, more: bytes | None) -> bytes:
        if channel in self._muted:
            self._kept[channel] = b""
            return bytes(self._size)
        kept = self._kept[channel] + (more or b"")
        frame, rest = kept[: self._size].ljust(self._size, b"\0"), kept[self._size :]
        over = max(0, len(rest) - KEPT_FRAMES * self._size)
        self.surplus += over
        self._kept[channel] = rest[over:]
        return frame


def interleave(left: bytes, right: bytes) -> bytes:
    """Two mono frames of one length as stereo."""
    both = np.empty(len(left), "<i2")
    both[0::2] = np.frombuffer(left, "<i2")
    both[1::2] = np.frombuffer(right, "<i2")
    return both.tobytes()


def split_channels(interleaved: bytes) -> tuple[bytes, bytes]:
    """Stereo as two mono streams: left, right."""
    both = np.frombuffer(interleaved, "<i2")
    return both[0::2].tobytes(), both[1::2].tobytes()
