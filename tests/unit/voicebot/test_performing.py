"""The caller waits for something outside: told after a second, never stuck."""

from __future__ import annotations

from tests.unit.voicebot.acting import acting_bot
from tests.unit.voicebot.sample import meant
from tests.unit.voicebot.walk import Walk
from voicebot import commands as do
from voicebot import events, reports
from voicebot.dialogue.outcome import Outcome
from voicebot.performing import LONGEST
from voicebot.speech.ports import Recognised
from voicebot.turns import State

FOUND = Outcome({"balance": "12"})


def asked() -> Walk:
    """The balance is being looked up."""
    walk = Walk(made=acting_bot()).says("balance").says("number", number_entity="1234")
    return walk.says("affirm")


def test_it_is_done_when_the_turn_is_released_and_not_before() -> None:
    walk = Walk(made=acting_bot()).says("ticket")
    assert [order.act.action for order in walk.orders(do.Perform)] == ["action_ticket"]

    walk = Walk(made=acting_bot()).heard_out().speaks()
    turn = walk.turn
    walk.tell(events.SpeechPaused(turn, walk.now), events.Heard(turn, Recognised("ticket", 0.9)))
    walk.tell(events.Understood(turn, (meant("ticket"),)))
    assert walk.state is State.HEARING
    assert walk.orders(do.Perform) == [], "it may be half of a sentence"
    walk.tell(events.SpeechResumed(turn, walk.now + 0.3)).wait(1.0)
    assert walk.orders(do.Perform) == []


def test_what_comes_soon_needs_no_words() -> None:
    walk = asked().wait(0.9).tell(events.Performed(1, FOUND))
    assert walk.words[-2:] == ["It is 12 dollars.", "Anything else?"]
    assert walk.heard_out().state is State.LISTENING


def test_after_a_second_the_caller_is_told_and_hears_it_to_the_end() -> None:
    walk = asked().wait(1.0)
    assert walk.words[-1] == "One moment, I look it up."
    stops = len(walk.orders(do.StopSpeaking))
    walk.tell(events.Performed(1, FOUND))
    assert len(walk.orders(do.StopSpeaking)) == stops
    assert walk.words[-2:] == ["It is 12 dollars.", "Anything else?"]
    assert walk.heard_out().state is State.LISTENING
    assert walk.words.count("One moment, I look it up.") == 1


def test_what_never_comes_back_is_a_failure() -> None:
    walk = asked().wait(LONGEST - 0.1).heard_out()
    assert walk.state is State.SPEAKING
    walk.wait(0.2)
    assert "I cannot look it up now." in walk.words
    assert walk.heard_out().state is State.WAITING
    assert walk.orders(do.HandOver)[-1].packet.reason == "error"


def test_late_and_foreign_answers_are_stale() -> None:
    walk = asked()
    stale = walk.core.stale
    walk.tell(events.Performed(7, FOUND))
    assert walk.core.stale == stale + 1
    walk.tell(events.Performed(1, FOUND), events.Performed(1, FOUND))
    assert walk.core.stale == stale + 2
    assert walk.words.count("It is 12 dollars.") == 1


def test_who_hangs_up_waits_for_nothing() -> None:
    walk = asked().tell(events.CallerLeft(), events.Performed(1, FOUND))
    assert walk.state is State.ENDED
    assert walk.core.next_timer() is None


def test_keys_and_words_meanwhile_change_nothing() -> None:
    walk = asked()
    before = len(walk.ordered)
    walk.tell(events.DigitPressed("1"), events.SpeechStarted(walk.turn, walk.now))
    assert len(walk.ordered) == before
    walk.tell(events.Performed(1, FOUND))
    assert walk.words[-1] == "Anything else?"


def test_the_journal_tells_what_was_done() -> None:
    walk = asked().tell(events.Performed(1, FOUND))
    places = [(told.before, told.after) for told in walk.told(reports.Decided)]
    assert ("confirm:number@balance", "do:balance@balance") in places
