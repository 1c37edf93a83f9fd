"""Every fixed prompt is synthesised before the first call, so that no caller waits for it.

The sounds are kept on disk by text, voice and rate: only what is new costs time at a start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog

from voicebot.dialogue.flow import Bot
from voicebot.dialogue.responses import PLACEHOLDER
from voicebot.speech.cache import CachedSynthesiser

log = structlog.get_logger()


def fixed_texts(bots: Iterable[Bot]) -> list[str]:
    """What is said as it is written: the wordings without a placeholder."""
    wordings = (
        variation.text
        for bot in bots
        for response in bot.responses.values()
        for variation in response.variations
    )
    return sorted({text for text in wordings if not PLACEHOLDER.search(text)})


async def warm(voice: CachedSynthesiser, texts: list[str], rate: int, side_by_side: int) -> None:
    """Make what is not stored yet, with several workers at once. Raises EngineLost."""
    shares = [texts[n::side_by_side] for n in range(side_by_side)]
    made = await asyncio.gather(*(voice.warm(share, rate) for share in shares))
    log.info("media.prompts", texts=len(texts), clauses_made=sum(made))
