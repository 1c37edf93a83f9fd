"""Vosk: hears while one speaks. The only file that imports it.

Traps that this file is shaped by (each was seen):
- `SetGrammar` while an utterance is decoded aborts the process, and malformed JSON crashes it. So a
  grammar is given only to the constructor of a recogniser, which lives for one utterance (5–20 ms).
- Vosk's JSON reader does not know `\\u` escapes: words that are not ASCII must be written plainly,
  or every one of them is "missing in vocabulary" and the grammar is empty.
- Words that the model does not know, `[unk]` among them, are asked for before.
- `FinalResult` needs 200 ms of sound after the last word.
- The small English model refuses 8000 Hz: all sound is brought to 16000.
"""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter
from typing import Any

import structlog
import vosk

from telephony.media.resample import Resampler
from voicebot.errors import EngineMissing
from voicebot.speech.hearing import grammar_of, recognised, text_of
from voicebot.speech.jobs import EngineThreads
from voicebot.speech.ports import (
    EngineInfo,
    Recognised,
    RecognitionContext,
    RecognitionStream,
    Urgency,
)
from voicebot.speech.sound import silence

RATE = 16000
BATCH = 2 * RATE // 10
"""Bytes that are decoded at once: 100 ms."""
PARTIAL_EVERY = 2
"""Batches between two partials: 5 a second at the most, for each builds a lattice."""
TAIL = silence(RATE, 0.3)
log = structlog.get_logger(__name__)

PUBLISHER = vosk.MODEL_PRE_URL
"""Where vosk's own loader gets its models from."""


class Vosk:
    """A `Recogniser` on one model, shared by all its streams."""

    def __init__(
        self, folder: Path, model: str, language: str, why: str, threads: EngineThreads
    ) -> None:
        self._info = EngineInfo("vosk", model, language, why, partials=True, n_best=True)
        self._folder = folder
        self._threads = threads
        self._model: vosk.Model | None = None

    def load(self) -> None:
        """Read the model (1–4 s). Raises EngineMissing."""
        if not (self._folder / "am").is_dir() and not (self._folder / "final.mdl").is_file():
            raise EngineMissing(
                f"{self._folder} holds no Vosk model: centralino models fetch {self._info.model}"
            )
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(str(self._folder))

    async def info(self) -> EngineInfo:
        """Which engine answers."""
        return self._info

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        """Begin an utterance at `rate` Hz."""
        assert self._model is not None, "load() first"
        decoder = await self._threads.run(context.urgency, 0.0, self._decoder, context)
        return _Stream(decoder, rate, self._threads, self._info.name, context.urgency)

    def _decoder(self, context: RecognitionContext) -> Any:
        grammar = grammar_of(context.only, self.knows)
        if context.only and not grammar:
            log.warning("vosk.grammar_unknown", phrases=len(context.only), expects=context.expects)
        decoder = (
            vosk.KaldiRecognizer(self._model, RATE, grammar)
            if grammar
            else vosk.KaldiRecognizer(self._model, RATE)
        )
        if context.max_alternatives > 1:
            decoder.SetMaxAlternatives(context.max_alternatives)
        else:
            decoder.SetWords(True)
        return decoder

    def knows(self, word: str) -> bool:
        """Is the word in the model's vocabulary? What is no text in UTF-8 is not."""
        if self._model is None or word.encode("utf-8", "ignore").decode() != word:
            return False
        return bool(self._model.vosk_model_find_word(word) >= 0)


class _Stream:
    """One utterance in one recogniser, used by one thread at a time."""

    def __init__(
        self, decoder: Any, rate: int, threads: EngineThreads, engine: str, urgency: Urgency
    ) -> None:
        self._decoder = decoder
        self._resampler = Resampler(rate, RATE)
        self._threads = threads
        self._engine = engine
        self._urgency = urgency
        self._waiting = bytearray()
        self._batches = 0
        self._results: list[dict[str, Any]] = []
        self._partial = ""

    async def feed(self, pcm: bytes) -> None:
        self._waiting += self._resampler.feed(pcm)
        if len(self._waiting) >= BATCH:
            await self._run(self._decode)

    async def partial(self) -> str:
        return self._partial

    async def finish(self) -> Recognised:
        began = perf_counter()
        self._waiting += self._resampler.flush() + TAIL
        await self._run(self._decode)
        self._results.append(json.loads(await self._run(self._decoder.FinalResult)))
        return recognised(self._results, perf_counter() - began, self._engine)

    async def cancel(self) -> None:
        self._waiting.clear()

    def _decode(self) -> None:
        pcm = bytes(self._waiting)
        self._waiting.clear()
        if self._decoder.AcceptWaveform(pcm):
            self._results.append(json.loads(self._decoder.Result()))
        self._batches += 1
        if self._batches % PARTIAL_EVERY == 0:
            said = [text_of(result) for result in self._results]
            said.append(json.loads(self._decoder.PartialResult()).get("partial", ""))
            self._partial = " ".join(filter(None, said))

    async def _run(self, work: Any) -> Any:
        seconds = len(self._waiting) / 2 / RATE
        return await self._threads.run(self._urgency, seconds, work)
