"""What engines say, as Recognised."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from voicebot.speech.hearing import Guess, Heard, grammar_of, join, likeliest, recognised, text_of
from voicebot.speech.ports import Hypothesis

KNOWN = {"안녕하세요", "아니요", "yes", "no"}


def heard(text: str, confidence: float, no_speech: float) -> Heard:
    return Heard((Guess(text, math.log(confidence)),), no_speech)


@pytest.mark.parametrize(
    ("confidence", "no_speech", "speech"),
    [
        (0.9, 0.01, True),
        (0.65, 0.73, True),  # digits, which Whisper half takes for noise
        (0.18, 0.26, True),  # a mumbled "three"
        (0.15, 0.02, True),
        (0.04, 0.88, False),  # "Thank you" on a hiss
        (0.12, 0.36, False),  # "I'm going to start the engine" on noise, with a prompt
        (0.45, 0.7, False),
    ],
)
def test_the_gate(confidence: float, no_speech: float, speech: bool) -> None:
    assert heard("something", confidence, no_speech).speech is speech


def test_windows_without_speech_are_left_out() -> None:
    said = join([heard("one", 0.8, 0.1), heard("you", 0.02, 0.9), heard("two", 0.6, 0.2)], 0.5, "w")
    assert (said.text, said.seconds, said.no_speech) == ("one two", 0.5, 0.1)
    assert said.confidence == pytest.approx(0.7)
    assert join([heard("you", 0.02, 0.9)], 0.1, "w").text == ""
    assert join([Heard((), 0.9)], 0.1, "w").text == ""


def test_alternatives_come_from_one_window_only() -> None:
    two = Heard((Guess("bill", -0.1), Guess("pill", -0.5)), 0.1)
    assert join([two], 0.1, "w").alternatives == (Hypothesis("pill", math.exp(-0.5)),)
    assert join([two, two], 0.1, "w").alternatives == ()


def test_a_grammar_holds_only_what_the_model_knows_and_plain_letters() -> None:
    grammar = grammar_of(("안녕하세요", "xyzzy", "Yes", "yes xyzzy", " "), KNOWN.__contains__)
    assert json.loads(grammar) == ["안녕하세요", "yes"]
    assert "\\u" not in grammar


def test_unk_only_if_known() -> None:
    assert json.loads(grammar_of(("no",), {"no", "[unk]"}.__contains__)) == ["no", "[unk]"]


def test_no_known_word_is_no_grammar() -> None:
    assert grammar_of(("xyzzy",), KNOWN.__contains__) == ""
    assert grammar_of((), KNOWN.__contains__) == ""


def test_vosk_results() -> None:
    results: list[dict[str, Any]] = [
        {"text": "hello", "result": [{"word": "hello", "conf": 0.8}]},
        {"text": ""},
        {"text": "you there", "result": [{"conf": 1.0}, {"conf": 0.6}]},
    ]
    said = recognised(results, 0.04, "vosk")
    assert said.text == "hello you there"
    assert said.confidence == pytest.approx(0.8)
    assert recognised([{"text": ""}], 0.0, "vosk").confidence == 0.0


def test_vosk_alternatives() -> None:
    result = {"alternatives": [{"text": "bill [unk]"}, {"text": " pill"}]}
    assert text_of(result) == "bill"
    assert recognised([result], 0.0, "vosk").alternatives == (Hypothesis("pill", 0.5),)


@pytest.mark.parametrize(
    ("shares", "languages", "language"),
    [
        ({"en": 0.99, "it": 0.005}, ("en-GB", "it"), "en-GB"),
        ({"en": 0.08, "it": 0.003, "th": 0.4}, ("en", "it"), "it"),  # it would be surer of English
        ({"en": 0.3, "it": 0.1}, ("it", "en"), "en"),
        ({"it": 0.2, "de": 0.1, "en": 0.7}, ("de", "it"), "it"),
        ({"ko": 0.9}, ("de", "it"), "de"),  # neither: the first
    ],
)
def test_which_language_of_two(
    shares: dict[str, float], languages: tuple[str, ...], language: str
) -> None:
    assert likeliest(shares, languages) == language
