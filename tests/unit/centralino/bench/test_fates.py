"""What became of a prompt, read from what a caller heard."""

from __future__ import annotations

import numpy as np
import pytest

from centralino.bench import fates, noises
from centralino.bench.fates import RATE, Fate

RNG = np.random.default_rng(1)
SPOKEN = RNG.standard_normal(4 * RATE) * 0.1
PROMPT = fates.Prompt(SPOKEN[:RATE], SPOKEN[-2 * RATE :], 4.0)
QUIET = np.zeros(RATE // 2)
FRAME = QUIET[: RATE // 50]
NOISE = RNG.standard_normal(10 * RATE) * 0.02
WELL, LOST = Fate(False, False, False), Fate(True, False, False)
BEGUN_ANEW, PAUSED = Fate(False, True, False), Fate(False, False, True)


def fate(*parts: noises.Samples) -> Fate:
    """Of a prompt that was heard in these parts, in noise."""
    whole = np.concatenate([QUIET, *parts, QUIET])
    return fates.fate(whole + NOISE[: len(whole)], PROMPT)


def until(seconds: float) -> noises.Samples:
    """The prompt's beginning; of negative seconds, all but its end."""
    return SPOKEN[: round(seconds * RATE)]


def since(seconds: float) -> noises.Samples:
    """The rest of it."""
    return SPOKEN[round(seconds * RATE) :]


def test_a_prompt_is_heard_lost_paused_or_begun_anew() -> None:
    assert fate(SPOKEN) == WELL
    assert fate(until(1.5)) == LOST
    assert fate(until(1.5), QUIET, since(1.5)) == PAUSED
    assert fate(until(1.5), QUIET, SPOKEN) == BEGUN_ANEW
    assert fate(until(-0.5), QUIET, SPOKEN) == BEGUN_ANEW
    assert fate(until(1.5), QUIET, until(-0.5)) == Fate(True, True, False)


@pytest.mark.parametrize("at", [2.5, 3.3, 3.9])
@pytest.mark.parametrize("slip", [0.02, 0.06])
def test_a_jitter_buffer_that_slips_loses_no_prompt(at: float, slip: float) -> None:
    assert fate(until(at), QUIET[: round(slip * RATE)], since(at)) == WELL
    assert fate(until(at), since(at + slip)) == WELL


def test_several_slips_lose_no_prompt() -> None:
    assert fate(until(2.4), FRAME, SPOKEN[19200:26400], FRAME, since(3.3)) == WELL
    assert fate(until(2.4), since(2.42)[:6000], FRAME, since(3.17)) == WELL


@pytest.mark.parametrize("at", [2.2, 3.6])
def test_a_prompt_that_is_paused_near_its_end_is_none_that_is_lost(at: float) -> None:
    assert fate(until(at), QUIET, QUIET, QUIET, since(at)) == PAUSED


def test_a_prompt_is_found_in_its_own_echo() -> None:
    late = QUIET[: RATE // 10]
    assert fate(np.concatenate([SPOKEN, late]) + 0.3 * np.concatenate([late, SPOKEN])) == WELL


@pytest.mark.parametrize("missing", [0.5, 1.9])
def test_a_prompt_whose_end_is_missing_is_lost(missing: float) -> None:
    assert fate(until(-missing)) == LOST
    assert fate(until(-missing), QUIET, RNG.standard_normal(RATE) * 0.1) == LOST
    assert fate(until(-missing), QUIET, SPOKEN[RATE : 2 * RATE]) == LOST


def test_an_end_after_a_gap_is_no_prompt_that_was_heard() -> None:
    assert fate(until(2.1), QUIET, since(3.5)) == LOST
    assert fate(QUIET) == LOST and fates.fate(QUIET[:800], PROMPT) == LOST


def test_the_figures_of_prompts() -> None:
    found = fates.figures({"cough": [LOST], "echo": [WELL, PAUSED, WELL]}, 900.0)
    assert (found["hours"], found["lost"], found["lost_per_hour"]) == (1.0, 1, 1.0)
    assert found["paused"] == 1


def test_what_the_house_told_of_a_prompt() -> None:
    told = [{"report": "PromptPaused"}, {"report": "PromptResumed", "why": "noise"}]
    told += [{"report": "x"}, {"report": "PromptCut", "text": "Welcome"}]
    facts = [*told, {"report": "TurnHeard", "text": "no"}]
    assert fates.told_of(facts) == "paused, went on (noise), stopped, heard (no)"
