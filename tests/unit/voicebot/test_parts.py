"""The small parts of a conversation, each by its rules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.unit.voicebot.sample import FLOW, meant
from voicebot import events
from voicebot.dialogue.acts import Keys
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.packet import packet_of, summary_of, transfer_of
from voicebot.dialogue.questions import split_question
from voicebot.dialogue.state import Goal, Known, State
from voicebot.ear import Ear
from voicebot.errors import EngineLost
from voicebot.hearing import KeyInput, is_filler, is_noise, without_fillers
from voicebot.nlu.entities import yes_or_no
from voicebot.nlu.ports import Entity
from voicebot.queueing import Decision, Queueing
from voicebot.speech.ports import NOTHING, Recognised, RecognitionContext
from voicebot.speech.scripted import LevelVad, ScriptedRecogniser, tone
from voicebot.timers import Timer, Timers
from voicebot.understanding import after_yes_no
from voicebot.utterance import Guessed, Streamed, Utterance

CONTEXT = RecognitionContext()


@pytest.mark.parametrize(
    ("text", "before", "question"),
    [
        ("Hello, we are here. How can I help?", "Hello, we are here.", "How can I help?"),
        ("How can I help?", "", "How can I help?"),
        ("Welcome. Say what you need.", "Welcome. Say what you need.", ""),
    ],
)
def test_a_greeting_and_its_question(text: str, before: str, question: str) -> None:
    assert split_question(text) == (before, question)


@pytest.mark.parametrize(
    ("pressed", "keys", "answers"),
    [
        ("5", Keys(), ["5"]),
        ("#", Keys(), ["#"]),
        ("1234", Keys(4), [None, None, None, "1234"]),
        ("12#", Keys(4), [None, None, "12"]),
        ("*", Keys(4), ["*"]),
        ("1*", Keys(0), [None, None]),
        ("1*", Keys(0, "*"), [None, "1"]),
        ("#", Keys(4), [""]),
    ],
)
def test_keys_become_an_answer(pressed: str, keys: Keys, answers: list[str | None]) -> None:
    keyed = KeyInput()
    assert [keyed.press(digit, keys) for digit in pressed] == answers


@pytest.mark.parametrize(
    ("text", "no_speech", "noise"),
    [
        ("a burst pipe or a burst pipe", 0.25, True),
        ("a burst pipe", 0.01, False),
        ("my burst pipe", 0.25, False),
    ],
)
def test_what_recites_the_prompt_is_noise(text: str, no_speech: float, noise: bool) -> None:
    terms = ("a smell of gas", "a burst pipe or a water leak")
    assert is_noise(Recognised(text, 0.5, no_speech), terms) is noise


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("My name is, uh, John.", "en", "My name is John."),
        ("Um, no", "en-GB", "no"),
        ("um dia", "pt", "um dia"),
        ("uh huh", "en", "uh huh"),
        ("Mm-hmm.", "en", "Mm-hmm."),
        ("the number", "en", "the number"),
    ],
)
def test_words_without_fillers(text: str, language: str, meant: str) -> None:
    assert without_fillers(text, language) == meant


def test_a_filler_is_noise_and_an_assent_is_not() -> None:
    assert is_filler(Recognised("Um, er.", 0.6)) and is_noise(Recognised("Um, er.", 0.6))
    assert not is_filler(Recognised("the", 0.6)) and is_noise(Recognised("the", 0.6))
    assert not is_noise(Recognised("Mm-hmm.", 0.6)) and not is_noise(Recognised("uh huh", 0.6))
    assert yes_or_no("Mhm.") == yes_or_no("Mm-hmm") == "yes" and yes_or_no("Hmm") is None


def test_noise() -> None:
    assert is_noise(Recognised("Uh.", 0.9))
    assert not is_noise(Recognised("No.", 0.9, no_speech=0.6))


@pytest.mark.parametrize(
    ("text", "entity", "rest"),
    [
        ("no, jo hill", Entity("yes_no", "no", "no", 0, 2), "jo hill"),
        ("no", Entity("yes_no", "no", "no", 0, 2), "no"),
        ("well no", Entity("yes_no", "no", "no", 5, 7), "well no"),
    ],
)
def test_what_follows_a_no(text: str, entity: Entity, rest: str) -> None:
    said = meant("deny", 0.9, text)
    assert after_yes_no(type(said)(text, said.intent, (), (entity,))) == rest


def test_timers_ring_the_most_overdue_first() -> None:
    timers = Timers()
    timers.set(Timer.KEYS, 3.0)
    timers.set(Timer.NO_INPUT, 2.0)
    assert (timers.next(), timers.due(1.0)) == (2.0, None)
    assert [timers.due(9.0) for _ in range(3)] == [Timer.NO_INPUT, Timer.KEYS, None]
    timers.set(Timer.KEYS, 1.0)
    timers.set(Timer.KEYS, None)
    assert timers.next() is None


@pytest.mark.parametrize(
    ("before", "event", "decision"),
    [
        ([], events.OfferFailed("o"), Decision.STALE),
        ([events.OfferRinging("o")], events.OfferFailed("o"), Decision.COMFORT),
        ([events.OfferRinging("o")], events.OfferFailed("o", "busy"), Decision.NOTHING),
        ([events.OfferRinging("o")], events.OfferFailed("p"), Decision.STALE),
        ([events.OfferRinging("o")], events.AgentAnswered("p"), Decision.CONNECT),
        ([events.AgentAnswered("o")], events.AgentAnswered("o"), Decision.STALE),
        ([events.AgentAnswered("o")], events.OfferRinging("p"), Decision.STALE),
        ([events.AgentAnswered("o")], events.Bridged("p"), Decision.STALE),
        ([events.AgentAnswered("o")], events.AgentLeft("o"), Decision.LOSE),
        ([events.AgentAnswered("o")], events.Bridged("o"), Decision.JOIN),
        ([events.Bridged("o")], events.Bridged("o"), Decision.STALE),
        ([events.Bridged("o")], events.Released("late"), Decision.STALE),
        ([events.Bridged("o")], events.AgentLeft("o"), Decision.PART),
    ],
)
def test_what_the_queue_tells(
    before: list[events.QueueEvent], event: events.QueueEvent, decision: Decision
) -> None:
    queueing = Queueing("house", 30.0)
    for earlier in before:
        queueing.take(earlier)
    assert queueing.take(event) is decision


FACTS = CallFacts("c", "house", "city", "8000", "+39", caller_name="Network Name")


def test_packet_carries_all_that_is_known() -> None:
    known = {"number": Known("1234", 0.5), "name": Known("Jo Hill", 1.0, confirmed=True)}
    state = State(known=known, tries=(1, 2))
    goal = Goal("bill", 0.8, (("hours", 0.1),))
    packet = packet_of(FACTS, transfer_of(FLOW, state, "policy", goal), ())
    assert (packet.queue, packet.priority) == ("bills", 30)
    assert [slot.name for slot in packet.slots] == ["name", "number"]
    assert packet.intent and packet.intent.alternatives == (("hours", 0.1),)
    assert packet.caller_name == "Jo Hill"
    assert (packet.tries.no_input, packet.tries.no_match) == (1, 2)


def test_packet_of_nothing_known() -> None:
    packet = packet_of(FACTS, transfer_of(FLOW, State(), "max_attempts", None), ())
    assert (packet.queue, packet.intent, packet.caller_name) == ("house", None, "Network Name")
    assert packet.summary == "The conversation got stuck."


def test_summary_without_its_slots_has_no_gaps() -> None:
    bill = FLOW.intents["bill"]
    assert summary_of(FLOW, State(), bill, "policy") == "About a high bill."
    state = State(known={"number": Known("1234", 1.0)})
    assert summary_of(FLOW, state, bill, "error") == (
        "About a high bill: number ••34. A technical fault ended the conversation."
    )


# Utterances


Kind = Callable[..., Utterance]
KINDS = pytest.mark.parametrize("kind", [Guessed, Streamed])


async def some_rounds() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


@KINDS
async def test_an_utterance_is_heard(kind: Kind) -> None:
    utterance = kind(ScriptedRecogniser(["yes"]), 8000, CONTEXT)
    utterance.add(tone(8000, 0.2))
    assert (await utterance.hear()).text == "yes"
    assert utterance.pcm == tone(8000, 0.2)
    utterance.cancel()


@KINDS
async def test_what_was_heard_is_not_asked_for_twice(kind: Kind) -> None:
    recogniser = ScriptedRecogniser(["yes", "no"])
    utterance = kind(recogniser, 8000, CONTEXT)
    utterance.add(tone(8000, 0.2))
    assert [(await utterance.hear()).text, (await utterance.hear()).text] == ["yes", "yes"]
    assert len(recogniser.contexts) == 1


async def test_a_guess_at_all_of_it_is_void_when_the_caller_goes_on() -> None:
    recogniser = ScriptedRecogniser(["my bill", "my bill is wrong"])
    utterance = Guessed(recogniser, 8000, CONTEXT)
    utterance.add(tone(8000, 0.2))
    assert (await utterance.hear()).text == "my bill"
    utterance.resumed()
    utterance.add(tone(8000, 0.2))
    assert (await utterance.hear()).text == "my bill is wrong"


async def test_a_guess_under_way_ends_with_its_reason() -> None:
    utterance = Guessed(ScriptedRecogniser(["my bill"]), 8000, CONTEXT)
    hearing = asyncio.create_task(utterance.hear())
    await asyncio.sleep(0)
    utterance.resumed()
    with pytest.raises(asyncio.CancelledError):
        await hearing


async def test_a_stream_goes_on_after_a_pause_with_what_came_in_it() -> None:
    recogniser = ScriptedRecogniser(
        [Recognised("my bill", 0.8, 0.2), Recognised("is wrong", 0.6, 0.1)]
    )
    utterance = Streamed(recogniser, 8000, CONTEXT)
    utterance.add(tone(8000, 0.2))
    assert (await utterance.hear()).text == "my bill"
    utterance.add(tone(8000, 0.2))
    utterance.resumed()
    heard = await utterance.hear()
    assert (heard.text, heard.confidence, heard.no_speech) == ("my bill is wrong", 0.7, 0.1)
    assert utterance.pcm == tone(8000, 0.2) * 2


async def test_a_piece_without_words_adds_nothing() -> None:
    utterance = Streamed(ScriptedRecogniser(["my bill"]), 8000, CONTEXT)
    utterance.add(tone(8000, 0.2))
    await utterance.hear()
    utterance.resumed()
    assert (await utterance.hear()).text == "my bill"


def an_ear(recogniser: ScriptedRecogniser, context: RecognitionContext, streams: bool) -> Ear:
    """One that has heard four tenths of a second in turn 1."""
    ear = Ear(recogniser, LevelVad(), 8000, lambda event: None)
    ear.streams = streams
    ear.listen(1, context)
    for frame in range(20):
        ear.hear(tone(8000, 0.02), frame / 50)
    return ear


@pytest.mark.parametrize("streams", [False, True])
async def test_what_was_heard_can_be_read_as_nothing_but_some_words(streams: bool) -> None:
    recogniser = ScriptedRecogniser(["1 2 1 2", "1 2"])
    ear = an_ear(recogniser, replace(CONTEXT, terms=("code",)), streams)
    assert (await ear.hear_out(1)).text == "1 2 1 2"
    assert (await ear.read_again(1, ("one", "two"))).text == "1 2"
    asked = recogniser.contexts[-1]
    assert (asked.only, asked.terms) == (("one", "two"), ())
    ear.close()


async def test_a_recogniser_lost_on_reading_once_more_leaves_what_was_read_first() -> None:
    recogniser = ScriptedRecogniser(["1 2 1 2"])
    ear = an_ear(recogniser, CONTEXT, streams=False)
    assert (await ear.hear_out(1)).text == "1 2 1 2"
    recogniser.lost = True
    assert await ear.read_again(1, ("one", "two")) == NOTHING
    ear.close()


@KINDS
async def test_a_void_guess_that_failed_is_told_to_nobody(kind: Kind) -> None:
    recogniser = ScriptedRecogniser()
    recogniser.lost = True
    utterance = kind(recogniser, 8000, CONTEXT)
    hearing = asyncio.create_task(utterance.hear())
    await some_rounds()
    utterance.cancel()
    with pytest.raises(EngineLost):
        await hearing
