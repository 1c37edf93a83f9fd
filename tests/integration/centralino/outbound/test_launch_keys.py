"""A notification launched by telephone, on a real dialler and database: by two persons, by keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from centralino import messages as told
from centralino.config.dialling import Outbound
from centralino.control.launch_keys import LaunchKeys
from centralino.users.people import Users
from centralino.users.signin import SignIn
from centralino.users.types import AgentSettings, NewUser, Role
from outbound.records import CampaignState
from tests.integration.centralino.outbound.test_notifications import House, opened
from tests.waiting import until


@dataclass
class Telephone:
    """Somebody's keys and ear."""

    house: House
    keys: dict[type, Any]
    leg: str

    async def dials(self) -> None:
        opened = told.KeysOpened(self.leg, "media-1", "", "town")
        await self.keys[told.KeysOpened](opened)
        await self.hears("Your number")

    async def types(self, digits: str) -> None:
        for digit in digits:
            await self.keys[told.KeysPressed](told.KeysPressed(self.leg, digit))

    async def hears(self, words: str) -> str:
        await until(lambda: words in self.newest())
        return self.newest()

    def newest(self) -> str:
        said = [one for one in self.house.wire.sent if isinstance(one, told.SayOnLeg)]
        mine = [one for one in said if one.leg == self.leg]
        return mine[-1].text if mine else ""

    async def hangs_up(self) -> None:
        await self.keys[told.KeysClosed](told.KeysClosed(self.leg))

    async def hears_out(self) -> None:
        """The last words were heard: the house hangs up."""
        said = [one for one in self.house.wire.sent if isinstance(one, told.SayOnLeg)]
        mine = [one for one in said if one.leg == self.leg]
        await self.keys[told.KeysSaid](told.KeysSaid(self.leg, mine[-1].say))
        await until(lambda: told.HangUpLeg(self.leg, "media-1") in self.house.wire.sent)
        await self.hangs_up()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path, outbound=Outbound(two_person=True)) as made:
        yield made


async def telephones(house: House, *legs: str) -> list[Telephone]:
    desk = house.desk
    database = desk.campaigns.books.database
    users = Users(database, desk.campaigns.books.centre)
    for name, number, roles in (
        ("vera", "2101", (Role.SUPERVISOR, Role.AGENT)),
        ("emil", "2102", (Role.SUPERVISOR, Role.AGENT)),
        ("otto", "2103", (Role.AGENT,)),
    ):  # fmt: skip
        settings = AgentSettings(number, queues=("emergency",))
        new = NewUser(name, "town", name, "seven green bottles", {"town": roles}, settings)
        await users.set_pin(await users.create(new, desk.clock.now()), number[::-1])
    keys = LaunchKeys(
        desk.campaigns.ask, SignIn(database, users.centre), cast(Any, house.wire), desk.clock
    )

    async def others(value: object) -> None:
        raise AssertionError(f"not for agents: {value}")

    kinds = (told.KeysOpened, told.KeysPressed, told.KeysSaid, told.KeysClosed)
    takers = keys.before(dict.fromkeys(kinds, others))
    return [Telephone(house, takers, leg) for leg in legs]


async def test_two_persons_launch_by_telephone(house: House) -> None:
    vera, emil = await telephones(house, "leg-vera", "leg-emil")
    await vera.dials()
    await vera.types("2101#1012#")
    assert "For Boil water, press 1" in await vera.hears("To hear it again")
    await vera.types("1")
    assert "This calls 3 people" in await vera.hears("press 1 and then pound")
    assert house.desk.service.campaigns() == [], "nothing is made before the last yes"
    await vera.types("1#")
    await vera.hangs_up()  # the last yes holds all the same
    async with asyncio.timeout(10):
        while not (await house.ask("list"))["waiting"]:
            pass  # each question is read from the database
    (view,) = house.desk.service.campaigns()
    assert (view.state, view.recipients) == (CampaignState.DRAFT, 3)
    await emil.dials()
    await emil.types("2102#2012#")
    await emil.hears("Boil water, to 3 people, asked for by 2 1 0 1, waits")
    await emil.types("01#")
    await emil.hears("Calling has begun")
    await emil.hears_out()
    assert house.state(view.id) is CampaignState.RUNNING


async def test_who_may_not_run_campaigns_launches_nothing(house: House) -> None:
    (otto,) = await telephones(house, "leg-otto")
    await otto.dials()
    for tries in range(3):
        await otto.types("2103#")
        await otto.hears("Your PIN")
        await otto.types("3012#")
        await otto.hears("not right" if tries < 2 else "Goodbye")
    await otto.hears_out()
    assert house.desk.service.campaigns() == []


async def test_legs_of_agents_are_left_to_the_agents_desk(house: House) -> None:
    (phone,) = await telephones(house, "leg-agent")
    with pytest.raises(AssertionError, match="not for agents"):
        await phone.keys[told.KeysOpened](told.KeysOpened("leg-agent", "media-1", "201"))
    with pytest.raises(AssertionError, match="not for agents"):
        await phone.types("1")
