"""Lookups and custom actions over real HTTP: answered, late, wrong, gone; tried again or not."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from tests.integration.voicebot.nlu import rasa_peer as peer
from tests.unit.voicebot.acting import BALANCE, acting_bot
from tests.unit.voicebot.sample import FACTS
from voicebot.dialogue.acts import Perform
from voicebot.dialogue.lookups import Lookup
from voicebot.dialogue.outcome import Outcome, Words
from voicebot.outside.performer import Outside, Servers

ACT = Perform("balance", {"number": "12 34"})
TICKET = Perform("action_ticket", {"name": "Ann"})
SECRETS = {"crm": "s3"}


def looking(url: str, **changed: Any) -> Outside:
    lookup: Lookup = replace(
        BALANCE, url=url + "/accounts/{slot.number}?by={call.caller}", timeout=0.3, **changed
    )
    bot = acting_bot()
    flow = replace(bot.flow, lookups={"balance": lookup})
    return Outside(replace(bot, flow=flow), Servers(secrets=SECRETS))


async def test_a_lookup_asks_and_reads() -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.method, request.path_qs, request.headers["X-Key"]))
        return web.json_response({"account": {"balance": 12.5}})

    async with peer.serving(handler) as url:
        outcome = await looking(url).perform(ACT, FACTS)
    assert outcome == Outcome({"balance": "12.5"})
    assert seen == [("GET", "/accounts/12%2034?by=%2B390123", "s3")]


async def test_a_post_sends_json() -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.method, await request.json()))
        return web.json_response({"account": {"balance": 1}})

    async with peer.serving(handler) as url:
        await looking(url, method="POST", body={"of": "{slot.number}"}).perform(ACT, FACTS)
    assert seen == [("POST", {"of": "12 34"})]


@pytest.mark.parametrize(("method", "asked"), [("GET", 2), ("POST", 1)])
async def test_a_get_is_tried_again_and_a_post_that_arrived_is_not(method: str, asked: int) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.method)
        return web.Response(status=503)

    async with peer.serving(handler) as url:
        outcome = await looking(url, method=method).perform(ACT, FACTS)
    assert outcome.problem == "the server says 503"
    assert len(seen) == asked


@pytest.mark.parametrize(
    "handler",
    [peer.never, peer.drop_by_drop, peer.without_end, peer.saying(b"<html>"), peer.saying(b"")],
    ids=["silent", "drops", "endless", "html", "empty"],
)
async def test_a_lookup_comes_back_whatever_happens(handler: peer.Handler) -> None:
    async with peer.serving(handler) as url, asyncio.timeout(5):
        assert (await looking(url, retries=0).perform(ACT, FACTS)).problem


async def test_a_redirect_is_not_followed() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.path.startswith("/accounts"), "elsewhere nobody is asked"
        return web.Response(status=302, headers={"Location": "/other"})

    async with peer.serving(handler) as url:
        outcome = await looking(url, retries=0).perform(ACT, FACTS)
    assert outcome.problem == "the server says 302"


async def test_who_is_gone_is_left_alone_for_a_while() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    outside = looking(url)
    problems = [(await outside.perform(ACT, FACTS)).problem for _ in range(4)]
    assert all("cannot be reached" in problem for problem in problems[:3])
    assert problems[3] == "it failed a moment ago and is left alone"


async def test_what_is_not_known_is_not_asked_and_counts_against_nobody() -> None:
    outside = looking("http://127.0.0.1:1")
    for _ in range(9):
        outcome = await outside.perform(Perform("balance"), FACTS)
        assert outcome.problem == "slot.number is not known"


async def test_an_action_server_is_asked_by_rasas_protocol() -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(await request.json())
        return web.json_response(
            {"events": [{"event": "slot", "name": "ticket", "value": "7"}],
             "responses": [{"text": "Fine."}]}
        )  # fmt: skip

    async with peer.serving(handler, "/webhook") as url:
        outside = Outside(acting_bot(), Servers(url + "/webhook"))
        outcome = await outside.perform(TICKET, FACTS)
    assert outcome == Outcome({"ticket": "7"}, (Words(text="Fine."),))
    assert seen[0]["next_action"] == "action_ticket"
    assert seen[0]["tracker"]["slots"]["name"] == "Ann"


async def test_an_action_that_arrived_is_not_asked_for_twice() -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.path)
        await asyncio.sleep(3600)
        return web.Response()

    async with peer.serving(handler) as url:
        outside = Outside(acting_bot(), Servers(url + "/webhook", 0.2))
        assert (await outside.perform(TICKET, FACTS)).problem == "no answer within 0.2 s"
    assert seen == ["/webhook"]


async def test_without_an_action_server_there_is_a_clear_line() -> None:
    outcome = await Outside(acting_bot()).perform(TICKET, FACTS)
    assert "no action server is configured" in outcome.problem
