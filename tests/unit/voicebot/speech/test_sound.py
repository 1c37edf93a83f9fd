"""Levels, silence, windows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.scripted import LevelVad, tone
from voicebot.speech.sound import SILENT_DBFS, duration, level, pieces, silence, trim
from voicebot.speech.windows import windows

RATE = 8000


@pytest.mark.parametrize("dbfs", [-6.0, -20.0, -40.0])
def test_level_of_a_tone(dbfs: float) -> None:
    assert level(tone(RATE, 0.1, dbfs)) == pytest.approx(dbfs, abs=0.1)


def test_silence_has_the_lowest_level() -> None:
    assert level(silence(RATE, 0.02)) == SILENT_DBFS
    assert level(b"") == SILENT_DBFS


def test_trim_takes_the_silence_at_both_ends() -> None:
    pcm = silence(RATE, 0.3) + tone(RATE, 0.5) + silence(RATE, 0.4)
    assert 0.5 <= duration(trim(pcm, RATE), RATE) <= 0.56
    assert trim(silence(RATE, 0.3), RATE) == b""


def test_pieces_are_the_whole() -> None:
    pcm = tone(RATE, 0.105)
    assert b"".join(pieces(pcm, RATE, 0.02)) == pcm
    assert {len(piece) for piece in pieces(pcm, RATE, 0.02)} == {320, 80}


def test_a_window_ends_in_a_pause() -> None:
    pcm = tone(RATE, 6.5) + silence(RATE, 0.3) + tone(RATE, 4.0)
    first, second = windows(pcm, RATE, 7.8)
    assert 6.5 <= duration(first, RATE) <= 6.8
    assert first + second == pcm


@given(st.integers(0, 12_000))
def test_windows_lose_nothing_and_fit(samples: int) -> None:
    pcm = bytes(2 * samples)
    cut = windows(pcm, 1000, 2.0)
    assert b"".join(cut) == pcm
    assert all(duration(window, 1000) <= 2.0 for window in cut)


def test_the_level_vad() -> None:
    vad = LevelVad()
    assert vad.is_speech(tone(RATE, 0.02))
    assert not vad.is_speech(silence(RATE, 0.02))
    vad.reset()
