"""How a call would sound, before anybody is called: in the voices of this house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from centralino.outbound.campaigns import Asker, in_one_line
from centralino.outbound.errors import CampaignError
from centralino.processes.layout import Layout
from telephony.media.wav import header
from voicebot.errors import EngineLost
from voicebot.speech.client import WyomingSynthesiser
from voicebot.speech.pool import SynthesiserPool
from voicebot.speech.ports import Synthesiser

RATE = 8000
"""Hz: as on the telephone."""
PAUSE = 0.35
"""Seconds between two parts."""


@dataclass(frozen=True)
class Voices:
    """The house's voice, and those of other languages."""

    house: Synthesiser
    languages: Mapping[str, Synthesiser]

    async def wav(self, language: str, parts: list[str | bytes]) -> bytes:
        """The texts, and what is sound already (16 bit, mono, 8 kHz), one after the other. Raises
        CampaignError where no voice answers."""
        voice = self.languages.get(language, self.house)
        pcm = b""
        try:
            for part in parts:
                if isinstance(part, bytes):
                    pcm += part
                elif part:
                    pcm += b"".join([clause.pcm async for clause in voice.speak(part, RATE)])
                pcm += bytes(2 * round(RATE * PAUSE))
        except EngineLost as lost:
            raise CampaignError("no voice answers at the moment: try again") from lost
        return header(RATE, 1, len(pcm)) + pcm


Spoken = Callable[[Mapping[str, Any], Asker], Awaitable[tuple[str, list[str | bytes]]]]
"""What a call would say, and in which language."""


def hearing(
    spoken: Spoken, layout: Layout
) -> Callable[[Mapping[str, Any], Asker], Awaitable[bytes]]:
    """Makes the sound of what was asked for, in the voices of the running house."""
    voices = Voices(
        SynthesiserPool([WyomingSynthesiser(uri) for uri in layout.speech]),
        {language: WyomingSynthesiser(uri) for language, uri in layout.voices.items()},
    )

    async def hear(values: Mapping[str, Any], asker: Asker) -> bytes:
        with in_one_line():
            return await voices.wav(*await spoken(values, asker))

    return hear
