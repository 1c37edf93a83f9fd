"""The demonstration bot by text: its own words, its own understanding, no engines."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kernel.packet import PacketSlot, whisper_text
from voicebot import events
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import Embedder
from voicebot.talk import FACTS, TalkSession

os.environ.setdefault("OMP_NUM_THREADS", "1")
UTILITY = Path(__file__).parents[3] / "nlu_models" / "utility"
KEYS_ONLY = replace(FACTS, keys_only=True)


@pytest.fixture(scope="module")
def utility(nlu_cache: Path, embedder: Embedder) -> tuple[Bot, Embedded]:
    bot = load_bot(UTILITY)
    return bot, Embedded.load(bot.training, nlu_cache, embedder=embedder)


class Call:
    """A caller who types."""

    def __init__(self, utility: tuple[Bot, Embedded], keys_only: bool = False) -> None:
        self.talk = TalkSession(*utility, facts=KEYS_ONLY if keys_only else FACTS)
        self.heard = ""

    async def begin(self) -> Call:
        self.heard = " ".join(reply.text for reply in await self.talk.start())
        return self

    async def says(self, *sentences: str) -> str:
        for sentence in sentences:
            self.heard = " ".join(reply.text for reply in await self.talk.say(sentence))
        return self.heard

    async def presses(self, keys: str) -> str:
        self.heard = " ".join(reply.text for reply in await self.talk.press(keys))
        return self.heard

    async def waits(self, seconds: float) -> str:
        self.heard = " ".join(reply.text for reply in await self.talk.wait(seconds))
        return self.heard

    async def told(self, *what: events.QueueEvent) -> str:
        for event in what:
            self.heard = " ".join(reply.text for reply in await self.talk.notify(event))
        return self.heard


async def test_scene_1_questions_answered_then_goodbye(utility: tuple[Bot, Embedded]) -> None:
    call = await Call(utility).begin()
    assert "automated assistant" in call.heard
    assert "On Saturday" in await call.says("What are your opening hours on Saturday?")
    assert "On Sunday we are closed" in await call.says("And on Sunday?")
    assert "12 River Street" in await call.says("Where is your office?")
    assert "Goodbye" in await call.says("No, thank you, goodbye.")
    assert (call.talk.state, call.talk.outcome) == ("ended", "answered")
    assert call.talk.packet is None


@pytest.mark.parametrize("by_keys", [False, True])
async def test_scene_2_a_request_reaches_an_agent_with_its_context(
    utility: tuple[Bot, Embedded], by_keys: bool
) -> None:
    call = await Call(utility).begin()
    assert "your name" in await call.says("My bill is twice what it was last month")
    assert "account number" in await call.says("My name is Anna Keller.")
    if by_keys:
        assert "Anna Keller" in await call.presses("77421188")
    else:
        heard = await call.says("seven seven four two one one eight eight")
        assert "Anna Keller" in heard and "7 7, 4 2, 1 1, 8 8" in heard
    assert "billing team" in await call.says("Yes, that's right.")
    packet = call.talk.packet
    assert packet is not None and packet.intent is not None
    assert (packet.queue, packet.reason, packet.intent.name) == (
        "billing", "policy", "bill_too_high",
    )  # fmt: skip
    slots = {slot.name: slot for slot in packet.slots}
    assert slots["name"].confirmed and slots["name"].source == "speech"
    assert slots["account_number"].value == "77421188"
    assert slots["account_number"].confirmed
    assert slots["account_number"].source == ("dtmf" if by_keys else "speech")
    assert packet.summary == "Anna Keller, account ••••1188, says that the bill is too high."
    assert whisper_text(packet) == "Anna Keller: bill too high."
    assert packet.transcript[-1].who == "bot"
    assert call.talk.state == "waiting"
    assert "connecting you now" in await call.told(
        events.OfferRinging("o-1"), events.AgentAnswered("o-1")
    )
    await call.told(events.Bridged("o-1"), events.AgentLeft("o-1"))
    assert call.talk.outcome == "transferred"


async def test_scene_2_correction_in_one_step(utility: tuple[Bot, Embedded]) -> None:
    call = await Call(utility).begin()
    await call.says("My bill is much too high", "Anna Keller", "7742 1189")
    assert "1 1, 8 8" in await call.says("No, it's seven seven four two one one eight eight.")
    assert "billing team" in await call.says("Yes.")


async def test_moving_out_reads_everything_back(utility: tuple[Bot, Embedded]) -> None:
    call = await Call(utility).begin()
    await call.says("I am moving out of my apartment", "Anna Keller", "7742 1188")
    heard = await call.says("on the fifth of december")
    assert "Anna Keller" in heard and "7 7, 4 2, 1 1, 8 8" in heard and "5 December" in heard
    await call.says("Yes.")
    assert call.talk.packet is not None
    assert {slot.confirmed for slot in call.talk.packet.slots} == {True}


async def test_an_end_key_after_the_eighth_digit_answers_nothing(
    utility: tuple[Bot, Embedded],
) -> None:
    call = await Call(utility).begin()
    await call.says("My bill is much too high", "Anna Keller")
    assert "Is that right?" in await call.presses("77421188#")
    assert "billing team" in await call.says("Yes.")
    assert call.talk.packet is not None and call.talk.packet.tries.no_match == 0


async def test_scene_3_waiting_and_an_emergency_first(utility: tuple[Bot, Embedded]) -> None:
    call = await Call(utility).begin()
    await call.says("Let me talk to a person")
    assert "number 2" in await call.told(events.PositionTold(2, 2, 1))
    assert await call.told(events.PositionTold(2, 2, 1)) == ""
    assert "next in line" in await call.told(events.PositionTold(1, 1, 1))
    urgent = await Call(utility).begin()
    assert "leave the building" in await urgent.says("I smell gas in my kitchen")
    assert call.talk.packet and urgent.talk.packet
    assert urgent.talk.packet.priority > call.talk.packet.priority
    assert urgent.talk.packet.queue == "emergency"


async def test_scene_4_an_agent_who_does_not_answer(utility: tuple[Bot, Embedded]) -> None:
    call = await Call(utility).begin()
    await call.says("I want to speak to somebody")
    assert "keep your place" in await call.told(
        events.OfferRinging("o-1"), events.OfferFailed("o-1")
    )
    assert call.talk.state == "waiting"
    await call.told(events.OfferRinging("o-2"), events.AgentAnswered("o-2"), events.Bridged("o-2"))
    assert call.talk.state == "with_agent"


@pytest.mark.parametrize(
    "words", ["let me talk to a person", "agent", "I want to speak to a human being please"]
)
async def test_scene_5_a_person_at_the_first_words(
    utility: tuple[Bot, Embedded], words: str
) -> None:
    call = await Call(utility).begin()
    await call.says(words)
    packet = call.talk.packet
    assert packet is not None
    assert (packet.reason, packet.slots, packet.summary) == ("asked", (), "Asked for a person.")


async def test_scene_5_a_caller_who_says_nothing(utility: tuple[Bot, Embedded]) -> None:
    call = await Call(utility).begin()
    heard = [await call.waits(7.0) for _ in range(3)]
    assert "did not hear" in heard[0]
    assert "press 0" in heard[1]
    assert "connecting you to a person" in heard[2]
    packet = call.talk.packet
    assert packet is not None
    assert (packet.reason, packet.tries.no_input) == ("max_attempts", 3)


async def test_scene_5_keys_only(utility: tuple[Bot, Embedded]) -> None:
    call = await Call(utility, keys_only=True).begin()
    assert "For opening hours, press 4" in call.heard
    assert "Monday to Friday" in await call.presses("4")
    assert "bill that is too high, press 1" in await call.presses("2")
    assert "account number" in await call.presses("1")
    await call.presses("77421188")
    packet = call.talk.packet
    assert packet is not None
    assert packet.slots == (PacketSlot("account_number", "77421188", 1.0, True, "dtmf"),)


async def test_nobody_is_there_and_the_conversation_goes_on(utility: tuple[Bot, Embedded]) -> None:
    call = await Call(utility).begin()
    await call.says("agent please")
    assert "could not connect" in await call.told(events.Released("failed"))
    assert "River Street" in await call.says("What is your address?")
    await call.talk.hang_up()
    assert call.talk.outcome == "answered"
    assert [line.who for line in call.talk.transcript].count("caller") == 2


async def test_what_is_none_of_our_business_ends_with_the_offer_of_a_person(
    utility: tuple[Bot, Embedded],
) -> None:
    call = await Call(utility).begin()
    await call.says("What is the capital of France?", "Who won the football game last night?")
    assert "a person" in call.heard
    await call.says("Yes please.")
    assert call.talk.packet is not None


async def test_hold_on_help_and_repeat(utility: tuple[Bot, Embedded]) -> None:
    call = await Call(utility).begin()
    assert "Take your time" in await call.says("hold on a second")
    assert await call.waits(50.0) == ""
    assert "How can I help" in await call.waits(20.0)
    helped = await call.says("help")
    assert "opening hours" in helped
    assert await call.says("can you repeat that") == helped
