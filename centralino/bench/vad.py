"""`bench vad`: voice activity detectors on the same labelled sound, alone and before the segmenter.

Speech lies at known places in ten kinds of noise; then there is an hour's worth of noise alone. A
detector is judged frame by frame (area under the curve), and by what the segmenter makes of it:
how late an utterance begins and how often one begins where nobody speaks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from centralino.bench import noises
from centralino.bench.degrade import Way, companded, degraded, spoken
from centralino.bench.page import table
from centralino.demo.measure import summary
from voicebot.speech.endpointing import Segmenter, SpeechStarted
from voicebot.speech.ports import Vad
from voicebot.speech.silero import SileroVad
from voicebot.speech.vad import WebrtcVad

RATE = 8000
FRAME = RATE // 50
SNRS = (20.0, 10.0, 5.0)
BEFORE, AFTER = 1.0, 0.8
"""Seconds of noise around each utterance."""
EARLY, LATE = 0.1, 1.0
"""An utterance begun within these of the true onset is a hit."""
NOISE_DBFS = -32.0

Make = Callable[[], Vad]
DETECTORS: dict[str, Make] = {
    "webrtc, 1": lambda: WebrtcVad(RATE, 1),
    "webrtc, 2": lambda: WebrtcVad(RATE, 2),
    "webrtc, 3": lambda: WebrtcVad(RATE, 3),
    "silero, 0.3": lambda: SileroVad(RATE, 0.3, 0.2),
    "silero, 0.5": lambda: SileroVad(RATE, 0.5, 0.35),
    "silero, 0.7": lambda: SileroVad(RATE, 0.7, 0.5),
}


SHOWN = ("webrtc, 2", "webrtc, 3", "silero, 0.5")
"""On the page; the JSON has all."""


@dataclass(frozen=True)
class Scene:
    """Sound with labels."""

    condition: str
    pcm: bytes = field(repr=False)
    labels: Sequence[bool] = field(repr=False)


@dataclass
class Tally:
    """What one detector did in one condition."""

    hits: int = 0
    speech: int = 0
    alarms: int = 0
    silence: int = 0
    onsets_ms: list[float] = field(default_factory=list)
    missed: int = 0
    false_onsets: int = 0
    seconds: float = 0.0
    cpu: float = 0.0


def scenes(
    clips: Sequence[noises.Samples], behind: dict[str, noises.Samples], rng: np.random.Generator
) -> list[Scene]:
    """Every clip in quiet and in every noise at every level."""
    found = []
    for clip in clips:
        clean = np.concatenate(
            [np.zeros(round(BEFORE * RATE)), clip, np.zeros(round(AFTER * RATE))]
        )
        clean = clean[: len(clean) // FRAME * FRAME]
        labels = spoken(clean, RATE)
        ways = [Way()] + [Way(noise=name, snr_db=snr) for name in behind for snr in SNRS]
        for way in ways:
            # The level of noise follows from that of the speech, not of the silence around it.
            louder = rms_of(clean, labels)
            level = Way(way.codec, noise=way.noise, snr_db=way.snr_db, level_dbfs=louder)
            sound = degraded(clean, behind.get(way.noise), level, rng)
            name = f"{way.noise} {way.snr_db:.0f} dB" if way.noise else "quiet"
            found.append(Scene(name, noises.pcm_of(sound), labels))
    return found


def rms_of(clean: noises.Samples, labels: Sequence[bool]) -> float:
    """The level for the whole clip, in dBFS, at which its speech has −22."""
    speech = np.repeat(np.asarray(labels), FRAME)
    loud = noises.rms(clean[: len(speech)][speech])
    return float(-22.0 + 20 * np.log10(noises.rms(clean) / loud))


def noise_alone(behind: dict[str, noises.Samples], level: float = NOISE_DBFS) -> list[Scene]:
    """Each noise without anybody speaking, as a telephone brings it."""
    found = []
    for name, noise in behind.items():
        sound = noises.pcm_of(companded(noises.at_level(noise, level), "pcmu"))
        found.append(Scene(f"{name} alone", sound, [False] * (len(noise) // FRAME)))
    return found


def judge(make: Make, scene: Scene, tally: Tally) -> None:
    """Feed a scene to a fresh detector and segmenter."""
    detector, segmenter = make(), Segmenter()
    onset = scene.labels.index(True) * 0.02 if any(scene.labels) else None
    hit = False
    for number, label in enumerate(scene.labels):
        frame = scene.pcm[2 * FRAME * number : 2 * FRAME * (number + 1)]
        began = time.process_time()
        flag = detector.is_speech(frame)
        tally.cpu += time.process_time() - began
        _count(tally, flag, label)
        now = (number + 1) * 0.02
        for event in segmenter.feed(frame, flag, now):
            if isinstance(event, SpeechStarted):
                if onset is not None and -EARLY <= event.at - onset <= LATE and not hit:
                    hit = True
                    tally.onsets_ms.append(1000 * (now - onset))
                elif onset is None or not any(scene.labels[max(0, number - 10) : number + 10]):
                    tally.false_onsets += 1
    tally.missed += onset is not None and not hit
    tally.seconds += len(scene.labels) * 0.02


def _count(tally: Tally, flag: bool, label: bool) -> None:
    if label:
        tally.speech += 1
        tally.hits += flag
    else:
        tally.silence += 1
        tally.alarms += flag


def area(points: Sequence[tuple[float, float]]) -> float:
    """Under the curve through (false alarm rate, hit rate), (0, 0) and (1, 1). PURE."""
    corners = sorted([(0.0, 0.0), *points, (1.0, 1.0)])
    steps = zip(corners, corners[1:], strict=False)
    return float(sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in steps))


def compare(found: Sequence[Scene]) -> dict[str, Any]:
    """All detectors on all scenes: by detector and condition, and the areas."""
    rows: list[dict[str, Any]] = []
    for name, make in DETECTORS.items():
        tallies: dict[str, Tally] = {}
        for scene in found:
            judge(make, scene, tallies.setdefault(scene.condition, Tally()))
        rows += [_row(name, condition, tally) for condition, tally in tallies.items()]
    return {"rows": rows, "area": _areas(rows)}


def _row(name: str, condition: str, tally: Tally) -> dict[str, Any]:
    return {
        "detector": name,
        "condition": condition,
        "hit_rate": round(tally.hits / tally.speech, 3) if tally.speech else None,
        "false_alarm_rate": round(tally.alarms / tally.silence, 3) if tally.silence else None,
        "onset_ms": summary(tally.onsets_ms),
        "missed": tally.missed,
        "false_onsets_per_hour": round(3600 * tally.false_onsets / tally.seconds, 1),
        "cpu_percent": round(100 * tally.cpu / tally.seconds, 3),
        "seconds": round(tally.seconds, 1),
    }


def _areas(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """The area by engine and condition, of those that hold speech."""
    points: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in rows:
        if row["hit_rate"] is not None:
            key = (row["detector"].split(",")[0], row["condition"])
            points.setdefault(key, []).append((row["false_alarm_rate"], row["hit_rate"]))
    areas: dict[str, dict[str, float]] = {}
    for (engine, condition), each in points.items():
        areas.setdefault(condition, {})[engine] = round(area(each), 3)
    return areas


def tables(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    engines = sorted({engine for each in figures["area"].values() for engine in each})
    areas = table(
        ["condition", *engines],
        [[c, *(each.get(e) for e in engines)] for c, each in figures["area"].items()],
    )
    columns = ("detector", "condition", "hit rate", "false alarms", "onset p50 ms", "p95 ms",
               "missed", "false onsets/h", "CPU %")  # fmt: skip
    rows = [
        [r["detector"], r["condition"], r["hit_rate"], r["false_alarm_rate"], r["onset_ms"]["p50"],
         r["onset_ms"]["p95"], r["missed"], r["false_onsets_per_hour"], r["cpu_percent"]]
        for r in figures["rows"]
        if r["detector"] in SHOWN
    ]  # fmt: skip
    return f"## Area under the curve, frames\n{areas}\n## Before the segmenter\n" + table(
        columns, rows
    )
