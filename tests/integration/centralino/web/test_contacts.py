"""An agent's contact by the page: what is sent to the process that holds the caller, and what is
refused."""

from __future__ import annotations

from typing import Any

import pytest

from acd.messages import AgentLoggedIn, AgentNotReady, AgentReady, CallQueued, ContactMoved
from centralino.messages import ConsultKeyed, ConsultOrder, ContactWish, GiveTask
from centralino.users.types import AgentSettings, NewUser, Role
from tests.integration.centralino.web.conftest import Visit
from tests.integration.centralino.web.house import PASSWORD, RIVER, House
from tests.integration.centralino.web.visitor import Visitor


@pytest.fixture
async def talking(house: House, visit: Visit) -> tuple[Visitor, str]:
    """Anna talks with a caller; her colleague Cleo is free."""
    house.work("anna", RIVER, "billing")
    offer = await house.ring("call-1")
    await house.talk(offer, "call-1", "anna")
    new = NewUser(
        "cleo", RIVER, "Cleo Frey", PASSWORD, {RIVER: (Role.AGENT,)},
        AgentSettings("2002", queues=("technical",)),
    )  # fmt: skip
    house.users["cleo"] = cleo = await house.people.create(new, house.clock.now())
    house.desk.tell(AgentLoggedIn(cleo, RIVER, "sip:cleo@x", ("technical",)), AgentReady(cleo))
    return await visit("anna"), offer


async def consult(anna: Visitor, offer: str, **to: Any) -> int:
    return await press(anna, "consult", offer=offer, **to)


async def press(anna: Visitor, what: str, **body: Any) -> int:
    async with await anna.ask("POST", f"/api/agent/{what}", body) as response:
        return response.status


async def test_a_wish_goes_to_the_process_that_holds_the_caller(
    house: House, talking: tuple[Visitor, str]
) -> None:
    anna, offer = talking
    for wish in ("hold", "retrieve", "swap", "join", "complete", "return", "pause", "resume"):
        assert await press(anna, "contact", offer=offer, wish=wish) < 300
        assert house.orders[-1] == ContactWish("call-1", "media-1", offer, wish)
    assert await press(anna, "contact", offer=offer, wish="shout") == 400
    assert await press(anna, "contact", offer="other", wish="hold") == 409


async def test_the_page_knows_how_the_contact_stands(
    house: House, talking: tuple[Visitor, str]
) -> None:
    anna, offer = talking
    house.desk.tell(ContactMoved(offer, "hold", paused=True))
    watch = await anna.live("agent")
    state = await watch.until(lambda state: state["agent"]["mode"] == "hold")
    await watch.close()
    assert (state["contact"]["talk"], state["contact"]["paused"]) == ("hold", True)


async def test_colleagues_are_named_and_one_who_is_free_can_be_asked(
    house: House, talking: tuple[Visitor, str]
) -> None:
    anna, offer = talking
    told = await anna.get(f"/api/agent/colleagues?offer={offer}")
    cleo = {"agent": house.users["cleo"], "number": "2002", "name": "Cleo Frey", "free": True}
    assert told["agents"] == [cleo]
    assert await consult(anna, offer, agent=cleo["agent"]) < 300
    assert house.orders == [
        ConsultOrder("call-1", "media-1", offer, queue="technical", agent=str(cleo["agent"]))
    ]
    house.desk.tell(AgentNotReady(str(cleo["agent"]), "lunch"))
    assert await consult(anna, offer, agent=cleo["agent"]) == 409


async def test_who_is_asked_sees_the_call_that_it_is_about(
    house: House, talking: tuple[Visitor, str], visit: Visit
) -> None:
    cleo = house.users["cleo"]
    asked = CallQueued(
        "call-1+1", RIVER, "technical", "k", "media-1", "e1", consult="call-1", agent=cleo
    )
    house.desk.tell(asked)
    watch = await (await visit("cleo")).live("agent")
    state = await watch.until(lambda state: state["contact"] is not None)
    await watch.close()
    assert state["contact"]["packet"]["summary"].startswith("John Smith")
    assert (state["contact"]["call"], state["contact"]["asked"]) == ("call-1", True)


async def test_a_queue_or_a_number_is_called_if_it_may_be(
    house: House, talking: tuple[Visitor, str]
) -> None:
    anna, offer = talking
    assert await consult(anna, offer, queue="technical") < 300
    assert await consult(anna, offer, number="0212345678", blind=True) < 300
    assert house.orders == [
        ConsultOrder("call-1", "media-1", offer, queue="technical"),
        ConsultOrder("call-1", "media-1", offer, number="0212345678", blind=True),
    ]
    assert await consult(anna, offer, queue="berths") == 409, "another client's"
    assert await consult(anna, offer, number="+19005551234") == 409, "premium"
    assert await consult(anna, offer, number="x; rm") == 400
    assert await consult(anna, offer) == 400
    assert await consult(anna, "other", queue="technical") == 409


async def test_the_bot_is_given_what_is_a_task_with_what_the_agent_knows(
    house: House, talking: tuple[Visitor, str]
) -> None:
    anna, offer = talking
    told = await anna.get(f"/api/agent/colleagues?offer={offer}")
    assert told["tasks"] == [{"task": "meter_reading", "title": "a meter reading"}]
    slots = {"name": "John Smith"}
    assert await press(anna, "task", offer=offer, task="meter_reading", slots=slots) < 300
    assert await press(anna, "task", offer=offer, task="sing") == 409
    consulting: Any = house.parts.consulting
    for digits in ("1", "2"):
        await consulting.keyed(ConsultKeyed("call-1", "media-1", offer, digits))
    assert house.orders == [
        GiveTask("call-1", "media-1", offer, "meter_reading", slots),
        GiveTask("call-1", "media-1", offer, "meter_reading"),
        ConsultOrder("call-1", "media-1", offer),
    ]


async def test_keyed_numbers_are_colleagues_or_outside(
    house: House, talking: tuple[Visitor, str]
) -> None:
    _, offer = talking
    consulting: Any = house.parts.consulting
    for digits in ("2002", "0212345678", "2001", "112"):
        await consulting.keyed(ConsultKeyed("call-1", "media-1", offer, digits))
    cleo = house.users["cleo"]
    assert house.orders == [
        ConsultOrder("call-1", "media-1", offer, queue="technical", agent=cleo),
        ConsultOrder("call-1", "media-1", offer, number="0212345678"),
        ConsultOrder("call-1", "media-1", offer),
        ConsultOrder("call-1", "media-1", offer),
    ]
