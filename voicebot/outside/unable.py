"""Who does nothing outside: for bots that need nothing, and where nobody may be asked."""

from __future__ import annotations

from voicebot.dialogue import acts
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.outcome import Outcome


class Unable:
    """A `Performer` that fails at everything."""

    async def perform(self, act: acts.Perform, facts: CallFacts) -> Outcome:
        """That it cannot be done."""
        return Outcome(problem="nothing outside is asked here")
