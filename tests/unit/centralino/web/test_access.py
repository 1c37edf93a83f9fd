"""Who sees what, as tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.messages import AgentLoggedIn
from acd.snapshot import QueueView
from centralino.db.calls import CallRow
from centralino.users.permissions import Action
from centralino.users.types import CENTRE, AgentProfile, Role, SignedIn
from centralino.web.access import allowed_somewhere, masked, may_read, pages, shown_caller
from centralino.web.login import login_of


def somebody(client: str, role: Role, user: str = "me") -> SignedIn:
    return SignedIn(user, "name", "Name", client, {client: frozenset({role})})


ADMIN = somebody(CENTRE, Role.ADMINISTRATOR)
SUPERVISOR = somebody("river", Role.SUPERVISOR)
AGENT = somebody("river", Role.AGENT)
NOBODY = SignedIn("me", "name", "Name", "river", {})
ROW = CallRow(
    "call-1", "river", "1000", "inbound", 0.0, None, None, None, None, None, "other", None, None,
    "media-1", "e1", "", None, None, None,
)  # fmt: skip
MINE = replace(ROW, agent="me")
FOREIGN = replace(ROW, client="harbour")


@pytest.mark.parametrize(
    ("who", "row", "readable"),
    [
        (ADMIN, ROW, True), (ADMIN, FOREIGN, True),
        (SUPERVISOR, ROW, True), (SUPERVISOR, FOREIGN, False),
        (AGENT, ROW, False), (AGENT, MINE, True), (AGENT, replace(MINE, client="harbour"), False),
        (NOBODY, ROW, False), (NOBODY, MINE, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("action", [Action.SEE_CALLS, Action.SEE_CONTENT, Action.HEAR_CALLS])
def test_a_call_is_read_by_those_whose_it_is(
    who: SignedIn, row: CallRow, readable: bool, action: Action
) -> None:
    assert may_read(who, row, action) is readable


@pytest.mark.parametrize(
    ("who", "menu"),
    [
        (ADMIN, ["queues", "figures", "calls", "campaigns", "flow", "review", "users"]),
        (SUPERVISOR, ["queues", "figures", "calls", "campaigns", "flow", "review"]),
        (AGENT, ["agent", "calls"]),
        (NOBODY, []),
    ],
)
def test_the_menu(who: SignedIn, menu: list[str]) -> None:
    assert pages(who) == menu


@pytest.mark.parametrize(
    ("caller", "shown"),
    [
        ("sip:+390612345678@203.0.113.7", "•••5678"),
        ("+390612345678", "•••5678"),
        ("sip:anna@sip.example;user=phone", "•••"),
        ("sip:1234@x", "•••"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_its_end(caller: str, shown: str) -> None:
    assert masked(caller) == shown
    assert shown_caller(AGENT, "river", caller) == shown
    assert shown_caller(SUPERVISOR, "river", caller) == caller
    assert shown_caller(SUPERVISOR, "harbour", caller) == shown


def test_a_right_for_one_client_is_a_right_somewhere() -> None:
    assert allowed_somewhere(SUPERVISOR, Action.MANAGE_USERS, Action.SEE_AGENTS)
    assert not allowed_somewhere(AGENT, Action.MANAGE_USERS, Action.SEE_AGENTS)


def test_an_agent_serves_the_queues_of_clients_that_gave_a_role() -> None:
    def queue(id: str, client: str) -> QueueView:
        return QueueView(id, client, id, 0, 0, 0.0, 0, 0, 0)

    profile = AgentProfile(
        "a", "anna", "Anna", "river", ("river",), "2001", "",
        ("billing", "berths", "gone"), {"gas": 3}, "2001", {"billing": 2},
    )  # fmt: skip
    queues = [queue("billing", "river"), queue("technical", "river"), queue("berths", "harbour")]
    teams = {"2001": "mixed"}
    event = login_of(profile, queues, "sip.example", teams.__getitem__)
    assert event == AgentLoggedIn(
        "a", "river", "sip:2001@sip.example", ("billing",), {"gas": 3}, {"billing": 2}, 2001,
        team="mixed",
    )  # fmt: skip
    elsewhere = replace(profile, contact="+390612345")
    assert login_of(elsewhere, queues, "sip.example", str).contact == "+390612345"
