from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.edge.config import Ha1
from telephony.edge.digest import (
    Allowed,
    Challenged,
    Denied,
    Guard,
    Login,
    answer,
    ha1,
    parse_auth,
    wants_again,
)
from telephony.edge.message import Request
from tests.unit.telephony.edge.bench import request

KNOWN = {"7001": ha1("7001", "realm", "secret")}
URI = "sip:realm"
T0 = 1_700_000_000.0


def ask(text: str | None, uri: str = URI, method: str = "REGISTER") -> Request:
    return request(method, uri, headers=() if text is None else (("Authorization", text),))


def guard() -> Guard:
    return Guard("realm", b"key", 300.0)


def login(password: str = "secret", user: str = "7001") -> Login:
    return Login(user, password)


@pytest.mark.parametrize("only", ["MD5", "SHA-256"])
def test_the_right_password_is_let_in_by_either_algorithm(only: str) -> None:
    door = guard()
    values = [value for value in door.challenges(T0, False) if f"algorithm={only}," in value]
    text = answer(values, login(), "REGISTER", URI, "cn")
    assert text is not None
    assert f"algorithm={only}" in text
    assert door.check(ask(text), "Authorization", KNOWN, T0, "1") == Allowed("7001")


def test_the_stronger_algorithm_is_offered_and_taken_first() -> None:
    values = guard().challenges(T0, False)
    assert "SHA-256" in values[0]
    assert "SHA-256" in (answer(list(reversed(values)), login(), "REGISTER", URI, "cn") or "")


def test_what_is_missing_is_asked_for() -> None:
    door = guard()
    for text in (None, "Basic abc", 'Digest realm="elsewhere", nonce="1"'):
        verdict = door.check(ask(text), "Authorization", KNOWN, T0, "1")
        assert verdict == Challenged(stale=False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("response=", "response=0"),
        ("qop=auth", "qop=auth-int"),
        ("nc=00000001", "nc=1"),
        ("algorithm=SHA-256", "algorithm=SHA-512"),
        ("algorithm=SHA-256", "algorithm=MD5"),
        ('uri="sip:realm"', 'uri="sip:other"'),
        ('uri="sip:realm"', 'uri=""'),
        ('username="7001"', 'username="7002"'),
    ],
)
def test_a_digest_that_was_touched_is_denied(old: str, new: str) -> None:
    door = guard()
    text = answer(door.challenges(T0, False), login(), "REGISTER", URI, "cn") or ""
    changed = text.replace(old, new)
    assert changed != text
    assert door.check(ask(changed), "Authorization", KNOWN, T0, "1") == Denied()


def test_a_wrong_password_is_denied_and_an_empty_secret_never_fits() -> None:
    door = guard()
    text = answer(door.challenges(T0, False), login("wrong"), "REGISTER", URI, "cn")
    assert door.check(ask(text), "Authorization", KNOWN, T0, "1") == Denied()
    only_sha = {"7001": Ha1("", KNOWN["7001"].sha256)}
    values = [value for value in door.challenges(T0, False) if "MD5" in value]
    text = answer(values, login(), "REGISTER", URI, "cn")
    assert door.check(ask(text), "Authorization", only_sha, T0, "2") == Denied()


def test_a_replay_is_challenged_and_a_retransmission_is_not() -> None:
    door = guard()
    values = door.challenges(T0, False)
    first = answer(values, login(), "REGISTER", URI, "cn", nc=2)
    assert door.check(ask(first), "Authorization", KNOWN, T0, "one") == Allowed("7001")
    assert door.check(ask(first), "Authorization", KNOWN, T0, "one") == Allowed("7001")
    assert door.check(ask(first), "Authorization", KNOWN, T0, "two") == Challenged(stale=True)
    older = answer(values, login(), "REGISTER", URI, "cn", nc=1)
    assert door.check(ask(older), "Authorization", KNOWN, T0, "one") == Challenged(stale=True)
    newer = answer(values, login(), "REGISTER", URI, "cn", nc=3)
    assert door.check(ask(newer), "Authorization", KNOWN, T0, "two") == Allowed("7001")


def test_an_old_or_foreign_nonce_is_stale() -> None:
    door = guard()
    text = answer(door.challenges(T0, False), login(), "REGISTER", URI, "cn")
    assert door.check(ask(text), "Authorization", KNOWN, T0 + 301, "1") == Challenged(stale=True)
    restarted = Guard("realm", b"another key", 300.0)
    assert restarted.check(ask(text), "Authorization", KNOWN, T0, "1") == Challenged(stale=True)
    assert wants_again(restarted.challenges(T0, True))
    assert not wants_again(restarted.challenges(T0, False))


def test_counts_are_forgotten_with_their_nonces() -> None:
    door = guard()
    for number in range(5):
        now = T0 + number * 400
        text = answer(door.challenges(now, False), login(), "REGISTER", URI, "cn")
        assert door.check(ask(text), "Authorization", KNOWN, now, "1") == Allowed("7001")
    assert len(door._counts) == 1


def test_two_challenges_never_share_a_nonce() -> None:
    door = guard()
    assert door.challenges(T0, False)[0] != door.challenges(T0, False)[0]


@pytest.mark.parametrize(
    ("challenge", "has"),
    [
        ('Digest realm="a, \\"b\\"", nonce="x=,y", qop="auth,auth-int", opaque="o"', "qop=auth,"),
        ('Digest realm="r", nonce="n"', None),
    ],
)
def test_carriers_of_any_age_are_answered(challenge: str, has: str | None) -> None:
    text = answer([challenge], login(), "INVITE", "sip:h", "cn") or ""
    mine, theirs = parse_auth(text), parse_auth(challenge)
    assert mine["nonce"] == theirs["nonce"]
    assert mine["realm"] == theirs["realm"]
    assert (has in text) if has else ("qop" not in text)
    assert mine.get("opaque") == theirs.get("opaque")


@pytest.mark.parametrize(
    "challenge",
    ['Digest realm="r", nonce="n", algorithm=AKAv1-MD5', 'Digest realm="r"', "Bearer x",
     'Digest realm="r", nonce="n", qop="auth-int"'],
)  # fmt: skip
def test_what_cannot_be_answered_is_not(challenge: str) -> None:
    assert answer([challenge], login(), "INVITE", "sip:h", "cn") is None


def test_the_example_of_the_rfc() -> None:
    """RFC 2617 §3.5 with the values of its example."""
    challenge = (
        'Digest realm="testrealm@host.com", qop="auth,auth-int", '
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    who = Login("Mufasa", "Circle Of Life")
    text = answer([challenge], who, "GET", "/dir/index.html", "0a4f113b")
    assert 'response="6629fae49393a05397450978507c4ef1"' in (text or "")


@given(st.text(max_size=80))
def test_any_header_is_read(text: str) -> None:
    parse_auth(text)
    parse_auth("Digest " + text)
    clean = text.replace("\r", "").replace("\n", "")
    guard().check(ask("Digest " + clean), "Authorization", KNOWN, T0, "1")
