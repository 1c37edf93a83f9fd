from __future__ import annotations

import pytest
import sipmessage
from hypothesis import given
from hypothesis import strategies as st

from telephony.edge.errors import MalformedMessage
from telephony.edge.message import Request, Response, answerable, fault, max_forwards, parse
from tests.unit.telephony.edge.bench import request

# RFC 4475 §3.1.1.1, "A Short Tortuous INVITE", shortened: folding, blanks, odd capitals, compact
# names, escapes, an empty parameter, values of a list over several lines.
TORTUOUS = b"""INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

v=0
""".replace(b"\n", b"\r\n")


def test_the_tortuous_invite_is_read() -> None:
    message = parse(TORTUOUS)
    assert isinstance(message, Request)
    assert fault(message) is None
    assert message.tag("To") == "1918181833n"
    assert message.tag("From") == "98asjd8"
    assert message.cseq == (9, "INVITE")
    assert message.get("NewFangledHeader") == "newfangled value continued newfangled value"
    assert len(message.all("Via")) == 3
    assert message.body == b"v=0\r\n"


HEAD = b"OPTIONS sip:h SIP/2.0\r\n"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not end"),
        (b"hello\r\n\r\n", "neither"),
        (b"OPTIONS sip:h SIP/3.0\r\n\r\n", "neither"),
        (b"OPTIONS  sip:h SIP/2.0\r\n\r\n", "neither"),
        (b"SIP/2.0 99 Low\r\n\r\n", "status"),
        (b"SIP/2.0 \xd9\xa2\xd9\xa0\xd9\xa0 OK\r\n\r\n", "status"),
        (b"OPT\rIONS sip:h SIP/2.0\r\n\r\n", "first line"),
        (HEAD + b"no colon\r\n\r\n", "header line"),
        (HEAD + b": no name\r\n\r\n", "header line"),
        (HEAD + b"A: b\rX-Evil: c\r\n\r\n", "header line"),
        (HEAD + b"A: \0\r\n\r\n", "header line"),
        (HEAD + b"Content-Length: 9\r\n\r\nshort", "Content-Length"),
        (HEAD + b"Content-Length: -1\r\n\r\n", "Content-Length"),
        (HEAD + b"l: 1\r\nContent-Length: 2\r\n\r\nabc", "Content-Length"),
        (HEAD + b"A: b\r\n" * 300 + b"\r\n", "too many"),
        (HEAD + b"A: " + b"b" * 70_000 + b"\r\n\r\n", "too large"),
    ],
)
def test_what_is_not_sip_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(MalformedMessage, match=why):
        parse(data)


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("To", ["<sip:a>", "<sip:b>"], "To must be there once"),
        ("Call-ID", [], "Call-ID must be there once"),
        ("CSeq", ["1 OPTIONS"], "another method"),
        ("CSeq", ["36893488147419103232 INVITE"], "CSeq cannot be read"),
        ("CSeq", ["one INVITE"], "CSeq cannot be read"),
        ("Via", [], "a Via cannot be read"),
        ("From", ["<sip:a"], "an address cannot be read"),
        ("Route", ["<nothing>"], "no scheme"),
        ("Max-Forwards", ["300"], "Max-Forwards"),
        ("Max-Forwards", ["70", "70"], "Max-Forwards"),
    ],
)
def test_what_is_wrong_with_a_request(name: str, values: list[str], why: str) -> None:
    assert why in (fault(request().put(name, values)) or "")


def test_a_sound_request_has_no_fault() -> None:
    assert fault(request()) is None
    assert fault(Request(request().headers, b"", "INVITE", "nonsense")) is not None


def test_only_what_finds_its_way_back_is_answered() -> None:
    assert answerable(request())
    assert not answerable(request("ACK"))
    assert not answerable(request().without("Via"))
    assert not answerable(request().without("From"))


def test_max_forwards_is_70_where_it_is_missing() -> None:
    assert max_forwards(request().without("Max-Forwards")) == 70
    assert max_forwards(request().put("Max-Forwards", "0")) == 0


def test_a_datagram_may_have_more_than_its_body() -> None:
    assert parse(HEAD + b"Content-Length: 2\r\n\r\nabc").body == b"ab"
    assert parse(b"\r\n\r\n" + HEAD + b"\r\nabc").body == b"abc"
    assert parse(HEAD.replace(b"\r\n", b"\n") + b"A: b\n\nx").body == b"x"


def test_bytes_that_are_no_text_survive() -> None:
    data = HEAD + b"Subject: \xff\xfe\r\nContent-Length: 1\r\n\r\n\x80"
    assert bytes(parse(data)) == data


def test_put_keeps_the_place() -> None:
    message = parse(HEAD + b"A: 1\r\nVia: x\r\nZ: 2\r\nVia: y\r\n\r\n")
    names = [name for name, _ in message.put("Via", ["p", "q", "r"]).headers]
    assert names == ["A", "Via", "Via", "Via", "Z"]
    assert message.without("Via").put("Via", "z").headers[-1] == ("Via", "z")
    assert message.put("Via", []).all("Via") == []


@given(st.binary(max_size=400))
def test_garbage_never_raises_anything_else(data: bytes) -> None:
    for text in (data, HEAD + data, TORTUOUS[: len(data)] + data, b"SIP/2.0 200 " + data):
        try:
            message = parse(text)
        except MalformedMessage:
            continue
        fault(message)
        bytes(message)


NAMES = st.from_regex(r"X-[A-Za-z]{1,8}", fullmatch=True)
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_characters="\x7f\x85"
                               "\xa0"), max_size=20)  # fmt: skip


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6), st.binary(max_size=40))
def test_what_is_written_is_read_again(headers: list[tuple[str, str]], body: bytes) -> None:
    sent = Response((*headers, ("Call-ID", "1")), body, 200, "OK")
    got = parse(bytes(sent))
    assert got.without("Content-Length") == sent
    theirs = sipmessage.Message.parse(bytes(sent))
    assert isinstance(theirs, sipmessage.Response)
    assert (theirs.code, theirs.call_id, theirs.body) == (200, "1", body)
