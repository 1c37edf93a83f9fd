"""Our ports in Wyoming's words and back; and what other servers say."""

from __future__ import annotations

import pytest

from voicebot.speech import protocol
from voicebot.speech.ports import EngineInfo, Hypothesis, Recognised, RecognitionContext
from voicebot.speech.protocol import Event


def test_a_context_travels() -> None:
    context = RecognitionContext(
        "it", "digits", ("bolletta",), ("uno", "due"), 5, languages=("en",)
    )
    assert protocol.context_of(protocol.transcribe(context, True)) == (context, True)


def test_a_plain_transcribe_is_an_open_question() -> None:
    assert protocol.context_of(Event("transcribe")) == (RecognitionContext(), False)
    named = Event("transcribe", {"transcript_names": ["Anna"], "transcript_terms": ["bill"]})
    assert protocol.context_of(named)[0].terms == ("Anna", "bill")


def test_a_transcript_travels() -> None:
    heard = Recognised("hi", 0.7, 0.1, (Hypothesis("high", 0.2),), 0.25, "whisper-base", "it")
    assert protocol.recognised_of(protocol.transcript(heard, "en")) == heard


def test_a_foreign_transcript_has_a_middling_confidence() -> None:
    heard = protocol.recognised_of(Event("transcript", {"text": " hi "}))
    assert heard == Recognised("hi", protocol.FOREIGN_CONFIDENCE, engine="wyoming")
    assert protocol.recognised_of(Event("transcript", {"text": " "})).confidence == 0.0


def test_an_engine_travels_with_the_reason_of_its_choice() -> None:
    asr = EngineInfo("vosk", "vosk-ko", "ko", "it is installed", partials=True, n_best=True)
    event = protocol.info(asr, None)
    assert protocol.engine_of(event, "asr") == asr
    assert protocol.engine_of(event, "tts") is None


def test_a_foreign_engine_is_named() -> None:
    event = protocol.info(None, EngineInfo("piper", "joe", "en", "x"))
    del event.data["centralino"]
    assert protocol.engine_of(event, "tts") == EngineInfo("piper", "joe", "en", "a Wyoming server")
    assert protocol.engine_of(event, "asr") is None


def test_orders_travel() -> None:
    assert protocol.order_of(protocol.synthesize("Hello.", 8000)) == ("Hello.", 8000)
    assert protocol.order_of(Event("synthesize", {"text": "x"}))[1] == protocol.DEFAULT_RATE


def test_foreign_sound_becomes_16_bit_mono() -> None:
    stereo = Event("audio-chunk", {"rate": 8000, "width": 2, "channels": 2}, b"\x01\x00" * 8)
    assert len(protocol.pcm_of(stereo)) == 8
    ours = protocol.audio_chunk(b"\x01\x02", 8000)
    assert (protocol.pcm_of(ours), protocol.rate_of(ours)) == (b"\x01\x02", 8000)


@pytest.mark.parametrize("uri", ["http://x", "unix://", "run/x.sock"])
def test_a_wrong_address_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="no Wyoming address"):
        protocol.split_uri(uri)
