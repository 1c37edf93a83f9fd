"""What a media process sends: to a phone, to a trunk, to any SIP address, to a line of ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kernel.pace import Pace
from telephony.edge.config import Trunk
from telephony.edge.digest import parse_auth
from telephony.edge.events import MediaChanged, MediaDied, NeverSent, Undelivered
from telephony.edge.message import Request, Response
from telephony.edge.uri import Hop
from tests.unit.telephony.edge.bench import (
    CARRIER,
    DOMAIN,
    EDGE,
    M1,
    M2,
    PHONE,
    Bench,
    config,
    in_dialog,
    reply,
    request,
)

LOGIN = Trunk("carrier", CARRIER.host, user="acct", password="pw")


def place(uri: str, **more: object) -> Request:
    return request(uri=uri, hop=M1.hop, call="o1", sender="<sip:bot@h>;tag=m", **more)  # type: ignore[arg-type]


def test_to_a_phone_where_it_registered_from() -> None:
    bench = Bench()
    bench.register()
    hop, sent = bench.request(M1.hop, place(f"sip:7001@{EDGE}:5060"))
    assert hop == PHONE
    assert sent.uri == "sip:7001@192.168.1.20:5060"
    assert sent.get("Record-Route") == (
        f"<sip:{EDGE}:5060;lr;m=m1;f=udp-{PHONE.host}-{PHONE.port}>"
    )
    ok = bench.response(PHONE, reply(sent, 200, contact="<sip:7001@192.168.1.20:5060>"))[1]
    bye = in_dialog("BYE", ok, hop=M1.hop, contact="sip:7001@192.168.1.20:5060")
    bye = bye.put("Route", ok.all("Record-Route"))
    assert bench.request(M1.hop, bye)[0] == PHONE


def test_of_several_phones_the_newest() -> None:
    bench = Bench()
    bench.register()
    newer = Hop("udp", "203.0.113.8", 5060)
    bench.walk(1)
    bench.register(hop=newer, contact="<sip:7001@192.168.1.30>", call="r2")
    bench.walk(1)
    bench.register(cseq=5)  # the older one refreshes
    assert bench.request(M1.hop, place(f"sip:7001@{DOMAIN}"))[0] == newer


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        (f"sip:7001@{DOMAIN}", 480),
        (f"sip:nobody@{DOMAIN}", 404),
        (f"sip:{DOMAIN}", 404),
        ("urn:service:sos", 416),
    ],
)
def test_to_nobody(uri: str, code: int) -> None:
    assert Bench().code(M1.hop, place(uri)) == code


def test_without_a_trunk_no_number() -> None:
    assert Bench(config(trunks=())).code(M1.hop, place("tel:+3906")) == 404


@pytest.mark.parametrize(
    ("uri", "hop", "wanted"),
    [
        ("sip:x@far.example;transport=tcp", Hop("tcp", "far.example", 5060), None),
        (f"sip:+39061@{EDGE}:5060", CARRIER, f"sip:+39061@{CARRIER.host}"),
        (f"sip:0800%23@{DOMAIN}", CARRIER, f"sip:0800%23@{CARRIER.host}"),
        ("tel:+39061", CARRIER, f"sip:+39061@{CARRIER.host}"),
        (f"sip:5@{CARRIER.host}", CARRIER, None),
    ],
)
def test_to_the_world(uri: str, hop: Hop, wanted: str | None) -> None:
    there, sent = Bench().request(M1.hop, place(uri))
    assert (there, sent.uri) == (hop, wanted or uri)
    assert sent.get("X-Request-URI") is None


def test_a_trunk_that_only_takes_calls_in_carries_none_out() -> None:
    local = Trunk("local", "", sources=("127.0.0.0/8",))
    bench = Bench(config(trunks=(local, LOGIN)))
    assert bench.request(M1.hop, place("tel:+39061"))[0] == LOGIN.hop
    assert Bench(config(trunks=(local,))).code(M1.hop, place("tel:+39061")) == 404


def test_what_names_no_trunk_does_not_go_to_one_for_rehearsals() -> None:
    played = Trunk("loop", "127.0.0.1", 5080, rehearsal=True)
    bench = Bench(config(trunks=(played, LOGIN)))
    assert bench.request(M1.hop, place("tel:+39061"))[0] == LOGIN.hop
    assert Bench(config(trunks=(played,))).code(M1.hop, place("tel:+39061")) == 404


def test_the_default_trunk_may_be_named() -> None:
    other = Trunk("other", "192.0.2.200", 5080)
    bench = Bench(config(trunks=(LOGIN, other), default_trunk="other"))
    hop, sent = bench.request(M1.hop, place("tel:+39061"))
    assert (hop, sent.uri) == (other.hop, "sip:+39061@192.0.2.200:5080")


def test_a_media_process_may_name_the_trunk_and_its_attempt_goes_out_with_the_call() -> None:
    other = Trunk("other", "192.0.2.200", 5080)
    bench = Bench(config(trunks=(LOGIN, other)))
    wishes = [("X-Centralino-Trunk", "other"), ("X-Centralino-Attempt", "att-1")]
    call = place("tel:+39061")
    call = replace(call, headers=(*call.headers, *wishes))
    hop, sent = bench.request(M1.hop, call)
    assert hop == other.hop
    assert sent.get("X-Centralino-Attempt") == "att-1"
    assert sent.get("X-Centralino-Trunk") is None
    nowhere = [("X-Centralino-Trunk", "gone")]
    call = place("tel:+39062")
    bench = Bench(config(trunks=(LOGIN, other)))
    assert bench.code(M1.hop, replace(call, headers=(*call.headers, *nowhere))) == 503


def test_a_line_of_ours_is_called_like_any_caller() -> None:
    bench = Bench(config(media=(M2,)))
    bench2 = Bench(config(media=(M1, M2)))
    assert bench.core.metrics()["calls_active"] == 0
    hop, sent = bench2.request(M1.hop, place(f"sip:100@{DOMAIN}"))
    assert dict(sent.headers)["X-Centralino-Source"] == "m1"
    assert bench2.request(M1.hop, place(f"sip:100@{DOMAIN}")) == (hop, sent)
    ok = bench2.response(hop, reply(sent, 200))[1]
    bye = in_dialog("BYE", ok, hop=M1.hop)
    assert bench2.request(M1.hop, bye)[0] == hop
    assert bench2.core.metrics()["calls_active"] == 0


def test_a_repeat_of_an_outbound_invite_takes_the_same_way() -> None:
    bench = Bench()
    bench.register()
    first = bench.request(M1.hop, place(f"sip:7001@{DOMAIN}"))
    bench.register(hop=Hop("udp", "203.0.113.8", 5060), contact="<sip:7001@h>", call="r2")
    assert bench.request(M1.hop, place(f"sip:7001@{DOMAIN}")) == first


def test_cancel_and_the_ack_of_a_refusal_follow() -> None:
    bench = Bench()
    uri = f"sip:39061@{DOMAIN}"
    _, sent = bench.request(M1.hop, place(uri))
    cancel = request("CANCEL", uri, hop=M1.hop, call="o1", sender="<sip:bot@h>;tag=m")
    hop, cancelled = bench.request(M1.hop, cancel)
    assert (hop, cancelled.uri, cancelled.all("Via")[0]) == (
        CARRIER, sent.uri, sent.all("Via")[0],
    )  # fmt: skip
    bench.response(CARRIER, reply(sent, 487))
    ack = request(
        "ACK", uri, hop=M1.hop, call="o1", sender="<sip:bot@h>;tag=m", to="<sip:1@h>;tag=b"
    )
    hop, acked = bench.request(M1.hop, ack)
    assert (hop, acked.uri, acked.all("Via")[0]) == (CARRIER, sent.uri, sent.all("Via")[0])
    assert bench.code(M1.hop, request("CANCEL", uri, hop=M1.hop, call="none")) == 481


def test_what_cannot_be_delivered_is_503() -> None:
    bench = Bench()
    _, sent = bench.request(M1.hop, place("sip:x@far.example;transport=tcp"))
    (back,) = bench.tell(Undelivered(sent))
    assert isinstance(back.message, Response)
    assert (back.to, back.message.code) == (M1.hop, 503)
    assert bench.tell(Undelivered(back.message)) == []


def test_other_requests_of_a_media_process_are_forwarded() -> None:
    bench = Bench()
    bench.register()
    asked = request("OPTIONS", f"sip:7001@{DOMAIN}", hop=M1.hop, call="o9")
    assert bench.request(M1.hop, asked)[0] == PHONE
    assert bench.code(M1.hop, request("OPTIONS", f"sip:{EDGE}:5060", hop=M1.hop)) == 200
    assert bench.code(M1.hop, request("MESSAGE", f"sip:100@{DOMAIN}", hop=M1.hop)) == 404


# A carrier that asks for a login.

CHALLENGE = 'Digest realm="carrier.example", nonce="n1", qop="auth,auth-int", algorithm=MD5'
NUMBER = f"sip:+39061@{DOMAIN}"


def challenge(sent: Request, code: int = 407, text: str = CHALLENGE) -> Response:
    name = "Proxy-Authenticate" if code == 407 else "WWW-Authenticate"
    return reply(sent, code, tag="ch", headers=[(name, text)])


@pytest.mark.parametrize(("code", "header"), [(401, "Authorization"), (407, "Proxy-Authorization")])
def test_a_challenge_is_answered_for_the_media_process(code: int, header: str) -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    _, first = bench.request(M1.hop, place(NUMBER))
    ack, again = bench.hears(CARRIER, challenge(first, code))
    assert isinstance(ack.message, Request) and isinstance(again.message, Request)
    assert (ack.message.method, ack.message.cseq) == ("ACK", (1, "ACK"))
    assert ack.message.all("Via") == first.all("Via")[:1]
    assert ack.message.tag("To") == "ch"
    given = parse_auth(again.message.get(header) or "")
    assert (given["username"], given["uri"]) == ("acct", first.uri)
    assert again.message.cseq == (2, "INVITE")
    assert again.message.all("Via")[0] != first.all("Via")[0]
    assert again.message.all("Via")[1:] == first.all("Via")[1:]
    assert ";cs=1>" in (again.message.get("Record-Route") or "")


def login(bench: Bench) -> Request:
    """A call that was challenged; the INVITE that the carrier accepts."""
    _, first = bench.request(M1.hop, place(NUMBER))
    _, again = bench.hears(CARRIER, challenge(first))
    assert isinstance(again.message, Request)
    return again.message


def test_cseq_stays_true_on_both_sides() -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    second = login(bench)
    hop, ok = bench.response(CARRIER, reply(second, 200, contact="<sip:s@192.0.2.9>"))
    assert (hop, ok.cseq) == (M1.hop, (1, "INVITE"))

    def later(method: str, cseq: int) -> Request:
        made = in_dialog(method, ok, hop=M1.hop, cseq=cseq, contact="sip:s@192.0.2.9")
        return made.put("Route", ok.all("Record-Route"))

    hop, ack = bench.request(M1.hop, later("ACK", 1))
    assert (hop, ack.cseq) == (CARRIER, (2, "ACK"))
    for edge in (bench, Bench(config(trunks=(LOGIN,)))):  # the second one was restarted
        hop, bye = edge.request(M1.hop, later("BYE", 2))
        assert (hop, bye.cseq) == (CARRIER, (3, "BYE"))
        assert edge.response(CARRIER, reply(bye, 200))[1].cseq == (2, "BYE")
    rack = later("PRACK", 4).below(("RAck", "7 1 INVITE"))
    assert bench.request(M1.hop, rack)[1].get("RAck") == "7 2 INVITE"


def test_a_later_request_may_be_challenged_too() -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    _, ok = bench.response(CARRIER, reply(login(bench), 200, contact="<sip:s@192.0.2.9>"))
    bye = in_dialog("BYE", ok, hop=M1.hop, cseq=2, contact="sip:s@192.0.2.9")
    _, sent = bench.request(M1.hop, bye.put("Route", ok.all("Record-Route")))
    _, again = bench.request(CARRIER, challenge(sent))
    assert again.cseq == (4, "BYE")
    assert again.get("Proxy-Authorization") is not None
    assert bench.response(CARRIER, reply(again, 200))[1].cseq == (2, "BYE")


def test_repeats_of_the_media_process_repeat_the_last_try() -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    second = login(bench)
    assert bench.request(M1.hop, place(NUMBER))[1] == second


def test_a_lost_second_try_is_repeated_by_us_until_an_answer() -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    second = login(bench)
    assert [one.message for one in bench.walk(4)] == [second] * 3
    bench.response(CARRIER, reply(second, 180))
    assert bench.walk(60) == []


def test_a_carrier_that_never_answers_is_not_asked_for_ever() -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    login(bench)
    assert len(bench.walk(1000)) == 6


def test_a_repeat_of_the_challenge_changes_nothing() -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    _, first = bench.request(M1.hop, place(NUMBER))
    bench.hears(CARRIER, challenge(first))
    assert bench.hears(CARRIER, challenge(first)) == []


@pytest.mark.parametrize("text", [CHALLENGE, "Digest realm=x, nonce=y, algorithm=AKA"])
def test_credentials_that_are_refused_are_403_to_the_media_process(text: str) -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    second = login(bench)
    hop, refused = bench.response(CARRIER, challenge(second, text=text))
    assert (hop, refused.code) == (M1.hop, 403)
    assert refused.get("Proxy-Authenticate") is None
    ack = request("ACK", NUMBER, hop=M1.hop, call="o1", sender="<sip:bot@h>;tag=m",
                  to=refused.get("To") or "")  # fmt: skip
    _, sent = bench.request(M1.hop, ack)
    assert sent.cseq == (2, "ACK")
    assert sent.all("Via")[0] == second.all("Via")[0]


def test_a_stale_nonce_is_no_refusal() -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    second = login(bench)
    assert len(bench.hears(CARRIER, challenge(second, text=CHALLENGE + ", stale=true"))) == 2


def test_cancel_after_a_challenge_cancels_the_try_that_counts() -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    second = login(bench)
    cancel = request("CANCEL", NUMBER, hop=M1.hop, call="o1", sender="<sip:bot@h>;tag=m")
    _, sent = bench.request(M1.hop, cancel)
    assert sent.cseq == (2, "CANCEL")
    assert sent.all("Via")[0] == second.all("Via")[0]
    assert bench.response(CARRIER, reply(sent, 200))[1].cseq == (1, "CANCEL")


def test_a_cancelled_call_is_not_tried_again() -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    _, first = bench.request(M1.hop, place(NUMBER))
    bench.request(
        M1.hop, request("CANCEL", NUMBER, hop=M1.hop, call="o1", sender="<sip:bot@h>;tag=m")
    )
    assert bench.response(CARRIER, challenge(first))[1].code == 403


def test_the_challenge_of_somebody_else_is_passed_on() -> None:
    bench = Bench()
    _, first = bench.request(M1.hop, place("sip:x@192.0.2.77"))
    assert bench.response(Hop("udp", "192.0.2.77", 5060), challenge(first))[1].code == 407
    again = place("sip:x@192.0.2.77", branch="b2", cseq=2)
    bench.request(M1.hop, again)
    assert bench.core.metrics()["dialogs_m1"] == 1


FAST = Trunk("carrier", CARRIER.host, max_cps=20.0)


def called(number: int, hop: Hop = M1.hop) -> Request:
    """A campaign's call, as a media process places it."""
    return request(
        uri=f"sip:+390{number}@{EDGE}:5060", hop=hop, call=f"o{number}", branch=f"b{number}",
        sender="<sip:bot@h>;tag=m", headers=[("X-Centralino-Attempt", f"a{number}")],
    )  # fmt: skip


def test_calls_that_come_at_once_leave_one_by_one_at_the_pace_of_their_trunk() -> None:
    bench, at = Bench(config(trunks=(FAST,))), list[float]()
    for number in range(60):
        at += [bench.clock.now()] * len(bench.hears(M1.hop, called(number)))
    for _ in range(800):
        bench.clock.advance(0.007)  # the timer is late
        bench.core.handle_timer(bench.clock.now())
        at += [bench.clock.now()] * len(bench.sends())
    assert len(at) == 60
    assert max(sum(one <= other < one + 1.0 for other in at) for one in at) <= 21


def test_who_waits_for_a_turn_is_sent_once_and_repeats_go_when_it_has_left() -> None:
    bench = Bench(config(trunks=(replace(FAST, user="acct", password="pw"),)))
    assert len(bench.hears(M1.hop, called(1))) == 1
    assert not bench.hears(M1.hop, called(2)) and not bench.hears(M1.hop, called(2))
    (left,) = bench.walk(0.1)
    assert isinstance(left.message, Request) and left.message.call_id == "o2"
    assert len(bench.hears(M1.hop, called(2))) == 1


def test_who_calls_for_no_campaign_waits_for_no_pace() -> None:
    bench = Bench(config(trunks=(replace(FAST, max_cps=0.1),)))
    bench.hears(M1.hop, called(1))
    assert bench.request(M1.hop, place(f"sip:+3906@{EDGE}:5060"))[1].method == "INVITE"


def test_whoever_waits_too_long_for_a_turn_is_told_and_never_sent() -> None:
    bench = Bench(config(trunks=(FAST,)))
    for number in range(150):  # 7.5 s at this pace
        bench.hears(M1.hop, called(number))
    sent = bench.walk(20.0)
    left = [one.message.call_id for one in sent if isinstance(one.message, Request)]
    told = [one for one in sent if isinstance(one.message, Response)]
    assert {(one.to, one.message.code) for one in told if isinstance(one.message, Response)} == {
        (M1.hop, 503)
    }
    assert not {one.message.call_id for one in told} & set(left)
    assert len(left) + len(told) == 149 and len(left) > 90  # the first went at once
    assert not bench.hears(M1.hop, called(149))  # a repeat, of one that was told
    assert bench.core.metrics()["dialogs_m1"] == len(left) + 1


def test_turns_that_are_late_again_and_again_let_no_queue_grow() -> None:
    """Those who decide are late as well, and catch up with a tenth of a second."""
    bench, decides = Bench(config(trunks=(FAST,))), Pace(FAST.max_cps, 0.1)
    waits, came = list[float](), dict[str, float]()
    for step in range(4000):
        bench.clock.advance(0.06 if step % 20 == 0 else 0.005)
        now = bench.clock.now()
        bench.core.handle_timer(now)
        sends = bench.sends()
        while decides.ready_at() <= now:
            decides.take(now)
            came[f"o{len(came)}"] = now
            sends += bench.hears(M1.hop, called(len(came) - 1))
        waits += [now - came[one.message.call_id] for one in sends]
    assert len(waits) > 500 and max(waits) <= 0.2


def test_what_waits_for_a_process_that_died_never_goes_and_is_told() -> None:
    bench = Bench(config(media=(M1, M2), trunks=(FAST,)))
    bench.hears(M1.hop, called(1))
    bench.hears(M1.hop, called(2))
    bench.hears(M2.hop, called(3, M2.hop))
    bench.tell(MediaDied("m1"))
    bench.hears(M1.hop, called(4))  # sent before it died, and read after it
    assert [one.attempt for one in bench.told if isinstance(one, NeverSent)] == ["a2", "a4"]
    bench.tell(MediaChanged("m1", up=True))
    sent = [one.message for one in bench.walk(1.0)]
    assert [one.call_id for one in sent if isinstance(one, Request)] == ["o3"]
    assert len(bench.hears(M1.hop, called(5))) == 1
    assert bench.core.metrics()["dialogs_m1"] == 2  # 1 and 5


def test_nor_does_it_go_where_nothing_waits() -> None:
    bench = Bench()  # its trunk has no pace
    bench.hears(M1.hop, called(1))
    bench.tell(MediaDied("m1"))
    (refused,) = bench.hears(M1.hop, called(2))
    assert isinstance(refused.message, Response) and refused.to == M1.hop
    (repeated,) = bench.hears(M1.hop, called(1))  # sent before it died, read after it
    assert isinstance(repeated.message, Request)
    assert [one.attempt for one in bench.told if isinstance(one, NeverSent)] == ["a2"]
