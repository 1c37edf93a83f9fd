"""Whisper through CTranslate2 with its context cut to 8 s. The only file that imports
ctranslate2, faster_whisper and tokenizers; of faster_whisper only features and tokenizer serve.

Whisper was made for 30 s at a time and computes 30 s whatever it hears. Cut to 8 s the encoder
takes a quarter; below 6 s it begins to repeat itself. What is longer is heard in windows. On
silence and noise it still writes words, but says itself that there was no speech: that is the gate.

Three readings take longer than one, and are made only where alternatives are asked for, or where
the first is not sure of itself (docs/benchmarks/speech.md). Between encoding and decoding the
engine may hear that nobody waits any more.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import ctranslate2
import numpy as np
import tokenizers
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer

from telephony.media.resample import resample
from voicebot.errors import EngineMissing
from voicebot.speech.hearing import Guess, Heard, join, likeliest
from voicebot.speech.local import Wanted, always
from voicebot.speech.ports import EngineInfo, Recognised, RecognitionContext
from voicebot.speech.sound import duration
from voicebot.speech.windows import windows

RATE = 16000
CONTEXTS = (6, 8)
"""Seconds that the encoder may look at; the shortest that holds the sound is taken."""
ROOM = 0.2
"""Seconds of silence left at the end of a context."""
WINDOW_SECONDS = CONTEXTS[-1] - ROOM
SHORTEST = 0.1
"""Seconds below which nothing can have been said."""
BEAM = 3
"""Readings made at least where one is not enough."""
SURE = 0.5
"""Confidence from which the first reading is enough. Above all limits below which words are doubted
(`hearing.NO_SPEECH`, `SURE_WORD`): those were measured with the best of three, and still are."""
NO_REPEAT = 4
MAX_TOKENS = 96
"""Of one window: nobody says more in 8 s; it bounds the time when the model rambles."""
PROMPT_TOKENS = 48


def context_for(seconds: float) -> int:
    """Seconds of context for a window of so many seconds."""
    return next((each for each in CONTEXTS if seconds <= each - ROOM), CONTEXTS[-1])


class Whisper:
    """A `Transcriber`. `threads` utterances are decoded at once, each on one core."""

    def __init__(self, folder: Path, language: str, why: str, threads: int = 1) -> None:
        self.info = EngineInfo("whisper-base", folder.name, language, why, n_best=True)
        self._folder = folder
        self._threads = threads
        self._model: ctranslate2.models.Whisper | None = None
        self._suppressed: dict[tuple[str, ...], list[int]] = {}

    def load(self) -> None:
        """Read the model (145 MB, held as int8). Raises EngineMissing."""
        if not (self._folder / "model.bin").is_file():
            name = self._folder.name
            raise EngineMissing(
                f"{self._folder} holds no Whisper model: centralino models fetch {name}"
            )
        self._tokens = tokenizers.Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        self._features = FeatureExtractor()
        self._model = ctranslate2.models.Whisper(
            str(self._folder),
            device="cpu",
            compute_type="int8",
            inter_threads=self._threads,
            intra_threads=1,
        )

    def transcribe(
        self, pcm: bytes, rate: int, context: RecognitionContext, wanted: Wanted = always
    ) -> Recognised:
        """What was said? Called from as many threads as were asked for."""
        began = time.perf_counter()
        if duration(pcm, rate) < SHORTEST:
            return Recognised("", 0.0, no_speech=1.0, engine=self.info.name)
        heard, language = list[Heard](), ""
        for part in windows(resample(pcm, rate, RATE), RATE, WINDOW_SECONDS):
            encoded = self._encoded(part)
            if context.languages and not language:
                language = self._language(encoded, context)
                if language != context.language:
                    context = replace(context, language=language, terms=())
            heard.append(self._hear(encoded, context, wanted))
            if not wanted():
                break
        said = join(heard, time.perf_counter() - began, self.info.name)
        return replace(said, language=language)

    def _encoded(self, pcm: bytes) -> ctranslate2.StorageView:
        assert self._model is not None, "load() first"
        return self._model.encode(ctranslate2.StorageView.from_array(self._mel(pcm)))

    def _language(self, encoded: ctranslate2.StorageView, context: RecognitionContext) -> str:
        """In which of the possible languages this is said: one step of the decoder."""
        assert self._model is not None, "load() first"
        (shares,) = self._model.detect_language(encoded)
        of = {token.strip("<|>"): share for token, share in shares}
        return likeliest(of, (context.language, *context.languages))

    def _hear(
        self, encoded: ctranslate2.StorageView, context: RecognitionContext, wanted: Wanted
    ) -> Heard:
        if not wanted():
            return Heard((), 1.0)
        best = 1 if context.light else max(1, context.max_alternatives)
        if best > 1:
            return self._read(encoded, context, max(BEAM, best), best)
        first = self._read(encoded, context, 1, 1)
        enough = context.light or first.guesses[0].confidence >= SURE or not wanted()
        return first if enough else self._read(encoded, context, BEAM, 1)

    def _read(
        self, encoded: ctranslate2.StorageView, context: RecognitionContext, beam: int, best: int
    ) -> Heard:
        """The `best` of `beam` readings."""
        assert self._model is not None, "load() first"
        tokenizer = self._tokenizer(context.language)
        (result,) = self._model.generate(
            encoded,
            [self._prompt(tokenizer, context.terms)],
            beam_size=beam,
            num_hypotheses=best,
            no_repeat_ngram_size=NO_REPEAT,
            max_length=MAX_TOKENS + PROMPT_TOKENS,
            suppress_tokens=self._suppress(context.only),
            return_scores=True,
            return_no_speech_prob=True,
        )
        guesses = zip(result.sequences_ids, result.scores, strict=True)
        return Heard(
            tuple(Guess(tokenizer.decode(ids).strip(), score) for ids, score in guesses),
            result.no_speech_prob,
        )

    def _mel(self, pcm: bytes) -> np.ndarray:
        heard = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768.0
        seconds = context_for(heard.size / RATE)
        samples = np.zeros(RATE * seconds, np.float32)
        samples[: heard.size] = heard
        mel = self._features(samples, padding=0)[:, : 100 * seconds]
        return np.ascontiguousarray(mel[None], dtype=np.float32)

    def _tokenizer(self, language: str) -> Tokenizer:
        code = language.lower().split("-")[0]
        if self._tokens.token_to_id(f"<|{code}|>") is None:
            raise EngineMissing(f"Whisper does not know the language {language!r}: use another")
        return Tokenizer(self._tokens, True, "transcribe", code)

    def _prompt(self, tokenizer: Tokenizer, terms: tuple[str, ...]) -> list[int]:
        sequence = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        if not terms:
            return sequence
        words = tokenizer.encode(" " + ", ".join(terms) + ".")[:PROMPT_TOKENS]
        return [tokenizer.sot_prev, *words, *sequence]

    def _suppress(self, only: tuple[str, ...]) -> list[int]:
        """Every token but those of the words that can be said, and the end of the text."""
        if not only:
            return [-1]  # CTranslate2's sign for the model's own list
        if only not in self._suppressed:
            self._suppressed[only] = self._all_but(only)
        return self._suppressed[only]

    def _all_but(self, only: tuple[str, ...]) -> list[int]:
        forms = {f(word) for word in only for f in (str, str.lower, str.capitalize)}
        texts = [lead + form for form in forms for lead in ("", " ")] + [",", ".", "?"]
        allowed = {i for text in texts for i in self._encode(text)}
        end = self._tokens.token_to_id("<|endoftext|>") or 0
        return [i for i in range(end) if i not in allowed]

    def _encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokens.encode(text, add_special_tokens=False).ids
        return ids
