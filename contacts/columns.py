"""PURE. Which column is what: by its name, or as told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contacts.errors import ImportRefused

NAMES = {
    "key": ("key", "id", "customer id", "customer number", "external id", "kundennummer", "codice",
            "codice cliente", "numero client"),
    "name": ("name", "full name", "contact", "nome", "nome e cognome", "nombre", "nom"),
    "first_name": ("first name", "given name", "vorname"),
    "last_name": ("last name", "surname", "family name", "nachname", "cognome", "apellido"),
    "phone": ("phone", "phone number", "telephone", "tel", "number", "mobile", "mobile phone",
              "cell", "cell phone", "landline", "home phone", "work phone", "telefon", "handy",
              "telefonnummer", "telefono", "cellulare", "fisso", "telephone fixe", "portable",
              "movil", "numero", "numero di telefono"),
    "language": ("language", "lang", "sprache", "lingua", "langue", "idioma"),
    "zone": ("time zone", "timezone", "tz", "zeitzone", "fuso orario"),
    "groups": ("groups", "group", "gruppe", "gruppen", "gruppo", "gruppi", "groupe", "grupo"),
    "lat": ("lat", "latitude", "latitudine", "breite", "breitengrad", "latitud"),
    "lon": ("lon", "lng", "long", "longitude", "longitudine", "laenge", "längengrad", "longitud"),
    "do_not_call": ("do not call", "dnc", "opt out", "robinson"),
    "consent": ("consent", "consents", "consenso", "einwilligung"),
    "consent_date": ("consent date", "consent given"),
    "consent_source": ("consent source", "consent proof"),
}  # fmt: skip
"""What each column may be called: lower case, without marks; a number behind it tells the order."""

SEVERAL = frozenset({"phone"})
_BY_NAME = {name: field for field, names in NAMES.items() for name in names}


@dataclass(frozen=True)
class Mapped:
    """Where each thing is: positions in a row."""

    at: Mapping[str, int]
    phones: tuple[tuple[int, str], ...]
    """Position and column name, in the order in which they are tried."""
    fields: tuple[tuple[int, str], ...]
    """The rest, kept under its own name."""

    def cell(self, cells: Sequence[str], field: str) -> str:
        """What a row says, empty where it says nothing."""
        at = self.at.get(field, len(cells))
        return cells[at] if at < len(cells) else ""


def map_columns(header: Sequence[str], told: Mapping[str, str] | None = None) -> Mapped:
    """Which column is what. `told` maps one of our names to a column's; `phone`, `phone2`, `phone3`
    name the numbers in order. Raises ImportRefused."""
    given = _given(header, told or {})
    at: dict[str, int] = {}
    phones: list[tuple[int, int]] = []
    fields: list[tuple[int, str]] = []
    for position, name in enumerate(header):
        field, order = given.get(position) or _guess(name)
        if field in SEVERAL:
            phones.append((order, position))
        elif field and field not in at:
            at[field] = position
        elif name:
            fields.append((position, slot_name(name)))
    if not phones:
        raise ImportRefused(
            f"no column is a telephone number (there are: {', '.join(header)}): "
            "say which, e.g. --map phone=Column"
        )
    ordered = [(position, header[position]) for _, position in sorted(phones)]
    return Mapped(at, tuple(ordered), tuple(fields))


def _given(header: Sequence[str], told: Mapping[str, str]) -> dict[int, tuple[str, int]]:
    found = {}
    for ours, theirs in told.items():
        field, order = _guess(ours) if ours not in NAMES else (ours, 0)
        if not field:
            raise ImportRefused(f"there is no field {ours!r} to map: use one of {', '.join(NAMES)}")
        places = [n for n, name in enumerate(header) if name.casefold() == theirs.casefold()]
        if not places:
            raise ImportRefused(f"there is no column {theirs!r}: there are {', '.join(header)}")
        found[places[0]] = (field, order)
    return found


def _guess(name: str) -> tuple[str, int]:
    """The field that a column's name means, with its order; empty if none."""
    plain = re.sub(r"[\s_.\-/()]+", " ", name.casefold()).strip()
    bare, digits = re.fullmatch(r"(.*?)\s*(\d*)", plain).groups()  # type: ignore[union-attr]
    return _BY_NAME.get(bare, ""), int(digits[:6] or 0)


def slot_name(name: str) -> str:
    """A column's name as messages and filters write it: `Due date` → `due_date`."""
    return re.sub(r"\W+", "_", name.casefold()).strip("_") or "column"
