"""An understander that also says how the caller feels."""

from __future__ import annotations

from dataclasses import replace

from voicebot.nlu.ports import Sentiment, Understander, Understanding


class Feelings:
    """An `Understander` around another one."""

    def __init__(self, understander: Understander, sentiment: Sentiment) -> None:
        self._understander = understander
        self._sentiment = sentiment

    async def understand(self, text: str, expects: str = "open") -> Understanding:
        """What it means, and how it is meant. Raises EngineLost."""
        said = await self._understander.understand(text, expects)
        return replace(said, feeling=self._sentiment.feeling(text))

    def intents(self) -> frozenset[str]:
        """Every intent that was trained."""
        return self._understander.intents()
