"""The sound of one baresip leg as frames. Is given the stack's objects; imports no baresip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from telephony.media.framing import Framer, frame_bytes

SILENT_FRAMES = 2
"""Frames of silence after which a flush is over that had nothing to drop: the first may have been
sent before it was asked."""


class BaresipMedia:
    """The sound of one leg. Neither verb blocks: the stack's own threads fill and empty the rings.

    After a renegotiation (hold, re-INVITE) the stack replaces its rings and says so once by
    AudioRestarted; the next try binds to the new ones. After the end it says AudioNotActive.
    """

    def __init__(
        self, audio: Any, rate: int, restarted: type[Exception], not_active: type[Exception]
    ) -> None:
        self._audio = audio
        self._restarted = restarted
        self._not_active = not_active
        self.rate = rate
        self._size = frame_bytes(rate)
        self._framer = Framer(self._size)
        self._flushed: tuple[int, int] | None = None
        """What the stack had counted when a flush was asked that it has not done: bytes flushed,
        and frames of silence sent."""
        self._held = b""
        self.came = False
        """Whether a packet came of which nothing has been heard yet; set by the driver."""
        self._packets = 1  # the first one is told by itself
        self._heard = False

    @property
    def frame_bytes(self) -> int:
        """Bytes of one 20 ms frame."""
        return self._size

    def read(self) -> bytes | None:
        """The next received frame, or None when none has arrived.

        Packets without sound (comfort noise, a key), the first and such as were counted later, are
        a frame of silence: a telephone that keeps still is not one from which nothing comes.
        """
        missing = self._framer.missing
        if missing:
            self._framer.feed(self._twice(lambda: self._audio.read(missing), b""))
        frame = self._framer.take()
        self._heard = self._heard or frame is not None
        if frame is None and self.came:
            frame = bytes(self._size)
        self.came = False
        return frame

    def counted(self, packets: int) -> None:
        """So many packets have come so far, as is known at each report of the other side (RTCP)."""
        self.came = self.came or (packets > self._packets and not self._heard)
        self._packets, self._heard = packets, False

    def write(self, frame: bytes) -> None:
        """Queue sound for sending; dropped once the leg has ended or holds."""
        if self._flushing():
            self._held += frame
        else:
            self._twice(lambda: self._audio.write(frame), 0)

    def flush(self) -> int:
        """Drop what is queued; the bytes dropped. At most one frame more may still go out."""
        dropped = self.queued()
        if self._flushing():
            self._held = b""
        elif dropped:
            self._flushed = self._counted()
            self._twice(self._audio.flush_tx, None)
        return dropped

    def queued(self) -> int:
        """Bytes written and not yet sent."""
        if self._flushing():
            return len(self._held)
        return int(self._twice(lambda: self._audio.info().tx_buffered, 0))

    def _flushing(self) -> bool:
        """Whether the stack has yet to drop what was flushed.

        It does so at its next packet, together with whatever was written in between; so that is
        held back here. Where the last of it was sent just before, nothing is left to drop, and only
        the silence sent since tells that the flush is over.
        """
        if self._flushed is None:
            return False
        counted = self._counted()
        if counted is not None and self._flushed is not None:
            dropped = counted[0] != self._flushed[0]
            if not dropped and counted[1] - self._flushed[1] < SILENT_FRAMES:
                return True
        self._flushed, held, self._held = None, self._held, b""
        if held:
            self._twice(lambda: self._audio.write(held), 0)
        return False

    def _counted(self) -> tuple[int, int] | None:
        stats = self._twice(self._audio.stats, None)
        return None if stats is None else (stats.tx_flushed_bytes, stats.tx_silence_frames)

    def _twice(self, act: Callable[[], Any], otherwise: Any) -> Any:
        for _ in range(2):
            try:
                return act()
            except self._restarted:
                self._framer.clear()
                self._flushed = None
            except self._not_active:
                return otherwise
        return otherwise
