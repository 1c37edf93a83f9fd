"""Voice activity by Silero's network (v6, MIT), whose weights lie in the package faster-whisper.

One model serves every leg of a process; a leg holds only what the network remembers. It hears
16 kHz in steps of 32 ms, so its opinion of a 20 ms frame may be 12 ms old. Narrow-band sound is
doubled by a short filter: a resampler that is better would hold back more than a step.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voicebot.errors import EngineMissing
from voicebot.speech.onnx import Session, session

MODEL = "silero_vad_v6.onnx"
STEP = 512
"""Samples at 16 kHz that the network takes at once."""
CONTEXT = 64
"""Samples of the step before that it sees again."""
REMEMBERED = (1, 1, 128)
ON, OFF = 0.5, 0.35
"""Speech begins at a probability of the first and ends below the second."""
_TAPS = 12

Floats = npt.NDArray[np.float32]


class Doubler:
    """8 kHz to 16 kHz: every second sample is made by a windowed sinc over 12; 0.75 ms late."""

    def __init__(self) -> None:
        at = np.arange(_TAPS) - _TAPS / 2 + 0.5
        taps = np.sinc(at) * np.hamming(_TAPS)
        self._taps = (taps / taps.sum()).astype(np.float32)
        self._before = np.zeros(_TAPS - 1, np.float32)

    def feed(self, samples: Floats) -> Floats:
        """Twice as many samples."""
        whole = np.concatenate([self._before, samples])
        self._before = whole[len(whole) - (_TAPS - 1) :]
        doubled = np.empty(2 * len(samples), np.float32)
        middle = _TAPS // 2 - 1
        doubled[0::2] = whole[middle : middle + len(samples)]
        doubled[1::2] = np.convolve(whole, self._taps, "valid")
        return doubled


class SileroVad:
    """A `Vad` for 20 ms frames at `rate` Hz (8000 or 16000)."""

    def __init__(self, rate: int = 8000, on: float = ON, off: float = OFF) -> None:
        if rate not in (8000, 16000):
            raise ValueError(f"Silero hears 8000 or 16000 Hz, not {rate}")
        self._frame_bytes = rate // 50 * 2
        self._rate = rate
        self._on, self._off = on, off
        self._model = _model()
        self._speech = False
        self.reset()

    def is_speech(self, frame: bytes) -> bool:
        """Decide on one 20 ms frame. A frame of another length is not speech."""
        if len(frame) != self._frame_bytes:
            return False
        self._feed(np.frombuffer(frame, "<i2").astype(np.float32) / 32768.0)
        self._speech = self.probability >= (self._off if self._speech else self._on)
        return self._speech

    def reset(self) -> None:
        """Forget what was heard."""
        self.probability = 0.0
        """Of the last step: that it holds speech."""
        self._speech = False
        self._double: Callable[[Floats], Floats] | None = (
            Doubler().feed if self._rate == 8000 else None
        )
        self._waiting = np.zeros(0, np.float32)
        self._context = np.zeros(CONTEXT, np.float32)
        self._memory = (np.zeros(REMEMBERED, np.float32), np.zeros(REMEMBERED, np.float32))

    def _feed(self, samples: Floats) -> None:
        more = samples if self._double is None else self._double(samples)
        self._waiting = np.concatenate([self._waiting, more])
        while len(self._waiting) >= STEP:
            step, self._waiting = self._waiting[:STEP], self._waiting[STEP:]
            self._think(step)

    def _think(self, step: Floats) -> None:
        hidden, cell = self._memory
        heard = np.concatenate([self._context, step])[None]
        probability, hidden, cell = self._model.run(None, {"input": heard, "h": hidden, "c": cell})
        self.probability = float(np.ravel(probability)[0])
        self._memory = (hidden, cell)
        self._context = step[-CONTEXT:]


def model_path() -> Path:
    """Where the weights are. Raises EngineMissing."""
    found = importlib.util.find_spec("faster_whisper")
    folders = (found.submodule_search_locations or []) if found else []
    for folder in folders:
        path = Path(folder) / "assets" / MODEL
        if path.is_file():
            return path
    raise EngineMissing(
        f"the package faster-whisper holds no {MODEL}: pip install faster-whisper, or set"
        ' speech.vad to "webrtc"'
    )


@functools.cache
def _model() -> Session:
    return session(model_path())
