"""One sentence understood as each of the ways that a question allows."""

from __future__ import annotations

import re
from asyncio import gather
from collections.abc import Sequence
from dataclasses import replace

from voicebot.nlu.ports import Understander, Understanding

SHORTEST_PART = 2
"""Words below which a part wants nothing of its own."""
MOST_PARTS = 4
_JOINED = re.compile(
    r"[.;?!]+\s+|,?\s+(?:and\s+also|and\s+then|and|also|plus|besides)\s+", re.IGNORECASE
)


async def understand(
    understander: Understander, text: str, readings: Sequence[str]
) -> tuple[Understanding, ...]:
    """A reading for each of `readings`, in order. Raises EngineLost.

    A server is asked about all parts at once: each would add its way there and back to the turn.

    After a question for yes or no the further readings are of what follows the yes or no: "no, Mary
    Johnson" is a no, and then a name.
    """
    first = await understander.understand(text, readings[0])
    if readings[0] == "open":
        parts = await gather(*(understander.understand(part, "open") for part in split(text)))
        first = replace(first, parts=tuple(parts))
    rest = after_yes_no(first)
    further = (understander.understand(rest, reading) for reading in readings[1:])
    return (first, *await gather(*further))


def split(text: str) -> list[str]:
    """The parts of a sentence that may each want something; none where it has one part.

    By the words that join requests in English, and by what ends a sentence in any language.
    """
    parts = [part.strip(" ,") for part in _JOINED.split(text)]
    parts = [part for part in parts if len(part.split()) >= SHORTEST_PART]
    return parts if 2 <= len(parts) <= MOST_PARTS else []


def after_yes_no(said: Understanding) -> str:
    """The words after a yes or no that begins the sentence, or all of it."""
    for entity in said.entities:
        if entity.name == "yes_no" and entity.start == 0:
            return said.text[entity.end :].lstrip(" ,.;") or said.text
    return said.text
