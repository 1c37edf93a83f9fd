"""A slot that proves who the caller is: few attempts, each an answer to its own question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.voicebot.dialogue.test_policy import Caller
from tests.unit.voicebot.sample import FACTS, FLOW, meant
from voicebot.dialogue.flow import Route

ATTEMPTS = 3
PROVING = replace(
    FLOW,
    given={"pin": FLOW.slots["number"].kind},
    slots={
        **FLOW.slots,
        "number": replace(
            FLOW.slots["number"], confirm=None, proves="pin", secret=True, attempts=ATTEMPTS
        ),
    },
    intents={
        **FLOW.intents,
        "bill": replace(FLOW.intents["bill"], does=Route("bills", ask=("number",))),
    },
)
KNOWN = replace(FACTS, given={"pin": "1903"})


def asked() -> Caller:
    caller = Caller(KNOWN, PROVING).says(meant("bill"))
    assert caller.question == "slot:number"
    return caller


def test_who_knows_it_has_proven_it() -> None:
    assert asked().says(meant(digits="1903")).transfer.verified


@pytest.mark.parametrize("intent", ["out_of_scope", "hours", "supply", "bill"])
@pytest.mark.parametrize("entity", ["digits", "number_entity"])
def test_an_attempt_counts_whatever_else_the_sentence_wants(intent: str, entity: str) -> None:
    caller = asked()
    for attempt in range(ATTEMPTS):
        assert caller.question == "slot:number"
        caller.says(meant(intent, 0.99, **{entity: f"{attempt:04d}"}))
        assert caller.state.no_match == attempt + 1
    assert not caller.transfer.verified


@pytest.mark.parametrize("intent", ["hours", "bill", "help", "repeat", "thanks"])
@pytest.mark.parametrize("entity", ["digits", "number_entity"])
def test_nothing_is_proven_unasked(intent: str, entity: str) -> None:
    """Else it could be tried without a question, and without end."""
    caller = Caller(KNOWN, PROVING).says(meant(intent, 0.99, **{entity: "1903"}))
    assert "number" not in caller.state.known
