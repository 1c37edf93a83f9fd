"""What is spoken over a notification: paused for it, and lost only to a word, as in a conversation.

The rules are voicebot's own (`voicebot.bargein`, `voicebot.hearing.over_prompt`); here they are
laid over the parts of a notification, of which some must be heard.
"""

from __future__ import annotations

from collections.abc import Callable

from outbound import notice_messages as n
from telephony.media.leg import LegSound
from voicebot import commands as do
from voicebot.bargein import BargeIn
from voicebot.dialogue.facts import CallFacts
from voicebot.expected import expected
from voicebot.floor import Floor
from voicebot.hearing import Sound, over_prompt
from voicebot.speech.ports import Recognised
from voicebot.timers import Timer
from voicebot.turns import State

LISTENED_TO = expected("open")
"""A mere "okay" over the question is a sign of listening."""


class SpokenOver:
    """Of one call. `peek`: find out what was said so far."""

    def __init__(
        self, sound: LegSound, peek: Callable[[], object], live: Callable[[dict[str, object]], None]
    ) -> None:
        self._sound = sound
        self._peek = peek
        self._live = live
        self._floor = Floor(CallFacts("", "", "", "", ""))
        self._floor.state = State.SPEAKING
        self._barge_in = BargeIn(self._floor)
        self._lasted = False
        """The speech is more than a click."""
        self._names: dict[str, str] = {}
        """Part → playback."""

    # What we say.

    def ordered(self, part: n.Say, now: float) -> None:
        """This is said after everything else."""
        playback = self._floor.mouth.add(part.text, part.interruptible, now, part.language)
        self._names[part.part] = playback.name

    def began(self, part: str, now: float) -> None:
        """Its first sound went out."""
        self._floor.mouth.started(self._names.get(part, ""), now)
        self._barge_in.arm(now)
        self._carry_out(now)

    def ended(self, part: str) -> None:
        """No more of it will be heard."""
        self._floor.mouth.finished(self._names.pop(part, ""))

    def hushed(self) -> None:
        """Nothing is said any more."""
        self._floor.mouth.stop()
        self._forget()

    # What is heard over it.

    @property
    def interruptible(self) -> bool:
        """Whether what is being said now may be stopped by words."""
        playback = self._floor.mouth.current
        return playback is not None and playback.started is not None and playback.interruptible

    def lasted(self, now: float) -> None:
        """It is more than a click."""
        self._lasted = True
        self._barge_in.lasted(now)
        self._carry_out(now)

    def paused(self) -> None:
        """The speech has paused: it is recognised in earnest. For it nothing more is paused."""
        self._floor.timers.clear(Timer.PEEK)
        if not self._barge_in.paused:
            self._barge_in.forget()

    def goes_on(self, now: float) -> None:
        """It was no end."""
        if self._barge_in.paused:
            self._barge_in.peek_again(now)
        elif self._lasted:
            self.lasted(now)

    def tick(self, now: float) -> None:
        """Do what is due."""
        while (timer := self._floor.timers.due(now)) is not None:
            if timer is Timer.BARGE_IN:
                self._barge_in.pause(now)
            elif timer is Timer.PEEK:
                self._peek()
            elif timer is Timer.RESUME:
                self._barge_in.resume(now, "silence")
                self._lasted = False
        self._carry_out(now)

    def peeked(self, heard: Recognised, now: float) -> bool:
        """Its first words, while it goes on; True where it is only our own echo, and the message
        goes on."""
        if not self._barge_in.paused:
            return False
        what = self.what(heard)
        if what is Sound.ECHO:
            self.resume(now, what.value)
        elif what is Sound.WORD:
            self._barge_in.hold(now)
        else:
            self._barge_in.peek_again(now)
        return what is Sound.ECHO

    def what(self, heard: Recognised) -> Sound:
        """What this is, said over all that is being said."""
        return over_prompt(heard, LISTENED_TO, self._floor.mouth.text)

    def resume(self, now: float, why: str) -> None:
        """The speech is over, and nothing came of it: what was paused goes on."""
        self._barge_in.resume(now, why)
        self._forget()
        self._carry_out(now)

    def _forget(self) -> None:
        self._lasted = False
        self._barge_in.forget()

    def _carry_out(self, now: float) -> None:
        for command in self._floor.take():
            if isinstance(command, do.PauseSpeaking):
                self._sound.pause()
            elif isinstance(command, do.ResumeSpeaking):
                self._sound.playout.resume()
            elif isinstance(command, do.Tell):
                self._live({"report": type(command.report).__name__, "at": now,
                            "why": getattr(command.report, "why", "")})  # fmt: skip
