"""The pages on the distributor's service itself, with its ledger, instead of its bare core."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest

from acd.config import CentreConfig
from acd.messages import CallQueued, OfferRinging, PlaceOffer
from acd.service import AcdService
from centralino.content.store import PACKET
from kernel.journal import MemoryLedger, Outgoing
from tests.integration.centralino.web.conftest import Visit
from tests.integration.centralino.web.house import HOUSE, QUEUES, RIVER, House, a_packet
from tests.waiting import until


@dataclasses.dataclass
class Media:
    """The media process's end: what it was told."""

    told: list[object]

    async def take(self, outgoing: Outgoing) -> None:
        self.told.append(outgoing.command)

    def offers(self) -> list[str]:
        return [command.offer for command in self.told if isinstance(command, PlaceOffer)]


@pytest.fixture
def media() -> Media:
    """Nothing told yet."""
    return Media([])


@pytest.fixture
async def service(house: House, media: Media) -> AsyncIterator[AcdService]:
    """The distributor, running; the house's pages use it."""
    config = CentreConfig(HOUSE, QUEUES)
    service = AcdService(config, MemoryLedger(), media.take, house.clock)
    await service.open()
    house.parts = dataclasses.replace(house.parts, desk=service)
    running = asyncio.create_task(service.run())
    yield service
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_call_rings_on_the_page(
    house: House, media: Media, service: AcdService, visit: Visit
) -> None:
    anna = await visit("anna")
    watch = await anna.live("agent")
    await anna.do("POST", "/api/agent/log-in")
    await anna.do("POST", "/api/agent/ready")
    await house.keep("call-1", PACKET, a_packet("call-1", RIVER, "billing", 0.0), RIVER)
    await service.submit(CallQueued("call-1", RIVER, "billing", "c", "media-1", "e1"))
    await until(media.offers)
    await service.submit(OfferRinging(media.offers()[0]))
    state = await watch.until(lambda state: state["agent"]["mode"] == "ringing")
    assert state["contact"]["packet"]["intent"]["name"] == "bill_too_high"
    await anna.do("POST", "/api/agent/decline", {"offer": media.offers()[0]})
    await watch.until(lambda state: state["contact"] is None)
    await watch.close()
