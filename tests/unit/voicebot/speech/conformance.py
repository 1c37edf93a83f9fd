"""What every recogniser and every synthesiser must do, whoever it is made of."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.speech.clauses import split
from voicebot.speech.ports import Recognised, Recogniser, RecognitionContext, Synthesiser
from voicebot.speech.sound import duration, level, pieces, silence

TEXT = "The office opens at nine. On Saturday it is closed, and on Sunday as well."


@dataclass(frozen=True)
class Utterance:
    """Sound, and a word that must be heard in it."""

    pcm: bytes
    rate: int
    word: str


async def hear(
    recogniser: Recogniser, pcm: bytes, rate: int, context: RecognitionContext | None = None
) -> Recognised:
    """One utterance, fed in 20 ms frames as a call would."""
    stream = await recogniser.open(rate, context or RecognitionContext())
    for frame in pieces(pcm, rate, 0.020):
        await stream.feed(frame)
        assert isinstance(await stream.partial(), str)
    return await stream.finish()


async def recogniser_conforms(
    recogniser: Recogniser, utterance: Utterance, context: RecognitionContext | None = None
) -> None:
    """The suite. The recogniser must hear `utterance` twice and nothing in silence."""
    context = context or RecognitionContext()
    info = await recogniser.info()
    assert info.name and info.why

    heard = await hear(recogniser, utterance.pcm, utterance.rate, context)
    assert utterance.word in heard.text.lower()
    assert 0.0 < heard.confidence <= 1.0
    assert 0.0 <= heard.no_speech <= 1.0
    assert heard.seconds >= 0.0
    assert heard.engine

    quiet = await hear(recogniser, silence(utterance.rate, 1.0), utterance.rate, context)
    assert quiet.text == ""

    never_fed = await recogniser.open(utterance.rate, context)
    assert (await never_fed.finish()).text == ""

    forgotten = await recogniser.open(utterance.rate, context)
    await forgotten.feed(utterance.pcm)
    await forgotten.cancel()

    first = await recogniser.open(utterance.rate, context)
    second = await recogniser.open(utterance.rate, context)
    await second.feed(silence(utterance.rate, 0.5))
    await first.feed(utterance.pcm)
    assert (await second.finish()).text == ""
    assert utterance.word in (await first.finish()).text.lower()


async def synthesiser_conforms(synthesiser: Synthesiser) -> None:
    """The suite for voices."""
    info = await synthesiser.info()
    assert info.name and info.why

    for rate in (8000, 16000):
        clauses = [clause async for clause in synthesiser.speak(TEXT, rate)]
        assert [clause.text for clause in clauses] == split(TEXT)
        for clause in clauses:
            assert len(clause.pcm) % 2 == 0
            assert level(clause.pcm) > -40.0
            assert 0.3 < duration(clause.pcm, rate) < 6.0

    assert [clause async for clause in synthesiser.speak("", 8000)] == []
    assert [clause async for clause in synthesiser.speak("  \n", 8000)] == []

    async for clause in synthesiser.speak(TEXT, 8000):
        assert clause.text == split(TEXT)[0]
        break  # a barge-in: nobody takes the rest
