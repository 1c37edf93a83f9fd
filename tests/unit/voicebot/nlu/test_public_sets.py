"""Sets of sentences in their publishers' files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voicebot.errors import BotError
from voicebot.nlu.public_sets import is_public_set, read_set
from voicebot.nlu.training import OUT_OF_SCOPE, Example

PARTS = {
    "train": [["set an alarm", "alarm"]], "oos_train": [["who am i", "oos"]],
    "val": [], "oos_val": [["why", "oos"]], "test": [["wake me", "alarm"]], "oos_test": [],
}  # fmt: skip


def test_clinc150(tmp_path: Path) -> None:
    (tmp_path / "data_full.json").write_text(json.dumps(PARTS))
    assert is_public_set(tmp_path)
    found = read_set(tmp_path)
    assert found.train == (Example("set an alarm", "alarm"), Example("who am i", OUT_OF_SCOPE))
    assert found.validation == (Example("why", OUT_OF_SCOPE),)
    assert found.test == (Example("wake me", "alarm"),)


def test_clinc150_in_one_of_several_files(tmp_path: Path) -> None:
    (tmp_path / "data_full.json").write_text(json.dumps(PARTS))
    (tmp_path / "data_oos_plus.json").write_text(json.dumps({**PARTS, "oos_train": []}))
    assert read_set(tmp_path).name == "data_oos_plus"
    assert len(read_set(tmp_path / "data_full.json").train) == 2
    with pytest.raises(BotError, match=r"other\.json: this is not CLINC150"):
        read_set(tmp_path / "other.json")


@pytest.mark.parametrize("text", ["{}", "[]", "nonsense", '{"train": 3}'])
def test_clinc150_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "data_oos_plus.json").write_text(text)
    with pytest.raises(BotError, match=r"data_oos_plus\.json: this is not CLINC150"):
        read_set(tmp_path)


def test_banking77(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text('text,category\n"my card, where is it?",card_arrival\n')
    (tmp_path / "test.csv").write_text("text,category\nno card yet,card_arrival\n")
    found = read_set(tmp_path)
    assert found.train == (Example("my card, where is it?", "card_arrival"),)
    assert found.validation == ()
    assert len(found.test) == 1


def test_a_row_without_its_intent_is_named(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,category\nhello,greet\nmy card\n")
    with pytest.raises(BotError, match=r"train\.csv:3: each row needs"):
        read_set(tmp_path)


def test_a_missing_test_part_is_named(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,category\nhello,greet\n")
    with pytest.raises(BotError, match=r"test\.csv: cannot be read"):
        read_set(tmp_path)


def test_hwu64(tmp_path: Path) -> None:
    for part, text in (("trainset", "play jazz"), ("testset/csv", "some jazz please")):
        (tmp_path / part).mkdir(parents=True)
        (tmp_path / part / "play_music.csv").write_text(
            f'answerid;scenario;intent;answer_from_anno\n1;play;music;"{text}"\n'
        )
    found = read_set(tmp_path)
    assert found.train == (Example("play jazz", "play_music"),)
    assert found.test == (Example("some jazz please", "play_music"),)


def test_a_bot_is_no_public_set(tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text("nlu: []")
    assert not is_public_set(tmp_path)
