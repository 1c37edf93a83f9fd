"""The scenes of the demonstration. Each plays real calls and says what had to happen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from centralino.caller.script import HangUp, Pause, Press, Quiet, Say, Step, Told
from centralino.commands.call import Running
from centralino.demo import measure
from centralino.demo.acting import bridged, ended, not_ready, queued, ready, talk_and_leave
from centralino.demo.desk import Desk
from centralino.demo.notification import notification
from centralino.demo.result import SceneResult
from centralino.demo.stage import (
    AGENT_SAYS,
    CALLER_THANKS,
    Phone,
    Stage,
    click_file,
    recording_of,
)
from centralino.demo.survey import survey
from telephony.media.activity import loud_frames

Scene = Callable[[Stage], Awaitable[list[SceneResult]]]

OPENING = "What are your opening hours on Saturday?"
SUNDAY = "And what about Sunday?"
GOODBYE = "That's all, thank you, goodbye."
BILL = "My bill is twice what it was last month."
NAME = "My name is John Smith."
ACCOUNT = "77421903"
SETTLED = 4.0
"""Seconds after which jitter buffers have found their depth: from then on a bridge is measured."""
CLICKS_TAKE = 3.0
GAS = "I smell gas in my kitchen."
PERSON = "Let me talk to a person."


async def question(stage: Stage) -> list[SceneResult]:
    """1: two questions answered aloud, goodbye."""
    result = SceneResult("question", "answered", said=[OPENING, SUNDAY, GOODBYE])
    async with stage.caller("asker", await stage.steps(*result.said, Quiet(), HangUp())) as it:
        result.call = await stage.call_of("asker")
        await it.until("ended", 60)
        await ended(stage, result.call)
    _measured(result, it, turns=3)
    said = " ".join(result.call.bot_said())
    result.check("both days answered", "Saturday" in said and "Sunday" in said)
    result.check("every sentence answered", len(result.latencies) == 3)
    return [result]


async def hand_over(stage: Stage) -> list[SceneResult]:
    """2: a bill that is too high: asked, confirmed, whispered, bridged."""
    result = SceneResult("hand-over", "transferred", said=[BILL, NAME, "Yes, that is right."])
    clicks = Say("clicks", str(click_file(stage.setting.directory)))
    script = await stage.steps(
        BILL, NAME, f"#{ACCOUNT}#", "Yes, that is right.",
        Told("bridged"), clicks, Told("talk"), await stage.say(CALLER_THANKS), Told("bye"),
    )  # fmt: skip
    desk = stage.desks["201"]
    async with stage.phone("201", answers="told") as phone:
        await ready(desk)
        async with stage.caller("bill-payer", script) as it:
            result.call = await stage.call_of("bill-payer")
            call = result.call.id
            ringing = await desk.until("it rings", lambda: _ringing(desk, call), 60)
            result.handoff = ringing.get("packet")
            await phone.running.until("offered")  # the page may know before the phone does
            phone.running.word("answer")
            await bridged(stage, result.call)
            await asyncio.sleep(SETTLED)
            it.word("bridged")
            await asyncio.sleep(CLICKS_TAKE)
            await talk_and_leave(stage, result.call, desk, it, phone)
    _measured(result, it, turns=3)
    _check_packet(result, intent="bill_too_high", name="John Smith", account=ACCOUNT)
    _check_conversation(result, it, phone)
    result.handoff = {**(result.handoff or {}), "one_way_ms": _clicks(it, phone)}
    return [result]


async def waiting(stage: Stage) -> list[SceneResult]:
    """3: nobody ready: music, position; an emergency goes first; then the one who waited."""
    first = SceneResult("waiting", "transferred", said=[PERSON])
    gas = SceneResult("emergency first", "transferred", said=[GAS])
    desk = stage.desks["201"]
    await not_ready(desk)
    async with stage.phone("201", calls=2) as phone:
        async with stage.caller("waiter", await _waiter(stage, PERSON)) as waiter:
            first.call = await stage.call_of("waiter")
            await queued(stage, first.call)
            await stage.watch.until(
                "the position was announced", lambda: _heard_position(first), 30
            )
            async with stage.caller("gas-smeller", await _waiter(stage, GAS)) as smeller:
                gas.call = await stage.call_of("gas-smeller")
                await queued(stage, gas.call)
                await desk.until("both wait", lambda: _waiting_at(desk) == 2)
                await ready(desk)
                await bridged(stage, gas.call)
                gas.check("the emergency was first", first.call.last("bridged") is None)
                await talk_and_leave(stage, gas.call, desk, smeller, phone)
            await bridged(stage, first.call)
            await talk_and_leave(stage, first.call, desk, waiter, phone)
    _measured(first, waiter, turns=1)
    _measured(gas, smeller, turns=1)
    first.check("position announced", _heard_position(first))
    first.check("music while waiting", _music_seconds(waiter) > 3)
    return [first, gas]


async def no_answer(stage: Stage) -> list[SceneResult]:
    """4: an agent who logged in by keys does not answer; the next one gets the call."""
    result = SceneResult("agent does not answer", "transferred")
    report = "There is no power in my street."
    address = "Twelve Garden Lane."
    result.said = [report, address]
    desk, other = stage.desks["201"], stage.desks["202"]
    await not_ready(desk)
    script = await stage.steps(
        report, address, Quiet(), Told("somebody is there"), await stage.say("Yes."),
        Told("talk"), await stage.say(CALLER_THANKS), Told("bye"),
    )  # fmt: skip
    # Two calls: a phone that left with the first would say so beside its missed call, in any order.
    async with stage.phone("202", calls=2, answers="never"), stage.phone("201") as phone:
        async with stage.caller("in-the-dark", script) as it:
            result.call = await stage.call_of("in-the-dark")
            result.check("logged in by keys", await _log_in_by_keys(stage, other))
            it.word("somebody is there")
            await stage.watch.until(
                "the first agent rang", lambda: result.call and result.call.last("ringing"), 60
            )
            await ready(desk)
            await bridged(stage, result.call)
            # Its page is told by a socket of its own, which may come later than the bridge.
            await other.until("the first agent is not ready", lambda: other.state == "not_ready")
            await talk_and_leave(stage, result.call, desk, it, phone)
    result.check("told as no answer", result.call.last("failed") == "no_answer")
    _measured(result, it, turns=2)
    return [result]


async def person_at_once(stage: Stage) -> list[SceneResult]:
    """5a: a person asked for as the first words."""
    result = SceneResult("a person at once", "transferred", said=[PERSON])
    desk = stage.desks["201"]
    async with stage.phone("201") as phone:
        await ready(desk)
        async with stage.caller("impatient", await _waiter(stage, PERSON)) as it:
            result.call = await stage.call_of("impatient")
            await bridged(stage, result.call)
            await talk_and_leave(stage, result.call, desk, it, phone)
    _measured(result, it, turns=1)
    answered = result.call.reports("TurnAnswered")
    result.check("honoured at the first turn", len(answered) <= 1)
    return [result]


async def silent(stage: Stage) -> list[SceneResult]:
    """5b: a caller who says nothing at all."""
    result = SceneResult("silent caller", "abandoned")
    async with stage.caller("nobody", [Told("bye"), HangUp()]) as it:
        result.call = await stage.call_of("nobody")
        await queued(stage, result.call, seconds=90)
        it.word("bye")
        await it.until("ended")
        await ended(stage, result.call)
    result.recording = recording_of(it)
    result.check("asked again, then a person", len(result.call.bot_said()) >= 3)
    return [result]


async def keys_only(stage: Stage) -> list[SceneResult]:
    """5c: a line that is keys only."""
    result = SceneResult("keys only", "answered")
    script: list[Step] = [Quiet(), Press("4"), Quiet(), Pause(0.5), HangUp()]
    async with stage.caller("keyer", script, line="1001") as it:
        result.call = await stage.call_of("keyer")
        await it.until("ended", 90)
        await ended(stage, result.call)
    result.recording = recording_of(it)
    result.check("nothing was recognised", not result.call.reports("TurnHeard"))
    result.check("a menu was read", any("press" in t.lower() for t in result.call.bot_said()))
    result.check("keys were taken", len(result.call.reports("KeysPressed")) >= 1)
    return [result]


async def without_agents(stage: Stage) -> list[SceneResult]:
    """1, 5, 7: at once, questions answered aloud, questions asked, silence, and a line of keys."""
    scenes = asyncio.gather(question(stage), survey(stage), silent(stage), keys_only(stage))
    return [result for results in await scenes for result in results]


SCENES: dict[str, Scene] = {
    "notification": notification,
    "question": without_agents,
    "hand-over": hand_over,
    "waiting": waiting,
    "no-answer": no_answer,
    "person": person_at_once,
}


# What the scenes share.


async def _waiter(stage: Stage, first_words: str) -> list[Step]:
    return await stage.steps(first_words, Told("talk"), await stage.say(CALLER_THANKS), Told("bye"))


def _waiting_at(desk: Desk) -> int:
    """Callers waiting in the agent's queues, as the page shows."""
    return sum(int(queue["waiting"]) for queue in desk.view.get("queues", []))


def _ringing(desk: Desk, call: str) -> dict[str, Any] | None:
    """What the page showed while this call rang, its packet among it."""
    shown = [seen for seen in desk.seen if seen["mode"] == "ringing" and seen.get("packet")]
    return next((seen for seen in shown if seen["packet"]["call"] == call), None)


async def _log_in_by_keys(stage: Stage, desk: Desk) -> bool:
    """The second agent dials the log-in line and does all by keys; who knows the menu does not hear
    it to its end."""
    agent = stage.setting.agents["202"]
    script: list[Step] = [
        Quiet(), Press(f"{agent.number}#"), Quiet(), Press(f"{agent.pin}#"),
        Quiet(0.15), Press("1"), Quiet(), HangUp(),
    ]  # fmt: skip
    async with stage.caller("agent-202-keys", script, line="7000") as it:
        await desk.until("ready by keys", lambda: desk.state == "ready", 60)
        await it.until("ended")
    return desk.state == "ready"


def _measured(result: SceneResult, it: Running, turns: int) -> None:
    result.recording = recording_of(it)
    if result.recording:
        result.latencies = measure.latencies_ms(result.recording, it.events, turns)


def _heard_position(result: SceneResult) -> bool:
    return result.call is not None and any(
        "next in line" in text or "number" in text for text in result.call.bot_said()
    )


def _music_seconds(it: Running) -> float:
    """Seconds of sound that the waiting caller heard in all."""
    received, _ = measure.channels(recording_of(it))
    return sum(loud_frames(received, above=-50.0)) * 0.02


def _check_packet(result: SceneResult, intent: str, name: str, account: str) -> None:
    packet = result.handoff or {}
    slots = {slot["name"]: slot for slot in packet.get("slots", [])}
    result.check("packet while ringing", bool(packet))
    result.check("intent in the packet", (packet.get("intent") or {}).get("name") == intent)
    result.check("name in the packet", slots.get("name", {}).get("value") == name)
    account_slot = slots.get("account_number", {})
    result.check("account by keys", account_slot.get("value") == account)
    result.check("account's source", account_slot.get("source") == "dtmf")


def _check_conversation(result: SceneResult, it: Running, phone: Phone) -> None:
    heard_by_caller, _ = measure.channels(recording_of(it))
    heard_by_agent, _ = measure.channels(recording_of(phone.running))
    result.check("the caller heard the agent", sum(loud_frames(heard_by_caller)) > 100)
    result.check("the agent heard whisper and caller", sum(loud_frames(heard_by_agent)) > 100)
    result.check("the agent spoke", AGENT_SAYS in str(phone.running.events))


def _clicks(it: Running, phone: Phone) -> list[float]:
    """Each click's way from the caller's recording to the agent's, in milliseconds."""
    sender, hearer = it.seen("answered"), phone.running.seen("answered")
    if sender is None or hearer is None:
        return []
    return measure.one_way_ms(
        recording_of(it), sender["at"], recording_of(phone.running), hearer["at"]
    )
