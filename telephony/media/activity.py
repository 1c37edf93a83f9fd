"""Who spoke when, measured on a recording. PURE.

The latency of a turn, as the whole project means it: on a two-channel recording made by the
caller's process, from the last 20 ms frame of the sent channel above −40 dBFS to the first frame of
the received channel above −40 dBFS that lasts at least 60 ms. It is what a person waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from telephony.media.framing import frame_bytes
from telephony.ports import FRAME_SECONDS

LOUD_DBFS = -40.0
LASTING_FRAMES = 3
"""60 ms."""
TURN_PAUSE_SECONDS = 1.0
"""A pause within a turn is shorter than this."""
ZERO_AMPLITUDE = 8
"""Samples up to here are digital silence after G.711: µ-law's and A-law's smallest steps."""


@dataclass(frozen=True)
class Span:
    """A stretch of a recording, in seconds from its beginning."""

    start: float
    end: float


def loud_frames(pcm: bytes, rate: int = 8000, above: float = LOUD_DBFS) -> list[bool]:
    """For every whole 20 ms frame, whether its RMS level is above `above` dBFS."""
    frames = _frames(pcm, rate)
    power = np.mean(np.square(frames / 32768.0), axis=1)
    return [bool(loud) for loud in power > 10 ** (above / 10)]


def spans(loud: Sequence[bool], pause: float = TURN_PAUSE_SECONDS) -> list[Span]:
    """Stretches of loud frames; a pause shorter than `pause` seconds belongs to its stretch."""
    found: list[Span] = []
    for index in (index for index, is_loud in enumerate(loud) if is_loud):
        start, end = index * FRAME_SECONDS, (index + 1) * FRAME_SECONDS
        if found and start - found[-1].end < pause:
            found[-1] = Span(found[-1].start, end)
        else:
            found.append(Span(start, end))
    return found


def turn_latencies(
    sent: bytes, received: bytes, rate: int = 8000, turns: Sequence[Span] | None = None
) -> list[float | None]:
    """Seconds from the end of each of the caller's turns to the answer; None where none came.

    `turns` are stretches in which the caller was speaking, as its script knows them (their ends may
    be late, not early); without them every stretch of the sent channel between pauses of a second
    is one. An answer is looked for until the caller's next turn begins. Sound that had begun before
    the turn's end is no answer to it.
    """
    speaking, answering = loud_frames(sent, rate), loud_frames(received, rate)
    turns = spans(speaking) if turns is None else turns
    latencies: list[float | None] = []
    for index, turn in enumerate(turns):
        last = _last_loud(speaking, turn)
        following = turns[index + 1].start if index + 1 < len(turns) else None
        until = len(answering) if following is None else _frame_at(following)
        first = None if last is None else _onset(answering, last + 1, until)
        both = last is not None and first is not None
        latencies.append((first - last) * FRAME_SECONDS if both else None)  # type: ignore[operator]
    return latencies


def longest_gap(received: bytes, rate: int = 8000, within: Sequence[Span] | None = None) -> float:
    """Seconds of the longest run of digital silence while sound should have come.

    A frame that is missing is recorded as zeros; speech and its pauses, synthetic too, are not
    zeros for long. `within` are the stretches looked at; without them, from the first sound to the
    last.
    """
    empty = np.max(np.abs(_frames(received, rate)), axis=1, initial=0) <= ZERO_AMPLITUDE
    if within is None:
        sounding = np.flatnonzero(~empty)
        if not len(sounding):
            return 0.0
        stretches = [(int(sounding[0]), int(sounding[-1]))]
    else:
        stretches = [(_frame_at(span.start), _frame_at(span.end)) for span in within]
    return max((_longest(empty[a:b]) for a, b in stretches), default=0) * FRAME_SECONDS


def _frames(pcm: bytes, rate: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    samples = frame_bytes(rate) // 2
    whole = len(pcm) // 2 // samples
    flat = np.frombuffer(pcm[: 2 * whole * samples], "<i2").astype(np.float64)
    return flat.reshape(whole, samples)


def _frame_at(seconds: float) -> int:
    return round(seconds / FRAME_SECONDS)


def _last_loud(loud: Sequence[bool], span: Span) -> int | None:
    last = min(len(loud), _frame_at(span.end))
    return next((i for i in range(last - 1, _frame_at(span.start) - 1, -1) if loud[i]), None)


def _onset(loud: Sequence[bool], start: int, until: int) -> int | None:
    """The first frame from `start` on that begins a lasting run; a run under way does not count."""
    index = start
    while 0 < index < len(loud) and loud[index - 1] and loud[index]:
        index += 1
    for first in range(index, min(until, len(loud))):
        run = loud[first : first + LASTING_FRAMES]
        if len(run) == LASTING_FRAMES and all(run):
            return first
    return None


def _longest(flags: Sequence[bool] | np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    best = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        best = max(best, run)
    return best
