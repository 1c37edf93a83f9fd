"""A caller is sent to another house with a token; what that house does not take, ours does."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from centralino.caller.party import Order, order
from centralino.caller.script import HangUp, Pause, Press, Step, Told
from centralino.commands.call import Running, party
from centralino.config.model import Config
from centralino.demo.acting import ended, queued
from centralino.demo.stage import Stage
from centralino.demo.watch import SeenCall
from telephony.drivers.addresses import parse_uri
from tests.acceptance.conftest import in_history, open_house
from tests.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]

KEY = "the-water-company-s-own-key"
BOTS = Config().bots_folder
PERSON: list[Step] = [Pause(1.0), Press("0"), Told("bye"), HangUp()]
"""Asks for a person by key, on the line of keys; the bot below sends that to the other house."""


@dataclass
class OtherHouse:
    """A telephone that is not ours."""

    phone: Running

    @property
    def port(self) -> int:
        ready = self.phone.seen("ready")
        assert ready is not None
        return int(ready["port"])

    async def offered(self) -> dict[str, Any]:
        """The INVITE that came."""
        return await self.phone.until("offered", 40)


@contextlib.asynccontextmanager
async def other_house() -> AsyncIterator[OtherHouse]:
    """It answers when it is told to."""
    asked = Order(user="desk", answer_after=None, calls=9, script=order([Told("bye")]).script)
    async with party(asked) as phone:
        await phone.until("ready")
        yield OtherHouse(phone)
        phone.process.send_signal(signal.SIGINT)


def bot_that_refers(folder: Path, target: str) -> None:
    """The demonstration's bot, but who wants a person goes to the water company."""
    shutil.copytree(BOTS / "utility", folder / "utility")
    flow = folder / "utility" / "flow.yml"
    text = flow.read_text()
    flow.write_text(
        text.replace("universal: person\n    route: service\n",
                     "universal: person\n    route: service\n    refer: water\n")
        + f'houses: {{water: {{title: the water company, refer: "{target}",'
        " failed: utter_not_answered}}\n"
    )  # fmt: skip


@contextlib.asynccontextmanager
async def house_beside(other: OtherHouse, folder: Path) -> AsyncIterator[Stage]:
    """Our house, which may send calls to the other one."""
    folder.mkdir(parents=True)
    bot_that_refers(folder / "bots", f"sip:desk@127.0.0.1:{other.port}")
    keys = folder / "keys"
    keys.write_text(f"water {KEY}\n")

    def edit(text: str) -> str:
        text = text.replace("[sip]\n", "[sip]\nrefer_seconds = 3.0\n", 1)
        text = text.replace("[web]\n", f'[web]\napi_keys_file = "{keys}"\n', 1)
        rules = '[[dial_rules]]\npurposes = ["refer"]\ntargets = ["desk@127.0.0.1"]\n'
        return f'bots_dir = "{folder / "bots"}"\n{text}\n{rules}'

    async with open_house(folder / "house", edit) as stage:
        yield stage


@contextlib.asynccontextmanager
async def caller(stage: Stage, name: str, follows: bool = True) -> AsyncIterator[Running]:
    """A caller on the line of keys, whose telephone does what a REFER says, or does not."""
    target = f"sip:1001@{stage.house.layout.edge}"
    # No outbound proxy: what the telephone is sent to, it calls by itself.
    asked = order(PERSON, target=target, user=name, follows=follows)
    async with party(asked) as running:
        yield running


def token_of(it: Running) -> str:
    """The token in the REFER that came to the caller's telephone.

    The stack that plays it leaves URI headers out of its INVITE, so the other house does not see it
    here; RFC 3261 §19.1.5 wants them there.
    """
    refer = it.seen("refer")
    assert refer is not None
    uri = parse_uri(refer["target"])
    assert uri is not None
    token, _, encoding = uri.headers["user-to-user"].partition(";")
    assert encoding == "encoding=hex"
    return token


async def fetch(stage: Stage, token: str, method: str = "GET", key: str = KEY) -> tuple[int, Any]:
    """The packet, as the other house gets it."""
    async with aiohttp.ClientSession(stage.house.url) as http:
        url, headers = f"/api/packets/{token}", {"X-API-Key": key}
        async with http.request(method, url, headers=headers) as response:
            return response.status, await response.json() if response.status != 204 else None


async def taken(stage: Stage, other: OtherHouse) -> None:
    """The other house answers: the caller is theirs, and they know why."""
    async with caller(stage, "mary") as it:
        call = await stage.call_of("mary")
        await other.offered()
        other.phone.word("answer")
        await ended(stage, call)
        await it.until("ended")
    assert (call.last("ended"), call.last("queued")) == ("transferred", None)
    row = await in_history(stage, call)
    assert (row.outcome, row.agent) == ("transferred", None)
    await the_packet_is_theirs(stage, call, token_of(it))


async def the_packet_is_theirs(stage: Stage, call: SeenCall, token: str) -> None:
    """With the key alone, with the token alone; also after control was killed; until given back."""
    assert len(token) == 32
    assert (await fetch(stage, token, key="x" * 20))[0] == 401
    assert (await fetch(stage, "0" * 32))[0] == 404
    post = stage.house.post("control")
    starts, pid = post.starts, post.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: post.starts > starts, 60)
    status, packet = await fetch(stage, token)
    assert (status, packet["body"]["call"]) == (200, call.id)
    assert packet["body"]["transcript"]
    assert (await fetch(stage, token, "DELETE"))[0] == 204
    assert (await fetch(stage, token))[0] == 404


async def not_taken(stage: Stage, name: str, follows: bool, why: str) -> str:
    """The caller is told, and waits in our queue; the token of the try."""
    async with caller(stage, name, follows) as it:
        call = await stage.call_of(name)
        await queued(stage, call)
        assert it.seen("ended") is None
        it.word("bye")
        await ended(stage, call)
    said = call.bot_said()
    failed = next(n for n, text in enumerate(said) if "did not answer" in text)
    assert any("water company" in text for text in said[:failed])
    assert any("customer service" in text for text in said[failed:])
    assert (call.last("not_taken"), call.last("ended")) == (why, "abandoned")
    assert call.last("queued") == "service"
    return token_of(it)


async def test_another_house_takes_a_call_or_does_not(tmp_path: Path) -> None:
    async with other_house() as other, house_beside(other, tmp_path / "x") as stage:
        await taken(stage, other)
        refused = await not_taken(stage, "refuser", follows=False, why="refused")
        silent = await not_taken(stage, "patient", follows=True, why="no_answer")
        for token in (refused, silent):
            assert (await fetch(stage, token))[0] == 404, "it went with its try"
