"""A campaign of hundreds at pace whose dialler dies by kill -9 at one boundary after the other.

    python bench/crash_walk.py [--people 300] [--passages 60] [--seed 7]

The process, database and carrier of tests/integration/outbound/test_crash.py, with deaths until the
campaign is over: steps in turn, after a random number of passages. For both guarantees, with the
media process alive and with it killed at every third death. Exits with 1 where somebody is lost,
or called again whose call was in nobody's hands.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich.console import Console

from centralino.db.engine import Database
from centralino.db.migrate import upgrade
from outbound.messages import CampaignStarted
from outbound.records import Bucket, Guarantee
from tests.integration.outbound import test_crash as crash

STEPS = 6
MEDIA_EVERY = 3
OUT = Console(width=200)


async def walk(
    path: Path, guarantee: Guarantee, media_dies: bool, asked: argparse.Namespace
) -> tuple[crash.Carrier, int]:
    """One campaign to its end, in an empty database; the carrier, and how often control died."""
    chance = random.Random(asked.seed)
    await crash.fill(path, guarantee)
    carrier, deaths = crash.Carrier(guarantee), 0
    carrier.say(CampaignStarted("storm", "ops"))
    async with crash.Dialler(path.parent) as lives, Database(f"sqlite:///{path}") as database:
        looks = crash.Looks(database)
        while True:
            where = f"outbound:{deaths % STEPS + 1}:{chance.randint(5, asked.passages)}"
            if carrier.wrong or await lives.life(carrier, path, where, looks):
                return carrier, deaths
            deaths += 1
            if media_dies and deaths % MEDIA_EVERY == 0:
                carrier.die()


async def judge(path: Path, carrier: crash.Carrier, deaths: int) -> bool:
    """Whether nobody was lost, and nobody called again without need."""
    recipients, _ = await crash.look_into(path, carrier)
    due = crash.PEOPLE + len(range(0, crash.PEOPLE, 3))
    again = sum(carrier.invites.values()) - due
    twice = sum(carrier.invites.values()) - len(carrier.invites)
    unknown = sum(one.bucket is Bucket.UNKNOWN for one in recipients)
    OUT.print(
        f"{carrier.guarantee.value}: {crash.PEOPLE} people, control died {deaths} times, media "
        f"{carrier.lives - 1} times; INVITEs {sum(carrier.invites.values())} for {due} due, "
        f"{twice} twice under one id, in flight at deaths of media {carrier.in_flight_at_deaths}, "
        f"unknown at the end {unknown}"
    )
    return not carrier.wrong and twice == 0 and again <= carrier.in_flight_at_deaths


async def main(asked: argparse.Namespace) -> int:
    """All four; the exit code."""
    crash.PEOPLE, well = asked.people, True
    for guarantee in Guarantee:
        for media_dies in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "house.db"
                async with Database(f"sqlite:///{path}") as database:
                    await upgrade(database)
                carrier, deaths = await walk(path, guarantee, media_dies, asked)
                well &= await judge(path, carrier, deaths)
    return 0 if well else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--passages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    sys.exit(asyncio.run(main(parser.parse_args())))
