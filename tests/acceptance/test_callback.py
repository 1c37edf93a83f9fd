"""A caller whom nobody can take is called back: the agent knows who it is before."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from centralino.caller.party import order
from centralino.caller.script import HangUp, Pause, Press
from centralino.commands.call import Running, party
from centralino.db.engine import Database
from centralino.demo.acting import not_ready, ready
from centralino.demo.measure import channels
from centralino.demo.stage import Stage, recording_of
from centralino.demo.watch import SeenCall
from centralino.users.people import Users
from centralino.users.types import Role
from telephony.media.activity import loud_frames
from tests.acceptance.conftest import history, in_history, open_house
from tests.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]

RULE = '[[dial_rules]]\npurposes = ["callback"]\ntargets = ["phones"]\n\n'
CALLER = "202"
"""A telephone that is registered here stands for one of the public network."""


def with_callbacks(text: str) -> str:
    """Nobody waits for service where no agent is at work, and is asked about a callback instead;
    who calls on line 1000 may be dialled."""
    head = 'id = "service"\n'
    text = text.replace(head, f'{head}callback = {{ first = "agent" }}\nno_agent_wait = 0\n')
    return text.replace("[[dial_rules]]", RULE + "[[dial_rules]]", 1)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_house(tmp_path, with_callbacks) as opened:
        yield opened


async def make_supervisor(stage: Stage, number: str) -> None:
    """An agent who may see queues and figures."""
    config = stage.setting.config
    async with Database(config.database_url) as database:
        users = Users(database, config.centre)
        user = next(user for user in await users.list() if user.name == number)
        await users.grant(user.id, "riverton", Role.SUPERVISOR)


@contextlib.asynccontextmanager
async def telephone(stage: Stage) -> AsyncIterator[Running]:
    """The caller's: it calls, and afterwards waits to be called."""
    edge = stage.house.layout.edge
    asked = order(
        [], target=f"sip:1000@{edge}", user=CALLER, edge=edge, calls=2, calls_once=True,
        password=stage.setting.agents[CALLER].sip,
        recording=str(stage.setting.recordings / "caller.wav"),
    )  # fmt: skip
    async with party(asked) as running:
        yield running


async def hears(stage: Stage, call: SeenCall, words: str) -> None:
    """Wait until the bot has said something."""
    await stage.watch.until(
        f"the bot said {words!r}", lambda: any(words in said for said in call.bot_said()), 40
    )


async def asks(stage: Stage, caller: Running) -> SeenCall:
    """The caller asks for a person and wants to be called back when one is there, by keys."""
    call = await stage.call_of(CALLER)
    await caller.until("answered")
    caller.cue(Pause(0.5), Press("0"))
    await stage.watch.until("it waits", lambda: call.last("queued") == "service", 30)
    await hears(stage, call, "call you back when somebody is free")
    caller.cue(Press("1"))
    await hears(stage, call, "call you back on 2 0 2")
    caller.cue(Press("1"))
    await hears(stage, call, "We will call you back")
    caller.cue(HangUp())
    await caller.until("ended")
    return call


async def test_the_agent_knows_before_the_callers_telephone_rings(stage: Stage) -> None:
    desk = stage.desks["201"]
    await make_supervisor(stage, "201")
    await not_ready(desk)
    async with telephone(stage) as caller, stage.phone("201") as phone:
        first = await asks(stage, caller)
        assert (await in_history(stage, first)).outcome == "callback"
        board = await desk.get("/api/queues")
        assert next(q for q in board["queues"] if q["queue"] == "service")["callbacks"] == 1
        await ready(desk)
        await desk.until("whom to call back", lambda: desk.contact.get("queue") == "service")
        assert not caller.seen("offered"), "the caller's telephone rings after the agent's"
        second = await stage.call_of(CALLER, 2)
        assert desk.contact["call"] == second.id != first.id
        await stage.watch.until("both talk", lambda: second.last("bridged"), 30)
        phone.running.word("talk")
        await phone.running.until("said")
        phone.running.word("bye")
        await until(lambda: len([e for e in caller.events if e["event"] == "ended"]) == 2, 20)
    row = await in_history(stage, second)
    assert (row.outcome, row.direction) == ("transferred", "outbound")
    assert len(await history(stage)) == 2
    heard, _ = channels(recording_of(caller))
    assert sum(loud_frames(heard)) > 50, "the agent's sentence"
    figures = await desk.get("/api/figures")
    assert figures["callbacks"]["became"] == {"answered": 1}
    assert figures["problems"] == []
