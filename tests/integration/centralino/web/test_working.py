"""An agent at work, over HTTP and the live socket, with the distributor's own core behind."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from acd.messages import CallerLeft, DeviceChanged, WrapUpEnded
from centralino.content.store import NOTES
from centralino.db.tables import contents
from centralino.web.live import LIVE
from centralino.web.ports import Clients
from centralino.web.suggesting import DAYS, FEWEST, LASTS
from kernel.errors import CoreStopped, UnknownMessage
from tests.integration.centralino.web.conftest import Visit
from tests.integration.centralino.web.house import DAY, HARBOUR, RIVER, House
from tests.integration.centralino.web.visitor import Json
from tests.waiting import until


def mode(wanted: str) -> object:
    return lambda state: state["agent"]["mode"] == wanted


async def test_a_call_from_ring_to_done(house: House, visit: Visit) -> None:
    anna = await visit("anna")
    watch = await anna.live("agent")
    await watch.until(mode("logged_out"))
    await anna.do("POST", "/api/agent/log-in")
    state = await watch.until(mode("not_ready"))
    assert state["agent"]["contact"] == "sip:2001@sip.example"
    assert [queue["name"] for queue in state["queues"]] == ["Billing", "Technical"]
    await anna.do("POST", "/api/agent/ready")
    await watch.until(mode("ready"))

    offer = await house.ring("call-1")
    contact = (await watch.until(mode("ringing")))["contact"]
    assert (contact["offer"], contact["queue_name"]) == (offer, "Billing")
    assert contact["packet"]["caller"] == "sip:+390612345678@203.0.113.7"
    assert contact["pop"] == "https://crm.example/%2B390612345678?account=40712283"
    assert [slot["confirmed"] for slot in contact["packet"]["slots"]] == [True, True, False]

    await house.talk(offer, "call-1", "anna")
    await watch.until(mode("talking"))
    notes = {"text": "He wants a new reading.", "disposition": ""}
    await anna.do("PUT", "/api/calls/call-1/notes", notes)
    house.hang_up(offer)
    state = await watch.until(mode("wrap_up"))
    assert state["agent"]["wrap_up_until"] == house.clock.now() + 30
    assert state["contact"]["notes"]["text"] == "He wants a new reading."
    assert state["contact"]["queue_name"] == "Billing"
    await anna.do("PUT", "/api/calls/call-1/notes", {**notes, "disposition": "solved"})
    await anna.do("POST", "/api/agent/done")
    assert (await watch.until(mode("ready")))["contact"] is None
    assert watch.kinds[0] == "snapshot" and "snapshot" not in watch.kinds[1:]
    await watch.close()


async def test_a_new_page_begins_with_everything_the_old_one_had(
    house: House, visit: Visit
) -> None:
    house.work("anna", RIVER, "billing")
    anna = await visit("anna")
    await house.ring("call-1")
    first = await anna.live("agent")
    before = await first.until(mode("ringing"))
    await first.close()
    second = await anna.live("agent")
    assert await second.until(mode("ringing")) == before
    await second.close()


async def test_what_is_damaged_of_a_call_hides_no_call(house: House, visit: Visit) -> None:
    house.work("anna", RIVER, "billing")
    anna = await visit("anna")
    offer = await house.ring("call-1")
    async with house.contents.database.write() as connection:
        await connection.execute(update(contents).values(sealed=bytes(64)))
    watch = await anna.live("agent")
    contact = (await watch.until(mode("ringing")))["contact"]
    assert (contact["offer"], contact["packet"]) == (offer, None)
    await watch.close()


async def test_earlier_calls_of_the_caller_are_on_the_page(house: House, visit: Visit) -> None:
    await house.past_call("call-0", RIVER, "anna", "billing", 5000.0)
    house.work("anna", RIVER, "billing")
    anna = await visit("anna")
    await house.ring("call-1")
    watch = await anna.live("agent")
    [before] = (await watch.until(mode("ringing")))["contact"]["earlier"]
    assert (before["call"], before["outcome"]) == ("call-0", "transferred")
    assert (before["queue_name"], before["agent_name"]) == ("Billing", "Anna Keller")
    await watch.close()


async def test_how_most_calls_about_the_same_ended_is_suggested(house: House, visit: Visit) -> None:
    house.work("anna", RIVER, "billing")
    for number in range(FEWEST):
        await house.past_call(f"old-{number}", RIVER, "anna", "billing", (DAYS + 1) * DAY)
    watch = await (await visit("anna")).live("agent")
    for number in range(FEWEST):
        offer = await house.ring(f"call-{number}")
        assert (await watch.until(mode("ringing")))["contact"]["suggested"] == ""
        await house.talk(offer, f"call-{number}", "anna")
        house.hang_up(offer)
        house.desk.tell(WrapUpEnded(house.users["anna"]))
        await watch.until(mode("ready"))
        await house.past_call(f"past-{number}", RIVER, "anna", "billing")
        house.clock.advance(LASTS)
    await house.ring("call")
    assert (await watch.until(mode("ringing")))["contact"]["suggested"] == "solved"
    await watch.close()


async def test_notes_that_a_newer_program_wrote_hide_no_call(
    house: House, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = house.contents.get

    async def newer(subject: str, kind: str, clients: Clients) -> object | None:
        if kind == NOTES and subject.startswith("past-"):
            raise UnknownMessage("content.notes v9")
        return await get(subject, kind, clients)

    monkeypatch.setattr(house.contents, "get", newer)
    for number in range(FEWEST):
        await house.past_call(f"past-{number}", RIVER, "anna", "billing")
    house.work("anna", RIVER, "billing")
    watch = await (await visit("anna")).live("agent")
    await house.ring("call")
    assert (await watch.until(mode("ringing")))["contact"]["suggested"] == ""
    await watch.close()


async def test_decline_hits_only_the_offer_that_was_meant(house: House, visit: Visit) -> None:
    house.work("anna", RIVER, "billing")
    anna = await visit("anna")
    offer = await house.ring("call-1")
    late = await anna.ask("POST", "/api/agent/decline", {"offer": "offer-of-before"})
    assert (late.status, (await late.json())["error"]) == (409, "stale")
    await anna.do("POST", "/api/agent/decline", {"offer": offer})
    view = house.desk.agent(house.users["anna"])
    assert view is not None and view.state == "idle"


async def test_not_ready_takes_one_of_the_houses_reasons(house: House, visit: Visit) -> None:
    house.work("anna", RIVER, "billing")
    anna = await visit("anna")
    for wrong in ({"reason": "bored"}, {"reason": ""}, {}, {"reason": "lunch", "x": 1}):
        assert (await anna.ask("POST", "/api/agent/not-ready", wrong)).status == 400
    watch = await anna.live("agent")
    await anna.do("POST", "/api/agent/not-ready", {"reason": "lunch"})
    assert (await watch.until(mode("not_ready")))["agent"]["reason"] == "lunch"
    await watch.close()


async def test_what_is_wished_during_a_call_holds_after_it(house: House, visit: Visit) -> None:
    house.work("anna", RIVER, "billing")
    anna = await visit("anna")
    watch = await anna.live("agent")
    offer = await house.ring("call-1")
    await house.talk(offer, "call-1", "anna")
    await anna.do("POST", "/api/agent/not-ready", {"reason": "lunch"})
    await watch.until(lambda state: state["agent"]["after"] == "lunch")
    house.hang_up(offer)
    house.desk.walk(31)
    assert (await watch.until(mode("not_ready")))["agent"]["reason"] == "lunch"
    await watch.close()


async def test_a_button_that_makes_no_sense_now_is_refused_in_words(visit: Visit) -> None:
    anna = await visit("anna")
    for path in ("ready", "done", "log-out"):
        answer = await anna.ask("POST", f"/api/agent/{path}")
        assert answer.status in (204, 409), path
        if answer.status == 409:
            assert "not possible" in (await answer.json())["message"]


async def test_a_phone_that_is_not_registered_is_told_at_log_in(house: House, visit: Visit) -> None:
    anna = await visit("anna")
    await anna.do("POST", "/api/agent/log-in")
    house.desk.tell(DeviceChanged(house.users["anna"], reachable=False))
    await anna.do("POST", "/api/agent/ready")
    watch = await anna.live("agent")
    await watch.until(mode("unreachable"))
    await watch.close()


async def test_the_packet_of_a_client_without_a_role_stays_hidden(
    house: House, visit: Visit
) -> None:
    house.work("anna", RIVER, "billing", "berths")  # somebody gave her a queue, and no role
    await house.ring("call-h", HARBOUR, "berths")
    watch = await (await visit("anna")).live("agent")
    contact = (await watch.until(mode("ringing")))["contact"]
    assert (contact["packet"], contact["queue_name"], contact["client_name"]) == (None, "", "")
    await watch.close()


async def test_the_board_follows_what_happens(house: House, visit: Visit) -> None:
    house.work("anna", RIVER, "billing")
    watch = await (await visit("rosa")).live("queues")

    def waiting(count: int) -> object:
        return lambda state: state["queues"][0]["waiting"] == count

    state = await watch.until(waiting(0))
    assert [queue["name"] for queue in state["queues"]] == ["Billing", "Technical"]
    await house.ring("call-1")
    state = await watch.until(waiting(1))
    assert state["queues"][0]["longest_since"] == house.clock.now()
    agents: list[Json] = state["agents"]
    assert [(agent["name"], agent["mode"]) for agent in agents] == [("Anna Keller", "ringing")]
    house.desk.tell(CallerLeft("call-1"))
    await watch.until(waiting(0))
    await watch.close()


async def test_a_socket_ends_with_its_session(house: House, visit: Visit) -> None:
    anna = await visit("anna")
    watch = await anna.live("agent")
    await watch.until(mode("logged_out"))
    await anna.do("POST", "/api/sign-out")
    assert await watch.closed() == 4401


async def test_a_disabled_user_is_out_at_once(house: House, visit: Visit) -> None:
    anna, admin = await visit("anna"), await visit("admin")
    await anna.do("POST", "/api/agent/log-in")
    await anna.do("POST", "/api/agent/ready")
    watch = await anna.live("agent")
    await watch.until(mode("ready"))
    await admin.do("POST", f"/api/users/{house.users['anna']}/disable")
    view = house.desk.agent(house.users["anna"])
    assert view is not None and view.want == "logged_out", "no call is offered any more"
    assert await watch.closed() == 4401
    assert (await anna.ask("GET", "/api/me")).status == 401


async def test_a_disabled_user_is_out_though_the_distributor_takes_nothing(
    house: House, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stopped(event: object) -> None:
        raise CoreStopped("the disk is full")

    admin = await visit("admin")
    monkeypatch.setattr(house.desk, "submit", stopped)
    answer = await admin.ask("POST", f"/api/users/{house.users['anna']}/disable", {})
    assert answer.status == 500 and house.credentials_told == ["changed"]


async def test_a_silent_socket_gets_signs_of_life(visit: Visit) -> None:
    watch = await (await visit("rosa")).live("queues")
    await watch.until(lambda state: "alive" in watch.kinds)
    await watch.close()


async def test_a_page_that_is_left_is_forgotten(house: House, visit: Visit) -> None:
    anna = await visit("anna")
    watch = await anna.live("agent")
    await watch.until(mode("logged_out"))
    live = anna.client.app[LIVE]
    assert len(live.sockets) == 1
    await watch.close()
    await until(lambda: not live.sockets)


async def test_a_closing_house_is_told_at_once_and_to_pages_that_open_later(
    house: House, visit: Visit
) -> None:
    anna, rosa = await visit("anna"), await visit("rosa")
    agent, board = await anna.live("agent"), await rosa.live("queues")
    for watch in (agent, board):
        assert not (await watch.until(lambda state: "draining" in state))["draining"]
    assert not (await anna.get("/api/me"))["draining"]
    house.parts.draining.set()
    for watch in (agent, board):
        await watch.until(lambda state: state["draining"])
        await watch.close()
    assert (await anna.get("/api/me"))["draining"]
