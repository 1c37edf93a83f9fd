"""PURE. What became of a prompt, read from the caller's recording.

Its first second is looked for as a whole: found twice, it was begun anew. Its last two are looked
for in pieces, one behind the other: a jitter buffer leaves a frame out or puts one in, which
shifts all that follows by 20 ms and makes of one long comparison none, while nothing is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from centralino.bench import noises
from centralino.demo.watch import Fact
from telephony.media.activity import LOUD_DBFS, loud_frames, spans

RATE = 8000
HEAD, TAIL = 1.0, 2.0
"""Seconds of the prompt that are looked for."""
HEAD_ALIKE = 0.5
"""Correlation from which a head is found; codec and jitter buffer leave the same sound more."""
PIECE, STEP = 0.25, 0.125
"""Seconds of a piece of the tail, and from one to the next: a shift spoils two of them."""
PIECE_ALIKE = 0.7
"""Correlation from which a piece is found. Measured on 108 recordings: what is there has 0.9 to
1.0, with a shift of a frame in it 0.7 to 0.9, other words of the same voice at most 0.65."""
MOST = 2 / 3
"""Share of the tail's pieces that are found, if it is there."""
MISSING = 0.25
"""Seconds at the very end that may be missing, less than a syllable: the caller's jitter buffer
may drop so much, and nobody who is interrupted so late has missed a word."""
SLIP = 0.1
"""Seconds by which a piece may begin before its place behind the one before."""
LONGEST_PAUSE = 8.0
"""Seconds between two pieces at the most: the prompt was paused there, several times at worst."""
LATER = 0.15
"""Seconds by which a prompt that was paused ends later."""


@dataclass(frozen=True)
class Prompt:
    """The prompt as it is when nobody disturbs it."""

    head: noises.Samples
    tail: noises.Samples
    seconds: float


@dataclass(frozen=True)
class Fate:
    """What became of one prompt."""

    lost: bool
    restarted: bool
    paused: bool
    name: str = ""
    """Of its recording."""
    told: str = ""
    """What the house told of it."""


def prompt_of(sound: noises.Samples) -> Prompt:
    """The only thing said in this recording."""
    (spoken,) = spans(loud_frames(noises.pcm_of(sound)))
    start, end = round(spoken.start * RATE), round(spoken.end * RATE)
    head = sound[start : start + round(HEAD * RATE)]
    return Prompt(head, sound[end - round(TAIL * RATE) : end], (end - start) / RATE)


def fate(received: noises.Samples, prompt: Prompt) -> Fate:
    """What became of the prompt in this recording."""
    heads = begun(received, prompt.head)
    began = heads[-1] if heads else 0.0
    after = ended(received[round(began * RATE) :], prompt.tail)
    restarted = len(heads) > 1
    late = bool(heads) and after is not None and after > prompt.seconds + LATER
    return Fate(after is None, restarted, late and not restarted)


def begun(sound: noises.Samples, head: noises.Samples, apart: float = 1.0) -> list[float]:
    """Seconds at which the prompt begins: peaks of the correlation with its head."""
    alike = _alike(sound, head)
    peaks: list[float] = []
    near = np.flatnonzero(alike >= HEAD_ALIKE)
    for index in near[np.argsort(alike[near])[::-1]]:
        if all(abs(index / RATE - peak) > apart for peak in peaks):
            peaks.append(float(index / RATE))
    return sorted(peaks)


def ended(sound: noises.Samples, tail: noises.Samples) -> float | None:
    """Second at which the prompt was heard to its end; None: it was not.

    Most pieces of its tail are found in order, and one of the last.
    """
    size, step = round(PIECE * RATE), round(STEP * RATE)
    starts = [
        start
        for start in range(0, len(tail) - size + 1, step)
        if noises.rms(tail[start : start + size]) > 10 ** (LOUD_DBFS / 20)
    ]
    places = _in_order(sound, tail, starts, size)
    if not places or len(places) < MOST * len(starts):
        return None
    start, at = places[-1]
    left = len(tail) - start
    return (at + left) / RATE if left - size <= round(MISSING * RATE) else None


def _in_order(
    sound: noises.Samples, tail: noises.Samples, starts: Sequence[int], size: int
) -> list[tuple[int, int]]:
    """Where each piece that is found begins in the tail and in the sound, in samples."""
    places: list[tuple[int, int]] = []
    since, until = 0, len(sound)
    for start in starts:
        if places:
            begin, at = places[-1]
            since = max(0, at + start - begin - round(SLIP * RATE))
            until = since + round((LONGEST_PAUSE + SLIP) * RATE) + size
        alike = _alike(sound[since:until], tail[start : start + size])
        if len(alike) and np.max(alike) >= PIECE_ALIKE:
            places.append((start, since + int(np.argmax(alike))))
    return places


def _alike(sound: noises.Samples, piece: noises.Samples) -> noises.Samples:
    """The correlation, at most 1, with what begins at each sample of the sound."""
    places = len(sound) - len(piece) + 1
    if places < 1:
        return np.zeros(0)
    size = 1 << (len(sound) + len(piece)).bit_length()  # an FFT of a power of two is fast
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(piece, size)), size)
    energy = np.cumsum(np.concatenate(([0.0], sound**2)))
    window = energy[len(piece) :] - energy[:places]
    found: noises.Samples = product[:places] / np.sqrt(np.maximum(window * np.sum(piece**2), 1e-9))
    return found


TOLD = {
    "PromptPaused": "paused",
    "PromptResumed": "went on",
    "PromptCut": "stopped",
    "TurnHeard": "heard",
}


def told_of(facts: Sequence[Fact]) -> str:
    """What the house told of a prompt, in order."""
    shown = []
    for fact in facts:
        if (what := TOLD.get(str(fact.get("report")))) is not None:
            more = fact.get("why") or (fact.get("text") if what == "heard" else "")
            shown.append(f"{what} ({more})" if more else what)
    return ", ".join(shown)


def figures(
    fates: dict[str, list[Fate]], seconds: float, problems: Sequence[str] = ()
) -> dict[str, Any]:
    """Prompts lost an hour; paused and resumed beside."""
    every = [fate for each in fates.values() for fate in each]
    hours = len(every) * seconds / 3600
    lost = sum(fate.lost or fate.restarted for fate in every)
    return {
        "hours": round(hours, 3),
        "prompts": len(every),
        "lost": lost,
        "lost_per_hour": round(lost / hours, 2) if hours else None,
        "paused": sum(fate.paused for fate in every),
        "by_disturbance": {
            name: {
                "prompts": len(each),
                "lost": sum(fate.lost for fate in each),
                "restarted": sum(fate.restarted for fate in each),
                "paused": sum(fate.paused for fate in each),
                "each": [asdict(fate) for fate in each],
            }
            for name, each in sorted(fates.items())
        },
        "problems": list(problems),
    }
