"""`centralino bench dialer`: a whole campaign on a running house, over real SIP and RTP.

The carrier is a process of its own on loopback. It counts INVITEs by the attempt's id in their
X-header, and those counts are held against the dialler's books: an INVITE that the books do not
know, an id that came twice, a recipient that is not final are faults, whatever the house says.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from centralino.bench.house import forget
from centralino.commands.campaign import CHUNK, ask
from centralino.config.model import Config
from centralino.config.read import read_config
from centralino.db import outbound_tables as tables
from centralino.db.engine import Database
from centralino.processes.layout import free_port
from centralino.processes.serve import Serving
from centralino.rehearsal.people import Mix

Json = dict[str, Any]

MESSAGE = (
    "This is a test of the town's warning system. Please press one to say that you understood."
)
READY_SECONDS = 15.0
FINAL = ("acknowledged", "reached", "exhausted", "suppressed", "cancelled")


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    recipients: int = 10_000
    cps: float = 20.0
    media: int = 1
    plan: int = 0
    """Recipients to import and plan besides, without calling them."""


@dataclass(frozen=True)
class Usage:
    """Processor seconds of the house's processes, by name."""

    at: float
    seconds: dict[str, float]

    @classmethod
    def now(cls, serving: Serving) -> Usage:
        """Read them from the kernel; a process with its threads, and not its children."""
        ticks, spent = os.sysconf("SC_CLK_TCK"), {}
        for post in serving.supervisor.posts:
            if post.pid is not None:
                fields = Path(f"/proc/{post.pid}/stat").read_text().rpartition(")")[2].split()
                spent[post.name] = (int(fields[11]) + int(fields[12])) / ticks
        return cls(time.monotonic(), spent)

    def since(self, before: Usage) -> dict[str, float]:
        """Cores used since then."""
        took = self.at - before.at
        return {
            name: round((spent - before.seconds.get(name, 0.0)) / took, 3)
            for name, spent in self.seconds.items()
        }


def settings(state: Path, size: Size, port: int) -> Json:
    """The house that is measured: one trunk, and as many channels as calls can be up."""
    return {
        "state_dir": str(state.resolve()),
        "sip": {"port": 0, "drain_seconds": 2.0},
        "web": {"port": 0},
        "media": {"processes": size.media},
        "speech": {"workers": 1},
        "outbound": {"channels": 240},
        "trunks": [
            {"name": "loop", "target": f"127.0.0.1:{port}", "max_cps": size.cps,
             "max_channels": 0}
        ],
        "dial_rules": [{"purposes": ["campaign"]}],
        "lines": [{"number": "1000", "client": "riverton", "keys_only": True}],
    }  # fmt: skip


@contextlib.asynccontextmanager
async def carrier(port: int, out: Path, mix: Mix) -> AsyncIterator[None]:
    """The loopback carrier in its own process; what it counted is in `out` afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "centralino.rehearsal.carrier", "--port", str(port),
        "--json", str(out), "--mix", json.dumps(asdict(mix)),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        await asyncio.wait_for(process.stdout.readline(), READY_SECONDS)
        yield
    finally:
        process.terminate()
        await process.wait()


Draft = Callable[[Config, int], Awaitable[tuple[str, float]]]
Beside = Callable[[Config, Serving, str], Awaitable[None]]
"""Gets the campaign's name, too."""


async def run_dialer(
    directory: Path, size: Size, mix: Mix, draft: Draft | None = None, start: str = "start",
    beside: Beside | None = None,
) -> Json:  # fmt: skip
    """Run it; the figures. `draft` makes another campaign than one of words, which the verb `start`
    launches; `beside` is done while it runs. Raises StartRefused, CampaignError."""
    draft = draft or DraftWords()
    state = directory / "state"
    forget(directory, state)
    port, seen = free_port("127.0.0.1"), directory / "carrier.json"
    values = settings(state, size, port)
    config = read_config(None, values)
    async with carrier(port, seen, mix), Serving(config, None, overrides=values) as serving:
        campaign, imported = await draft(config, size.recipients)
        before = Usage.now(serving)
        began = time.monotonic()
        await ask(config, start, {"campaign": campaign})
        if beside is not None:
            await beside(config, serving, campaign)
        status = await finished(config, campaign, size)
        took = time.monotonic() - began
        cores = Usage.now(serving).since(before)
        planned = await plan(config, size.plan) if size.plan else {}
    books = await read_books(config, campaign)
    counted = json.loads(seen.read_text())
    figures = {**figures_of(size, counted, books, took, cores), "import_seconds": imported,
               "states": status["states"], "buckets": status["buckets"], **planned}  # fmt: skip
    return figures


@dataclass(frozen=True)
class DraftWords:
    """Drafts a campaign of plain words with its audience."""

    legal_class: str = "emergency"
    prefix: str = "+3902"
    """Of every number."""
    zone: str = ""
    """Where everybody lives (IANA)."""

    async def __call__(self, config: Config, recipients: int) -> tuple[str, float]:
        """Its id, and the seconds of the import."""
        began = time.monotonic()
        answer = await ask(
            config, "create",
            {"name": "bench", "client": "riverton", "words": MESSAGE, "attempts": 1,
             "legal_class": self.legal_class, "ring_timeout": 15.0},
        )  # fmt: skip
        campaign = str(answer["campaign"])
        for at in range(0, recipients, CHUNK):
            lines = numbers(at, min(recipients, at + CHUNK), self.prefix)
            await ask(config, "people", {"campaign": campaign, "lines": lines, "zone": self.zone})
        return campaign, round(time.monotonic() - began, 2)


def numbers(first: int, beyond: int, prefix: str = "+3902") -> list[str]:
    """Telephone numbers, one a person."""
    return [f"{prefix}{n:08d}" for n in range(first, beyond)]


async def finished(config: Config, campaign: str, size: Size) -> Json:
    """Wait for the end; the last status."""
    limit = time.monotonic() + 3 * size.recipients / size.cps + 90
    while time.monotonic() < limit:
        status = await ask(config, "status", {"campaign": campaign})
        if status["state"] == "completed" and not status["ringing"] and not status["up"]:
            return status
        await asyncio.sleep(1.0)
    return status


async def plan(config: Config, recipients: int) -> Json:
    """Import so many more, and have their first window planned: a start and a pause at once."""
    began = time.monotonic()
    campaign, imported = await DraftWords()(config, recipients)
    await ask(config, "start", {"campaign": campaign})
    await ask(config, "pause", {"campaign": campaign})
    took = round(time.monotonic() - began, 2)
    await ask(config, "cancel", {"campaign": campaign})
    return {"planned": recipients, "plan_import_seconds": imported, "plan_seconds": took}


@dataclass(frozen=True)
class BooksSeen:
    """What the dialler's own books say."""

    attempts: frozenset[str]
    """Of every campaign."""
    outcomes: dict[str, int]
    open_recipients: int
    acknowledged: dict[str, int]
    """How it is known that they have understood → how many."""


async def read_books(config: Config, campaign: str) -> BooksSeen:
    """After the house has ended."""
    a, r = tables.attempts.c, tables.recipients.c
    async with Database(config.database_url) as database, database.read() as connection:
        ids = (await connection.execute(select(a.id))).scalars()
        attempts = frozenset(ids)
        query = select(a.outcome, func.count()).where(a.campaign == campaign).group_by(a.outcome)
        outcomes = {str(row[0]): row[1] for row in await connection.execute(query)}
        left = select(func.count()).where(r.campaign == campaign, r.state.not_in(FINAL))
        open_recipients = (await connection.execute(left)).scalar_one()
        query = (
            select(r.why, func.count())
            .where(r.campaign == campaign, r.state == "acknowledged")
            .group_by(r.why)
        )
        acknowledged = {str(row[0]): row[1] for row in await connection.execute(query)}
    return BooksSeen(attempts, outcomes, open_recipients, acknowledged)


def figures_of(size: Size, counted: Json, books: BooksSeen, took: float, cores: Json) -> Json:
    """The figures of one run. `lost`: recipients not final; `duplicates`: INVITEs beyond one an
    attempt, and those of no attempt."""
    invites: dict[str, int] = counted["invites"]
    strange = sum(times for name, times in invites.items() if name not in books.attempts)
    at = sorted(counted["at"])
    first, held = sorted(counted["first_packet"]), counted["held"]
    up = {name: used for name, used in cores.items() if not name.startswith("speech")}
    return {
        "recipients": size.recipients,
        "target_cps": size.cps,
        "seen_cps_max": most_in_a_second(at),
        "seen_cps_mean": round((len(at) - 1) / (at[-1] - at[0]), 2) if len(at) > 1 else 0.0,
        "channels_max": counted["up_most"],
        "duplicates": sum(times - 1 for times in invites.values()) + strange,
        "lost": books.open_recipients,
        "seconds": round(took, 1),
        "cpu_cores": round(sum(cores.values()), 2),
        "cpu_by_process": cores,
        "cpu_without_speech": round(sum(up.values()), 2),
        "media_processes": size.media,
        "invites": sum(invites.values()),
        "mean_hold_seconds": round(sum(held) / len(held), 2) if held else 0.0,
        "keys_per_second": round(counted["keys"] / took, 2),
        "answered_by_key": counted["keys"],
        "answered_by_voice": counted["words"],
        "acknowledged": books.acknowledged,
        "first_packet_ms": {"p50": _ms(first, 0.5), "p95": _ms(first, 0.95), "n": len(first)},
        "rtp_packets": {"sent": counted["sent"], "received": counted["received"]},
        "fates": counted["fates"],
        "outcomes": books.outcomes,
    }


def most_in_a_second(at: list[float]) -> int:
    """The most calls in any window of one second, its end open. `at` is sorted."""
    return max((bisect_left(at, start + 1.0) - n for n, start in enumerate(at)), default=0)


def _ms(ordered: list[float], share: float) -> int:
    return round(ordered[int(share * (len(ordered) - 1))] * 1000) if ordered else 0
