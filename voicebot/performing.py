"""PURE. Something is done outside, and the caller waits for it.

The caller is not listened to meanwhile: there is no question to answer. After a second they are
told (`meanwhile` of a lookup); before and behind it the patience of every answer under way holds:
a tick after a second of silence, words after three. What does not come back is a failure.
"""

from __future__ import annotations

from voicebot import commands as do
from voicebot.dialogue import acts
from voicebot.floor import Floor
from voicebot.timers import Timer

MEANWHILE = 1.0
"""Seconds after which a caller is told that it takes a moment."""
LONGEST = 30.0
"""Seconds after which whoever does it is taken to be lost; everybody gives up earlier."""


class Performing:
    """One thing after the other; `number` names the one under way."""

    def __init__(self, floor: Floor) -> None:
        self.number = 0
        self._floor = floor
        self._meanwhile = ""

    def begin(self, act: acts.Perform, now: float) -> None:
        """Have it done."""
        self.number += 1
        self._meanwhile = act.meanwhile
        self._floor.order(do.Perform(self.number, act, self._floor.language))
        self._floor.timers.set(Timer.PERFORM, now + LONGEST)
        if act.meanwhile:
            self._floor.timers.set(Timer.MEANWHILE, now + MEANWHILE)

    def tell(self, now: float) -> None:
        """It takes a moment: say so, once, when everything else is said."""
        if self._floor.mouth.busy:
            self._floor.timers.set(Timer.MEANWHILE, now + MEANWHILE)
        else:
            self._floor.speak(acts.Say(self._meanwhile, interruptible=False), now)
