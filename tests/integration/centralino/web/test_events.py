"""The distributor's events with their numbers, over real HTTP from a real store."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientPayloadError, ClientResponse

from acd.messages import AgentLoggedIn, AgentReady, CallerLeft, OfferRinging
from acd.subjects import followed
from centralino.web import events
from centralino.web.events import LONG_AGO, NEW, UNKNOWN
from tests.integration.centralino.web.conftest import Visit
from tests.integration.centralino.web.day import Day, lived
from tests.integration.centralino.web.house import HARBOUR, HARBOUR_KEY, KEY, RIVER, RIVER_KEY
from tests.integration.centralino.web.visitor import Visitor

Json = dict[str, Any]


@dataclass
class Reader:
    """A program that keeps the centre's state by following its events."""

    answer: ClientResponse
    states: dict[str, str] = field(default_factory=dict)
    told: list[tuple[str, Json]] = field(default_factory=list)
    last_id: str = ""

    async def next(self) -> tuple[str, Json]:
        """The next event."""
        fields: dict[str, str] = {}
        while (line := (await self.answer.content.readline()).decode()) != "\n":
            if not line:
                raise EOFError
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value
        kind, data = fields["event"], json.loads(fields["data"])
        self.last_id = fields["id"]
        self.told.append((kind, data))
        if kind == "snapshot":
            self.states = {one["subject"]: one["state"] for one in data["subjects"]}
        elif kind == "moved":
            self.states = followed(self.states, [(data["subject"], data["to"])])
        return kind, data

    async def until(self, kind: str, **wanted: object) -> Json:
        """Read on until there is such an event."""
        while True:
            found, data = await self.next()
            if found == kind and wanted.items() <= data.items():
                return data

    def moves(self) -> list[Json]:
        return [data for kind, data in self.told if kind == "moved"]


@contextlib.asynccontextmanager
async def reading(
    program: Visitor, key: str = KEY, after: str = "", states: Json | None = None
) -> AsyncIterator[Reader]:
    headers = {"X-API-Key": key} | ({"Last-Event-ID": after} if after else {})
    answer = await program.ask("GET", "/api/events", headers=headers)
    assert answer.status == 200, await answer.text()
    assert answer.content_type == "text/event-stream"
    async with asyncio.timeout(20):
        yield Reader(answer, dict(states or {}))
    answer.close()


async def everything(program: Visitor, key: str = KEY) -> Json:
    """The first event of a reader who is new."""
    async with reading(program, key) as reader:
        kind, data = await reader.next()
    assert kind == "snapshot"
    return data


async def test_who_was_away_goes_on_behind_the_last_number_and_has_the_same(
    day: Day, visit: Visit
) -> None:
    program, anna = await visit(), day.house.users["anna"]
    async with reading(program) as reader:
        assert await reader.until("snapshot") == {
            "seq": 0, "at": 0.0, "why": NEW, "subjects": [],
        }  # fmt: skip
        await day.say(AgentLoggedIn(anna, RIVER, "sip:anna@x", ("billing",)), AgentReady(anna))
        assert (await reader.until("moved", to="ready"))["subject"] == f"agent-wants:{anna}"
        await day.call("c-1", RIVER, "billing")
        await reader.until("moved", subject="call:c-1", to="offered")
    await day.say(OfferRinging(day.offers["c-1"]))
    await day.say(CallerLeft("c-1"))
    await lived(day)
    async with reading(program, after=reader.last_id, states=reader.states) as back:
        await back.until("moved", subject="call:c-5", to="waiting")
        await back.until("alive")
    told = [*reader.moves(), *back.moves()]
    assert [one["seq"] for one in told] == list(range(1, len(told) + 1)), "none lost, none twice"
    assert [one["after"] for one in told] == list(range(len(told)))
    now = await everything(program)
    assert back.states == {one["subject"]: one["state"] for one in now["subjects"]}
    assert back.states["call:c-5"] == "waiting" and "call:c-1" not in back.states
    assert now["seq"] == told[-1]["seq"]


async def test_a_client_is_told_nothing_of_another(day: Day, visit: Visit) -> None:
    program, anna = await visit(), day.house.users["anna"]
    async with reading(program, RIVER_KEY) as river, reading(program, HARBOUR_KEY) as harbour:
        await river.until("snapshot"), await harbour.until("snapshot")
        both = ("billing", "berths")
        await day.say(AgentLoggedIn(anna, RIVER, "sip:anna@x", both), AgentReady(anna))
        await day.house.begin("h-9", HARBOUR, day.house.clock.now())
        await day.call("h-9", HARBOUR, "berths")
        await day.say(CallerLeft("h-9"))
        await day.house.begin("c-9", RIVER, day.house.clock.now())
        await day.call("c-9", RIVER, "billing")
        await river.until("moved", subject=f"agent:{anna}", call="c-9")
        await harbour.until("moved", subject="call:h-9", to="left")
        await harbour.until("alive")
    assert {one["client"] for one in river.moves()} == {RIVER}
    assert {one["client"] for one in harbour.moves()} == {HARBOUR}
    assert "h-9" not in str(river.told), "not the id of a call that its agent served"
    assert "c-9" not in str(harbour.told)
    after = 0
    for one in harbour.moves():
        assert one["after"] == after
        after = one["seq"]
    assert {one["client"] for one in (await everything(program, HARBOUR_KEY))["subjects"]} == set()
    assert {one["client"] for one in (await everything(program, RIVER_KEY))["subjects"]} == {RIVER}


async def test_a_number_that_cannot_be_gone_on_from_is_told_and_all_is_said_anew(
    day: Day, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = await visit()
    await lived(day)
    last = (await everything(program))["seq"]
    monkeypatch.setattr(events, "TOO_FAR", last - 1)
    for after, why in (
        (f"{last + 1}", UNKNOWN), (f"{last + 1}-1700000000000", UNKNOWN), (f"{last}-5", UNKNOWN),
        ("0", LONG_AGO),
    ):  # fmt: skip
        async with reading(program, after=after) as reader:
            kind, data = await reader.next()
        assert (kind, data["why"], data["seq"]) == ("snapshot", why, last)
        assert "call:c-5" in reader.states
    async with reading(program, after="1") as reader:
        assert (await reader.next())[1]["seq"] == 2
    for wrong in ("-1", "x", "1-", "1" * 30):
        answer = await program.ask("GET", f"/api/events?after={wrong}", headers={"X-API-Key": KEY})
        assert answer.status == 400


async def test_who_signs_out_reads_no_more(day: Day, visit: Visit) -> None:
    rosa, otto = await visit("rosa"), await visit("otto")
    assert (await otto.ask("GET", "/api/events")).status == 403
    reader = Reader(await rosa.ask("GET", "/api/events"))
    await reader.until("snapshot")
    await rosa.do("POST", "/api/sign-out")
    async with asyncio.timeout(20):
        with pytest.raises(EOFError):
            await reader.until("nothing")


async def test_one_client_takes_the_room_from_nobody(
    day: Day, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_OF_ONE", 1)
    program = await visit()
    async with reading(program, RIVER_KEY):
        refused = await program.ask("GET", "/api/events", headers={"X-API-Key": RIVER_KEY})
        assert (refused.status, refused.headers["Retry-After"]) == (503, "10")
        assert f"1 streams of client {RIVER} are open" in await refused.text()
        async with reading(program, HARBOUR_KEY), reading(program, KEY):
            pass


async def test_the_connection_of_a_reader_that_takes_nothing_is_cut(
    day: Day, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unread(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(events.Stream, "_send", unread)
    program = await visit()
    async with reading(program) as reader:
        with pytest.raises(ClientPayloadError):  # not the end of an answer, which waits for a turn
            await reader.next()
