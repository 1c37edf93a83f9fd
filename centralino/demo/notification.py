"""The scene of a notification: five phones are called, and each does something else."""

from __future__ import annotations

import asyncio
import contextlib
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from centralino.caller.party import Order, order
from centralino.caller.script import HangUp, Pause, Press, Quiet, Say, Step, Told
from centralino.commands.call import Running, party
from centralino.commands.campaign import ask
from centralino.demo.acting import ready
from centralino.demo.result import SceneResult
from centralino.demo.stage import CALLER_THANKS, Stage, recording_of
from centralino.demo.watch import SeenCall
from telephony.media.tones import beep

HEADLINE = "Do not drink the tap water. Boil it for one minute."
ITALIAN = "Non bevete l'acqua del rubinetto. Bollitela per un minuto."
UNDERSTOOD = "Yes, I understood."
NEEDS_HELP = "I need help, please."
GREETING = "Hello. I cannot come to the phone now. Please leave a message after the tone."
RETRY_SECONDS = 2.0
RING_SECONDS = 15.0
PATIENCE = 120.0


@dataclass(frozen=True)
class Called:
    """One of the five."""

    name: str
    expected: str
    script: tuple[Step, ...]
    answers: bool = True


async def notification(stage: Stage) -> list[SceneResult]:
    """6: a notification to five phones: voice, key, help, a mailbox, and one that is out."""
    desk = stage.desks["201"]
    called = await _five(stage)
    async with contextlib.AsyncExitStack() as stack:
        phone = await stack.enter_async_context(stage.phone("201"))
        await ready(desk)
        parties = {
            one.name: await stack.enter_async_context(party(_order(stage, one))) for one in called
        }
        campaign = await _launch(stage, [await _address(n, it) for n, it in parties.items()])
        results = await asyncio.gather(
            _understands(stage, called[0], parties), _presses(stage, called[1], parties),
            _helped(stage, called[2], parties, phone.running), _mailbox(stage, called[3], parties),
            _out_at_first(stage, called[4], parties),
        )  # fmt: skip
        view = await _settled(stage, campaign)
        results[0].check("four understood, one mailbox", _counted(view))
    return list(results)


async def _five(stage: Stage) -> list[Called]:
    say, thanks = stage.say, await stage.say(CALLER_THANKS)
    mailbox = Say(GREETING, str(await _mailbox_file(stage)))
    return [
        Called("says-so", "acknowledged", (Quiet(), await say(UNDERSTOOD), Quiet())),
        Called("presses-a-key", "acknowledged", (Quiet(), Press("1"), Quiet())),
        Called(
            "needs-help", "acknowledged",
            (Quiet(), await say(NEEDS_HELP), Told("talk"), thanks, Told("bye"), HangUp()),
        ),
        Called("mailbox", "voicemail", (mailbox, Pause(60.0))),
        Called("out-at-first", "acknowledged", (Quiet(), Press("1"), Quiet()), answers=False),
    ]  # fmt: skip


async def _mailbox_file(stage: Stage) -> Path:
    """A greeting with a beep behind it."""
    path = stage.setting.directory / "mailbox.wav"
    with wave.open(str(await stage.voices.wav(GREETING)), "rb") as file:
        said = file.readframes(file.getnframes())
    with wave.open(str(path), "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(said + bytes(8000) + beep(1000.0, 0.5))
    return path


def _order(stage: Stage, one: Called) -> Order:
    return order(
        list(one.script), user=one.name, answer_after=1.0 if one.answers else None,
        recording=str(stage.setting.recordings / f"{one.name}.wav"), max_seconds=300.0,
        calls=1 if one.answers else 2,
    )  # fmt: skip


async def _address(name: str, it: Running) -> str:
    told = await it.until("ready")
    return f"sip:{name}@127.0.0.1:{told['port']}"


async def _launch(stage: Stage, addresses: list[str]) -> str:
    config = stage.setting.config
    texts = {
        "en": {"headline": HEADLINE, "voicemail": f"Riverton: {HEADLINE}"},
        "it": {"headline": ITALIAN},
    }
    values = {
        "name": "Boil water", "client": "riverton", "texts": texts, "lines": addresses,
        "trunks": ["carrier"], "attempts": 2, "retry_after": RETRY_SECONDS,
        "ring_timeout": RING_SECONDS,
    }  # fmt: skip
    told = await ask(config, "notice.draft", values)
    said = "; ".join(told["warnings"])
    stage.console.print(
        f"  notification to {told['people']} phones, {told['message_seconds']} s, at"
        f" {told['rate']:.1f} calls/s {said}", highlight=False,
    )  # fmt: skip
    await ask(config, "notice.launch", {"campaign": told["campaign"]})
    return str(told["campaign"])


async def _over(stage: Stage, one: Called, nth: int = 1) -> SceneResult:
    """Wait until the nth answered call of this phone is over."""
    result = SceneResult(f"notification: {one.name}", one.expected)
    found = await stage.watch.until(
        f"{one.name} was reached",
        lambda: calls if len(calls := stage.watch.of(one.name)) >= nth else None,
        PATIENCE,
    )
    result.call = found[nth - 1]
    await stage.watch.until(f"the call of {one.name} ended", lambda: _ended(result), PATIENCE)
    return result


def _ended(result: SceneResult) -> Any:
    return result.call.last("ended") if result.call is not None else None


def _acknowledged_by(call: SeenCall | None) -> str:
    facts = call.facts if call is not None else []
    return next((str(f["by"]) for f in facts if f.get("notice") == "Acknowledged"), "")


async def _understands(stage: Stage, one: Called, parties: dict[str, Running]) -> SceneResult:
    result = await _over(stage, one)
    result.said = [UNDERSTOOD]
    result.check("by voice", _acknowledged_by(result.call) == "voice")
    await parties[one.name].until("ended")
    result.recording = recording_of(parties[one.name])
    return result


async def _presses(stage: Stage, one: Called, parties: dict[str, Running]) -> SceneResult:
    result = await _over(stage, one)
    result.check("by key", _acknowledged_by(result.call) == "key")
    return result


async def _helped(
    stage: Stage, one: Called, parties: dict[str, Running], agent: Running
) -> SceneResult:
    """Help reaches the agent, with the packet."""
    result = await _over(stage, one)
    desk = stage.desks["201"]
    taken = await stage.watch.until(
        "the call for help was a call of its own",
        lambda: found if len(found := stage.watch.of(one.name)) > 1 else None, PATIENCE,
    )  # fmt: skip
    call = taken[1]
    await stage.watch.until("agent and caller talk", lambda: call.last("bridged"), PATIENCE)
    seen = [view for view in desk.seen if view.get("packet")]
    packet = (seen[-1]["packet"] if seen else None) or {}
    result.handoff = packet
    result.check("ahead of the ordinary queue", call.last("queued") == "emergency")
    result.check("the packet says why", "HELP" in str(packet.get("summary", "")))
    agent.word("talk")
    parties[one.name].word("talk")
    await parties[one.name].until("said", PATIENCE)
    agent.word("bye")
    await stage.watch.until("the call for help ended", lambda: call.last("ended"), PATIENCE)
    result.check("transferred", call.last("ended") == "transferred")
    await desk.until("wrap-up", lambda: desk.state == "wrap_up")
    await desk.do("done")
    return result


async def _mailbox(stage: Stage, one: Called, parties: dict[str, Running]) -> SceneResult:
    result = await _over(stage, one)
    said = result.call.bot_said() if result.call is not None else []
    result.check("the short version after the beep", any("Riverton:" in text for text in said))
    return result


async def _out_at_first(stage: Stage, one: Called, parties: dict[str, Running]) -> SceneResult:
    """Rings in vain, and is called again."""
    it = parties[one.name]
    await it.until("offered", PATIENCE)
    await it.until("ended", PATIENCE)
    before = len(it.events)
    async with asyncio.timeout(PATIENCE):
        while not any(event["event"] == "offered" for event in it.events[before:]):
            it.changed.clear()
            await it.changed.wait()
    it.word("answer")
    result = await _over(stage, one)
    offered = sum(event["event"] == "offered" for event in it.events)
    result.check("tried again", offered == 2)
    return result


async def _settled(stage: Stage, campaign: str) -> dict[str, Any]:
    """The campaign's figures, once all five are counted."""
    view: dict[str, Any] = {}
    async with asyncio.timeout(PATIENCE):
        while not _counted(view):
            view = await ask(stage.setting.config, "status", {"campaign": campaign})
            await asyncio.sleep(0.5)
    told = ", ".join(f"{count} {bucket}" for bucket, count in view["buckets"].items())
    stage.console.print(f"  result: {told}", highlight=False)
    return view


def _counted(view: dict[str, Any]) -> bool:
    buckets = view.get("buckets", {})
    return bool(buckets.get("acknowledged") == 4 and buckets.get("voicemail") == 1)
