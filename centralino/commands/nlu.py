"""`centralino nlu`."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from centralino import bots
from centralino.config.model import Config
from voicebot.dialogue.flow import Flow
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.confusion import confusions, svg
from voicebot.nlu.embedding import choose
from voicebot.nlu.evaluate import held_out, judge, learned_from, some_of
from voicebot.nlu.metrics import Judged, report
from voicebot.nlu.ports import Understander
from voicebot.nlu.public_sets import is_public_set, read_set
from voicebot.nlu.training import Example

Engine = TypeVar("Engine", bound=Understander)
SHOWN = 10
"""Confusions on the terminal; the picture has all."""


@dataclass(frozen=True)
class Wanted:
    """What an evaluation is to give beside its figures."""

    json_file: Path | None = None
    picture: Path | None = None
    heard: int = 0
    """Sentences that are judged as a recogniser hears them, too."""
    learn: int = 0
    """Of a public set's sentences so many are learned; 0: all."""
    seed: int = 1


@dataclass(frozen=True)
class Cost:
    """What learning took: seconds by the clock, and of processor time."""

    clock: float
    processor: float


@dataclass(frozen=True)
class Result:
    """What became of the sentences."""

    judged: list[Judged]
    training: Cost
    heard: list[Judged] = field(default_factory=list)


def train(config: Config, bot: str) -> None:
    """Train, or find it trained already. Raises StartRefused, BotError."""
    files, understander = bots.load(config, bot)
    for remark in files.remarks:
        Console().print(remark, highlight=False, markup=False, soft_wrap=True)
    Console().print(f"{bot}: {len(understander.intents())} intents", highlight=False)


async def parse(config: Config, bot: str, text: str, expects: str) -> None:
    """Print what a sentence means."""
    _, understander = bots.load(config, bot)
    meaning = await understander.understand(text, expects)
    Console().print_json(json.dumps(asdict(meaning)))


def evaluate(config: Config, bot: str, folder: Path | None, wanted: Wanted) -> None:
    """Print the figures on sentences that were not learned from: a bot's, or a public set's.

    Raises StartRefused, BotError, EngineMissing.
    """
    place = folder or config.bots_folder / bot
    public = is_public_set(place)
    result = (_judged_set if public else _judged_bot)(config, place, wanted)
    figures = asdict(report(result.judged)) | {
        "training_s": round(result.training.clock, 1),
        "training_processor_s": round(result.training.processor, 1),
    }
    if result.heard:
        figures["heard"] = {**asdict(report(result.heard)), "sentences": len(result.heard)}
    figures["confusions"] = [
        [one.meant, one.taken, len(one.sentences), one.sentences[0]]
        for one in confusions(result.judged)
    ]
    _show(figures)
    if wanted.json_file is not None:
        wanted.json_file.write_text(json.dumps(figures, indent=1) + "\n")
    if wanted.picture is not None:
        wanted.picture.write_bytes(svg(result.heard or result.judged))


def _show(figures: dict[str, object]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print_json(json.dumps({k: v for k, v in figures.items() if k != "confusions"}))
    told = figures["confusions"]
    assert isinstance(told, list)
    for meant, taken, count, sentence in told[:SHOWN]:
        console.print(f"{count} × {meant} taken for {taken}: {sentence!r}", markup=False)


def _judged_bot(config: Config, folder: Path, wanted: Wanted) -> Result:
    """Learned now, whatever was kept, so that the time is that of this machine."""
    bot, examples = load_bot(folder), held_out(folder)
    with tempfile.TemporaryDirectory() as fresh:
        anew = config.model_copy(update={"state_dir": Path(fresh)})
        understander, cost = _timed(lambda: bots.understander(anew, bot))
    judged = judge(understander, examples)
    heard = _heard(config, bot.flow, examples, wanted) if wanted.heard else []
    return Result(judged, cost, judge(understander, heard))


def _heard(
    config: Config, flow: Flow, examples: Sequence[Example], wanted: Wanted
) -> list[Example]:
    """Some of them, with the text that a recogniser hears."""
    from centralino.bench.heard import hear

    some = some_of(examples, wanted.heard, wanted.seed)
    return [one.example for one in asyncio.run(hear(config, some, flow, wanted.seed))]


def _judged_set(config: Config, place: Path, wanted: Wanted) -> Result:
    embedder, why = choose("en", config.speech.models_dir)
    found = read_set(place)
    if wanted.learn:
        found = replace(found, train=tuple(some_of(found.train, wanted.learn, wanted.seed)))
    Console().print(
        f"{found.name}: {why}; {len(found.train)} sentences to learn, "
        f"{len(found.validation)} to draw the line, {len(found.test)} to judge",
        highlight=False,
    )
    learned, cost = _timed(lambda: learned_from(found, embedder))
    return Result(judge(learned, found.test), cost)


def _timed(learns: Callable[[], Engine]) -> tuple[Engine, Cost]:
    began, used = time.perf_counter(), time.process_time()
    engine = learns()
    return engine, Cost(time.perf_counter() - began, time.process_time() - used)
