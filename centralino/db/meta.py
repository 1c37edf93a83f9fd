"""Small facts about the installation, by key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.db.engine import Database
from centralino.db.tables import meta
from kernel.ids import Chance, new_id, random_hex


async def get_meta(connection: AsyncConnection, centre: str, key: str) -> Any:
    """The value, or None."""
    query = select(meta.c.value).where(meta.c.centre == centre, meta.c.key == key)
    return (await connection.execute(query)).scalar_one_or_none()


async def meta_like(connection: AsyncConnection, centre: str, prefix: str) -> dict[str, Any]:
    """Every value whose key begins so, by key."""
    query = select(meta.c.key, meta.c.value).where(
        meta.c.centre == centre, meta.c.key.startswith(prefix, autoescape=True)
    )
    return {row.key: row.value for row in await connection.execute(query)}


async def set_meta(
    database: Database, connection: AsyncConnection, centre: str, key: str, value: object
) -> None:
    """Add or replace a value (JSON)."""
    statement = database.upsert(meta, ("centre", "key"), {"value": text("excluded.value")})
    await connection.execute(statement, {"centre": centre, "key": key, "value": value})


async def take_meta(connection: AsyncConnection, centre: str, key: str) -> Any:
    """The value, removed: of several who take it at once, one gets it and the others None."""
    statement = delete(meta).where(meta.c.centre == centre, meta.c.key == key)
    return (await connection.execute(statement.returning(meta.c.value))).scalar_one_or_none()


async def instance(database: Database, centre: str, now: float, chance: Chance = random_hex) -> str:
    """The name of this installation, made (and dated) at the first call."""
    made = {"name": new_id("inst", chance), "made": now}
    row = {"centre": centre, "key": "instance", "value": made}
    async with database.write() as connection:
        await connection.execute(database.insert_new(meta, ("centre", "key")), row)
        return str((await get_meta(connection, centre, "instance"))["name"])
