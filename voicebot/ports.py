"""What a session needs of others, and gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kernel.packet import Packet
from voicebot.dialogue import acts
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.outcome import Outcome
from voicebot.leaving import By, Wish
from voicebot.nlu.ports import Understander
from voicebot.reports import Report
from voicebot.speech.ports import Recogniser, Synthesiser, TurnDetector, Vad

__all__ = ["CallFacts", "InLanguage", "Performer", "SessionOutput", "SpeechEngines"]


@dataclass(frozen=True)
class Effort:
    """What a conversation may spend on hearing. Less of it is worse, and better than being late."""

    peeks: bool = True
    """Recognise what is said over a prompt while it goes on; else at its first pause."""
    guesses: bool = True
    """Recognise at the first pause, before it is known whether the caller has finished; else once,
    at the end of the turn."""
    judges: bool = True
    """Ask the turn detector."""
    light: bool = False
    """Recognise with less care."""
    speech: bool = True
    """Recognise at all; else the caller is asked for keys."""


@dataclass(frozen=True)
class SpeechEngines:
    """Who hears and speaks in one call."""

    synthesiser: Synthesiser
    recogniser: Recogniser | None = None
    """None on a line of keys only."""
    vad: Callable[[int], Vad] | None = None
    """Makes the leg's own, for its rate in Hz; None on a line of keys only."""
    turn_detector: TurnDetector | None = None
    """Hears whether a turn is over; None: the words and the silence say so."""
    effort: Callable[[], Effort] = Effort
    """What may be spent now; asked at each turn, for it changes while calls go on."""


@dataclass(frozen=True)
class InLanguage:
    """What a conversation in one language is held with."""

    bot: Bot
    understander: Understander
    synthesiser: Synthesiser
    performer: Performer | None = None
    """Does its lookups and custom actions; None: it has none."""


class Performer(Protocol):
    """Does lookups and custom actions for one bot."""

    async def perform(self, act: acts.Perform, facts: CallFacts) -> Outcome:
        """Do it, in bounded time. What goes wrong is told as the outcome's `problem`."""


class SessionOutput(Protocol):
    """Where a session's decisions go. Verbs neither wait nor raise."""

    def transfer(self, packet: Packet, refer: str = "") -> None:
        """Put the caller in the queue, or send the caller to another house at this SIP URI; what
        becomes of it comes back by `Session.notify`."""

    def leave(self, wish: Wish, by: By, number: str = "") -> None:
        """The waiting caller leaves the queue by wish; a callback is answered by
        `Session.notify`."""

    def hang_up(self) -> None:
        """End the caller's leg; its end comes back by `Session.close`."""

    def report(self, event: Report) -> None:
        """How the conversation goes."""
