"""The notification's conversation, walked by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound import notice_messages as n
from outbound.notice import (
    ANSWER_SECONDS,
    KEPT_SECONDS,
    LEAST_PATIENCE,
    LONGEST_SPEECH,
    MOST_SECONDS,
    MOST_STOPS,
    Notice,
    State,
)
from outbound.notice_messages import Phrases, Script, Version

EN = Phrases("Say understood or press 1.", "For English, press 4.", "Thank you.", "Help comes.",
             "Sorry.", "Goodbye.", "Calling again.", "This is an exercise.", "Press 9 to opt out.",
             "You are off.", "That was wrong.", "This is Riverton.")  # fmt: skip
IT = Phrases("Dica ho capito, o prema 1.", "Per l'italiano, prema 4.", "Grazie.", "Arriva aiuto.",
             "Scusi.", "Arrivederci.", "Richiamiamo.", "Esercitazione.", "Prema 9.", "Tolto.",
             "Annullato.")  # fmt: skip
VERSIONS = {
    "en": Version("Boil water.", "For a minute.", "Riverton: boil water.", EN),
    "it": Version("Bollite l'acqua.", "Un minuto.", "Riverton: bollite.", IT),
}


@dataclass
class Call:
    """A call in walked time: everything is said at once, two seconds a part."""

    script: Script = Script(VERSIONS)
    now: float = 100.0
    told: list[n.Command] = field(default_factory=list)
    queue: list[n.Say] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.notice = Notice(self.script)
        self.do(n.Answered())

    def do(self, *events: n.Event) -> Call:
        for event in events:
            self.notice.receive(event, self.now)
            self.take()
        return self

    def take(self) -> None:
        for command in self.notice.commands():
            if isinstance(command, n.Say):
                self.queue.append(command)
            elif isinstance(command, n.Hush):
                stopped, self.queue = self.queue, []
                for part in stopped:
                    self.notice.receive(n.PartEnded(part.part, 500, True), self.now)
            self.told.append(command)

    def say(self, parts: int = 99) -> Call:
        """Let so many parts be said."""
        for _ in range(parts):
            if not self.queue:
                break
            part = self.queue.pop(0)
            self.do(n.PartStarted(part.part))
            self.now += 2.0
            self.do(n.PartEnded(part.part, 2000, False))
        return self

    def wait(self) -> Call:
        due = self.notice.next_timer()
        assert due is not None
        self.now = due
        self.notice.handle_timer(self.now)
        self.take()
        return self

    def texts(self) -> list[str]:
        return [one.text for one in self.told if isinstance(one, n.Say)]

    def facts(self) -> list[n.Command]:
        return [one for one in self.told if not isinstance(one, n.Say | n.Hush)]


def test_the_headline_comes_first_and_what_was_played_is_a_fact() -> None:
    call = Call()
    assert call.texts()[0] == "Boil water."
    call.say(1)
    assert call.facts() == [n.MessageBegun()]
    call.say(1)
    assert call.facts()[-1] == n.MessageHeard(4000)
    call.say()
    assert call.notice.state is State.AWAITING
    assert "For a minute." in call.texts() and "prema 4" in call.texts()[-1]


@pytest.mark.parametrize(
    ("event", "by"),
    [(n.KeyPressed("1"), "key"), (n.Meant("understood", 0.9), "voice"),
     (n.Meant("affirm", 0.9), "voice")],
)  # fmt: skip
def test_understood_is_the_success(event: n.Event, by: str) -> None:
    call = Call().say().do(event).say()
    assert [type(fact) for fact in call.facts()] == [
        n.MessageBegun, n.MessageHeard, n.Acknowledged, n.HangUp,
    ]  # fmt: skip
    assert call.texts()[-1] == "Thank you."
    assert [f.by for f in call.facts() if isinstance(f, n.Acknowledged)] == [by]


def test_a_key_counts_from_the_first_moment_a_word_only_after_the_headline() -> None:
    assert n.Acknowledged("key") in Call().do(n.KeyPressed("1")).told
    for early in (n.Meant("understood", 0.9), n.Meant("affirm", 0.99)):
        call = Call().do(early)
        assert call.facts() == [] and call.notice.state is State.SAYING and call.queue
    assert n.Acknowledged("voice") in Call().say(1).do(n.Meant("understood", 0.9)).told
    assert n.Acknowledged("voice") not in Call().say(2).do(n.Meant("affirm", 0.9)).told
    assert n.Acknowledged("voice") not in Call().say().do(n.Meant("understood", 0.5)).told


def test_who_cannot_be_heard_in_time_is_asked_for_a_key() -> None:
    words = replace(EN, options_by_key="Press 1.")
    script = Script({"en": replace(VERSIONS["en"], phrases=words), "it": VERSIONS["it"]})
    call = Call(script)
    options = [one for one in call.told if isinstance(one, n.Say) and one.by_key]
    assert [one.by_key for one in options] == ["Press 1. Per l'italiano, prema 4."]
    assert options[0].text == "Say understood or press 1. Per l'italiano, prema 4."
    plain = [one for one in Call().told if isinstance(one, n.Say) and one.by_key]
    assert plain[0].by_key == plain[0].text  # a bot without words for it


EARLY, HEADLINE, ASKED = (
    n.Moment(*moment) for moment in ((False, False), (True, False), (True, True))
)


@pytest.mark.parametrize(
    ("meant", "spoken", "counts"),
    [
        ("understood", EARLY, False), ("understood", HEADLINE, True), ("affirm", HEADLINE, False),
        ("affirm", ASKED, True), ("help", EARLY, True), ("repeat", ASKED, False),
        ("out_of_scope", ASKED, False), ("understood", None, False),
    ],
)  # fmt: skip
def test_what_was_said_counts_after_the_call_by_the_moment_at_which_it_was_said(
    meant: str, spoken: n.Moment | None, counts: bool
) -> None:
    call = Call().say().do(n.Gone(), n.Meant(meant, 0.9, spoken), n.Meant(meant, 0.9, spoken))
    found = [one for one in call.told if isinstance(one, n.Acknowledged)]
    assert [(one.by, one.help) for one in found[:1]] == [("voice", meant == "help")] * counts
    assert len(found) <= 1 or meant == "help"
    assert call.notice.state is State.OVER


def test_an_answer_that_is_recognised_while_the_next_part_is_said_counts_as_it_was_meant() -> None:
    call = Call().say().wait()  # it is being said again
    assert call.notice.state is State.SAYING
    assert n.Acknowledged("voice") in call.do(n.Meant("affirm", 0.9, ASKED)).told


@pytest.mark.parametrize("event", [n.KeyPressed("1"), n.Meant("understood", 0.9)])
def test_understood_during_the_last_words_counts_once(event: n.Event) -> None:
    call = Call().say().wait().say().wait().say().wait()
    assert call.notice.state is State.LEAVING
    call.do(event, event)
    assert len([one for one in call.told if isinstance(one, n.Acknowledged)]) == 1
    assert call.say().notice.state is State.OVER


def test_an_opt_out_counts_whenever_it_is_recognised() -> None:
    wish = n.Meant("opt_out", 0.99, ASKED)
    for parts in (0, 99):  # while the last words are said, and when the call is over
        call = Call(Script(VERSIONS, may_opt_out=True)).say().do(n.KeyPressed("1")).say(parts)
        assert call.notice.state is (State.OVER if parts else State.LEAVING)
        call.do(wish, wish)
        assert call.facts().count(n.OptedOut()) == 1
        assert ("You are off." in call.texts()) is (parts == 0)
        never = Call().say().do(n.KeyPressed("1")).say(parts).do(wish)
        assert n.OptedOut() not in never.facts(), "an emergency's message offers none"


def test_help_acknowledges_and_reaches_a_person() -> None:
    call = Call().say(1).do(n.Meant("help", 0.8))
    assert call.facts()[-1] == n.Acknowledged("voice", help=True)
    call.say()
    assert call.facts()[-1] == n.HandOver("en") and call.notice.state is State.OVER
    late = Call().say().do(n.KeyPressed("1"), n.KeyPressed("0")).say()
    assert late.facts()[-3:] == [n.Acknowledged("key"), n.Acknowledged("key", True),
                                 n.HandOver("en")]  # fmt: skip


@pytest.mark.parametrize("key", ["2", "3", "4"])
def test_again_slower_and_in_another_language(key: str) -> None:
    call = Call().say()
    before = len(call.texts())
    call.do(n.KeyPressed(key))
    first = [one for one in call.told if isinstance(one, n.Say)][before]
    expected = "Bollite l'acqua." if key == "4" else "Boil water."
    assert (first.text, first.slow) == (expected, key == "3")
    assert first.language == ("it" if key == "4" else "en")
    call.say().do(n.KeyPressed("4")).say().do(n.KeyPressed("1")).say()
    assert call.texts()[-1] == ("Thank you." if key == "4" else "Grazie.")


def test_not_understood_is_slower_and_who_is_answered() -> None:
    call = Call().say().do(n.Meant("not_understood", 0.9))
    assert call.queue[0].slow
    call = Call().say().do(n.Meant("who", 0.9))
    assert [part.text for part in call.queue][:2] == ["This is Riverton.", "Boil water."]


def test_silence_is_told_three_times_then_goodbye_unacknowledged() -> None:
    call = Call()
    for _ in range(3):
        call.say().wait()
    call.say()
    assert call.texts().count("Boil water.") == 3 and call.texts()[-1] == "Goodbye."
    assert call.facts()[-1] == n.HangUp()
    assert not any(isinstance(fact, n.Acknowledged) for fact in call.facts())


def test_a_yes_over_the_question_counts_when_it_is_asked() -> None:
    call = Call().say(2)
    question = call.queue[0]
    call.do(n.PartStarted(question.part), n.Meant("affirm", 0.9))
    assert n.Acknowledged("voice") not in call.told and call.queue == [question]
    call.do(n.PartEnded(question.part, 2000, False))
    assert n.Acknowledged("voice") in call.told
    taken_back = Call().say(2)
    taken_back.do(n.PartStarted(taken_back.queue[0].part), n.Meant("affirm", 0.9))
    taken_back.do(n.Meant("deny", 0.9, None, stopped=True)).say()
    assert n.Acknowledged("voice") not in taken_back.told


def test_words_that_stopped_the_question_are_answered() -> None:
    call = Call().say(2)
    call.do(n.PartStarted(call.queue[0].part), n.Meant("weather", 0.9, None, stopped=True))
    assert [part.text for part in call.queue][0] == "Sorry."


def test_who_speaks_in_vain_is_told_which_key_does() -> None:
    words = replace(EN, options_by_key="Press 1.", unheard="I cannot hear you. Press 1.")
    script = Script({"en": replace(VERSIONS["en"], phrases=words)})
    call = Call(script).say(2)
    question = call.queue[0]
    call.do(n.PartStarted(question.part), n.SpeechBegan(), n.Unheard())
    assert call.queue == [question], "the question is said to its end"
    call.do(n.PartEnded(question.part, 2000, False))
    assert call.notice.next_timer() == call.now + KEPT_SECONDS, "it may be made out yet"
    assert call.wait().texts()[-1] == "I cannot hear you. Press 1."
    call.say().do(n.SpeechBegan(), n.Unheard()).wait()
    assert call.texts().count("I cannot hear you. Press 1.") == 2
    call.say().do(n.SpeechBegan(), n.Unheard())
    assert call.notice.next_timer() == call.now + ANSWER_SECONDS
    assert n.Acknowledged("voice") in call.do(n.Meant("understood", 0.9, ASKED)).told


def test_what_may_be_interrupted() -> None:
    call = Call()
    assert [part.interruptible for part in call.queue] == [False, False, True]
    call.say().wait()
    assert [part.interruptible for part in call.queue] == [False, True, True]
    call.do(n.KeyPressed("4"))  # not heard yet in this language
    assert [part.interruptible for part in call.queue] == [False, False, True]
    for _ in range(MOST_STOPS):
        call.do(n.Meant("weather", 0.9, None, stopped=True))
    assert not any(part.interruptible for part in call.queue)


def test_who_speaks_is_let_finish() -> None:
    call = Call().say()
    due = call.notice.next_timer()
    assert due == call.now + ANSWER_SECONDS
    call.now += 5.5
    call.do(n.SpeechBegan())
    assert call.notice.next_timer() == call.now + LONGEST_SPEECH
    call.now += 3.0
    call.do(n.NothingSaid(), n.NothingSaid())
    assert call.notice.next_timer() == call.now + LEAST_PATIENCE
    begun_before = Call().say(2)
    begun_before.do(n.SpeechBegan()).say()
    assert begun_before.notice.next_timer() == begun_before.now + LONGEST_SPEECH


def test_what_is_unclear_is_asked_again_only_when_asked_for() -> None:
    call = Call().say().do(n.Meant("unclear", 0.9))
    assert [part.text for part in call.queue][0] == "Sorry."
    saying = Call().say(1)
    before = list(saying.queue)
    assert saying.do(n.Meant("weather", 0.3)).queue == before  # a cough does not stop an alarm
    assert Call().say(1).do(n.KeyPressed("7")).texts().count("Boil water.") == 2


def test_a_beep_has_the_short_version_said() -> None:
    call = Call().say(1).do(n.Beeped()).wait().say()
    assert call.texts()[-1] == "Riverton: boil water."
    assert call.facts()[-2:] == [n.LeftInMailbox(), n.HangUp()]
    picked_up = Call().do(n.Beeped()).wait().do(n.KeyPressed("1"))
    assert n.Acknowledged("key") in picked_up.told


def test_taken_back_while_it_is_said() -> None:
    call = Call().say(1).do(n.TakenBack("")).say()
    assert call.texts()[-2:] == ["That was wrong.", "Goodbye."]
    assert call.facts()[-1] == n.HangUp()
    assert "Cancelled." in Call().do(n.TakenBack("Cancelled.")).texts()


def test_an_exercise_says_so_before_and_after_and_a_second_call_says_why() -> None:
    call = Call(Script(VERSIONS, cut_off=True, exercise=True)).say()
    assert call.texts()[:5] == [
        "Calling again.", "This is an exercise.", "Boil water.", "For a minute.",
        "This is an exercise.",
    ]  # fmt: skip
    assert "This is an exercise." in Call(Script(VERSIONS, exercise=True)).do(
        n.Beeped()).wait().texts()[-2:]  # fmt: skip


def test_opting_out_only_where_it_is_offered() -> None:
    offered = Call(Script(VERSIONS, may_opt_out=True)).say()
    assert "Press 9" in offered.texts()[-1]
    offered.do(n.KeyPressed("9")).say()
    assert n.OptedOut() in offered.told and offered.texts()[-1] == "You are off."
    assert n.OptedOut() not in Call().say().do(n.KeyPressed("9")).told


def test_no_call_lasts_for_ever() -> None:
    call = Call()
    call.now += MOST_SECONDS
    call.notice.handle_timer(call.now)
    call.take()
    assert call.facts()[-1] == n.HangUp() and call.notice.next_timer() is None


_EVENTS: st.SearchStrategy[n.Event] = st.one_of(
    st.sampled_from("0123456789*#").map(n.KeyPressed),
    st.builds(
        n.Meant,
        st.sampled_from(["understood", "help", "repeat", "slower", "language", "affirm", "x"]),
        st.floats(0, 1),
        st.none(),
        st.booleans(),
    ),
    st.sampled_from(
        [
            n.Beeped(),
            n.TakenBack(""),
            n.Gone(),
            n.PartEnded("x-1", 10, False),
            n.SpeechBegan(),
            n.NothingSaid(),
            n.Unheard(),
        ]
    ),
)


@given(st.lists(st.one_of(_EVENTS, st.sampled_from(["say", "wait"])), max_size=30))
def test_whatever_happens_it_ends_once(steps: Iterable[n.Event | str]) -> None:
    call = Call()
    for step in steps:
        if step == "say":
            call.say(1)
        elif step == "wait":
            if call.notice.next_timer() is not None:
                call.wait()
        elif not isinstance(step, str):
            call.do(step)
    while call.notice.next_timer() is not None:
        call.say()
        if call.notice.next_timer() is not None:
            call.wait()
    assert call.notice.state is State.OVER
    assert sum(isinstance(f, n.HangUp | n.HandOver) for f in call.facts()) <= 1
    assert sum(isinstance(f, n.MessageBegun) for f in call.facts()) <= 1
    assert sum(isinstance(f, n.MessageHeard) for f in call.facts()) <= 1
