"""What may be dialled, for whom and for what."""

from __future__ import annotations

import pytest

from telephony.dialling import DialPlan, DialRule, Kind, Purpose, Verdict, Why, may_dial

HOSTS = frozenset({"192.0.2.1:5060", "house.example"})
ITALY = DialPlan(hosts=HOSTS, country_code="39")
GERMANY = DialPlan(hosts=HOSTS, country_code="49", national_prefix="0")
NOWHERE = DialPlan(hosts=HOSTS)


@pytest.mark.parametrize(
    ("plan", "uri", "kind", "text"),
    [
        (ITALY, "sip:201@house.example", Kind.PHONES, "201"),
        (ITALY, "sip:anna.bell@192.0.2.1:5060", Kind.PHONES, "anna.bell"),
        (ITALY, "sip:0212345678@House.Example.", Kind.NATIONAL, "+390212345678"),
        (ITALY, "sip:0212345678@house.example", Kind.NATIONAL, "+390212345678"),
        (ITALY, "sip:+39 02 1234-5678@house.example", Kind.NATIONAL, "+390212345678"),
        (ITALY, "sip:0033123456789@house.example", Kind.FOREIGN, "+33123456789"),
        (ITALY, "sip:+881612345678@house.example;user=phone", Kind.FOREIGN, "+881612345678"),
        (GERMANY, "sip:03012345678@house.example", Kind.NATIONAL, "+493012345678"),
        (NOWHERE, "sip:0212345678@house.example", Kind.NATIONAL, "0212345678"),
        (NOWHERE, "sip:+390212345678@house.example", Kind.FOREIGN, "+390212345678"),
        (ITALY, "<sip:Service@Water.example?X-A=b>", Kind.SIP, "service@water.example"),
        (ITALY, "sip:201@192.0.2.1:5070", Kind.SIP, "201@192.0.2.1"),
        (ITALY, "sip:house.example", Kind.INVALID, ""),
        (ITALY, "tel:+390212345678", Kind.INVALID, ""),
        (ITALY, "sip:+3902123456789012345@house.example", Kind.INVALID, "+3902123456789012345"),
        (ITALY, "sip:*21*%23@house.example", Kind.INVALID, "*21*#"),
    ],
)
def test_how_a_target_is_read(plan: DialPlan, uri: str, kind: Kind, text: str) -> None:
    read = plan.read(uri)
    assert (read.kind, read.text) == (kind, text)


PREMIUM = DialRule(False, targets=("+39899*", "+88*"))
AGENTS = DialRule(purposes=frozenset({Purpose.AGENT}), targets=("phones", "national"))
PARTNER = DialRule(
    purposes=frozenset({Purpose.REFER}), clients=frozenset({"water"}), targets=("*@water.example",)
)
PLAN = DialPlan((PREMIUM, AGENTS, PARTNER), HOSTS, "39")


def asked(user: str, purpose: Purpose = Purpose.AGENT, client: str = "water") -> Verdict:
    return may_dial(f"sip:{user}", purpose, client, PLAN)


def test_the_first_rule_that_fits_decides() -> None:
    assert asked("201@house.example") == Verdict(Why.ALLOWED, Kind.PHONES, 1)
    assert asked("0212345678@house.example").allowed
    assert asked("899123456@house.example") == Verdict(Why.DENIED, Kind.NATIONAL, 0)


def test_what_no_rule_allows_is_denied() -> None:
    assert asked("+33123456789@house.example") == Verdict(Why.NO_RULE, Kind.FOREIGN)
    assert asked("201@house.example", Purpose.CAMPAIGN) == Verdict(Why.NO_RULE, Kind.PHONES)
    assert may_dial("sip:201@house.example", Purpose.AGENT, "water", DialPlan()) == Verdict(
        Why.NO_RULE, Kind.SIP
    )


def test_a_rule_may_be_for_one_client_and_one_purpose() -> None:
    assert asked("desk@water.example", Purpose.REFER).allowed
    assert not asked("desk@water.example", Purpose.REFER, "gas").allowed
    assert not asked("desk@water.example", Purpose.AGENT).allowed
    assert not asked("desk@water.example.evil.example", Purpose.REFER).allowed


def test_nothing_that_can_be_dialled_is_denied_before_any_rule() -> None:
    everything = DialPlan((DialRule(),), HOSTS)
    assert may_dial("sip:*21*9@house.example", Purpose.AGENT, "water", everything) == Verdict(
        Why.INVALID, Kind.INVALID
    )


def test_a_pattern_knows_only_the_star() -> None:
    odd = DialPlan((DialRule(targets=("[0-9]*", "20?")),), HOSTS)
    assert not may_dial("sip:201@house.example", Purpose.AGENT, "water", odd).allowed


def test_a_verdict_says_why_without_the_number() -> None:
    assert str(asked("899123456@house.example")) == "national: denied by a rule (rule 1)"
    assert str(asked("+33123456789@house.example")) == "foreign: no rule allows it"
