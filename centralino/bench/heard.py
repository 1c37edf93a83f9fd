"""Held-out sentences as a recogniser hears them over a telephone: `nlu evaluate --heard N`.

Spoken by voices that are not the bot's, in turn; through G.711 with street noise; recognised by the
engine of this machine. What was heard is kept by sentence, voice, way and engine, so that a change
of the bot is measured on the same hearing, and at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from centralino.bench.degrade import Way
from centralino.bench.speakers import speakers
from centralino.bench.speech import Bench
from centralino.config.model import Config
from voicebot.dialogue import questions
from voicebot.dialogue.flow import Flow
from voicebot.nlu.training import Example
from voicebot.speech.engines import load_recogniser, recogniser_choice

WAY = Way(codec="pcmu", noise="street", snr_db=10.0)
GUESSES = 5


@dataclass(frozen=True)
class Hearing:
    """One sentence as it was heard."""

    example: Example
    """With the text that was heard."""
    said: str
    voice: str
    guesses: tuple[tuple[str, float], ...] = ()
    """Other guesses and how sure they are, the likeliest first."""


async def hear(config: Config, examples: Sequence[Example], flow: Flow, seed: int) -> list[Hearing]:
    """Each sentence as it is heard after the bot's open question. Raises EngineMissing."""
    language, terms = flow.language, questions.terms(flow)
    models = config.speech.models_dir
    choice = recogniser_choice(config.speech.recogniser, language, models)
    kept = _Kept(config.state_dir / "cache" / "heard.json")
    voices = speakers()
    bench: Bench | None = None
    found = []
    for number, example in enumerate(examples):
        voice = list(voices)[number % len(voices)]
        key = kept.key(example.text, voice, choice.model, terms, number)
        if key not in kept.known:
            if bench is None:
                engine = load_recogniser(choice, language, models, 1)
                bench = Bench(engine, None, voices, terms, seed)
            heard = await bench.hear(number, WAY, voice, example.text, guesses=GUESSES)
            others = [(other.text, other.confidence) for other in heard.alternatives]
            kept.add(key, [(heard.text, heard.confidence), *others])
        (text, _), *guesses = kept.known[key]
        found.append(
            Hearing(replace(example, text=text, marks=()), example.text, voice,
                    tuple((other, sure) for other, sure in guesses))
        )  # fmt: skip
    return found


class _Kept:
    """What was heard before, in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.known: dict[str, list[tuple[str, float]]] = {}
        if file.exists():
            self.known = json.loads(file.read_text(encoding="utf-8"))

    @staticmethod
    def key(*what: object) -> str:
        """Of everything that the hearing follows from."""
        return hashlib.sha256(repr((*what, asdict(WAY), GUESSES)).encode()).hexdigest()[:32]

    def add(self, key: str, heard: list[tuple[str, float]]) -> None:
        """Keep it now: a run that is stopped has not worked in vain."""
        self.known[key] = heard
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(self.known, ensure_ascii=False), encoding="utf-8")
