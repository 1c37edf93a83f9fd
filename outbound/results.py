"""What calls held by a bot came to, and the statistics of a campaign of them. PURE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from kernel.codec import message


@message("outbound.call_result")
@dataclass(frozen=True)
class CallResult:
    """What one call came to."""

    attempt: str
    recipient: str
    campaign: str
    client: str
    person: str
    call: str
    """In the history, with transcript and recording."""
    result: str
    """One that the bot names, or `voicemail`, `broken_off`, `handed_over`."""
    asked: tuple[str, ...] = ()
    """Questions put, in their order."""
    answers: dict[str, str] = field(default_factory=dict)
    """Scales, choices, numbers, days, yes and no."""
    said: dict[str, str] = field(default_factory=dict)
    """Answers in the person's own words, names, long numbers: content."""


@dataclass(frozen=True)
class ResultRow:
    """What is counted of one call: ids and closed answers."""

    recipient: str
    result: str
    asked: tuple[str, ...]
    answers: Mapping[str, str]
    said: tuple[str, ...] = ()
    """Questions answered in the person's own words."""


@dataclass(frozen=True)
class Question:
    """One question, over all calls."""

    name: str
    title: str
    kind: str
    asked: int
    answered: int
    dropped: int
    """Calls that broke off at this question."""
    counts: Mapping[str, int]
    """Closed answers: value → how often, numbers in their order, others by how often."""
    mean: float | None
    """Of numbers."""


@dataclass(frozen=True)
class Statistics:
    """A campaign's answers."""

    calls: int
    """People whose call a bot held."""
    talked: int
    """Of these, who answered a question or said something of their own."""
    results: Mapping[str, int]
    completed: int
    questions: tuple[Question, ...]

    @property
    def completion(self) -> float | None:
        """Share of those who were asked anything and came to the end; None of nobody."""
        return self.completed / self.talked if self.talked else None


NUMBERS = frozenset({"number"})
UNFINISHED = frozenset({"broken_off", "voicemail", "later", "declined"})
"""Results of calls that did not come to their end."""


def statistics(rows: Iterable[ResultRow], questions: Sequence[tuple[str, str, str]]) -> Statistics:
    """Over the newest call of each person; `questions` are (name, title, kind), in their order."""
    newest = {row.recipient: row for row in rows}.values()
    talked = [row for row in newest if row.answers or row.said]
    finished = [row for row in talked if row.result not in UNFINISHED]
    return Statistics(
        calls=len(newest),
        talked=len(talked),
        results=dict(Counter(row.result for row in newest).most_common()),
        completed=len(finished),
        questions=tuple(_question(*one, list(newest)) for one in questions),
    )


def _question(name: str, title: str, kind: str, rows: Sequence[ResultRow]) -> Question:
    values = [row.answers[name] for row in rows if name in row.answers]
    in_words = sum(name in row.said for row in rows)
    return Question(
        name, title, kind,
        asked=sum(name in row.asked for row in rows),
        answered=len(values) + in_words,
        dropped=sum(_dropped_at(row) == name for row in rows),
        counts=_counted(values, kind),
        mean=fmean(map(float, values)) if values and kind in NUMBERS else None,
    )  # fmt: skip


def _dropped_at(row: ResultRow) -> str:
    """The question at which a call broke off; empty where it did not, or nothing was asked."""
    if row.result != "broken_off" or not row.asked:
        return ""
    return row.asked[-1]


def _counted(values: list[str], kind: str) -> dict[str, int]:
    counts = Counter(values)
    if kind in NUMBERS:
        return dict(sorted(counts.items(), key=lambda item: float(item[0])))
    return dict(counts.most_common())
