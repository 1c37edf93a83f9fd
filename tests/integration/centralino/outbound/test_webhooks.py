"""Webhooks by outbox against a loopback server that fails at first, is slow, or sees us die."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from centralino.config.dialling import Webhook
from centralino.db.engine import Database
from centralino.db.migrate import upgrade
from centralino.db.outbound_tables import deliveries
from centralino.errors import StartRefused
from centralino.outbound import webhooks
from centralino.outbound.webhooks import AT_ONCE, Hook, Outbox, read_hooks
from kernel.clock import ManualClock, SteadyClock
from tests.integration.centralino.outbound import hook_child
from tests.waiting import until

SECRET = b"a secret of our own"


@dataclass
class Crm:
    """The other program: what it was sent, and what it answers, in order; then 204."""

    answers: list[int] = field(default_factory=list)
    seen: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    holds: asyncio.Event | None = None
    """Where it is there, no answer comes before it is set."""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        told = hmac.new(SECRET, request.headers["X-Centralino-Timestamp"].encode() + b"." + body,
                        hashlib.sha256)  # fmt: skip
        signed = request.headers["X-Centralino-Signature"]
        assert hmac.compare_digest(signed, f"sha256={told.hexdigest()}")
        self.seen.append((dict(request.headers), json.loads(body)))
        if self.holds is not None:
            await self.holds.wait()
        return web.Response(status=self.answers.pop(0) if self.answers else 204)

    @property
    def ids(self) -> list[str]:
        return [headers["X-Centralino-Delivery"] for headers, _ in self.seen]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(f"sqlite:///{tmp_path}/house.db") as opened:
        await upgrade(opened)
        yield opened


@pytest.fixture
async def crm() -> AsyncIterator[tuple[Crm, str]]:
    other = Crm()
    app = web.Application()
    app.router.add_post("/hook", other.take)
    async with TestServer(app) as server:
        yield other, str(server.make_url("/hook"))


async def left(database: Database) -> int:
    query = select(func.count()).select_from(deliveries)
    async with database.read() as connection:
        return int((await connection.execute(query)).scalar_one())


async def holds(look: Callable[[], Awaitable[bool]]) -> None:
    """Wait until the database says so."""
    async with asyncio.timeout(10):
        while not await look():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def emptied(database: Database) -> None:
    async def look() -> bool:
        return not await left(database)

    await holds(look)


async def tried(database: Database, times: int) -> None:
    async def look() -> bool:
        async with database.read() as connection:
            row = (await connection.execute(select(deliveries.c.tries))).first()
        return row is not None and row.tries >= times

    await holds(look)


async def test_it_is_tried_again_until_it_is_taken_under_the_same_id(
    database: Database, crm: tuple[Crm, str]
) -> None:
    other, url = crm
    other.answers = [500, 302]
    clock = ManualClock(1_000.0)
    outbox = Outbox(database, "house", [Hook("crm", url, SECRET)], clock, lambda: 0.5)
    work = asyncio.create_task(outbox.run())
    await outbox.put("alarm.raised", "alarm-1", "", {"what": "nobody answers"})
    await outbox.put("alarm.raised", "alarm-1", "", {"what": "nobody answers"})  # told twice
    for tries, wait in ((1, 5.0), (2, 10.0)):
        await tried(database, tries)
        clock.advance(wait)
        outbox._there["crm"].set()
    await until(lambda: len(other.seen) == 3)
    await emptied(database)
    assert other.ids == ["alarm-1.crm"] * 3
    headers, body = other.seen[-1]
    assert headers["X-Centralino-Event"] == body["event"] == "alarm.raised"
    assert body["data"] == {"what": "nobody answers"} and body["centre"] == "house"
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_what_is_put_within_a_larger_transaction_is_carried_after_that(
    database: Database, crm: tuple[Crm, str]
) -> None:
    other, url = crm
    outbox = Outbox(database, "house", [Hook("crm", url, SECRET)], ManualClock(1_000.0))
    async with database.together():
        await outbox.put("voicemail.left", "call-1", "riverton", {})
        assert not outbox._there["crm"].is_set(), "whoever looks now sees nothing"
    assert outbox._there["crm"].is_set()
    work = asyncio.create_task(outbox.run())
    await until(lambda: other.ids == ["call-1.crm"])
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_a_kill_between_post_and_answer_brings_it_again_and_loses_nothing(
    database: Database, crm: tuple[Crm, str]
) -> None:
    other, url = crm
    other.holds = asyncio.Event()
    outbox = Outbox(database, "house", [Hook("crm", url, SECRET)], SteadyClock())
    for n in range(3):
        await outbox.put("call.result", f"r-{n}", "town", {"n": n})
    arguments = (sys.executable, "-m", hook_child.__name__, str(database.url), url)
    first = await asyncio.create_subprocess_exec(*arguments)
    await until(lambda: len(other.seen) == 3, 20)
    first.send_signal(signal.SIGKILL)
    await first.wait()
    assert await left(database) == 3, "posted, and not known to be taken"
    other.holds = None
    second = await asyncio.create_subprocess_exec(*arguments)
    await until(lambda: len(other.seen) == 6, 20)
    await emptied(database)
    second.send_signal(signal.SIGKILL)
    await second.wait()
    assert sorted(other.ids[:3]) == sorted(other.ids[3:]) == [f"r-{n}.crm" for n in range(3)]


async def test_each_hook_is_told_what_it_asked_for_of_its_clients(database: Database) -> None:
    hooks = [
        Hook("results", "http://localhost:1/", SECRET, frozenset({"call.result"})),
        Hook("towns", "http://localhost:1/", SECRET, clients=frozenset({"town"})),
    ]
    outbox = Outbox(database, "house", hooks, SteadyClock())
    await outbox.put("call.result", "a", "harbour", {})
    await outbox.put("alarm.raised", "b", "town", {})
    await outbox.put("alarm.raised", "c", "", {})
    async with database.read() as connection:
        rows = (await connection.execute(select(deliveries.c.id))).scalars().all()
    assert sorted(rows) == ["a.results", "b.towns"]


async def test_what_nobody_takes_is_given_up_after_three_days(
    database: Database, crm: tuple[Crm, str]
) -> None:
    other, url = crm
    other.answers = [500]
    outbox = Outbox(database, "house", [Hook("crm", url, SECRET)], SteadyClock())
    await outbox.put("campaign.over", "x", "town", {})
    async with database.write() as connection:
        await connection.execute(update(deliveries).values(created=1.0))
    work = asyncio.create_task(outbox.run())
    await emptied(database)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert other.ids == ["x.crm"]


async def test_a_dead_hook_holds_up_no_other(database: Database, crm: tuple[Crm, str]) -> None:
    other, url = crm
    dead, living = Crm(holds=asyncio.Event()), Hook("crm", url, SECRET)
    app = web.Application()
    app.router.add_post("/hook", dead.take)
    async with TestServer(app) as server:
        hooks = [Hook("dead", str(server.make_url("/hook")), SECRET), living]
        outbox = Outbox(database, "house", hooks, SteadyClock())
        for n in range(AT_ONCE + 1):
            await outbox.put("call.result", f"r-{n}", "town", {})
        work = asyncio.create_task(outbox.run())
        await until(lambda: len(dead.seen) == AT_ONCE)
        await outbox.put("alarm.raised", "late", "", {})
        await until(lambda: "late.crm" in other.ids)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        dead.holds = None
        later = asyncio.create_task(outbox.run())
        await until(lambda: "late.dead" in dead.ids)
        assert "late.dead" in dead.ids[AT_ONCE : 2 * AT_ONCE], "an alarm goes before results"
        later.cancel()
        await asyncio.gather(later, return_exceptions=True)


@pytest.mark.parametrize("host", ["crm..example", "a" * 64 + ".example", "[::1", "crm:x"])
async def test_a_host_that_cannot_be_ends_nothing_and_its_token_is_not_logged(
    database: Database, crm: tuple[Crm, str], host: str
) -> None:
    hooks = [Hook("wrong", f"http://{host}/?token=t0ken", SECRET), Hook("crm", crm[1], SECRET)]
    outbox = Outbox(database, "house", hooks, SteadyClock())
    await outbox.put("alarm.raised", "a", "", {})
    with capture_logs() as logs:
        work = asyncio.create_task(outbox.run())
        await until(lambda: any(one["event"] == "webhook.not_taken" for one in logs))
        await until(lambda: crm[0].ids == ["a.crm"])
        assert not work.done()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    assert "t0ken" not in str(logs)
    assert not [one for one in logs if one["event"] == "webhook.fault"]


async def test_a_database_that_fails_once_ends_no_loop(
    database: Database, crm: tuple[Crm, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "AFTER_FAULT", 0.0)
    outbox = Outbox(database, "house", [Hook("crm", crm[1], SECRET)], SteadyClock())
    due, faults = outbox._due, [OperationalError("select", {}, OSError("gone"))]

    async def fails_once(hook: Hook) -> list[Any]:
        if faults:
            raise faults.pop()
        return await due(hook)

    monkeypatch.setattr(outbox, "_due", fails_once)
    await outbox.put("alarm.raised", "a", "", {})
    work = asyncio.create_task(outbox.run())
    await until(lambda: crm[0].ids == ["a.crm"])
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_what_waits_for_a_hook_that_is_no_more_is_dropped(database: Database) -> None:
    before = Outbox(database, "house", [Hook("old", "http://localhost:1/", SECRET)], SteadyClock())
    await before.put("alarm.raised", "a", "", {})
    await Outbox(database, "house", [], SteadyClock()).run()
    assert await left(database) == 0


def test_a_hook_without_a_good_secret_is_refused_at_start(tmp_path: Path) -> None:
    hook = Webhook(name="crm", url="https://crm.example/hook", secret_file=tmp_path / "none")
    with pytest.raises(StartRefused, match="webhooks: crm"):
        read_hooks([hook])
    (tmp_path / "none").write_text("short\n")
    with pytest.raises(StartRefused, match="less than 16"):
        read_hooks([hook])
    (tmp_path / "none").write_text("long enough to be one\n")
    assert read_hooks([hook])[0].secret == b"long enough to be one"
    assert "long enough" not in repr(read_hooks([hook]))
