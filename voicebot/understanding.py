"""One sentence understood as each of the ways that a question allows."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.nlu.ports import Understander, Understanding


async def understand(
    understander: Understander, text: str, readings: Sequence[str]
) -> tuple[Understanding, ...]:
    """A reading for each of `readings`, in order. Raises EngineLost.

    After a question for yes or no the further readings are of what follows the yes or no: "no, Mary
    Johnson" is a no, and then a name.
    """
    first = await understander.understand(text, readings[0])
    rest = after_yes_no(first)
    return (first, *[await understander.understand(rest, reading) for reading in readings[1:]])


def after_yes_no(said: Understanding) -> str:
    """The words after a yes or no that begins the sentence, or all of it."""
    for entity in said.entities:
        if entity.name == "yes_no" and entity.start == 0:
            return said.text[entity.end :].lstrip(" ,.;") or said.text
    return said.text
