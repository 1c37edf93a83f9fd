"""eSpeak NG: a plain voice in some hundred languages, 22.05 kHz. The only file that loads its
library (`espeakng-loader` brings it with its data).

It is the second voice where no neural one for a language is installed: robotic, understood, and
there. The library has one state for the whole process, so one thread speaks at a time.
"""

from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass

import espeakng_loader

from voicebot.errors import EngineMissing
from voicebot.speech.local import Sound
from voicebot.speech.ports import EngineInfo

# From espeak-ng's speak_lib.h.
_SYNCHRONOUS = 2
_RATE_PARAMETER = 1
_UTF8 = 1
_BY_CHARACTER = 1
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
WORDS_A_MINUTE = 150
"""A telephone announcement's pace; the engine's own is 175."""


@dataclass
class _Library:
    handle: ctypes.CDLL
    rate: int
    lock: threading.Lock


_loaded: _Library | None = None
_loading = threading.Lock()


def _library() -> _Library:
    """The library, opened once in a process. Raises EngineMissing."""
    global _loaded
    with _loading:
        if _loaded is None:
            try:
                handle = ctypes.CDLL(espeakng_loader.get_library_path())
            except OSError as error:
                raise EngineMissing(f"eSpeak NG's library cannot be loaded: {error}") from error
            data = espeakng_loader.get_data_path().encode()
            rate = int(handle.espeak_Initialize(_SYNCHRONOUS, 0, data, 0))
            if rate <= 0:
                raise EngineMissing("eSpeak NG finds no data: install espeakng-loader again")
            _loaded = _Library(handle, rate, threading.Lock())
    return _loaded


class EspeakVoice:
    """One language, or one of the engine's voices: `it`, `en-us`, `en-us+f3`."""

    def __init__(self, why: str, voice: str = "en-us", pace: int = WORDS_A_MINUTE) -> None:
        self.info = EngineInfo("espeak", voice, voice.partition("+")[0].partition("-")[0], why)
        self._voice = voice
        self._pace = pace

    def load(self) -> None:
        """Open the library and try the voice. Raises EngineMissing."""
        library = _library()
        with library.lock:
            self._choose(library)

    def say(self, text: str) -> Sound:
        """The sound of one clause."""
        library = _library()
        pieces: list[bytes] = []

        def take(samples: ctypes._Pointer[ctypes.c_short], count: int, events: int) -> int:
            if samples and count:
                pieces.append(ctypes.string_at(samples, 2 * count))
            return 0

        callback = _CALLBACK(take)
        clear = text.encode("utf-8") + b"\0"
        with library.lock:
            self._choose(library)
            library.handle.espeak_SetSynthCallback(callback)
            library.handle.espeak_Synth(
                clear, ctypes.c_size_t(len(clear)), 0, _BY_CHARACTER, 0, _UTF8, None, None
            )
        return Sound(b"".join(pieces), library.rate)

    def _choose(self, library: _Library) -> None:
        if library.handle.espeak_SetVoiceByName(self._voice.encode()) != 0:
            raise EngineMissing(f"eSpeak NG has no voice {self._voice!r}")
        library.handle.espeak_SetParameter(_RATE_PARAMETER, self._pace, 0)
