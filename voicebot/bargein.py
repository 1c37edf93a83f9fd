"""PURE. A prompt that the caller speaks over: paused first, lost only to a word.

    speech lasts 200 ms         the prompt is paused, but not in its first 400 ms
    250 ms later, or a pause    its first words are recognised (`Peek`, `Recognise`)
    a word                      the prompt stays paused until the caller has finished; an answer
                                ends it, else it goes on (`overheard`)
    a sign of listening, noise,
    our own echo, nothing       the prompt goes on from the same sample

Who makes one sound after another without a word has the prompt back after 2.5 s.

A false end costs nothing. Who speaks again within 1.5 s of the last sound goes on with what we are
answering: our answer pauses with the first sound of it, even before its own first sound. Both parts
are understood as one; only if that changes the answer is it lost, else it goes on.
"""

from __future__ import annotations

from voicebot import commands as do
from voicebot import reports, turns
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

    @property
    def interrupting(self) -> bool:
        """Whether what we were saying waits for what comes of the speech."""
        return self.paused and self._floor.mouth.busy

    def forget(self) -> None:
        """The speech is of no interest any more."""
        self._paused_at = None
        self._decided()

    def _decided(self) -> None:
        self._lasted = False
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

    def take_back(self, now: float) -> None:
        """The caller goes on with what we took for an answer: fall silent at once, even before the
        first sound, unless it must be heard."""
        playback = self._floor.mouth.current
        if playback is not None and playback.interruptible and not self.paused:
            self.pause(now)

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

    def hold(self, now: float) -> None:
        """Words are coming: stay silent."""
        self._floor.timers.set(Timer.RESUME, now + LONGEST_PAUSE)
        self.peek_again(now)

    def give_way(self, now: float) -> None:
        """A word: stay silent, for as long as it takes, until it is known what comes of it."""
        if not self.paused and self._floor.mouth.busy:
            self.pause(now)
        self._decided()

    def resume(self, now: float, why: str) -> None:
        """Go on from the same sample."""
        if self._paused_at is None:
            return
        overdue = self._floor.timers.at(Timer.WATCHDOG)
        if self._floor.state not in SPEAKING:  # it was left to the caller, and nothing came of it
            self._floor.timers.clear()
            self._floor.move(turns.Replied(), now)
            self._floor.watch_mouth(now)
        elif overdue is not None:
            self._floor.timers.set(Timer.WATCHDOG, overdue + now - self._paused_at)
        self._floor.order(do.ResumeSpeaking())
        self._floor.tell(reports.PromptResumed(self._floor.facts.call, now, why))
        self.forget()
