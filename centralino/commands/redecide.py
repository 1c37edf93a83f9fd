"""`centralino replay` without a call: the ACD's day is decided again and must come out the same."""

from __future__ import annotations

import time

from rich.console import Console

from acd.replay import Checkpoint, Step, Verdict, decide_again, lives
from centralino.config.model import Config
from centralino.db.engine import Database
from centralino.db.facts import FactBook


async def redecide(config: Config, hours: float) -> bool:
    """Whether every step of the last hours comes out as it did; says the first that does not.

    A day is walked from the beginning of the first life within it: earlier steps have none.
    """
    console = Console(highlight=False, soft_wrap=True)
    now = time.time()
    async with Database(config.database_url) as database:
        kept = await FactBook(database, config.centre).read_all(
            (Checkpoint, Step), now - hours * 3600, now + 1
        )
    verdict = Verdict()
    for checkpoint, steps in lives(f for f in kept if isinstance(f, Checkpoint | Step)):
        decide_again(checkpoint, steps, verdict)
        if verdict.difference is not None:
            break
    console.print(
        f"{verdict.lives} lives of the ACD, {verdict.steps} steps, {verdict.events} events,"
        f" {verdict.offers} offers decided again"
    )
    if verdict.difference is None:
        console.print("all the same" if verdict.steps else "nothing to decide again in this time")
        return True
    found = verdict.difference
    console.print(f"step {found.number} at {found.at:.3f} is otherwise: {found.what}", style="red")
    return False
