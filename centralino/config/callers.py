"""The table about other programs that are asked who calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from centralino.config.section import Name, Section
from centralino.errors import Misplaced
from voicebot.dialogue.lookups import PLACE, Lookup, path_problem, template_problem, url_problem

if TYPE_CHECKING:
    from centralino.config.model import Config


class CallerLookup(Section):
    """A program that is asked over HTTP who calls; what it answers is on the agent's page and in
    the packet. Nobody waits for it: the call goes its way meanwhile."""

    name: Name
    """How the agent's page calls it, e.g. `crm`."""
    client: Name
    """Whose records they are. Only calls of this client are looked up."""
    lines: tuple[str, ...] = ()
    """Calls to these numbers are looked up as they come."""
    queues: tuple[Name, ...] = ()
    """Calls to these queues are looked up when they are handed over, with what was told until
    then: `{slot.…}`. One whose slot is not filled is not looked up."""
    url: str
    """E.g. `https://crm.example/people?phone={call.caller}`. {call.caller} (+39…), {call.line},
    {call.client}, {call.language}, {call.id} and {slot.NAME} are filled in, percent-encoded."""
    headers: dict[str, str] = {}
    """E.g. `{ Authorization = "Bearer {secret.crm}" }`."""
    secrets_file: Path | None = None
    """For the headers: a line `name secret` for each `{secret.name}`."""
    seconds: Annotated[float, Field(gt=0, le=1)] = 1.0
    """How long it may take. Failing three times running it is left alone for 15 seconds."""
    show: Annotated[dict[str, str], Field(min_length=1)]
    """Title → path of the value in the JSON that comes back, e.g. `{ name = "person.name",
    "open orders" = "orders.open" }`. `name`, `language` and `key` have their own places on the
    page; `name` is whispered, too, where the caller has said none."""

    def as_lookup(self) -> Lookup:
        """The same as it is asked."""
        return Lookup(
            name=self.name, url=self.url, slots=self.show, headers=self.headers,
            timeout=self.seconds,
        )  # fmt: skip


def check_lookups(config: Config) -> None:
    """Raises Misplaced for a lookup that could never be asked, or of another client's calls."""
    for index, lookup in enumerate(config.caller_lookups):
        for key, problem in _problems(config, lookup):
            if problem:
                raise Misplaced(("caller_lookups", index, key), problem)


def _problems(config: Config, lookup: CallerLookup) -> Iterator[tuple[str, str]]:
    if lookup.client not in {client.id for client in config.clients}:
        yield "client", f"there is no client {lookup.client!r}"
    if not lookup.lines and not lookup.queues:
        yield "name", "name `lines`, `queues` or both: it would never be asked"
    yield "lines", _foreign(lookup.lines, {one.number: one.client for one in config.lines}, lookup)
    yield "queues", _foreign(lookup.queues, {one.id: one.client for one in config.queues}, lookup)
    yield "url", url_problem(lookup.url, _slots(lookup, lookup.url))
    for template in lookup.headers.values():
        yield "headers", template_problem(template, _slots(lookup, template), secrets=True)
    for path in lookup.show.values():
        yield "show", path_problem(path)


def _foreign(names: tuple[str, ...], owners: dict[str, str], lookup: CallerLookup) -> str:
    for name in names:
        if owners.get(name) != lookup.client:
            return f"{name!r} is none of the client {lookup.client!r}"
    return ""


def _slots(lookup: CallerLookup, template: str) -> set[str]:
    """Slots are the bots', and any may be named; but nothing is told yet as a call comes."""
    named = {name for kind, name in PLACE.findall(template) if kind == "slot"}
    return set() if lookup.lines else named
