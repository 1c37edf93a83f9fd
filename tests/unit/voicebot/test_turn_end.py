"""When a turn ends: pauses, guesses made at them, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.voicebot.sample import meant
from tests.unit.voicebot.walk import Walk
from voicebot import commands as do
from voicebot import events, reports
from voicebot.nlu.ports import Understanding
from voicebot.speech.ports import Hypothesis, Recognised
from voicebot.turns import State

HOURS = meant("hours")
PAUSE = 0.2


def paused(walk: Walk | None = None) -> Walk:
    """The caller has spoken and is silent for 200 ms."""
    walk = (walk or Walk()).heard_out().speaks().wait(1.0)
    last = walk.now
    return walk.wait(PAUSE).tell(events.SpeechPaused(walk.turn, last))


def guessed(walk: Walk, reading: Understanding, text: str = "hours", guess: int = 0) -> Walk:
    walk.tell(events.Heard(walk.turn, Recognised(text, 0.9), guess))
    return walk.tell(events.Understood(walk.turn, (reading,), guess))


def asked_for_number() -> Walk:
    return Walk().says("bill").says("out_of_scope", name="Jo")


def asked_for_yes() -> Walk:
    return asked_for_number().says("out_of_scope", digits="1234")


def test_at_a_pause_the_turn_is_worked_out_and_nothing_leaves() -> None:
    walk = paused()
    assert walk.orders(do.Recognise) == [do.Recognise(1, 0, judge=True)]
    guessed(walk, HOURS)
    assert walk.orders(do.Prepare) == [do.Prepare("Nine to five.")]
    assert walk.state is State.HEARING
    assert walk.words[-1] == "How can I help?"
    assert not walk.told(reports.TurnHeard)


def test_the_guess_is_released_at_the_endpoint() -> None:
    walk = guessed(paused(), HOURS).wait(0.29)
    assert walk.state is State.HEARING
    assert walk.wait(0.02).state is State.SPEAKING
    assert walk.words[-2:] == ["Nine to five.", "Anything else?"]
    assert [heard.text for heard in walk.told(reports.TurnHeard)] == ["hours"]


def test_a_guess_that_comes_after_its_early_end_is_released_at_once() -> None:
    walk = guessed(paused().wait(0.4), HOURS)
    assert walk.state is State.SPEAKING


def test_words_that_come_after_the_endpoint_are_awaited() -> None:
    walk = paused().wait(1.0)
    assert walk.state is State.THINKING
    assert guessed(walk, HOURS).state is State.SPEAKING


def test_who_goes_on_is_not_answered() -> None:
    walk = guessed(paused(), HOURS)
    walk.tell(events.SpeechResumed(walk.turn, walk.now))
    assert walk.wait(2.0).state is State.HEARING
    walk.tell(events.SpeechPaused(walk.turn, walk.now))
    assert walk.orders(do.Recognise)[-1] == do.Recognise(1, 1, judge=True)
    stale = walk.core.stale
    guessed(walk, HOURS)
    assert walk.core.stale == stale + 2, "the first guess is void"
    guessed(walk, meant("person"), "person", guess=1).wait(1.0)
    assert walk.words[-1] == "Connecting you to the house team."


def test_who_goes_on_after_the_endpoint_is_heard_out_too() -> None:
    walk = paused().wait(1.0)
    states = [walk.state, walk.tell(events.SpeechResumed(walk.turn, walk.now)).state]
    assert states == [State.THINKING, State.HEARING]
    walk.wait(0.5).tell(events.SpeechPaused(walk.turn, walk.now))
    assert guessed(walk, HOURS, guess=1).wait(2.0).state is State.SPEAKING


def test_words_that_come_after_the_endpoint_may_say_that_more_will_come() -> None:
    walk = guessed(paused().wait(1.0), meant("bill", 0.9), "my bill is")
    assert walk.state is State.HEARING
    walk.tell(events.SpeechResumed(walk.turn, walk.now))
    walk.tell(events.SpeechPaused(walk.turn, walk.now))
    assert guessed(walk, HOURS, guess=1).wait(1.0).state is State.SPEAKING


def test_no_endpoint_before_the_words_can_be_known() -> None:
    walk = paused(asked_for_yes()).wait(0.6)
    assert walk.state is State.HEARING
    assert guessed(walk, meant("affirm", yes_no="yes"), "Yes.").state is State.SPEAKING


def test_who_says_uh_is_waited_for() -> None:
    walk = paused(asked_for_yes())
    walk.tell(events.Heard(walk.turn, Recognised("Uh.", 0.6))).wait(0.9)
    assert walk.state is State.HEARING
    walk.tell(events.SpeechResumed(walk.turn, walk.now), events.SpeechPaused(walk.turn, walk.now))
    walk.tell(events.Heard(walk.turn, Recognised("Uh, no.", 0.9), 1))
    assert walk.orders(do.Understand)[-1].text == "no."


def test_a_yes_that_may_have_been_uh_is_waited_for() -> None:
    walk = paused(asked_for_yes())
    heard = Recognised("Yeah.", 0.4, alternatives=(Hypothesis("Uh.", 0.3),))
    walk.tell(events.Heard(walk.turn, heard))
    walk.tell(events.Understood(walk.turn, (meant("affirm", yes_no="yes"),))).wait(0.9)
    assert walk.state is State.HEARING
    assert walk.wait(0.2).state is State.SPEAKING


def test_who_says_nothing_but_uh_has_said_nothing() -> None:
    walk = paused(asked_for_yes())
    walk.tell(events.Heard(walk.turn, Recognised("Um, uh.", 0.6))).wait(1.1)
    assert walk.state is State.LISTENING


def test_a_prefix_waits() -> None:
    walk = guessed(paused(), meant("bill", 0.9), "my bill is").wait(1.7)
    assert walk.state is State.HEARING
    assert walk.wait(0.2).state is State.SPEAKING


@pytest.mark.parametrize(
    ("before", "reading", "text", "silence"),
    [
        (asked_for_yes, meant("affirm", yes_no="yes"), "Yes.", 0.32),
        (asked_for_yes, meant("hours", 0.2), "Perhaps", 0.35),
        (asked_for_number, meant(digits="1234"), "one two three four", 0.35),
        (asked_for_number, meant(digits="12"), "one two", 1.8),
        (Walk, HOURS, "hours", 0.5),
        (Walk, meant("hours", 0.6), "hours", 0.85),
        (lambda: Walk().says("bill"), meant(name="Jo"), "Jo.", 1.1),
        (lambda: Walk().says("bill"), meant(name="Jo Hill"), "Jo Hill.", 0.6),
    ],
    ids=[
        "yes", "neither", "all digits", "some digits", "surely", "perhaps", "a name", "full name",
    ],
)  # fmt: skip
def test_what_is_asked_and_said_decides_how_long_we_wait(
    before: type[Walk], reading: Understanding, text: str, silence: float
) -> None:
    walk = guessed(paused(before()), reading, text).wait(silence - PAUSE - 0.01)
    assert walk.state is State.HEARING
    assert walk.wait(0.02).state is State.SPEAKING


@pytest.mark.parametrize(("finished", "silence"), [(0.9, 0.35), (0.1, 0.85)])
def test_a_turn_detector_is_listened_to(finished: float, silence: float) -> None:
    walk = paused()
    walk.tell(events.TurnJudged(walk.turn, finished))
    guessed(walk, HOURS).wait(silence - PAUSE - 0.01)
    assert walk.state is State.HEARING
    assert walk.wait(0.02).state is State.SPEAKING


def test_a_turn_detector_that_answers_last_ends_the_wait() -> None:
    walk = guessed(paused(), HOURS).wait(0.2)
    walk.tell(events.TurnJudged(walk.turn, 0.9))
    assert walk.state is State.SPEAKING


@pytest.mark.parametrize("first", ["1 2 3 4 1 2", ""], ids=["too many", "nothing"])
@pytest.mark.parametrize(
    ("second", "understood"), [("One two three four.", 1), ("One two three.", 0)]
)
def test_what_may_be_a_number_is_read_once_more_as_digits_only(
    first: str, second: str, understood: int
) -> None:
    walk = paused(asked_for_number())
    asked = len(walk.orders(do.Understand))
    walk.tell(events.Heard(walk.turn, Recognised(first, 0.4)))
    again = walk.orders(do.Recognise)[-1]
    assert again.only[:2] == ("zero", "one") and len(walk.orders(do.Understand)) == asked
    walk.tell(events.Heard(walk.turn, Recognised(second, 0.6)))
    told = [order.text for order in walk.orders(do.Understand)[asked:]]
    assert told == ([second] if understood else [first][: bool(first)])
    assert walk.orders(do.Recognise)[-1] is again, "and not a third time"


def test_a_number_that_was_read_twice_ends_no_turn_early() -> None:
    walk = paused(asked_for_number())
    for text in ("1 2 3 4 1 2", "1 2 3 4"):
        walk.tell(events.Heard(walk.turn, Recognised(text, 0.4)))
    walk.tell(events.Understood(walk.turn, (meant(digits="1234"),))).wait(1.5)
    assert walk.state is State.HEARING
    assert walk.wait(0.2).state is State.SPEAKING


def test_noise_at_a_pause_is_no_answer() -> None:
    walk = paused()
    walk.tell(events.Heard(walk.turn, Recognised("", 0.0))).wait(1.0)
    assert walk.state is State.LISTENING


def test_a_slow_speaker_is_given_more_time() -> None:
    walk = paused()
    for _ in range(3):
        walk.wait(0.6).tell(events.SpeechResumed(walk.turn, walk.now)).wait(0.5)
        walk.tell(events.SpeechPaused(walk.turn, walk.now))
    guessed(walk, meant("hours", 0.6), guess=3).wait(0.85)
    assert walk.state is State.HEARING
    assert walk.wait(0.1).state is State.SPEAKING


def test_silence_that_lasts_too_long_is_the_end_whatever_was_said() -> None:
    walk = guessed(paused(), meant("hours", 0.6), "my bill is")
    walk.tell(events.SpeechEnded(walk.turn, walk.now - 3.0))
    assert walk.state is State.SPEAKING


def test_what_is_not_current_is_stale() -> None:
    walk = Walk().heard_out()
    late: list[events.Event] = [
        events.SpeechPaused(1, walk.now),
        events.SpeechResumed(1, walk.now),
        events.TurnJudged(1, 0.5),
    ]
    walk.tell(*late)
    assert walk.core.stale == len(late)
    paused(walk).tell(events.TurnJudged(walk.turn, 0.5), events.TurnJudged(walk.turn, 0.9))
    assert walk.core.stale == len(late) + 1


# Cut off


def answered(text: str, reading: Understanding, walk: Walk | None = None) -> Walk:
    """Answered at a pause that was not the end; our answer has begun to sound."""
    walk = guessed(paused(walk), reading, text).wait(0.4)
    first = next(s for s in walk.orders(do.Speak) if s.playback not in walk.done)
    return walk.tell(events.PlaybackStarted(first.playback))


def goes_on(walk: Walk, after: float, text: str, reading: Understanding) -> Walk:
    walk.wait(after).speaks().wait(0.5).lasts().wait(0.2)
    walk.tell(events.SpeechPaused(walk.turn, walk.now - 0.2))
    walk.tell(events.Heard(walk.turn, Recognised(text, 0.9)))
    return walk.tell(events.Understood(walk.turn, (reading, reading)))


def test_who_was_cut_off_is_heard_as_if_not() -> None:
    walk = answered("hours", replace(HOURS, text="hours"))
    goes_on(walk, 0.4, "of the water office", meant("bill"))
    assert walk.orders(do.Understand)[-1].text == "hours of the water office"
    walk.wait(1.0)
    assert walk.orders(do.StopSpeaking) and not walk.orders(do.ResumeSpeaking)
    assert walk.words[-2:] == ["Sorry about that.", "Your name?"]
    heard = [told.text for told in walk.told(reports.TurnHeard)]
    assert heard == ["hours", "of the water office"]


def test_who_goes_on_before_our_answer_sounds_never_hears_it_begin() -> None:
    walk = guessed(paused(), HOURS, "hours").wait(0.4)
    assert walk.state is State.SPEAKING and not walk.orders(do.PauseSpeaking)
    assert walk.speaks().orders(do.PauseSpeaking)
    assert walk.state is State.SPEAKING


def test_what_must_be_heard_is_not_taken_back_by_voice() -> None:
    walk = guessed(paused(), meant("gas"), "gas").wait(0.4)
    assert walk.words[-2:] != walk.words[-1:]
    assert not walk.speaks().orders(do.PauseSpeaking)


@pytest.mark.parametrize(
    ("whole", "text"),
    [(replace(HOURS, text="hours please"), "please"), (meant("out_of_scope", 0.2), "cashier")],
    ids=["the same", "no sense"],
)
def test_a_rest_that_changes_nothing_lets_our_answer_go_on(whole: Understanding, text: str) -> None:
    walk = answered("hours", replace(HOURS, text="hours"))
    said = list(walk.words)
    goes_on(walk, 0.4, text, whole)
    assert walk.words == said and not walk.orders(do.StopSpeaking)
    assert walk.told(reports.PromptResumed)[0].why == "rest"
    assert [told.text for told in walk.told(reports.TurnHeard)] == ["hours", text]
    assert walk.heard_out().says("bill").words[-2] == "Sorry about that."


def handing_over(walk: Walk | None = None) -> Walk:
    return answered("a person", replace(meant("person"), text="a person"), walk)


def test_who_goes_on_as_we_hand_over_is_heard() -> None:
    walk = handing_over()
    goes_on(walk, 0.4, "I mean your hours", HOURS)
    assert walk.orders(do.Understand)[-1].text == "a person I mean your hours"
    assert walk.wait(1.0).words[-2:] == ["Nine to five.", "Anything else?"]
    assert not walk.orders(do.HandOver)


def test_a_hand_over_that_stays_the_same_goes_on() -> None:
    walk = handing_over()
    goes_on(walk, 0.4, "please", meant("person"))
    assert walk.orders(do.ResumeSpeaking) and not walk.orders(do.HandOver)
    walk.heard_out()
    assert len(walk.orders(do.HandOver)) == 1 and walk.state is State.WAITING


def test_a_sound_as_we_hand_over_does_not_stop_it() -> None:
    walk = handing_over()
    goes_on(walk, 0.4, "", meant("person")).heard_out()
    assert len(walk.orders(do.HandOver)) == 1 and walk.state is State.WAITING


def test_who_speaks_later_as_we_hand_over_is_not_heard() -> None:
    walk = handing_over()
    stale = walk.core.stale
    walk.wait(2.0).speaks()
    assert walk.core.stale == stale + 1
    assert walk.heard_out().state is State.WAITING
    assert isinstance(
        [o for o in walk.ordered if isinstance(o, do.Listen | do.StopListening)][-1],
        do.StopListening,
    )


def test_a_third_part_is_joined_as_well() -> None:
    walk = answered("hours", replace(HOURS, text="hours"))
    goes_on(walk, 0.4, "please", replace(HOURS, text="hours please"))
    goes_on(walk, 0.4, "of the water office", meant("bill"))
    assert walk.orders(do.Understand)[-1].text == "hours please of the water office"
    assert walk.wait(1.0).orders(do.StopSpeaking)


def test_words_that_do_not_end_keep_our_answer_silent() -> None:
    walk = answered("hours", HOURS).speaks()
    for _ in range(8):
        walk.wait(0.4).tell(events.Peeked(walk.turn, Recognised("of the water", 0.8)))
    assert not walk.orders(do.ResumeSpeaking) and not walk.orders(do.StopSpeaking)


def test_uh_over_our_answer_keeps_it_silent_for_a_while() -> None:
    walk = answered("hours", HOURS).speaks().wait(0.3)
    walk.tell(events.SpeechPaused(walk.turn, walk.now))
    walk.tell(events.Heard(walk.turn, Recognised("uh", 0.8))).wait(1.0)
    assert not walk.orders(do.ResumeSpeaking)
    assert walk.wait(2.0).orders(do.ResumeSpeaking)


def test_a_no_that_goes_on_is_a_correction() -> None:
    no = meant("deny", text="No.", yes_no="no")
    walk = answered("No.", no, asked_for_yes())
    goes_on(walk, 0.3, "three five", meant(digits="35"))
    understand = walk.orders(do.Understand)[-1]
    assert understand.text == "No. three five"
    assert understand.readings == ("yes_no", "digits"), "as an answer to what was asked before"


def test_who_speaks_later_answers_what_we_ask() -> None:
    walk = goes_on(answered("hours", HOURS), 2.0, "bill", meant("bill"))
    assert walk.orders(do.Understand)[-1].text == "bill"


def test_a_key_between_the_halves_is_not_undone() -> None:
    walk = answered("hours", HOURS)
    walk.tell(events.DigitPressed("1"))
    goes_on(walk, 0.2, "of the water office", meant("bill"))
    texts = [understand.text for understand in walk.orders(do.Understand)]
    assert "hours of the water office" not in texts
