"""PURE. Who is meant: people chosen by group, language, field and place, frozen at launch.

An audience is a snapshot: people imported or erased afterwards do not change who is called. A
number that several of the chosen share is called once, for the first of them, and that is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from contacts.area import Area, inside_any
from contacts.errors import BadFilter
from contacts.numbers import zones
from contacts.people import Person

DO_NOT_CALL = "do not call"
NO_CONSENT = "no consent recorded"
NO_PLACE = "no place known"
SHARED = "number shared with somebody already chosen"


@dataclass(frozen=True)
class Filter:
    """All of it must hold; an empty part holds for everybody."""

    groups: tuple[str, ...] = ()
    """In at least one."""
    not_groups: tuple[str, ...] = ()
    """In none."""
    languages: tuple[str, ...] = ()
    """One of these, or a form of it: `de` is met by `de-at`."""
    where: tuple[tuple[str, str], ...] = ()
    """Fields with exactly this value, upper and lower case alike."""
    areas: tuple[Area, ...] = ()
    """Lives in at least one. Somebody without a place is not inside, and is told."""
    unplaced_too: bool = False
    """With `areas`: also people whose place is not known. An alarm errs on this side if told to."""

    def matches(self, person: Person) -> bool:
        """Whether this person is meant."""
        return all(holds(self, person) for holds in _PARTS)


def _groups(filter: Filter, person: Person) -> bool:
    return not filter.groups or bool({*filter.groups} & {*person.groups})


def _not_groups(filter: Filter, person: Person) -> bool:
    return not {*filter.not_groups} & {*person.groups}


def _languages(filter: Filter, person: Person) -> bool:
    spoken = person.language.lower()
    return not filter.languages or any(
        spoken == wanted or spoken.startswith(f"{wanted}-") for wanted in filter.languages
    )


def _where(filter: Filter, person: Person) -> bool:
    slots = person.slots()
    return all(slots.get(name, "").casefold() == value.casefold() for name, value in filter.where)


def _areas(filter: Filter, person: Person) -> bool:
    if not filter.areas:
        return True
    if person.place is None:
        return filter.unplaced_too
    return inside_any(filter.areas, person.place)


_PARTS: tuple[Callable[[Filter, Person], bool], ...] = (
    _groups, _not_groups, _languages, _where, _areas,
)  # fmt: skip


def read_where(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """`field=value` of the command line. Raises BadFilter."""
    pairs = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise BadFilter(f"{text!r} is no condition: write field=value")
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs)


@dataclass(frozen=True)
class Chosen:
    """One person of an audience, as frozen."""

    person: str
    numbers: tuple[str, ...]
    """E.164, in the order in which they are tried."""
    zones: tuple[str, ...]
    """Where the person may be; none: not known."""
    language: str
    slots: Mapping[str, str]
    consents: frozenset[str] = frozenset()
    """Purposes to which a consent is recorded."""


@dataclass
class Audience:
    """Who will be called, and why others will not be."""

    people: list[Chosen] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """Reason → how many."""
    languages: Counter[str] = field(default_factory=Counter)

    @property
    def size(self) -> int:
        """How many people are called."""
        return len(self.people)


def choose(
    people: Iterable[Person],
    filter: Filter,
    *,
    default_language: str,
    default_zone: str = "",
    blocked: Callable[[str], bool] = lambda number: False,
    ignore_do_not_call: bool = False,
    consent_for: str = "",
) -> Audience:
    """The audience, in the order of `people`.

    `blocked` says whether a number is on a do-not-call list; the law lets emergencies ignore it.
    `consent_for` is the purpose to which each must have consented, empty if the class needs none.
    """
    audience, taken = Audience(), set[str]()
    for person in people:
        if not filter.matches(person):
            audience.left_out.update(_unplaced(filter, person))
            continue
        barred = _barred(person, consent_for, ignore_do_not_call)
        allowed = [n.e164 for n in person.numbers if ignore_do_not_call or not blocked(n.e164)]
        free = tuple(number for number in allowed if number not in taken)
        reason = barred or (DO_NOT_CALL if not allowed else SHARED if not free else "")
        if reason:
            audience.left_out[reason] += 1
            continue
        taken.update(free)
        chosen = _chosen(person, free, default_language, default_zone)
        audience.people.append(chosen)
        audience.languages[chosen.language] += 1
    return audience


def _barred(person: Person, consent_for: str, ignore_do_not_call: bool) -> str:
    if consent_for and not person.may_be_asked(consent_for):
        return NO_CONSENT
    return DO_NOT_CALL if person.do_not_call and not ignore_do_not_call else ""


def _unplaced(filter: Filter, person: Person) -> list[str]:
    """Somebody whom only the missing place keeps out is told of."""
    if not filter.areas or person.place is not None:
        return []
    return [NO_PLACE] if replace(filter, areas=()).matches(person) else []


def _chosen(
    person: Person, numbers: tuple[str, ...], default_language: str, default_zone: str
) -> Chosen:
    where = (person.zone,) if person.zone else zones(numbers[0])
    return Chosen(
        person=person.id,
        numbers=numbers,
        zones=where or ((default_zone,) if default_zone else ()),
        language=person.language or default_language,
        slots=person.slots(),
        consents=frozenset(consent.purpose for consent in person.consents),
    )
