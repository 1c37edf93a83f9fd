"""Utterances cut from frames; the clock is walked by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.endpointing import (
    MACHINE,
    Endpointing,
    Segment,
    Segmenter,
    SpeechEnded,
    SpeechEvent,
    SpeechFrame,
    SpeechLasted,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)
from voicebot.speech.scripted import tone
from voicebot.speech.sound import silence

RATE = 8000
START = 1000.0
LOUD = tone(RATE, 0.020, -20.0)
SOFT = tone(RATE, 0.020, -55.0)
QUIET = silence(RATE, 0.020)


def near(seconds: float) -> Any:
    return pytest.approx(seconds)


class Line:
    """A segmenter with its clock: `-` silence, `#` speech, `n` noise that the VAD takes for it."""

    FRAMES = {"-": (QUIET, False), "#": (LOUD, True), "n": (SOFT, True)}

    def __init__(self, settings: Endpointing | None = None) -> None:
        self.segmenter = Segmenter(settings)
        self.frames = 0
        self.events: list[SpeechEvent] = []

    def hears(self, pattern: str) -> list[SpeechEvent]:
        """Feed the frames; the events but those that only tell how it goes on."""
        new: list[SpeechEvent] = []
        for mark in pattern:
            self.frames += 1
            frame, is_speech = self.FRAMES[mark]
            new += self.segmenter.feed(frame, is_speech, START + self.frames * 0.020)
        self.events += new
        return [event for event in new if not isinstance(event, SpeechFrame | SpeechLasted)]

    def pcm(self) -> bytes:
        return b"".join(event.pcm for event in self.events if isinstance(event, SpeechFrame))


def test_three_of_five_begin_an_utterance_at_its_first_speech_frame() -> None:
    line = Line()
    assert line.hears("-" * 10 + "#-#") == []
    (started,) = line.hears("#")
    assert started == SpeechStarted(near(START + 10 * 0.020))


@pytest.mark.parametrize(
    ("pattern", "lasting"),
    [
        ("#########", 0),
        ("##########", 1),
        ("#####----#####", 1),
        ("#" * 60, 1),
        ("#####----####", 0),
    ],
)
def test_what_lasts_is_told_once(pattern: str, lasting: int) -> None:
    line = Line()
    line.hears("-" * 10 + pattern)
    assert sum(isinstance(event, SpeechLasted) for event in line.events) == lasting


def test_our_own_echo_is_neither_speech_nor_noise() -> None:
    segmenter = Segmenter()
    for i in range(100):
        assert segmenter.feed(LOUD, True, START + i * 0.02, echo=True) == []
    soft = tone(RATE, 0.020, -45.0)
    events = [segmenter.feed(soft, True, START + 2 + i * 0.02) for i in range(5)]
    assert isinstance(events[2][0], SpeechStarted), "the echo has not raised the bar"


def test_two_clicks_are_no_utterance() -> None:
    assert Line().hears("-#-#---#--#----##---") == []


def test_the_pre_roll_comes_with_the_start() -> None:
    line = Line()
    line.hears("-" * 50 + "###")
    assert line.pcm() == QUIET * 17 + LOUD * 3


def test_no_sound_is_lost_or_doubled() -> None:
    line = Line()
    line.hears("###" + "-" * 20 + "#" * 30 + "-" * 30)
    assert line.pcm() == LOUD * 3 + QUIET * 20 + LOUD * 30 + QUIET * 30


def test_the_end_comes_after_the_endpoint_delay() -> None:
    line = Line()
    line.hears("#" * 20)
    assert line.hears("-" * 9) == []
    (paused,) = line.hears("-")
    assert paused == SpeechPaused(near(START + 0.6), near(START + 0.4))
    assert line.hears("-" * 19) == []
    (ended,) = line.hears("-")
    assert ended == SpeechEnded(near(START + 1.0), near(START + 0.4))
    assert line.segmenter.state is Segment.QUIET


def test_a_question_may_have_pauses_told_sooner() -> None:
    line = Line()
    line.segmenter.pause = 0.12
    line.hears("#" * 20)
    assert line.hears("-" * 5) == []
    assert line.hears("-") == [SpeechPaused(near(START + 0.52), near(START + 0.4))]


def test_a_pause_is_not_an_end_if_speech_goes_on() -> None:
    line = Line()
    line.hears("#" * 20 + "-" * 15)
    assert line.hears("##") == []
    (resumed,) = line.hears("#")
    assert isinstance(resumed, SpeechResumed)
    kinds = [type(event) for event in line.hears("-" * 30)]
    assert kinds == [SpeechPaused, SpeechEnded]


def test_speech_in_a_pause_stirs_before_it_is_an_onset() -> None:
    line = Line()
    line.hears("-" * 10 + "#" * 10 + "-" * 20)
    stirred = []
    for mark in "-#--##":
        line.hears(mark)
        stirred.append(line.segmenter.stirs)
    assert stirred == [False, True, True, False, True, False], "the last is an onset"
    assert line.segmenter.state is Segment.SPEAKING


def test_a_click_in_a_pause_does_not_put_off_the_end() -> None:
    line = Line()
    line.hears("#" * 20 + "-" * 15)
    kinds = [type(event) for event in line.hears("-#" + "-" * 13)]
    assert kinds == [SpeechEnded]


def test_within_the_hangover_one_frame_goes_on() -> None:
    line = Line()
    line.hears("#" * 20 + "-" * 4 + "#")
    (paused,) = line.hears("-" * 10)
    assert paused == SpeechPaused(near(START + 0.7), near(START + 0.5))


@pytest.mark.parametrize(
    ("endpoint", "frames", "kinds"),
    [
        (0.1, 5, [SpeechEnded]),
        (0.2, 10, [SpeechEnded]),
        (1.2, 60, [SpeechPaused, SpeechEnded]),
    ],
)
def test_the_endpoint_delay_is_set_per_question(
    endpoint: float, frames: int, kinds: list[type]
) -> None:
    line = Line()
    line.segmenter.endpoint = endpoint
    line.hears("#" * 10)
    assert [type(event) for event in line.hears("-" * frames)] == kinds


def test_an_endless_utterance_is_cut_and_the_next_begins_at_once() -> None:
    line = Line(Endpointing(longest=1.0))
    line.hears("-" * 20)
    *_, ended = line.hears("#" * 33)  # with 17 silent ones before
    assert ended == SpeechEnded(near(START + 1.06), near(START + 1.06), cut=True)
    assert [type(event) for event in line.hears("###")] == [SpeechStarted]
    assert line.pcm().endswith(LOUD * 36)


def test_what_is_too_soft_is_no_speech() -> None:
    assert Line().hears("n" * 50) == []


def test_a_television_behind_the_caller_does_not_keep_the_turn_open() -> None:
    line = Line()
    line.hears("#" * 20)
    assert [type(event) for event in line.hears("n" * 30)] == [SpeechPaused, SpeechEnded]


def test_steady_noise_raises_the_bar() -> None:
    segmenter = Segmenter()
    noise = tone(RATE, 0.020, -40.0)
    for i in range(100):
        segmenter.feed(noise, False, START + i * 0.02)
    events = [segmenter.feed(noise, True, START + 2 + i * 0.02) for i in range(20)]
    assert events == [[]] * 20
    assert segmenter.feed(LOUD, True, START + 3) == []


def test_reset_forgets_the_utterance() -> None:
    line = Line()
    line.hears("#" * 20)
    line.segmenter.reset()
    assert line.segmenter.state is Segment.QUIET
    assert line.hears("##") == []


@given(st.text("-#n", max_size=400))
def test_events_always_follow_the_table(pattern: str) -> None:
    line = Line(Endpointing(longest=2.0))
    line.hears(pattern)
    state = Segment.QUIET
    for event in line.events:
        if isinstance(event, SpeechFrame | SpeechLasted):
            continue
        state = MACHINE.next(state, event)
        if isinstance(event, SpeechEnded):
            assert event.last_speech_at <= event.at + 1e-9
    assert state is line.segmenter.state
