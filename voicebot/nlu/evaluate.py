"""Runs an understander over sentences whose meaning is known: `nlu evaluate`.

Two ways: sentences held out in a file of their own (`evaluation.yml` beside nlu.yml, same format),
or k-fold over the training sentences, where every fold is judged by a classifier that never saw it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from voicebot.nlu.classifier import Classifier, learn
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.metrics import Judged
from voicebot.nlu.rasa_format import read_sentences
from voicebot.nlu.training import OUT_OF_SCOPE, Example, Training

HELD_OUT = "evaluation.yml"


def held_out(folder: Path) -> tuple[Example, ...]:
    """The sentences of a bot that it was not trained on. Raises BotError."""
    return tuple(read_sentences(folder / HELD_OUT).examples)


def judge(understander: Embedded, examples: Iterable[Example]) -> list[Judged]:
    """Each sentence as understood without a question before it."""
    return [_judge(understander, example) for example in examples]


def cross_validate(
    training: Training, folds: int = 5, now: Callable[[], float] = time.time
) -> list[Judged]:
    """Every training sentence, judged by a classifier that learned from the other folds."""
    judged: list[Judged] = []
    for fold in _folds(training.examples, folds):
        seen = [example for example in training.examples if example not in fold]
        model = Classifier(learn([e.text for e in seen], [e.intent for e in seen]))
        judged += judge(Embedded(replace(training, examples=tuple(seen)), model, now), fold)
    return judged


def _folds(examples: Sequence[Example], folds: int) -> list[list[Example]]:
    """Every intent spread evenly: its n-th sentence goes to fold n modulo `folds`."""
    counts: dict[str, int] = defaultdict(int)
    parts: list[list[Example]] = [[] for _ in range(folds)]
    for example in examples:
        parts[counts[example.intent] % folds].append(example)
        counts[example.intent] += 1
    return parts


def _judge(understander: Embedded, example: Example) -> Judged:
    meaning = understander.parse(example.text)
    inside = [s for s in understander.scores(example.text) if s.name != OUT_OF_SCOPE]
    return Judged(
        text=example.text,
        expected=example.intent,
        intent=meaning.intent.name,
        confidence=meaning.intent.confidence,
        rejected=meaning.out_of_scope,
        in_scope=inside[0].confidence,
        seconds=meaning.seconds,
    )
