"""A line with bots for several languages: what is checked at the start, and what a call gets."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from centralino.config.model import Config, Line, Speech
from centralino.errors import StartRefused
from centralino.media.house import LoadedBot
from centralino.media.languages import flows_of, others_of
from centralino.processes.preflight import check_languages
from tests.unit.voicebot.sample import FLOW, WordForWord, bot
from voicebot.redaction import Redactor
from voicebot.speech.scripted import TextSynthesiser

VOICES = {"it": "espeak:it", "de": "espeak:de"}


def house_of(**also: str) -> tuple[Config, Line]:
    line = Line(number="1", client="riverton", also=also)
    return Config(lines=(line,), speech=Speech(voices=VOICES)), line


def test_a_bot_speaks_the_language_that_it_is_for() -> None:
    check_languages(house_of(it="utility_it")[0])
    with pytest.raises(StartRefused, match="'utility_it' for callers who speak 'de' has `language"):
        check_languages(house_of(de="utility_it")[0])


def test_every_bot_of_a_line_is_loaded_and_whisper_hears() -> None:
    config, _ = house_of(it="utility_it")
    assert config.bots_of_lines() == ["utility", "utility_it"]
    assert config.recogniser == "whisper"
    assert Config().recogniser == "auto"


def test_a_call_gets_the_others_with_their_voices() -> None:
    _, line = house_of(it="utility_it")
    voice, made = TextSynthesiser(0.01), LoadedBot(bot(), WordForWord())
    house = cast(Any, SimpleNamespace(
        bots={"utility": made, "utility_it": made}, voices={"it": voice},
    ))  # fmt: skip
    assert others_of(house, line)["it"].synthesiser is voice
    assert flows_of(house, line) == (FLOW, FLOW)


def test_numbers_said_in_either_language_are_taken_out() -> None:
    redactor = Redactor(FLOW, replace(FLOW, language="it"))
    assert redactor.text("il numero è sette sette quattro due uno uno") == "il numero è [number]"
    assert redactor.text("it is seven seven four two one one") == "it is [number]"


def test_content_is_kept_as_long_as_its_line_says() -> None:
    lines = (
        Line(number="1", client="riverton", retention_days=3),
        Line(number="2", client="riverton"),
    )
    config = Config(lines=lines)
    days = [config.retention_seconds(number) / 86_400 for number in ("1", "2", "gone")]
    assert days == [3, 90, 90]
