"""Learns a classifier from sentences: some seconds for a thousand of them.

Parts are learned twice. First with sentences held out (three folds; one of five where there are
many), to see on those how far the parts can be trusted: whether neighbours help, how sharp the
confidences are, and what out-of-scope sentences look like. Then on everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from voicebot.nlu import doubt
from voicebot.nlu.classifier import Classifier, nearness, opinions
from voicebot.nlu.embedding import Embedder
from voicebot.nlu.fitting import MANY, Terms, fit_odds, fit_sense, fit_words, one_thread
from voicebot.nlu.joining import calibrate, join
from voicebot.nlu.learned import Doubt, Learned, Numbers, Sense, Vectors
from voicebot.nlu.neighbours import remember
from voicebot.nlu.normalise import features, plain
from voicebot.nlu.training import OUT_OF_SCOPE

FEWEST = 30
"""Sentences that can be held out, below which nothing is calibrated."""
FEWEST_OUTSIDE = 20
"""Out-of-scope sentences, below which no detector is learned."""
_UNCALIBRATED = 1.4


@dataclass(frozen=True)
class _Sample:
    """The sentences, in all forms."""

    texts: list[str]
    vectors: Vectors | None
    meant: npt.NDArray[np.intp]
    """Column of each sentence's intent."""
    intents: tuple[str, ...]
    language: str

    def part(self, chosen: npt.NDArray[np.intp]) -> _Sample:
        """Some of the sentences."""
        return _Sample(
            [self.texts[at] for at in chosen],
            self.vectors[chosen] if self.vectors is not None else None,
            self.meant[chosen],
            self.intents,
            self.language,
        )

    def names(self) -> list[str]:
        """The intent of each."""
        return [self.intents[at] for at in self.meant]


@dataclass(frozen=True)
class _Held:
    """What the parts said about sentences that they had not seen."""

    opinions: list[Numbers]
    near: Numbers | None
    meant: npt.NDArray[np.intp]

    def without_neighbours(self) -> _Held:
        """What words and sense said."""
        return replace(self, opinions=self.opinions[:2])


def learn(
    sentences: Sequence[str],
    intents: Sequence[str],
    embedder: Embedder | None = None,
    language: str = "en",
) -> Learned:
    """A classifier for these sentences. Deterministic."""
    names = tuple(sorted(set(intents)))
    column = {name: at for at, name in enumerate(names)}
    shown = [plain(sentence, language) for sentence in sentences]
    sample = _Sample(
        texts=[features(sentence, language) for sentence in sentences],
        vectors=embedder.embed(shown) if embedder is not None else None,
        meant=np.array([column[intent] for intent in intents], dtype=np.intp),
        intents=names,
        language=language,
    )
    with one_thread():
        held = _held_out(sample, embedder)
        learned = _parts(sample, embedder)
    if held is None:
        return _without_neighbours(learned)
    ways = [held.without_neighbours()]
    if learned.sense is not None and learned.sense.neighbours is not None:
        ways.append(held)
    judged = [(calibrate(way.opinions, way.meant), way) for way in ways]
    (_, sharpness), best = min(judged, key=lambda one: one[0])
    learned = learned if best is held else _without_neighbours(learned)
    learned = replace(learned, sharpness=sharpness)
    return replace(learned, doubt=_doubt(learned, best))


def _without_neighbours(learned: Learned) -> Learned:
    sense = learned.sense
    return replace(learned, sense=replace(sense, neighbours=None)) if sense else learned


def redraw(classifier: Classifier, sentences: Sequence[str], intents: Sequence[str]) -> Learned:
    """What was learned, with the line of out of scope drawn on these sentences instead.

    For sets that are published with a validation part.
    """
    learned = classifier.learned
    if learned.doubt is None:
        return learned
    judged = classifier.judge(sentences)
    column = {name: at for at, name in enumerate(learned.intents)}
    meant = np.array([column[intent] for intent in intents], dtype=np.intp)
    outside = column[OUT_OF_SCOPE]
    line = _line(judged.shares, judged.in_scope, meant, outside)
    return replace(learned, doubt=replace(learned.doubt, least=line))


def _parts(sample: _Sample, embedder: Embedder | None) -> Learned:
    """Words and sense, of all sentences in `sample`."""
    names = sample.names()
    words = fit_words(sample.texts, names)
    known = tuple(sorted(set(names)))
    sense = None
    if sample.vectors is not None and embedder is not None:
        near = None
        if len(names) < MANY:  # a network that has seen so many knows it better: see benchmarks
            near = remember(sample.vectors, np.searchsorted(known, names), embedder.width)
        layers = fit_sense(sample.vectors, names)
        sense = Sense(embedder.name, layers, _centres(sample, known), near)
    return Learned(sample.language, known, words, sense, _UNCALIBRATED, doubt=None)


def _centres(sample: _Sample, known: Sequence[str]) -> Numbers:
    assert sample.vectors is not None
    names = np.array(sample.names())
    means = np.array(
        [sample.vectors[names == name].mean(axis=0) for name in known if name != OUT_OF_SCOPE],
        dtype=np.float64,
    )
    centres: Numbers = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return centres


def _held_out(sample: _Sample, embedder: Embedder | None) -> _Held | None:
    """Every held-out sentence as told by parts that had not seen it; None: too few."""
    many = len(sample.meant) >= MANY
    folds = _folds(sample.meant, 5 if many else 3)
    if np.count_nonzero(folds >= 0) < FEWEST:
        return None
    chosen = [0] if many else sorted(set(folds.tolist()) - {-1})
    parts = [_told(sample, folds, fold, embedder) for fold in chosen]
    near = [part.near for part in parts if part.near is not None]
    return _Held(
        [np.vstack(same) for same in zip(*(part.opinions for part in parts), strict=True)],
        np.concatenate(near) if len(near) == len(parts) else None,
        np.concatenate([part.meant for part in parts]),
    )


def _folds(meant: npt.NDArray[np.intp], folds: int) -> npt.NDArray[np.intp]:
    """Every intent spread evenly: its n-th sentence goes to fold n modulo `folds`. A sentence that
    is its intent's only one goes to none (−1)."""
    counts: dict[int, int] = defaultdict(int)
    total = np.bincount(meant)
    found = np.full(len(meant), -1, dtype=np.intp)
    for at, column in enumerate(meant):
        if total[column] > 1:
            found[at] = counts[column] % folds
            counts[column] += 1
    return found


def _told(
    sample: _Sample, folds: npt.NDArray[np.intp], fold: int, embedder: Embedder | None
) -> _Held:
    out = sample.part(np.flatnonzero(folds == fold))
    learned = _parts(sample.part(np.flatnonzero(folds != fold)), embedder)
    told = opinions(learned, Terms.of(learned.words), out.texts, out.vectors)
    near = None
    if learned.sense is not None and out.vectors is not None:
        near = nearness(learned.sense, out.vectors)
    spread = [_spread(shares, learned.intents, sample.intents) for shares in told]
    return _Held(spread, near, out.meant)


def _spread(shares: Numbers, known: Sequence[str], every: Sequence[str]) -> Numbers:
    """The columns of `known` among those of `every`; what was not known has no share."""
    spread = np.zeros((len(shares), len(every)))
    spread[:, [every.index(name) for name in known]] = shares
    return spread


def _doubt(learned: Learned, held: _Held) -> Doubt | None:
    if OUT_OF_SCOPE not in learned.intents:
        return None
    outside = learned.intents.index(OUT_OF_SCOPE)
    yes = held.meant != outside
    if min(np.count_nonzero(yes), np.count_nonzero(~yes)) < FEWEST_OUTSIDE:
        return None
    shares = join(held.opinions, learned.sharpness)
    signs = doubt.signs(shares, outside, held.near)
    found = Doubt(*fit_odds(signs, yes), least=0.5)
    line = _line(shares, doubt.in_scope(found, signs), held.meant, outside)
    return replace(found, least=line)


def _line(shares: Numbers, inside: Numbers, meant: npt.NDArray[np.intp], outside: int) -> float:
    yes = meant != outside
    likeliest = np.where(np.arange(shares.shape[1]) == outside, -1.0, shares).argmax(axis=1)
    return doubt.best_line(inside[yes], (likeliest == meant)[yes], inside[~yes])
