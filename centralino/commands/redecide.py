"""`centralino replay` without a call: the ACD's day is decided again and must come out the same."""

from __future__ import annotations

import time

from rich.console import Console

from acd.replay import Checkpoint, Step, redecide
from centralino.config.model import Config
from centralino.db.engine import Database
from centralino.db.facts import FactBook


async def redecide_hours(config: Config, hours: float) -> bool:
    """Whether every step of the last hours comes out as it did; says the first that does not.

    A life is walked from its beginning, so what is decided again may begin earlier.
    """
    console = Console(highlight=False, soft_wrap=True)
    now = time.time()
    since = now - hours * 3600
    async with Database(config.database_url) as database:
        book = FactBook(database, config.centre)
        began = await book.last(Checkpoint, since)
        kept = await book.read_all((Checkpoint, Step), since if began is None else began, now + 1)
    verdict = redecide(fact for fact in kept if isinstance(fact, Checkpoint | Step))
    console.print(
        f"{verdict.lives} lives of the ACD, {verdict.steps} steps, {verdict.events} events,"
        f" {verdict.offers} offers decided again"
    )
    if verdict.adrift:
        console.print(
            f"{verdict.adrift} steps could not be: their life began before what is kept."
            " A restart of control begins a new one and costs no call.",
            style="yellow",
        )
    if (found := verdict.difference) is not None:
        console.print(
            f"step {found.number} at {found.at:.3f} is otherwise: {found.what}", style="red"
        )
        return False
    console.print("all the same" if verdict.steps else "nothing to decide again in this time")
    return verdict.steps > 0 or not verdict.adrift
