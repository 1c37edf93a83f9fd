"""Packet tokens: one suite for those in memory and those in either database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from centralino.db.engine import Database
from centralino.db.packet_tokens import SqlPacketTokens
from centralino.web.ports import PacketAddress, PacketTokens
from centralino.web.tokens import MemoryPacketTokens
from tests.integration.centralino.db.conftest import NewStore

NOW = 1_700_000_000.0
LIFE = 60.0


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def tokens(
    request: pytest.FixtureRequest, new_store: NewStore
) -> AsyncIterator[PacketTokens]:
    if request.param == "memory":
        yield MemoryPacketTokens(life=LIFE)
        return
    async with Database(await new_store(request.param)) as database:
        yield SqlPacketTokens(database, "north", LIFE)


async def test_a_token_has_128_bits_and_is_good_until_it_expires(tokens: PacketTokens) -> None:
    token, other = [await tokens.issue("call-1", "river", NOW) for _ in range(2)]
    assert len(bytes.fromhex(token)) == 16 and token != other
    assert await tokens.resolve(token, NOW + LIFE - 0.1) == PacketAddress("call-1", "river")
    assert await tokens.resolve("0" * 32, NOW) is None
    assert await tokens.resolve("\ud800", NOW) is None
    assert await tokens.resolve(token, NOW + LIFE) is None


async def test_revoking_ends_the_tokens_of_one_call(tokens: PacketTokens) -> None:
    first, again = [await tokens.issue("call-1", "river", NOW) for _ in range(2)]
    other = await tokens.issue("call-2", "river", NOW)
    await tokens.revoke("call-1")
    assert await tokens.resolve(first, NOW) is None
    assert await tokens.resolve(again, NOW) is None
    assert await tokens.resolve(other, NOW) == PacketAddress("call-2", "river")
    await tokens.revoke("call-1")


async def test_tokens_outlive_the_process_and_are_the_centres_own(database: Database) -> None:
    token = await SqlPacketTokens(database, "north", LIFE).issue("call-1", "river", NOW)
    later = SqlPacketTokens(database, "north", LIFE)
    assert await later.resolve(token, NOW + 1) == PacketAddress("call-1", "river")
    assert await SqlPacketTokens(database, "south", LIFE).resolve(token, NOW) is None
    await SqlPacketTokens(database, "south", LIFE).revoke("call-1")
    assert await later.resolve(token, NOW + 1) is not None


async def test_what_expired_is_forgotten_with_the_next_one(database: Database) -> None:
    tokens = SqlPacketTokens(database, "north", LIFE)
    old = await tokens.issue("call-1", "river", NOW)
    await tokens.issue("call-2", "river", NOW + LIFE)
    assert await tokens.resolve(old, NOW) is None
