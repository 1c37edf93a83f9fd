"""Which frames are loud enough to be speech on a line that is never quiet."""

from __future__ import annotations

import pytest

from voicebot.speech.loudness import (
    CLICK,
    KNOWN,
    KNOWN_WELL,
    REMEMBERED,
    SMOOTHED,
    Background,
    Loudness,
)

TALK = (-36.0, -30.0, -33.0, -29.0)
"""Other people together, frame by frame, dBFS."""


def behind(frames: int) -> Loudness:
    loudness = Loudness()
    for at in range(frames):
        loudness.enough(TALK[at % len(TALK)], True, going_on=False)
    return loudness


def test_the_least_of_five_seconds_is_the_line() -> None:
    background = Background()
    for db in [-30.0] * KNOWN_WELL + [-60.0] * SMOOTHED:
        background.hear(db)
    assert background.level(True) == pytest.approx(-60.0)
    for _ in range(REMEMBERED - 1):
        background.hear(-30.0)
    assert background.level(True) == pytest.approx(-60.0)
    for _ in range(SMOOTHED):
        background.hear(-30.0)
    assert background.level(True) == pytest.approx(-30.0, abs=0.5)


def test_it_counts_sooner_where_nobody_speaks() -> None:
    background = Background()
    known = []
    for _ in range(KNOWN_WELL):
        background.hear(-30.0)
        known.append([background.level(going_on) is not None for going_on in (False, True)])
    assert [frames.index(True) + 1 for frames in zip(*known, strict=True)] == [KNOWN, KNOWN_WELL]


def test_who_speaks_into_the_first_frames_is_heard_but_does_not_stand_out() -> None:
    loudness = Loudness()
    for _ in range(KNOWN):
        assert loudness.enough(-20.0, True, going_on=True)
    assert loudness.enough(-20.0, True, going_on=True) and not loudness.stands_out(-20.0)
    for _ in range(SMOOTHED):
        loudness.enough(-60.0, False, going_on=True)
    assert loudness.stands_out(-20.0)


def test_other_peoples_talk_is_no_speech_and_the_caller_over_it_is() -> None:
    loudness = behind(REMEMBERED)
    assert not any(loudness.enough(db, True, going_on=False) for db in TALK)
    assert loudness.enough(-22.0, True, going_on=False)
    assert not loudness.enough(-24.2, True, going_on=False)
    assert loudness.enough(-24.2, True, going_on=True)


def test_a_quiet_caller_on_a_quiet_line_is_heard() -> None:
    loudness = Loudness()
    for _ in range(REMEMBERED):
        loudness.enough(-70.0, False, going_on=False)
    assert loudness.enough(-46.0, True, going_on=False)


def test_who_talks_on_stays_heard() -> None:
    """Words for ten seconds, in phrases of two with a breath between."""
    loudness = Loudness()
    phrase = [-24.0, -20.0, -28.0, -22.0] * 24 + [-55.0] * (SMOOTHED + 2)
    heard = [loudness.enough(db, db > -40.0, going_on=True) for db in phrase * 5]
    assert sum(heard) == 5 * 96


def test_a_click_does_not_make_a_quiet_caller_unheard() -> None:
    loudness = Loudness()
    assert loudness.enough(-8.0, True, going_on=False)
    assert not loudness.enough(-40.0, True, going_on=False), "it may be a television behind them"
    for _ in range(CLICK):
        loudness.enough(-70.0, False, going_on=False)
    assert loudness.enough(-40.0, True, going_on=False)


def test_a_pause_within_an_utterance_does_not_let_the_television_in() -> None:
    loudness = Loudness()
    loudness.enough(-12.0, True, going_on=False)
    for _ in range(2 * CLICK):
        loudness.enough(-70.0, False, going_on=True)
    assert not loudness.enough(-40.0, True, going_on=True)
