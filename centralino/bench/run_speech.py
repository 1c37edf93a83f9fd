"""`bench speech` from beginning to end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from centralino import bots
from centralino.bench import speech
from centralino.bench.chart import chart
from centralino.bench.page import head, machine, table, write_json, write_page
from centralino.bench.speakers import missing, speakers
from centralino.config.model import Config
from centralino.processes.preflight import find_bot
from voicebot.dialogue.questions import TERMS
from voicebot.nlu.evaluate import held_out
from voicebot.speech.engines import load_recogniser, recogniser_choice

BOT = "utility"
_EXPLAINED = """
Held-out sentences of the bot `utility` and answers to questions (six digits, names, dates), spoken
by {voices}; every codec with every loss and every noise, level and voice changing from sentence to
sentence. Loss is of 20 ms packets, heard as silence of that length. Recognised and understood as in
a call: with the question's terms and readings, the shipped classifier with its embedding. *Intent*:
the classifier's first is the right one. *Slot error*: digits, name or date are not what was said.
Latency is the recogniser's own time, {at_once} utterances side by side.

![Word error over noise](speech_noise.svg)

"""


async def run_speech(
    config: Config, recogniser: str, of_each: int, at_once: int, seed: int,
    json_file: Path | None, page: Path | None, command: str, codecs: Sequence[str] = speech.CODECS,
    most_ways: int | None = None,
) -> None:  # fmt: skip
    """Measure and tell. Raises EngineMissing, ModuleMissing."""
    console = Console()
    figures: dict[str, Any] = {"machine": machine()}
    models = config.speech.models_dir
    choice = recogniser_choice(recogniser, "en", models)
    engine = load_recogniser(choice, "en", models, at_once)
    bot = find_bot(config, BOT)
    nlu = await asyncio.to_thread(bots.embedded, config, bot)
    titles = tuple(i.title for i in bot.flow.intents.values() if i.universal is None)[:TERMS]
    everybody = speakers()
    bench = speech.Bench(engine, nlu, everybody, titles, seed)
    examples = [(each.text, each.intent) for each in held_out(config.bots_folder / BOT)]
    said = speech.sentences(examples, random.Random(seed))
    every = speech.ways(codecs)[:most_ways]
    found = await bench.measure(every, said, of_each, at_once, _progress(console))
    figures.update(
        engines={"recogniser": {"name": choice.engine, "model": choice.model}},
        voices=list(everybody), not_installed=missing(), rows=speech.cells(found, choice.engine),
        by_factor=speech.by_factor(found), whole=speech.row(found),
    )  # fmt: skip
    text = _page(figures, command, at_once)
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    write_json(figures, json_file)
    write_page(page, f"speech_{choice.engine}", text)
    if page is not None:
        (page / "speech_noise.svg").write_text(_plot(found), encoding="utf-8")


def _progress(console: Console) -> Any:
    def told(done: int, whole: int) -> None:
        if done % 100 == 0:
            console.print(f"{done} of {whole} utterances", highlight=False)

    return told


def _page(figures: dict[str, Any], command: str, at_once: int) -> str:
    explained = _EXPLAINED.format(voices=", ".join(figures["voices"]), at_once=at_once)
    parts = ["# Speech over the telephone\n", head(command, figures), explained]
    for factor, rows in figures["by_factor"].items():
        columns = (factor, "n", "WER", "intent accuracy", "slot error", "latency p50 ms")
        shown = [
            [name, r["n"], r["wer"], r["intent_accuracy"], r["slot_error"], r["latency_ms_p50"]]
            for name, r in rows.items()
        ]
        parts.append(f"## By {factor}\n{table(columns, shown)}\n")
    return "".join(parts).rstrip() + "\n"


def _plot(found: Sequence[speech.Said]) -> str:
    lines: dict[str, list[tuple[float, float]]] = {}
    for noise in ("babble", "street", "music"):
        for snr in (5.0, 10.0, 20.0):
            heard = [s for s in found if (s.way.noise, s.way.snr_db) == (noise, snr)]
            if heard:
                lines.setdefault(noise, []).append((snr, speech.row(heard)["wer"]))
    return chart("Word error over noise, all codecs and losses", "SNR dB", "WER", lines)
