"""SIP addresses as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.drivers.addresses import (
    SipUri,
    address_of,
    name_addr,
    name_of,
    parse_uri,
    with_headers,
)


@pytest.mark.parametrize(
    ("value", "uri", "name"),
    [
        ('"Anna \\"A\\" Bo" <sip:anna@a.example>;tag=1', "sip:anna@a.example", 'Anna "A" Bo'),
        ("Anna Bo <sip:anna@a.example>", "sip:anna@a.example", "Anna Bo"),
        ("<sip:anna@a.example;transport=tcp>;tag=1", "sip:anna@a.example;transport=tcp", ""),
        ("sip:anna@a.example;tag=1", "sip:anna@a.example", ""),
        ("", "", ""),
    ],
)
def test_name_addr_is_taken_apart(value: str, uri: str, name: str) -> None:
    assert (address_of(value), name_of(value)) == (uri, name)


@given(st.text())
def test_a_name_never_leaves_its_quotes(name: str) -> None:
    value = name_addr("sip:a@b", name)
    assert address_of(value) == "sip:a@b"
    assert "\n" not in value and "\r" not in value


def test_uri_parts() -> None:
    assert parse_uri("<sip:%2B39@[::1]:5070;transport=tcp?User-to-User=ab%3Dc&X=1>") == SipUri(
        "+39", "[::1]", 5070, ";transport=tcp", {"user-to-user": "ab=c", "x": "1"}
    )
    assert parse_uri("sips:host") == SipUri("", "host")
    assert parse_uri("sip:host:5060") == SipUri("", "host", 5060)
    assert parse_uri("tel:+39") is None


def test_a_token_travels_inside_refer_to() -> None:
    target = with_headers("sip:7001@b.example", User_to_User="00ff;encoding=hex")
    assert target == "<sip:7001@b.example?User-to-User=00ff%3Bencoding%3Dhex>"
    uri = parse_uri(target)
    assert uri is not None and uri.headers == {"user-to-user": "00ff;encoding=hex"}
    assert with_headers("<sip:a@b?X=1>", Y="2") == "<sip:a@b?X=1&Y=2>"
    assert with_headers("sip:a@b") == "<sip:a@b>"
