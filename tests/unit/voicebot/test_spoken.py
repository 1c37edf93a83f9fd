"""What was said of a text, by the samples that were sent of its clauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.spoken import spoken

CLAUSES = [("We are open today,", 1400), ("", 100), ("from nine to five.", 1500)]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (0, ""),
        (90, ""),
        (110, "We"),
        (1399, "We are open today,"),
        (1400, "We are open today,"),
        (1500, "We are open today,"),
        (1700, "We are open today, from"),
        (3000, "We are open today, from nine to five."),
        (9000, "We are open today, from nine to five."),
    ],
)
def test_whole_clauses_and_words_by_proportion(sent: int, said: str) -> None:
    assert spoken(CLAUSES, sent) == said


@given(st.lists(st.tuples(st.text("ab ", max_size=9), st.integers(0, 50)), max_size=5), st.data())
def test_more_samples_never_say_less(clauses: list[tuple[str, int]], data: st.DataObject) -> None:
    total = sum(samples for _, samples in clauses)
    first = data.draw(st.integers(0, total))
    second = data.draw(st.integers(first, total))
    everything = " ".join(text for text, _ in clauses).split()
    said = spoken(clauses, first).split(), spoken(clauses, second).split()
    assert everything[: len(said[0])] == said[0]
    assert len(said[0]) <= len(said[1])
    assert spoken(clauses, total + 1).split() == everything
