"""What is said, in which conditions, and how errors are counted."""

from __future__ import annotations

import random

import numpy as np
import pytest

from centralino.bench.degrade import Way
from centralino.bench.noises import rms
from centralino.bench.speech import (
    Said,
    by_factor,
    cells,
    row,
    sentences,
    ways,
)
from centralino.bench.wideband import g722
from centralino.bench.words import distance, spoken_words


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("a b c", "a b c", 0),
        ("a b c", "a c", 1),
        ("a b c", "a x b c", 1),
        ("a b c", "", 3),
        ("", "a b", 2),
        ("my bill is high", "the bills is high", 2),
    ],
)
def test_word_errors(said: str, heard: str, errors: int) -> None:
    assert distance(said.split(), heard.split()) == errors


def test_digits_are_the_same_written_either_way() -> None:
    assert spoken_words("Three 4, oh seven.") == spoken_words("3 4 0 7") == [
        "three", "four", "zero", "seven",
    ]  # fmt: skip


def test_every_codec_meets_every_loss_and_every_noise() -> None:
    every = ways()
    assert len(every) == len(set(every)) == 3 * 7 * 10
    assert len(ways(["pcmu"])) == 70


def test_a_fourth_of_the_sentences_answer_questions() -> None:
    held_out = [(f"sentence {n}", "some_intent") for n in range(60)]
    said = sentences(held_out, random.Random(1))
    assert said == sentences(held_out, random.Random(1))
    slots = [each for each in said if each.slot]
    assert {each.slot for each in slots} == {"digits", "name", "date"}
    assert len(said) == 4 * len(slots)
    assert all(len(each.text.split()) == 6 for each in slots if each.slot == "digits")


def test_rows_by_cell_and_by_factor() -> None:
    said = [
        Said(Way(), "hibari", 0, 4, True, None, 0.2),
        Said(Way(), "flite", 2, 4, False, None, 0.4),
        Said(
            Way(loss=0.05, bursty=True, noise="street", snr_db=5.0), "flite", 4, 4, None, False, 1.0
        ),
    ]
    assert row(said[:2]) == {
        "n": 2, "wer": 0.25, "intent_accuracy": 0.5, "slot_error": None, "latency_ms_p50": 300,
    }  # fmt: skip
    first, second = cells(said, "whisper")
    assert (first["n"], second["noise"], second["slot_error"]) == (2, "street", 1.0)
    factors = by_factor(said)
    assert factors["loss"]["5 % in bursts"]["wer"] == 1.0
    assert factors["noise"]["none"]["n"] == 2
    assert factors["no loss, no noise"]["pcmu"]["n"] == 2


def test_g722_keeps_what_g711_loses() -> None:
    time = np.arange(16000) / 16000
    sound = 0.1 * np.sin(2 * np.pi * 5000 * time)
    assert rms(g722(sound)) == pytest.approx(rms(sound), rel=0.1)
