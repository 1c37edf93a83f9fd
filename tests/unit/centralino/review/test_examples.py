"""One sentence into nlu.yml and out again, everything else as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centralino.errors import StartRefused
from centralino.review.examples import add_example, take_example
from voicebot.nlu.rasa_format import read_sentences

NLU = """\
# ours
version: "3.1"
nlu:
  # the hours

  - intent: hours   # when
    examples: |
      - open on [saturday](day)
      - are you open

  - intent: bill
    examples:
      - my bill
      - "it's: too high"
  - lookup: day
    examples: |
      - sunday
  - intent: last
    examples: |
         - no indent
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "nlu.yml"
    path.write_text(NLU)
    return path


def said(file: Path, intent: str) -> list[str]:
    return [e.text for e in read_sentences(file).examples if e.intent == intent]


@pytest.mark.parametrize(
    ("intent", "after"),
    [
        ("hours", "      - are you open"),
        ("bill", '      - "it\'s: too high"'),
        ("last", "         - no indent"),
    ],
)
def test_a_line_is_added_behind_the_last_example(file: Path, intent: str, after: str) -> None:
    add_example(file, intent, "when do you open")
    assert said(file, intent)[-1] == "when do you open"
    before, new = NLU.splitlines(), file.read_text().splitlines()
    at = before.index(after) + 1
    assert new[:at] == before[:at] and new[at + 1 :] == before[at:]
    assert take_example(file, intent, "when do you open")
    assert file.read_text() == NLU
    assert not take_example(file, intent, "when do you open")


@pytest.mark.parametrize(
    ("intent", "text", "problem"),
    [
        ("hours", "Are you open", "already"),
        ("hours", "", "empty"),
        ("hours", " x", "blanks"),
        ("hours", "a\nb", "line breaks"),
        ("hours", "at [noon](day)", "brackets"),
        ("hours", "x" * 201, "longer"),
        ("nothing", "x", "no examples of 'nothing'"),
        ("day", "x", "no examples of 'day'"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    file: Path, intent: str, text: str, problem: str
) -> None:
    with pytest.raises(StartRefused, match=problem):
        add_example(file, intent, text)
    assert file.read_text() == NLU


plain = st.text(
    st.characters(codec="utf-8", exclude_characters="[]{}|<>\r\n", exclude_categories=("C", "Z")),
    min_size=1, max_size=40,
)  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(text=st.lists(plain, min_size=1, max_size=5).map(" ".join))
def test_any_sentence_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.mktemp("nlu") / "nlu.yml"
    file.write_text(NLU)
    for intent in ("hours", "bill"):
        try:
            add_example(file, intent, text)
        except StartRefused:
            assert file.read_text() == NLU
            continue
        assert said(file, intent)[-1].split() == text.split()
        assert take_example(file, intent, text)
        assert file.read_text() == NLU


def test_a_file_without_a_last_line_break(tmp_path: Path) -> None:
    file = tmp_path / "nlu.yml"
    file.write_text(NLU.rstrip("\n"))
    add_example(file, "last", "one more")
    assert said(file, "last") == ["no indent", "one more"]
