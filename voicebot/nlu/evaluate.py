"""Runs an understander over sentences whose meaning is known: `nlu evaluate`.

Three ways: sentences held out in a file of their own (`evaluation.yml` beside nlu.yml); k-fold over
the training sentences, where every fold is judged by a classifier that never saw it; or a public
set: learned from its train part, the line of out of scope drawn on its validation part (on held-out
training sentences where it has none), judged on its test part.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from voicebot.nlu.classifier import Classifier
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import Embedder
from voicebot.nlu.learning import learn, redraw
from voicebot.nlu.metrics import Judged
from voicebot.nlu.ports import Understander
from voicebot.nlu.public_sets import PublicSet
from voicebot.nlu.rasa_format import read_sentences
from voicebot.nlu.training import Example, Training

HELD_OUT = "evaluation.yml"


def held_out(folder: Path) -> tuple[Example, ...]:
    """The sentences of a bot that it was not trained on. Raises BotError."""
    return tuple(read_sentences(folder / HELD_OUT).examples)


def some_of(examples: Sequence[Example], count: int, seed: int) -> list[Example]:
    """So many, by the seed; all, if there are not more."""
    return random.Random(seed).sample(list(examples), min(count, len(examples)))


def judge(understander: Understander, examples: Iterable[Example]) -> list[Judged]:
    """`judge_each` in a loop of its own."""
    return asyncio.run(judge_each(understander, examples))


async def judge_each(understander: Understander, examples: Iterable[Example]) -> list[Judged]:
    """Each sentence as understood without a question before it, one after the other."""
    return [await _judge(understander, example) for example in examples]


def cross_validate(
    training: Training,
    folds: int = 5,
    now: Callable[[], float] = time.time,
    embedder: Embedder | None = None,
) -> list[Judged]:
    """Every training sentence, judged by a classifier that learned from the other folds."""
    judged: list[Judged] = []
    for fold in _folds(training.examples, folds):
        seen = [example for example in training.examples if example not in fold]
        texts, intents = [e.text for e in seen], [e.intent for e in seen]
        model = Classifier(learn(texts, intents, embedder, training.language), embedder)
        judged += judge(Embedded(replace(training, examples=tuple(seen)), model, now), fold)
    return judged


def learned_from(
    found: PublicSet, embedder: Embedder | None = None, now: Callable[[], float] = time.time
) -> Embedded:
    """Learns from a public set's train part; the line is drawn on its validation part."""
    texts, intents = _columns(found.train)
    learned = learn(texts, intents, embedder)
    if found.validation:
        learned = redraw(Classifier(learned, embedder), *_columns(found.validation))
    training = Training("en", "UTC", found.train, out_of_scope_below=0.0)
    return Embedded(training, Classifier(learned, embedder), now)


def _columns(examples: Iterable[Example]) -> tuple[list[str], list[str]]:
    pairs = [(example.text, example.intent) for example in examples]
    return [text for text, _ in pairs], [intent for _, intent in pairs]


def _folds(examples: Sequence[Example], folds: int) -> list[list[Example]]:
    """Every intent spread evenly: its n-th sentence goes to fold n modulo `folds`."""
    counts: dict[str, int] = defaultdict(int)
    parts: list[list[Example]] = [[] for _ in range(folds)]
    for example in examples:
        parts[counts[example.intent] % folds].append(example)
        counts[example.intent] += 1
    return parts


async def _judge(understander: Understander, example: Example) -> Judged:
    meaning = await understander.understand(example.text)
    return Judged(
        text=example.text,
        expected=example.intent,
        intent=meaning.intent.name,
        confidence=meaning.intent.confidence,
        rejected=meaning.out_of_scope,
        in_scope=meaning.in_scope,
        seconds=meaning.seconds,
    )
