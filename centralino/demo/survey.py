"""The scene of a survey: the house calls, a voice answers, and its answers are counted."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

from centralino.caller.party import order
from centralino.caller.script import HangUp, Quiet
from centralino.commands.call import party
from centralino.commands.campaign import ask
from centralino.demo.acting import ended
from centralino.demo.result import SceneResult
from centralino.demo.stage import Stage, recording_of

SAYS = (
    "Yes.",
    "I would say four.",
    "By email, please.",
    "I would say nine.",
    "Your people were very friendly.",
)
COUNTED = {
    "satisfaction": {"4": 1}, "channel": {"email": 1}, "recommend": {"9": 1}, "comment": {},
}  # fmt: skip
"""Question → value → how often; what was said in own words is counted as answered alone."""
PATIENCE = 180.0


async def survey(stage: Stage) -> list[SceneResult]:
    """7: a survey wholly by the bot: a scale, a choice and an open answer, counted."""
    result = SceneResult("survey", "answered", said=list(SAYS))
    config = stage.setting.config
    script = [*await stage.steps(*SAYS), Quiet(), HangUp()]
    asked = order(
        script, user="citizen", answer_after=0.5, max_seconds=PATIENCE,
        recording=str(stage.setting.recordings / "citizen.wav"),
    )  # fmt: skip
    async with party(asked) as it:
        port = (await it.until("ready"))["port"]
        drafted = await ask(config, "bot.draft", {
            "name": "Customer survey", "client": "riverton", "bot": "survey",
            "legal_class": "survey", "trunks": ["carrier"], "zone": at_noon(),
            "lines": [f"sip:citizen@127.0.0.1:{port}"],
        })  # fmt: skip
        await ask(config, "start", {"campaign": drafted["campaign"]})
        result.call = await stage.call_of("citizen")
        await it.until("ended", PATIENCE)
        await ended(stage, result.call)
    result.recording = recording_of(it)
    told = await _counted(stage, drafted["campaign"])
    _show(stage, told)
    answers = {one["name"]: one for one in told["questions"]}
    result.check("complete, and counted so", told["results"] == {"complete": 1})
    for name, counts in COUNTED.items():
        right = answers[name]["counts"] == counts and answers[name]["answered"] == 1
        result.check(f"{name} counted", right)
    return [result]


def at_noon() -> str:
    """A time zone in which it is about noon: surveys have their hours, a demonstration has none."""
    ahead = 12 - datetime.datetime.now(datetime.UTC).hour
    return f"Etc/GMT{-ahead:+d}"  # signs as POSIX has them


async def _counted(stage: Stage, campaign: str) -> dict[str, Any]:
    """The statistics, once the campaign is over."""
    config = stage.setting.config
    async with asyncio.timeout(PATIENCE):
        while True:
            view = await ask(config, "status", {"campaign": campaign})
            if view["state"] == "completed":
                return await ask(config, "statistics", {"campaign": campaign})
            await asyncio.sleep(0.2)


def _show(stage: Stage, told: dict[str, Any]) -> None:
    results = ", ".join(f"{name} {count}" for name, count in told["results"].items())
    stage.console.print(f"  statistics of {told['calls']} call: {results}", highlight=False)
    for one in told["questions"]:
        counts = ", ".join(f"{value}: {count}" for value, count in one["counts"].items())
        mean = f", mean {one['mean']:g}" if one["mean"] is not None else ""
        stage.console.print(
            f"    {one['title']}: asked {one['asked']}, answered {one['answered']}"
            f"{mean}{' (' + counts + ')' if counts else ''}", highlight=False,
        )  # fmt: skip
