"""The detectors and the segmenter on a real voice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from centralino.bench import noises
from voicebot.speech.endpointing import Segmenter, SpeechEnded, SpeechEvent, SpeechStarted
from voicebot.speech.engines import VADS, load_synthesiser, vad_maker
from voicebot.speech.ports import Vad
from voicebot.speech.silero import SileroVad
from voicebot.speech.sound import pieces, silence
from voicebot.speech.vad import WebrtcVad

pytestmark = pytest.mark.engine


@pytest.fixture(params=VADS)
def make(request: pytest.FixtureRequest) -> Callable[[int], Vad]:
    return vad_maker(request.param)


def events(make: Callable[[int], Vad], pcm: bytes, rate: int) -> list[SpeechEvent]:
    vad, segmenter = make(rate), Segmenter()
    told: list[SpeechEvent] = []
    for i, frame in enumerate(pieces(pcm, rate, 0.020)):
        told += segmenter.feed(frame, vad.is_speech(frame), (i + 1) * 0.020)
    return [event for event in told if isinstance(event, SpeechStarted | SpeechEnded)]


@pytest.mark.parametrize("rate", [8000, 16000])
async def test_one_sentence_is_one_utterance(make: Callable[[int], Vad], rate: int) -> None:
    voice = load_synthesiser("hibari")
    spoken = b"".join([c.pcm async for c in voice.speak("I smell gas in my kitchen.", rate)])
    seconds = len(spoken) / 2 / rate
    pcm = silence(rate, 1.0) + spoken + silence(rate, 1.5)
    noise = np.random.default_rng(3).normal(0, 30, len(pcm) // 2)
    pcm = (np.frombuffer(pcm, "<i2") * 0.5 + noise).astype("<i2").tobytes()
    started, ended = events(make, pcm, rate)
    assert isinstance(started, SpeechStarted) and isinstance(ended, SpeechEnded)
    assert started.at == pytest.approx(1.0, abs=0.15)
    assert ended.last_speech_at == pytest.approx(1.0 + seconds, abs=0.25)
    assert ended.at - ended.last_speech_at == pytest.approx(0.6)


def test_silence_and_hiss_are_no_utterance(make: Callable[[int], Vad]) -> None:
    assert events(make, silence(8000, 3.0), 8000) == []
    hiss = np.random.default_rng(5).normal(0, 60, 24000).astype("<i2").tobytes()
    assert events(make, hiss, 8000) == []


@pytest.mark.parametrize("kind", [noises.street, noises.music])
def test_silero_hears_nobody_in_traffic_and_music(kind: Callable[..., noises.Samples]) -> None:
    sound = noises.at_level(kind(np.random.default_rng(2), 20.0), -32.0)
    assert events(SileroVad, noises.pcm_of(sound), 8000) == []


@pytest.mark.parametrize("kind", [WebrtcVad, SileroVad])
def test_a_frame_of_another_length_is_no_speech_and_other_rates_are_refused(
    kind: Callable[[int], Vad],
) -> None:
    vad = kind(8000)
    assert not vad.is_speech(b"\x01\x02" * 80)
    vad.reset()
    with pytest.raises(ValueError, match="44100"):
        kind(44100)


async def test_silero_forgets_what_it_heard() -> None:
    voice = load_synthesiser("hibari")
    spoken = b"".join([clause.pcm async for clause in voice.speak("Good morning.", 8000)])
    frames = [frame for frame in pieces(spoken, 8000, 0.020) if len(frame) == 320]
    vad = SileroVad(8000)
    first = [vad.is_speech(frame) for frame in frames]
    vad.reset()
    assert [vad.is_speech(frame) for frame in frames] == first
    assert sum(first) > len(first) / 2
