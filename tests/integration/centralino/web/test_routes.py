"""Every route and socket of the application: who is refused, one by one.

The tables here are complete by a test: a new route without a row fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from centralino.web.app import make_app
from centralino.web.routes import ROUTES
from tests.integration.centralino.web.conftest import Visit
from tests.integration.centralino.web.house import (
    HARBOUR,
    HARBOUR_KEY,
    KEY,
    RIVER,
    RIVER_KEY,
    House,
)

OPEN_TO_ALL = {
    ("GET", "/sign-in"): "the way in",
    ("POST", "/api/sign-in"): "the way in",
    ("GET", "/welcome/{token}"): "the first administrator's way in; the page alone does nothing",
    ("POST", "/api/welcome/{token}"): "needs the one-time token",
    ("GET", "/static/{name}"): "styles and scripts of the sign-in page; nothing personal",
    ("GET", "/health"): "a load balancer asks; it tells only that it is there",
}

OWN = "shows or changes only what belongs to whoever asks"


@dataclass(frozen=True)
class Foreign:
    """What a user of another client gets."""

    path: str
    status: int
    who: str = "hugo"
    body: dict[str, Any] | None = None
    why: str = ""


AGENT = {"number": "3001", "contact": "", "queues": []}
LESSON = {"call": "call-river", "at": 1.0, "intent": "bill", "text": "my bill"}
NEW = {"name": "x", "role": "supervisor", "client": RIVER}
FOREIGN: dict[tuple[str, str], Foreign] = {
    ("GET", "/metrics"): Foreign("/metrics", 403),
    ("GET", "/api/events"): Foreign("/api/events", 404, why="this house keeps no journal"),
    ("GET", "/api/packets/{token}"): Foreign("/api/packets/TOKEN", 401),
    ("DELETE", "/api/packets/{token}"): Foreign("/api/packets/TOKEN", 401),
    ("POST", "/api/alerts"): Foreign("/api/alerts", 401, body={}),
    ("GET", "/"): Foreign("/", 303, why=OWN),
    ("GET", "/account"): Foreign("/account", 200, why=OWN),
    ("GET", "/agent"): Foreign("/agent", 200, "otto", why="an empty page; its data come by /live"),
    ("GET", "/queues"): Foreign("/queues", 200, why="an empty page; its data come by /live"),
    ("GET", "/figures"): Foreign("/figures", 200, why="an empty page; its data come by /api"),
    ("GET", "/calls"): Foreign("/calls", 200, why="an empty page; its data come from the API"),
    ("GET", "/calls/{call}"): Foreign("/calls/call-river", 200, why="the same empty page"),
    ("GET", "/flow"): Foreign("/flow", 200, why="an empty page; its data come from the API"),
    ("GET", "/api/picture"): Foreign("/api/picture", 200, why="names of bots alone"),
    ("GET", "/api/picture/{bot}.svg"): Foreign("/api/picture/utility.svg", 404),
    ("GET", "/review"): Foreign("/review", 200, why="an empty page; its data come from the API"),
    ("GET", "/users"): Foreign("/users", 403),
    ("GET", "/live"): Foreign("/live?view=agent", 403),
    ("GET", "/api/agent/phone"): Foreign("/api/agent/phone", 403),
    ("GET", "/api/me"): Foreign("/api/me", 200, why=OWN),
    ("POST", "/api/sign-out"): Foreign("/api/sign-out", 204, why=OWN),
    ("POST", "/api/password"): Foreign("/api/password", 400, why=OWN),
    ("POST", "/api/agent/log-in"): Foreign("/api/agent/log-in", 403),
    ("POST", "/api/agent/log-out"): Foreign("/api/agent/log-out", 403),
    ("POST", "/api/agent/ready"): Foreign("/api/agent/ready", 403),
    ("POST", "/api/agent/not-ready"): Foreign("/api/agent/not-ready", 403),
    ("POST", "/api/agent/decline"): Foreign(
        "/api/agent/decline", 409, "otto", {"offer": "RINGING"}
    ),
    ("POST", "/api/agent/transfer"): Foreign(
        "/api/agent/transfer", 409, "otto", {"offer": "RINGING", "queue": "billing"}
    ),
    ("POST", "/api/agent/contact"): Foreign(
        "/api/agent/contact", 409, "otto", {"offer": "RINGING", "wish": "hold"}
    ),
    ("POST", "/api/agent/consult"): Foreign(
        "/api/agent/consult", 409, "otto", {"offer": "RINGING", "agent": "ANNA"}
    ),
    ("POST", "/api/agent/task"): Foreign(
        "/api/agent/task", 409, "otto", {"offer": "RINGING", "task": "meter_reading"}
    ),
    ("GET", "/api/agent/colleagues"): Foreign("/api/agent/colleagues?offer=RINGING", 409, "otto"),
    ("POST", "/api/agent/more-time"): Foreign("/api/agent/more-time", 403),
    ("POST", "/api/agent/dial"): Foreign("/api/agent/dial", 404, "otto", {"recipient": "rcp-1"}),
    ("POST", "/api/agent/skip"): Foreign("/api/agent/skip", 404, "otto", {"recipient": "rcp-1"}),
    ("POST", "/api/agent/done"): Foreign("/api/agent/done", 403),
    ("PUT", "/api/calls/{call}/notes"): Foreign(
        "/api/calls/call-river/notes", 404, "otto", {"text": "mine now"}
    ),
    ("GET", "/api/queues"): Foreign("/api/queues", 200, why=OWN),
    ("GET", "/api/queues/today"): Foreign("/api/queues/today", 200, why=OWN),
    ("GET", "/api/figures"): Foreign("/api/figures", 200, why=OWN),
    ("GET", "/api/calls"): Foreign("/api/calls", 200, why=OWN),
    ("GET", "/api/calls/{call}"): Foreign("/api/calls/call-river", 404),
    ("GET", "/api/calls/{call}/recording.wav"): Foreign("/api/calls/call-river/recording.wav", 404),
    ("GET", "/api/review"): Foreign("/api/review", 404, why="this house has no bots to teach"),
    ("GET", "/api/review/progress"): Foreign("/api/review/progress", 404),
    ("POST", "/api/review/teach"): Foreign("/api/review/teach", 404, body=LESSON),
    ("POST", "/api/review/leave"): Foreign(
        "/api/review/leave", 404, body={"call": "call-river", "at": 1.0}
    ),
    ("POST", "/api/review/undo"): Foreign("/api/review/undo", 404, body={"bot": "utility"}),
    ("GET", "/campaigns"): Foreign("/campaigns", 200, why="an empty page; its data come from /api"),
    ("GET", "/api/campaigns"): Foreign("/api/campaigns", 404, why="this house has no dialler"),
    ("POST", "/api/campaigns"): Foreign("/api/campaigns", 404, body={"name": "x"}),
    ("GET", "/api/campaigns/why"): Foreign("/api/campaigns/why?number=1", 404),
    ("GET", "/api/campaigns/{campaign}"): Foreign("/api/campaigns/c", 404),
    ("GET", "/api/campaigns/{campaign}/why"): Foreign("/api/campaigns/c/why?number=1", 404),
    ("GET", "/api/campaigns/{campaign}/audit"): Foreign("/api/campaigns/c/audit", 404),
    ("GET", "/api/campaigns/{campaign}/results.csv"): Foreign("/api/campaigns/c/results.csv", 404),
    ("POST", "/api/campaigns/by-bot"): Foreign("/api/campaigns/by-bot", 404, body={"name": "x"}),
    ("POST", "/api/campaigns/with-agents"): Foreign(
        "/api/campaigns/with-agents", 404, body={"name": "x"}
    ),
    ("GET", "/api/campaigns/{campaign}/words"): Foreign("/api/campaigns/c/words?question=q", 404),
    ("GET", "/api/campaigns/{campaign}/statistics"): Foreign("/api/campaigns/c/statistics", 404),
    ("GET", "/api/campaigns/{campaign}/statistics.csv"): Foreign(
        "/api/campaigns/c/statistics.csv", 404
    ),
    ("POST", "/api/campaigns/{campaign}/{verb}"): Foreign("/api/campaigns/c/start", 404, body={}),
    ("GET", "/api/launch"): Foreign("/api/launch", 404),
    ("POST", "/api/launch/places"): Foreign("/api/launch/places", 404, body={"client": RIVER}),
    ("POST", "/api/recordings"): Foreign("/api/recordings?client=riverton", 404, body={}),
    ("POST", "/api/recordings/delete"): Foreign("/api/recordings/delete", 404, body={"name": "x"}),
    ("POST", "/api/notices"): Foreign("/api/notices", 404, body={"name": "x"}),
    ("POST", "/api/notices/sound.wav"): Foreign("/api/notices/sound.wav", 404, body={}),
    ("POST", "/api/notices/{campaign}/launch"): Foreign("/api/notices/c/launch", 404, body={}),
    ("POST", "/api/notices/{campaign}/cancel"): Foreign("/api/notices/c/cancel", 404, body={}),
    ("POST", "/api/supervise"): Foreign(
        "/api/supervise", 404, "hugo", {"agent": "ANNA", "phone": "202"}
    ),
    ("GET", "/api/users"): Foreign("/api/users", 403),
    ("POST", "/api/users"): Foreign("/api/users", 403, body=NEW),
    ("PUT", "/api/users/{user}/agent"): Foreign("/api/users/ANNA/agent", 403, body=AGENT),
    ("POST", "/api/users/{user}/reset"): Foreign(
        "/api/users/ANNA/reset", 403, body={"what": "password"}
    ),
    ("POST", "/api/users/{user}/disable"): Foreign("/api/users/ANNA/disable", 403),
}

RIVER_SECRETS = ("call-river", "call-ringing", "Smith", "Anna", "Billing", "12345678", "Riverton U")


def test_the_tables_here_name_every_route(house: House) -> None:
    served = {
        (route.method, route.resource.canonical)
        for route in make_app(house.parts).router.routes()
        if route.resource is not None
    }
    assert served == {(route.method, route.path) for route in ROUTES}
    assert served == set(OPEN_TO_ALL) | set(FOREIGN)
    assert not set(OPEN_TO_ALL) & set(FOREIGN)


async def furnish(house: House) -> dict[str, str]:
    """Riverton has a past call, a ringing one and a packet token; names for the paths."""
    await house.past_call("call-river", RIVER, "anna", "billing")
    await house.past_call("call-harbour", HARBOUR, "otto", "berths")
    house.work("otto", HARBOUR, "berths")
    house.work("anna", RIVER, "billing")
    ringing = await house.ring("call-ringing")
    token = await house.tokens.issue("call-river", RIVER, house.clock.now())
    return {"TOKEN": token, "ANNA": house.users["anna"], "RINGING": ringing}


def put_in(text: str, names: dict[str, str]) -> str:
    for placeholder, value in names.items():
        text = text.replace(placeholder, value)
    return text


UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade"}


def told(text: str) -> list[str]:
    """What of Riverton stands in an answer."""
    return [secret for secret in RIVER_SECRETS if secret in text]


async def test_nobody_is_refused_everywhere(house: House, visit: Visit) -> None:
    names, stranger = await furnish(house), await visit()
    for (method, template), row in FOREIGN.items():
        headers = {"Origin": stranger.origin} | (UPGRADE if template == "/live" else {})
        answer = await stranger.ask(method, put_in(row.path, names), row.body, headers)
        assert (template, answer.status) == (template, 401)
        assert not told(await answer.text()), template


async def test_another_clients_user_gets_nothing_anywhere(house: House, visit: Visit) -> None:
    names = await furnish(house)
    for (method, template), row in FOREIGN.items():
        visitor = await visit(row.who)
        body = {
            k: put_in(v, names) if isinstance(v, str) else v for k, v in (row.body or {}).items()
        }
        answer = await visitor.ask(
            method, put_in(row.path, names), None if method == "GET" else body,
            {"Origin": visitor.origin},
        )  # fmt: skip
        text = await answer.text()
        assert (template, answer.status) == (template, row.status), text
        assert row.status >= 400 or row.why, f"{template}: a success needs a reason"
        assert not told(text), template


@pytest.mark.parametrize(("name", "view"), [("otto", "agent"), ("hugo", "queues")])
async def test_another_clients_live_socket_tells_nothing(
    house: House, visit: Visit, name: str, view: str
) -> None:
    await furnish(house)
    watch = await (await visit(name)).live(view)
    state = await watch.until(lambda state: state["queues"])
    assert not told(str(state))
    assert "Berths" in str(state)
    await watch.close()


async def test_a_socket_of_another_site_is_refused(visit: Visit) -> None:
    visitor = await visit("hugo")
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        headers = UPGRADE | {"Origin": origin}
        answer = await visitor.ask("GET", "/live?view=queues", None, headers)
        assert answer.status == 403
    assert (await visitor.ask("GET", "/live?view=queues", None, UPGRADE)).status == 403


async def test_a_change_needs_the_sessions_token_and_our_own_origin(
    house: House, visit: Visit
) -> None:
    names = await furnish(house)
    visitors = {name: await visit(name) for name in ("hugo", "otto")}
    wrongs: list[dict[str, str]] = [
        {"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}, {"Origin": "https://evil.example"},
    ]  # fmt: skip
    for (method, template), row in FOREIGN.items():
        for wrong in wrongs if method != "GET" and row.status != 401 else ():  # 401: for keys
            path, body = put_in(row.path, names), row.body or {}
            answer = await visitors[row.who].ask(method, path, body, wrong)
            error = (await answer.json())["error"]
            assert (template, answer.status, error in ("csrf", "origin")) == (template, 403, True)


async def test_a_sign_in_from_another_site_is_refused(visit: Visit) -> None:
    stranger = await visit()
    body = {"name": "anna", "password": "x"}
    crossing = {"Origin": "", "Sec-Fetch-Site": "cross-site"}
    for wrong in ({"Origin": "https://evil.example"}, crossing):
        assert (await stranger.ask("POST", "/api/sign-in", body, wrong)).status == 403


async def test_who_is_not_signed_in_is_sent_to_the_door_and_back(visit: Visit) -> None:
    answer = await (await visit()).ask("GET", "/calls/x?y=1", None, {"Accept": "text/html"})
    assert answer.status == 303
    assert answer.headers["Location"] == "/sign-in?next=/calls/x?y%3D1"


@pytest.mark.parametrize(
    ("key", "status"),
    [(KEY, 200), (RIVER_KEY, 200), (HARBOUR_KEY, 404), ("wrong" * 8, 401), ("", 401)],
)
@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
async def test_a_packet_needs_a_key_of_its_client(
    house: House, visit: Visit, key: str, status: int, header: str
) -> None:
    names = await furnish(house)
    headers = {header: f"Bearer {key}" if header == "Authorization" else key}
    answer = await (await visit()).ask("GET", f"/api/packets/{names['TOKEN']}", None, headers)
    assert answer.status == status
    if status == 200:
        packet = await answer.json()
        assert (packet["type"], packet["v"]) == ("packet", 1)
        assert packet["body"]["slots"][0]["value"] == "John Smith"


async def test_a_packet_token_expires_and_cannot_be_guessed(house: House, visit: Visit) -> None:
    names = await furnish(house)
    stranger, key = await visit(), {"X-API-Key": KEY}
    assert len(names["TOKEN"]) == 32
    assert (await stranger.ask("GET", f"/api/packets/{'0' * 32}", None, key)).status == 404
    house.clock.advance(601)
    answer = await stranger.ask("GET", f"/api/packets/{names['TOKEN']}", None, key)
    assert answer.status == 404


async def test_a_packet_token_is_given_back_by_who_has_it(house: House, visit: Visit) -> None:
    stranger, path = await visit(), f"/api/packets/{(await furnish(house))['TOKEN']}"
    for method, key, status in (
        ("DELETE", HARBOUR_KEY, 404), ("GET", KEY, 200), ("DELETE", RIVER_KEY, 204),
        ("GET", KEY, 404), ("DELETE", KEY, 404),
    ):  # fmt: skip
        assert (await stranger.ask(method, path, None, {"X-API-Key": key})).status == status


@pytest.mark.parametrize(
    ("key", "data", "status"),
    [(KEY, b"<alert/>", 200), (KEY, b"hello", 400), (KEY, b" " * 1_000_001, 413),
     (RIVER_KEY, b"<alert/>", 403), ("x", b"<alert/>", 401)],
)  # fmt: skip
async def test_alerts_come_in_with_a_key_of_the_whole_house(
    visit: Visit, key: str, data: bytes, status: int
) -> None:
    client, headers = (await visit()).client, {"X-API-Key": key}
    answer = await client.post("/api/alerts", data=data, headers=headers)
    assert answer.status == status
    if status == 200:
        assert (await answer.json())["source"] == "key:house"


@pytest.mark.parametrize(("key", "status"), [(KEY, 200), (RIVER_KEY, 403), ("x", 401)])
async def test_figures_need_a_key_of_the_whole_house(visit: Visit, key: str, status: int) -> None:
    answer = await (await visit()).ask("GET", "/metrics", None, {"X-API-Key": key})
    assert answer.status == status


async def test_every_answer_carries_the_protective_headers(
    server: TestServer, visit: Visit
) -> None:
    visitor = await visit("anna")
    for path in ("/agent", "/api/me", "/nowhere", "/static/style.css", "/sign-in", "/metrics"):
        headers = (await visitor.ask("GET", path)).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] in ("no-store", "no-cache")


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e%2fapp.py", "/static/"])
async def test_static_files_are_those_of_one_folder(visit: Visit, path: str) -> None:
    assert (await (await visit()).ask("GET", path)).status == 404
