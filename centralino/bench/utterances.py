"""PURE. What the bench's callers say: the mix of questions, and how people hesitate.

`|` in a sentence is where its speaker may hesitate: a third of all utterances hold a pause of
0.3–1.2 s there, or an "uh". What is asked decides what is said (`kind_of`), as with a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

KINDS = ("yes_no", "menu", "open", "digits", "name", "date", "digits_free")
"""`digits`: as many as were asked for; `digits_free`: of unknown length, reported apart."""
HESITATING = 1 / 3
PAUSE = (0.3, 1.2)
"""Seconds."""
UH_GAP = (0.12, 0.2)
"""Seconds before and after an "uh"."""

_SLOTS = {
    "code": "digits", "second": "digits", "reading": "digits_free", "day": "date", "name": "name",
    "insured": "yes_no", "urgent": "yes_no", "news": "yes_no",
    "supply": "menu", "part": "menu", "channel": "menu", "building": "menu", "payment": "menu",
}  # fmt: skip
_CONFIRMED = ("yes", "yes | that is right", "correct", "yes it is", "yeah")
_DECIDED = ("yes", "no", "yes | please", "no | thank you", "yeah", "nope")
_CHOICES = {
    "supply": ("electricity", "gas | please", "water"),
    "part": ("in the | morning", "the afternoon", "evening | please"),
    "channel": ("by letter", "email | please", "by | telephone"),
    "building": ("a house", "it is | an apartment", "an office"),
    "payment": ("by card", "in cash | please", "by transfer"),
}
_OPENINGS = {
    "what are your | opening hours": "opening_hours",
    "when is my bill due": "due_date",
    "how do I get | to your office": "directions",
    "how can I | save energy": "saving",
    "what does electricity | cost": "tariffs",
    "I have solar panels | on my roof": "solar",
}
_REGISTER = ("I would like to | register", "I am calling | to register", "please register me")
_PLACES = (
    "it is in Garden Lane | next to the school", "in the old mill | behind the station",
    "at the corner of | Park Road and Main Street",
)  # fmt: skip
_REMARKS = (
    "please ring the bell | at the back door", "the dog is | quite friendly",
    "I would rather have | a short visit",
)  # fmt: skip
_NAMES = ("my name is | John Smith", "my name is Mary | Johnson", "it is | Robert Brown")
_DAYS = ("on the fifth | of December", "next | Monday", "on December | tenth", "tomorrow")
_DIGITS = "zero one two three four five six seven eight nine".split()
SPLIT_SENTENCES = tuple(
    sentence
    for group in (tuple(_OPENINGS), _REGISTER, _PLACES, _REMARKS, _NAMES, _DAYS)
    for sentence in group
    if " | " in sentence
)
"""Sentences with a place to hesitate."""
BEFORE_REGISTERING = 3
"""Open questions that a caller puts before it says what else it wants."""


T = TypeVar("T")


class Chance(Protocol):
    """What `random.Random` gives of itself."""

    def random(self) -> float:
        """0–1."""

    def uniform(self, a: float, b: float) -> float:
        """Between these."""

    def randint(self, a: int, b: int) -> int:
        """Between these, both included."""

    def choice(self, seq: Sequence[T]) -> T:
        """One of them."""


@dataclass(frozen=True)
class Utterance:
    """One thing said: words, and seconds of silence between them."""

    kind: str
    question: str
    parts: tuple[str | float, ...]
    expects: str = ""
    """Yes or no, where it is one of them."""
    means: str = ""
    """What it must be taken as: `answer:<slot>`, `affirm`, or an intent."""

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(part for part in self.parts if isinstance(part, str))

    @property
    def shown(self) -> str:
        """Its words with the silences between them: `yes [0.62 s] please`."""
        return " ".join(p if isinstance(p, str) else f"[{p:.2f} s]" for p in self.parts)

    @property
    def hesitates(self) -> bool:
        """Whether it holds a pause or an "uh"."""
        return len(self.parts) > 1


def kind_of(question: str) -> str:
    """The sort of answer that a question of the bench's bot wants (`slot:code`, `confirm:code`)."""
    asking, _, about = question.partition(":")
    if asking in ("confirm", "confirm_all", "intent", "person"):
        return "yes_no"
    return _SLOTS.get(about, "open")


class Speaker:
    """Decides what one caller says. `rng` is its own."""

    def __init__(self, rng: Chance) -> None:
        self._rng = rng
        self._opened = 0

    def answer(self, question: str) -> Utterance:
        """To this question, this."""
        kind = kind_of(question)
        asking, _, about = question.partition(":")
        sentence = self._sentence(kind, asking, about)
        expects = ""
        if kind == "yes_no":
            expects = "no" if sentence.startswith("no") else "yes"
        means = "affirm" if asking != "slot" else f"answer:{about}"
        if kind == "open" and not about:
            means = _OPENINGS.get(sentence, "register")
        return Utterance(kind, question, self._spoken(sentence), expects, means)

    def _sentence(self, kind: str, asking: str, about: str) -> str:
        if kind == "yes_no":
            return self._rng.choice(_DECIDED if asking == "slot" else _CONFIRMED)
        if kind == "menu":
            return self._rng.choice(_CHOICES[about])
        if kind == "digits":
            return f"{self._digits(3)} | {self._digits(3)}"
        if kind == "digits_free":
            return f"{self._digits(2)} | {self._digits(self._rng.randint(1, 3))}"
        return self._rng.choice(self._open(about) if kind == "open" else _OTHERS[kind])

    def _open(self, about: str) -> tuple[str, ...]:
        if about:
            return _PLACES if about == "place" else _REMARKS
        self._opened += 1
        return tuple(_OPENINGS) if self._opened <= BEFORE_REGISTERING else _REGISTER

    def _digits(self, count: int) -> str:
        return " ".join(self._rng.choice(_DIGITS) for _ in range(count))

    def _spoken(self, sentence: str) -> tuple[str | float, ...]:
        whole = sentence.replace(" | ", " ")
        if self._rng.random() >= HESITATING:
            return (whole,)
        before, _, after = sentence.partition(" | ")
        if not after:
            return ("uh", self._rng.uniform(*UH_GAP), whole)
        if self._rng.random() < 0.5:
            return (before, self._rng.uniform(*PAUSE), after)
        gaps = (self._rng.uniform(*UH_GAP), self._rng.uniform(*UH_GAP))
        return (before, gaps[0], "uh", gaps[1], after)


_OTHERS = {"name": _NAMES, "date": _DAYS}
