"""A long utterance in windows that fit an engine's context. PURE."""

from __future__ import annotations

from voicebot.speech.sound import level, pieces

_STEP = 0.100


def windows(pcm: bytes, rate: int, longest: float) -> list[bytes]:
    """The sound cut into pieces of at most `longest` seconds.

    Each cut falls on the quietest tenth of a second of the last third of the piece, so that words
    stay whole.
    """
    cut: list[bytes] = []
    most = 2 * int(rate * longest)
    while len(pcm) > most:
        at = _quietest(pcm[:most], rate)
        cut.append(pcm[:at])
        pcm = pcm[at:]
    return [*cut, pcm]


def _quietest(pcm: bytes, rate: int) -> int:
    """The byte in the middle of the quietest step of the last third."""
    steps = list(pieces(pcm, rate, _STEP))
    first = len(steps) * 2 // 3
    quietest = min(range(first, len(steps)), key=lambda i: level(steps[i]))
    return 2 * int(rate * _STEP * (quietest + 0.5))
