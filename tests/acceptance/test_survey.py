"""A survey over real SIP: a voice of another process answers, and its answers are counted."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path
from typing import Any

import pytest

from centralino.caller.party import order
from centralino.caller.script import Quiet, Step
from centralino.commands.call import party
from centralino.commands.campaign import ask
from centralino.config.model import Config
from tests.acceptance.conftest import in_history, open_house

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]

SAYS = ("I would say four.", "Your people were very friendly.")
SHORT = {
    "flow.yml": (
        ("opens: may_i", "opens: questions"), ("    say: utter_first\n", ""),
        ("ask: [satisfaction, unhappy_with, channel, recommend, comment]",
         "ask: [satisfaction, comment]"),
    ),
    "domain.yml": (
        ("Hello, this is Riverton Utilities with a short survey about our service.", "Riverton."),
        ("How satisfied are you with us, from one, not at all, to five, very?",
         "How satisfied are you, from one to five?"),
        ("That was the last question. Thank you very much for your time. Goodbye.", "Goodbye."),
    ),
}  # fmt: skip
"""The shipped survey, cut to a scale and an open answer: a call is in real time."""


def shortened(folder: Path) -> Path:
    """A folder of bots with that survey, beside the one of the house's lines."""
    shipped = Config().bots_folder
    (folder / "quick").mkdir(parents=True)
    (folder / "utility").symlink_to(shipped / "utility")
    for file in (shipped / "survey").glob("*.yml"):
        text = file.read_text()
        for old, new in SHORT.get(file.name, ()):
            assert old in text
            text = text.replace(old, new)
        (folder / "quick" / file.name).write_text(text)
    return folder


async def test_a_survey_is_answered_by_voice(tmp_path: Path) -> None:
    bots = shortened(tmp_path / "bots")

    def edit(text: str) -> str:
        calling = '[outbound]\nbots = ["quick"]\n\n[outbound.notices]'
        return f'bots_dir = "{bots}"\n' + text.replace("[outbound.notices]", calling)

    async with open_house(tmp_path / "house", edit) as stage:
        config = stage.setting.config
        script: list[Step] = [step for said in SAYS for step in (Quiet(), await stage.say(said))]
        called = order(script, user="citizen", answer_after=0.2, max_seconds=120.0)
        async with party(called) as phone:
            port = (await phone.until("ready"))["port"]
            drafted = await ask(config, "bot.draft", {
                "name": "How we did", "client": "riverton", "bot": "quick",
                "legal_class": "informational", "trunks": ["carrier"], "zone": at_noon(),
                "lines": [f"sip:citizen@127.0.0.1:{port}"],
            })  # fmt: skip
            assert drafted["people"] == 1
            name = drafted["campaign"]
            await ask(config, "start", {"campaign": name})
            await phone.until("ended", 90)
        call = await stage.call_of("citizen")
        row = await in_history(stage, call)
        view = await settled(config, name)
        told = await ask(config, "statistics", {"campaign": name})
    assert view["buckets"]["acknowledged"] == 1
    assert call.last("result") == "complete"
    assert (row.direction, row.outcome) == ("outbound", "answered")
    answers = {one["name"]: one["counts"] for one in told["questions"] if one["counts"]}
    assert answers == {"satisfaction": {"4": 1}}
    assert told["results"] == {"complete": 1} and told["completion"] == 1.0
    comment = next(one for one in told["questions"] if one["name"] == "comment")
    assert comment["answered"] == 1


def at_noon() -> str:
    """A time zone in which it is about noon: calls have their hours, tests have none."""
    ahead = 12 - datetime.datetime.now(datetime.UTC).hour
    return f"Etc/GMT{-ahead:+d}"  # signs as POSIX has them


async def settled(config: Any, name: str) -> dict[str, Any]:
    """The campaign's figures, once it is over."""
    async with asyncio.timeout(20):
        while True:
            view = await ask(config, "status", {"campaign": name})
            if view["state"] == "completed":
                return view
            await asyncio.sleep(0.1)
