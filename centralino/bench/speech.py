"""`bench speech`: recognition and understanding over what a telephone does to speech.

Every codec with every loss and every noise; the level and the voice change from sentence to
sentence, so that each of them is met evenly by all the others. What is said is held out from
training. Everything follows from the seed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from centralino.bench import noises
from centralino.bench.degrade import Way, degraded, lost, with_losses
from centralino.bench.speakers import Speak
from centralino.bench.wideband import g722
from centralino.bench.words import distance, spoken_words
from centralino.demo.measure import summary
from telephony.media.resample import resample
from voicebot.dialogue.acts import Ask
from voicebot.expected import Mask, expected
from voicebot.nbest import chosen
from voicebot.nlu.embedded import Embedded
from voicebot.speech.ports import Recognised, Recogniser, RecognitionContext
from voicebot.speech.sound import silence

CODECS = ("pcmu", "pcma", "g722")
LOSSES = ((0.0, False), (0.01, False), (0.03, False), (0.05, False),
          (0.01, True), (0.03, True), (0.05, True))  # fmt: skip
"""Share of packets, and whether they are lost in bursts."""
NOISES: tuple[tuple[str, float | None], ...] = (
    ("", None),
    *((name, snr) for name in ("babble", "street", "music") for snr in (20.0, 10.0, 5.0)),
)
LEVELS = (-22.0, -32.0, -12.0)
"""Root mean square of the speech in dBFS."""
WIDE = 16000
BEFORE, AFTER = 0.3, 0.4
"""Seconds around the speech: pre-roll, and what an endpoint waits."""
DIGITS = 6
NAMES = ("John Smith", "Mary Johnson", "Robert Brown", "Linda Davis", "Michael Wilson")
DAYS = ("December fifth", "next Monday", "the tenth of January", "tomorrow", "March third")


@dataclass(frozen=True)
class Sentence:
    """One thing said, and what it must come to."""

    text: str
    expects: str = "open"
    intent: str = ""
    slot: str = ""
    """The built-in entity that it fills."""


@dataclass(frozen=True)
class Said:
    """One utterance as it was heard."""

    way: Way
    voice: str
    errors: int
    words: int
    intent_right: bool | None
    slot_right: bool | None
    seconds: float


def sentences(held_out: Sequence[tuple[str, str]], rng: random.Random) -> list[Sentence]:
    """Held-out sentences and answers to questions, three to one, in an order from the seed."""
    wishes = [Sentence(text, intent=intent) for text, intent in held_out]
    rng.shuffle(wishes)
    digits = "zero one two three four five six seven eight nine".split()
    answers = [
        *(
            Sentence(" ".join(rng.choices(digits, k=DIGITS)), "digits", slot="digits")
            for _ in range(10)
        ),
        *(Sentence(f"my name is {name}", "name", slot="name") for name in NAMES),
        *(Sentence(day, "date", slot="date") for day in DAYS),
    ]
    rng.shuffle(answers)
    mixed: list[Sentence] = []
    while wishes and answers:
        mixed += [*wishes[:3], answers.pop()]
        wishes = wishes[3:]
    return mixed


def ways(codecs: Iterable[str] = CODECS) -> list[Way]:
    """Every codec with every loss and every noise."""
    return [
        Way(codec, loss, bursty, noise, snr)
        for codec in codecs
        for loss, bursty in LOSSES
        for noise, snr in NOISES
    ]


class Bench:
    """Says, degrades, recognises, understands and counts."""

    def __init__(
        self,
        recogniser: Recogniser,
        understander: Embedded | None,
        speakers: Mapping[str, Speak],
        terms: tuple[str, ...],
        seed: int,
    ) -> None:
        self._recogniser = recogniser
        self._understander = understander
        self._speakers = speakers
        self._terms = terms
        self._seed = seed
        self._spoken: dict[tuple[str, str], noises.Samples] = {}
        self._behind: dict[tuple[str, int], noises.Samples] = {}

    async def measure(
        self,
        every: Sequence[Way],
        said: Sequence[Sentence],
        of_each: int,
        at_once: int,
        told: Callable[[int, int], None] = lambda done, whole: None,
    ) -> list[Said]:
        """`of_each` sentences of every voice in every way, `at_once` side by side."""
        await self._noises()
        jobs = list(self._jobs(every, said, of_each))
        found: list[Said] = []
        waiting = iter(enumerate(jobs))

        async def work() -> None:
            for number, (way, voice, sentence) in waiting:
                found.append(await self._one(number, way, voice, sentence))
                told(len(found), len(jobs))

        await asyncio.gather(*(work() for _ in range(at_once)))
        return found

    def _jobs(
        self, every: Sequence[Way], said: Sequence[Sentence], of_each: int
    ) -> Iterable[tuple[Way, str, Sentence]]:
        number = 0
        for at, way in enumerate(every):
            for voice in self._speakers:
                for nth in range(of_each):
                    level = LEVELS[(at + nth) % len(LEVELS)]
                    loud = Way(way.codec, way.loss, way.bursty, way.noise, way.snr_db, level)
                    yield loud, voice, said[number % len(said)]
                    number += 1

    async def _one(self, number: int, way: Way, voice: str, sentence: Sentence) -> Said:
        guesses = expected(sentence.expects).alternatives
        heard = await self.hear(number, way, voice, sentence.text, sentence.expects, guesses)
        heard = chosen(heard, question_of(sentence), "en")
        wanted = spoken_words(sentence.text)
        return Said(
            way, voice, distance(wanted, spoken_words(heard.text)), len(wanted),
            self._intent_right(sentence, heard.text), await self._slot_right(sentence, heard.text),
            heard.seconds,
        )  # fmt: skip

    async def hear(
        self, number: int, way: Way, voice: str, text: str, expects: str = "open", guesses: int = 1
    ) -> Recognised:
        """One utterance, the `number`-th by the seed, as it is heard."""
        await self._noises()
        rng = np.random.default_rng([self._seed, number])
        clean = await self._say(voice, text)
        pcm = await asyncio.to_thread(self._sound, clean, way, rng)
        return await self._recognised(pcm, way, expects, guesses)

    async def _say(self, voice: str, text: str) -> noises.Samples:
        if (voice, text) not in self._spoken:
            pcm = await self._speakers[voice](text, WIDE)
            self._spoken[voice, text] = noises.samples_of(pcm)
        return self._spoken[voice, text]

    def _sound(self, clean: noises.Samples, way: Way, rng: np.random.Generator) -> bytes:
        """What the recogniser gets."""
        narrow = way.rate == 8000
        if narrow:
            clean = noises.samples_of(resample(noises.pcm_of(clean), WIDE, 8000))
        padded = np.concatenate(
            [np.zeros(round(BEFORE * way.rate)), clean, np.zeros(round(AFTER * way.rate))]
        )
        louder = 10 * np.log10(len(clean) / len(padded))  # silence is no part of its level
        at = Way(way.codec, way.loss, way.bursty, way.noise, way.snr_db, way.level_dbfs + louder)
        behind = self._behind.get((way.noise, way.rate))
        if narrow:
            return noises.pcm_of(degraded(padded, behind, at, rng))
        whole = Way(way.codec, 0.0, False, way.noise, way.snr_db, at.level_dbfs)
        coded = g722(degraded(padded, behind, whole, rng))
        return noises.pcm_of(with_losses(coded, lost(len(coded), way, rng), way.rate))

    async def _recognised(self, pcm: bytes, way: Way, expects: str, guesses: int) -> Recognised:
        kind = expected(expects)
        terms = (*(self._terms if expects == "open" else ()), *kind.terms)
        context = RecognitionContext("en", expects, terms, max_alternatives=guesses)
        stream = await self._recogniser.open(way.rate, context)
        await stream.feed(pcm + silence(way.rate, 0.1))
        return await stream.finish()

    def _intent_right(self, sentence: Sentence, heard: str) -> bool | None:
        if not sentence.intent or self._understander is None:
            return None
        return self._understander.parse(heard).intent.name == sentence.intent

    async def _slot_right(self, sentence: Sentence, heard: str) -> bool | None:
        if not sentence.slot or self._understander is None:
            return None
        wanted, found = [
            (await self._understander.understand(text, sentence.expects)).entities
            for text in (sentence.text, heard)
        ]
        values = [
            next((e.value.lower() for e in entities if e.name == sentence.slot), None)
            for entities in (wanted, found)
        ]
        return values[0] is not None and values[0] == values[1]

    async def _noises(self) -> None:
        """Made at both rates from the same seed, 20 s each, once."""
        if self._behind:
            return
        from centralino.bench.prompts import CHATTER

        for rate in (8000, WIDE):
            rng = np.random.default_rng(self._seed)
            voices = [
                noises.samples_of(resample(noises.pcm_of(await self._say(voice, text)), WIDE, rate))
                for voice in self._speakers
                for text in CHATTER
            ]
            self._behind["babble", rate] = noises.babble(rng, voices, 20.0, rate)
            self._behind["street", rate] = noises.street(rng, 20.0, rate)
            self._behind["music", rate] = noises.music(rng, 20.0, rate)


# PURE from here on.


def question_of(sentence: Sentence) -> Ask:
    """What it answers: six digits are asked for, as an account number is."""
    mask = Mask(DIGITS, DIGITS) if sentence.expects == "digits" else None
    return Ask("", f"slot:{sentence.slot}", (sentence.expects,), mask=mask)


def row(said: Sequence[Said]) -> dict[str, Any]:
    """Word error, intent accuracy and slot error of some utterances."""
    intents = [each.intent_right for each in said if each.intent_right is not None]
    slots = [each.slot_right for each in said if each.slot_right is not None]
    return {
        "n": len(said),
        "wer": round(sum(s.errors for s in said) / max(1, sum(s.words for s in said)), 4),
        "intent_accuracy": round(sum(intents) / len(intents), 4) if intents else None,
        "slot_error": round(1 - sum(slots) / len(slots), 4) if slots else None,
        "latency_ms_p50": summary([1000 * each.seconds for each in said])["p50"],
    }


def cells(said: Sequence[Said], engine: str) -> list[dict[str, Any]]:
    """A row for each codec, loss and noise: DESIGN's JSON."""
    found: dict[tuple[Any, ...], list[Said]] = {}
    for each in said:
        way = each.way
        key = (way.codec, way.loss, way.bursty, way.noise, way.snr_db)
        found.setdefault(key, []).append(each)
    names = ("codec", "loss", "bursty", "noise", "snr_db")
    return [
        {"engine": engine, **dict(zip(names, key, strict=True)), **row(each)}
        for key, each in found.items()
    ]


FACTORS: dict[str, Callable[[Said], str]] = {
    "codec": lambda s: s.way.codec,
    "loss": lambda s: f"{100 * s.way.loss:.0f} %" + (" in bursts" if s.way.bursty else ""),
    "noise": lambda s: f"{s.way.noise} {s.way.snr_db:.0f} dB" if s.way.noise else "none",
    "level": lambda s: f"{s.way.level_dbfs:.0f} dBFS",
    "voice": lambda s: s.voice,
}


def by_factor(said: Sequence[Said]) -> dict[str, dict[str, dict[str, Any]]]:
    """The same over all of it, by one factor at a time; and where nothing is bad at all."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    clean = [s for s in said if not s.way.loss and not s.way.noise]
    found["no loss, no noise"] = {
        codec: row([s for s in clean if s.way.codec == codec])
        for codec in dict.fromkeys(s.way.codec for s in clean)
    }
    for factor, name_of in FACTORS.items():
        names = sorted({name_of(each) for each in said})
        found[factor] = {n: row([s for s in said if name_of(s) == n]) for n in names}
    return found
