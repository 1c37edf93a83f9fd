"""The outbox of webhooks, and who empties it: a loop for each, so a dead one holds up no other.

Nothing that is logged here holds a URL: it may have a token in it.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.config.dialling import Webhook
from centralino.db.engine import Database
from centralino.db.outbound_tables import deliveries
from centralino.errors import StartRefused
from kernel.clock import Clock
from outbound.hooks import ALARM_CLEARED, ALARM_RAISED, CALL_RESULT, Done, after, signature

log = structlog.get_logger()

TIMEOUT = 10.0
"""Seconds for an answer."""
AT_ONCE = 20
"""Deliveries read at a time."""
LOOKS = 30.0
"""Seconds between looks though nothing was said to be there."""
AFTER_FAULT = 5.0
"""Seconds until a loop that met a fault of ours goes on."""
SHORTEST_SECRET = 16
ALARMS = (ALARM_RAISED, ALARM_CLEARED)


@dataclass(frozen=True)
class Hook:
    """A program that is told."""

    name: str
    url: str
    secret: bytes = field(repr=False)
    events: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()

    def wants(self, event: str, client: str) -> bool:
        """Whether it is told of this; what is the whole house's is no client's."""
        of_its = not self.clients or client in self.clients
        return of_its and (not self.events or event in self.events)


def read_hooks(hooks: Sequence[Webhook]) -> tuple[Hook, ...]:
    """The hooks with their secrets. Raises StartRefused."""
    return tuple(
        Hook(one.name, one.url, _secret(one), frozenset(one.events), frozenset(one.clients))
        for one in hooks
    )


def _secret(hook: Webhook) -> bytes:
    try:
        secret = hook.secret_file.read_bytes().strip()
    except OSError as error:
        raise StartRefused(
            f"webhooks: {hook.name}: {hook.secret_file}: {error.strerror}"
        ) from error
    if len(secret) < SHORTEST_SECRET:
        raise StartRefused(
            f"webhooks: {hook.name}: the secret has less than {SHORTEST_SECRET} characters"
        )
    return secret


class Outbox:
    """Keeps deliveries until they are taken, and carries them."""

    def __init__(
        self, database: Database, centre: str, hooks: Sequence[Hook], clock: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self._database = database
        self._centre = centre
        self._hooks = {hook.name: hook for hook in hooks}
        self._clock = clock
        self._chance = chance
        self._there = {name: asyncio.Event() for name in self._hooks}

    async def put(self, event: str, id: str, client: str, body: dict[str, Any]) -> None:
        """Keep it for everybody who wants it; twice under the same id is once."""
        if not any(hook.wants(event, client) for hook in self._hooks.values()):
            return
        async with self._database.write() as connection:
            await self.put_in(connection, event, id, client, body)

    async def put_in(
        self, connection: AsyncConnection, event: str, id: str, client: str, body: dict[str, Any]
    ) -> None:
        """The same in the transaction of what it tells."""
        now = self._clock.now()
        rows: list[dict[str, Any]] = [
            {"centre": self._centre, "id": f"{id}.{hook.name}", "hook": hook.name, "event": event,
             "client": client, "body": body, "created": now, "next_at": now, "tries": 0}
            for hook in self._hooks.values() if hook.wants(event, client)
        ]  # fmt: skip
        if rows:
            insert = self._database.insert_new(deliveries, ("centre", "id"))
            await connection.execute(insert, rows)
            self._database.once_committed(self._wake)

    def _wake(self) -> None:
        for there in self._there.values():
            there.set()

    async def forget_in(self, connection: AsyncConnection, person: str) -> None:
        """Nobody is told any more what somebody answered."""
        c = deliveries.c
        theirs = (c.event == CALL_RESULT, c.body["person"].as_string() == person)
        await connection.execute(deliveries.delete().where(c.centre == self._centre, *theirs))

    async def run(self) -> None:
        """Carry what is there, until cancelled."""
        await self._drop_others()
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
            for hook in self._hooks.values():
                group.create_task(self._serve(session, hook), name=f"webhook {hook.name}")

    async def _drop_others(self) -> None:
        """What is kept for a hook that is configured no more is nobody's."""
        c = deliveries.c
        query = deliveries.delete().where(c.centre == self._centre, c.hook.not_in(self._hooks))
        try:
            async with self._database.write() as connection:
                dropped = (await connection.execute(query)).rowcount
        except SQLAlchemyError:
            log.exception("webhook.fault")
            return
        if dropped:
            log.error("webhook.lost", count=dropped, why="their hooks are configured no more")

    async def _serve(self, session: aiohttp.ClientSession, hook: Hook) -> None:
        while True:
            self._there[hook.name].clear()
            try:
                await self._carry_all(session, hook)
                await self._wait(hook)
            except Exception:  # whatever it is, nobody's call is to end by it
                log.exception("webhook.fault", hook=hook.name)
                await asyncio.sleep(AFTER_FAULT)

    async def _carry_all(self, session: aiohttp.ClientSession, hook: Hook) -> None:
        while due := await self._due(hook):
            async with asyncio.TaskGroup() as group:
                for row in due:
                    group.create_task(self._carry(session, hook, row))

    async def _due(self, hook: Hook) -> list[Any]:
        """Alarms first, however much waits before them."""
        c = deliveries.c
        query = (
            select(deliveries)
            .where(*self._of(hook), c.next_at <= self._clock.now())
            .order_by(case((c.event.in_(ALARMS), 0), else_=1), c.next_at, c.id)
            .limit(AT_ONCE)
        )
        async with self._database.read() as connection:
            return list((await connection.execute(query)).all())

    def _of(self, hook: Hook) -> tuple[ColumnElement[bool], ...]:
        return (deliveries.c.centre == self._centre, deliveries.c.hook == hook.name)

    async def _wait(self, hook: Hook) -> None:
        """Until something new is there, or the next try is due."""
        query = select(func.min(deliveries.c.next_at)).where(*self._of(hook))
        async with self._database.read() as connection:
            due = (await connection.execute(query)).scalar_one_or_none()
        seconds = LOOKS if due is None else min(LOOKS, due - self._clock.now())
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self._there[hook.name].wait()
            except TimeoutError:
                return

    async def _carry(self, session: aiohttp.ClientSession, hook: Hook, row: Any) -> None:
        status = await self._post(session, hook, row)
        now = self._clock.now()
        follows = after(status, row.tries + 1, row.created, now, self._chance())
        mine = (deliveries.c.centre == self._centre, deliveries.c.id == row.id)
        async with self._database.write() as connection:
            if isinstance(follows, Done):
                await connection.execute(deliveries.delete().where(*mine))
            else:
                again = {"tries": row.tries + 1, "next_at": follows.at}
                await connection.execute(update(deliveries).where(*mine).values(again))
        if isinstance(follows, Done) and follows.lost:
            log.error("webhook.lost", hook=row.hook, id=row.id, why=follows.lost)

    async def _post(self, session: aiohttp.ClientSession, hook: Hook, row: Any) -> int:
        """The status of the answer; 0 where there was none. A redirect is no 2xx: not followed."""
        at = int(self._clock.now())
        told = {"id": row.id, "event": row.event, "client": row.client, "centre": self._centre,
                "created": row.created, "data": row.body}  # fmt: skip
        body = json.dumps(told, sort_keys=True).encode()
        headers = {
            "Content-Type": "application/json", "X-Centralino-Event": row.event,
            "X-Centralino-Delivery": row.id, "X-Centralino-Timestamp": str(at),
            "X-Centralino-Signature": signature(hook.secret, at, body),
        }  # fmt: skip
        try:
            async with session.post(
                hook.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status
        except Exception as error:  # a host that is no name raises UnicodeError, and so on
            log.warning("webhook.not_taken", hook=hook.name, id=row.id, error=type(error).__name__)
            return 0
