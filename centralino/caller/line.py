"""PURE. The telephone line as it is: what is heard comes back softly, and there is noise."""

from __future__ import annotations

from telephony.media.mixing import gain, mix


class Line:
    """What a party's own sound becomes on its way into the telephone. 16-bit mono PCM.

    The echo is what was heard `echo_ms` ago, `echo_db` softer; `noise` is repeated for ever,
    beginning `begins` seconds after its beginning.
    """

    def __init__(
        self,
        rate: int,
        echo_db: float | None = None,
        echo_ms: float = 0.0,
        noise: bytes = b"",
        begins: float = 0.0,
    ) -> None:
        self._factor = None if echo_db is None else 10 ** (-echo_db / 20)
        self._echo = bytearray(2 * round(rate * echo_ms / 1000))
        self._most = len(self._echo) + rate // 5 * 2
        self._noise = noise
        self._at = 2 * round(rate * begins) % len(noise) if noise else 0

    def heard(self, frame: bytes) -> None:
        """The other side's sound came."""
        if self._factor is not None:
            self._echo += frame
            del self._echo[: -self._most]

    def carry(self, own: bytes) -> bytes:
        """One frame of our own, as it goes out."""
        parts = [own]
        if self._factor is not None and len(self._echo) >= len(own):
            parts.append(gain(bytes(self._echo[: len(own)]), self._factor))
            del self._echo[: len(own)]
        if self._noise:
            parts.append(self._next_noise(len(own)))
        return mix(*parts) if len(parts) > 1 else own

    def _next_noise(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            more = self._noise[self._at : self._at + size - len(taken)]
            self._at = (self._at + len(more)) % len(self._noise)
            taken += more
        return taken
