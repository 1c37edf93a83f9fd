"""What a waiting caller may ask for, by key and in words; what silence and the queue do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.packet import Packet
from tests.unit.voicebot.sample import FACTS, FLOW, bot, meant
from tests.unit.voicebot.walk import Walk
from voicebot import commands as do
from voicebot import events, reports
from voicebot.leaving import Go, Leaving, Stage, Tell, Wish, apart, own_number
from voicebot.nlu.ports import Understanding
from voicebot.speech.ports import Recognised
from voicebot.turns import State

EVERY = frozenset({Wish.CALLBACK, Wish.MESSAGE})


def waiting(ways: frozenset[Wish] = EVERY, *, caller: str = "+390123", long: bool = False) -> Walk:
    walk = Walk(replace(FACTS, caller=caller)).says("person").heard_out()
    told = events.PositionTold(2, 2, 1, (60.0, 600.0), ways, long)
    return walk.tell(told).wait(0.0).heard_out()


def press(walk: Walk, keys: str) -> Walk:
    for key in keys:
        walk.tell(events.DigitPressed(key))
    return walk


def say(walk: Walk, said: Understanding) -> Walk:
    """A sentence while waiting: recognised at its pause, understood at once."""
    turn = walk.turn
    walk.tell(events.SpeechStarted(turn, walk.now), events.SpeechPaused(turn, walk.now))
    asked = walk.orders(do.Recognise)[-1]
    walk.tell(events.Heard(turn, Recognised(said.text, 0.9), asked.guess))
    understand = walk.orders(do.Understand)[-1]
    assert understand.text == said.text
    return walk.tell(events.Understood(turn, (said,), understand.guess))


def left(walk: Walk) -> list[do.LeaveQueue]:
    return walk.orders(do.LeaveQueue)


def test_called_back_on_the_own_number_by_keys() -> None:
    walk = press(waiting(), "1")
    assert walk.words[-1] == "On 3 9 0, 1 2 3?"
    press(walk, "1")
    assert left(walk) == [do.LeaveQueue(Wish.CALLBACK, "key", "")]
    assert walk.state.value == "waiting", "nothing is promised before it is written down"
    walk.tell(events.CallbackBooked())
    assert walk.words[-1] == "We will call you."
    assert walk.heard_out().orders(do.HangUp)
    assert walk.state is State.ENDED


def test_called_back_in_words() -> None:
    walk = say(waiting(), meant(text="please call me back"))
    assert walk.words[-1] == "On 3 9 0, 1 2 3?"
    say(walk, meant("affirm", text="yes", yes_no="yes"))
    assert left(walk) == [do.LeaveQueue(Wish.CALLBACK, "spoken", "")]


def test_on_another_number_typed_and_read_back() -> None:
    walk = press(waiting(), "12")
    assert walk.words[-1] == "On which number?"
    press(walk, "5551234#")
    assert walk.words[-1] == "On 5 5 5, 1 2 3, 4?"
    assert left(press(walk, "1")) == [do.LeaveQueue(Wish.CALLBACK, "key", "5551234")]


def test_on_another_number_dictated_in_two_breaths() -> None:
    walk = press(waiting(), "12")
    say(walk, meant(text="five five five", digits="555"))
    walk.wait(1.0).tell(events.SpeechResumed(walk.turn, walk.now))
    walk.tell(events.SpeechPaused(walk.turn, walk.now))
    asked = walk.orders(do.Recognise)[-1]
    whole = meant(text="five five five one two three four", digits="5551234")
    walk.tell(events.Heard(walk.turn, Recognised(whole.text, 0.9), asked.guess))
    walk.tell(events.Understood(walk.turn, (whole,), asked.guess)).wait(2.0)
    assert walk.words[-1] == "On 5 5 5, 1 2 3, 4?"


def test_a_caller_without_a_number_is_asked_for_one() -> None:
    walk = press(waiting(caller="sip:anonymous@anonymous.invalid"), "1")
    assert walk.words[-1] == "On which number?"
    press(walk, "12#")
    assert walk.words[-1] == "On which number?", "too short"


@pytest.mark.parametrize(
    ("why", "words", "then"),
    [("ringing", "It rings.", State.WAITING), ("number", "Not that number.", State.WAITING),
     ("fault", "That does not go.", State.WAITING)],
)  # fmt: skip
def test_what_is_refused_is_said_and_the_caller_waits_on(why: str, words: str, then: State) -> None:
    walk = press(waiting(), "11").tell(events.CallbackRefused(why))
    assert walk.words[-1] == words
    assert walk.state is then
    if why == "number":
        press(walk, "5551234#")
        assert walk.words[-1] == "On 5 5 5, 1 2 3, 4?"


def sent_back(limit: str = "full", ways: frozenset[Wish] = EVERY) -> Walk:
    """The caller may not wait."""
    walk = Walk(replace(FACTS, caller="+390123")).says("person").heard_out()
    told = events.PositionTold(2, 2, 1, None, ways, True, limit)
    return walk.tell(told).heard_out()


def test_who_may_not_wait_is_asked_and_called_back() -> None:
    walk = sent_back()
    assert walk.words[-2:] == ["Nobody is there.", "Shall we call you back?"]
    assert sent_back("closed").words[-2] == "We are closed."
    say(walk, meant("affirm", text="yes", yes_no="yes"))
    assert walk.words[-1] == "On 3 9 0, 1 2 3?"
    assert left(press(walk, "1")) == [do.LeaveQueue(Wish.CALLBACK, "key", "")]
    assert left(press(sent_back(), "11"))[0].wish is Wish.CALLBACK


def test_an_offer_is_listened_to_where_no_words_ask_for_one() -> None:
    quiet = bot(replace(FLOW, waiting=replace(FLOW.waiting, exits={})))
    walk = Walk(replace(FACTS, caller="+390123"), quiet).says("person").heard_out()
    told = events.PositionTold(2, 2, 1, None, EVERY, True, "full")
    say(walk.tell(told).heard_out(), meant("affirm", text="yes", yes_no="yes"))
    assert walk.words[-1] == "On 3 9 0, 1 2 3?"
    say(walk.heard_out(), meant("deny", text="no", yes_no="no"))
    say(walk.heard_out(), meant(text="five five five one", digits="5551"))
    assert walk.wait(2.0).words[-1] == "On 5 5 5, 1?"
    assert isinstance(
        say(walk.heard_out(), meant("affirm", yes_no="yes")).ordered[-1], do.StopListening
    )
    assert left(walk) == [do.LeaveQueue(Wish.CALLBACK, "spoken", "5551")]


def test_who_may_not_wait_and_wants_none_is_told_nothing_twice() -> None:
    for walk in (
        press(sent_back(), "2"),
        say(sent_back(), meant("deny", text="no", yes_no="no")),
        sent_back().wait(30.0),
        press(sent_back(), "1").heard_out().wait(30.0),
        press(sent_back(), "11").tell(events.CallbackRefused("fault")),
    ):
        assert left(walk)[-1].wish is Wish.NOTHING
    said = walk.words.count("Nobody is there.")
    walk.tell(events.Released("full", told=True)).heard_out()
    assert walk.state is not State.WAITING
    assert walk.words.count("Nobody is there.") == said == 1


def test_who_may_not_wait_may_leave_a_message() -> None:
    assert left(say(sent_back(), meant(text="leave a message")))[0].wish is Wish.MESSAGE


def test_a_question_is_answered_while_waiting_and_ends_when_somebody_comes() -> None:
    walk = say(waiting(), meant("hours", text="what are your opening hours"))
    assert walk.words[-1] == "Nine to five."
    assert walk.state is State.WAITING and not left(walk)
    walk.heard_out().wait(40.0)
    assert walk.words[-1].startswith("Between"), "positions are told again"
    say(walk, meant("hours", text="what are your opening hours"))
    walk.tell(events.AgentAnswered("o"))
    assert walk.words[-1] == "Here is somebody."
    assert walk.state.value == "connecting"


@pytest.mark.parametrize(
    "said",
    [
        meant("hours", 0.7, text="it may be open or not"),
        meant("thanks", text="thank you"), meant("goodbye", text="see you on sunday then"),
        meant("help", text="help"), meant(text="and then he said that it was red"),
    ],
)  # fmt: skip
def test_nothing_else_that_a_waiting_caller_says_is_answered(said: Understanding) -> None:
    walk = waiting()
    before = len(walk.words)
    assert len(say(walk, said).words) == before
    assert not left(walk)


def test_silence_changes_nothing() -> None:
    walk = press(waiting(), "1").heard_out().wait(60.0)
    assert not left(walk)
    assert walk.state is State.WAITING
    assert walk.words[-1].startswith("Between"), "positions are told again"


def test_no_position_is_told_amid_a_question() -> None:
    walk = press(waiting(), "1").tell(events.PositionTold(1, 1, 1, None, EVERY)).wait(5.0)
    assert walk.words[-1] == "On 3 9 0, 1 2 3?"


def test_an_agent_who_answers_ends_the_question() -> None:
    walk = press(waiting(), "1").tell(events.AgentAnswered("o"))
    assert walk.words[-1] == "Here is somebody."
    press(walk.tell(events.Bridged("o")), "1")
    assert walk.state is State.WITH_AGENT and not left(walk)


def test_a_message_is_left_and_the_owner_of_the_leg_goes_on() -> None:
    walk = press(waiting(), "2")
    assert left(walk) == [do.LeaveQueue(Wish.MESSAGE, "key", "")]
    assert walk.tell(events.CallerLeft("voicemail")).state is State.ENDED


def test_goodbye_by_word() -> None:
    walk = say(waiting(), meant(text="okay goodbye"))
    assert left(walk) == [do.LeaveQueue(Wish.GOODBYE, "spoken", "")]
    assert walk.words[-1] == "Goodbye."
    assert walk.heard_out().state is State.ENDED
    assert walk.told(reports.ConversationEnded)


def test_who_talks_to_somebody_else_is_not_hung_up_on() -> None:
    walk = say(waiting(), meant(text="he said goodbye to me and then he went home"))
    assert not left(walk)
    assert say(walk, meant(text="yes", yes_no="yes")).state is State.WAITING


def test_there_is_no_way_out_that_the_queue_does_not_have() -> None:
    walk = press(waiting(frozenset()), "12")
    assert not left(walk)
    assert say(walk, meant(text="call me back")).words[-1].startswith("Between")


def test_the_offer_comes_with_a_long_wait_once() -> None:
    walk = waiting(long=True)
    assert walk.words[-1] == "Press 1 to be called back."
    walk.tell(events.PositionTold(1, 1, 1, (60.0, 600.0), EVERY, True)).wait(0.0).heard_out()
    assert walk.words.count("Press 1 to be called back.") == 1


@pytest.mark.parametrize("agent_there", [False, True])
def test_who_is_called_back_hears_who_calls_and_is_handed_over(agent_there: bool) -> None:
    packet = Packet("c-1", "house", "city", "8000", "+390123", "en", "bills", "asked", summary="S")
    facts = replace(FACTS, called_back=packet, agent_there=agent_there)
    walk = Walk(facts)
    assert walk.words == ([] if agent_there else ["We call you back."])
    walk.heard_out()
    [handed] = walk.orders(do.HandOver)
    assert (handed.packet.queue, handed.packet.summary) == ("bills", "S")
    assert walk.state is State.WAITING
    assert walk.tell(events.Bridged("o")).state is State.WITH_AGENT


@given(
    st.lists(st.sampled_from([*"0123456789*#", "yes", "no", "call me back", "silence", "refused"]))
)
def test_nothing_is_asked_of_the_queue_without_a_yes(happened: list[str]) -> None:
    leaving = Leaving(FLOW.waiting.exits, "390123", frozenset({Wish.CALLBACK}))
    asked = False
    for what in happened:
        before = leaving.stage
        if what == "silence":
            reply = leaving.silence()
        elif what == "refused":
            reply = leaving.refused("number")
        elif len(what) == 1:
            reply = leaving.key(what)
        else:
            reply = leaving.said(what, {"yes": True, "no": False}.get(what), "")
        if isinstance(reply, Go):
            assert before is Stage.CONFIRM and what in ("1", "yes")
            asked = True
        if isinstance(reply, Tell) and reply.text == "confirm":
            assert reply.number == apart(leaving.number)
        assert leaving.stage is not Stage.ASKED or asked


def test_own_numbers() -> None:
    assert own_number("sip:+390212345678@carrier") == "390212345678"
    assert own_number("201") == "201"
    assert own_number("sip:anna@house") == own_number("") == own_number("sip:12@house") == ""
