"""PURE. Which language a conversation is held in, where its line has bots for more than one.

It begins in the line's own. Until the caller has said what the call is about, the recogniser is
told of every language that there is a bot for, and says in which one it hears; the conversation is
at once in that one: its words, its voice and its understanding. A greeting or a noise decides
nothing for good, nor does what was not understood: the next sentence may turn it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from voicebot import reports
from voicebot.dialogue import acts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.questions import carried
from voicebot.dialogue.state import State, Step
from voicebot.expected import expected
from voicebot.floor import Floor
from voicebot.speech.ports import Recognised, RecognitionContext


class Tongue:
    """Of one conversation; `turned` is called after the policy's bot is another."""

    def __init__(
        self, floor: Floor, policy: Policy, others: Mapping[str, Bot], turned: Callable[[], None]
    ) -> None:
        self._floor = floor
        self._policy = policy
        self._bots = {floor.facts.language: policy.bot, **others}
        self._turned = turned
        self._open = bool(others)

    def begin(self) -> None:
        """Who calls again, or is called back, goes on in the language of before."""
        before = self._floor.facts.earlier or self._floor.facts.called_back
        if before is not None and before.language in self._bots:
            self._turn_to(before.language)

    def context(self, ask: acts.Ask) -> RecognitionContext:
        """What the recogniser is told of the answer to a question."""
        kind, language = ask.readings[0], self._floor.facts.language
        row = expected(kind)
        others = tuple(name for name in self._bots if name != language) if self._open else ()
        return RecognitionContext(
            language, kind, (*ask.terms, *row.terms), max_alternatives=row.alternatives,
            languages=others,
        )  # fmt: skip

    def invited(self, step: Step) -> Step:
        """The first words, and in each other language that it is spoken, too: where nobody is asked
        anything, nobody is invited."""
        if not step.acts or not isinstance(step.acts[-1], acts.Ask):
            return step
        invitations = tuple(
            acts.Say(bot.text(bot.flow.invite), language=language)
            for language, bot in self._bots.items()
            if language != self._floor.facts.language and bot.flow.invite
        )
        return replace(step, acts=(*step.acts[:-1], *invitations, step.acts[-1]))

    def heard(self, recognised: Recognised) -> None:
        """Words came, which say how they are to be understood."""
        language = recognised.language
        if self._open and language in self._bots and language != self._floor.facts.language:
            self._turn_to(language)

    def answered(self, state: State, now: float) -> None:
        """The caller's turn came to this: with something that the bot is for, it is decided."""
        if self._open and (state.goal is not None or state.answered):
            self._open = False
            why, place = f"{reports.SPEAKS}{self._floor.facts.language}", state.place
            self._floor.tell(reports.Decided(self._floor.facts.call, now, place, place, why))

    def _turn_to(self, language: str) -> None:
        bot = self._bots[language]
        self._floor.facts = replace(self._floor.facts, language=language)
        self._floor.dialogue = carried(bot.flow, self._floor.dialogue)
        self._policy.bot, self._policy.facts = bot, self._floor.facts
        self._turned()
