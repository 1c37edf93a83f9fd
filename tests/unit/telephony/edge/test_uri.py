from __future__ import annotations

import pytest
import sipmessage
from hypothesis import given
from hypothesis import strategies as st

from telephony.edge.errors import MalformedMessage
from telephony.edge.uri import (
    Hop,
    parse_name_addr,
    parse_uri,
    parse_via,
    split_outside_quotes,
)


@pytest.mark.parametrize(
    ("text", "scheme", "user", "host", "port"),
    [
        ("sip:100@pbx01", "sip", "100", "pbx01", None),
        ("sip:media_1", "sip", None, "media_1", None),
        ("SIP:Alice@ATLANTA.com", "sip", "Alice", "atlanta.com", None),
        ("sip:%2B39@h:5080;transport=tcp", "sip", "+39", "h", 5080),
        ("sip:u:pw@h;self=1", "sip", "u", "h", None),
        ("sips:[2001:db8::1]:5061", "sips", None, "2001:db8::1", 5061),
        ("sip:x@h?Replaces=1%40", "sip", "x", "h", None),
        ("sip:user;par=u%40example.net@example.com", "sip", "user;par=u@example.net",
         "example.com", None),
        ("tel:+39-06;phone-context=it", "tel", "+39-06", "", None),
        ("urn:service:sos", "urn", None, "", None),
    ],
)  # fmt: skip
def test_uri_is_taken_apart(
    text: str, scheme: str, user: str | None, host: str, port: int | None
) -> None:
    uri = parse_uri(text)
    assert (uri.scheme, uri.user, uri.host, uri.port) == (scheme, user, host, port)


@pytest.mark.parametrize(
    "text", ["", "100", "sip:", "sip:a@b@c", "sip:h:0", "sip:h:70000", "sip: "]
)
def test_uri_that_cannot_be_read(text: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_uri(text)


def test_hop_of_a_uri() -> None:
    assert parse_uri("sip:a@h").hop() == Hop("udp", "h", 5060)
    assert parse_uri("sip:a@h:1;transport=TCP").hop() == Hop("tcp", "h", 1)


@pytest.mark.parametrize(
    ("text", "uri", "tag"),
    [
        ("<sip:a@h>;tag=1", "sip:a@h", "1"),
        ("sip:a@h;tag=1", "sip:a@h", "1"),
        ('"a <b>; \\" c" <sip:a@h;lr> ; TAG = 1', "sip:a@h;lr", "1"),
        ("Müller und Söhne <sip:a@h>", "sip:a@h", None),
        ("*", "*", None),
    ],
)
def test_name_addr_is_taken_apart(text: str, uri: str, tag: str | None) -> None:
    address = parse_name_addr(text)
    assert address.uri == uri
    assert dict(address.params).get("tag") == tag


@pytest.mark.parametrize("text", ["<sip:a@h", '"a <sip:a@h>', "a > b <"])
def test_name_addr_that_cannot_be_read(text: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_name_addr(text)


@pytest.mark.parametrize(
    ("text", "host", "port", "branch"),
    [
        ("SIP/2.0/UDP h_1:5062;branch=z9hG4bK=a;rport", "h_1", 5062, "z9hG4bK=a"),
        ("SIP / 2.0 / TCP   first : 5060 ;  branch = z9 ; received=::1", "first", 5060, "z9"),
        ("sip/2.0/udp [::1]", "::1", None, ""),
    ],
)
def test_via_is_taken_apart(text: str, host: str, port: int | None, branch: str) -> None:
    via = parse_via(text)
    assert (via.host, via.port, via.branch) == (host, port, branch)


@pytest.mark.parametrize("text", ["", "SIP/2.0/UDP", "SIP/1.0/UDP h", "SIP/2.0/UDP ;x", "UDP h"])
def test_via_that_cannot_be_read(text: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_via(text)


def test_splitting_respects_quotes_and_brackets() -> None:
    text = '"a, \\", b" <sip:x,y@h>, <sip:z>'
    assert split_outside_quotes(text, ",") == ['"a, \\", b" <sip:x,y@h>', " <sip:z>"]


@given(st.text(max_size=60))
def test_whatever_comes_is_read_or_refused(text: str) -> None:
    for reader in (parse_uri, parse_name_addr, parse_via):
        try:
            reader(text)
        except MalformedMessage:
            continue


USERS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()", min_size=1, max_size=10)
HOSTS = st.from_regex(r"[a-z][a-z0-9]{0,8}\.[a-z]{2,5}", fullmatch=True)


@given(USERS, HOSTS, st.none() | st.integers(1, 65535), st.sampled_from(["", ";lr", ";a=b;c"]))
def test_it_agrees_with_an_independent_reader(
    user: str, host: str, port: int | None, tail: str
) -> None:
    text = f"sip:{user}@{host}{'' if port is None else f':{port}'}{tail}"
    ours, theirs = parse_uri(text), sipmessage.URI.parse(text)
    assert (ours.user, ours.host, ours.port) == (theirs.user, theirs.host, theirs.port)
    assert dict(ours.params) == dict(theirs.parameters)
