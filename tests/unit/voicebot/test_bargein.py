"""Speech over a prompt: paused by a sound, stopped by a word, gone on with otherwise."""

from __future__ import annotations

import pytest

from tests.unit.voicebot.sample import meant
from tests.unit.voicebot.walk import Walk
from voicebot import commands as do
from voicebot import events, reports
from voicebot.expected import expected
from voicebot.hearing import Sound, over_prompt
from voicebot.nlu.ports import Understanding
from voicebot.speech.ports import Recognised
from voicebot.turns import State


def speaking(interruptible: bool = True, walk: Walk | None = None) -> Walk:
    """In the question, or in what must be heard."""
    walk = walk or Walk()
    plays = [p.playback for p in walk.orders(do.Speak) if p.playback not in walk.done]
    if interruptible:
        for playback in plays[:-1]:
            walk.tell(events.PlaybackStarted(playback), events.PlaybackFinished(playback))
        plays = plays[-1:]
    return walk.tell(events.PlaybackStarted(plays[0]))


def paused() -> Walk:
    """A prompt that has said something is paused."""
    return speaking().wait(1.0).speaks().wait(0.26).lasts()


def confirming() -> Walk:
    """ "Is that right?" is being asked."""
    walk = Walk().says("bill").says("out_of_scope", name="Jo").says("out_of_scope", digits="1234")
    return speaking(walk=walk).wait(2.0)


def going_on(walk: Walk) -> bool:
    return len(walk.orders(do.PauseSpeaking)) == len(walk.orders(do.ResumeSpeaking))


@pytest.mark.parametrize(
    ("starts_after", "lasts_after", "waits", "stops"),
    [(0.0, 0.26, 0.0, False), (0.0, 0.26, 0.2, True), (1.0, 0.26, 0.0, True)],
    ids=["protected", "goes on after it", "at once"],
)
def test_speech_that_lasts_pauses_a_prompt(
    starts_after: float, lasts_after: float, waits: float, stops: bool
) -> None:
    walk = speaking().wait(starts_after).speaks().wait(lasts_after).lasts().wait(waits)
    assert bool(walk.orders(do.PauseSpeaking)) is stops
    assert not walk.orders(do.StopSpeaking)
    assert walk.state is State.GREETING


def test_a_click_pauses_nothing() -> None:
    walk = speaking().wait(1.0).speaks().wait(0.3)
    walk.tell(events.SpeechPaused(walk.turn, walk.now))
    assert not walk.orders(do.PauseSpeaking) and walk.turn == 2
    assert walk.heard_out().speaks().state is State.HEARING


def test_speech_does_not_pause_what_must_be_heard() -> None:
    walk = speaking(interruptible=False).wait(1.0).speaks().lasts().wait(5.0)
    assert not walk.orders(do.PauseSpeaking)


def test_speech_that_goes_on_pauses_what_follows_what_must_be_heard() -> None:
    walk = speaking(interruptible=False).wait(1.0).speaks().lasts().wait(1.0)
    plays = [speak.playback for speak in walk.orders(do.Speak)]
    for playback in plays[:-1]:
        walk.tell(events.PlaybackFinished(playback))
    walk.tell(events.PlaybackStarted(plays[-1])).wait(0.3)
    assert not walk.orders(do.PauseSpeaking)
    assert walk.wait(0.2).orders(do.PauseSpeaking)


def test_a_first_word_stops_it() -> None:
    walk = paused().wait(0.24)
    assert not walk.orders(do.Peek)
    walk.wait(0.02)
    assert walk.orders(do.Peek) == [do.Peek(1)]
    walk.tell(events.Peeked(1, Recognised("I need", 0.5)))
    assert walk.wait(3.0).state is State.HEARING and not going_on(walk)
    walk.pauses().tell(events.Heard(1, Recognised("hours", 0.9)))
    assert not walk.orders(do.StopSpeaking)
    walk.tell(events.Understood(1, (meant("hours"),)))
    assert len(walk.orders(do.StopSpeaking)) == 1 and not walk.orders(do.ResumeSpeaking)
    assert walk.words[-2] == "Nine to five."


@pytest.mark.parametrize("text", ["", "mhm", "uh"])
def test_no_word_yet_is_looked_at_again_and_given_up(text: str) -> None:
    walk = paused().wait(0.3).tell(events.Peeked(1, Recognised(text, 0.5)))
    assert walk.state is State.GREETING and not going_on(walk)
    walk.wait(0.5)
    assert len(walk.orders(do.Peek)) == 2
    assert going_on(walk.wait(2.0))
    assert walk.told(reports.PromptResumed)[0].why == "silence"


def test_our_own_words_are_an_echo() -> None:
    walk = paused().wait(0.3).tell(events.Peeked(1, Recognised("how can I", 0.5)))
    assert going_on(walk)
    assert walk.told(reports.PromptResumed)[0].why == "echo"


@pytest.mark.parametrize(
    ("text", "why"), [("Okay.", "backchannel"), ("Mm-hmm.", "backchannel"), ("", "noise")]
)
def test_what_is_no_word_lets_the_prompt_go_on(text: str, why: str) -> None:
    walk = paused()
    walk.tell(events.SpeechPaused(1, walk.now - 0.2))
    assert walk.orders(do.Recognise) == [do.Recognise(1, 0, judge=True)]
    walk.tell(events.Heard(1, Recognised(text, 0.8)))
    assert going_on(walk)
    assert walk.told(reports.PromptResumed)[0].why == why
    assert (walk.state, walk.turn) == (State.GREETING, 2)
    assert not walk.orders(do.Understand)
    assert walk.heard_out().says("hours").words[-2] == "Nine to five."


def test_a_word_at_the_pause_stops_it_and_is_answered_in_the_usual_time() -> None:
    walk = paused()
    walk.tell(events.SpeechPaused(1, walk.now - 0.2), events.Heard(1, Recognised("hours", 0.9)))
    assert (walk.state, walk.orders(do.Understand)[0].text) == (State.HEARING, "hours")
    walk.tell(events.Understood(1, (meant("hours"),))).wait(0.28)
    assert walk.state is State.HEARING
    assert walk.wait(0.03).state is State.SPEAKING


def test_speech_that_goes_on_after_a_pause_is_looked_at_again() -> None:
    walk = paused()
    walk.tell(events.SpeechPaused(1, walk.now - 0.2), events.SpeechResumed(1, walk.now))
    walk.wait(0.5)
    assert walk.orders(do.Peek)
    walk.tell(events.Heard(1, Recognised("", 0.0)))
    assert not going_on(walk), "what was guessed at the first pause is void"


@pytest.mark.parametrize("text", ["Yes.", "Okay.", "no"])
def test_where_yes_or_no_is_asked_an_assent_is_an_answer(text: str) -> None:
    walk = confirming().speaks().lasts().wait(0.3)
    walk.tell(events.Peeked(walk.turn, Recognised(text, 0.8)))
    assert walk.state is State.HEARING


def test_a_no_too_short_to_pause_the_prompt_is_heard() -> None:
    walk = confirming().speaks().wait(0.3)
    walk.tell(events.SpeechPaused(walk.turn, walk.now - 0.2))
    assert not walk.orders(do.PauseSpeaking)
    walk.tell(events.Heard(walk.turn, Recognised("No.", 0.8)))
    walk.tell(events.Understood(walk.turn, (meant("deny", yes_no="no"),)))
    assert walk.orders(do.PauseSpeaking)
    assert walk.wait(0.16).state is State.SPEAKING
    assert walk.orders(do.StopSpeaking) and not walk.orders(do.ResumeSpeaking)


def test_a_prompt_that_ends_while_a_short_sound_is_looked_at_does_not_wait_for_it() -> None:
    walk = confirming().speaks().wait(0.3)
    turn = walk.turn
    walk.tell(events.SpeechPaused(turn, walk.now - 0.2))
    walk.tell(events.PlaybackFinished(walk.orders(do.Speak)[-1].playback))
    walk.tell(events.Heard(turn, Recognised("", 0.0)))
    assert walk.state is State.HEARING
    assert walk.wait(0.2).state is State.LISTENING


def test_a_short_noise_where_yes_or_no_is_asked_changes_nothing() -> None:
    walk = confirming().speaks().wait(0.3)
    turn = walk.turn
    walk.tell(events.SpeechPaused(turn, walk.now), events.Heard(turn, Recognised("", 0.0)))
    assert (walk.state, walk.turn) == (State.SPEAKING, turn + 1)
    assert not walk.orders(do.ResumeSpeaking)


def test_a_recogniser_lost_amid_it_lets_the_prompt_go_on() -> None:
    walk = paused()
    walk.tell(events.SpeechPaused(1, walk.now), events.EngineFailed(1, "killed"))
    assert going_on(walk) and not walk.told(reports.TurnLost)


def test_a_recogniser_lost_amid_a_short_sound_is_not_waited_for() -> None:
    walk = confirming().speaks().wait(0.3)
    turn = walk.turn
    walk.tell(events.SpeechPaused(turn, walk.now - 0.2), events.EngineFailed(turn, "killed"))
    walk.tell(events.PlaybackFinished(walk.orders(do.Speak)[-1].playback))
    assert (walk.state, walk.turn) == (State.LISTENING, turn + 1)


def test_a_key_ends_a_paused_prompt() -> None:
    walk = paused().tell(events.DigitPressed("1"))
    assert walk.orders(do.StopSpeaking)
    assert walk.words[-2] == "Nine to five."


def test_a_paused_prompt_is_not_taken_for_a_lost_one() -> None:
    walk = speaking().wait(20.0)
    at = walk.core.next_timer()
    assert at is not None
    walk.speaks().lasts().wait(2.6)
    assert walk.core.next_timer() == pytest.approx(at + 2.5)


def test_prompt_that_ends_amid_speech_lets_the_caller_finish() -> None:
    walk = speaking().wait(1.0).speaks()
    walk.tell(events.PlaybackFinished(walk.orders(do.Speak)[-1].playback))
    assert walk.state is State.HEARING
    assert walk.pauses().state is State.THINKING


def confirmed(walk: Walk) -> Walk:
    walk.wait(1.0).speaks().lasts()
    return walk.tell(events.Peeked(walk.turn, Recognised("I need", 0.5))).pauses()


@pytest.mark.parametrize(
    "heard",
    [Recognised("", 0.0), Recognised("mhm", 0.8), Recognised("we had the", 0.2, 0.2)],
    ids=["nothing", "a sign of listening", "other people"],
)
def test_a_first_word_that_comes_to_nothing_lets_the_prompt_go_on(heard: Recognised) -> None:
    walk = speaking()
    for times in range(1, 5):
        confirmed(walk).tell(events.Heard(walk.turn, heard))
        assert walk.state is State.SPEAKING and going_on(walk)
        assert len(walk.orders(do.ResumeSpeaking)) == times
    assert walk.words[-1] == "How can I help?" and not walk.orders(do.StopSpeaking)
    assert not walk.orders(do.Understand) and not walk.told(reports.TurnHeard)
    assert walk.heard_out().says("hours").words[-2] == "Nine to five."


@pytest.mark.parametrize(
    ("confidence", "meaning", "goes_on"),
    [
        (0.4, meant("out_of_scope"), True),
        (0.6, meant("out_of_scope"), False),
        (0.4, meant("hours", 0.2), True),
        (0.6, meant("hours", 0.2), False),
        (0.4, meant("hours"), False),
        (0.28, meant("goodbye"), True),
        (0.28, meant("gas"), False),
        (0.4, meant("person", 0.45), True),
        (0.6, meant("person", 0.45), False),
        (0.4, meant("person"), False),
        (0.4, meant("gas", 0.45), False),
        (0.9, meant("affirm", yes_no="yes"), True),
        (0.9, meant("deny", yes_no="no"), False),
    ],
)
def test_words_over_a_prompt_that_answer_nothing_and_are_unclear_leave_it(
    confidence: float, meaning: Understanding, goes_on: bool
) -> None:
    walk = confirmed(speaking())
    before = walk.core.dialogue
    heard = Recognised("we had some bread at home", confidence, 0.05)
    walk.tell(events.Heard(walk.turn, heard), events.Understood(walk.turn, (meaning,))).wait(2.0)
    assert going_on(walk) is goes_on and bool(walk.orders(do.StopSpeaking)) is not goes_on
    assert (walk.core.dialogue == before) is goes_on
    if goes_on:
        assert walk.told(reports.PromptResumed)[-1].why == "overheard"
        assert walk.heard_out().says("hours").words[-2] == "Nine to five."


def test_a_prompt_whose_last_sound_was_sent_as_it_was_paused_does_not_come_back() -> None:
    walk = confirmed(speaking())
    walk.tell(events.PlaybackFinished(walk.orders(do.Speak)[-1].playback))
    walk.tell(events.Heard(walk.turn, Recognised("", 0.0)))
    assert walk.state is State.LISTENING
    assert walk.says("hours").words[-2] == "Nine to five."


def test_a_prompt_that_ends_as_it_was_paused_takes_no_watch_off_the_engine() -> None:
    walk = confirmed(speaking())
    walk.tell(events.PlaybackFinished(walk.orders(do.Speak)[-1].playback))
    assert walk.wait(60.0).told(reports.TurnLost), "whose answer never comes"


def test_a_prompt_that_went_on_is_not_taken_for_a_lost_one() -> None:
    walk = confirmed(speaking()).wait(9.0)
    walk.tell(events.Heard(walk.turn, Recognised("", 0.0))).wait(15.0)
    assert walk.state is State.SPEAKING
    assert walk.heard_out().state is State.LISTENING


@pytest.mark.parametrize(("spoken", "shown"), [("How can", ["How can\u2026"]), ("", [])])
def test_the_transcript_holds_what_was_heard(spoken: str, shown: list[str]) -> None:
    walk = paused().wait(0.3).tell(events.Peeked(1, Recognised("hours", 0.5)))
    cut = walk.orders(do.Speak)[-1].playback
    walk.pauses().tell(events.Heard(1, Recognised("hours", 0.9)))
    walk.tell(events.Understood(1, (meant("hours"),)))
    walk.tell(events.PlaybackFinished(cut, interrupted=True, spoken=spoken))
    assert walk.told(reports.PromptCut)[0].spoken == spoken
    walk.tell(events.CallerLeft())
    (ended,) = walk.told(reports.ConversationEnded)
    said = [line.text for line in ended.transcript if line.who == "bot"][3:]
    assert said == [*shown, "Nine to five.", "Anything else?"]


@pytest.mark.parametrize(
    ("text", "kind", "what"),
    [
        ("Mhm.", "open", Sound.BACKCHANNEL),
        ("I see, okay.", "open", Sound.BACKCHANNEL),
        ("Yes right okay good", "open", Sound.WORD),
        ("Okay.", "yes_no", Sound.WORD),
        ("Stop.", "open", Sound.WORD),
        ("right", "menu", Sound.WORD),
        ("", "open", Sound.NOISE),
        ("Uh.", "yes_no", Sound.NOISE),
        ("open from nine to", "open", Sound.ECHO),
        ("from nine", "open", Sound.WORD),
        ("nine from open", "open", Sound.WORD),
    ],
)
def test_what_speech_over_a_prompt_is(text: str, kind: str, what: Sound) -> None:
    heard = Recognised(text, 0.9)
    assert over_prompt(heard, expected(kind), "We are open from nine to five.") is what


@pytest.mark.parametrize(
    ("text", "confidence", "no_speech", "kind", "what"),
    [
        ("We should retire", 0.22, 0.2, "open", Sound.NOISE),
        ("We should retire", 0.22, 0.02, "open", Sound.WORD),
        ("We should retire", 0.4, 0.2, "open", Sound.WORD),
        ("Okay.", 0.22, 0.2, "open", Sound.BACKCHANNEL),
        ("Okay.", 0.22, 0.2, "yes_no", Sound.WORD),
        ("No.", 0.22, 0.2, "yes_no", Sound.WORD),
        ("I can read that", 0.22, 0.2, "yes_no", Sound.NOISE),
    ],
)
def test_other_peoples_words_are_no_words(
    text: str, confidence: float, no_speech: float, kind: str, what: Sound
) -> None:
    assert over_prompt(Recognised(text, confidence, no_speech), expected(kind), "") is what
