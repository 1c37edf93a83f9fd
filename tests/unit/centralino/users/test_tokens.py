"""Tokens, digests, names and passwords."""

from __future__ import annotations

import pytest

from centralino.users.errors import BadName, WeakPassword
from centralino.users.passwords import Passwords
from centralino.users.rows import check_role, check_settings, clean_name
from centralino.users.tokens import csrf_matches, csrf_of, digest_secrets, hash_of, new_token
from centralino.users.types import AgentSettings, NewUser, Role, Session, SignedIn, SipCredential

CHEAP = Passwords(time_cost=1, memory_cost=8, parallelism=1)


def test_a_token_has_256_bits() -> None:
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) >= 43  # base64 of 32 bytes


def test_csrf_belongs_to_its_session() -> None:
    one, two = new_token(), new_token()
    assert csrf_matches(one, csrf_of(one))
    assert not csrf_matches(one, csrf_of(two)) and not csrf_matches(one, "")
    assert not csrf_matches(one, "é\ud800")
    assert one not in csrf_of(one) and csrf_of(one) != hash_of(one)


def test_digest_secrets_are_those_of_the_rfc() -> None:
    # RFC 7616 §3.9.1: the user, realm and password of its example.
    md5, sha256 = digest_secrets("Mufasa", "http-auth@example.org", "Circle of Life")
    assert md5 == "3d78807defe7de2157e2b0b6573a855f"
    assert sha256 == "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Ann", "ann"), (" ann@example.org ", "ann@example.org"), ("ＡＮＮ", "ann"), ("Åsa", "åsa")],
)
def test_names_are_compared_without_case(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@pytest.mark.parametrize("name", ["", " ", "a b", "a\0", "a" * 65, "\ud800", "a'--", "<b>"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(BadName):
        clean_name(name)


@pytest.mark.parametrize(
    "settings",
    [
        AgentSettings("7"),
        AgentSettings("70a1"),
        AgentSettings("７００１"),
        AgentSettings("7001", skills={"gas": 6}),
    ],
)
def test_agents_settings_are_checked(settings: AgentSettings) -> None:
    with pytest.raises(BadName):
        check_settings(settings)


def test_an_administrator_is_one_of_the_centre() -> None:
    check_role(Role.ADMINISTRATOR, "")
    check_role(Role.AGENT, "water")
    with pytest.raises(BadName):
        check_role(Role.ADMINISTRATOR, "water")


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        CHEAP.check_password(password)
    CHEAP.check_password("correct horse")


@pytest.mark.parametrize("pin", ["", "123", "12345678901", "12a4", "１２３４"])
def test_weak_pins_are_refused(pin: str) -> None:
    with pytest.raises(WeakPassword):
        CHEAP.check_pin(pin)
    CHEAP.check_pin("2468")


async def test_passwords_are_hashed_and_checked() -> None:
    stored = await CHEAP.hash("correct horse")
    assert stored.startswith("$argon2id$") and "correct" not in stored
    assert await CHEAP.verify(stored, "correct horse")
    assert not await CHEAP.verify(stored, "battery staple")
    assert not await CHEAP.verify(stored, "\ud800\0")
    assert not await CHEAP.verify("not a hash", "correct horse")
    assert not CHEAP.outdated(stored) and Passwords().outdated(stored)


async def test_nobodys_password_is_never_right() -> None:
    fresh = Passwords(time_cost=1, memory_cost=8, parallelism=1)
    assert not await fresh.verify(None, "correct horse")
    assert not await fresh.verify(None, "there is nobody of this name")


def test_secrets_are_not_shown() -> None:
    signed_in = SignedIn("user-1", "ann", "", "", {})
    shown = (
        repr(NewUser("ann", "", password="hush-hush"))
        + repr(Session("hush-token", "hush-csrf", signed_in, 0.0))
        + repr(SipCredential("user-1", "7001", "realm", "hush-md5", "hush-sha"))
    )
    assert "hush" not in shown
