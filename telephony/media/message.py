"""A message that somebody leaves: when it is over, and where it pauses. PURE.

It ends by silence, by a key, or at its greatest length. Pauses part it into pieces short enough for
a recogniser that hears one utterance at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.media.framing import frame_bytes
from telephony.media.mixing import level_dbfs

FRAME = 0.02
LOUD_DBFS = -45.0
"""A frame above this is taken for speech."""
PIECE_SECONDS = 7.0
"""A piece is cut here even without a pause."""
PAUSE_SECONDS = 0.7


@dataclass(frozen=True)
class Piece:
    """What was said between two pauses."""

    at: float
    """Seconds from the beginning of the message."""
    pcm: bytes


@dataclass
class Message:
    """One message under way. Lengths in seconds."""

    rate: int
    longest: float = 120.0
    silence: float = 5.0
    """Silence that ends it, also at the beginning."""
    spoken: bool = False
    """Whether anything was said."""
    over: bool = False
    seconds: float = 0.0
    _piece: bytearray = field(default_factory=bytearray)
    _began: float = 0.0
    _loud: bool = False
    """Whether the piece holds speech."""
    _quiet: float = 0.0

    def frame(self, pcm: bytes) -> Piece | None:
        """20 ms more; a piece when one is whole. Nothing is taken once it is over."""
        if self.over:
            return None
        self._hear(pcm)
        if self._quiet >= self.silence or self.seconds >= self.longest:
            return self.end()
        if self._loud and (self._quiet >= PAUSE_SECONDS or self._length >= PIECE_SECONDS):
            return self._cut()
        if not self._loud and self._length >= 1.0:  # no hour of silence before a word
            self._piece = self._piece[-frame_bytes(self.rate) * 25 :]
            self._began = self.seconds - self._length
        return None

    def end(self) -> Piece | None:
        """It is over; the last piece, if it holds anything."""
        self.over = True
        return self._cut() if self._loud else None

    @property
    def _length(self) -> float:
        return len(self._piece) / 2 / self.rate

    def _hear(self, pcm: bytes) -> None:
        self.seconds += FRAME
        self._piece += pcm
        if level_dbfs(pcm) > LOUD_DBFS:
            self._loud = self.spoken = True
            self._quiet = 0.0
        else:
            self._quiet += FRAME

    def _cut(self) -> Piece:
        piece = Piece(self._began, bytes(self._piece))
        self._piece, self._loud, self._began = bytearray(), False, self.seconds
        return piece
