"""One suite for every real recogniser: Whisper, and Vosk where a model of it is installed.

Each speaks of its own language, so a case says what is said, in which scope, and what must come of
it. Vosk's English model comes from its publisher alone and its Korean one is large (87 MB, 530 MB
in memory), so neither is in a lock: without them their cases are skipped, with the command.
"""

from __future__ import annotations

import asyncio
import io
import re
import subprocess
import wave
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from structlog.testing import capture_logs

from centralino.bench import noises
from telephony.media.resample import resample
from tests.integration.voicebot.speech.telephone import over_the_telephone
from tests.peers import need_program
from tests.speech_models import MODELS, whisper_models
from tests.unit.voicebot.speech.conformance import Utterance, hear, recogniser_conforms
from voicebot.errors import EngineMissing
from voicebot.hearing import is_noise
from voicebot.models import folder_of
from voicebot.speech.choice import Choice
from voicebot.speech.engines import load_recogniser, load_synthesiser, vad_maker
from voicebot.speech.ports import Recogniser, RecognitionContext
from voicebot.speech.sound import duration, pieces, silence
from voicebot.utterance import Guessed, Streamed
from voicebot.utterance import Utterance as Turn

pytestmark = pytest.mark.engine
DIGITS = tuple("zero one two three four five six seven eight nine".split())
Say = Callable[[str, int], Awaitable[bytes]]


@dataclass(frozen=True)
class Tongue:
    """A recogniser, and what is said to it."""

    recogniser: Recogniser
    model: str
    say: Say
    short: str
    """A word or two."""
    sentence: str
    word: str
    """That must be heard in it."""
    scope: RecognitionContext
    """In which those are heard; open where the model can do that."""
    scoped: str
    only: tuple[str, ...]
    """The words of `scoped` and others; what is said is heard as no other words."""
    long: tuple[str, ...]
    """Sentences that together are longer than any window."""
    beyond: tuple[str, ...]
    """What must be heard of them."""

    async def hear(
        self, text: str, rate: int = 8000, scope: RecognitionContext | None = None
    ) -> str:
        """What it makes of this."""
        pcm = await self.say(text, rate)
        return plain((await hear(self.recogniser, pcm, rate, scope or self.scope)).text)


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def english(recogniser: Recogniser, model: str) -> Tongue:
    voice, said = load_synthesiser("hibari"), dict[tuple[str, int], bytes]()

    async def say(text: str, rate: int) -> bytes:
        if (text, rate) not in said:
            pcm = b"".join([clause.pcm async for clause in voice.speak(text, rate)])
            whole = silence(rate, 0.4) + pcm + silence(rate, 0.6)
            said[text, rate] = over_the_telephone(whole) if rate == 8000 else whole
        return said[text, rate]

    question = "What are your opening hours on Saturday?"
    return Tongue(
        recogniser, model, say, "Yes, please.", question, "saturday", RecognitionContext(),
        "four, four, one, two.", DIGITS,
        ("My bill is twice what it was last month.",
         "Somebody said that a technician would come on Monday, but nobody came.",
         "I would like to know when he will be here.", question),
        ("bill is twice", "technician", "nobody came", "opening hours on saturday"),
    )  # fmt: skip


async def espeak(voice: str, text: str, rate: int) -> bytes:
    program = need_program("espeak-ng", "espeak-ng")
    command = [program, "-v", voice, "--stdout", text]
    wav = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
    with wave.open(io.BytesIO(wav.stdout)) as file:
        pcm = file.readframes(1 << 30)  # espeak does not know the length when it writes the header
        spoken = resample(pcm, file.getframerate(), rate)
        return silence(rate, 0.4) + spoken + silence(rate, 0.5)


def korean(recogniser: Recogniser, model: str) -> Tongue:
    """With a grammar only: espeak's Korean is not heard without one (docs/benchmarks/speech.md)."""

    async def say(text: str, rate: int) -> bytes:
        return await espeak("ko", text, rate)

    hello, no = "안녕하세요", "아니요"
    words = (hello, no, "삼", "xyzzy")
    return Tongue(
        recogniser, model, say, no, hello, hello, RecognitionContext("ko", only=words),
        no, words, (hello, no) * 6, (f"{hello} {no}",),
    )  # fmt: skip


KNOWN: dict[str, tuple[str, Callable[[Recogniser, str], Tongue]]] = {
    "whisper-base": ("en", english),
    "vosk-small-en-us": ("en", english),
    "vosk-ko": ("ko", korean),
}


@pytest.fixture(scope="module", params=list(KNOWN))
def tongue(request: pytest.FixtureRequest) -> Tongue:
    model = str(request.param)
    language, speaks = KNOWN[model]
    whisper_models()
    try:
        folder_of(model, MODELS)
    except EngineMissing as missing:
        pytest.skip(str(missing))
    choice = Choice(model.split("-")[0], model, "the suite wants it")
    return speaks(load_recogniser(choice, language, MODELS, threads=2), model)


@pytest.mark.parametrize("rate", [8000, 16000])
async def test_it_conforms(tongue: Tongue, rate: int) -> None:
    utterance = Utterance(await tongue.say(tongue.sentence, rate), rate, tongue.word)
    await recogniser_conforms(tongue.recogniser, utterance, tongue.scope)


async def test_a_clipped_start_costs_no_more_than_the_first_word(tongue: Tongue) -> None:
    pcm = await tongue.say(tongue.sentence, 8000)
    for cut in (0.42, 0.46):  # 20 and 60 ms into the first word
        heard = await hear(tongue.recogniser, pcm[2 * round(8000 * cut) :], 8000, tongue.scope)
        assert tongue.word in plain(heard.text)


@pytest.mark.parametrize("kind", ["hiss", "hum", "tone", "street", "music"])
async def test_noise_is_nothing_said(tongue: Tongue, kind: str) -> None:
    """Whisper tells it from speech itself. Vosk makes words of it, with a grammar even surely: it
    depends on voice activity, which lets none of this pass."""
    if tongue.model.startswith("vosk"):
        vad = vad_maker("silero")(8000)
        assert not any(vad.is_speech(frame) for frame in pieces(noise(kind), 8000, 0.02))
    else:
        heard = await hear(tongue.recogniser, noise(kind), 8000, tongue.scope)
        assert heard.text == "" or is_noise(heard), heard


def noise(kind: str) -> bytes:
    """Two seconds at −25 dBFS."""
    at, rng = np.arange(16000) / 8000, np.random.default_rng(1)
    samples = {
        "hiss": rng.normal(0, 1, 16000),
        "hum": np.sin(2 * np.pi * 50 * at),
        "tone": np.sin(2 * np.pi * 440 * at),
        "street": noises.street(rng, 2.0, 8000),
        "music": noises.music(rng, 2.0, 8000),
    }[kind]
    loud = samples / np.sqrt(np.mean(samples**2)) * 0.056
    return bytes((np.clip(loud, -1, 1) * 32767).astype("<i2").tobytes())


async def test_only_the_words_of_its_scope_are_heard(tongue: Tongue) -> None:
    scope = RecognitionContext(
        tongue.scope.language, "digits", only=tongue.only, max_alternatives=3
    )
    assert await tongue.hear(tongue.scoped, 8000, scope) == plain(tongue.scoped)
    others = await tongue.hear(tongue.sentence, 8000, scope)
    assert set(others.split()) <= {plain(word) for word in tongue.only}


async def test_what_is_longer_than_a_window_is_heard_whole(tongue: Tongue) -> None:
    pcm = b"".join([await tongue.say(text, 8000) for text in tongue.long])
    assert duration(pcm, 8000) > 10
    heard = plain((await hear(tongue.recogniser, pcm, 8000, tongue.scope)).text)
    for words in tongue.beyond:
        assert words in heard


async def test_what_goes_on_is_heard_so_far_and_then_whole(tongue: Tongue) -> None:
    """Interim text: an engine that hears while one speaks has it, another is asked in between."""
    streams = (await tongue.recogniser.info()).partials
    turn: Turn = (Streamed if streams else Guessed)(tongue.recogniser, 8000, tongue.scope)
    pcm = await tongue.say(tongue.sentence, 8000)
    spoken = len(pcm) * 3 // 4 // 320 * 320  # into the silence after a short word, else amid it
    for frame in pieces(pcm[:spoken], 8000, 0.02):
        turn.add(frame)
    so_far = ""
    async with asyncio.timeout(20):
        while not so_far:
            await asyncio.sleep(0)
            so_far = plain((await turn.peek()).text)
    assert set(so_far.split()) & set(plain(tongue.sentence).split())
    turn.resumed()  # as after a pause: what was guessed is void
    for frame in pieces(pcm[spoken:], 8000, 0.02):
        turn.add(frame)
    assert tongue.word in plain((await turn.hear()).text)


async def test_twenty_callers_at_once_are_each_heard(tongue: Tongue) -> None:
    """Piece by piece side by side; every other one has hardly begun."""
    pcm, quiet = await tongue.say(tongue.short, 8000), silence(8000, 0.08)
    streams = [await tongue.recogniser.open(8000, tongue.scope) for _ in range(20)]
    sounds = [list(pieces(quiet if n % 2 else pcm, 8000, 0.1)) for n in range(20)]
    for at in range(max(map(len, sounds))):
        for stream, sound in zip(streams, sounds, strict=True):
            for piece in sound[at : at + 1]:
                await stream.feed(piece)
    async with asyncio.timeout(60):
        heard = await asyncio.gather(*(stream.finish() for stream in streams))
    texts = [plain(each.text) for each in heard]
    assert texts[1::2] == [""] * 10
    assert texts[::2] == [plain(tongue.short)] * 10


async def test_many_scopes_abandoned_in_the_middle(tongue: Tongue) -> None:
    """Vosk aborts the process if a grammar is changed while it decodes."""
    pcm = await tongue.say(tongue.scoped, 8000)
    half = len(pcm) // 4 * 2

    async def once(only: tuple[str, ...]) -> str:
        scope = RecognitionContext(tongue.scope.language, only=only)
        stream = await tongue.recogniser.open(8000, scope)
        await stream.feed(pcm[:half])
        if len(only) % 2:
            await stream.cancel()
            return ""
        await stream.feed(pcm[half:])
        return plain((await stream.finish()).text)

    scopes = [tongue.only[:n] for n in (1, 2, 3)] + [tongue.only] * 2
    heard = await asyncio.gather(*(once(only) for only in scopes))
    assert heard[-1] in ("", plain(tongue.scoped))
    assert heard[0] == heard[2] == ""


async def test_a_scope_of_which_it_knows_nothing_is_none(tongue: Tongue) -> None:
    """Malformed JSON would kill Vosk: what is no word never reaches it."""
    bad = ('"]', "[", "\\u0000", "", "{}", "[unk", "x\ny", "\U0001f600")
    scope = RecognitionContext(tongue.scope.language, only=bad)
    with capture_logs() as logs:
        assert isinstance(await tongue.hear(tongue.short, 8000, scope), str)
    unknown = [] if tongue.model.startswith("whisper") else ["vosk.grammar_unknown"]
    assert [line["event"] for line in logs] == unknown


async def test_a_language_that_it_does_not_know(tongue: Tongue) -> None:
    if not tongue.model.startswith("whisper"):
        pytest.skip("a model of Vosk is of one language")
    stream = await tongue.recogniser.open(8000, RecognitionContext(language="tlh"))
    await stream.feed(silence(8000, 0.5))
    with pytest.raises(EngineMissing, match="tlh"):
        await stream.finish()


async def test_of_two_languages_the_one_spoken_is_written(tongue: Tongue) -> None:
    if not tongue.model.startswith("whisper"):
        pytest.skip("a model of Vosk is of one language")
    both = RecognitionContext(languages=("it",))
    italian = await espeak("it", "Non ho corrente in casa.", 8000)
    heard = await hear(tongue.recogniser, italian, 8000, both)
    assert heard.language == "it" and "corrente" in heard.text.lower()
    english = await tongue.say(tongue.sentence, 8000)
    heard = await hear(tongue.recogniser, english, 8000, both)
    assert (heard.language, heard.text) == ("en", tongue.sentence)


async def test_terms_make_no_words_that_were_not_said(tongue: Tongue) -> None:
    terms = ("opening hours", "bill", "outage")
    scope = replace(tongue.scope, terms=terms)
    assert await tongue.hear(tongue.sentence, 8000, scope) == plain(tongue.sentence)
