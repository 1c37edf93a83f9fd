"""A conversation walked by hand: what it is told, what it orders, and the clock between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from tests.unit.voicebot.sample import FACTS, bot, meant
from voicebot import commands as do
from voicebot import events
from voicebot.conversation import Conversation
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.speech.ports import Recognised
from voicebot.turns import State

C = TypeVar("C")
R = TypeVar("R")
T0 = 1000.0


class Walk:
    """A conversation and everything that it ordered, latest last."""

    def __init__(
        self, facts: CallFacts = FACTS, made: Bot | None = None,
        others: Mapping[str, Bot] | None = None,
    ) -> None:  # fmt: skip
        self.core = Conversation(made or bot(), facts, others)
        self.now = T0
        self.ordered: list[do.Command] = []
        self.done: set[str] = set()
        self.tell(events.Started())

    @property
    def state(self) -> State:
        return self.core.state

    def tell(self, *happened: events.Event) -> Walk:
        for event in happened:
            self.core.receive(event, self.now)
            self.ordered += self.core.commands()
        return self

    def wait(self, seconds: float) -> Walk:
        """Walk from timer to timer."""
        until = self.now + seconds
        while (at := self.core.next_timer()) is not None and at <= until:
            self.now = max(self.now, at)
            self.core.handle_timer(self.now)
            self.ordered += self.core.commands()
        self.now = until
        return self

    def orders(self, kind: type[C]) -> list[C]:
        return [command for command in self.ordered if isinstance(command, kind)]

    def told(self, kind: type[R]) -> list[R]:
        tells = (command.report for command in self.orders(do.Tell))
        return [report for report in tells if isinstance(report, kind)]

    @property
    def turn(self) -> int:
        return self.orders(do.Listen)[-1].turn

    @property
    def words(self) -> list[str]:
        return [speak.text for speak in self.orders(do.Speak)]

    def heard_out(self) -> Walk:
        """Everything ordered so far is said to its end."""
        for speak in self.orders(do.Speak):
            if speak.playback not in self.done:
                self.tell(events.PlaybackStarted(speak.playback))
                self.tell(events.PlaybackFinished(speak.playback))
                self.done.add(speak.playback)
        return self

    def speaks(self) -> Walk:
        return self.tell(events.SpeechStarted(self.turn, self.now))

    def lasts(self) -> Walk:
        """200 ms of it were speech."""
        return self.tell(events.SpeechLasted(self.turn))

    def pauses(self) -> Walk:
        return self.tell(events.SpeechEnded(self.turn, self.now))

    def says(self, intent: str, **entities: str) -> Walk:
        """A whole turn of the caller, and our answer ordered."""
        self.heard_out().speaks().pauses()
        turn = self.turn
        self.tell(events.Heard(turn, Recognised(intent, 0.9)))
        return self.tell(events.Understood(turn, (meant(intent, 0.9, **entities),)))
