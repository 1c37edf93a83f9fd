"""The socket of a page that is its agent's telephone, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from centralino.browser_messages import BROWSERS, PageLeft, PageOffered
from centralino.control.browsers import Browsers
from centralino.db.engine import Database
from centralino.users.types import AgentSettings
from centralino.web.telephone import CHANGED, ELSEWHERE, MOST_TOLD
from kernel.bus import Bus, PeerUp
from tests.integration.centralino.web.conftest import Visit
from tests.integration.centralino.web.house import House, make_house
from tests.integration.centralino.web.visitor import Visitor
from tests.waiting import until

SENT: list[object] = []


class Wire:
    """A bus that remembers."""

    async def send(self, to: str, value: object, **more: object) -> str:
        SENT.append(value)
        return ""


async def no_leg(agent: str) -> None:
    """Of whom none stands."""


@pytest.fixture
async def house(database: Database, tmp_path: Any) -> House:
    """A house whose process for browsers is there."""
    made = make_house(database, tmp_path / "sound")
    await made.meet()
    SENT.clear()
    browsers = Browsers(cast(Bus, Wire()), made.desk, made.parts.clock, no_leg)
    await browsers.peer(PeerUp(BROWSERS, "life-1"))
    made.parts = replace(made.parts, browsers=browsers)
    return made


async def socket_of(visitor: Visitor) -> ClientWebSocketResponse:
    return await visitor.client.ws_connect("/api/agent/phone", headers={"Origin": visitor.origin})


async def test_a_page_is_the_telephone_until_it_is_closed(house: House, visit: Visit) -> None:
    anna = await visit("anna")
    number = (await anna.get("/api/me"))["agent"]["number"]
    settings = AgentSettings(number, "0212345678", ("billing",), nailed_up=True)
    await house.parts.people.set_agent(house.users["anna"], settings)
    socket = await socket_of(anna)
    assert (await socket.receive_json())["begin"] == "life-1"
    for nonsense in ("", "{", "[]", '{"offer": {}}', 20_000 * "["):
        await socket.send_str(nonsense)
    await socket.send_json({"offer": "v=0"})
    await anna.do("POST", "/api/agent/log-in")
    view = house.desk.agent(house.users["anna"])
    assert view is not None and view.contact == f"sip:{number}@sip.example"
    assert view.nailed_up, "the leg stands in the browser instead"
    await socket.close()
    await until(lambda: len(SENT) == 2)
    offered, left = SENT
    assert isinstance(offered, PageOffered) and isinstance(left, PageLeft)
    assert (offered.agent, offered.aor, offered.sdp) == (house.users["anna"], number, "v=0")


async def test_it_ends_with_the_session(visit: Visit) -> None:
    anna = await visit("anna")
    socket = await socket_of(anna)
    await socket.receive_json()
    await anna.do("POST", "/api/sign-out")
    assert (await socket.receive(timeout=10)).type is WSMsgType.CLOSE
    assert socket.close_code == 4401


async def test_who_is_at_work_at_another_telephone_is_told(house: House, visit: Visit) -> None:
    house.work("anna", "riverton", "billing")
    socket = await socket_of(await visit("anna"))
    assert await socket.receive_json() == {"state": "off", "why": ELSEWHERE}
    assert SENT == []


async def test_another_site_gets_no_socket(visit: Visit) -> None:
    anna = await visit("anna")
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Origin": "https://evil.example"}
    assert (await anna.ask("GET", "/api/agent/phone", None, headers)).status == 403


async def test_who_has_another_number_is_told_to_begin_again(house: House, visit: Visit) -> None:
    anna = await visit("anna")
    socket = await socket_of(anna)
    await socket.receive_json()
    settings = AgentSettings("299", "", (), {}, {}, False)
    await house.parts.people.set_agent(house.users["anna"], settings)
    assert await socket.receive_json(timeout=10) == {"state": "off", "why": CHANGED}
    assert (await socket.receive(timeout=10)).type is WSMsgType.CLOSE
    await until(lambda: bool(SENT))
    assert isinstance(SENT[0], PageLeft)


async def test_a_second_window_has_the_telephone_and_the_first_ones_socket_is_closed(
    house: House, visit: Visit
) -> None:
    anna = await visit("anna")
    first, second = await socket_of(anna), await socket_of(anna)
    await first.receive_json()
    assert (await first.receive_json())["state"] == "off"
    assert (await first.receive(timeout=10)).type is WSMsgType.CLOSE
    assert (await second.receive_json())["begin"] == "life-1"


async def test_a_page_that_takes_nothing_is_cut_off_and_holds_up_nobody(
    house: House, visit: Visit
) -> None:
    socket = await socket_of(await visit("anna"))
    await socket.receive_json()
    browsers = cast(Browsers, house.parts.browsers)
    (page,) = browsers.pages.values()
    for _ in range(MOST_TOLD + 1):  # with no turn for its writer between them
        page.tell({"state": "ready", "why": ""})
    await until(lambda: bool(SENT))
    page.tell({"state": "ready", "why": ""})
    assert isinstance(SENT[0], PageLeft) and not browsers.pages


async def test_it_ends_when_nobody_can_tell_whether_the_session_lasts(
    house: House, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = await socket_of(await visit("anna"))
    await socket.receive_json()

    async def broken(*_: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(house.parts.sign_in, "session", broken)
    while (await socket.receive(timeout=10)).type is WSMsgType.TEXT:
        pass
    await until(lambda: len(SENT) == 1)
    assert isinstance(SENT[0], PageLeft)
