"""G.722 by the ITU's algorithm. The only file that imports G722 (a package for development)."""

from __future__ import annotations

import numpy as np

from centralino.bench.noises import Samples, pcm_of, samples_of
from centralino.errors import ModuleMissing

RATE, BITS = 16000, 64000


def g722(sound: Samples) -> Samples:
    """16 kHz sound through the codec and back. Raises ModuleMissing."""
    try:
        from G722 import G722
    except ModuleNotFoundError as missing:
        raise ModuleMissing("G722") from missing
    samples = np.frombuffer(pcm_of(sound), "<i2").tolist()
    heard = G722(RATE, BITS).decode(G722(RATE, BITS).encode(samples))
    return samples_of(np.asarray(heard, "<i2").tobytes())
