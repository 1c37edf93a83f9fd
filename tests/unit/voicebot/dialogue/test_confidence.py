"""One decision from what the recogniser and the classifier say of themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.voicebot.sample import FACTS, FLOW, bot, meant
from voicebot.dialogue.acts import Ask, Transfer
from voicebot.dialogue.confidence import Evidence, decide, probability
from voicebot.dialogue.flow import Thresholds
from voicebot.dialogue.policy import Policy
from voicebot.speech.ports import Recognised

THRESHOLDS = Thresholds(accept=0.5, ask=0.3)


@pytest.mark.parametrize(
    ("evidence", "verdict", "reason"),
    [
        (Evidence(0.8), "accept", "sure enough"),
        (Evidence(0.8, recogniser=0.7), "accept", "sure enough"),
        (Evidence(0.4), "confirm", "unclear meaning"),
        (Evidence(0.6, recogniser=0.4), "confirm", "unclear sound"),
        (Evidence(0.9, recogniser=0.25), "confirm", "unclear sound"),
        (Evidence(0.6, recogniser=0.2), "reject", "unclear sound"),
        (Evidence(0.2), "reject", "unclear meaning"),
        (Evidence(0.4, recogniser=0.2), "reject", "unclear sound"),
        (Evidence(0.6, no_speech=0.4), "confirm", "unclear sound"),
        (Evidence(0.9, out_of_scope=True), "reject", "out of scope"),
        (Evidence(0.55, 0.4), "offer_two", "the next is 0.40"),
        (Evidence(0.55, 0.25), "accept", "sure enough"),
        (Evidence(0.4, 0.35), "offer_two", "the next is 0.35"),
        (Evidence(0.8, 0.4), "accept", "sure enough"),
        (Evidence(0.99, irreversible=True), "confirm", "it cannot be undone"),
    ],
)
def test_the_table(evidence: Evidence, verdict: str, reason: str) -> None:
    decision = decide(evidence, THRESHOLDS)
    assert decision.verdict == verdict
    assert decision.reason == f"{verdict} at {decision.score:.2f}: {reason}"


share = st.floats(0.0, 1.0)


@given(share, share, share)
def test_sound_takes_away_and_never_adds(intent: float, recogniser: float, noise: float) -> None:
    score = probability(Evidence(intent, 0.0, recogniser, noise))
    assert 0.0 <= score <= intent + 1e-5
    assert probability(Evidence(intent)) == intent
    clearer = probability(Evidence(intent, 0.0, min(1.0, recogniser + 0.1), noise))
    assert clearer >= score - 1e-9


def heard(confidence: float) -> Recognised:
    return Recognised("my bill", confidence)


def policy(irreversible: bool = False) -> Policy:
    bill = replace(FLOW.intents["bill"], irreversible=irreversible)
    return Policy(bot(replace(FLOW, intents={**FLOW.intents, "bill": bill})), FACTS)


def test_what_is_clear_is_done_and_what_was_hardly_heard_is_asked() -> None:
    it = policy()
    start = it.start().state
    assert it.heard(start, (meant("bill", 0.6),), heard(0.8)).state.question.key == "slot:name"
    unclear = it.heard(start, (meant("bill", 0.6),), heard(0.4))
    assert unclear.state.question.key == "intent:bill"


def test_what_cannot_be_undone_is_asked_first_however_sure_we_are() -> None:
    it = policy(irreversible=True)
    asked = it.heard(it.start().state, (meant("bill", 0.99),))
    assert isinstance(asked.acts[-1], Ask) and asked.acts[-1].text == "Is it a high bill?"
    yes = meant("affirm", yes_no="yes")
    assert it.heard(asked.state, (yes, yes)).state.question.key == "slot:name"


def test_nor_is_it_done_amid_another_question_or_by_a_key() -> None:
    it = policy(irreversible=True)
    supply = it.heard(it.start().state, (meant("supply"),))
    assert it.heard(supply.state, (meant("bill", 0.99),)).state.question.key == "intent:bill"
    keyed = it.pressed(it.pressed(it.start().state, "2").state, "1")
    assert keyed.state.question.key == "intent:bill"
    assert it.pressed(keyed.state, "1").state.question.key == "slot:name"


def test_a_person_is_never_doubted() -> None:
    step = policy().heard(policy().start().state, (meant("person", 0.6),), heard(0.15))
    assert isinstance(step.acts[-1], Transfer)
