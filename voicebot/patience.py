"""PURE. How long a caller may be left without a sound, and we without theirs.

answer under way     1 s: an earcon, a soft double tick, so that nobody asks "hello?"
                     3 s: words, once
caller's turn        5 s without a packet: their telephone cannot be heard at all
"""

from __future__ import annotations

from enum import Enum

from voicebot.turns import SPEAKING, State

EARCON_AFTER = 1.0
"""Seconds of silence while an answer is made; again after as many."""
WORDS_AFTER = 3.0
NO_SOUND_AFTER = 5.0
"""Seconds without any sound of a caller whose turn it is."""
LISTENING = frozenset({State.LISTENING, State.HEARING})


class Need(Enum):
    """What the caller needs now."""

    EARCON = "earcon"
    WORDS = "words"
    PERSON = "person"
    """The caller cannot be heard: an apology, and the queue."""


class Patience:
    """Told every 20 ms how things are; each need is told once, the earcon every second."""

    def __init__(self) -> None:
        self._waiting_since: float | None = None
        self._earcon_at = 0.0
        self._said = False
        self._heard_at: float | None = None

    def tick(self, state: State, silent: bool, heard: bool, now: float) -> Need | None:
        """`silent`: nothing of ours is to be heard; `heard`: packets of the caller came."""
        if heard or self._heard_at is None or state not in LISTENING:
            self._heard_at = now
        if now - self._heard_at >= NO_SOUND_AFTER:
            self._heard_at = now
            return Need.PERSON
        return self._while_answering(state, silent, now)

    def _while_answering(self, state: State, silent: bool, now: float) -> Need | None:
        if not silent or not (state is State.THINKING or state in SPEAKING):
            if state not in SPEAKING and state is not State.THINKING:
                self._said = False
            self._waiting_since = None
            return None
        if self._waiting_since is None:
            self._waiting_since, self._earcon_at = now, now + EARCON_AFTER
        if not self._said and now - self._waiting_since >= WORDS_AFTER:
            self._said = True
            self._earcon_at = now + EARCON_AFTER
            return Need.WORDS
        if now >= self._earcon_at:
            self._earcon_at = now + EARCON_AFTER
            return Need.EARCON
        return None
