"""PURE. One row of a file: the person it tells of, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from contacts.columns import Mapped
from contacts.errors import BadNumber
from contacts.numbers import Number, read_number
from contacts.people import Consent, Person, Place
from contacts.table import CELL_LIMIT, Row

YES = frozenset({"1", "yes", "y", "true", "x", "ja", "j", "si", "sì", "s", "oui", "o", "sim"})
NO = frozenset({"", "0", "no", "n", "false", "nein", "non", "não"})
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")
_LIST = re.compile(r"[;,|/]")


@dataclass(frozen=True)
class Problem:
    """Something in a row that could not be used."""

    line: int
    column: str
    what: str
    """Never repeats what stands there: reports are kept and shown."""
    fatal: bool
    """The row was left out; otherwise only this cell was."""


@dataclass(frozen=True)
class Settings:
    """What is not in the file."""

    client: str
    region: str = ""
    """ISO 3166-1 alpha-2, for numbers without a country code."""
    groups: tuple[str, ...] = ()
    """Every person of this file belongs to these."""
    known_zones: frozenset[str] = frozenset()
    """The IANA time zones there are; none: not checked."""
    purposes: frozenset[str] = frozenset()
    """What one can consent to; none: not checked."""


@dataclass
class RowReader:
    """Reads the rows of one table."""

    mapped: Mapped
    settings: Settings
    problems: list[Problem] = field(default_factory=list)
    """Of the row read last."""

    def read(self, row: Row) -> Person | None:
        """The person (without an id yet), or None with the reason in `problems`."""
        self.problems = []
        if any(len(cell) > CELL_LIMIT for cell in row.cells):
            self._say(row, "", f"a cell is longer than {CELL_LIMIT} characters", fatal=True)
            return None
        numbers = self._numbers(row)
        if not numbers:
            return None
        return Person(
            id="",
            client=self.settings.client,
            numbers=numbers,
            key=self._cell(row, "key"),
            name=self._name(row),
            language=self._checked(row, "language", _language, "is no language code such as `it`"),
            zone=self._checked(row, "zone", self._zone, "is no IANA time zone: Europe/Rome"),
            groups=self._groups(row),
            place=self._place(row),
            consents=self._consents(row),
            do_not_call=self._do_not_call(row),
            fields=self._fields(row),
        )

    def _say(self, row: Row, column: str, what: str, fatal: bool = False) -> None:
        self.problems.append(Problem(row.line, column, what, fatal))

    def _cell(self, row: Row, name: str) -> str:
        return self.mapped.cell(row.cells, name)

    def _numbers(self, row: Row) -> tuple[Number, ...]:
        found: dict[str, Number] = {}
        bad: list[tuple[str, str]] = []
        for position, column in self.mapped.phones:
            text = row.cells[position] if position < len(row.cells) else ""
            try:
                if text:
                    number = read_number(text, self.settings.region, column)
                    found.setdefault(number.e164, number)
            except BadNumber as error:
                bad.append((column, error.problem))
        for column, problem in bad:
            self._say(row, column, problem, fatal=not found)
        if not found and not bad:
            self._say(row, self.mapped.phones[0][1], "there is no number", fatal=True)
        return tuple(found.values())

    def _name(self, row: Row) -> str:
        apart = (self._cell(row, "first_name"), self._cell(row, "last_name"))
        return self._cell(row, "name") or " ".join(part for part in apart if part)

    def _checked(self, row: Row, name: str, read: Callable[[str], str | None], problem: str) -> str:
        text = self._cell(row, name)
        value = read(text) if text else ""
        if value is None:
            self._say(row, name, problem)
        return value or ""

    def _zone(self, text: str) -> str | None:
        known = self.settings.known_zones
        return text if not known or text in known else None

    def _groups(self, row: Row) -> tuple[str, ...]:
        own = _list(self._cell(row, "groups"))
        return tuple(dict.fromkeys((*own, *self.settings.groups)))

    def _place(self, row: Row) -> Place | None:
        lat, lon = self._cell(row, "lat"), self._cell(row, "lon")
        if not lat and not lon:
            return None
        try:
            place = Place(_degrees(lat), _degrees(lon))
        except ValueError:
            self._say(row, "lat", "latitude and longitude are not both decimal degrees")
            return None
        if abs(place.lat) > 90 or abs(place.lon) > 180:
            self._say(row, "lat", "there is no such place: latitude ±90, longitude ±180")
            return None
        return place

    def _consents(self, row: Row) -> tuple[Consent, ...]:
        purposes = _list(self._cell(row, "consent").lower())
        given, source = self._cell(row, "consent_date"), self._cell(row, "consent_source")
        if not purposes:
            return ()
        known = self.settings.purposes
        if known and not known.issuperset(purposes):
            self._say(row, "consent", f"is none of {', '.join(sorted(known))}")
            return ()
        if not _DATE.fullmatch(given) or not source:
            self._say(row, "consent", "counts only with consent_date (2026-01-31) and a source")
            return ()
        return tuple(Consent(purpose, given, source) for purpose in purposes)

    def _do_not_call(self, row: Row) -> bool:
        text = self._cell(row, "do_not_call").casefold()
        if text not in YES | NO:
            self._say(row, "do_not_call", "is neither yes nor no; taken as yes")
        return text not in NO

    def _fields(self, row: Row) -> tuple[tuple[str, str], ...]:
        places = [(at, name) for at, name in self.mapped.fields if at < len(row.cells)]
        return tuple((name, row.cells[at]) for at, name in places if row.cells[at])


def _language(text: str) -> str | None:
    plain = text.lower().replace("_", "-")
    return plain if _LANGUAGE.fullmatch(plain) else None


def _degrees(text: str) -> float:
    value = float(text.replace(",", "."))
    if value != value:
        raise ValueError(text)
    return value


def _list(text: str) -> tuple[str, ...]:
    parts = (part.strip() for part in _LIST.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))
