"""The built-in understander: learns from a bot's own sentences, runs in this process.

A sentence takes some milliseconds of CPU, less than an audio frame, so `understand` runs inline and
needs no thread. Learning takes seconds: it happens at installation (`nlu train`) or at the first
start, and is kept on disk under the digest of what was learned from.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from voicebot.nlu import cache
from voicebot.nlu.beginnings import Beginnings
from voicebot.nlu.classifier import Classifier
from voicebot.nlu.embedding import Embedder
from voicebot.nlu.learned import Learned
from voicebot.nlu.learning import learn
from voicebot.nlu.ports import IntentScore, Understanding
from voicebot.nlu.shaping import Shaper, Told
from voicebot.nlu.training import OUT_OF_SCOPE, Training

log = structlog.get_logger(__name__)


class Embedded:
    """An `Understander` for one bot. Make it with `load`, which learns only if it must."""

    def __init__(
        self, training: Training, classifier: Classifier, now: Callable[[], float]
    ) -> None:
        self._classifier = classifier
        self.shaper = Shaper(training, classifier.intents, now)
        self._beginnings = Beginnings((e.text for e in training.examples), training.language)

    @classmethod
    def load(
        cls,
        training: Training,
        cache_dir: Path,
        now: Callable[[], float] = time.time,
        embedder: Embedder | None = None,
    ) -> Embedded:
        """Ready to use: from the cache, else learned now (seconds of CPU) and kept.

        `now` tells UTC seconds, for "tomorrow"; without an `embedder` it learns from words alone.
        Blocks: at start, or in a thread.
        """
        digest = training.digest(embedder.name if embedder is not None else "")
        learned = cache.load(cache_dir, digest)
        if learned is None:
            started = time.perf_counter()
            learned = learn(
                [e.text for e in training.examples],
                [e.intent for e in training.examples],
                embedder,
                training.language,
            )
            log.info(
                "nlu.trained",
                sentences=len(training.examples),
                intents=len(learned.intents),
                seconds=round(time.perf_counter() - started, 1),
            )
            _keep(cache_dir, digest, learned)
        ready = cls(training, Classifier(learned, embedder), now)
        ready.parse("on monday")  # the libraries' own caches: half a second, not in a call
        return ready

    def intents(self) -> frozenset[str]:
        """Every intent that was trained."""
        return frozenset(self._classifier.intents)

    async def understand(self, text: str, expects: str = "open") -> Understanding:
        """What does this mean? Inline: a few milliseconds of CPU."""
        return self.parse(text, expects)

    def parse(self, text: str, expects: str = "open") -> Understanding:
        """`understand`, for those who cannot wait for anything."""
        started = time.perf_counter()
        meaning = self.shaper.shape(text, expects, self.told(text))
        begins = self._beginnings.begins(text)
        return replace(meaning, begins=begins, seconds=time.perf_counter() - started)

    def told(self, text: str) -> Told:
        """Every intent with its probability, whatever was asked."""
        judged = self._classifier.judge([text])
        shares, in_scope = judged.shares[0], float(judged.in_scope[0])
        order = shares.argsort()[::-1]
        scores = [IntentScore(self._classifier.intents[at], float(shares[at])) for at in order]
        by_line = self._classifier.learned.doubt is not None
        outside = in_scope < self._classifier.least if by_line else scores[0].name == OUT_OF_SCOPE
        return Told(tuple(scores), in_scope, outside)


def _keep(folder: Path, digest: str, learned: Learned) -> None:
    try:
        cache.save(folder, digest, learned)
    except OSError as error:
        log.warning("nlu.cache_not_written", folder=str(folder), error=str(error))
