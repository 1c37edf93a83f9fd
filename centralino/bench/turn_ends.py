"""`bench ends`: does a turn detector tell a pause in a sentence from its end?

The sentences of the bench's callers, whole and cut where a speaker may hesitate, over G.711, with
200 ms of silence after them: what the detector is asked about in a call.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from centralino.bench import noises
from centralino.bench.degrade import companded
from centralino.bench.page import head, machine, table, write_json, write_page
from centralino.bench.speakers import Speak, speakers
from centralino.bench.utterances import SPLIT_SENTENCES
from centralino.bench.vad import area
from centralino.demo.measure import summary
from voicebot.models import folder_of
from voicebot.speech.smartturn import SmartTurn
from voicebot.speech.sound import silence

RATE = 8000
PAUSE = 0.2
THRESHOLD = 0.5


_LIMITS = """
What is only begun is spoken on its own here, so these voices give it the melody of an end, which
people do not: a hard test for a detector that listens to melody, and the one that the callers of
`bench turns` put. It is off by default (`speech.turn_detector`) as long as nothing better is
measured; the words decide.
"""


@dataclass(frozen=True)
class Judged:
    """One decision."""

    whole: bool
    probability: float
    ms: float


async def judge_all(detector: SmartTurn, everybody: Sequence[Speak]) -> list[Judged]:
    """Every sentence of every speaker, whole and cut."""
    found = []
    for speak in everybody:
        for sentence in SPLIT_SENTENCES:
            begun = sentence.split(" | ")[0]
            for whole, text in ((True, sentence.replace(" | ", " ")), (False, begun)):
                heard = companded(noises.samples_of(await speak(text, RATE)), "pcmu")
                pcm = noises.pcm_of(noises.at_level(heard, -22.0)) + silence(RATE, PAUSE)
                began = time.process_time()
                probability = detector.judge(pcm, RATE)
                found.append(Judged(whole, probability, 1000 * (time.process_time() - began)))
    return found


def figures_of(judged: Sequence[Judged]) -> dict[str, Any]:
    """Area under the curve, and both errors at the threshold. PURE."""
    whole = [j.probability for j in judged if j.whole]
    cut = [j.probability for j in judged if not j.whole]
    limits = sorted({j.probability for j in judged})
    points = [
        (sum(p >= t for p in cut) / len(cut), sum(p >= t for p in whole) / len(whole))
        for t in limits
    ]
    return {
        "n": len(judged),
        "auc": round(area(points), 3),
        "ends_missed": round(sum(p < THRESHOLD for p in whole) / len(whole), 3),
        "pauses_taken_for_ends": round(sum(p >= THRESHOLD for p in cut) / len(cut), 3),
        "cpu_ms": summary([j.ms for j in judged]),
    }


async def run_ends(models: Path, json_file: Path | None, page: Path | None, command: str) -> None:
    """Measure and tell. Raises EngineMissing."""
    detector = SmartTurn(folder_of("smart-turn", models))
    everybody = speakers()
    figures: dict[str, Any] = {
        "machine": machine(),
        "engines": {"turn detector": "smart-turn v3.2"},
    }
    rows = {name: figures_of(await judge_all(detector, [s])) for name, s in everybody.items()}
    figures["by_voice"] = rows
    columns = ("voice", "n", "AUC", "ends missed", "pauses taken for ends", "CPU p50 ms")
    shown = [
        [name, r["n"], r["auc"], r["ends_missed"], r["pauses_taken_for_ends"], r["cpu_ms"]["p50"]]
        for name, r in rows.items()
    ]
    text = (
        f"# Ends of turns\n{head(command, figures)}\n{len(SPLIT_SENTENCES)} sentences, whole and "
        "begun up to where a speaker may hesitate, over G.711 at −22 dBFS, 200 ms of silence after "
        "them.\n\n" + table(columns, shown) + _LIMITS
    )
    Console().print(text, highlight=False, markup=False, soft_wrap=True)
    write_json(figures, json_file)
    write_page(page, "turn_ends", text)
