"""Figures taken from the callers' recordings, never from our own log."""

from __future__ import annotations

import statistics
import wave
from pathlib import Path
from typing import Any

import numpy as np

from telephony.media.activity import Span, turn_latencies
from telephony.media.recording import split_channels

LOUD = 1500
"""A click's sample is far above speech's silence and far below its own peak."""
CLICK_APART = 0.15
"""Seconds: loud samples nearer than this belong to one click."""


def channels(path: str) -> tuple[bytes, bytes]:
    """What came and what was sent, of a recording. Raises OSError, wave.Error."""
    with wave.open(path, "rb") as file:
        return split_channels(file.readframes(file.getnframes()))


def latencies_ms(recording: str, events: list[dict[str, Any]], turns: int) -> list[float]:
    """Milliseconds from the end of each of the caller's first `turns` sentences to the answer."""
    received, sent = channels(recording)
    said = _spoken(events)[:turns]
    found = turn_latencies(sent, received, 8000, said)
    return [round(1000 * latency) for latency in found if latency is not None]


def _spoken(events: list[dict[str, Any]]) -> list[Span]:
    begins = [float(event["at"]) for event in events if event["event"] == "saying"]
    ends = [float(event["at"]) for event in events if event["event"] == "said"]
    return [Span(start, end + 0.1) for start, end in zip(begins, ends, strict=False)]


def clicks(pcm: bytes) -> list[float]:
    """Seconds at which clicks begin."""
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(np.int32)) > LOUD) / 8000
    return [float(t) for i, t in enumerate(loud) if i == 0 or t - loud[i - 1] > CLICK_APART]


def one_way_ms(sender: str, sender_began: float, hearer: str, hearer_began: float) -> list[float]:
    """Milliseconds of each click's way from one recording's sent to the other's received channel.

    The clicks are the last that were sent; what sounded before them is speech.
    """
    _, sent = channels(sender)
    received, _ = channels(hearer)
    left = [sender_began + t for t in clicks(sent)]
    heard = [hearer_began + t for t in clicks(received)]
    ways = []
    for start in left:
        after = [1000 * (t - start) for t in heard if 0 <= t - start < 0.25]
        ways += after[:1]
    return [round(way, 1) for way in ways]


def summary(values: list[float]) -> dict[str, float | int | None]:
    """p50, p95 (nearest rank) and how many."""
    if not values:
        return {"p50": None, "p95": None, "n": 0}
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return {"p50": round(statistics.median(ordered)), "p95": round(p95), "n": len(ordered)}


def duration(path: Path) -> float:
    """Seconds of a recording."""
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()
