"""Latencies and gaps of recordings whose truth is known."""

from __future__ import annotations

import pytest

from telephony.media.activity import Span, longest_gap, loud_frames, spans, turn_latencies
from telephony.media.tones import beep


def track(*pieces: tuple[float, float], length: float) -> bytes:
    """Silence of `length` seconds with tones over (start, end)."""
    sound = bytearray(round(length * 8000) * 2)
    for start, end in pieces:
        tone = beep(500, end - start)
        at = 2 * round(start * 8000)
        sound[at : at + len(tone)] = tone
    return bytes(sound)


def test_a_latency_is_from_the_last_loud_frame_to_the_first_lasting_one() -> None:
    sent = track((1.0, 2.0), length=5)
    received = track((0.0, 0.5), (2.8, 4.0), length=5)
    assert turn_latencies(sent, received) == [pytest.approx(0.82)]


def test_a_short_sound_is_no_answer() -> None:
    received = track((2.2, 2.24), (2.8, 4.0), length=5)
    assert turn_latencies(track((1.0, 2.0), length=5), received) == [pytest.approx(0.82)]


def test_sound_under_way_is_no_answer() -> None:
    received = track((1.5, 2.4), (3.0, 4.0), length=5)
    assert turn_latencies(track((1.0, 2.0), length=5), received) == [pytest.approx(1.02)]


def test_an_answer_belongs_to_its_turn() -> None:
    sent = track((1.0, 2.0), (4.0, 5.0), length=8)
    received = track((5.5, 6.0), length=8)
    assert turn_latencies(sent, received) == [None, pytest.approx(0.52)]


def test_a_pause_within_a_turn_is_no_end() -> None:
    sent = track((1.0, 1.5), (2.2, 3.0), length=6)
    assert turn_latencies(sent, track((3.4, 4.0), length=6)) == [pytest.approx(0.42)]


def test_turns_may_be_given_with_late_ends() -> None:
    sent = track((1.0, 1.5), (3.0, 3.5), length=8)
    received = track((5.0, 6.0), length=8)
    assert turn_latencies(sent, received, turns=[Span(1.0, 4.2)]) == [pytest.approx(1.52)]
    assert turn_latencies(sent, received, turns=[Span(6.0, 7.0)]) == [None]


def test_an_answer_at_the_first_frame_counts() -> None:
    assert turn_latencies(track((0.0, 1.0), length=3), track((1.0, 2.0), length=3)) == [
        pytest.approx(0.02)
    ]


def test_spans_join_short_pauses() -> None:
    loud = loud_frames(track((0.0, 0.2), (0.5, 0.7), (2.0, 2.2), length=3))
    found = [(round(span.start, 2), round(span.end, 2)) for span in spans(loud, pause=0.5)]
    assert found == [(0.0, 0.7), (2.0, 2.2)]


def test_the_longest_gap_is_found_inside_the_sound() -> None:
    received = track((0.5, 1.0), (1.06, 2.0), (2.1, 3.0), length=5)
    assert longest_gap(received) == pytest.approx(0.1, abs=0.021)


def test_a_gap_is_looked_for_where_sound_should_be() -> None:
    received = track((0.0, 1.0), length=3)
    assert longest_gap(received, within=[Span(0.0, 1.0)]) == 0.0
    assert longest_gap(received, within=[Span(0.0, 2.0)]) == pytest.approx(1.0)
    assert longest_gap(track(length=1)) == 0.0
    assert longest_gap(b"") == 0.0
