"""What a conversation makes a call need; doubt widens the pool."""

from __future__ import annotations

import pytest

from acd.requirements import Facts, Needs, Rule, derive, known_only

ROUTE = Needs(("billing",), {}, ("gas",), 30)
FACTS = Facts(
    "bills", "dispute", 0.9, "cy", {"amount": ("1,250", 0.8), "tariff": ("green", 1.0)}, -0.7, 0.9
)


@pytest.mark.parametrize(
    ("rule", "required", "levels"),
    [
        (Rule(require={"welsh": 3}), ("billing", "welsh"), {"billing": 1, "welsh": 3}),
        (Rule(language="cy", require={"welsh": 2}), ("billing", "welsh"), None),
        (Rule(language="en", require={"welsh": 2}), ("billing",), None),
        (Rule(intent="dispute", require={"law": 2}), ("billing", "law"), None),
        (Rule(intent="move", require={"law": 2}), ("billing",), None),
        (Rule(queue="gas", require={"law": 2}), ("billing",), None),
        (Rule(slot="amount", at_least=1000, require={"law": 2}), ("billing", "law"), None),
        (Rule(slot="amount", at_least=2000, require={"law": 2}), ("billing",), None),
        (Rule(slot="tariff", at_least=1, require={"law": 2}), ("billing",), None),
        (Rule(slot="tariff", equals="Green", require={"law": 2}), ("billing", "law"), None),
        (Rule(slot="street", require={"law": 2}), ("billing",), None),
        (Rule(sentiment_below=-0.5, require={"calm": 4}), ("billing", "calm"), None),
        (Rule(sentiment_below=-0.8, require={"calm": 4}), ("billing",), None),
        (Rule(require={"billing": 4}), ("billing",), {"billing": 4}),
    ],
)
def test_a_rule_that_applies_requires(
    rule: Rule, required: tuple[str, ...], levels: dict[str, int] | None
) -> None:
    needs = derive(FACTS, ROUTE, [rule], 0.5)
    assert needs.required == required
    assert levels is None or needs.levels == levels


def test_low_confidence_prefers_and_requires_nothing() -> None:
    doubtful = Facts("bills", "dispute", 0.3, "cy", {}, -0.7, 0.2)
    rules = [
        Rule(intent="dispute", require={"law": 2}, head_start=60),
        Rule(sentiment_below=-0.5, require={"calm": 4}, head_start=60),
        Rule(language="cy", require={"welsh": 2}, head_start=60),
    ]
    needs = derive(doubtful, ROUTE, rules, 0.5)
    assert needs == Needs(("welsh",), {"welsh": 2}, ("gas", "billing", "law", "calm"), 90)


def test_who_only_asked_for_a_person_keeps_what_the_route_says() -> None:
    needs = derive(Facts("bills"), ROUTE, [], 0.5)
    assert needs == Needs(("billing",), {"billing": 1}, ("gas",), 30)


def test_a_skill_that_nobody_can_have_is_not_required() -> None:
    needs = Needs(("law", "welsh"), {"law": 2, "welsh": 1}, ("gas",), 5)
    known, unknown = known_only(needs, ["welsh", "gas"])
    assert unknown == ("law",)
    assert known == Needs(("welsh",), {"welsh": 1}, ("gas",), 5)
