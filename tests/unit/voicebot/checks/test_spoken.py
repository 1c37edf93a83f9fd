"""The line between caller and recogniser, as ITU-T G.711 has it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.voicebot.sample import WordForWord, bot
from voicebot.checks.running import Stage
from voicebot.checks.script import Expected, Place, Says, Script, Step
from voicebot.checks.spoken import BySound, on_a_line, through_g711
from voicebot.speech.ports import Recognised
from voicebot.speech.scripted import ScriptedRecogniser, TextSynthesiser


def samples(pcm: bytes) -> list[int]:
    return [int(value) for value in np.frombuffer(pcm, "<i2")]


@given(st.integers(-32768, 32767))
def test_a_sample_comes_back_within_its_step(sample: int) -> None:
    [back] = samples(through_g711(np.array([sample], "<i2").tobytes()))
    # A step is a sixteenth of its segment: at most 1/32 of the magnitude, and 4 near zero.
    assert abs(back - max(-32635, min(32635, sample))) <= max(4, abs(sample) // 31 + 4)
    assert samples(through_g711(np.array([back], "<i2").tobytes())) == [back]


def test_silence_stays_silence_and_the_ends_are_the_standards() -> None:
    assert samples(through_g711(bytes(4))) == [0, 0]
    # Table 2a of G.711 in 14 bits, times four: the outermost value is ±8031.
    assert samples(through_g711(np.array([32767, -32767], "<i2").tobytes())) == [32124, -32124]


def test_a_line_has_noise_always_the_same() -> None:
    assert on_a_line(b"\0\0") == on_a_line(b"\0\0")
    assert len(on_a_line(b"")) == 2 * 8000


async def test_the_callers_voice_reaches_the_recogniser() -> None:
    place = Place("x", 1)
    hearing = BySound(TextSynthesiser(), ScriptedRecogniser([Recognised("hours", 0.8)]))
    script = Script("x", "", place, (Step(place, Says("said"), Expected(means="hours")),))
    result = await Stage(bot(), lambda bot, now: WordForWord(), hearing).play(script)
    assert result.differences == ()
    assert "heard: hours (0.80)" in [line.text for line in result.lines]
