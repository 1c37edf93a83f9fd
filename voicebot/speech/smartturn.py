"""Does the caller sound finished? Smart Turn v3.2 (BSD-2-Clause), a network on the last 8 s.

Its weights lie in the package pipecat-ai, which is not needed otherwise (`centralino models list`
says how to have it). The features are those of Whisper's encoder: log-mel, 80 bands, 10 ms apart
(Radford et al. 2022, section 2.2), of sound brought to mean 0 and variance 1.
"""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from telephony.media.resample import resample
from voicebot.speech.onnx import session

MODEL = "smart-turn-v3.2-cpu.onnx"
RATE = 16000
SECONDS = 8
BANDS = 80
_FFT, _HOP = 400, 160

Floats = npt.NDArray[np.float32]


class SmartTurn:
    """A `TurnDetector`. It decides in a thread of its own, one pause at a time."""

    def __init__(self, folder: Path) -> None:
        self._model = session(folder / MODEL)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="smart-turn")

    async def finished(self, pcm: bytes, rate: int) -> float:
        """Probability, 0–1, that the turn is over."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self.judge, pcm, rate)

    def judge(self, pcm: bytes, rate: int) -> float:
        """The same, in this thread."""
        sound = np.frombuffer(resample(pcm, rate, RATE), "<i2").astype(np.float32) / 32768.0
        whole = np.zeros(RATE * SECONDS, np.float32)
        last = sound[-len(whole) :]
        whole[len(whole) - len(last) :] = last
        outputs = self._model.run(None, {"input_features": log_mel(whole)[None]})
        return float(np.ravel(outputs[0])[0])


def log_mel(sound: Floats) -> Floats:
    """80 bands of as many frames of 10 ms as the sound has."""
    level = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
    padded = np.pad(level, _FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP][: len(sound) // _HOP]
    window = np.hanning(_FFT + 1)[:-1]
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    bands = np.log10(np.maximum(_filters() @ power.T, 1e-10))
    return np.asarray((np.maximum(bands, bands.max() - 8.0) + 4.0) / 4.0, np.float32)


@functools.cache
def _filters() -> npt.NDArray[np.float64]:
    """Triangles evenly apart on Slaney's mel scale: linear to 1 kHz, logarithmic above."""
    top = 15.0 + np.log(RATE / 2 / 1000.0) * 27.0 / np.log(6.4)
    mel = np.linspace(0.0, top, BANDS + 2)
    above = 1000.0 * np.exp(np.log(6.4) / 27.0 * (mel - 15.0))
    edges = np.where(mel < 15.0, mel * 200.0 / 3.0, above)
    hertz = np.fft.rfftfreq(_FFT, 1 / RATE)
    rising = (hertz[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - hertz[None]) / (edges[2:] - edges[1:-1])[:, None]
    shape = np.maximum(0.0, np.minimum(rising, falling))
    return np.asarray(shape * (2.0 / (edges[2:] - edges[:-2]))[:, None])
