"""`centralino bench answering`: how often it is known who answered, and after how long."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from centralino.bench.answering_calls import (
    HELD_OUT_VOICES,
    RATE,
    TUNING_VOICES,
    LabelledCall,
    Maker,
)
from telephony.media.answering import Answered, Answering, Verdict
from telephony.media.framing import frame_bytes
from telephony.ports import FRAME_SECONDS
from voicebot.speech.endpointing import Segmenter, SpeechEnded, SpeechFrame, SpeechStarted
from voicebot.speech.local import Voice
from voicebot.speech.ports import Recogniser, RecognitionContext
from voicebot.speech.vad import WebrtcVad

HEARD_FOR = 12.0
"""Seconds of a call whose words are recognised: later nothing depends on them."""


@lru_cache(maxsize=8)
def _engine(voice: str) -> Voice:
    kind, _, name = voice.partition(":")
    if kind == "piper":
        from voicebot.speech.piper import PiperJoe

        return PiperJoe("bench")
    if kind == "hibari":
        from voicebot.speech.hibari import HibariVoice

        return HibariVoice("bench", name)
    from voicebot.speech.espeak import EspeakVoice

    return EspeakVoice("bench", name)


@lru_cache(maxsize=4096)
def say(voice: str, text: str) -> tuple[bytes, int]:
    """One sentence of one voice."""
    sound = _engine(voice).say(text)
    return sound.pcm, sound.rate


@dataclass
class Judged:
    """One call and what was thought of it."""

    call: LabelledCall
    by_signal: Verdict
    verdict: Verdict
    """With words, where there is a recogniser."""
    beep_error: float | None
    """Seconds between the beep's end and when it was told; None: none, or not told."""
    beep_missed: bool
    false_beep: bool


async def judge(call: LabelledCall, recogniser: Recogniser | None) -> Judged:
    """Listen to one call, with the words of it where they can be had."""
    size = frame_bytes(RATE)
    frames = [call.pcm[at : at + size] for at in range(0, len(call.pcm) - size + 1, size)]
    answering, beeps = Answering(RATE), []
    for frame in frames:
        beep = answering.hear(frame)
        if beep is not None:
            beeps.append(beep.at)
    by_signal = answering.verdict()
    if recogniser is not None:
        for text in await _words(frames, recogniser):
            answering.words(text)
    true = call.beep_ends
    near = [abs(at - true) for at in beeps] if true is not None else []
    close = min(near, default=None)
    found = close is not None and close < 0.5
    return Judged(
        call, by_signal, answering.verdict(), close if found else None,
        true is not None and not found, len(beeps) > (1 if found else 0),
    )  # fmt: skip


async def _words(frames: Sequence[bytes], recogniser: Recogniser) -> list[str]:
    """What is said in the first seconds, utterance by utterance."""
    vad, segmenter, texts = WebrtcVad(RATE), Segmenter(), []
    stream = None
    for index, frame in enumerate(frames[: round(HEARD_FOR / FRAME_SECONDS)]):
        for event in segmenter.feed(frame, vad.is_speech(frame), index * FRAME_SECONDS):
            if isinstance(event, SpeechStarted):
                stream = await recogniser.open(RATE, RecognitionContext())
            elif isinstance(event, SpeechFrame) and stream is not None:
                await stream.feed(event.pcm)
            elif isinstance(event, SpeechEnded) and stream is not None:
                texts.append((await stream.finish()).text)
                stream = None
    if stream is not None:
        texts.append((await stream.finish()).text)
    return texts


def confusion(judged: Sequence[Judged], *, words: bool) -> dict[Answered, Counter[Answered]]:
    """True kind → how often it was taken for what."""
    table: dict[Answered, Counter[Answered]] = defaultdict(Counter)
    for one in judged:
        verdict = one.verdict if words else one.by_signal
        table[one.call.answered][verdict.answered] += 1
    return table


def figures(judged: Sequence[Judged], *, words: bool) -> dict[str, Any]:
    """What is told of one set."""
    table = confusion(judged, words=words)
    right = sum(table[kind][kind] for kind in Answered)
    people = sum(table[Answered.HUMAN].values())
    machines = len(judged) - people
    as_machine = people - table[Answered.HUMAN][Answered.HUMAN]
    as_human = sum(table[kind][Answered.HUMAN] for kind in Answered if kind != Answered.HUMAN)
    with_beep = [one for one in judged if one.call.beep_ends is not None]
    errors = sorted(one.beep_error for one in with_beep if one.beep_error is not None)
    return {
        "n": len(judged),
        "accuracy": round(right / len(judged), 4),
        "people_taken_for_machines": round(as_machine / people, 4) if people else None,
        "machines_taken_for_people": round(as_human / machines, 4) if machines else None,
        "beeps": len(with_beep),
        "beeps_found": round(len(errors) / len(with_beep), 4) if with_beep else None,
        "beep_error_p95_s": errors[int(0.95 * (len(errors) - 1))] if errors else None,
        "calls_with_a_false_beep": sum(one.false_beep for one in judged),
        "confusion": {
            kind.value: {other.value: table[kind][other] for other in Answered}
            for kind in Answered
        },
    }  # fmt: skip


def recogniser_of(models_dir: Path) -> Recogniser:
    """The house's own recogniser."""
    from voicebot.speech.engines import load_recogniser, recogniser_choice

    choice = recogniser_choice("auto", "en", models_dir)
    return load_recogniser(choice, "en", models_dir, 1)


async def run_answering(
    models_dir: Path, of_each: int, seed: int, tuning: bool, words: bool, json_file: Path | None
) -> None:
    """Make the calls, judge them, tell the figures."""
    voices = TUNING_VOICES if tuning else HELD_OUT_VOICES
    calls = Maker(say, voices, random.Random(seed)).calls(of_each)
    recogniser = recogniser_of(models_dir) if words else None
    judged = [await judge(call, recogniser) for call in calls]
    result: dict[str, Any] = {"voices": list(voices), "seed": seed}
    result["signal"] = figures(judged, words=False)
    if words:
        result["signal_and_words"] = figures(judged, words=True)
    _show(result)
    if json_file is not None:
        await asyncio.to_thread(json_file.write_text, json.dumps(result, indent=1))


def _show(result: dict[str, Any]) -> None:
    console = Console()
    for name in ("signal", "signal_and_words"):
        if name not in result:
            continue
        told = result[name]
        table = Table("is ↓ taken for →", *(kind.value for kind in Answered), title=name)
        for kind, row in told["confusion"].items():
            table.add_row(kind, *(str(row[other.value] or "·") for other in Answered))
        console.print(table)
        for key, value in told.items():
            if key != "confusion":
                console.print(f"  {key.replace('_', ' ')}: {value}", highlight=False)
