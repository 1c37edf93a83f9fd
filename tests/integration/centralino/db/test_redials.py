"""What callers left open, in a real store: kept shortly, sealed, for that caller alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from centralino import messages as house
from centralino.contacts.digests import Digests
from centralino.content.store import ContentStore
from centralino.control.redials import Redials
from centralino.db.engine import Database
from centralino.db.tables import content_keys, contents
from kernel.clock import ManualClock
from kernel.packet import PacketSlot
from voicebot.dialogue.state import Earlier

EARLIER = Earlier("bill", (PacketSlot("name", "Rosalind Franklin", 0.9, True, "speech"),))
KEEP = 900.0


@dataclass
class Told:
    """What control sends to media processes."""

    sent: list[tuple[str, Any]] = field(default_factory=list)

    async def send(self, to: str, value: object, **more: object) -> None:
        """Take it down."""
        self.sent.append((to, value))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def redials(database: Database, clock: ManualClock) -> Redials:
    return Redials(ContentStore(database, "north"), Told(), clock, Digests("secret"), KEEP)  # type: ignore[arg-type]


async def known(redials: Redials, client: str = "water", caller: str = "+390123") -> Earlier | None:
    await redials.asked(house.CallerAsked("call-2", client, caller, "media-1"))
    to, answer = redials.bus.sent[-1]  # type: ignore[attr-defined]
    assert (to, answer.call) == ("media-1", "call-2")
    earlier: Earlier | None = answer.earlier
    return earlier


async def test_the_same_caller_is_known_for_a_while(redials: Redials, clock: ManualClock) -> None:
    await redials.left_open(house.LeftOpen("call-1", "water", "+390123", EARLIER))
    assert await known(redials) == EARLIER
    assert await known(redials, caller="+390124") is None
    assert await known(redials, client="gas") is None
    clock.advance(KEEP - 1)
    assert await known(redials) == EARLIER
    clock.advance(2 * KEEP)
    assert await known(redials) is None


async def test_what_was_finished_is_not_gone_on_with(redials: Redials) -> None:
    await redials.left_open(house.LeftOpen("call-1", "water", "+390123", EARLIER))
    await redials.left_open(house.LeftOpen("call-2", "water", "+390123", None))
    assert await known(redials) is None


async def test_it_is_erased_and_may_be_kept_again(
    redials: Redials, clock: ManualClock, database: Database
) -> None:
    for _ in range(2):
        await redials.left_open(house.LeftOpen("call-1", "water", "+390123", EARLIER))
        clock.advance(3 * KEEP)
        await redials.contents.expire(clock.now())
        assert await known(redials) is None
    async with database.read() as connection:
        assert (await connection.execute(select(contents))).all() == []
        keys = (await connection.execute(select(content_keys))).all()
    assert [row.key for row in keys] == [None, None]
    assert not [row for row in keys if "390123" in row.subject]
