"""Whom a campaign calls, and how long that takes: told before anybody is called."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any

from centralino.config.model import Config
from centralino.contacts.store import ContactStore
from centralino.outbound.notice_wishes import NewNotice, NewWithPeople
from centralino.outbound.people_kept import PeopleKept
from contacts.audience import Audience, Chosen, Filter, choose
from contacts.errors import BadNumber
from contacts.numbers import read_number, zones
from contacts.people import Person, Place
from contacts.spots import Spots, gather
from outbound.compliance import LegalClass
from outbound.estimate import Estimate
from outbound.pacing import Limits
from outbound.ports import NewRecipient
from outbound.records import Path

ADDRESS = re.compile(r"\d{2,6}|sips?:\S+@\S+")
"""An extension of this house, or a SIP address."""
NO_TRUNK = "no trunk can carry it: see [[trunks]]"
NO_REHEARSAL = (
    "there is no trunk for rehearsals (`centralino simulate carrier` is one): see [[trunks]]"
)


@dataclass
class Audiences:
    """Chooses people from the contacts."""

    config: Config
    contacts: ContactStore
    trunks: tuple[Limits, ...]
    kept: PeopleKept = field(init=False)
    _groups: dict[str, tuple[tuple[int, float], dict[str, int]]] = field(default_factory=dict)
    """Client → its groups, and as of when."""

    def __post_init__(self) -> None:
        self.kept = PeopleKept(self.contacts)

    async def choose(
        self, client_id: str, wanted: Filter, law: LegalClass, look: bool = False
    ) -> Audience:
        """The contacts who are meant and may be called. `look`: it is only asked who they would be,
        perhaps again in a moment."""
        client = next((one for one in self.config.clients if one.id == client_id), None)
        people = await (self.kept.of(client_id) if look else self.kept.anew(client_id))
        blocked = await self.contacts.blocked(client_id)

        def chosen() -> Audience:
            return choose(
                people, wanted, default_language=self.language(client_id),
                default_zone=client.time_zone if client else "", blocked=blocked,
                ignore_do_not_call=not law.do_not_call,
                consent_for=law.name if law.consent else "",
            )  # fmt: skip

        return await asyncio.to_thread(chosen)

    async def places(self, client: str, wanted: Filter) -> Where:
        """Where those who are meant live, wherever that is: areas are not asked."""
        people = await self.kept.of(client)
        return await asyncio.to_thread(_where, people, replace(wanted, areas=()))

    async def groups(self, client: str) -> dict[str, int]:
        """How many contacts are in each group of a client."""
        as_of = await self.contacts.as_of(client)
        before, counts = self._groups.get(client, (None, {}))
        if before != as_of:
            found = Counter[str]()
            async for person in self.contacts.all(frozenset({client})):
                found.update(person.groups)
            counts = dict(sorted(found.items()))
            self._groups[client] = as_of, counts
        return counts

    async def wanted(self, new: NewWithPeople, law: LegalClass, language: str) -> Audience:
        """Those of a list of numbers, who speak this language, or the contacts who are meant."""
        if new.lines:
            return self.listed(new.lines, language, new.zone, new.client)
        return await self.choose(new.client, new.audience.filter(), law, look=new.dry_run)

    def listed(self, lines: Iterable[str], language: str, zone: str, client: str) -> Audience:
        """Those of a list of numbers."""
        return listed(lines, language, zone, self.region(client), self.contacts.listed)

    def language(self, client_id: str) -> str:
        """In which people of a client are spoken to of whom nothing else is known."""
        return next((one.language for one in self.config.clients if one.id == client_id), "en")

    def region(self, client_id: str) -> str:
        """The country of a client's numbers without one; empty: not told."""
        return next((one.region for one in self.config.clients if one.id == client_id), "")

    def over(self, exercise: bool, trunks: Sequence[str]) -> list[Limits]:
        """The trunks that it may use: these, or all; an exercise those for rehearsals."""
        return [
            trunk for trunk in self.trunks
            if trunk.rehearsal == exercise and (not trunks or trunk.name in trunks)
        ]  # fmt: skip


@dataclass(frozen=True)
class Where:
    """Where people live."""

    spots: Spots
    unplaced: int
    """People of whom no place is known."""
    groups: dict[str, tuple[float, float]]
    """Group → the middle of its people: names by which one finds one's way."""


def _where(people: Sequence[Person], wanted: Filter) -> Where:
    placed = [(one, one.place) for one in people if one.place is not None]
    groups: dict[str, list[Place]] = {}
    for one, place in placed:
        for group in one.groups:
            groups.setdefault(group, []).append(place)
    middles = {
        group: (fmean(one.lat for one in places), fmean(one.lon for one in places))
        for group, places in sorted(groups.items())
    }
    spots = gather(place for one, place in placed if wanted.matches(one))
    unplaced = sum(one.place is None and wanted.matches(one) for one in people)
    return Where(spots, unplaced, middles)


DUPLICATE, NO_NUMBER = "the same number again", "no valid number"
"""Why lines of a list are left out."""


def listed(
    lines: Iterable[str], language: str, zone: str, region: str, person_of: Callable[[str], str]
) -> Audience:
    """People given by their numbers alone, one a line. A line without a valid number is left out
    and told, and so is a number that stands there a second time: the others do not wait for it."""
    audience, taken = Audience(), set[str]()
    for line in lines:
        written = [part.strip() for part in line.split(",") if part.strip()]
        numbers = [number for part in written if (number := _number(part, region))]
        fresh = tuple(dict.fromkeys(number for number in numbers if number not in taken))
        if not written:
            continue
        if not fresh:
            audience.left_out[DUPLICATE if numbers else NO_NUMBER] += 1
            continue
        taken.update(fresh)
        where = (zone,) if zone else zones(fresh[0])
        audience.people.append(Chosen(person_of(fresh[0]), fresh, where, language, {}))
        audience.languages[language] += 1
    return audience


def _number(written: str, region: str) -> str:
    """The number in E.164, or an extension or SIP address as it is; empty for anything else."""
    if ADDRESS.fullmatch(written):
        return written
    try:
        return read_number(written, region).e164
    except BadNumber:
        return ""


def as_recipient(one: Chosen) -> NewRecipient:
    """A chosen person as the dialler takes them."""
    paths = tuple(Path(number) for number in one.numbers)
    return NewRecipient(one.person, paths, one.language, ",".join(one.zones))


def previewed(
    new: NewWithPeople | NewNotice, people: int, takes: Estimate, over: Sequence[Limits], now: float
) -> dict[str, Any]:
    """How many are called and how long that takes, with what speaks against it."""
    warnings = []
    if not people:
        warnings.append("nobody would be called")
    if not over:
        warnings.append(NO_REHEARSAL if new.exercise else NO_TRUNK)
    if new.expires and takes.first_pass and now + takes.first_pass > new.expires:
        warnings.append("it expires before everybody was called once")
    return {
        "people": people, "rate": takes.rate, "first_pass_seconds": takes.first_pass,
        "all_passes_seconds": takes.all_passes, "trunks": len(over), "warnings": warnings,
    }  # fmt: skip
