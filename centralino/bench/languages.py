"""`bench languages`: is a caller's language told from the first words?

Synthetic callers say held-out sentences of two bots over G.711, quiet and noisy, to the recogniser
that a call has, with what a call tells it; the choice is the recogniser's own. An accent is a voice
of one language that reads the other's sentences: hardly anybody speaks so badly.
"""

from __future__ import annotations

import asyncio
import random
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from centralino.bench import noises
from centralino.bench.degrade import Way, degraded
from centralino.bench.noises import Samples
from centralino.bench.page import head, machine, table, write_json, write_page
from centralino.bench.speakers import Speak, espeak, speakers
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.evaluate import held_out
from voicebot.speech.engines import load_recogniser, recogniser_choice
from voicebot.speech.ports import Recogniser, RecognitionContext

RATE = 8000
NATIVE = ("", "+f2", "+f4", "+m3")
"""Variants of an espeak-ng voice: four people."""
AROUND = (RATE // 5, 2 * RATE // 5)
"""Samples of silence before and behind, as a call's voice activity leaves them."""
NOISES = (("", None), ("street", 15.0), ("street", 8.0))


@dataclass(frozen=True)
class Caller:
    """Somebody who speaks a language."""

    language: str
    name: str
    speak: Speak
    accent: bool = False


def callers(first: str, other: str) -> list[Caller]:
    """Everybody: of English the usual voices too."""
    found = [
        Caller(language, f"espeak-ng {language}{variant}", espeak(language + variant))
        for language in (first, other)
        for variant in NATIVE
    ]
    if "en" in (first, other):
        found += [Caller("en", name, speak) for name, speak in speakers().items()]
    for speaks, voice in ((first, other), (other, first)):
        name = f"espeak-ng {voice} reads {speaks}"
        found.append(Caller(speaks, name, espeak(voice), accent=True))
    return found


def sentences(folders: tuple[Path, Path], each: int, seed: int) -> dict[str, list[str]]:
    """Language → held-out sentences, of what both bots are for. Raises BotError."""
    bots = [load_bot(folder) for folder in folders]
    both = set.intersection(*({e.intent for e in held_out(folder)} for folder in folders))
    found = {}
    for bot, folder in zip(bots, folders, strict=True):
        texts = [e.text for e in held_out(folder) if e.intent in both]
        chance = random.Random(seed)
        found[bot.flow.language] = chance.sample(texts, min(each, len(texts)))
    return found


async def judge(
    recogniser: Recogniser, caller: Caller, texts: list[str], way: Way, behind: Samples | None,
    context: RecognitionContext, rng: np.random.Generator,
) -> dict[str, Any]:  # fmt: skip
    """How often this caller is taken for one of the other language."""
    wrong: list[str] = []
    times: list[float] = []
    for text in texts:
        clean = np.pad(noises.samples_of(await caller.speak(text, RATE)), AROUND)
        sound = noises.pcm_of(degraded(clean, behind, way, rng))
        stream = await recogniser.open(RATE, context)
        await stream.feed(sound)
        began = time.perf_counter()
        heard = await stream.finish()
        times.append(time.perf_counter() - began)
        if heard.language != caller.language:
            wrong.append(text)
    return {
        "language": caller.language, "voice": caller.name, "accent": caller.accent,
        "noise": f"{way.noise} {way.snr_db:g} dB" if way.noise else "quiet",
        "n": len(texts), "wrong": len(wrong), "sentences": wrong,
        "ms": round(1000 * float(np.median(times))),
    }  # fmt: skip


def totals(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Language, noise, wrong of all: natives and accents apart."""
    for (accent, language, noise), those in _grouped(rows, "accent", "language", "noise").items():
        who = f"{language}, by voices of the other language" if accent else language
        yield who, noise, _wrong(those)


def closing(rows: list[dict[str, Any]]) -> str:
    """What the tables say: who is mistaken at all, and how often. PURE."""
    native = [row for row in rows if not row["accent"]]
    by_language = _grouped(native, "language").items()
    own = ", ".join(f"{language} {_wrong(those)}" for language, those in by_language)
    by_voice = _grouped(native, "voice").items()
    never = [voice for voice, those in by_voice if not any(row["wrong"] for row in those)]
    text = (
        f"Sentences taken for the other language, by voices of their own: {own}; by voices of the "
        f"other that read aloud: {_wrong([row for row in rows if row['accent']])}. Never mistaken: "
        f"{', '.join(never) or 'nobody'}. The choice is not final until something is understood. "
        "The times depend on what else the machine does (load, above)."
    )
    return f"\n{textwrap.fill(text, 128, break_on_hyphens=False)}\n"


def _grouped(rows: list[dict[str, Any]], *by: str) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(itemgetter(*by)(row), []).append(row)
    return found


def _wrong(rows: list[dict[str, Any]]) -> str:
    return f"{sum(row['wrong'] for row in rows)} of {sum(row['n'] for row in rows)}"


async def _run(
    folders: tuple[Path, Path], each: int, seed: int, models_dir: Path
) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    said = sentences(folders, each, seed)
    first, other = said
    choice = recogniser_choice("whisper", first, models_dir)
    recogniser = load_recogniser(choice, first, models_dir, 1)
    street = noises.street(rng, 30.0, RATE)
    rows = []
    for noise, snr in NOISES:
        way = Way(noise=noise, snr_db=snr)
        for caller in callers(first, other):
            context = RecognitionContext(first, languages=(other,))
            asked = (caller, said[caller.language], way, street if noise else None)
            rows.append(await judge(recogniser, *asked, context, rng))
    return {"machine": machine(), "engines": {"asr": choice.model}, "rows": rows}


_EXPLAINED = """
{each} held-out sentences of each bot ({bots}), said by every voice over G.711 µ-law at −22 dBFS.
*Wrong* is a first sentence after which the conversation would go on in the other language.

"""


def run_languages(
    folders: tuple[Path, Path], each: int, seed: int, models_dir: Path, json_file: Path | None,
    page: Path | None, command: str,
) -> None:  # fmt: skip
    """Measure and tell."""
    figures = asyncio.run(_run(folders, each, seed, models_dir))
    named = " and ".join(folder.name for folder in folders)
    by_voice = [(r["language"], r["voice"], r["noise"], f"{r['wrong']} of {r['n']}", r["ms"])
                for r in figures["rows"]]  # fmt: skip
    text = (
        "# The language of the first words\n" + head(command, figures)
        + _EXPLAINED.format(each=each, bots=named)
        + table(("spoken", "behind it", "wrong"), totals(figures["rows"]))
        + "\n" + table(("spoken", "voice", "behind it", "wrong", "recognised in, p50 ms"), by_voice)
        + closing(figures["rows"])
    )  # fmt: skip
    Console().print(text, highlight=False, markup=False, soft_wrap=True)
    write_json(figures, json_file)
    write_page(page, "languages", text)
