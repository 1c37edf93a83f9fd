"""What a media process may dial, and whom it tells of what it may not."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from centralino.config.dialling import Trunk
from centralino.config.model import Config
from centralino.media.gate import Gate, contact_denied, contact_uri, plan_of
from centralino.messages import NotDialled
from telephony.dialling import Purpose

EDGE = "127.0.0.1:5066"


@pytest.fixture
def told() -> list[object]:
    return []


@pytest.fixture
def gate(told: list[object]) -> Gate:
    return Gate(plan_of(Config(), EDGE), lambda value, call: told.append(value))


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        ("sip:201@127.0.0.1:5066", True),
        ("sip:201@127.0.0.1", True),
        ("sip:anna@192.0.2.7:5070", True),
        ("sip:0212345678@127.0.0.1:5066", True),
        ("sip:911@127.0.0.1:5066", False),
        ("sip:+19005551234@127.0.0.1:5066", False),
        ("sip:0088212345678@127.0.0.1:5066", False),
        ("sip:+442079460000@127.0.0.1:5066", False),
    ],
)
def test_what_a_new_house_may_dial_for_its_agents(gate: Gate, target: str, allowed: bool) -> None:
    assert gate.allows(target, Purpose.AGENT, "call-1", "riverton") is allowed


@pytest.mark.parametrize("host", ["carrier.example", "carrier.example:5060", "isp.example:5070"])
def test_a_number_at_a_carrier_of_ours_is_a_number(host: str, told: list[object]) -> None:
    trunks = (
        Trunk(name="one", target="carrier.example"),
        Trunk(name="two", registrar="isp.example:5070"),
    )  # fmt: skip
    plan = plan_of(Config(trunks=trunks), EDGE)
    gate = Gate(plan, lambda value, call: told.append(value))
    assert not gate.allows(f"sip:+19005551234@{host}", Purpose.AGENT, "call-1", "riverton")
    assert gate.allows(f"sip:0212345678@{host}", Purpose.AGENT, "call-1", "riverton")


@pytest.mark.parametrize("purpose", [Purpose.REFER, Purpose.CAMPAIGN])
def test_a_new_house_sends_and_calls_nobody_else(gate: Gate, purpose: Purpose) -> None:
    assert not gate.allows("sip:desk@water.example", purpose, "call-1", "riverton")
    assert not gate.allows("sip:0212345678@127.0.0.1", purpose, "call-1", "riverton")


@pytest.mark.parametrize(
    ("contact", "why"),
    [
        ("201", ""),
        ("0212345678", ""),
        ("sip:anna@192.0.2.7:5070", ""),
        ("+33123456789", "foreign: no rule allows it"),
        ("112", "phones: denied by a rule (rule 1)"),
        ("nobody at all", "invalid: nothing that can be dialled"),
    ],
)
def test_what_an_administrator_may_set(contact: str, why: str) -> None:
    assert contact_denied(Config(), EDGE)(contact, "riverton") == why


def test_a_denial_is_told_each_time_and_logged_once(gate: Gate, told: list[object]) -> None:
    with capture_logs() as logs:
        for call in ("call-1", "call-2"):
            assert not gate.allows("sip:+33123456789@127.0.0.1", Purpose.AGENT, call, "riverton")
    why = "foreign: no rule allows it"
    assert told == [NotDialled(f"call-{n}", "riverton", "agent", why) for n in (1, 2)]
    assert [line["why"] for line in logs] == [why]
    assert "33123456789" not in str(logs)


@pytest.mark.parametrize(
    ("contact", "uri"),
    [
        ("+39 (06) 123-4567", f"sip:+39061234567@{EDGE}"),
        ("02/12.34", f"sip:021234@{EDGE}"),
        ("front-desk.2", f"sip:front-desk.2@{EDGE}"),
        ("sip:anna.b@water.example", "sip:anna.b@water.example"),
    ],
)
def test_a_number_is_dialled_as_the_rules_read_it(contact: str, uri: str) -> None:
    assert contact_uri(contact, EDGE) == uri
