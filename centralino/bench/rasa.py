"""`bench rasa`: the embedded engine and a real Rasa's DIET on the same sentences.

Both are asked as a call asks them: through the port `Understander`, Rasa over HTTP on loopback. A
public set is too large to train DIET on beside other work, so a part of it is taken: so many
sentences of each intent, chosen by a fixed seed.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from centralino.bench import rasa_beside
from centralino.bench.page import head, machine, table, write_page
from centralino.errors import StartRefused
from voicebot.breaker import Breaker, Circuit
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.classifier import Classifier
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import choose
from voicebot.nlu.evaluate import held_out, judge, judge_each
from voicebot.nlu.learning import learn
from voicebot.nlu.metrics import Judged, report
from voicebot.nlu.public_sets import is_public_set, read_set
from voicebot.nlu.rasa import Rasa, RasaAt
from voicebot.nlu.training import OUT_OF_SCOPE, Example, Training

PATIENCE = 30.0
"""Seconds for a sentence: here Rasa is measured, not guarded against."""
OUTSIDE = 5
"""Out-of-scope sentences of a part: as many as so many intents have."""
Figures = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """How many sentences of each intent, and by which seed."""

    train: int = 20
    test: int = 10
    seed: int = 1


@dataclass(frozen=True)
class Split:
    """The same for both engines."""

    name: str
    training: Training
    test: tuple[Example, ...]


def split_of(folder: Path, part: Part) -> Split:
    """A bot's training and held-out sentences, or a part of a public set. Raises BotError."""
    if not is_public_set(folder):
        return Split(folder.name, load_bot(folder).training, held_out(folder))
    found, chance = read_set(folder), random.Random(part.seed)
    train = _part(found.train, part.train, chance)
    name = f"{found.name}, {part.train} and {part.test} of each intent"
    training = Training("en", "UTC", train, out_of_scope_below=0.0)
    return Split(name, training, _part(found.test, part.test, chance))


def _part(examples: Iterable[Example], each: int, chance: random.Random) -> tuple[Example, ...]:
    """So many of each intent, those of none five times as many."""
    said: dict[str, list[Example]] = {}
    for example in examples:
        said.setdefault(example.intent, []).append(example)
    chosen: list[Example] = []
    for intent, all_of_it in sorted(said.items()):
        wanted = each * OUTSIDE if intent == OUT_OF_SCOPE else each
        chosen += chance.sample(all_of_it, min(wanted, len(all_of_it)))
    return tuple(chosen)


def compare(split: Split, models_dir: Path, directory: Path, epochs: int) -> Figures:
    """Train and judge both. Raises StartRefused where Rasa cannot be had or fails."""
    python = rasa_beside.set_up()
    training = split.training
    embedder, why = choose(training.language, models_dir)
    texts, intents = zip(*((e.text, e.intent) for e in training.examples), strict=True)
    began, used = time.perf_counter(), time.process_time()
    learned = learn(texts, intents, embedder, training.language)
    cost = rasa_beside.Trained(time.perf_counter() - began, time.process_time() - used)
    own = {"engine": f"embedded ({why})", "training_s": asdict(cost)}
    embedded = Embedded(training, Classifier(learned, embedder), time.time)
    own |= asdict(report(judge(embedded, split.test)))

    project = rasa_beside.write_project(directory, training.examples, training.language, epochs)
    cost = rasa_beside.train(
        python, project / "config.yml", project / "nlu.yml", directory / "models"
    )
    other: Figures = {"engine": f"Rasa 3.6 DIET, {epochs} epochs", "training_s": asdict(cost)}
    judged = asyncio.run(_judged_by_rasa(python, directory / "models", split, embedded))
    other |= asdict(report(judged))
    return {
        "set": split.name, "machine": machine(), "learned": len(training.examples),
        "judged": len(split.test), "intents": len(training.intents()), "rows": [own, other],
    }  # fmt: skip


async def _judged_by_rasa(
    python: Path, models: Path, split: Split, embedded: Embedded
) -> list[Judged]:
    async with rasa_beside.serving(python, models) as url:
        breaker = Breaker(failures=1, rest=float("inf"))
        rasa = Rasa(RasaAt(url, PATIENCE), split.training, embedded, breaker=breaker)
        await rasa.understand("hello")  # the first one loads what the others find loaded
        judged = await judge_each(rasa, split.test)
    if breaker.state is not Circuit.CLOSED:
        raise StartRefused("Rasa failed once: its figures would not be its own")
    return judged


def run_rasa(
    folders: Sequence[Path], part: Part, epochs: int, models_dir: Path, directory: Path,
    page: Path | None, command: str,
) -> bool:  # fmt: skip
    """Compare on each set, keep the figures, show all that are kept. False: Rasa was better."""
    for folder in folders:
        split = split_of(folder, part)
        place = directory / folder.name
        figures = compare(split, models_dir, place, epochs)
        (place / "figures.json").write_text(json.dumps({"command": command, **figures}, indent=1))
    kept = [json.loads(path.read_text()) for path in sorted(directory.glob("*/figures.json"))]
    text = _HEAD + "\n".join(map(_shown, kept))
    Console().print(text, highlight=False, markup=False, soft_wrap=True)
    write_page(page, "rasa", text)
    return all(_never_below(figures["rows"]) for figures in kept)


def _never_below(rows: Sequence[Figures]) -> bool:
    own, other = rows
    return bool(own["accuracy"] >= other["accuracy"])


_HEAD = """\
# The embedded engine beside a real Rasa
`make rasa`, or `centralino bench rasa`. Both engines learn the same sentences and are asked the
same ones, as a call asks them: through one port, Rasa over HTTP on loopback. Rasa is 3.6.21 with
the pipeline that `rasa init` writes, without its FallbackClassifier; out of scope is an intent
with sentences of its own. The cost of training is processor time; times by the clock follow from
the load.
"""
_ROWS = (
    ("accuracy", "accuracy (in scope, rejected = wrong)", "{:.3f}"),
    ("macro_f1", "macro F1", "{:.3f}"),
    ("oos_recall", "out-of-scope recall", "{:.3f}"),
    ("oos_auroc", "out-of-scope AUROC", "{:.3f}"),
    ("ece", "expected calibration error", "{:.3f}"),
    ("coverage_at_98_precision", "coverage at 98 % precision", "{:.3f}"),
    ("latency_ms_p50", "a sentence, p50 ms", "{:.1f}"),
    ("latency_ms_p95", "p95 ms", "{:.1f}"),
    ("training_s", "training, s of processor time", "{processor:.0f}"),
)


def _cell(value: Any, form: str) -> str | None:
    if value is None:
        return None
    return form.format(**value) if isinstance(value, dict) else form.format(value)


def _shown(figures: Figures) -> str:
    rows = [
        (title, *(_cell(row[key], form) for row in figures["rows"])) for key, title, form in _ROWS
    ]
    told = (
        f"\n{figures['learned']} sentences of {figures['intents']} intents learned, "
        f"{figures['judged']} judged; no entities.\n\n"
    )
    columns = ("", *(row["engine"] for row in figures["rows"]))
    title = f"\n## {figures['set']}\n"
    return title + head(figures["command"], figures) + told + table(columns, rows)
