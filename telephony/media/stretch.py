"""PURE. The same speech, slower: WSOLA (Verhelst and Roelands, 1993), its pitch unchanged.

Windows of the sound are laid down further apart than they were taken; each is taken from where it
fits best, within a few milliseconds, to what was laid down before.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

WINDOW_SECONDS = 0.030
SEARCH_SECONDS = 0.008
"""How far from its place a window may be taken, either way."""
Samples = npt.NDArray[np.float64]


def stretch(pcm: bytes, rate: int, factor: float) -> bytes:
    """16-bit mono PCM that lasts `factor` times as long (0.5 to 2)."""
    if not 0.5 <= factor <= 2.0:
        raise ValueError(f"factor is {factor}, and may be 0.5 to 2")
    window = 2 * round(WINDOW_SECONDS * rate / 2)
    hop, search = window // 2, round(SEARCH_SECONDS * rate)
    sound = np.frombuffer(pcm, "<i2").astype(np.float64)
    if factor == 1.0 or len(sound) < 2 * window:
        return pcm
    padded = np.concatenate([np.zeros(search), sound, np.zeros(window + hop + search)])
    length = round(len(sound) * factor)
    out, shape = np.zeros(length + 2 * window), np.hanning(window + 1)[:window]
    taken = search  # where the last window came from
    for place in range(0, length, hop):
        wanted = search + round(place / factor)
        if place:
            wanted = _best(padded, wanted, taken + hop, window, search)
        out[place : place + window] += shape * padded[wanted : wanted + window]
        taken = wanted
    return bytes(np.rint(np.clip(out[:length], -32768, 32767)).astype("<i2").tobytes())


def _best(sound: Samples, wanted: int, natural: int, window: int, search: int) -> int:
    """The place near `wanted` whose sound is most like what would have come at `natural`."""
    first = max(0, min(wanted - search, len(sound) - window - 2 * search))
    target = sound[natural : natural + window]
    if len(target) < window:
        return min(wanted, len(sound) - window)
    likeness = np.correlate(sound[first : first + window + 2 * search], target, "valid")
    return first + int(np.argmax(likeness))
