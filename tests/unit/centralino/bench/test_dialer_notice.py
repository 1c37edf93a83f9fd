"""Long messages: how many people, what holds, and how many machines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from centralino.bench.dialer_notice import (
    HEADLINE,
    LETTERS_A_SECOND,
    Message,
    best_of,
    mix_of,
    people,
    row_of,
    text_of,
)
from centralino.rehearsal.people import Fate, Mix
from centralino.rehearsal.speech import mu_law

GOOD: dict[str, Any] = {
    "acknowledged": {"key": 30, "voice": 8, "heard later, voice": 2}, "seconds": 80.0,
    "answered_by_key": 30, "answered_by_voice": 10, "target_cps": 2.0, "seen_cps_mean": 1.98,
    "invites": 120, "lost": 0, "duplicates": 0, "mean_hold_seconds": 36.0, "channels_max": 50,
    "media_processes": 1, "first_packet_ms": {"p95": 300}, "cpu_cores": 0.9, "cpu_by_process": {},
}  # fmt: skip


@pytest.mark.parametrize("seconds", [5.0, 30.0, 60.0])
def test_a_message_is_about_as_long_as_asked(seconds: float) -> None:
    long = (len(HEADLINE) + len(text_of(seconds))) / LETTERS_A_SECOND
    assert abs(long - seconds) < 3.0


def test_the_called_hear_it_out_and_some_speak() -> None:
    mix = mix_of(Message(30.0, 0.25), "said.wav", Mix())
    assert mix.key_after == 32.0 and mix.stays > mix.key_after and mix.says == "said.wav"
    fates = [mix.fate(str(number), 1) for number in range(2000)]
    assert 0.2 < fates.count(Fate.SPEAKS) / 2000 < 0.3 and Fate.ANSWERS in fates
    assert people(Message(30.0), 2.0, 30.0) == 120


@pytest.mark.parametrize(
    ("worse", "holds"),
    [({}, True), ({"lost": 1}, False), ({"seen_cps_mean": 1.5}, False),
     ({"first_packet_ms": {"p95": 2000}}, False), ({"acknowledged": {"key": 30}}, False),
     ({"mean_hold_seconds": 12.0}, False), ({"duplicates": 1}, False)],
)  # fmt: skip
def test_what_holds(worse: dict[str, Any], holds: bool) -> None:
    row = row_of({**GOOD, **worse}, Message(30.0))
    assert row["holds"] is holds
    if holds:
        assert (row["acks_by_key"], row["acks_by_voice"], row["heard_later"]) == (30, 10, 2)
        assert (row["acks_per_s_by_key"], row["acks_per_s_by_voice"]) == (0.38, 0.12)


def test_the_machines_for_a_town() -> None:
    rows = [{"cps": 2.0, "holds": True}, {"cps": 3.0, "holds": True}, {"cps": 4.0, "holds": False}]
    assert best_of(rows) == {"highest_cps": 3.0, "machines_for_20_cps": 7, "is_the_limit": True}
    assert best_of(rows[2:])["machines_for_20_cps"] is None


def test_speech_goes_out_as_g711() -> None:
    """Decoded as G.711 says, what is left of the difference is its steps of 4 %."""
    pcm = (np.sin(np.arange(4000) / 7) * np.linspace(50, 32000, 4000)).astype("<i2")
    code = ~np.frombuffer(mu_law(pcm.tobytes()), np.uint8)
    size = ((((code & 0x0F).astype(int) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    back = np.where(code & 0x80, -size, size)
    assert np.all(np.abs(back - pcm) <= 8 + np.abs(pcm.astype(int)) * 0.05)
    assert set(mu_law(bytes(320))) == {0xFF}
