"""PURE. A prompt that the caller speaks over: paused first, lost only to a word.

    speech lasts 200 ms         the prompt is paused, but not in its first 400 ms
    250 ms later, or a pause    its first words are recognised (`Peek`, `Recognise`)
    a word                      the prompt is over; the speech is the answer
    a sign of listening, noise,
    our own echo, nothing       the prompt goes on from the same sample

Who makes one sound after another without a word has the prompt back after 2.5 s.
"""

from __future__ import annotations

from voicebot import commands as do
from voicebot import reports
from voicebot.floor import Floor
from voicebot.timers import Timer
from voicebot.turns import SPEAKING

PROTECTED = 0.4
"""Seconds at the beginning of a prompt in which speech does not pause it."""
PEEK_AFTER = 0.25
"""Seconds after the pause: a word may be complete."""
PEEK_AGAIN = 0.4
LONGEST_PAUSE = 2.5
"""Seconds for which a prompt is paused at most."""


class BargeIn:
    """The prompt under way and the speech over it."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._lasted = False
        self._paused_at: float | None = None

    @property
    def paused(self) -> bool:
        """Whether the prompt is paused."""
        return self._paused_at is not None

    def forget(self) -> None:
        """The speech is of no interest any more."""
        self._lasted = False
        self._paused_at = None
        self._floor.timers.clear(Timer.BARGE_IN, Timer.PEEK, Timer.RESUME)

    def lasted(self, now: float) -> None:
        """The speech is more than a click."""
        self._lasted = True
        self.arm(now)

    def allowed_at(self) -> float | None:
        """When the prompt may be interrupted, UTC seconds; None: not at all, or not yet known."""
        playback = self._floor.mouth.current
        if self._floor.state not in SPEAKING or playback is None or playback.started is None:
            return None
        return playback.started + PROTECTED if playback.interruptible else None

    def arm(self, now: float) -> None:
        """Pause the prompt as soon as may be, if there is a reason."""
        at = self.allowed_at() if self._lasted and not self.paused else None
        if at is not None and at <= now:
            self.pause(now)
        else:
            self._floor.timers.set(Timer.BARGE_IN, at)

    def pause(self, now: float) -> None:
        """Fall silent, and find out what it is."""
        self._paused_at = now
        self._floor.order(do.PauseSpeaking())
        self._floor.tell(reports.PromptPaused(self._floor.facts.call, now))
        self._floor.timers.clear(Timer.BARGE_IN)
        self._floor.timers.set(Timer.PEEK, now + PEEK_AFTER)
        self._floor.timers.set(Timer.RESUME, now + LONGEST_PAUSE)

    def peek_again(self, now: float) -> None:
        """No word yet, and the speech goes on."""
        self._floor.timers.set(Timer.PEEK, now + PEEK_AGAIN)

    def resume(self, now: float, why: str) -> None:
        """Go on from the same sample."""
        if self._paused_at is None:
            return
        overdue = self._floor.timers.at(Timer.WATCHDOG)
        if overdue is not None:
            self._floor.timers.set(Timer.WATCHDOG, overdue + now - self._paused_at)
        self._floor.order(do.ResumeSpeaking())
        self._floor.tell(reports.PromptResumed(self._floor.facts.call, now, why))
        self.forget()
