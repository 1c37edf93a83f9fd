"""PURE. A waiting caller's own ways out: to be called back, to leave a message, goodbye.

    nothing ── callback ─► confirm ("… on 0 1 2 3?") ── yes ─► asked ── booked ─► over
                              │ no                               │ refused
                              ▼                                  ▼
                            number (typed or said) ─► confirm    nothing, or number

    offer (who may not wait: "shall we call you back?") ── yes ─► confirm
                              └ no, silence ─► over: nobody can take the call

The wish is a key or a few words, never amid a longer sentence: a caller who talks to somebody else
in the room is not hung up on. Until the callback is booked the caller waits as before, and an agent
who answers meanwhile ends all of this. Silence does, too: nothing changes for who says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Literal

By = Literal["key", "spoken"]
SHORTEST, LONGEST = 3, 15
"""Digits of a number: an extension, and the longest by ITU-T E.164."""
AROUND = 3
"""Words beside those of a wish that may be said with it."""
YES, NO, END = "1", "2", "#"
_WORD = re.compile(r"[\w']+")


class Wish(StrEnum):
    """What a waiting caller may ask for."""

    CALLBACK = "callback"
    MESSAGE = "message"
    GOODBYE = "goodbye"
    NOTHING = "nothing"
    """None of them, to who may not wait and was asked."""


EXITS = (Wish.CALLBACK, Wish.MESSAGE, Wish.GOODBYE)
"""What a waiting caller may ask for at any time."""


class Stage(Enum):
    """What the caller was asked last."""

    NOTHING = "nothing"
    OFFER = "offer"
    CONFIRM = "confirm"
    NUMBER = "number"
    ASKED = "asked"
    """The queue is; the caller waits for its word."""


@dataclass(frozen=True)
class WayOut:
    """How one wish is told."""

    key: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tell:
    """Say this, or nothing where the text is empty."""

    text: Literal["confirm", "number", "not_allowed", "ringing", "fault", "nothing"]
    number: str = ""
    """In digits apart, for {number}."""


@dataclass(frozen=True)
class Go:
    """The caller leaves the queue; for a callback: wants to, on this number."""

    wish: Wish
    by: By
    number: str = ""
    """Digits; empty: the caller's own."""


Reply = Tell | Go


@dataclass
class Leaving:
    """One caller's way out of one queue."""

    ways: Mapping[Wish, WayOut]
    own: str = ""
    """The caller's own number; empty: not known."""
    open: frozenset[Wish] = frozenset()
    """What there is in this queue."""
    stage: Stage = Stage.NOTHING
    number: str = ""
    """To which the callback goes."""
    by: By = "key"
    limited: bool = False
    """Whether the caller may not wait: there is no waiting as before."""
    _typed: str = field(default="", repr=False)

    @property
    def listens(self) -> bool:
        """Whether words may mean something: as an answer, or as those of a wish."""
        if self.stage is not Stage.NOTHING:
            return self.stage is not Stage.ASKED
        return any(way.words for wish, way in self.ways.items() if wish in self.open)

    def offer(self) -> None:
        """The caller may not wait, and is asked whether to be called back."""
        self.reset()
        self.limited, self.stage = True, Stage.OFFER

    def key(self, digit: str) -> Reply | None:
        """A key."""
        self.by = "key"
        if self.stage is Stage.OFFER and digit in (YES, NO):
            return self._offered(digit == YES)
        if self.stage in (Stage.NOTHING, Stage.OFFER):
            wish = next((w for w, way in self.ways.items() if way.key == digit), None)
            return self._wish(wish)
        if self.stage is Stage.CONFIRM:
            return self._answer(digit == YES) if digit in (YES, NO) else None
        if self.stage is Stage.NUMBER:
            return self._typing(digit)
        return None

    def said(self, text: str, yes_no: bool | None, digits: str) -> Reply | None:
        """A sentence, with the yes or no and the digits that were heard in it."""
        self.by = "spoken"
        wish = self._meant(_WORD.findall(text.lower()))
        if self.stage is Stage.OFFER and wish is None and yes_no is not None:
            return self._offered(yes_no)
        if self.stage in (Stage.NOTHING, Stage.OFFER):
            return self._wish(wish)
        if self.stage is Stage.CONFIRM and yes_no is not None:
            return self._answer(yes_no)
        if self.stage is Stage.NUMBER and digits:
            return self._given(digits)
        return None

    def silence(self) -> Reply | None:
        """The caller says nothing more; a number that was typed counts."""
        if self.stage is Stage.NUMBER and self._typed:
            return self._given(self._typed)
        if self.limited and self.stage is not Stage.ASKED:
            return Go(Wish.NOTHING, self.by)
        if self.stage in (Stage.CONFIRM, Stage.NUMBER):
            self.reset()
            return Tell("nothing")
        return None

    def refused(self, why: str) -> Reply | None:
        """The queue said no."""
        if self.stage is not Stage.ASKED:
            return None
        if why == "number":
            self.stage, self.number = Stage.NUMBER, ""
            return Tell("not_allowed")
        self.reset()
        if self.limited and why != "ringing":
            return Go(Wish.NOTHING, self.by)
        return Tell("ringing" if why == "ringing" else "fault")

    def reset(self) -> None:
        """Waiting as before."""
        self.stage, self.number, self._typed = Stage.NOTHING, "", ""

    # Inside.

    def _offered(self, yes: bool) -> Reply | None:
        return self._wish(Wish.CALLBACK) if yes else Go(Wish.NOTHING, self.by)

    def _meant(self, said: list[str]) -> Wish | None:
        for wish, way in self.ways.items():
            if wish in self.open and any(_asks(said, words) for words in way.words):
                return wish
        return None

    def _wish(self, wish: Wish | None) -> Reply | None:
        if wish is None or wish not in self.open:
            return None
        if wish is not Wish.CALLBACK:
            return Go(wish, self.by)
        return self._given(self.own) if self.own else self._ask_number()

    def _ask_number(self) -> Reply:
        self.stage, self.number, self._typed = Stage.NUMBER, "", ""
        return Tell("number")

    def _given(self, digits: str) -> Reply:
        self._typed = ""
        if not SHORTEST <= len(digits) <= LONGEST:
            return self._ask_number()
        self.stage, self.number = Stage.CONFIRM, digits
        return Tell("confirm", apart(digits))

    def _answer(self, yes: bool) -> Reply:
        if not yes:
            return self._ask_number()
        self.stage = Stage.ASKED
        return Go(Wish.CALLBACK, self.by, "" if self.number == self.own else self.number)

    def _typing(self, digit: str) -> Reply | None:
        if digit == END:
            return self._given(self._typed)
        if digit.isdigit():
            self._typed = (self._typed + digit)[: LONGEST + 1]
        return None


def _asks(said: Iterable[str], words: str) -> bool:
    """Whether this is said, with not much around it."""
    wanted, heard = _WORD.findall(words.lower()), list(said)
    if not wanted or len(heard) > len(wanted) + AROUND:
        return False
    return f" {' '.join(wanted)} " in f" {' '.join(heard)} "


def own_number(caller: str) -> str:
    """The digits of the number that a caller (a SIP URI or a number) is known by; empty: none."""
    user = caller.partition(":")[2].partition("@")[0] if ":" in caller else caller
    digits = user.removeprefix("+")
    return digits if digits.isdecimal() and SHORTEST <= len(digits) <= LONGEST else ""


def apart(digits: str) -> str:
    """Digits as they are read out, three by three."""
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return ", ".join(" ".join(group) for group in groups)
