"""A day of two clients on the distributor itself, with its store."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from acd.config import CentreConfig
from acd.floor import ROOM
from acd.messages import (
    AgentLoggedIn,
    AgentNotReady,
    AgentReady,
    Bridged,
    CallerLeft,
    CallQueued,
    ContactEnded,
    OfferAnswered,
    OfferRinging,
    PlaceOffer,
    WrapUpEnded,
)
from acd.service import AcdService
from centralino.db.engine import Database
from centralino.db.journal import Followed
from centralino.db.ledger import SqlLedger
from kernel.journal import Outgoing
from tests.integration.centralino.web.house import HARBOUR, HOUSE, QUEUES, RIVER, House


class Day:
    """A day of two clients, walked by hand."""

    def __init__(self, house: House, service: AcdService) -> None:
        self.house, self.service = house, service
        self.offers: dict[str, str] = {}

    async def say(self, *events: object, after: float = 0.0) -> None:
        self.house.clock.advance(after)
        for event in events:
            await self.service.submit(event)

    async def call(self, name: str, client: str, queue: str, **more: Any) -> None:
        await self.say(CallQueued(name, client, queue, name, "media-1", "e1", **more))

    async def answered(self, name: str, wait: float, talk: float, wrap_up: float) -> None:
        offer = self.offers[name]
        await self.say(OfferRinging(offer))
        await self.say(OfferAnswered(offer), Bridged(offer), after=wait)
        await self.say(ContactEnded(offer, "caller"), after=talk)
        await self.say(WrapUpEnded(self.house.users["anna"]), after=wrap_up)


@asynccontextmanager
async def living(house: House, database: Database) -> AsyncIterator[Day]:
    """The distributor runs; the house's pages use it."""
    made: list[Day] = []

    async def take(outgoing: Outgoing) -> None:
        if isinstance(outgoing.command, PlaceOffer):
            made[0].offers[outgoing.command.call] = outgoing.command.offer

    ledger = SqlLedger(database, HOUSE)
    service = AcdService(CentreConfig(HOUSE, QUEUES), ledger, take, house.clock)
    await service.open()
    journal = Followed(database, HOUSE, ROOM)
    house.parts = dataclasses.replace(house.parts, desk=service, journal=journal)
    made.append(Day(house, service))
    running = asyncio.create_task(service.run())
    yield made[0]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def lived(day: Day) -> None:
    """Two answered, two who gave up, one at once; one of the other client; one waits."""
    anna = day.house.users["anna"]
    await day.say(AgentLoggedIn(anna, RIVER, "sip:anna@x", ("billing",)), AgentReady(anna))
    day.house.clock.advance(60.0)
    await day.call("c-1", RIVER, "billing", intent="bill_too_high")
    await day.answered("c-1", wait=10.0, talk=100.0, wrap_up=20.0)
    await day.call("c-2", RIVER, "billing", intent="move_out")
    await day.answered("c-2", wait=30.0, talk=50.0, wrap_up=0.5)
    await day.say(AgentNotReady(anna, "lunch"))
    await day.call("c-3", RIVER, "billing")
    await day.say(CallerLeft("c-3"), after=45.0)
    await day.call("c-4", RIVER, "billing")
    await day.say(CallerLeft("c-4"), after=2.0)
    await day.call("h-1", HARBOUR, "berths")
    await day.call("c-5", RIVER, "billing")
    day.house.clock.advance(7.0)
