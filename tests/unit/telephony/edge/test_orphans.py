"""Calls whose media process died with them."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.edge.config import Trunk
from telephony.edge.events import CallOver, MediaChanged, MediaDied, Send
from telephony.edge.message import Request, Response
from telephony.edge.uri import Hop
from tests.unit.telephony.edge.bench import (
    CARRIER,
    EDGE,
    M1,
    M2,
    Bench,
    config,
    in_dialog,
    reply,
    request,
)
from tests.unit.telephony.edge.test_outbound import LOGIN, challenge

CALLED = f"<sip:callee@{CARRIER.host}:5061>"


def placed(bench: Bench, attempt: str = "a1") -> Request:
    """Its INVITE, as the carrier gets it."""
    headers = [("X-Centralino-Attempt", attempt)] if attempt else []
    uri = f"sip:+39061@{EDGE}:5060"
    sender = "<sip:bot@h>;tag=m"
    return bench.request(M1.hop, request(uri=uri, hop=M1.hop, sender=sender, headers=headers))[1]


def outside(sends: list[Send]) -> list[Request]:
    """What goes to the carrier, and not to the process that is gone."""
    messages = [one.message for one in sends if one.to.host == CARRIER.host]
    return [one for one in messages if isinstance(one, Request)]


def test_what_rings_is_cancelled_and_its_end_acknowledged() -> None:
    bench = Bench()
    sent = placed(bench)
    bench.hears(CARRIER, reply(sent, 180))
    (cancel,) = outside(bench.tell(MediaDied("m1")))
    assert (cancel.method, cancel.uri, cancel.cseq) == ("CANCEL", sent.uri, (1, "CANCEL"))
    assert cancel.all("Via")[0] == sent.all("Via")[0]
    (ack,) = outside(bench.hears(CARRIER, reply(sent, 487)))
    assert (ack.method, ack.tag("To"), ack.all("Via")[0]) == ("ACK", "b", sent.all("Via")[0])
    assert bench.core.metrics()["dialogs_m1"] == 0


def test_what_was_not_heard_of_yet_is_cancelled_when_it_rings() -> None:
    bench = Bench()
    sent = placed(bench)
    assert not outside(bench.tell(MediaDied("m1")))
    assert not outside(bench.hears(CARRIER, reply(sent, 100)))
    assert [one.method for one in outside(bench.hears(CARRIER, reply(sent, 183)))] == ["CANCEL"]


def test_who_answers_then_hears_no_silence() -> None:
    bench = Bench()
    sent = placed(bench)
    bench.tell(MediaDied("m1"))
    ack, bye = outside(bench.hears(CARRIER, reply(sent, 200, contact=CALLED)))
    assert (ack.cseq, bye.cseq) == ((1, "ACK"), (1001, "BYE"))
    assert {one.uri for one in (ack, bye)} == {CALLED.strip("<>")}
    assert ack.tag("To") == bye.tag("To") == "b" and not bye.all("Route")


def test_who_is_in_the_call_is_told_that_it_is_over_also_where_the_trunk_has_a_login() -> None:
    bench = Bench(config(trunks=(Trunk("carrier", CARRIER.host, user="acct", password="pw"),)))
    sent = placed(bench)
    bench.hears(CARRIER, reply(sent, 200, contact=CALLED))
    (bye,) = outside(bench.tell(MediaDied("m1")))
    assert (bye.method, bye.call_id) == ("BYE", "c1")
    assert bench.core.metrics()["dialogs_m1"] == 0


def let_in(bench: Bench, source: Hop = CARRIER, **asked: Any) -> Request:
    """A caller's INVITE, as the process gets it."""
    return bench.request(source, request(hop=source, **asked))[1]


def test_a_caller_whose_call_is_up_hears_that_it_is_over_and_may_call_again() -> None:
    bench = Bench()
    bench.hears(M1.hop, reply(let_in(bench), 200))
    (bye,) = outside(bench.tell(MediaDied("m1")))
    assert (bye.method, bye.uri, bye.cseq) == ("BYE", f"sip:x@{CARRIER.host}:5060", (1001, "BYE"))
    assert (bye.tag("From"), bye.tag("To"), bye.all("Route")) == ("b", "a", [])
    assert CallOver("c1", "hungup") in bench.told
    assert bench.core.metrics()["dialogs_m1"] == 0


def test_the_end_is_above_all_that_the_process_has_asked_of_the_caller() -> None:
    bench = Bench()
    answer = reply(let_in(bench), 200)
    bench.hears(M1.hop, answer)
    caller = f"sip:x@{CARRIER.host}:5060"
    asked = in_dialog("REFER", answer, hop=M1.hop, cseq=40_000, by_caller=False, contact=caller)
    bench.hears(M1.hop, asked)
    (bye,) = outside(bench.tell(MediaDied("m1")))
    assert bye.cseq == (41_000, "BYE")


def test_a_caller_is_told_the_way_on_which_the_call_came() -> None:
    bench, way = Bench(), f"<sip:{CARRIER.host};lr>"
    asked = let_in(bench, headers=[("Record-Route", way)], contact="<sip:a@phone.far.example>")
    bench.hears(M1.hop, reply(asked, 200))
    (bye,) = outside(bench.tell(MediaDied("m1")))
    assert (bye.uri, bye.all("Route")) == ("sip:a@phone.far.example", [way])


def test_a_caller_behind_nat_is_told_where_the_call_came_from() -> None:
    bench = Bench()
    bench.hears(M1.hop, reply(let_in(bench, contact="<sip:a@10.1.1.1:5062>"), 200))
    (bye,) = outside(bench.tell(MediaDied("m1")))
    assert bye.uri == "sip:a@10.1.1.1:5062"


@pytest.mark.parametrize("heard", [(), (100,), (100, 180)])
def test_a_caller_who_is_not_answered_yet_need_not_wait(heard: tuple[int, ...]) -> None:
    bench = Bench()
    asked = let_in(bench)
    for code in heard:
        bench.hears(M1.hop, reply(asked, code))
    (refusal,) = bench.tell(MediaDied("m1"))
    assert isinstance(refusal.message, Response) and refusal.to == CARRIER
    assert (refusal.message.code, refusal.message.cseq) == (503, (1, "INVITE"))
    assert not bench.walk(60), "and nothing more is sent"


def test_a_phone_that_was_called_is_free_again() -> None:
    bench = Bench()
    sent = placed(bench, attempt="")
    bench.hears(CARRIER, reply(sent, 200, contact=CALLED))
    assert [one.method for one in outside(bench.tell(MediaDied("m1")))] == ["BYE"]


@pytest.mark.parametrize(("code", "told"), [(180, "CANCEL"), (200, "BYE")])
def test_another_process_that_it_had_called_is_left(code: int, told: str) -> None:
    bench = Bench(config(media=(M1, M2)))
    bench.tell(MediaChanged("m1", False))  # so that the other takes it
    to, asked = bench.request(M1.hop, request(hop=M1.hop))
    bench.hears(M2.hop, reply(asked, code, contact="<sip:m@10.0.0.2:5070>"))
    (send,) = bench.tell(MediaDied("m1"))
    assert isinstance(send.message, Request) and send.to == to == M2.hop
    assert (send.message.method, send.message.tag("From")) == (told, "a")
    assert send.message.tag("To") == ("b" if told == "BYE" else "")
    assert (send.message.all("Via")[0] == asked.all("Via")[0]) is (told == "CANCEL")
    assert not send.message.all("Route")
    if told == "BYE":
        assert bench.core.metrics()["dialogs_m2"] == 0


def test_an_answer_that_cannot_be_read_is_counted() -> None:
    bench = Bench()
    sent = placed(bench)
    bench.hears(CARRIER, reply(sent, 200, contact='"<'))
    assert not outside(bench.tell(MediaDied("m1")))
    assert bench.core.metrics()["malformed"] == 1


def test_no_login_is_sent_for_nobody() -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    sent = placed(bench)
    bench.tell(MediaDied("m1"))
    (ack,) = outside(bench.hears(CARRIER, challenge(sent)))
    assert (ack.cseq, ack.tag("To")) == ((1, "ACK"), "ch")
    assert ack.all("Via")[0] == sent.all("Via")[0]
    assert not outside(bench.walk(10)) and bench.core.metrics()["dialogs_m1"] == 0


def test_a_try_with_a_login_is_not_repeated_and_cancelled_when_it_rings() -> None:
    bench = Bench(config(trunks=(LOGIN,)))
    first = placed(bench)
    _, second = outside(bench.hears(CARRIER, challenge(first)))
    bench.tell(MediaDied("m1"))
    assert not outside(bench.walk(10))
    assert not outside(bench.hears(CARRIER, challenge(first))), "a repeat: it was acknowledged"
    (cancel,) = outside(bench.hears(CARRIER, reply(second, 180)))
    assert (cancel.cseq, cancel.all("Via")[0]) == ((2, "CANCEL"), second.all("Via")[0])
    (ack,) = outside(bench.hears(CARRIER, reply(second, 487)))
    assert (ack.cseq, ack.all("Via")[0]) == ((2, "ACK"), second.all("Via")[0])
