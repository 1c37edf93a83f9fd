"""Speech as the carrier sends it. PURE."""

from __future__ import annotations

import numpy as np

BIAS, CLIP = 132, 32635
"""Of the encoder in 14 bits, scaled to 16 (ITU-T G.711, table 2a)."""


def mu_law(pcm: bytes) -> bytes:
    """16-bit PCM as G.711 µ-law, a byte a sample."""
    samples = np.frombuffer(pcm, "<i2").astype(np.int32)
    size = np.minimum(np.abs(samples), CLIP) + BIAS
    segment = np.floor(np.log2(size)).astype(np.int32) - 7
    step = (size >> (segment + 3)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    return bytes((~(sign | segment << 4 | step) & 0xFF).astype(np.uint8))
