"""What is said alike in many calls is made once: a town hears one message."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from voicebot.speech.ports import Synthesiser

KEPT = 50
"""Texts kept, of some 100 kB each; the one not asked for longest goes first."""


@dataclass
class Said:
    """Sound by text, at one rate. Calls that ask for the same text wait for the same making."""

    voice: Synthesiser
    rate: int
    _made: OrderedDict[str, asyncio.Task[bytes]] = field(default_factory=OrderedDict)

    def begin(self, text: str) -> asyncio.Task[bytes]:
        """The making of a text, begun if it is not."""
        making = self._made.get(text)
        if making is None or (making.done() and (making.cancelled() or making.exception())):
            making = self._made[text] = asyncio.create_task(self._make(text))
        self._made.move_to_end(text)
        if len(self._made) > KEPT:
            self._made.popitem(last=False)
        return making

    async def pcm(self, text: str) -> bytes:
        """The whole sound. Raises EngineLost."""
        return await asyncio.shield(self.begin(text))

    async def _make(self, text: str) -> bytes:
        return b"".join([clause.pcm async for clause in self.voice.speak(text, self.rate)])
