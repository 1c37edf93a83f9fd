"""PURE. A whole file: its people, each once, and a report of everything that was not usable.

What is wrong in one row costs that row or that cell, never the file; nothing is left out unsaid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from contacts.columns import Mapped, map_columns
from contacts.people import Person, identity, merged
from contacts.rows import Problem, RowReader, Settings
from contacts.table import Table

SHOWN = 1_000
"""Problems and duplicates kept one by one; beyond that they are only counted."""


@dataclass(frozen=True)
class Duplicate:
    """A row about somebody whom an earlier row told of; both were put together."""

    line: int
    first: int


@dataclass
class Report:
    """What became of a file."""

    encoding: str
    delimiter: str
    columns: dict[str, str]
    """Column → what it was taken for."""
    rows: int = 0
    refused: int = 0
    """Rows left out."""
    merged: int = 0
    """Rows put together with an earlier one."""
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """How often each problem was met."""
    duplicates: list[Duplicate] = field(default_factory=list)
    shared: int = 0
    """People whose first number is also somebody else's first (a household)."""

    def note(self, problems: list[Problem]) -> None:
        """Add a row's problems."""
        self.counts.update(problem.what for problem in problems)
        self.problems.extend(problems[: max(0, SHOWN - len(self.problems))])
        self.refused += any(problem.fatal for problem in problems)


@dataclass(frozen=True)
class Imported:
    """The people of a file by their identity, ids not yet given, and the report."""

    people: Mapping[str, Person]
    report: Report


def read_people(
    table: Table, settings: Settings, told: Mapping[str, str] | None = None
) -> Imported:
    """Everybody in the table. Raises ImportRefused for one that cannot be read at all."""
    mapped = map_columns(table.header, told)
    report = Report(table.encoding, table.delimiter, _columns(table, mapped))
    reader = RowReader(mapped, settings)
    people: dict[str, Person] = {}
    lines: dict[str, int] = {}
    for row in table.rows():
        report.rows += 1
        person = reader.read(row)
        report.note(reader.problems)
        if person is None:
            continue
        who = identity(person)
        if who in people:
            report.merged += 1
            if len(report.duplicates) < SHOWN:
                report.duplicates.append(Duplicate(row.line, lines[who]))
            people[who] = merged(people[who], person)
        else:
            people[who], lines[who] = person, row.line
    firsts = Counter(person.numbers[0].e164 for person in people.values())
    report.shared = sum(count for count in firsts.values() if count > 1)
    return Imported(people, report)


def _columns(table: Table, mapped: Mapped) -> dict[str, str]:
    names = {at: f"phone {n}" for n, (at, _) in enumerate(mapped.phones, 1)}
    names.update({at: field for field, at in mapped.at.items()})
    names.update(dict(mapped.fields))
    return {name: names.get(at, "") for at, name in enumerate(table.header)}
