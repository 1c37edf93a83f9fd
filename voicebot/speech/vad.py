"""Voice activity by webrtcvad. The only file that imports it."""

from __future__ import annotations

import webrtcvad


class WebrtcVad:
    """A `Vad` for 20 ms frames at `rate` Hz (8000 or 16000).

    `aggressiveness` 0–3: how sure it must be to call a frame speech. 2 lets few noises pass; what
    it lets pass must be loud enough for the segmenter.
    """

    def __init__(self, rate: int = 8000, aggressiveness: int = 2) -> None:
        if rate not in (8000, 16000):
            raise ValueError(f"webrtcvad hears 8000 or 16000 Hz, not {rate}")
        self._rate = rate
        self._frame_bytes = rate // 50 * 2
        self._aggressiveness = aggressiveness
        self._vad = webrtcvad.Vad(aggressiveness)

    def is_speech(self, frame: bytes) -> bool:
        """Decide on one 20 ms frame. A frame of another length is not speech."""
        if len(frame) != self._frame_bytes:
            return False
        return bool(self._vad.is_speech(frame, self._rate))

    def reset(self) -> None:
        """Forget what was heard."""
        self._vad = webrtcvad.Vad(self._aggressiveness)
