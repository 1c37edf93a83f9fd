"""Requests inside a dialog, and calls counted by them."""

from __future__ import annotations

import pytest

from telephony.edge.events import CallOver
from telephony.edge.message import Request, Response
from telephony.edge.uri import Hop
from tests.unit.telephony.edge.bench import (
    CARRIER,
    DOMAIN,
    EDGE,
    M1,
    M2,
    PHONE,
    STRANGER,
    Bench,
    config,
    in_dialog,
    reply,
    request,
)


def answered(bench: Bench, hop: Hop = CARRIER, contact: str | None = None) -> Response:
    """A call that is up: the 200 as the caller gets it."""
    _, sent = bench.request(hop, request(hop=hop, contact=contact))
    return bench.response(M1.hop, reply(sent, 200))[1]


def test_a_dialog_follows_its_route_both_ways_and_ends_with_bye() -> None:
    bench = Bench()
    ok = answered(bench)
    hop, ack = bench.request(CARRIER, in_dialog("ACK", ok, hop=CARRIER, cseq=1))
    assert hop == M1.hop
    assert ack.uri == "sip:m@10.0.0.1:5070"
    assert ack.all("Route") == []
    far = f"sip:x@{CARRIER.host}:5060"
    back = in_dialog("BYE", ok, hop=M1.hop, by_caller=False, contact=far)
    hop, bye = bench.request(M1.hop, back)
    assert (hop, bye.uri) == (CARRIER, far)
    assert bench.told[-1] == CallOver("c1", "hungup")
    assert bench.response(CARRIER, reply(bye, 200))[0] == M1.hop
    assert bench.core.metrics()["calls_active"] == 0


def test_a_restarted_edge_routes_the_dialogs_of_the_one_before() -> None:
    ok = answered(Bench(config(media=(M1,))))
    bench = Bench(config(media=(M2, M1)))
    assert bench.request(CARRIER, in_dialog("BYE", ok, hop=CARRIER))[0] == M1.hop
    back = in_dialog("BYE", ok, hop=M1.hop, by_caller=False, contact="sip:x@192.0.2.9:5060")
    assert bench.request(M1.hop, back)[0] == CARRIER


def bare(method: str, ok: Response, **more: object) -> Request:
    """As sipp's stock uac sends it: no Route, and the edge in the Request-URI."""
    uri = f"sip:100@{EDGE}:5060"
    return request(
        method, uri, sender=ok.get("From") or "", to=ok.get("To") or "", **more  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_request_that_names_the_edge_goes_by_call_id() -> None:
    bench = Bench(config(media=(M1, M2)))
    hop, sent = bench.request(CARRIER, request())
    ok = bench.response(hop, reply(sent, 200))[1]
    assert bench.request(CARRIER, bare("ACK", ok, branch="k"))[0] == hop
    there, bye = bench.request(CARRIER, bare("BYE", ok, cseq=2, branch="e"))
    assert there == hop
    assert bye.uri == sent.uri
    assert bench.core.metrics()["calls_active"] == 0
    assert bench.request(CARRIER, bare("BYE", ok, cseq=2, branch="e"))[0] == hop  # a repeat


def test_after_a_restart_it_goes_where_spread_would_send_it() -> None:
    settings = config(media=(M1, M2))
    hop, sent = Bench(settings).request(CARRIER, request())
    ok = reply(sent, 200)
    bench = Bench(settings)
    assert bench.request(CARRIER, bare("BYE", ok, cseq=2))[0] == hop
    assert bench.code(STRANGER, bare("BYE", ok, cseq=2)) == 481
    assert bench.hears(STRANGER, bare("ACK", ok)) == []


@pytest.mark.parametrize("target", ["sip:victim@203.0.113.99", "sip:x@10.0.0.2:5070"])
def test_nobody_outside_is_relayed_to_anything_but_a_media_process(target: str) -> None:
    routes = [("Route", f"<sip:{EDGE}:5060;lr;m=m1;f=udp-203.0.113.99-53>")]
    forged = request("INFO", target, hop=STRANGER, to="<sip:a@b>;tag=z", headers=routes)
    assert Bench().request(STRANGER, forged)[0] == M1.hop
    for name in ("m=none", "x=y", "f=udp-203.0.113.99-53"):
        routes = [("Route", f"<sip:{EDGE}:5060;lr;{name}>")]
        forged = request("INFO", target, hop=STRANGER, to="<sip:a@b>;tag=z", headers=routes)
        assert Bench().code(STRANGER, forged) == 481


@pytest.mark.parametrize(
    ("hop", "contact", "flow"),
    [
        (PHONE, "<sip:7001@192.168.1.20:5060>", f"f=udp-{PHONE.host}-{PHONE.port}"),
        (PHONE, f"<sip:7001@{PHONE.host}:{PHONE.port}>", None),
        (PHONE, "nonsense", f"f=udp-{PHONE.host}-{PHONE.port}"),
        (Hop("tcp", "203.0.113.7", 40_000), None, "f=tcp-203.0.113.7-40000"),
    ],
)
def test_a_phone_is_reached_where_it_is_not_where_it_says(
    hop: Hop, contact: str | None, flow: str | None
) -> None:
    bench = Bench()
    bench.register(hop=hop)
    ok = answered(bench, hop, contact)
    routes = ok.all("Record-Route")
    assert all((flow in route) if flow else (";f=" not in route) for route in routes)
    back = in_dialog("INFO", ok, hop=M1.hop, by_caller=False, contact="sip:7001@203.0.113.7:40000")
    assert bench.request(M1.hop, back)[0] == hop


def test_two_record_routes_where_the_transports_differ() -> None:
    bench = Bench()
    hop = Hop("tcp", PHONE.host, 40_000)
    bench.register(hop=hop)
    ok = answered(bench, hop)
    top, below = ok.all("Record-Route")
    assert "transport=tcp" not in top
    assert ";transport=tcp;lr;m=m1" in below
    _, bye = bench.request(hop, in_dialog("BYE", ok, hop=hop))
    assert bye.all("Route") == []


def test_a_carrier_behind_another_proxy_is_reached_through_it() -> None:
    bench = Bench()
    far = ("Record-Route", "<sip:proxy.far.example;lr>")
    _, sent = bench.request(CARRIER, request(headers=[far], contact="<sip:x@hidden.example>"))
    assert len(sent.all("Record-Route")) == 2
    ok = bench.response(M1.hop, reply(sent, 200))[1]
    back = in_dialog("BYE", ok, hop=M1.hop, by_caller=False, contact="sip:x@hidden.example")
    hop, bye = bench.request(M1.hop, back)
    assert hop == Hop("udp", "proxy.far.example", 5060)
    assert bye.all("Route") == ["<sip:proxy.far.example;lr>"]
    assert bye.uri == "sip:x@hidden.example"


def test_a_strict_router_is_understood() -> None:
    bench = Bench()
    ok = answered(bench)
    bye = in_dialog("BYE", ok, hop=CARRIER, contact=f"sip:{EDGE}:5060;lr;m=m1")
    bye = bye.put("Route", ["<sip:m@10.0.0.1:5070>"])
    hop, sent = bench.request(CARRIER, bye)
    assert (hop, sent.uri) == (M1.hop, "sip:m@10.0.0.1:5070")
    assert sent.all("Route") == []


def test_a_bye_with_other_tags_ends_no_call() -> None:
    bench = Bench()
    ok = answered(bench)
    forged = request("BYE", f"sip:100@{EDGE}:5060", hop=STRANGER, to=f"<sip:100@{DOMAIN}>;tag=q")
    bench.hears(STRANGER, forged)
    assert bench.core.metrics()["calls_active"] == 1
    bench.request(CARRIER, in_dialog("BYE", ok, hop=CARRIER))
    assert bench.core.metrics()["calls_active"] == 0


def test_a_lost_bye_costs_its_place_only_until_the_expiry() -> None:
    bench = Bench(config(call_expiry=100.0, max_calls=1))
    ok = answered(bench)
    bench.walk(90)
    bench.request(CARRIER, in_dialog("INFO", ok, hop=CARRIER))  # it lives
    bench.walk(90)
    assert bench.code(CARRIER, request(call="c2")) == 503
    bench.walk(20)
    assert bench.told[-1] == CallOver("c1", "expired")
    bench.request(CARRIER, request(call="c3"))
    bench.walk(10_000)
    assert bench.core.next_timer() is None
    assert bench.core._edge.calls._calls == {}


def test_an_invite_without_an_end_expires() -> None:
    bench = Bench(config(ring_expiry=50.0))
    _, sent = bench.request(CARRIER, request())
    bench.response(M1.hop, reply(sent, 180))
    bench.walk(51)
    assert bench.told[-1] == CallOver("c1", "expired")


def test_a_refused_reinvite_ends_nothing() -> None:
    bench = Bench()
    ok = answered(bench)
    _, again = bench.request(CARRIER, in_dialog("INVITE", ok, hop=CARRIER))
    assert again.all("Record-Route") == []
    assert bench.response(M1.hop, reply(again, 488))[1].code == 488
    assert bench.core.metrics()["calls_active"] == 1


def test_a_media_process_in_no_dialog_is_told_so() -> None:
    lost = request("BYE", f"sip:x@{EDGE}:5060", hop=M1.hop, to="<sip:a@b>;tag=z")
    assert Bench().code(M1.hop, lost) == 481
