"""The dialler dies by kill -9 at every numbered step, again and again, with calls under way.

The media process and the carrier live on in this test (until one of them is killed, too). The
carrier counts INVITEs by the attempt's id, and is held against the books of what is left.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from centralino.db.engine import Database
from centralino.db.journal import read_journal
from centralino.db.migrate import upgrade
from centralino.outbound.books import SqlBooks
from kernel.codec import decode, encode
from kernel.core import Put
from kernel.journal import Batch
from outbound.messages import (
    AskAttempts,
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    AttemptInvited,
    AttemptRinging,
    CampaignStarted,
    MediaThere,
    MessageStarted,
    PlaceCall,
)
from outbound.placing import Placing
from outbound.ports import NewRecipient
from outbound.records import (
    AttemptRecord,
    Bucket,
    CampaignRecord,
    Guarantee,
    Outcome,
    RecipientRecord,
    RecipientState,
    RetryPolicy,
    recipient_id,
)
from outbound.records import (
    Path as Number,
)
from tests.integration.lives import Lives

PEOPLE = 15
RETRY = RetryPolicy(
    budget=2, delays={}, default_delay=0.02, fault_delay=0.02, fault_limit=0.05, unknown_guard=0.05
)


@dataclass
class Carrier:
    """A media process with a telephone network behind it: every third number is busy at first."""

    guarantee: Guarantee
    lives: int = 1
    placing: Placing = field(default_factory=Placing)
    life: str = "life-1"
    invites: Counter[str] = field(default_factory=Counter)
    by_number: Counter[str] = field(default_factory=Counter)
    news: dict[str, list[object]] = field(default_factory=dict)
    """Attempt → what is still to be told of it."""
    said: dict[int, object] = field(default_factory=dict)
    """Said, and not taken yet."""
    numbers: int = 0
    in_flight_at_deaths: int = 0
    wrong: list[str] = field(default_factory=list)
    over: set[str] = field(default_factory=set)

    def say(self, event: object) -> None:
        self.numbers += 1
        self.said[self.numbers] = event

    def obey(self, command: object, now: float) -> None:
        if isinstance(command, AskAttempts):
            self.say(self.placing.asked(command, "media-1", self.life))
        elif isinstance(command, PlaceCall) and self.placing.begin(command, 0.0) is None:
            self.invites[command.attempt] += 1
            self.by_number[command.target] += 1
            self.news[command.attempt] = self.script(command)
            self.say(self.news[command.attempt].pop(0))

    def script(self, order: PlaceCall) -> list[object]:
        attempt, nth = order.attempt, self.by_number[order.target]
        rings: list[object] = [AttemptInvited(attempt, "call-id"), AttemptRinging(attempt)]
        if int(order.target[-4:]) % 3 == 0 and nth == 1:
            return [*rings, AttemptEnded(attempt, Outcome.BUSY, 486)]
        up = [AttemptAnswered(attempt), MessageStarted(attempt), AttemptAcknowledged(attempt)]
        return [*rings, *up, AttemptEnded(attempt, Outcome.ANSWERED, 200)]

    def taken(self, number: int) -> None:
        """Life goes on when a message was taken."""
        event: Any = self.said.pop(number, None)
        left = self.news.get(getattr(event, "attempt", ""))
        if left:
            self.say(left.pop(0))
        elif left is not None:
            del self.news[event.attempt]
            self.placing.over(event.attempt)

    def die(self) -> None:
        """The media process is killed with everything in it."""
        self.in_flight_at_deaths += len(self.placing.live)
        self.lives += 1
        self.placing, self.life = Placing(), f"life-{self.lives}"
        self.news.clear()
        self.said = {
            n: event for n, event in self.said.items() if isinstance(event, CampaignStarted)
        }


class Dialler(Lives):
    """The process that brings forth one life of the dialler after the other."""

    module = "tests.integration.outbound.dialer_child"

    async def life(self, carrier: Carrier, database: Path, crash_at: str, books: Looks) -> bool:
        """One life, till it dies (False) or everybody is final (True)."""

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
            return await converse(carrier, reader, writer, books)

        return await self.live(database, crash_at, talk) or False


class Looks:
    """Whether everybody is final, by the rows."""

    def __init__(self, database: Database) -> None:
        self.books = SqlBooks(database, "house", "secret")

    async def done(self) -> bool:
        tally = (await self.books.tallies())["storm"]
        return not tally.open and not await self.books.open_attempts()


async def converse(
    carrier: Carrier, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, books: Looks
) -> bool:
    """Say what is kept, hear what is done and commanded, until the end of either."""
    sent: set[int] = set()
    while line := await reader.readline():
        answer = json.loads(line)
        if "open" in answer:
            carrier.say(MediaThere("media-1", carrier.life, 100))
        elif "command" in answer:
            carrier.obey(decode(answer["command"]), 0.0)
            write(writer, {"taken": answer["id"]})
        elif "done" in answer:
            carrier.taken(answer["done"])
        else:
            carrier.wrong.append(answer["why"])
        if carrier.wrong or (not carrier.said and await books.done()):
            return True
        for number, event in carrier.said.items():
            if number not in sent:
                sent.add(number)
                write(writer, {"n": number, "event": encode(event)})
    return False


def write(pipe: asyncio.StreamWriter, value: dict[str, Any]) -> None:
    if not pipe.is_closing():
        pipe.write(json.dumps(value).encode() + b"\n")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outbound") / "empty.db"

    async def make() -> None:
        async with Database(f"sqlite:///{path}") as database:
            await upgrade(database)

    asyncio.run(make())
    return path


async def fill(path: Path, guarantee: Guarantee) -> None:
    """A drafted campaign with its people."""
    record = CampaignRecord(
        "storm", "town", "Storm", "emergency", guarantee, 1, retry=RETRY, ring_timeout=20.0,
        max_cps=60.0,
    )  # fmt: skip
    async with Database(f"sqlite:///{path}") as database:
        books = SqlBooks(database, "house", "secret")
        made = Batch("outbound", "house", 1.0, (Put("campaigns", "storm", record),), ())
        await books.commit(made)
        people = [NewRecipient(f"p{n}", (Number(f"+39{n:06d}"),)) for n in range(PEOPLE)]
        assert await books.add(record, people) == PEOPLE


@pytest.mark.parametrize(
    ("guarantee", "steps"),
    [(Guarantee.AT_LEAST_ONCE, (1, 2, 3, 4, 5, 6)), (Guarantee.AT_MOST_ONCE, (5,))],
)
async def test_a_kill_at_any_step_loses_nobody_and_calls_nobody_twice(
    empty: Path, tmp_path: Path, guarantee: Guarantee, steps: tuple[int, ...]
) -> None:
    async with Dialler(tmp_path) as lives:
        for step in steps:
            path = tmp_path / f"house-{step}.db"
            shutil.copy(empty, path)
            await fill(path, guarantee)
            carrier = await walk(lives, step, path, guarantee, media_dies=False)
            await look_into(path, carrier)
            assert set(carrier.invites.values()) == {1}
            # The media process lived: it knows what it was told, so nothing is in doubt.
            assert sum(carrier.invites.values()) == PEOPLE + len(range(0, PEOPLE, 3))


async def test_with_the_media_process_killed_beside_it(empty: Path, tmp_path: Path) -> None:
    path = tmp_path / "house.db"
    shutil.copy(empty, path)
    await fill(path, Guarantee.AT_LEAST_ONCE)
    async with Dialler(tmp_path) as lives:
        carrier = await walk(lives, 5, path, Guarantee.AT_LEAST_ONCE, media_dies=True)
    recipients, _ = await look_into(path, carrier)
    doubled = sum(carrier.invites.values()) - PEOPLE - len(range(0, PEOPLE, 3))
    assert {one.state for one in recipients} == {RecipientState.ACKNOWLEDGED}
    assert 0 < doubled <= carrier.in_flight_at_deaths


async def test_step_after_step_nobody_is_called_in_doubt_who_is_called_once_at_most(
    empty: Path, tmp_path: Path
) -> None:
    """`bench/crash_walk.py` in small."""
    crash_walk = importlib.import_module("bench.crash_walk")
    path = tmp_path / "house.db"
    shutil.copy(empty, path)
    asked = argparse.Namespace(passages=20, seed=7)
    carrier, deaths = await crash_walk.walk(path, Guarantee.AT_MOST_ONCE, True, asked)
    assert carrier.lives > 1 and await crash_walk.judge(path, carrier, deaths)
    recipients, attempts = await look_into(path, carrier)
    unknown = {attempt.recipient for attempt in attempts if attempt.outcome is Outcome.UNKNOWN}
    assert {one.id for one in recipients if one.bucket is Bucket.UNKNOWN} <= unknown
    assert max(carrier.by_number.values()) <= 2
    assert sum(carrier.invites.values()) <= PEOPLE + len(range(0, PEOPLE, 3))


async def walk(
    lives: Dialler, step: int, path: Path, guarantee: Guarantee, *, media_dies: bool
) -> Carrier:
    """A whole campaign, with a death at several passages of one boundary."""
    carrier, deaths = Carrier(guarantee), 0
    carrier.say(CampaignStarted("storm", "ops"))
    async with Database(f"sqlite:///{path}") as database:
        looks = Looks(database)
        for passage in (3, 6, 4):
            if await lives.life(carrier, path, f"outbound:{step}:{passage}", looks):
                break
            deaths += 1
            if media_dies:
                carrier.die()
        assert deaths >= 3
        assert carrier.wrong == []
        assert await looks.done() or await lives.life(carrier, path, "", looks)
    assert carrier.wrong == []
    return carrier


async def look_into(
    path: Path, carrier: Carrier
) -> tuple[list[RecipientRecord], list[AttemptRecord]]:
    """Nobody is left in between, every INVITE has its row, and the journal has no gap."""
    async with Database(f"sqlite:///{path}") as database:
        books = SqlBooks(database, "house", "secret")
        names = [f"p{n}" for n in range(PEOPLE)]
        due = await books.named([recipient_id("storm", name) for name in names])
        attempts = [a for one in due for a in await books.attempts_of(one.recipient.id)]
        rows = await read_journal(database, "house", limit=10_000)
    recipients = [one.recipient for one in due]
    assert len(recipients) == PEOPLE and all(one.state.final for one in recipients)
    assert all(one.spent <= RETRY.budget for one in recipients)
    assert set(carrier.invites) <= {attempt.id for attempt in attempts}
    assert all(attempt.outcome is not None for attempt in attempts)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    return recipients, attempts
