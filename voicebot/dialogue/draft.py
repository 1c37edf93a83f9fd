"""PURE. One step while it is made: the state as it becomes, the acts as they are decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicebot.dialogue.acts import Act, Ask, Last, Say
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot, Flow, Route, Slot
from voicebot.dialogue.state import State, Step
from voicebot.nlu.ports import IntentScore
from voicebot.speech.ports import Recognised


class Draft:
    """Begins at a state, collects acts, ends as a `Step`."""

    def __init__(self, bot: Bot, facts: CallFacts, state: State) -> None:
        self.bot = bot
        self.facts = facts
        self.state = state
        self.acts: list[Act] = []
        self.meant: IntentScore | None = None
        self.heard: Recognised | None = None
        """How well the sentence was recognised; None: it was typed, or there is none."""
        self._why: list[str] = []

    @property
    def flow(self) -> Flow:
        """What the bot does."""
        return self.bot.flow

    def text(self, key: str, values: Mapping[str, str] | None = None) -> str:
        """The wording for a response key that is next in turn."""
        said = self.state.said.get(key, 0)
        self.state = replace(self.state, said={**self.state.said, key: said + 1})
        return self.bot.text(key, {**self._values(), **(values or {})}, self.facts.seed + said)

    def say(
        self, key: str, values: Mapping[str, str] | None = None, *, interruptible: bool = True
    ) -> None:
        """Say a response; one without words is not said."""
        self.say_text(self.text(key, values), interruptible)

    def say_text(self, text: str, interruptible: bool = True) -> None:
        """Say this, unless it is nothing."""
        if text:
            self.acts.append(Say(text, interruptible))

    def asks_already(self) -> bool:
        """Whether what was said so far ends in a question of its own."""
        return bool(self.acts) and isinstance(self.acts[-1], Say) and self.acts[-1].text[-1:] == "?"

    def end(self, act: Last) -> None:
        """The step ends in this. What was asked can be repeated."""
        self.acts.append(act)
        if isinstance(act, Ask) and (act.text or len(self.acts) > 1):
            self.state = replace(self.state, last=tuple(self.acts))

    def because(self, why: str) -> None:
        """Note why the step is what it is: names and limits, never what was said."""
        self._why.append(why)

    def step(self) -> Step:
        """The step as it is now."""
        return Step(self.state, tuple(self.acts), self.meant, tuple(self._why))

    def route(self) -> Route | None:
        """The route under way."""
        goal = self.state.goal
        intent = self.flow.intents.get(goal.intent) if goal else None
        return intent.does if intent and isinstance(intent.does, Route) else None

    def _values(self) -> dict[str, str]:
        slots = self.flow.slots
        spoken = {
            name: slots[name].spoken(known.value)
            for name, known in self.state.known.items()
            if name in slots
        }
        return {"caller": self.facts.caller, **self._given(), **spoken}

    def _given(self) -> dict[str, str]:
        """What the campaign knows of the person, as it is spoken; else empty."""
        told = self.facts.given
        return {
            name: Slot(name, kind).spoken(told[name]) if told.get(name) else ""
            for name, kind in self.flow.given.items()
        }
