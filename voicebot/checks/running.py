"""Plays conversation tests on the real dialogue and turn taking, in walked time: no sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kernel.clock import ManualClock
from voicebot import reports
from voicebot.checks.canned import Canned
from voicebot.checks.judging import Came, Difference, judge, judge_end
from voicebot.checks.reading import nobody_beside
from voicebot.checks.script import (
    START,
    Action,
    CallsAgain,
    HangsUp,
    Presses,
    Says,
    Script,
    Silent,
    Step,
    Told,
)
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.state import Earlier
from voicebot.nlu.ports import Understander
from voicebot.speech.ports import Recognised, RecognitionContext
from voicebot.talk import FACTS, Beside, Reply, TalkSession

REMEMBERED = 900.0
"""Seconds in which a caller who calls again is met where the call broke off; by default in a house,
too (`retention.redial_seconds`)."""


class Hearing(Protocol):
    """How the caller's words reach the conversation."""

    async def hear(self, said: Says, context: RecognitionContext) -> Recognised:
        """What is heard of what the caller says."""


class ByText:
    """As the test says that it is heard."""

    async def hear(self, said: Says, context: RecognitionContext) -> Recognised:
        """Its words."""
        words = said.heard_as or said.text
        return Recognised(words, said.confidence, engine="text", language=said.speaks)


@dataclass(frozen=True)
class Line:
    """One thing said or done, for whoever reads a failure."""

    who: str
    """`bot`, `caller`, `keys`, `queue`, or empty for what is only told."""
    text: str


@dataclass(frozen=True)
class Result:
    """How one conversation went."""

    script: Script
    differences: tuple[Difference, ...]
    lines: tuple[Line, ...]
    """All of it, as far as it was played."""
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.differences


Mind = Callable[[Bot, Callable[[], float]], Understander]
"""Makes what understands for a bot, with the time that "tomorrow" counts from."""


class Stage:
    """Plays one conversation after the other. `others` finds the bots of further languages."""

    def __init__(
        self,
        bot: Bot,
        mind: Mind,
        hearing: Hearing | None = None,
        facts: CallFacts = FACTS,
        others: Callable[[str], Bot] = nobody_beside,
    ) -> None:
        self._clock = ManualClock(START)
        self._bot, self._mind, self._others = bot, mind, others
        self._known: dict[str, tuple[Bot, Understander]] = {}
        self._hearing = hearing or ByText()
        self._facts = facts

    async def play(self, script: Script) -> Result:
        """Play it until its end, or until something is not as expected."""
        began = time.perf_counter()
        self._clock = ManualClock(script.starts)
        facts = replace(self._facts, language=self._bot.flow.language, **script.facts)
        bot, understander = self._knows("")

        lines: list[Line] = []
        done: list[str] = []

        def outside(bot: Bot) -> Canned:
            return Canned(bot, script.outside, lambda told: lines.append(Line("", told)), done)

        performer = outside(bot)
        further = {language: self._knows(name) for language, name in script.also.items()}
        others = {
            language: Beside(bot, mind, outside(bot)) for language, (bot, mind) in further.items()
        }

        def call(earlier: Earlier | None) -> TalkSession:
            here = replace(facts, earlier=earlier)
            return TalkSession(bot, understander, here, self._clock, performer, others)

        playing = _Playing(call, self._clock, self._hearing, lines, done)
        differences: list[Difference] = []
        for number, step in enumerate(script.steps):
            differences += await playing.step(step, first=number == 0)
            if differences:
                break
        if not differences and script.ends is not None:
            talk = playing.talk
            differences = judge_end(script.ends, outcome_of(talk), talk.packet, talk.learned)
        spent = time.perf_counter() - began
        return Result(script, tuple(differences), tuple(playing.lines), spent)

    def _knows(self, name: str) -> tuple[Bot, Understander]:
        """The bot of a further language, or without a name our own, and what understands for it."""
        if name not in self._known:
            bot = self._others(name) if name else self._bot
            self._known[name] = (bot, self._mind(bot, lambda: self._clock.now()))
        return self._known[name]


def outcome_of(talk: TalkSession) -> str:
    """How it ended, or where it stands: with the queue, or going on."""
    if talk.packet is not None and talk.state in ("waiting", "connecting", "with_agent"):
        return "transferred"
    return talk.outcome or "goes_on"


def _shown(said: Says) -> str:
    return f"{said.text} [{said.speaks}]" if said.speaks else said.text


class _Playing:
    """One conversation under way."""

    def __init__(
        self,
        call: Callable[[Earlier | None], TalkSession],
        clock: ManualClock,
        hearing: Hearing,
        lines: list[Line],
        done: Sequence[str],
    ) -> None:
        self.lines = lines
        self._done = done
        """What was done outside so far."""
        self.talk = call(None)
        self._call = call
        self._clock = clock
        self._hearing = hearing

    async def step(self, step: Step, first: bool) -> list[Difference]:
        """Do it; what is not as expected."""
        told, done = len(self.talk.reports), len(self._done)
        replies = await self.talk.start() if first else []
        self._note(replies)
        if step.action is not None:
            ended, again = self.talk.state == "ended", isinstance(step.action, CallsAgain)
            if ended is not again:
                said = ("the call goes on", "it has ended")
                return [Difference(step.place, "step", *(said if ended else said[::-1]))]
            told = 0 if again else len(self.talk.reports)
            replies = await self._act(step.action)
            self._note(replies)
        heard = tuple(reply.text for reply in replies)
        came = self._came(heard, self.talk.reports[told:], tuple(self._done[done:]))
        return judge(step.place, step.expected, came)

    def _came(
        self, heard: tuple[str, ...], told: list[reports.Report], did: tuple[str, ...]
    ) -> Came:
        meant = [r.intent for r in told if isinstance(r, reports.TurnUnderstood)]
        dialogue = self.talk.dialogue
        return Came(
            heard=heard,
            meant=meant[-1] if meant else "",
            asks=dialogue.question.key if self.talk.state == "listening" else "",
            known={name: known.value for name, known in dialogue.known.items()},
            did=did,
        )

    async def _act(self, action: Action) -> list[Reply]:
        match action:
            case Says():
                recognised = await self._hearing.hear(action, self.talk.listens_for)
                self._line("caller", _shown(action))
                if recognised.text != action.text:
                    self._line("", f"heard: {recognised.text} ({recognised.confidence:.2f})")
                return await self.talk.hear(recognised)
            case Presses():
                self._line("keys", action.keys)
                return await self.talk.press(action.keys)
            case Silent():
                self._line("", f"{action.seconds:g} s of silence")
                return await self.talk.wait(action.seconds)
            case HangsUp():
                self._line("caller", "hangs up")
                return await self.talk.hang_up()
            case CallsAgain():
                self._line("caller", f"calls again after {action.seconds:g} s")
                self._clock.advance(action.seconds)
                kept = self.talk.left_open if action.seconds <= REMEMBERED else None
                self.talk = self._call(kept)
                return await self.talk.start()
            case Told():
                self._line("queue", ", ".join(type(e).__name__ for e in action.events))
                return [reply for e in action.events for reply in await self.talk.notify(e)]

    def _note(self, replies: list[Reply]) -> None:
        for reply in replies:
            self._line("bot", reply.text)

    def _line(self, who: str, text: str) -> None:
        self.lines.append(Line(who, text))
