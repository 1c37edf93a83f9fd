"""The core as a whole: what it answers itself, and that nothing from the network raises."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.core import Core
from telephony.edge.config import EdgeConfig, MediaTarget, Trunk
from telephony.edge.core import EdgeCore
from telephony.edge.errors import BadEdgeConfig
from telephony.edge.events import Pong, Received
from telephony.edge.message import Request, parse
from telephony.edge.proxy import Own, parse_flow, way_back
from telephony.edge.uri import Hop, parse_uri, parse_via
from tests.unit.telephony.edge.bench import (
    CARRIER,
    DOMAIN,
    EDGE,
    M1,
    M2,
    STRANGER,
    Bench,
    config,
    reply,
    request,
)


def test_it_is_a_core() -> None:
    core: Core = EdgeCore(config(), 5060, b"key")  # type: ignore[assignment]
    assert core.next_timer() is None
    with pytest.raises(TypeError):
        core.receive("nonsense", 0.0)


@pytest.mark.parametrize("hop", [STRANGER, CARRIER, M1.hop])
def test_options_is_200(hop: Hop) -> None:
    _, answered = Bench().response(hop, request("OPTIONS", f"sip:ping@{DOMAIN}", hop=hop))
    assert answered.code == 200
    assert "INVITE" in (answered.get("Allow") or "")
    zero = request("OPTIONS", f"sip:{DOMAIN}", hop=hop).put("Max-Forwards", "0")
    assert Bench().code(hop, zero) == 200


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (request().put("Max-Forwards", "0"), 483),
        (request(headers=[("Proxy-Require", "magic")]), 420),
        (request("SUBSCRIBE"), 405),
        (request("MESSAGE"), 405),
        (request("FROBNICATE"), 405),
        (request().put("CSeq", "1 OPTIONS"), 400),
        (request().put("Max-Forwards", "x"), 400),
        (request().put("Via", ["SIP/2.0/UDP h;branch=z9hG4bKx", "broken"]), 400),
    ],
)
def test_what_is_not_forwarded(asked: Request, code: int) -> None:
    assert Bench().code(CARRIER, asked) == code


@pytest.mark.parametrize(
    "asked",
    [
        request("ACK"),
        request("ACK").put("Max-Forwards", "0"),
        request("ACK").put("CSeq", "1 INVITE"),
        request().without("Via"),
        request().without("From"),
    ],
)
def test_what_is_dropped(asked: Request) -> None:
    assert Bench().hears(CARRIER, asked) == []


def test_what_went_through_us_and_comes_back_unchanged_is_a_loop() -> None:
    bench = Bench()
    _, sent = bench.request(M1.hop, request(uri="sip:x@loop.example", hop=M1.hop))
    again = replace(sent, uri="sip:x@loop.example").without("Record-Route")
    assert bench.code(M1.hop, again) == 482
    # With another target it is a spiral, which is allowed (§16.3).
    other = replace(again, uri="sip:y@loop.example").put("Call-ID", "spiral")
    bench.request(M1.hop, other)


def test_a_response_that_is_not_ours_goes_nowhere() -> None:
    bench = Bench()
    assert bench.hears(M1.hop, reply(request(), 200)) == []
    assert bench.hears(M1.hop, reply(request(), 200).without("Via")) == []
    ours = reply(request(), 200).put("Via", f"SIP/2.0/UDP {EDGE}:5060;branch=z9hG4bKx.y.0")
    assert bench.hears(M1.hop, ours) == []
    assert bench.core.metrics()["stray_response"] == 1


def test_pings_are_answered_on_connections_only() -> None:
    bench = Bench()
    flow = Hop("tcp", "203.0.113.7", 1)
    bench.tell(Received(flow, b""))
    bench.tell(Received(STRANGER, b"\r\n\r\n"))
    bench.tell(Received(STRANGER, b"\0"))
    assert bench.told == [Pong(flow)]


@pytest.mark.parametrize(
    ("via", "hop", "there"),
    [
        ("SIP/2.0/UDP 192.0.2.9:5060", CARRIER, CARRIER),
        ("SIP/2.0/UDP 10.1.1.1:5080", Hop("udp", "192.0.2.9", 999), Hop("udp", "192.0.2.9", 5080)),
        ("SIP/2.0/UDP 10.1.1.1;rport", Hop("udp", "192.0.2.9", 999), Hop("udp", "192.0.2.9", 999)),
        (
            "SIP/2.0/UDP 192.0.2.9;received=203.0.113.99;rport=53",
            Hop("udp", "192.0.2.9", 999),
            Hop("udp", "192.0.2.9", 999),
        ),
        ("SIP/2.0/TCP 10.1.1.1", Hop("tcp", "192.0.2.9", 999), Hop("tcp", "192.0.2.9", 999)),
    ],
)
def test_responses_go_where_requests_came_from(via: str, hop: Hop, there: Hop) -> None:
    asked = request("OPTIONS", f"sip:{DOMAIN}").put("Via", f"{via};branch=z9hG4bK1")
    assert Bench().response(hop, asked)[0] == there


def test_a_via_with_a_mad_port_still_has_a_way_back() -> None:
    via = parse_via("SIP/2.0/UDP h:5080;rport=99999999999999999999")
    assert way_back(via) == Hop("udp", "h", 5080)


@pytest.mark.parametrize(
    ("uri", "ours"),
    [
        ("sip:centre.example", True),
        ("sip:x@centre.example:5070", True),
        ("sip:x@centre.example:5071", False),
        ("sip:198.51.100.1:5070", True),
        ("sip:198.51.100.1", False),
        ("tel:+39", False),
    ],
)
def test_what_names_the_edge(uri: str, ours: bool) -> None:
    assert Own(EDGE, 5070, DOMAIN).names(parse_uri(uri)) is ours


@pytest.mark.parametrize("text", [None, "", "udp-h-1", "sctp-1.1.1.1-1", "udp-1.1.1.1"])
def test_a_flow_that_is_none(text: str | None) -> None:
    assert parse_flow(text) is None


def test_a_flow_may_be_ipv6() -> None:
    assert parse_flow("tcp-[2001:db8::1]-99") == Hop("tcp", "2001:db8::1", 99)


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "0.0.0.0"},
        {"media": (MediaTarget("a b", "10.0.0.1", 1),)},
        {"media": (M1, M1)},
        {"media": (MediaTarget("m", "media.example", 1),)},
        {"default_trunk": "none"},
        {"trunks": (Trunk("m1", "h"),)},
    ],
)
def test_a_configuration_that_contradicts_itself(changes: dict[str, object]) -> None:
    with pytest.raises(BadEdgeConfig):
        config(**changes)


def test_a_wildcard_needs_an_address_to_tell() -> None:
    assert EdgeConfig("d", (M1,), host="0.0.0.0", advertise="192.0.2.1").public_host == "192.0.2.1"


HOPS = st.sampled_from([CARRIER, STRANGER, M1.hop, Hop("tcp", "203.0.113.7", 9)])
LINES = st.sampled_from(
    [
        "INVITE sip:100@centre.example SIP/2.0",
        "REGISTER sip:centre.example SIP/2.0",
        "BYE sip:x@198.51.100.1:5060;lr SIP/2.0",
        "SIP/2.0 200 OK",
        "SIP/2.0 401 Who",
        "Via: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKx;rport",
        "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKa.b.99999999999999999",
        "v: SIP/2.0/TCP x;received=;rport=0",
        "Max-Forwards: 3",
        "From: <sip:7001@centre.example>;tag=1",
        "To: <sip:100@centre.example>",
        "To: <sip:7001@centre.example>;tag=edge-2",
        "Call-ID: 1",
        "CSeq: 1 INVITE",
        "CSeq: 1 REGISTER",
        "CSeq: 2147483647 BYE",
        "Contact: *",
        "Contact: <sip:7001@h>;expires=99999999999999",
        "Route: <sip:198.51.100.1:5060;lr;m=m1;f=udp-1.2.3.4-99999;cs=99999999999;t=carrier>",
        "Record-Route: <sip:h>",
        "Authorization: Digest username=7001, realm=centre.example, nonce=1.1.1, nc=zz, uri=x",
        "Proxy-Authorization: Digest realm=centre.example",
        "RAck: 1 99999999999999999999999 INVITE",
        "Content-Length: 0",
        " folded",
    ]
)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(HOPS, st.lists(LINES | st.text(max_size=12), min_size=1, max_size=14)),
        max_size=4,
    )
)
def test_no_message_raises_and_all_that_is_sent_is_sip(
    messages: list[tuple[Hop, list[str]]],
) -> None:
    bench = Bench(config(media=(M1, M2)))
    for hop, lines in messages:
        data = "\r\n".join([*lines, "", ""]).encode("utf-8", "replace")
        for send in bench.hears(hop, data):
            assert parse(bytes(send.message)).call_id == send.message.call_id
    bench.walk(100)


@settings(max_examples=200)
@given(HOPS, st.binary(max_size=300))
def test_no_garbage_raises(hop: Hop, data: bytes) -> None:
    bench = Bench()
    bench.tell(Received(hop, data))
    bench.tell(Received(hop, bytes(request())[: len(data) * 2] + data))


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["in", "180", "200", "486", "bye"]))))
def test_active_calls_never_pass_the_limit_nor_fall_below_none(
    steps: list[tuple[int, str]],
) -> None:
    bench = Bench(config(media=(M1, M2)))
    sent: dict[int, tuple[Hop, Request]] = {}
    for number, what in steps:
        asked = request(call=f"c{number}", branch=f"b{number}")
        if what == "in":
            (send,) = bench.hears(CARRIER, asked)
            if isinstance(send.message, Request):
                sent[number] = (send.to, send.message)
        elif number in sent:
            hop, invite = sent[number]
            if what == "bye":
                bye = request("BYE", f"sip:{EDGE}:5060", call=f"c{number}", cseq=2,
                              to=f"<sip:100@{DOMAIN}>;tag=b")  # fmt: skip
                bench.hears(CARRIER, bye)
            else:
                bench.hears(hop, reply(invite, int(what)))
        metrics = bench.core.metrics()
        assert 0 <= metrics["calls_active"] <= 3
        assert metrics["dialogs_m1"] + metrics["dialogs_m2"] == metrics["calls_active"]
    bench.walk(20_000)
    assert bench.core.metrics()["calls_active"] == 0
    assert bench.core.next_timer() is None
