"""What calls held by a bot came to: kept, counted, and read again for exports."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from centralino.content.errors import Erased
from centralino.content.store import ContentStore
from centralino.db.engine import Database
from centralino.db.outbound_tables import results
from centralino.outbound.webhooks import Outbox
from kernel.clock import Clock
from kernel.codec import message
from outbound.hooks import CALL_RESULT
from outbound.results import CallResult, ResultRow, Statistics, statistics
from voicebot.dialogue.flow import Flow, Route

ANSWERS = "answers"
"""The kind of content."""
MOST_WORDS = 100
"""Answers in people's own words that are shown at once; an export has all."""


@message("outbound.said")
@dataclass(frozen=True)
class Said:
    """What somebody answered in their own words, by question."""

    said: dict[str, str]


@dataclass(frozen=True)
class ResultBook:
    """The results of one centre's campaigns."""

    database: Database
    centre: str
    contents: ContentStore
    clock: Clock
    keep_seconds: float
    outbox: Outbox

    async def take(self, told: CallResult) -> None:
        """Keep one; told twice it is kept once. What was said about somebody erased is not kept."""
        now = self.clock.now()
        row = {
            "centre": self.centre, "attempt": told.attempt, "campaign": told.campaign,
            "recipient": told.recipient, "client": told.client, "person": told.person,
            "call": told.call, "at": now, "result": told.result, "asked": list(told.asked),
            "answers": told.answers, "said": sorted(told.said),
        }  # fmt: skip
        async with self.database.write() as connection:
            await connection.execute(self.database.insert_new(results, ("centre", "attempt")), row)
            await self.outbox.put_in(
                connection, CALL_RESULT, f"{CALL_RESULT}:{told.attempt}", told.client, _told(told)
            )
        if told.said:
            try:
                await self.contents.put(
                    told.attempt, ANSWERS, Said(told.said), client=told.client,
                    expires=now + self.keep_seconds, now=now,
                )  # fmt: skip
            except Erased:
                return

    async def rows(self, campaign: str) -> list[ResultRow]:
        """Every call's, the oldest first."""
        c = results.c
        query = (
            select(c.recipient, c.result, c.asked, c.answers, c.said)
            .where(c.centre == self.centre, c.campaign == campaign)
            .order_by(c.at)
        )
        async with self.database.read() as connection:
            found = (await connection.execute(query)).all()
        return [
            ResultRow(row.recipient, row.result, tuple(row.asked), row.answers, tuple(row.said))
            for row in found
        ]

    async def by_recipient(self, campaign: str) -> dict[str, tuple[str, dict[str, str]]]:
        """Recipient → result and every answer of the newest call, with what was said."""
        c = results.c
        query = (
            select(c.attempt, c.recipient, c.result, c.answers)
            .where(c.centre == self.centre, c.campaign == campaign)
            .order_by(c.at)
        )
        async with self.database.read() as connection:
            newest = {row.recipient: row for row in (await connection.execute(query)).all()}
        words = await self.contents.get_many(
            [row.attempt for row in newest.values()], ANSWERS, None
        )
        return {
            name: (row.result, {**row.answers, **_said(words.get(row.attempt))})
            for name, row in newest.items()
        }

    async def in_words(self, campaign: str, question: str) -> list[dict[str, Any]]:
        """What people said to a question in their own words, of the newest call of each, the newest
        first and some at most; with the call, in which it can be heard."""
        c = results.c
        query = (
            select(c.attempt, c.recipient, c.result, c.call, c.at, c.said)
            .where(c.centre == self.centre, c.campaign == campaign)
            .order_by(c.at)
        )
        async with self.database.read() as connection:
            newest = {row.recipient: row for row in (await connection.execute(query)).all()}
        rows = sorted(newest.values(), key=lambda row: -row.at)
        mine = [row for row in rows if question in row.said][:MOST_WORDS]
        words = await self.contents.get_many([row.attempt for row in mine], ANSWERS, None)
        return [
            {"said": said, "call": row.call, "at": row.at, "result": row.result}
            for row in mine
            if (said := _said(words.get(row.attempt)).get(question))
        ]

    async def forget_person(self, person: str) -> None:
        """Erase what this person answered, wherever."""
        mine = (results.c.centre == self.centre, results.c.person == person)
        query = select(results.c.attempt).where(*mine)
        async with self.database.write() as connection:
            attempts = [row.attempt for row in (await connection.execute(query)).all()]
            await connection.execute(results.delete().where(*mine))
            await self.outbox.forget_in(connection, person)
        for attempt in attempts:
            await self.contents.erase(attempt, self.clock.now())

    async def forget_old(self) -> None:
        """Erase what was answered longer ago than anything is kept."""
        c = results.c
        old = (c.centre == self.centre, c.at <= self.clock.now() - self.keep_seconds)
        async with self.database.write() as connection:
            await connection.execute(results.delete().where(*old))

    async def statistics(self, campaign: str, flow: Flow) -> Statistics:
        """The campaign's answers, counted."""
        return statistics(await self.rows(campaign), questions(flow))


def _told(told: CallResult) -> dict[str, Any]:
    """For other programs: ids and closed answers; what was said stays here."""
    return {
        "attempt": told.attempt, "campaign": told.campaign, "recipient": told.recipient,
        "person": told.person, "call": told.call, "result": told.result, "answers": told.answers,
        "asked": list(told.asked), "in_own_words": sorted(told.said),
    }  # fmt: skip


def questions(flow: Flow) -> list[tuple[str, str, str]]:
    """(name, title, kind) of everything that the bot asks, in the order of its file."""
    routes = [one.does for one in flow.intents.values() if isinstance(one.does, Route)]
    asked = dict.fromkeys(name for route in routes for name in route.ask)
    slots = [flow.slots[name] for name in asked]
    return [(slot.name, slot.title, str(slot.kind)) for slot in slots if not slot.secret]


def _said(content: object) -> dict[str, str]:
    return content.said if isinstance(content, Said) else {}


def shown(found: Statistics) -> dict[str, Any]:
    """As JSON."""
    return {**asdict(found), "completion": found.completion}
