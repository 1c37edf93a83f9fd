"""Statistics of calls that a bot held."""

from __future__ import annotations

import pytest

from outbound.results import ResultRow, Statistics, statistics

QUESTIONS = [("score", "score", "number"), ("why", "why", "choice"), ("words", "words", "text")]


def row(
    who: str, result: str, asked: str = "", said: tuple[str, ...] = (), **answers: str
) -> ResultRow:
    return ResultRow(who, result, tuple(asked.split()), answers, said)


ROWS = [
    row("a", "later"),  # the first of two calls to the same person
    row("a", "complete", "score why words", ("words",), score="2", why="price"),
    row("b", "complete", "score words", score="5"),
    row("c", "broken_off", "score words", score="10"),
    row("d", "broken_off", "score"),
    row("e", "voicemail"),
]


@pytest.fixture
def counted() -> Statistics:
    return statistics(ROWS, QUESTIONS)


def test_people_are_counted_by_their_newest_call(counted: Statistics) -> None:
    assert counted.calls == 5
    assert counted.results == {"complete": 2, "broken_off": 2, "voicemail": 1}


def test_completion_is_of_those_who_said_anything(counted: Statistics) -> None:
    assert (counted.talked, counted.completed) == (3, 2)
    assert counted.completion == pytest.approx(2 / 3)
    assert statistics([], QUESTIONS).completion is None


def test_each_question_has_counts_mean_and_where_people_left(counted: Statistics) -> None:
    score, why, words = counted.questions
    assert (score.asked, score.answered, score.dropped) == (4, 3, 1)
    assert list(score.counts) == ["2", "5", "10"], "numbers in their order, not as text"
    assert score.mean == pytest.approx(17 / 3)
    assert (why.asked, why.counts, why.mean) == (1, {"price": 1}, None)
    assert (words.asked, words.answered, words.dropped, words.counts) == (3, 1, 1, {})
