"""Who calls: the client's contacts and other programs' records, for the agent to know at the ring.

Looked up beside the call as it comes, and again where a queue asks with what was told until then;
no message waits for it, so no offer does. What is found lies in the content store
(`centralino.content.packets`) and is told to pages that show the call, and the one name there is to
the process that whispers it. Records of one client are never asked about another one's calls.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from centralino import messages as house
from centralino.caller_messages import CallerNamed
from centralino.config.callers import CallerLookup
from centralino.content.errors import ContentError
from centralino.content.packets import KNOWN, Known
from centralino.content.store import ContentStore
from centralino.db.calls import Clients
from contacts.numbers import dialled
from contacts.people import Person
from kernel.bus import Bus
from kernel.clock import Clock
from kernel.errors import KernelError
from kernel.packet import KnownCaller, Packet
from voicebot.dialogue.outcome import Outcome
from voicebot.outside.asking import Asking, values_of

log = structlog.get_logger()

Take = Callable[[Any], Awaitable[None]]
CONTACTS = "contacts"
MOST_SHOWN = 12
"""Fields of a contact that an agent is shown while it rings."""
MOST_PEOPLE = 3
"""People of one number that are shown."""
MOST_AT_ONCE = 64
"""Questions under way; beyond it callers are not looked up by HTTP."""
MOST_KEPT = 50_000
"""Calls of which is known here what was asked: those of a process that died never end."""


class ContactsPort(Protocol):
    """The contacts (`centralino.contacts.store.ContactStore`)."""

    async def by_number(self, e164: str, clients: Clients) -> list[Person]:
        """Who has this number."""


@dataclass
class _Call:
    """What is known of one call."""

    id: str
    client: str
    line: str
    number: str
    """E.164 where it is one."""
    language: str = ""
    media: str = ""
    """Empty where only its packet is known."""
    asked: set[str] = field(default_factory=set)
    known: list[KnownCaller] = field(default_factory=list)
    kept: int = 0
    """How much of it is written: only then a page finds it."""
    name: str = ""
    """The name last told."""
    read: bool = False
    """Whether what an earlier life of control has found is among the known."""
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class Callers:
    """Looks callers up."""

    contents: ContentStore
    contacts: ContactsPort
    lookups: Sequence[CallerLookup]
    secrets: Mapping[str, Mapping[str, str]]
    """Lookup → its secrets."""
    regions: Mapping[str, str]
    """Client → country of numbers without one."""
    languages: Mapping[str, str]
    """Line → its language."""
    keep_seconds: Callable[[str], float]
    """Line → seconds for which content of its calls is kept."""
    bus: Bus
    clock: Clock
    asking: Asking = field(default_factory=Asking)
    _calls: dict[str, _Call] = field(default_factory=dict)
    _told: list[Callable[[str], None]] = field(default_factory=list)
    _work: set[asyncio.Task[None]] = field(default_factory=set)
    _asking_now: int = 0

    # What media processes tell.

    def beside(self, takers: Mapping[type, Take]) -> dict[type, Take]:
        """These takers; whom they are about is looked up beside."""
        ours: dict[type, Callable[[Any], None]] = {
            house.CallBegun: self._begun, house.PacketMade: self._packet,
            house.CallFinished: self._finished,
        }  # fmt: skip

        def taker(before: Take, mine: Callable[[Any], None]) -> Take:
            async def take(value: Any) -> None:
                await before(value)
                mine(value)

            return take

        return {kind: taker(takers[kind], mine) for kind, mine in ours.items()}

    def _begun(self, begun: house.CallBegun) -> None:
        if begun.direction == "inbound" and begun.call not in self._calls:
            self._opened(begun.call, begun.client, begun.line, begun.caller, begun.media)

    def _packet(self, made: house.PacketMade) -> None:
        packet = made.packet
        call = self._calls.get(packet.call)
        if call is None:
            call = self._opened(packet.call, packet.client, packet.line, packet.caller)
        call.language = packet.language
        self._ask(call, [one for one in self.lookups if packet.queue in one.queues], _told(packet))

    def _finished(self, finished: house.CallFinished) -> None:
        self._calls.pop(finished.call, None)

    def _opened(self, id: str, client: str, line: str, caller: str, media: str = "") -> _Call:
        """A call that is looked up from now on: among the contacts, and as its line says."""
        number = dialled(caller, self.regions.get(client, ""))
        language = self.languages.get(line, "")
        call = self._calls[id] = _Call(id, client, line, number, language, media)
        if len(self._calls) > MOST_KEPT:
            del self._calls[next(iter(self._calls))]
        if number.startswith("+"):
            self._spawn(self._look_among_contacts(call))
        self._ask(call, [one for one in self.lookups if line in one.lines], {})
        return call

    def _ask(self, call: _Call, lookups: Sequence[CallerLookup], slots: Mapping[str, str]) -> None:
        """Ask those that were not asked yet about this call."""
        if call.number in ("", "anonymous"):
            return
        for lookup in lookups:
            if lookup.client == call.client and lookup.name not in call.asked:
                call.asked.add(lookup.name)
                self._spawn(self._look_up(call, lookup, slots))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Beside whatever message is just taken, so not within its transaction either."""
        task = asyncio.create_task(work, context=contextvars.Context())
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    # Looking.

    async def _look_among_contacts(self, call: _Call) -> None:
        try:
            people = await self.contacts.by_number(call.number, frozenset({call.client}))
        except (ContentError, SQLAlchemyError) as error:
            log.error("control.caller_unread", call=call.id, problem=type(error).__name__)
            return
        await self._learned(call, [_shown(person) for person in people[:MOST_PEOPLE]])

    async def _look_up(self, call: _Call, lookup: CallerLookup, slots: Mapping[str, str]) -> None:
        if self._asking_now >= MOST_AT_ONCE:
            log.warning("control.caller_not_asked", call=call.id, lookup=lookup.name)
            return
        facts = {
            "id": call.id, "caller": call.number, "line": call.line, "client": call.client,
            "language": call.language,
        }  # fmt: skip
        values = values_of(slots, facts, self.secrets.get(lookup.name, {}))
        question = lookup.as_lookup()
        self._asking_now += 1
        try:
            outcome = await self.asking.done(
                lookup.name, call.id, lambda: self.asking.look_up(question, values)
            )
        finally:
            self._asking_now -= 1
        await self._learned(call, [_answered(lookup.name, outcome)])

    async def _learned(self, call: _Call, found: list[KnownCaller]) -> None:
        if not found:
            return
        call.known = _with(call.known, found)
        now = self.clock.now()
        async with call.writing:
            try:
                await self._read_once(call)
                known = Known(tuple(call.known))
                await self.contents.put(
                    call.id, KNOWN, known, client=call.client,
                    expires=now + self.keep_seconds(call.line), now=now,
                )  # fmt: skip
            except (ContentError, KernelError, SQLAlchemyError) as error:
                log.error("control.caller_unkept", call=call.id, problem=type(error).__name__)
                return
            call.kept = len(known.callers)
        for told in self._told:
            told(call.id)
        await self._tell_name(call)

    async def _read_once(self, call: _Call) -> None:
        """Control may have begun anew during the call: what was found before is not lost."""
        if not call.read:
            before = await self.contents.get(call.id, KNOWN, frozenset({call.client}))
            if isinstance(before, Known):
                call.known = _with(list(before.callers), call.known)
            call.read = True

    async def _tell_name(self, call: _Call) -> None:
        names = {one.name for one in call.known if one.name}
        if len(names) == 1 and call.media and call.name not in names:
            call.name = next(iter(names))
            named = CallerNamed(call.id, call.media, call.name)
            await self.bus.send(call.media, named, call=call.id)

    # For pages.

    def news(self, call: str) -> int:
        """Grows with what is known of a call."""
        found = self._calls.get(call)
        return found.kept if found else 0

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Be told of which call more is known; returns what ends it."""
        self._told.append(callback)
        return lambda: self._told.remove(callback)


def _with(known: list[KnownCaller], found: list[KnownCaller]) -> list[KnownCaller]:
    """The known with what was found now: it replaces what its source said before, except that no
    trouble does."""
    sources = {one.source for one in known}
    new = [one for one in found if not (one.problem and one.source in sources)]
    said = {one.source for one in new}
    return [*(one for one in known if one.source not in said), *new]


def _told(packet: Packet) -> dict[str, str]:
    """What the caller has told."""
    return {slot.name: slot.value for slot in packet.slots}


def _shown(person: Person) -> KnownCaller:
    """A contact as an agent sees it."""
    return KnownCaller(
        CONTACTS, person.name, person.language, person.key, person.fields[:MOST_SHOWN]
    )


def _answered(source: str, outcome: Outcome) -> KnownCaller:
    """What another program knows."""
    if outcome.problem or outcome.nothing:
        return KnownCaller(source, problem=outcome.problem or "nothing found")
    values = {title: value for title, value in outcome.slots.items() if value is not None}
    placed = {title: values.pop(title, "") for title in ("name", "language", "key")}
    return KnownCaller(source, **placed, fields=tuple(values.items()))
