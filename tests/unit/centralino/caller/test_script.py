from __future__ import annotations

from centralino.caller.script import (
    Answered,
    Cue,
    FrameHeard,
    HangUp,
    Pause,
    Press,
    Quiet,
    SaidAll,
    Say,
    ScriptCore,
    Told,
    Word,
    from_json,
    to_json,
)

HELLO = Say("hello", "hello.wav")


def speak(core: ScriptCore, start: float, seconds: float) -> float:
    """The other side speaks."""
    now = start
    while now < start + seconds:
        core.receive(FrameHeard(True), now)
        now += 0.02
    return now


def test_a_polite_party_speaks_when_the_other_side_has_finished() -> None:
    core = ScriptCore([Quiet(0.8), HELLO, HangUp()])
    core.receive(Answered(), 0.0)
    end = speak(core, 0.0, 1.0)
    assert core.commands() == []
    due = core.next_timer()
    assert due is not None and end < due < end + 0.81
    core.handle_timer(due)
    assert core.commands() == [HELLO]
    core.receive(SaidAll(), due + 1)
    assert core.commands() == [HangUp()]
    assert core.finished


def test_a_click_is_no_speech() -> None:
    core = ScriptCore([Quiet(0.8, patience=10.0), HELLO])
    core.receive(Answered(), 0.0)
    core.receive(FrameHeard(True), 0.1)
    core.receive(FrameHeard(False), 0.12)
    assert core.next_timer() == 10.0
    core.handle_timer(10.0)
    assert core.commands() == [HELLO]


def test_what_the_other_side_said_before_our_sentence_does_not_count_after_it() -> None:
    core = ScriptCore([Quiet(0.8), HELLO, Quiet(0.8, patience=5.0), Press("1")])
    core.receive(Answered(), 0.0)
    speak(core, 0.0, 0.5)
    core.handle_timer(2.0)
    core.commands()
    core.receive(SaidAll(), 3.0)
    assert core.next_timer() == 8.0


def test_the_director_may_speak_before_we_listen() -> None:
    core = ScriptCore([Pause(1.0), Told("go"), Press("5")])
    core.receive(Answered(), 0.0)
    core.receive(Word("go"), 0.5)
    core.handle_timer(1.0)
    assert core.commands() == [Press("5")]


def test_the_director_may_give_more_to_do_at_any_time() -> None:
    core = ScriptCore([])
    core.receive(Answered(), 0.0)
    core.receive(Cue((Pause(1.0), HELLO)), 5.0)
    core.receive(Cue((HangUp(),)), 5.5)
    core.handle_timer(6.0)
    assert core.commands() == [HELLO]
    core.receive(SaidAll(), 7.0)
    assert core.commands() == [HangUp()] and core.finished
    core.receive(Cue((Press("1"),)), 8.0)
    assert core.commands() == [Press("1")]


def test_steps_travel_as_json() -> None:
    for step in (Quiet(0.5), Pause(1.0), Told(), HELLO, Press("12#"), HangUp()):
        assert from_json(to_json(step)) == step
