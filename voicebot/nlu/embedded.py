"""The built-in understander: learns from a bot's own sentences, runs in this process.

A sentence takes some milliseconds of CPU, less than an audio frame, so `understand` runs inline and
needs no thread. Learning takes seconds: it happens at installation (`nlu train`) or at the first
start, and is kept on disk under the digest of what was learned from.
"""

from __future__ import annotations

import datetime
import time
import zoneinfo
from collections.abc import Callable
from pathlib import Path

import structlog

from voicebot.nlu import cache
from voicebot.nlu.classifier import Classifier
from voicebot.nlu.embedding import Embedder
from voicebot.nlu.entities import BUILT_IN, EntityFinder
from voicebot.nlu.learned import Learned
from voicebot.nlu.learning import learn
from voicebot.nlu.normalise import words
from voicebot.nlu.ports import Entity, IntentScore, Understanding
from voicebot.nlu.training import OUT_OF_SCOPE, Training

log = structlog.get_logger(__name__)
ALTERNATIVES = 3
_ANSWERS = {
    "yes_no": ("yes_no",),
    "digits": ("digits", "number"),
    "date": ("date",),
    "name": ("name",),
    "spelling": ("name", "code"),
}
"""What the question expects → the built-in entities that answer it."""
_AROUND = frozenset(
    "it is my the number account name yes that would be i am this on sure ok and a meter says "
    "reads shows date for address".split()
)
"""Words around an answer that add nothing to it: "it is …", "my number is …"."""
_SAID = {"yes": "affirm", "no": "deny"}


class Embedded:
    """An `Understander` for one bot. Make it with `load`, which learns only if it must."""

    def __init__(
        self, training: Training, classifier: Classifier, now: Callable[[], float]
    ) -> None:
        self._training = training
        self._classifier = classifier
        self._entities = EntityFinder(training)
        self._zone = zoneinfo.ZoneInfo(training.timezone)
        self._now = now

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
        scores, in_scope = self.scores(text)
        today = datetime.datetime.fromtimestamp(self._now(), self._zone).date()
        entities = self._entities.find(text, expects, today)
        scores, entities = self._shaped(text, expects, scores, entities)
        outside = self._out_of_scope(scores[0], in_scope, entities, expects)
        if not outside:  # then it means something of this bot's
            scores = sorted(scores, key=lambda score: score.name == OUT_OF_SCOPE)
        return Understanding(
            text=text,
            intent=scores[0],
            alternatives=tuple(scores[1 : 1 + ALTERNATIVES]),
            entities=entities,
            out_of_scope=outside,
            in_scope=in_scope,
            seconds=time.perf_counter() - started,
        )

    def scores(self, text: str) -> tuple[list[IntentScore], float]:
        """Every intent with its probability, the likeliest first, whatever was asked; and the
        probability that the sentence is for this bot."""
        judged = self._classifier.judge([text])
        shares = judged.shares[0]
        order = shares.argsort()[::-1]
        scores = [IntentScore(self._classifier.intents[at], float(shares[at])) for at in order]
        return scores, float(judged.in_scope[0])

    def _shaped(
        self, text: str, expects: str, scores: list[IntentScore], entities: tuple[Entity, ...]
    ) -> tuple[list[IntentScore], tuple[Entity, ...]]:
        """What the question expects, told to both: an answer is not also a wish, nor the reverse.

        "eight one two" after "your account number?" means no intent; "let me talk to a person"
        after "your name?" holds no name.
        """
        answer = next((entity for entity in entities if _answers(entity, expects)), None)
        if answer is None:
            return scores, entities
        if answer.name == "yes_no":
            return self._yes_no(text, answer, scores), entities
        meant = scores[0].name != OUT_OF_SCOPE and scores[0].confidence >= 0.5
        if answer.name == "name" and answer.confidence < 0.7 and meant:
            return scores, tuple(entity for entity in entities if entity is not answer)
        share = _share(answer, text)
        return [IntentScore(s.name, s.confidence * (1 - share)) for s in scores], entities

    def _yes_no(self, text: str, answer: Entity, scores: list[IntentScore]) -> list[IntentScore]:
        name = _SAID[answer.value]
        if name not in self._classifier.intents or len(words(text)) > 4:
            return scores
        others = [score for score in scores if score.name != name]
        return [IntentScore(name, max(0.95, scores[0].confidence)), *others]

    def _out_of_scope(
        self, best: IntentScore, in_scope: float, entities: tuple[Entity, ...], expects: str
    ) -> bool:
        if any(_answers(entity, expects) for entity in entities):
            return False
        if best.confidence < self._training.out_of_scope_below:
            return True
        if self._classifier.learned.doubt is None:
            return best.name == OUT_OF_SCOPE
        return in_scope < self._classifier.least


def _answers(entity: Entity, expects: str) -> bool:
    """Whether the entity answers a question that `expects` something."""
    if expects == "menu":
        return entity.name not in BUILT_IN
    return entity.name in _ANSWERS.get(expects, ())


def _share(entity: Entity, text: str) -> float:
    """How much of the sentence the entity is, 0–1, by words that mean something."""
    around = words(text[: entity.start]) + words(text[entity.end :])
    outside = sum(word not in _AROUND for word in around)
    inside = len(words(entity.text)) or 1
    return inside / (inside + outside)


def _keep(folder: Path, digest: str, learned: Learned) -> None:
    try:
        cache.save(folder, digest, learned)
    except OSError as error:
        log.warning("nlu.cache_not_written", folder=str(folder), error=str(error))
