"""`bench rehearsal` from beginning to end."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from centralino.bench import turns_page
from centralino.bench.figures import report
from centralino.bench.house import CALLER_VOICE, bench_config
from centralino.bench.page import machine, write_json, write_page
from centralino.bench.rehearsal import Troupe, rehearse_prompts, rehearse_stops, rehearse_turns
from centralino.bench.sounds import Sounds
from centralino.bench.stepped import Kept
from centralino.bots import feeling, load
from centralino.caller.voices import Voices
from centralino.config.model import Config
from centralino.media.prompts import fixed_texts
from voicebot.speech import engines


@dataclass(frozen=True)
class Size:
    """How much is rehearsed."""

    turns: int = 315
    prompt_hours: float = 1.0
    stops: int = 60
    seed: int = 1
    curve: tuple[float, ...] = ()
    """Factors of every silence that ends an answer, for the trade-off."""


async def run_rehearsal(
    directory: Path, size: Size, json_file: Path | None, page: Path | None, command: str
) -> None:
    """Measure and tell. Raises StartRefused, EngineMissing."""
    config = bench_config(directory)
    bench = await _troupe(config, Kept(directory / "kept"))
    bot, nlu = await asyncio.to_thread(load, config, "prompt")
    fixed = frozenset(fixed_texts([bot]))
    long = replace(bench, bot=bot, understander=feeling(bot, nlu), fixed=fixed)
    sounds = Sounds(directory / "sounds", Voices(directory / "voices", CALLER_VOICE))
    recordings = directory / "recordings"
    infos = [await bench.recogniser.info(), await bench.synthesiser.info()]
    figures: dict[str, Any] = {"machine": machine(), "size": asdict(size)}
    figures["engines"] = dict(zip(("recogniser", "voice"), map(asdict, infos), strict=True))
    turns = await rehearse_turns(bench, sounds, size.turns, size.seed, recordings)
    figures.update(report(turns), prompts=None, stops=None)
    figures["curve"] = [
        {"patience": factor, **report(await rehearse_turns(
            replace(bench, patience=factor), sounds, size.turns, size.seed, recordings
        ))}
        for factor in size.curve
    ]  # fmt: skip
    if size.prompt_hours:
        seconds = 3600 * size.prompt_hours
        figures["prompts"] = await rehearse_prompts(long, sounds, seconds, size.seed, recordings)
        figures["false_barge_in_per_hour"] = figures["prompts"]["lost_per_hour"]
    if size.stops:
        figures["stops"] = await rehearse_stops(long, sounds, size.stops, size.seed, recordings)
    figures["load_after"] = [round(value, 1) for value in os.getloadavg()]
    text = turns_page.page(figures, command, turns_page.REHEARSED)
    Console().print(text, highlight=False, markup=False, soft_wrap=True)
    write_json({**figures, "turns": [asdict(turn) for turn in turns]}, json_file)
    write_page(page, "rehearsal", text)


async def _troupe(config: Config, kept: Kept) -> Troupe:
    bot, nlu = await asyncio.to_thread(load, config, "bench")
    speech = config.speech
    choice = engines.recogniser_choice(speech.recogniser, "en", speech.models_dir)
    return Troupe(
        engines.load_recogniser(choice, "en", speech.models_dir, 1),
        engines.load_synthesiser(speech.voice),
        engines.vad_maker(speech.vad),
        bot,
        feeling(bot, nlu),
        frozenset(fixed_texts([bot])),
        kept,
        engines.load_turn_detector(speech.turn_detector, speech.models_dir),
    )
