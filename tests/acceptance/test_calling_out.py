"""Calling out over real SIP: a notification is launched by keys, another one is rehearsed, and who
found one in a mailbox calls back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from centralino.bench.dialer import carrier
from centralino.caller.party import loud, order
from centralino.caller.script import HangUp, Pause, Press, Quiet, Step
from centralino.commands.call import Running, party
from centralino.commands.campaign import ask
from centralino.commands.contacts import import_contacts
from centralino.db.engine import Database
from centralino.demo.measure import channels
from centralino.demo.stage import Stage
from centralino.processes.layout import free_port
from centralino.rehearsal.people import Mix
from centralino.users.people import Users
from centralino.users.types import AgentSettings, NewUser, Role
from tests.acceptance.conftest import open_house

pytestmark = [pytest.mark.engine, pytest.mark.alone, pytest.mark.timeout(180)]

RESIDENT, OUT = "+390646771234", "+390646771236"
LINES = """
[[lines]]
number = "7000"
client = "riverton"
kind = "agents"

[[lines]]
number = "9100"
client = "riverton"
kind = "launch"

[[lines]]
number = "9000"
client = "riverton"
kind = "notification"
"""
LOOPBACK = """
[[trunks]]
name = "rehearsal"
target = "127.0.0.1:{port}"
rehearsal = true

[[trunks]]
name = "hills"
target = "127.0.0.1:{port}"
"""


@pytest.fixture
async def resident() -> AsyncIterator[Running]:
    """A telephone that all plain numbers lead to: it understands what it is told, by key."""
    script: list[Step] = [Quiet(0.3), Press("1"), Quiet(), Pause(30.0)]
    async with party(order(script, user=RESIDENT, answer_after=0.2, max_seconds=150.0)) as phone:
        yield phone


async def test_a_launch_by_telephone_and_a_rehearsal(tmp_path: Path, resident: Running) -> None:
    port, loop = (await resident.until("ready"))["port"], free_port("127.0.0.1")

    def edit(text: str) -> str:
        text = text.replace("127.0.0.1:9", f"127.0.0.1:{port}")
        text = text.replace('["*@127.0.0.1"]', '["*@127.0.0.1", "foreign"]')
        return f"{text}\n{LINES}\n{LOOPBACK.format(port=loop)}"

    mailboxes = Mix(busy=0, no_answer=0, voicemail=1.0, key_after=0.3, stays=30.0)
    async with (
        carrier(loop, tmp_path / "carrier.json", mailboxes),
        open_house(tmp_path / "house", edit) as stage,
    ):
        await asyncio.gather(
            keys_launch(stage, resident, tmp_path), rehearses(stage), calls_back(stage)
        )


async def rehearses(stage: Stage) -> None:
    """An exercise is called over the loopback carrier alone, where mailboxes take its calls."""
    config = stage.setting.config
    texts = {"en": {"headline": "Leave the house.", "voicemail": "Leave."}}
    drafted = await ask(config, "notice.draft", {
        "name": "Exercise", "client": "riverton", "texts": texts, "exercise": True, "attempts": 1,
        "lines": [RESIDENT, "+390646771235"],
    })  # fmt: skip
    await ask(config, "notice.launch", {"campaign": drafted["campaign"]})
    assert (await settled(config, drafted["campaign"]))["buckets"]["voicemail"] == 2


async def calls_back(stage: Stage) -> None:
    """A mailbox has the message; who hears it there calls the number, understands, and is called no
    more, though two calls more were allowed."""
    config = stage.setting.config
    drafted = await ask(config, "notice.draft", {
        "name": "Dam", "client": "riverton", "texts": {"en": {"headline": "Leave the valley now."}},
        "attempts": 3, "lines": [OUT], "trunks": ["hills"],
    })  # fmt: skip
    campaign = drafted["campaign"]
    await ask(config, "notice.launch", {"campaign": campaign})
    view = await told(config, campaign, lambda view: view["buckets"]["voicemail"] == 1)
    assert view["state"] == "running" and view["states"] == {"pending": 1}
    said = "Yes, I understood."  # once more, and by key, as people do who get no answer
    over_it = Pause(5.0)  # into the question, which is not waited for
    words = await stage.say(said)
    script: list[Step] = [over_it, words, Quiet(), words, Quiet(), Press("1"), Quiet(), HangUp()]
    async with stage.caller(OUT, script, line="9000") as caller:
        await caller.until("ended", 120)
    received, _ = channels(str(stage.setting.recordings / f"{OUT}.wav"))
    frames = (received[at : at + 320] for at in range(0, len(received), 320))
    assert sum(map(loud, frames)) > 150  # three seconds of it: it was there to be heard
    (call,) = [one for one in stage.watch.of(OUT) if one.line == "9000"]
    assert "Leave the valley now." in call.bot_said()
    view = await settled(config, campaign)
    assert view["buckets"]["acknowledged"] == 1
    why = await ask(config, "why", {"campaign": campaign, "number": OUT})
    assert [one["outcome"] for one in why["attempts"]] == ["voicemail"]
    assert "called back" in why["why"]


async def keys_launch(stage: Stage, resident: Running, folder: Path) -> None:
    """Number, PIN, the first template, all of it heard, yes: and the telephone rings."""
    config = stage.setting.config
    people = folder / "people.csv"
    people.write_text(f"name,phone,language\nAda,{RESIDENT},en\n")
    assert await import_contacts(
        config, people, "riverton", region="", groups=[], columns=[], encoding="", delimiter="",
        dry_run=False, json_file=None,
    )  # fmt: skip
    async with Database(config.database_url) as database:
        users = Users(database, config.centre)
        roles = {"riverton": (Role.SUPERVISOR, Role.AGENT)}
        settings = AgentSettings("2101")
        duty = NewUser("vera", "riverton", "Vera", "seven green bottles", roles, settings)
        await users.set_pin(await users.create(duty, time.time()), "1012")
    soon = Quiet(0.15)  # a key stops what is being said
    script: list[Step] = [
        soon, Press("2101#"), soon, Press("1012#"), soon, Press("1"), Pause(0.5), soon,
        Press("2"), Pause(0.5), soon, Press("1#"), Pause(0.5), Quiet(), HangUp(),
    ]  # fmt: skip
    async with stage.caller("vera", script, line="9100") as caller:
        await resident.until("answered", 90)
        await caller.until("ended", 60)
    board = (await ask(config, "list", {}))["campaigns"]
    (view,) = [one for one in board if one["name"] == "Boil water"]
    assert view["recipients"] == 1
    assert (await settled(config, view["id"]))["buckets"]["acknowledged"] == 1
    chain = await ask(config, "audit", {"campaign": view["id"]})
    assert chain["whole"] and "telephone 2101" in [one.get("by") for one in chain["rows"]]


async def settled(config: Any, name: str) -> dict[str, Any]:
    """The campaign's figures, once it is over."""
    return await told(config, name, lambda view: bool(view["state"] == "completed"))


async def told(
    config: Any, name: str, holds: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:  # fmt: skip
    """The campaign's figures, once this holds of them."""
    async with asyncio.timeout(60):
        while True:
            view = await ask(config, "status", {"campaign": name})
            if holds(view):
                return view
            await asyncio.sleep(0.1)
