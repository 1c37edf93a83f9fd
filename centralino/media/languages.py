"""What a line has for callers who do not speak its first language."""

from __future__ import annotations

from centralino.config.model import Line
from centralino.media.house import House
from voicebot.dialogue.flow import Flow
from voicebot.ports import InLanguage


def others_of(house: House, line: Line) -> dict[str, InLanguage]:
    """Language → bot, understanding and voice, beside those of the line's own."""
    others = {}
    for language, name in line.also.items():
        found = house.bots[name]
        voice = house.voices[language]
        others[language] = InLanguage(found.bot, found.understander, voice, found.performer)
    return others


def flows_of(house: House, line: Line) -> tuple[Flow, ...]:
    """What callers of this line may be asked for, in any of its languages; its own first."""
    return tuple(house.bots[name].bot.flow for name in line.bots.values())
