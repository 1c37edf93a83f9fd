"""New calls from outside."""

from __future__ import annotations

import pytest

from telephony.edge.config import Trunk
from telephony.edge.digest import Login, answer
from telephony.edge.events import (
    CallAdmitted,
    CallOver,
    CallRefused,
    DrainAsked,
    LinesChanged,
    MediaChanged,
    MediaSilent,
    RoomChanged,
)
from telephony.edge.message import Request
from telephony.edge.state import HOLDS
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
    reply,
    request,
)


def test_a_call_from_a_trunk_goes_to_a_media_process() -> None:
    bench = Bench()
    hop, sent = bench.request(CARRIER, request(uri=f"sip:100@{DOMAIN};x=y"))
    assert hop == M1.hop
    assert sent.uri == "sip:100@10.0.0.1:5070"
    assert sent.get("X-Request-URI") == f"sip:100@{DOMAIN};x=y"
    assert sent.get("Max-Forwards") == "69"
    assert sent.get("Record-Route") == f"<sip:{EDGE}:5060;lr;m=m1>"
    assert sent.all("Via")[0].startswith(f"SIP/2.0/UDP {EDGE}:5060;rport;branch=z9hG4bK")
    assert dict(sent.headers)["X-Centralino-Source"] == "carrier"
    assert dict(sent.headers)["X-Centralino-Line"] == "100"
    assert sent.body == request().body
    assert bench.told == [CallAdmitted("c1", "carrier", "100", "m1")]


def test_headers_that_only_we_set_are_taken_from_strangers() -> None:
    lies = [("X-Centralino-Source", "boss"), ("x-request-uri", "sip:1@h"), ("X-Mine", "stays")]
    _, sent = Bench().request(CARRIER, request(headers=lies))
    found = [(n, v) for n, v in sent.headers if n.lower().startswith("x-")]
    assert found == [
        ("X-Mine", "stays"),
        ("X-Request-URI", f"sip:100@{DOMAIN}"),
        ("X-Centralino-Source", "carrier"),
        ("X-Centralino-Line", "100"),
    ]


@pytest.mark.parametrize(
    ("source", "code", "reason"),
    [
        (STRANGER, 403, "untrusted"),
        (Hop("tcp", "192.0.2.15", 33_000), None, None),  # anywhere in the carrier's network
        (Hop("udp", "192.0.2.16", 5060), 403, "untrusted"),
    ],
)
def test_a_source_that_nobody_vouches_for(
    source: Hop, code: int | None, reason: str | None
) -> None:
    bench = Bench()
    (send,) = bench.hears(source, request(hop=source))
    if code is None:
        assert isinstance(send.message, Request)
    else:
        assert not isinstance(send.message, Request)
        assert (send.to, send.message.code) == (source, code)
        assert bench.told == [CallRefused(403, str(reason))]


@pytest.mark.parametrize(
    ("uri", "default", "code"),
    [
        (f"sip:999@{DOMAIN}", None, 404),
        (f"sip:{DOMAIN}", None, 404),
        (f"sip:999@{DOMAIN}", "100", None),
        ("tel:100", None, None),
        ("sip:100;isub=1@somewhere.else:9", None, None),
    ],
)
def test_the_dialled_number_decides(uri: str, default: str | None, code: int | None) -> None:
    bench = Bench(config(default_line=default))
    (send,) = bench.hears(CARRIER, request(uri=uri))
    assert getattr(send.message, "code", None) == code


def test_lines_may_change() -> None:
    bench = Bench()
    bench.tell(LinesChanged(frozenset({"200"})))
    assert bench.code(CARRIER, request()) == 404
    bench.request(CARRIER, request(uri=f"sip:200@{DOMAIN}", call="c2"))


def test_full_is_503_for_exactly_the_surplus() -> None:
    bench = Bench(config(media=(M1, M2)))
    got = [bench.hears(CARRIER, request(call=f"c{i}", branch=f"b{i}"))[0] for i in range(5)]
    refused = [one.message for one in got if not isinstance(one.message, Request)]
    assert len(refused) == 2
    assert all((one.code, one.get("Retry-After")) == (503, "7") for one in refused)
    assert bench.core.metrics()["calls_active"] == 3


def test_draining_refuses_new_calls_and_keeps_old_ones() -> None:
    bench = Bench()
    first = request()
    bench.request(CARRIER, first)
    bench.tell(DrainAsked())
    assert bench.code(CARRIER, request(call="c2", branch="b2")) == 503
    bench.request(CARRIER, first)  # a repeat of the one that was let in
    _, options = bench.response(CARRIER, request("OPTIONS", f"sip:{DOMAIN}", call="o"))
    assert (options.code, options.get("Retry-After")) == (503, "7")


def test_a_process_that_is_down_gets_nothing() -> None:
    bench = Bench(config(media=(M1, M2), max_calls=99))
    bench.tell(MediaChanged("m1", up=False))
    for i in range(8):
        assert bench.request(CARRIER, request(call=f"c{i}"))[0] == M2.hop
    bench.tell(MediaChanged("m2", up=False))
    assert bench.code(CARRIER, request(call="last")) == 503
    bench.tell(MediaChanged("m1", up=True))
    assert bench.request(CARRIER, request(call="again"))[0] == M1.hop


def test_a_process_without_room_gets_nothing_until_it_has_some() -> None:
    bench = Bench(config(media=(M1, M2), max_calls=99))
    bench.tell(RoomChanged("m1", 2))
    bench.tell(RoomChanged("m2", 0))
    for i in range(2):
        assert bench.request(CARRIER, request(call=f"c{i}"))[0] == M1.hop
    _, refused = bench.response(CARRIER, request(call="third"))
    assert (refused.code, refused.get("Retry-After")) == (503, "7")
    assert CallRefused(503, "no_room") in bench.told
    bench.tell(RoomChanged("m2", 1))
    assert bench.request(CARRIER, request(call="fourth"))[0] == M2.hop


def test_who_has_not_said_lately_that_it_is_full_is_not() -> None:
    bench = Bench(config(max_calls=99))
    bench.tell(RoomChanged("m1", 0))
    assert bench.code(CARRIER, request(call="refused")) == 503
    bench.clock.advance(HOLDS + 0.1)
    assert bench.request(CARRIER, request(call="let in"))[0] == M1.hop


def test_an_emergency_line_is_never_refused_for_lack_of_room() -> None:
    lines = frozenset({"100", "911"})
    bench = Bench(config(lines=lines, emergency=frozenset({"911"}), max_calls=2))
    bench.tell(RoomChanged("m1", 0))
    assert bench.code(CARRIER, request(call="usual")) == 503
    for i in range(2):
        urgent = request(uri=f"sip:911@{DOMAIN}", call=f"urgent{i}")
        assert bench.request(CARRIER, urgent)[0] == M1.hop
    beyond = request(uri=f"sip:911@{DOMAIN}", call="beyond all count")
    assert bench.code(CARRIER, beyond) == 503


def test_a_repeat_takes_the_same_way_and_counts_once() -> None:
    bench = Bench(config(media=(M1, M2)))
    first = bench.request(CARRIER, request())
    assert bench.request(CARRIER, request()) == first
    assert bench.core.metrics()["admitted"] == 1
    assert bench.code(CARRIER, request(branch="other")) == 482


def test_the_repeat_of_a_refusal_is_refused_though_there_is_room_now() -> None:
    bench = Bench(config(max_calls=1))
    _, sent = bench.request(CARRIER, request())
    late = request(call="c2", branch="b2")
    assert bench.code(CARRIER, late) == 503
    bench.response(M1.hop, reply(sent, 486))
    assert bench.code(CARRIER, late) == 503
    bench.walk(33)
    bench.request(CARRIER, late)


def test_488_and_its_like_are_passed_on() -> None:
    bench = Bench()
    _, sent = bench.request(CARRIER, request())
    hop, answer_ = bench.response(M1.hop, reply(sent, 488))
    assert (hop, answer_.code) == (CARRIER, 488)
    assert answer_.all("Via") == request().all("Via")
    assert bench.told[-1] == CallOver("c1", "declined")
    # The ACK of it follows the INVITE, under the same branch; it is not a new request.
    acknowledged = request("ACK", to=f"<sip:100@{DOMAIN}>;tag=b")
    hop, ack = bench.request(CARRIER, acknowledged)
    assert hop == M1.hop
    assert ack.all("Via")[0] == sent.all("Via")[0]
    assert ack.uri == sent.uri


def test_the_ack_of_our_own_refusal_ends_here() -> None:
    bench = Bench()
    _, refusal = bench.response(STRANGER, request(hop=STRANGER))
    ack = request("ACK", hop=STRANGER, to=refusal.get("To") or "")
    assert bench.hears(STRANGER, ack) == []


def test_cancel_follows_its_invite() -> None:
    bench = Bench()
    _, sent = bench.request(CARRIER, request())
    hop, cancel = bench.request(CARRIER, request("CANCEL"))
    assert hop == M1.hop
    assert (cancel.uri, cancel.all("Via")[0]) == (sent.uri, sent.all("Via")[0])
    assert bench.code(STRANGER, request("CANCEL", hop=STRANGER)) == 481
    assert bench.code(CARRIER, request("CANCEL", branch="other")) == 481
    assert bench.code(CARRIER, request("CANCEL", call="unknown")) == 481


def test_a_silent_media_process_costs_seconds_not_half_a_minute() -> None:
    bench = Bench()
    bench.request(CARRIER, request())
    (sent,) = bench.walk(7)
    assert not isinstance(sent.message, Request)
    assert (sent.to, sent.message.code, sent.message.get("Retry-After")) == (CARRIER, 503, "7")
    assert bench.told[-2:] == [MediaSilent("m1"), CallOver("c1", "declined")]
    assert bench.core.metrics()["calls_active"] == 0


def test_trying_is_an_answer() -> None:
    bench = Bench()
    _, sent = bench.request(CARRIER, request())
    bench.response(M1.hop, reply(sent, 100))
    assert bench.walk(60) == []


# Phones.


def phone_call(headers: list[tuple[str, str]], hop: Hop = PHONE, branch: str = "p1") -> Request:
    sender = f"<sip:7001@{DOMAIN}>;tag=p"
    return request(hop=hop, call="p", branch=branch, sender=sender, headers=headers)


def test_a_registered_phone_calls_from_its_address() -> None:
    bench = Bench()
    bench.register()
    _, sent = bench.request(PHONE, phone_call([]))
    assert dict(sent.headers)["X-Centralino-Source"] == "7001"


def test_a_phone_at_another_address_is_asked_for_its_password() -> None:
    bench = Bench()
    elsewhere = Hop("udp", PHONE.host, PHONE.port + 1)
    _, asked = bench.response(elsewhere, phone_call([], elsewhere))
    assert asked.code == 407
    values = asked.all("Proxy-Authenticate")

    def again(password: str, branch: str) -> Request:
        text = answer(values, Login("7001", password), "INVITE", f"sip:100@{DOMAIN}", "cn")
        return phone_call([("Proxy-Authorization", text or "")], elsewhere, branch)

    assert bench.code(elsewhere, again("wrong", "p2")) == 403
    _, sent = bench.request(elsewhere, again("secret", "p3"))
    assert sent.get("Proxy-Authorization") is None
    assert dict(sent.headers)["X-Centralino-Source"] == "7001"
    assert bench.request(elsewhere, again("secret", "p3"))[1] == sent


def test_two_phones_behind_one_address_are_told_apart_by_from() -> None:
    bench = Bench()
    bench.register("7001")
    bench.register("7002", "hidden", call="r2", contact="<sip:7002@192.168.1.21>")
    sender = f"<sip:7002@{DOMAIN}>;tag=p"
    _, sent = bench.request(PHONE, request(hop=PHONE, sender=sender))
    assert dict(sent.headers)["X-Centralino-Source"] == "7002"


def test_a_carrier_that_calls_our_contact_means_the_number_in_to() -> None:
    trunk = Trunk("carrier", CARRIER.host, user="acct", password="x", register=True)
    bench = Bench(config(trunks=(trunk,)))
    called = request(uri=f"sip:acct@{EDGE}", to=f"<sip:100@{DOMAIN}>")
    _, sent = bench.request(CARRIER, called)
    assert dict(sent.headers)["X-Centralino-Line"] == "100"
    assert bench.code(CARRIER, request(uri=f"sip:acct@{EDGE}", to="<sip:9@h>", call="c2")) == 404


def test_the_table_of_refusals_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.edge.inbound._MOST_REFUSED", 2)
    bench = Bench(config(max_calls=0))
    for i in range(5):
        assert bench.code(CARRIER, request(call=f"c{i}")) == 503
    assert len(bench.core._edge.refused) == 2
