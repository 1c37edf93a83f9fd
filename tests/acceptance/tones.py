"""Who hears whom in a call over real SIP and RTP: each speaks in a tone of its own, and recordings
tell which tones came."""

from __future__ import annotations

import contextlib
import math
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from centralino.caller.party import order
from centralino.caller.script import Pause, Press, Say
from centralino.commands.call import Running, party
from centralino.demo.measure import channels
from centralino.demo.stage import Stage
from telephony.media.mixing import level_dbfs
from telephony.media.tones import beep
from telephony.media.wav import WavSink
from tests.waiting import until

TONES = (
    508.0, 570.0, 640.0, 718.0, 806.0, 904.0, 958.0, 1015.0, 1075.0, 1139.0, 1207.0, 1280.0, 1356.0,
    1436.0,
)  # fmt: skip
"""Hz, each between two notes of the music."""
RATE = 8000
WINDOW = RATE // 20
PURE = 0.5
"""Share of a window's energy that a tone alone has; music and speech never have as much at a
frequency between two notes."""
LEAST_DBFS = -35.0
SILENT_DBFS = -50.0
WITHIN, LASTS = 14, 5
"""Of so many windows of 50 ms at least so many: a busy machine loses frames here and there."""


@contextlib.asynccontextmanager
async def telephone(
    stage: Stage, number: str, calls: int = 1, answer_after: float | None = 0.5
) -> AsyncIterator[Running]:
    """An agent's telephone that answers (None: when told), skips the whisper, and does what it is
    cued to."""
    asked = order(
        [Pause(0.3), Press("1")], user=number, password=stage.setting.agents[number].sip,
        edge=stage.house.layout.edge,
        recording=str(stage.setting.recordings / f"agent-{number}.wav"), calls=calls,
        answer_after=answer_after,
    )  # fmt: skip
    async with party(asked) as running:
        await running.until("ready")
        yield running


async def sounds(who: Running, hertz: float, folder: Path) -> float:
    """Have a party sound a tone and be silent; the second of its recording at which it ended."""
    name = f"{hertz:.0f}"
    path = folder / f"tone-{name}.wav"
    if not path.exists():
        sink = WavSink(path, RATE, channels=1)
        sink(beep(hertz, 0.45) + bytes(2 * round(0.25 * RATE)))  # until it has come everywhere
        sink.close()
    before = said(who, name)
    who.cue(Say(name, str(path)))
    await until(lambda: said(who, name) > before)
    return float(next(e["at"] for e in reversed(who.events) if e["event"] == "said"))


def said(who: Running, text: str) -> int:
    """How often a party has said this."""
    return sum(event["event"] == "said" and event["text"] == text for event in who.events)


def heard(recording: Path) -> set[int]:
    """Which of the tones came to a party, by its recording."""
    pcm, _ = channels(str(recording))
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    return {number for number, hertz in enumerate(TONES) if _there(samples, hertz)}


def longest_silence(recording: Path, begin: float, end: float) -> float:
    """Seconds of silence (below -50 dBFS) at a stretch that came between two moments."""
    pcm, _ = channels(str(recording))
    part = pcm[2 * round(begin * RATE) : 2 * round(end * RATE)]
    frames = [part[at : at + 320] for at in range(0, len(part) - 320, 320)]
    longest = run = 0
    for frame in frames:
        run = run + 1 if level_dbfs(frame) < SILENT_DBFS else 0
        longest = max(longest, run)
    return longest / 50


def _there(samples: np.ndarray, hertz: float) -> bool:
    wave = np.exp(-2j * math.pi * hertz * np.arange(WINDOW) / RATE)
    found = []
    for at in range(0, len(samples) - WINDOW, WINDOW):
        part = samples[at : at + WINDOW]
        energy = float(np.sum(part * part))
        loud = energy > WINDOW * (32768 * 10 ** (LEAST_DBFS / 20)) ** 2
        found.append(loud and 2 * abs(np.sum(part * wave)) ** 2 / WINDOW > PURE * energy)
    return any(sum(found[at : at + WITHIN]) >= LASTS for at in range(len(found)))
