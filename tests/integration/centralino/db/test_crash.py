"""SIGKILL at every numbered step of the driver, on a real database file.

Whatever the step: what was promised is there, nothing is there by half, nothing was sent that was
not committed, and what was not confirmed is sent again.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from centralino.db.engine import Database
from centralino.db.journal import read_journal
from centralino.db.ledger import SqlLedger
from kernel.journal import Outgoing
from tests.integration.centralino.db.counting import (
    CENTRE,
    INSIDE,
    ROOM,
    Counted,
    Outside,
    RingBell,
    run,
)

TICKS = 8
ROOT = Path(__file__).parents[4]


@dataclass
class Found:
    """What a database file holds."""

    all: list[int]
    last: list[int]
    moves: list[int]
    open: dict[str, int]


async def look(folder: Path) -> Found:
    async with Database(f"sqlite:///{folder}/store.db") as database:
        ledger = SqlLedger(database, CENTRE)
        journal = await read_journal(database, CENTRE)
        assert [row.seq for row in journal] == list(range(1, len(journal) + 1))
        return Found(
            all=numbers(await ledger.records(ROOM, "all")),
            last=numbers(await ledger.records(ROOM, "counted")),
            moves=[int(row.to_state) for row in journal],
            open={one.id: bell(one) for one in await ledger.unconfirmed(ROOM)},
        )


def numbers(records: list[object]) -> list[int]:
    return [record.n for record in records if isinstance(record, Counted)]


def bell(outgoing: Outgoing) -> int:
    assert isinstance(outgoing.command, RingBell)
    return outgoing.command.n


Crash = Callable[[Path, str], int]


@pytest.fixture(scope="module")
def crash() -> Iterator[Crash]:
    """Counts in a folder, in a process that dies at this crash point; how it ended."""
    command = [sys.executable, "-m", "tests.integration.centralino.db.counting"]
    server = subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdin is not None and server.stdout is not None
    to, answers = server.stdin, server.stdout

    def ask(folder: Path, at: str) -> int:
        print(folder, TICKS, at, file=to, flush=True)
        return int(answers.readline())

    with server:
        yield ask
        to.close()  # it ends with its input


def sent(outside: Outside) -> dict[str, int]:
    pairs = (line.split() for line in outside.lines("sent"))
    return {command: int(n) for n, command in pairs}


@pytest.fixture
async def folder(new_store: Callable[[str], Any], tmp_path: Path) -> Path:
    await new_store("sqlite")
    return tmp_path


# Passage 1 is the first event of all; 5 is in the middle, with commands of before unconfirmed.
@pytest.mark.parametrize("passage", [1, 2, 5])
@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 6])
async def test_a_crash_at_any_step_loses_nothing_and_sends_nothing_early(
    folder: Path, crash: Crash, step: int, passage: int
) -> None:
    outside = Outside(folder)
    assert crash(folder, f"{ROOM}:{step}:{passage}") == -signal.SIGKILL
    found = await look(folder)
    committed = len(found.moves)
    assert committed == (passage if step >= 4 else passage - 1)
    assert found.moves == found.all == list(range(1, committed + 1))
    assert found.last == ([committed] if committed else [])
    assert set(map(int, outside.lines("promised"))) <= set(found.all)
    before = sent(outside)
    assert set(before.values()) <= set(found.all)
    assert set(found.all) - set(before.values()) <= set(found.open.values())

    lines = len(outside.lines("sent"))
    await run(folder, TICKS)
    again = [line.split()[1] for line in outside.lines("sent")[lines:]]
    assert again[: len(found.open)] == list(found.open)
    after = await look(folder)
    assert after.moves == after.all == list(range(1, TICKS + 1))
    # Each command was sent under one name only, so whoever took it twice could know.
    by_number = sorted(sent(outside).values())
    assert by_number == list(range(1, TICKS + 1))


@pytest.mark.parametrize("passage", [1, 3])
@pytest.mark.parametrize("step", [1, 2])
async def test_a_crash_inside_a_transaction_leaves_nothing_by_half(
    folder: Path, crash: Crash, step: int, passage: int
) -> None:
    assert crash(folder, f"{INSIDE}:{step}:{passage}") == -signal.SIGKILL
    found = await look(folder)
    assert found.moves == found.all == list(range(1, passage))
    assert set(sent(Outside(folder)).values()) == set(found.all)


async def test_without_a_crash_everything_is_sent_once(folder: Path) -> None:
    await run(folder, TICKS)
    assert [int(line.split()[0]) for line in Outside(folder).lines("sent")] == list(
        range(1, TICKS + 1)
    )
