"""Learns a classifier from sentences: some seconds for a thousand of them.

Parts are learned twice. First with sentences held out (three folds; one of five where there are
many), to see on those how far the parts can be trusted: how they are joined, how sharp their
confidences are, and what out-of-scope sentences look like. Then on everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from voicebot.nlu import doubt
from voicebot.nlu.classifier import Classifier, nearness, sense_shares, word_shares
from voicebot.nlu.embedding import Embedder, Vectors
from voicebot.nlu.fitting import MANY, Terms, fit_odds, fit_sense, fit_words, one_thread
from voicebot.nlu.joining import calibrate, join
from voicebot.nlu.learned import Doubt, Learned, Numbers, Sense
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

    words: Numbers
    sense: Numbers | None
    near: Numbers | None
    meant: npt.NDArray[np.intp]


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
    sharpness = _UNCALIBRATED
    if held is not None:
        sharpness = calibrate(held.words, held.sense, held.meant)
    learned = replace(learned, sharpness=sharpness)
    return replace(learned, doubt=_doubt(learned, held) if held is not None else None)


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
        centres = _centres(sample, known)
        sense = Sense(embedder.name, fit_sense(sample.vectors, names), centres)
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
    return _Held(
        np.vstack([part.words for part in parts]),
        _stack([part.sense for part in parts]),
        _stack([part.near for part in parts]),
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
    words = word_shares(learned, Terms.of(learned.words), out.texts)
    sense = near = None
    if learned.sense is not None and out.vectors is not None:
        sense = _spread(sense_shares(learned.sense, out.vectors), learned.intents, sample.intents)
        near = nearness(learned.sense, out.vectors)
    return _Held(_spread(words, learned.intents, sample.intents), sense, near, out.meant)


def _spread(shares: Numbers, known: Sequence[str], every: Sequence[str]) -> Numbers:
    """The columns of `known` among those of `every`; what was not known has no share."""
    spread = np.zeros((len(shares), len(every)))
    spread[:, [every.index(name) for name in known]] = shares
    return spread


def _stack(parts: Sequence[Numbers | None]) -> Numbers | None:
    found = [part for part in parts if part is not None]
    return np.concatenate(found) if len(found) == len(parts) else None


def _doubt(learned: Learned, held: _Held) -> Doubt | None:
    if OUT_OF_SCOPE not in learned.intents:
        return None
    outside = learned.intents.index(OUT_OF_SCOPE)
    yes = held.meant != outside
    if min(np.count_nonzero(yes), np.count_nonzero(~yes)) < FEWEST_OUTSIDE:
        return None
    shares = join(held.words, held.sense, learned.sharpness)
    signs = doubt.signs(shares, outside, held.near)
    found = Doubt(*fit_odds(signs, yes), least=0.5)
    line = _line(shares, doubt.in_scope(found, signs), held.meant, outside)
    return replace(found, least=line)


def _line(shares: Numbers, inside: Numbers, meant: npt.NDArray[np.intp], outside: int) -> float:
    yes = meant != outside
    likeliest = np.where(np.arange(shares.shape[1]) == outside, -1.0, shares).argmax(axis=1)
    return doubt.best_line(inside[yes], (likeliest == meant)[yes], inside[~yes])
