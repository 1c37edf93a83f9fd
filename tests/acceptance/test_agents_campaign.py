"""A campaign with two agents whose phones stay up, over real SIP and RTP: the carrier and the
agents' telephones are processes of their own, and count what they were sent."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from centralino.bench.dialer import carrier
from centralino.commands.campaign import ask
from centralino.config.model import Config
from centralino.config.read import read_config
from centralino.demo.desk import Desk, signed_in
from centralino.processes.layout import free_port
from centralino.processes.serve import Serving
from centralino.rehearsal.people import Mix
from tests.acceptance.conftest import share_cache
from tests.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.alone, pytest.mark.timeout(120)]

PEOPLE = [f"+3902000{n:04d}" for n in range(6)]
UNLUCKY = "+39020009999"
SHOWN = [f"+3902001{n:04d}" for n in range(3)]
PICKED = "+39020020000"
AT_HOME = "0212345678"
"""Carl's telephone: a number outside, over a trunk."""
WORDS = "This is Riverton Utilities. We called you, and nobody was free to talk with you."
PASSWORD = "a-password-of-length"


def settings(directory: Path, trunk: int, phones: int) -> dict[str, Any]:
    secrets = directory / "agent.secrets"
    secrets.write_text(f"pin 471147\npassword {PASSWORD}\n")
    agents = [
        {"number": number, "name": name, "client": "riverton", "nailed_up": True,
         "queues": ["sales", "shut"], "contact": contact, "secrets_file": str(secrets)}
        for number, name, contact in (
            ("201", "Anna Bell", f"sip:201@127.0.0.1:{phones}"), ("202", "Carl Dunn", AT_HOME)
        )
    ]  # fmt: skip
    return {
        "state_dir": str((directory / "state").resolve()),
        "sip": {"port": 0, "drain_seconds": 2.0},
        "web": {"port": 0},
        "speech": {"workers": 1},
        "media": {"processes": 2},  # a leg stands in each, and calls come to both
        "queues": [
            {"id": "sales", "client": "riverton", "wrap_up": 0.0},
            {"id": "shut", "client": "riverton", "hours": "never"},
            *({"id": name, "client": "riverton"}
              for name in ("service", "billing", "technical", "emergency")),
        ],
        "hours": [{"id": "never"}],
        "agents": agents,
        "lines": [{"number": "1000", "client": "riverton", "keys_only": True}],
        "trunks": [{"name": "loop", "target": f"127.0.0.1:{trunk}", "max_cps": 20.0,
                    "rehearsal": True},
                   {"name": "telephones", "target": f"127.0.0.1:{phones}"}],
        "dial_rules": [{"purposes": ["campaign"]},
                       {"purposes": ["agent"], "targets": ["phones", "sip", "national"]}],
    }  # fmt: skip


async def campaign(config: Config, queue: str, people: list[str], mode: str = "progressive") -> str:
    """A campaign that runs."""
    values = {
        "name": "Spring", "client": "riverton", "words": WORDS, "mode": mode,
        "queue": queue, "caller_id": "+39020000", "exercise": True,
    }  # fmt: skip
    name = str((await ask(config, "create", values))["campaign"])
    await ask(config, "people", {"campaign": name, "lines": people})
    await ask(config, "start", {"campaign": name})
    return name


async def finished(config: Config, name: str) -> dict[str, Any]:
    """Nobody is pending and nothing is up."""
    while True:
        status = await ask(config, "status", {"campaign": name})
        states = status["states"]
        if not states.get("active") and not status["up"] and not status["ringing"]:
            if status["state"] == "completed" or status["abandoned"]:
                return status
        await asyncio.sleep(0.2)


def stands(desk: Desk) -> bool:
    """Whether the page says that the phone is up; before the log-in it says nothing of it."""
    agent = desk.view.get("agent", {})
    return bool(agent.get("nailed_up") and agent["reachable"])


async def shown(desk: Desk, but: str = "") -> str:
    """Whom the page shows to be called: a recipient."""

    def somebody() -> str:
        person = (desk.view.get("choose") or {}).get("person") or {}
        return person.get("recipient", "") if person.get("recipient") != but else ""

    return str(await desk.until("somebody is shown", somebody))


async def talked(desk: Desk, recipient: str) -> str:
    """The agent has this person dialled, and they talk; their number."""
    await desk.do("dial", recipient=recipient)
    await desk.until("both talk", lambda: desk.state == "talking" and desk.contact["packet"])
    number = str(desk.contact["packet"]["caller"])
    await desk.do("contact", offer=desk.contact["offer"], wish="end")
    await desk.until("the talk is over", lambda: desk.state == "ready")
    return number


async def by_hand(config: Config, anna: Desk, carl: Desk) -> set[str]:
    """Agents see, skip, put off and pick from a list; the numbers that were dialled."""
    name = await campaign(config, "sales", SHOWN, "preview")
    first, second = await shown(anna), await shown(carl)
    assert first != second
    await carl.do("skip", recipient=second)
    third = await shown(carl, but=second)
    await carl.do("skip", recipient=third, again_at=4e9)
    dialled = {await talked(anna, first)}
    status = await ask(config, "status", {"campaign": name})
    assert status["states"] == {"acknowledged": 1, "pending": 2}
    assert (status["answered"], status["abandoned"]) == (1, 0)
    audit = await ask(config, "audit", {"campaign": name})
    assert audit["whole"]
    assert {"skipped", "put off", "wanted"} <= {row["what"] for row in audit["rows"]}
    await ask(config, "cancel", {"campaign": name})
    await campaign(config, "sales", [PICKED], "manual")
    listed = await carl.until("there is a list", lambda: (carl.view["choose"] or {}).get("list"))
    return dialled | {await talked(carl, listed[0]["recipient"])}


@contextlib.asynccontextmanager
async def at_work(url: str, number: str) -> AsyncIterator[Desk]:
    """An agent signs in at the page, logs in, and takes up the phone."""
    async with signed_in(url, number, PASSWORD) as desk:
        await desk.do("log-in")
        await desk.until("the phone is up", lambda: stands(desk))
        await desk.do("ready")
        yield desk


async def test_everybody_who_answers_talks_with_an_agent_or_hears_why_not(tmp_path: Path) -> None:
    share_cache(tmp_path)
    trunk, phones = free_port("127.0.0.1"), free_port("127.0.0.1")
    values = settings(tmp_path, trunk, phones)
    config = read_config(None, values)
    called = Mix(busy=0.0, no_answer=0.0, silent=1.0, ring=0.1, stays=3.0, hums=True)
    agents = Mix(busy=0.0, no_answer=0.0, silent=1.0, ring=0.05, stays=90.0, hums=True)
    seen, heard = tmp_path / "carrier.json", tmp_path / "phones.json"
    async with (
        carrier(trunk, seen, called),
        carrier(phones, heard, agents),
        Serving(config, None, overrides=values) as house,
        at_work(house.url, "201") as anna,
        at_work(house.url, "202") as carl,
    ):
        async with asyncio.timeout(60):
            name = await campaign(config, "sales", PEOPLE)
            status = await finished(config, name)
            assert status["states"] == {"acknowledged": 6}
            assert (status["answered"], status["abandoned"]) == (6, 0)
            desk = next(desk for desk in (anna, carl) if desk.seen)
            await desk.write_notes(desk.seen[0]["call"], "", "do not call")
            status = await ask(config, "status", {"campaign": name})
            assert status["states"] == {"acknowledged": 5, "suppressed": 1}
            dropped = await campaign(config, "shut", [UNLUCKY])
            status = await finished(config, dropped)
            assert (status["answered"], status["abandoned"]) == (1, 1)
            dialled = await by_hand(config, anna, carl)
        contacts = {one["call"]: one["packet"] for desk in (anna, carl) for one in desk.seen}
        assert len(contacts) == 8
        callers = {packet["caller"] for packet in contacts.values() if packet}
        assert callers == {*PEOPLE, *dialled}
        await anna.do("log-out")
        await until(lambda: anna.state == "logged_out", 10)
        assert stands(carl)  # the leg stood through it all
    rung = json.loads(heard.read_text())
    assert rung["by_number"] == {"201": 1, AT_HOME: 1}, "each phone is rung once"
    told = json.loads(seen.read_text())
    assert sum(told["invites"].values()) == 9, "nobody who was skipped or put off is rung"
    assert {PICKED} < dialled <= {PICKED, *SHOWN}
    assert all(told["loud"][number] for number in dialled), "who was dialled by hand hears too"
    assert all(told["loud"][number] > 50 for number in PEOPLE), "agents are heard"
    assert all(count > 100 for count in rung["loud"].values()), "and hear"
    assert UNLUCKY in told["first_loud"], "who cannot be served hears why"
