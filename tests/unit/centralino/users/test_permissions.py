"""The table of permissions."""

from __future__ import annotations

import pytest

from centralino.users.permissions import ALLOWED, Action, may, visible
from centralino.users.types import CENTRE, Role, SignedIn

A, S, ADMIN = Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR


def somebody(**roles: Role) -> SignedIn:
    named = {CENTRE if client == "centre" else client: role for client, role in roles.items()}
    granted = {client: frozenset({role}) for client, role in named.items()}
    return SignedIn("user-1", "ann", "Ann", "water", granted)


@pytest.mark.parametrize(
    ("who", "action", "client", "allowed"),
    [
        (somebody(water=A), Action.WORK, "water", True),
        (somebody(water=A), Action.WORK, "gas", False),
        (somebody(water=A), Action.WORK, None, False),
        (somebody(water=A), Action.SEE_CALLS, "water", False),
        (somebody(water=A), Action.HEAR_CALLS, "water", False),
        (somebody(water=S), Action.HEAR_CALLS, "water", True),
        (somebody(water=S), Action.HEAR_CALLS, "gas", False),
        (somebody(water=S), Action.MANAGE_USERS, "water", False),
        (somebody(water=S), Action.WORK, "water", False),
        (somebody(centre=S), Action.HEAR_CALLS, "gas", True),
        (somebody(centre=S), Action.MANAGE_USERS, None, False),
        (somebody(centre=ADMIN), Action.MANAGE_USERS, None, True),
        (somebody(centre=ADMIN), Action.ERASE, "gas", True),
        (somebody(centre=ADMIN), Action.WORK, "gas", False),
        (somebody(water=ADMIN), Action.MANAGE_USERS, None, False),
        (somebody(water=ADMIN), Action.ERASE, "water", False),
        (somebody(), Action.SEE_OWN_CALLS, "water", False),
        (somebody(centre=A), Action.WORK, "", True),
        (somebody(water=A), Action.WORK, "", False),
    ],
)
def test_who_may_do_what(who: SignedIn, action: Action, client: str | None, allowed: bool) -> None:
    assert may(who, action, client) is allowed


def test_what_is_visible() -> None:
    assert visible(somebody(water=S, gas=A), Action.SEE_CALLS) == frozenset({"water"})
    assert visible(somebody(water=S, gas=A), Action.SEE_OWN_CALLS) == frozenset({"water", "gas"})
    assert visible(somebody(), Action.SEE_CALLS) == frozenset()
    assert visible(somebody(centre=S), Action.SEE_CALLS) is None
    assert visible(somebody(centre=ADMIN), Action.SEE_CALLS) is None


def test_every_role_and_every_action_has_its_place_in_the_table() -> None:
    assert set(ALLOWED) == set(Role)
    assert frozenset().union(*ALLOWED.values()) == set(Action)


def test_only_administrators_are_administrators() -> None:
    assert somebody(centre=ADMIN).administrator
    assert not somebody(water=ADMIN).administrator and not somebody(centre=S).administrator
