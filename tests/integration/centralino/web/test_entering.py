"""Signing in and out, the first administrator, one's own password; users and agents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from centralino.db.engine import Database
from centralino.users.signin import SignIn
from centralino.web.app import make_app
from tests.integration.centralino.web.conftest import Visit
from tests.integration.centralino.web.house import (
    HARBOUR,
    HOUSE,
    PASSWORD,
    RIVER,
    House,
    make_house,
)
from tests.integration.centralino.web.visitor import Visitor

SEEN = ["queues", "figures", "calls", "campaigns", "flow", "review"]
"""What supervisors and administrators find in their menu."""


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visit: Visit) -> None:
    nobody = await visit()
    answer = await nobody.ask("POST", "/api/sign-in", {"name": "anna", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert "Secure" not in cookie


@pytest.mark.parametrize("body", [{"name": "anna", "password": "wrong"},
                                  {"name": "nobody", "password": PASSWORD}])  # fmt: skip
async def test_a_wrong_name_and_a_wrong_password_look_the_same(
    visit: Visit, body: dict[str, str]
) -> None:
    answer = await (await visit()).ask("POST", "/api/sign-in", body)
    assert (answer.status, (await answer.json())["message"]) == (403, "Name or password is wrong.")


async def test_too_many_tries_lock_and_say_how_long(visit: Visit) -> None:
    nobody = await visit()
    body = {"name": "anna", "password": "wrong"}
    answers = [await nobody.ask("POST", "/api/sign-in", body) for _ in range(30)]
    assert answers[-1].status == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [("{}", "application/json", 400), ("not json", "application/json", 400),
     ('{"name": "a", "password": "b"}', "text/plain", 415), ("[]", "application/json", 400),
     ('{"name": "' + "a" * 70_000 + '"}', "application/json", 413)],
)  # fmt: skip
async def test_a_body_that_makes_no_sense_is_refused(
    visit: Visit, data: str, kind: str, status: int
) -> None:
    nobody = await visit()
    answer = await nobody.client.post(
        "/api/sign-in", data=data, headers={"Content-Type": kind, "Origin": nobody.origin}
    )
    assert answer.status == status
    assert (await answer.json())["message"]


async def test_signing_out_ends_the_session(visit: Visit) -> None:
    anna = await visit("anna")
    await anna.do("POST", "/api/sign-out")
    assert (await anna.ask("GET", "/api/me")).status == 401


async def test_a_new_password_ends_the_other_sessions(visit: Visit) -> None:
    here, there = await visit("anna"), await visit("anna")
    wrong = await here.ask("POST", "/api/password", {"old": "wrong", "password": "x" * 12})
    assert (wrong.status, (await wrong.json())["message"]) == (403, "The old password is wrong.")
    weak = await here.ask("POST", "/api/password", {"old": PASSWORD, "password": "short"})
    assert weak.status == 400
    await here.do("POST", "/api/password", {"old": PASSWORD, "password": "another long one"})
    assert (await here.ask("GET", "/api/me")).status == 200
    assert (await there.ask("GET", "/api/me")).status == 401
    await (await visit()).sign_in("anna", "another long one")


@pytest.mark.parametrize(
    ("name", "first", "pages"),
    [
        (
            "admin",
            "/queues",
            ["queues", "figures", "calls", "campaigns", "flow", "review", "users"],
        ),
        ("rosa", "/queues", ["queues", "figures", "calls", "campaigns", "flow", "review"]),
        ("anna", "/agent", ["agent", "calls"]),
    ],
)
async def test_everybody_begins_on_the_first_of_his_pages(
    visit: Visit, name: str, first: str, pages: list[str]
) -> None:
    visitor = await visit(name)
    assert (await visitor.ask("GET", "/")).headers["Location"] == first
    assert (await visitor.get("/api/me"))["pages"] == pages


async def test_the_first_administrator_comes_by_a_link_that_works_once(
    empty_database: Database, tmp_path: Path
) -> None:
    house = make_house(empty_database, tmp_path)
    token = await SignIn(empty_database, HOUSE).first_admin_token(house.clock.now())
    async with TestServer(make_app(house.parts)) as server:
        client: TestClient[Any, Any] = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        first = Visitor(client)
        path = f"/api/welcome/{token}"
        assert (await first.ask("GET", f"/welcome/{token}")).status == 200
        weak = await first.ask("POST", path, {"name": "ada", "password": "short"})
        assert weak.status == 400 and "10 to 256" in (await weak.json())["message"]
        made = await first.do("POST", path, {"name": "ada", "password": PASSWORD})
        assert made["csrf"]
        assert (await first.get("/api/me"))["pages"] == [*SEEN, "users"]
        again = await first.ask("POST", path, {"name": "eve", "password": PASSWORD})
        assert (again.status, (await again.json())["error"]) == (403, "expired")
        await client.close()


# --- users


async def test_an_agent_is_made_and_can_begin(house: House, visit: Visit) -> None:
    admin = await visit("admin")
    agent = {"number": "2002", "queues": ["billing", "berths"]}
    new = {"name": "paul", "full_name": "Paul Reed", "role": "agent", "client": RIVER}
    made = await admin.do("POST", "/api/users", {**new, "agent": agent})
    assert (len(made["pin"]), made["sip_user"], house.credentials_told) == (6, "2002", ["changed"])
    user = await house.people.get(made["id"])
    assert user is not None and set(user.roles) == {RIVER, HARBOUR}
    paul = await visit()
    await paul.sign_in("paul", made["password"])
    await paul.do("POST", "/api/agent/log-in")
    view = house.desk.agent(made["id"])
    assert view is not None and view.queues == ("billing", "berths")


@pytest.mark.parametrize(
    "new",
    [
        {"name": "anna", "role": "supervisor", "client": RIVER},
        {"name": "x", "role": "agent", "client": RIVER},
        {"name": "x", "role": "agent", "client": RIVER, "agent": {"number": "2001"}},
        {"name": "x", "role": "agent", "client": RIVER, "agent": {"number": "1", "queues": []}},
        {"name": "x", "role": "agent", "client": RIVER,
         "agent": {"number": "2009", "queues": ["nowhere"]}},
        {"name": "x", "role": "supervisor", "client": "nobody"},
        {"name": "x y", "role": "administrator"},
        {"name": "x", "role": "king"},
    ],
)  # fmt: skip
async def test_what_cannot_be_made_is_said(visit: Visit, new: dict[str, object]) -> None:
    answer = await (await visit("admin")).ask("POST", "/api/users", new)
    assert answer.status == 400
    assert len((await answer.json())["message"]) > 10


async def test_an_agents_roles_follow_the_queues(house: House, visit: Visit) -> None:
    admin, anna = await visit("admin"), house.users["anna"]
    change = {"number": "2001", "contact": "sip:anna@phone.example", "queues": ["berths"]}
    await admin.do("PUT", f"/api/users/{anna}/agent", change)
    user = await house.people.get(anna)
    assert user is not None and set(user.roles) == {RIVER, HARBOUR}
    await admin.do("PUT", f"/api/users/{anna}/agent", {**change, "queues": ["billing"]})
    user = await house.people.get(anna)
    assert user is not None and set(user.roles) == {RIVER}
    able = {"skills": {"welsh": 3}, "tiers": {"billing": 2, "berths": 3}, "queues": ["billing"]}
    await admin.do("PUT", f"/api/users/{anna}/agent", {**change, **able})
    settings = (await house.people.get(anna)).agent  # type: ignore[union-attr]
    assert settings is not None
    assert (settings.skills, settings.tiers) == ({"welsh": 3}, {"billing": 2})
    premium = {"contact": "+19005551234"}
    for wrong in ({"skills": {"welsh": 6}}, {"tiers": {"billing": 0}}, premium):
        assert (
            await admin.ask("PUT", f"/api/users/{anna}/agent", {**change, **wrong})
        ).status == 400
    supervisor = f"/api/users/{house.users['rosa']}/agent"
    assert (await admin.ask("PUT", supervisor, change)).status == 409


async def test_secrets_are_renewed_and_shown_once(house: House, visit: Visit) -> None:
    admin, path = await visit("admin"), f"/api/users/{house.users['anna']}/reset"
    password = await admin.do("POST", path, {"what": "password"})
    await (await visit()).sign_in("anna", password["value"])
    assert (await admin.do("POST", path, {"what": "pin"}))["value"].isdigit()
    phone = await admin.do("POST", path, {"what": "sip"})
    assert phone["sip_user"] == "2001" and "2001" in await house.people.credentials()
    assert (await admin.ask("POST", path, {"what": "everything"})).status == 400
    assert (await admin.ask("POST", "/api/users/nobody/reset", {"what": "pin"})).status == 404
    rosa = f"/api/users/{house.users['rosa']}/reset"
    assert (await admin.ask("POST", rosa, {"what": "pin"})).status == 409
    listed = str(await admin.get("/api/users"))
    assert password["value"] not in listed and phone["value"] not in listed


async def test_nobody_disables_himself(house: House, visit: Visit) -> None:
    admin = await visit("admin")
    answer = await admin.ask("POST", f"/api/users/{house.users['admin']}/disable")
    assert answer.status == 409
