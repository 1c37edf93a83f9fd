"""The engines of a worker, by name. Each library is imported only when its engine is wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from voicebot.errors import EngineMissing
from voicebot.models import folder_of, installed, spec_of
from voicebot.speech.choice import WHISPER_MODEL, Choice, choose, vosk_model
from voicebot.speech.jobs import EngineThreads
from voicebot.speech.local import LocalSynthesiser, Voice, WholeUtterances
from voicebot.speech.ports import (
    Recogniser,
    RecognitionContext,
    Synthesiser,
    TurnDetector,
    Vad,
)
from voicebot.speech.sound import silence

VOICES = ("piper", "hibari")
VADS = ("silero", "webrtc")
RECOGNISERS = ("auto", "whisper", "vosk")
_WARM_RATE = 8000


def recogniser_choice(wanted: str, language: str, models_dir: Path) -> Choice:
    """Which recogniser it will be, and why: `auto`, `whisper`, `vosk`, or a model's name.

    Raises EngineMissing with the command that mends it.
    """
    if wanted == "auto":
        return choose(language, installed(models_dir))
    model = {"whisper": WHISPER_MODEL, "vosk": vosk_model(language)}.get(wanted, wanted)
    if model is None:
        raise EngineMissing(f"no Vosk model for {language!r} is catalogued: set recogniser to auto")
    folder_of(model, models_dir)
    return Choice(spec_of(model).engine, model, f"{wanted} is configured")


def load_recogniser(
    choice: Choice, language: str, models_dir: Path, threads: int | EngineThreads
) -> Recogniser:
    """A recogniser, its model read, that works in these threads or in so many of its own. Takes
    seconds. Raises EngineMissing."""
    if isinstance(threads, int):
        threads = EngineThreads(threads, choice.engine)
    folder = folder_of(choice.model, models_dir)
    if choice.engine == "vosk":
        from voicebot.speech.vosk import Vosk

        vosk = Vosk(folder, choice.model, language, choice.why, threads)
        vosk.load()
        return vosk
    from voicebot.speech.whisper import Whisper

    whisper = Whisper(folder, language, choice.why, threads.places)
    whisper.load()
    return WholeUtterances(whisper, threads)


def load_synthesiser(voice: str, thread: EngineThreads | None = None) -> Synthesiser:
    """A voice, its model read, that works in this one thread or in one of its own. Takes seconds.
    Raises EngineMissing."""
    return LocalSynthesiser(_voice(voice), thread or EngineThreads(1, voice))


def _voice(voice: str) -> Voice:
    why = f"{voice} is configured"
    if voice == "piper":
        from voicebot.speech.piper import PiperJoe

        piper = PiperJoe(why)
        piper.load()
        return piper
    if voice == "hibari":
        from voicebot.speech.hibari import HibariVoice

        hibari = HibariVoice(why)
        hibari.load()
        return hibari
    if voice.startswith("espeak:"):
        from voicebot.speech.espeak import EspeakVoice

        espeak = EspeakVoice(why, voice.removeprefix("espeak:"))
        espeak.load()
        return espeak
    raise EngineMissing(
        f"no voice is called {voice!r}: use one of {', '.join(VOICES)}, or espeak:it"
    )


def vad_maker(name: str) -> Callable[[int], Vad]:
    """What makes a leg's voice activity detector, for its rate in Hz: `silero` or `webrtc`.

    The model is read now, not in the first call. Raises EngineMissing.
    """
    if name == "webrtc":
        from voicebot.speech.vad import WebrtcVad

        return WebrtcVad
    from voicebot.speech.silero import SileroVad

    SileroVad()
    return SileroVad


def load_turn_detector(name: str, models_dir: Path) -> TurnDetector | None:
    """`smart-turn`, or None for `off`. Raises EngineMissing with the command that mends it."""
    if name == "off":
        return None
    folder = folder_of(name, models_dir)
    from voicebot.speech.smartturn import SmartTurn

    return SmartTurn(folder)


async def warm_recogniser(engine: Recogniser, language: str) -> None:
    """Recognise a second of silence, so that the first caller does not wait for buffers."""
    stream = await engine.open(_WARM_RATE, RecognitionContext(language=language))
    await stream.feed(silence(_WARM_RATE, 1.0))
    await stream.finish()


async def warm_synthesiser(engine: Synthesiser) -> None:
    """Speak two words to nobody."""
    async for _ in engine.speak("Good morning.", _WARM_RATE):
        pass
