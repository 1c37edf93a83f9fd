"""PURE. A person who may be called. Everything here but `id` and `client` is personal content."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from contacts.numbers import Number
from kernel.codec import message


@message("contacts.place")
@dataclass(frozen=True)
class Place:
    """Where somebody lives: WGS 84 degrees."""

    lat: float
    lon: float


@message("contacts.consent")
@dataclass(frozen=True)
class Consent:
    """What somebody agreed to: the proof that a campaign of that class may call."""

    purpose: str
    """A legal class: sales, survey, reminder …"""
    given: str
    """ISO 8601 date, as recorded."""
    source: str
    """How it is proven: a form's number, a recording, a file."""


@message("contacts.person")
@dataclass(frozen=True)
class Person:
    """Somebody with numbers in the order in which they are to be tried."""

    id: str
    client: str
    numbers: tuple[Number, ...]
    key: str = ""
    """The client's own name for the person, e.g. a customer number."""
    name: str = ""
    language: str = ""
    """BCP 47, lower case, e.g. `it`; empty: the client's."""
    zone: str = ""
    """IANA time zone of where the person is; empty: taken from the number."""
    groups: tuple[str, ...] = ()
    place: Place | None = None
    consents: tuple[Consent, ...] = ()
    do_not_call: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    """What else is known, for messages and filters."""

    def slots(self) -> dict[str, str]:
        """What a message may name of this person."""
        told = {"name": self.name, "language": self.language, "key": self.key}
        return {**dict(self.fields), **{k: v for k, v in told.items() if v}}

    def may_be_asked(self, purpose: str) -> bool:
        """Whether a consent to this purpose is recorded."""
        return any(consent.purpose == purpose for consent in self.consents)


def identity(person: Person) -> str:
    """What makes two rows the same person: the client's key, else first number and name.

    A number alone is not enough: a household shares one.
    """
    if person.key:
        return f"key:{person.key}"
    return f"number:{person.numbers[0].e164}:{_plain(person.name)}"


def _plain(name: str) -> str:
    """A name without case, accents and spacing, so that “Zoë  Miller” is “zoe miller”."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(char for char in apart if not unicodedata.combining(char))
    return " ".join(sorted(kept.replace(",", " ").split()))


def merged(old: Person, new: Person) -> Person:
    """What is known after a newer row about the same person.

    The newer row wins where it says something. Groups, consents and numbers add up, the newer
    numbers first; a do-not-call is never lifted by an import.
    """
    return replace(
        new,
        id=old.id,
        numbers=_united(new.numbers, old.numbers),
        key=new.key or old.key,
        name=new.name or old.name,
        language=new.language or old.language,
        zone=new.zone or old.zone,
        groups=tuple(dict.fromkeys((*old.groups, *new.groups))),
        place=new.place or old.place,
        consents=tuple(dict.fromkeys((*old.consents, *new.consents))),
        do_not_call=old.do_not_call or new.do_not_call,
        fields=tuple({**dict(old.fields), **dict(new.fields)}.items()),
    )


def _united(first: tuple[Number, ...], then: tuple[Number, ...]) -> tuple[Number, ...]:
    known = {number.e164 for number in first}
    return (*first, *(number for number in then if number.e164 not in known))
