"""The Wyoming protocol, as far as we speak it. The only file that imports wyoming.

Events are JSON lines with binary payloads, over TCP or a Unix socket, in both directions. What is
ours travels in places that the protocol leaves free, so any Wyoming server can serve us and ours
any client:

    transcribe        context {expects, only, max_alternatives, partials, signs, urgency, light,
                      languages}; terms as transcript_terms
    transcript        context {confidence, no_speech, alternatives, seconds, engine, heard_in}
    transcript-partial  ours, sent only to who asked for partials: the whole text so far
    synthesize        context {rate, signs}: Hz wanted; another server answers at its own, we
                      resample
    at-work           ours, sent twice a second to who asked for signs and is owed an answer
    info              `centralino` {asr, tts}: the EngineInfo with the reason of the choice
"""

from __future__ import annotations

import asyncio
import warnings
from dataclasses import asdict
from typing import Any

from voicebot.speech.ports import (
    EngineInfo,
    Hypothesis,
    Recognised,
    RecognitionContext,
    Urgency,
)

with warnings.catch_warnings():
    # wyoming.audio imports the standard library's audioop, deprecated, and has its own for later.
    warnings.simplefilter("ignore", DeprecationWarning)
    from wyoming.asr import Transcribe, Transcript
    from wyoming.audio import AudioChunk, AudioChunkConverter, AudioStart, AudioStop
    from wyoming.error import Error
    from wyoming.event import Event, async_read_event, async_write_event
    from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, TtsProgram, TtsVoice
    from wyoming.tts import Synthesize

DESCRIBE = "describe"
INFO = "info"
TRANSCRIBE = "transcribe"
TRANSCRIPT = "transcript"
PARTIAL = "transcript-partial"
AUDIO_START = "audio-start"
AUDIO_CHUNK = "audio-chunk"
AUDIO_STOP = "audio-stop"
SYNTHESIZE = "synthesize"
ERROR = "error"
AT_WORK = "at-work"

DEFAULT_RATE = 16000
"""Hz of speech for a client that does not say what it wants."""
FOREIGN_CONFIDENCE = 0.8
"""What a transcript counts for when its server gives no confidence."""
_US = Attribution("Centralino", "")

__all__ = ["Event"]


def split_uri(uri: str) -> tuple[str, str]:
    """(`unix`, path) or (`tcp`, `host:port`). Raises ValueError."""
    scheme, _, where = uri.partition("://")
    if scheme not in ("unix", "tcp") or not where:
        raise ValueError(f"{uri!r} is no Wyoming address: unix:///path or tcp://host:port")
    return scheme, where


async def read_event(reader: asyncio.StreamReader) -> Event | None:
    """The next event, or None at the end of the connection, however it ended."""
    try:
        return await async_read_event(reader)
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
        return None


async def write_event(event: Event, writer: asyncio.StreamWriter) -> None:
    """Send one event. Raises ConnectionError."""
    await async_write_event(event, writer)


async def hang_up(writer: asyncio.StreamWriter, patience: float) -> None:
    """Close a connection; what is not sent after so many seconds is dropped."""
    writer.close()
    try:
        async with asyncio.timeout(patience):
            await writer.wait_closed()
    except OSError:  # the peer was faster, or too slow
        writer.transport.abort()


def describe() -> Event:
    """Who are you?"""
    return Describe().event()


def info(asr: EngineInfo | None, tts: EngineInfo | None) -> Event:
    """What a worker offers."""
    event = Info(
        asr=[_asr_program(asr)] if asr else [], tts=[_tts_program(tts)] if tts else []
    ).event()
    ours = {"asr": asdict(asr) if asr else None, "tts": asdict(tts) if tts else None}
    event.data["centralino"] = ours
    return event


def engine_of(event: Event, role: str) -> EngineInfo | None:
    """The engine that an info event tells of; `role` is `asr` or `tts`."""
    ours = event.data.get("centralino", {}).get(role)
    if ours:
        return EngineInfo(**ours)
    programs = event.data.get(role) or []
    models = (programs[0].get("models") or programs[0].get("voices") or []) if programs else []
    if not programs:
        return None
    model = models[0] if models else {}
    languages = model.get("languages") or [""]
    return EngineInfo(
        programs[0].get("name", "wyoming"), model.get("name", ""), languages[0], "a Wyoming server"
    )


def transcribe(context: RecognitionContext, partials: bool, signs: bool = False) -> Event:
    """An utterance will come, in answer to this."""
    ours: dict[str, Any] = {
        "expects": context.expects,
        "only": list(context.only),
        "max_alternatives": context.max_alternatives,
        "partials": partials,
        "signs": signs,
        "urgency": int(context.urgency),
        "light": context.light,
        "languages": list(context.languages),
    }
    terms = list(context.terms) or None
    return Transcribe(language=context.language, context=ours, transcript_terms=terms).event()


def context_of(event: Event) -> tuple[RecognitionContext, bool]:
    """What is asked for, and whether partials are."""
    asked = Transcribe.from_event(event)
    ours = asked.context or {}
    terms = [*(asked.transcript_names or ()), *(asked.transcript_terms or ())]
    context = RecognitionContext(
        language=asked.language or "en",
        expects=str(ours.get("expects", "open")),
        terms=tuple(terms),
        only=tuple(ours.get("only", ())),
        max_alternatives=int(ours.get("max_alternatives", 1)),
        urgency=Urgency(int(ours.get("urgency", Urgency.INBOUND))),
        light=bool(ours.get("light")),
        languages=tuple(ours.get("languages", ())),
    )
    return context, bool(ours.get("partials"))


def partial(text: str) -> Event:
    """All that is heard so far."""
    return Event(PARTIAL, {"text": text})


def transcript(heard: Recognised, language: str) -> Event:
    """What was heard."""
    ours = {
        "confidence": heard.confidence,
        "no_speech": heard.no_speech,
        "alternatives": [asdict(other) for other in heard.alternatives],
        "seconds": heard.seconds,
        "engine": heard.engine,
        "heard_in": heard.language,
    }
    return Transcript(text=heard.text, context=ours, language=heard.language or language).event()


def recognised_of(event: Event) -> Recognised:
    """What a transcript says."""
    said = Transcript.from_event(event)
    ours = said.context or {}
    default = FOREIGN_CONFIDENCE if said.text.strip() else 0.0
    return Recognised(
        said.text.strip(),
        float(ours.get("confidence", default)),
        float(ours.get("no_speech", 0.0)),
        tuple(Hypothesis(o["text"], o["confidence"]) for o in ours.get("alternatives", ())),
        float(ours.get("seconds", 0.0)),
        str(ours.get("engine", "wyoming")),
        str(ours.get("heard_in", "")),
    )


def wants_signs(event: Event) -> bool:
    """Whether who asks this wants to see, while it waits, that somebody lives at the other end."""
    return bool((event.data.get("context") or {}).get("signs"))


def at_work() -> Event:
    """Your answer will come."""
    return Event(AT_WORK)


def synthesize(text: str, rate: int, signs: bool = False) -> Event:
    """Say this, at this rate if you can."""
    return Synthesize(text=text, context={"rate": rate, "signs": signs}).event()


def order_of(event: Event) -> tuple[str, int]:
    """The text to say and the rate in Hz."""
    order = Synthesize.from_event(event)
    return order.text, int((order.context or {}).get("rate", DEFAULT_RATE))


def audio_start(rate: int) -> Event:
    """16-bit mono sound will come."""
    return AudioStart(rate=rate, width=2, channels=1).event()


def audio_chunk(pcm: bytes, rate: int) -> Event:
    """A piece of it."""
    return AudioChunk(rate=rate, width=2, channels=1, audio=pcm).event()


def audio_stop() -> Event:
    """That was all of it."""
    return AudioStop().event()


def rate_of(event: Event) -> int:
    """The rate that an audio-start or audio-chunk names, in Hz."""
    return int(event.data["rate"])


def pcm_of(event: Event) -> bytes:
    """The sound of an audio-chunk, as 16-bit mono whatever it came as."""
    chunk = AudioChunk.from_event(event)
    return AudioChunkConverter(width=2, channels=1).convert(chunk).audio


def error(text: str, code: str) -> Event:
    """It cannot be done."""
    return Error(text=text, code=code).event()


def problem_of(event: Event) -> str:
    """What an error says."""
    return str(event.data.get("text", "no reason given"))


def _asr_program(engine: EngineInfo) -> AsrProgram:
    model = AsrModel(engine.model, _US, True, engine.why, None, [engine.language])
    return AsrProgram(engine.name, _US, True, engine.why, None, [model])


def _tts_program(engine: EngineInfo) -> TtsProgram:
    voice = TtsVoice(engine.model, _US, True, engine.why, None, [engine.language])
    return TtsProgram(engine.name, _US, True, engine.why, None, [voice])
