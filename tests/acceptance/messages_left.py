"""A message that a caller leaves, and who of the queue's owners learns of it: by webhook and by the
page of calls."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from centralino.caller.script import Pause, Press, Told
from centralino.commands.call import Running
from centralino.demo.desk import Desk
from centralino.demo.stage import Stage
from centralino.demo.watch import SeenCall
from tests.acceptance.conftest import in_history
from tests.waiting import until

WORDS, WORD = "There is no power in my street.", "power"
Deliveries = list[dict[str, Any]]


@contextlib.asynccontextmanager
async def owners(folder: Path) -> AsyncIterator[tuple[Deliveries, str]]:
    """A program of the owners: what it was told, and its part of the configuration file."""
    told: Deliveries = []

    async def take(request: web.Request) -> web.Response:
        told.append(await request.json())
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/hook", take)
    secret = folder / "hook.secret"
    secret.write_text("a secret of our own")
    async with TestServer(app) as server:
        yield (
            told,
            f'[[webhooks]]\nname = "owners"\nurl = "{server.make_url("/hook")}"\n'
            f'secret_file = "{secret}"\nevents = ["voicemail.left"]\n\n',
        )


async def wants_to_leave_one(stage: Stage, caller: Running, call: SeenCall) -> None:
    """A waiting caller keys so, and is in the line no more."""
    sentence = await stage.say(WORDS)
    caller.cue(Press("2"), Told("speak"), sentence, Pause(1.0), Press("#"))
    await stage.watch.until("it leaves the line", lambda: call.last("wish") == "message")


async def leaves_one(
    stage: Stage, caller: Running, call: SeenCall, owner: Desk, told: Deliveries
) -> None:
    """The caller speaks after the tone; the owners know, and read what was said."""
    await stage.watch.until("the tone", lambda: call.last("voicemail") == "recording")
    caller.word("speak")
    await caller.until("ended")
    row = await in_history(stage, call)
    assert (row.outcome, row.queue) == ("voicemail", "technical")
    await until(lambda: told)
    [delivery] = told
    assert (delivery["event"], delivery["client"]) == ("voicemail.left", "riverton")
    assert delivery["data"] == {"call": call.id, "queue": row.queue, "ended": row.ended}
    listed = await owner.get(f"/api/calls?outcome=voicemail&queue={row.queue}")
    assert [each["id"] for each in listed["calls"]] == [call.id]
    assert WORD in await _read_by(owner, call)


async def _read_by(owner: Desk, call: SeenCall) -> str:
    """What the page of a call says that its caller said, once it has that and the recording."""
    async with asyncio.timeout(20):
        while True:
            page = await owner.get(f"/api/calls/{call.id}")
            said = [line["text"] for line in page["transcript"] if line["who"] == "caller"]
            words = " ".join(text for text in said if not text.startswith("["))  # no keys
            if words and page["recording"]:
                assert page["recording"]["seconds"] > 1.0
                return words.lower()
            await asyncio.sleep(0.1)
