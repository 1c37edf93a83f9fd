"""What was learned survives on disk, and a damaged file is never used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voicebot.nlu import cache
from voicebot.nlu.classifier import Classifier
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.learning import learn
from voicebot.nlu.training import Example, Training

SENTENCES = ["my bill is high", "the bill", "gas smell", "i smell gas", "hello", "hello there"]
INTENTS = ["bill", "bill", "gas", "gas", "greet", "greet"]
TRAINING = Training(
    "en", "UTC", tuple(Example(t, i) for t, i in zip(SENTENCES, INTENTS, strict=True))
)


def test_what_is_loaded_answers_as_what_was_saved(tmp_path: Path) -> None:
    learned = learn(SENTENCES, INTENTS)
    cache.save(tmp_path / "new" / "folder", "d", learned)
    loaded = cache.load(tmp_path / "new" / "folder", "d")
    assert loaded is not None
    before = Classifier(learned).judge(["a bill", "gas"]).shares
    after = Classifier(loaded).judge(["a bill", "gas"]).shares
    assert np.allclose(before, after, atol=1e-5)
    assert np.allclose(after.sum(axis=1), 1.0)


def test_nothing_is_left_of_a_file_that_could_not_be_written(tmp_path: Path) -> None:
    cache.path_of(tmp_path, "d").mkdir(parents=True)
    with pytest.raises(OSError):
        cache.save(tmp_path, "d", learn(SENTENCES, INTENTS))
    assert [path.name for path in tmp_path.iterdir()] == [cache.path_of(tmp_path, "d").name]


def test_two_intents_are_enough(tmp_path: Path) -> None:
    model = Classifier(learn(SENTENCES[:4], INTENTS[:4]))
    shares = model.judge(["i smell gas", "my bill"]).shares
    assert shares.shape == (2, 2)
    assert [model.intents[row.argmax()] for row in shares] == ["gas", "bill"]


def damaged(whole: bytes, how: str) -> bytes:
    """A file as a full disk, a broken disk or somebody else leaves it."""
    middle = len(whole) // 2
    return {
        "half": whole[:middle],
        "nonsense": b"x" * 50,
        "empty": b"",
        "bits": whole[:middle] + bytes(255 - b for b in whole[middle : middle + 40])
        + whole[middle + 40 :],
    }[how]  # fmt: skip


@pytest.mark.parametrize("damage", ["half", "nonsense", "empty", "foreign", "bits"])
def test_a_damaged_file_is_learned_again(tmp_path: Path, damage: str) -> None:
    Embedded.load(TRAINING, tmp_path)
    path = cache.path_of(tmp_path, TRAINING.digest())
    whole = path.read_bytes()
    if damage == "foreign":
        np.savez_compressed(path, weights=np.zeros((2, 2)))
    else:
        path.write_bytes(damaged(whole, damage))
    assert cache.load(tmp_path, TRAINING.digest()) is None
    assert Embedded.load(TRAINING, tmp_path).parse("i smell gas").intent.name == "gas"
    assert cache.load(tmp_path, TRAINING.digest()) is not None


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    learned = learn(SENTENCES, INTENTS)
    cache.save(tmp_path, "d", replace(learned, intents=learned.intents[:2]))
    assert cache.load(tmp_path, "d") is None


def test_a_folder_that_cannot_be_written_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    understander = Embedded.load(TRAINING, tmp_path / "file" / "cache")
    assert understander.intents() == {"bill", "gas", "greet"}


def test_another_content_is_another_file() -> None:
    more = Training("en", "UTC", (*TRAINING.examples, Example("bye", "bye")))
    assert more.digest() != TRAINING.digest()
    assert Training("en", "UTC", TRAINING.examples).digest() == TRAINING.digest()
