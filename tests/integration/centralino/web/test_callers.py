"""Who calls, on the agent's page: the client's contacts, and another program over real HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from aiohttp import web

from centralino.caller_messages import CallerNamed
from centralino.config.callers import CallerLookup
from centralino.contacts.digests import Digests
from centralino.contacts.store import ContactStore
from centralino.content.packets import KNOWN, Known, read_packet
from centralino.content.store import PACKET
from centralino.control.callers import Callers
from centralino.messages import CallBegun, CallFinished, PacketMade
from contacts.numbers import Number
from contacts.people import Person
from kernel.bus import Bus
from kernel.packet import KnownCaller
from tests.integration.centralino.web.conftest import Visit
from tests.integration.centralino.web.house import CALLERS, HARBOUR, RIVER, House, a_packet
from tests.integration.voicebot.nlu import rasa_peer as peer
from tests.waiting import until
from voicebot.outside.asking import Asking

NUMBER = CALLERS[RIVER].removeprefix("sip:").partition("@")[0]
SHOW = {"name": "person.name", "language": "person.language", "open orders": "orders.open"}


@dataclass
class Wire:
    """What is sent to media processes."""

    sent: list[Any] = field(default_factory=list)

    async def send(self, to: str, body: object, **_: object) -> None:
        self.sent.append((to, body))


@dataclass
class Desk:
    """The callers' part of control."""

    house: House
    contacts: ContactStore
    callers: Callers
    wire: Wire

    async def take(self, value: Any) -> None:
        """A message of a media process; its packet is kept as the intake does it."""

        async def keep(taken: Any) -> None:
            if isinstance(taken, PacketMade):
                await self.house.keep(taken.packet.call, PACKET, taken.packet, taken.packet.client)

        kinds = dict.fromkeys((CallBegun, PacketMade, CallFinished), keep)
        await self.callers.beside(cast(Any, kinds))[type(value)](value)

    async def begins(self, call: str, client: str = RIVER, caller: str = CALLERS[RIVER]) -> None:
        await self.take(
            CallBegun(call, client, "1000", caller, 1.0, "media-1", "e1", f"sip-{call}")
        )

    async def person(self, name: str, client: str = RIVER, **more: Any) -> None:
        one = Person("", client, (Number(NUMBER),), name=name, **more)
        await self.contacts.save({f"number:{NUMBER}:{name}": one}, client, 1.0)

    async def known(self, call: str, client: str = RIVER) -> tuple[KnownCaller, ...]:
        found = await self.house.contents.get(call, KNOWN, frozenset({client}))
        return found.callers if isinstance(found, Known) else ()


@pytest.fixture
def desk(house: House) -> Desk:
    """Put before the pages: they are made with it."""
    contacts, wire = (
        ContactStore(house.contents.database, house.contents, Digests("secret")),
        Wire(),
    )
    callers = a_life(house, contacts, wire)
    house.parts = replace(house.parts, callers=callers)
    return Desk(house, contacts, callers, wire)


def a_life(house: House, contacts: ContactStore, wire: Wire) -> Callers:
    """The callers' part of one life of control."""
    return Callers(
        house.contents, contacts, [], {}, {RIVER: "IT"}, {"1000": "en"}, lambda line: 600.0,
        cast(Bus, wire), house.clock, Asking(house.clock.now),
    )  # fmt: skip


def crm(root: str, **more: Any) -> CallerLookup:
    at = {"lines": ("1000",), "url": root + "/find?phone={call.caller}", **more}
    return CallerLookup(name="crm", client=RIVER, show=SHOW, **at)


def has(count: int) -> Any:
    def holds(state: Any) -> bool:
        contact = state["contact"]
        return bool(contact) and len(contact["packet"]["known"]) == count

    return holds


async def test_the_page_rings_at_once_and_shows_who_calls_as_soon_as_it_is_known(
    desk: Desk, house: House, visit: Visit
) -> None:
    await desk.person("Rosa Bianchi", key="C-77", fields=(("tariff", "green"),))
    await desk.person("Somebody Else", HARBOUR)
    may_answer, asked = asyncio.Event(), []

    async def slow(request: web.Request) -> web.Response:
        asked.append((request.query["phone"], request.headers["X-Key"]))
        await may_answer.wait()
        return web.json_response({"person": {"name": "Rosa Bianchi"}, "orders": {"open": 2}})

    house.work("anna", RIVER, "billing")
    anna = await visit("anna")
    watch = await anna.live("agent")
    async with peer.serving(slow) as url:
        desk.callers.lookups = [crm(url, headers={"X-Key": "{secret.crm}"})]
        desk.callers.secrets = {"crm": {"crm": "s3"}}
        await desk.begins("call-1")
        await house.ring("call-1")  # nobody has waited for the program
        contact = KnownCaller("contacts", "Rosa Bianchi", "", "C-77", (("tariff", "green"),))
        [shown] = (await watch.until(has(1)))["contact"]["packet"]["known"]
        assert (shown["source"], shown["name"], shown["key"]) == ("contacts", contact.name, "C-77")
        may_answer.set()
        shown = (await watch.until(has(2)))["contact"]["packet"]["known"][1]
    await watch.close()
    assert (shown["source"], shown["fields"]) == ("crm", [["open orders", "2"]])
    assert asked == [(NUMBER, "s3")]
    assert desk.wire.sent == [("media-1", CallerNamed("call-1", "media-1", "Rosa Bianchi"))]
    packet = await read_packet(house.contents.get, "call-1", frozenset({RIVER}))
    assert packet is not None and packet.known[0] == contact


async def test_clients_of_one_centre_are_blind_to_each_others_records(
    desk: Desk, house: House
) -> None:
    await desk.person("Rosa Bianchi")
    await desk.person("Of The Harbour", HARBOUR)
    desk.callers.lookups = [crm("http://127.0.0.1:1", lines=("1000", "2000"))]
    await desk.begins("call-h", HARBOUR)
    await until(lambda: not desk.callers._work)
    assert [one.name for one in await desk.known("call-h", HARBOUR)] == ["Of The Harbour"]
    assert await desk.known("call-h", RIVER) == ()


async def test_a_household_is_shown_and_nobody_of_it_is_whispered(desk: Desk) -> None:
    await desk.person("Rosa Bianchi")
    await desk.person("Marco Bianchi")
    await desk.begins("call-1")
    await until(lambda: not desk.callers._work)
    assert {one.name for one in await desk.known("call-1")} == {"Rosa Bianchi", "Marco Bianchi"}
    assert desk.wire.sent == []


async def test_a_queue_asks_with_what_was_told_and_once(desk: Desk, house: House) -> None:
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.query_string)
        return web.Response(status=404)

    packet = a_packet("call-1", RIVER, "billing", house.clock.now())
    async with peer.serving(handler) as url:
        at = url + "/{slot.account_number}?in={call.language}"
        desk.callers.lookups = [crm("", lines=(), queues=("billing",), url=at)]
        for _ in range(2):  # a message may come twice
            await desk.take(PacketMade(packet))
            await until(lambda: not desk.callers._work)
    assert asked == ["in=en"]
    assert await desk.known("call-1") == (KnownCaller("crm", problem="nothing found"),)


async def test_what_was_found_before_control_began_anew_is_kept(desk: Desk, house: House) -> None:
    answers = [200, 200, 500, 500]

    async def handler(request: web.Request) -> web.Response:
        status = answers.pop(0)
        return web.json_response({"person": {"name": request.path}}, status=status)

    packet = a_packet("call-1", RIVER, "billing", house.clock.now())
    async with peer.serving(handler) as url:
        both = [crm(url), crm(url).model_copy(update={"name": "tickets"})]
        for count in (1, 2, 2):
            desk.callers = a_life(house, desk.contacts, desk.wire)
            desk.callers.lookups = both[:1] if count == 1 else both[1:]
            await desk.take(PacketMade(packet))
            await until(lambda: not desk.callers._work)
            known = await desk.known("call-1")
            assert [one.source for one in known] == ["crm", "tickets"][:count]
            assert not any(one.problem for one in known)
    assert answers == [500]


async def test_a_program_that_fails_is_left_alone_and_the_agent_is_told(desk: Desk) -> None:
    asked = []

    async def ill(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=500)

    async with peer.serving(ill) as url:
        desk.callers.lookups = [crm(url)]
        for number in range(5):
            await desk.begins(f"call-{number}")
            await until(lambda: not desk.callers._work)
    assert len(asked) == 3
    assert (await desk.known("call-0"))[0].problem == "the server says 500"
    assert "left alone" in (await desk.known("call-4"))[0].problem


async def test_one_that_does_not_answer_in_time_costs_nobody_anything(desk: Desk) -> None:
    async def never(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with peer.serving(never) as url:
        desk.callers.lookups = [crm(url, seconds=0.05)]
        await desk.begins("call-1")
        await desk.take(CallFinished("call-1", RIVER, 2.0, "answered", "normal"))
        await until(lambda: not desk.callers._work)
    assert (await desk.known("call-1"))[0].problem == "no answer within 0.05 s"


async def test_who_withholds_the_number_is_not_looked_up(desk: Desk) -> None:
    desk.callers.lookups = [crm("http://127.0.0.1:1")]
    await desk.begins("call-1", caller="sip:anonymous@anonymous.invalid")
    assert not desk.callers._work
