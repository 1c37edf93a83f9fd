"""PURE. The ground that a conversation stands on: its state, what is said, what is to be done."""

from __future__ import annotations

from voicebot import commands as do
from voicebot import reports
from voicebot.dialogue import acts
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.state import State as DialogueState
from voicebot.dialogue.state import Step
from voicebot.mouth import Mouth, Playback
from voicebot.nlu.ports import IntentScore
from voicebot.progress import Transcript
from voicebot.speech.ports import Recognised
from voicebot.timers import Timer, Timers
from voicebot.turns import MACHINE, State

LATE_PLAYBACK = 20.0
"""Seconds beyond the longest that a text may last, after which its playback is taken to be lost."""


class Floor:
    """Shared by the parts of one conversation; nothing is decided here."""

    def __init__(self, facts: CallFacts) -> None:
        self.facts = facts
        self._own = facts.language
        self.state = State.NEW
        self.stale = 0
        """Events that came for something no longer current."""
        self.dialogue = DialogueState()
        self.timers = Timers()
        self.mouth = Mouth()
        self.transcript = Transcript()
        self._odd: set[str] = set()
        self._commands: list[do.Command] = []

    @property
    def language(self) -> str:
        """That is spoken; empty: the line's own."""
        return "" if self.facts.language == self._own else self.facts.language

    def order(self, command: do.Command) -> None:
        """Have this done."""
        self._commands.append(command)

    def take(self) -> list[do.Command]:
        """What was ordered since the last call."""
        commands, self._commands = self._commands, []
        return commands

    def tell(self, report: reports.Report) -> None:
        """Let whoever follows the call know."""
        self._commands.append(do.Tell(report))

    def move(self, move: object, now: float) -> None:
        """Go to the next state. Raises IllegalTransition."""
        before, self.state = self.state, MACHINE.next(self.state, move)
        if before is not self.state:
            self.tell(reports.StateChanged(self.facts.call, now, before.value, self.state.value))

    def say(self, step: Step, now: float) -> None:
        """Have everything said that the step says; its state is the dialogue's."""
        before, self.dialogue = self.dialogue, step.state
        if step.why:
            after = _after(step)
            why = "; ".join(step.why)
            self.tell(reports.Decided(self.facts.call, now, before.place, after, why))
        for act in step.acts:
            if isinstance(act, acts.Say | acts.Ask):
                self.speak(act, now)

    def watch_mouth(self, now: float) -> None:
        """What is being said, or about to be, is over by then, or taken to be lost."""
        self.timers.set(Timer.WATCHDOG, now + self.mouth.longest() + LATE_PLAYBACK)

    def hush(self) -> tuple[Playback, ...]:
        """Silence now; what is not heard to its end."""
        if not self.mouth.busy:
            return ()
        self.order(do.StopSpeaking())
        return self.mouth.stop()

    def cut(self, playback: Playback, spoken: str) -> None:
        """Something was stopped: so much was heard of it."""
        self.transcript.cut(playback.ordered, playback.text, spoken)
        told = (playback.ordered, playback.text, spoken)
        self.tell(reports.PromptCut(self.facts.call, *told))

    def heard(
        self,
        turn: int,
        began: float,
        heard: Recognised,
        meant: IntentScore,
        found: tuple[tuple[str, str], ...],
    ) -> None:
        """The caller said this, and it was taken as this."""
        language = self.facts.language
        self.transcript.caller(began, heard.text, heard.confidence, language)
        self.transcript.meant(meant.name)
        told = (began, turn, heard.text, heard.confidence, heard.engine, language)
        self.tell(reports.TurnHeard(self.facts.call, *told))
        taken = (turn, heard.text, meant.name, meant.confidence, found)
        self.tell(reports.TurnUnderstood(self.facts.call, *taken))

    def odd(self, what: str, now: float) -> None:
        """Something came that no caller means; told once a conversation."""
        if what not in self._odd:
            self._odd.add(what)
            self.tell(reports.Oddity(self.facts.call, now, what))

    def ignore(self) -> None:
        """An event came for something no longer current."""
        self.stale += 1

    def speak(self, act: acts.Say | acts.Ask, now: float) -> None:
        """Have this said after everything else."""
        if not act.text:
            return
        asks = act.question if isinstance(act, acts.Ask) else ""
        interruptible = act.interruptible if isinstance(act, acts.Say) else True
        language = (act.language if isinstance(act, acts.Say) else "") or self.language
        playback = self.mouth.add(act.text, interruptible, now, language)
        self.watch_mouth(now)
        self.transcript.bot(now, act.text)
        self.order(do.Speak(playback.name, act.text, self.dialogue.slow, language))
        self.tell(reports.BotSaid(self.facts.call, now, act.text, asks))


def _after(step: Step) -> str:
    """Where a step leads."""
    last = step.acts[-1] if step.acts else None
    if isinstance(last, acts.Transfer):
        return f"to:{last.queue}{step.state.about}"
    return "end" if isinstance(last, acts.HangUp) else step.state.place
