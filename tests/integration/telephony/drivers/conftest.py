"""The worlds in which a driver is held to what it claims."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from kernel.clock import SteadyClock
from telephony.drivers.baresip_options import BaresipOptions
from telephony.drivers.memory import MemoryExchange
from telephony.drivers.sip_baresip import BaresipControl
from telephony.media.pump import Pump
from tests.integration.telephony.drivers.far_end import (
    ChildFarEnd,
    Children,
    FarEnd,
    LocalFarEnd,
)
from tests.integration.telephony.drivers.phone import Phone


class World:
    """The driver under test, with a way to get other parties."""

    def __init__(self, me: Phone, uri: str, far: Callable[..., Awaitable[FarEnd]]) -> None:
        self.me = LocalFarEnd(me, uri)
        self.control = me.control
        self.pump = me.pump
        self.capabilities = me.control.capabilities
        self.far = far
        """Another party; its keywords are those of BaresipOptions."""


@asynccontextmanager
async def listening(phone: Phone) -> AsyncIterator[Phone]:
    """A phone that collects its events until its control is closed."""
    async with phone.control:
        task = asyncio.create_task(phone.listen())
        yield phone
    await task


@asynccontextmanager
async def memory_world() -> AsyncIterator[World]:
    """Everybody on one exchange in this process."""
    exchange = MemoryExchange(SteadyClock())
    async with AsyncExitStack() as stack, Pump() as pump:
        timers = asyncio.create_task(exchange.run_timers())

        async def far(follow_transfers: bool = False, **ignored: Any) -> FarEnd:
            uri = f"sip:peer@far{len(exchange._places)}"
            control = exchange.control(uri, follow_transfers=follow_transfers)
            phone = await stack.enter_async_context(listening(Phone(control, pump)))
            return LocalFarEnd(phone, uri)

        me = await stack.enter_async_context(listening(Phone(exchange.control("sip:me"), pump)))
        yield World(me, "sip:7000@me", far)
        timers.cancel()


@asynccontextmanager
async def baresip_world(children: Children) -> AsyncIterator[World]:
    """The stack in this process, every other party in a process of its own."""
    control = BaresipControl(BaresipOptions(expose_headers=("X-Odd",)))
    taken: list[ChildFarEnd] = []

    async def far(**options: Any) -> FarEnd:
        taken.append(await children.take(**options))
        return taken[-1]

    async with Pump() as pump, listening(Phone(control, pump)) as me:
        yield World(me, f"sip:7000@127.0.0.1:{control.port}", far)
    for child in taken:
        await children.give_back(child)


@pytest.fixture(scope="session")
def children() -> Iterator[Children]:
    """Peers that tests share one after the other: a stack takes a second to start."""
    made = Children()
    yield made
    made.close()


@pytest.fixture(params=["memory", "baresip"])
async def world(request: pytest.FixtureRequest, children: Children) -> AsyncIterator[World]:
    """Each driver in turn."""
    opened = memory_world() if request.param == "memory" else baresip_world(children)
    async with opened as made:
        yield made


@pytest.fixture
async def sip_world(children: Children) -> AsyncIterator[World]:
    """Only the driver that speaks SIP, for what is seen on the wire."""
    async with baresip_world(children) as made:
        yield made
