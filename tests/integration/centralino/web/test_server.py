"""Listening: a free port, a taken one, an address that is not ours; behind TLS."""

from __future__ import annotations

import asyncio
import dataclasses
import socket

import pytest
from aiohttp import ClientSession, CookieJar, WSCloseCode

from centralino.web.app import make_app
from centralino.web.errors import WebAddressUnusable, WebPortInUse
from centralino.web.server import WebServer
from tests.integration.centralino.web.house import PASSWORD, House

ROSA = {"name": "rosa", "password": PASSWORD}


async def test_it_starts_on_a_free_port_and_tells_only_that_it_is_there(house: House) -> None:
    async with WebServer(make_app(house.parts), "127.0.0.1", 0) as server, ClientSession() as http:
        assert server.url == f"http://127.0.0.1:{server.port}"
        answer = await http.get(f"{server.url}/health")
        assert await answer.json() == {"ok": True}


async def test_a_taken_port_is_one_line(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WebPortInUse, match=f"{port} is in use.*web.port") as caught:
            async with WebServer(make_app(house.parts), "127.0.0.1", port):
                pass
    assert "\n" not in str(caught.value)


async def test_an_address_of_somebody_else_is_one_line(house: House) -> None:
    with pytest.raises(WebAddressUnusable, match=r"web\.host"):
        async with WebServer(make_app(house.parts), "192.0.2.1", 0):
            pass


async def test_behind_tls_the_cookie_goes_over_tls_alone(house: House) -> None:
    config = dataclasses.replace(house.parts.config, secure=True)
    parts = dataclasses.replace(house.parts, config=config)
    async with WebServer(make_app(parts), "127.0.0.1", 0) as server, ClientSession() as http:
        answer = await http.post(f"{server.url}/api/sign-in", json=ROSA)
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-centralino=") and "Secure" in cookie
        assert "max-age" in answer.headers["Strict-Transport-Security"]


async def test_stopping_tells_the_pages_that_they_may_come_back(house: House) -> None:
    server = WebServer(make_app(house.parts), "127.0.0.1", 0)
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        async with server:
            await http.post(f"{server.url}/api/sign-in", json=ROSA)
            headers = {"Origin": server.url}
            page = await http.ws_connect(f"{server.url}/live?view=queues", headers=headers)
            await page.receive_json(timeout=10)
            leaving = asyncio.create_task(page.receive(timeout=10))
        await leaving
        assert page.close_code == WSCloseCode.GOING_AWAY
