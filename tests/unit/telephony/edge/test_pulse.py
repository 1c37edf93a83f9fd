"""Phones that are asked whether they live."""

from __future__ import annotations

from telephony.edge.events import (
    FlowClosed,
    PhoneDeaf,
    PhoneHeard,
    Registered,
    RestoreBindings,
    SaveBinding,
    Undelivered,
    Unregistered,
)
from telephony.edge.message import Request
from telephony.edge.uri import Hop
from tests.unit.telephony.edge.bench import M1, PHONE, Bench, config, reply, request

OTHER = Hop("udp", "203.0.113.9", 5062)
EVERY, PATIENCE = 30.0, 6.0


def bench(**changes: float) -> Bench:
    return Bench(config(options_every=EVERY, options_patience=PATIENCE, **changes))


def asked(house: Bench, seconds: float = EVERY) -> list[Request]:
    sends = [send for send in house.walk(seconds) if isinstance(send.message, Request)]
    assert all(send.message.method == "OPTIONS" for send in sends)  # type: ignore[union-attr]
    return [send.message for send in sends if isinstance(send.message, Request)]


def first(house: Bench) -> Request:
    """The next OPTIONS, at the moment at which it is sent."""
    for _ in range(int(10 * EVERY)):
        if sent := asked(house, 0.1):
            return sent[0]
    raise AssertionError("nobody was asked")


def deafened(house: Bench) -> None:
    """Until the first OPTIONS has been given up."""
    first(house)
    asked(house, PATIENCE)


def news(house: Bench) -> list[object]:
    told: list[object] = [x for x in house.told if isinstance(x, PhoneDeaf | PhoneHeard)]
    house.told.clear()
    return told


def test_a_phone_is_asked_where_it_is_and_any_response_will_do() -> None:
    house = bench()
    house.register()
    ask = first(house)
    assert ask.uri == "sip:7001@192.168.1.20:5060"
    assert ask.get("Max-Forwards") == "70"
    for code in (200, 404, 486, 501):
        assert house.hears(PHONE, reply(ask, code)) == []
        ask = first(house)
    assert news(house) == []
    assert ask.cseq == (5, "OPTIONS")


def test_one_that_leaves_it_unanswered_is_deaf_until_it_is_heard() -> None:
    house = bench()
    house.register()
    ask = first(house)
    assert asked(house, PATIENCE) == [ask, ask, ask]  # timer E: after 0.5, 1.5 and 3.5 s
    assert news(house) == [PhoneDeaf("7001")]
    (later, *_) = asked(house, 10.0)  # sooner than one that lives
    house.hears(PHONE, reply(later, 200))
    assert news(house) == [PhoneHeard("7001")]


def test_whatever_comes_from_a_deaf_phone_is_a_sign_of_life() -> None:
    house = bench()
    house.register()
    deafened(house)
    house.hears(OTHER, b"\r\n\r\n")
    assert news(house) == [PhoneDeaf("7001")]
    house.hears(PHONE, b"\r\n\r\n")
    assert news(house) == [PhoneHeard("7001")]


def test_one_that_registers_anew_lives_wherever_it_is_now() -> None:
    house = bench()
    house.register()
    deafened(house)
    news(house)
    house.register(hop=OTHER, cseq=3)
    assert news(house) == [PhoneHeard("7001")]
    deafened(house)
    house.hears(PHONE, b"\r\n\r\n")  # where it was once
    assert news(house) == [PhoneDeaf("7001")]


def test_one_that_registers_with_another_contact_is_heard() -> None:
    house = bench()
    house.register()
    deafened(house)
    assert news(house) == [PhoneDeaf("7001")]
    house.register(hop=OTHER, contact="<sip:7001@203.0.113.9:5062>", call="r2")
    assert news(house) == [PhoneHeard("7001")]
    house.register(expires="0", cseq=3)  # the one that was deaf
    assert news(house) == []


def test_one_whose_contact_is_written_otherwise_now_is_heard() -> None:
    house = bench()
    house.register()
    deafened(house)
    news(house)
    house.register(hop=OTHER, contact="<sip:7001@192.168.1.20:5060;ep=2>", call="r2")
    assert news(house) == [PhoneHeard("7001")]
    assert len(house.core._edge.pulses._phones) == 1


def test_what_others_send_from_a_shared_address_is_no_sign_of_life() -> None:
    house = bench()
    house.register()
    house.register("7002", "hidden", call="r2")
    for _ in range(60):
        for send in house.walk(1.0):
            if isinstance(send.message, Request) and ":7002@" in send.message.uri:
                house.hears(PHONE, reply(send.message, 200))
                house.hears(PHONE, b"\r\n\r\n")
    assert news(house) == [PhoneDeaf("7001")]
    house.register("7002", "hidden", call="r2", cseq=3)
    assert news(house) == []
    house.register(cseq=3)
    assert news(house) == [PhoneHeard("7001")]


def test_what_a_proxy_says_in_place_of_a_phone_is_no_sign_of_life() -> None:
    house = bench()
    house.register()
    for code in (408, 504):
        ask = first(house)
        house.hears(PHONE, reply(ask, 100))
        house.hears(PHONE, reply(ask, code))
    assert news(house) == [PhoneDeaf("7001")]
    house.hears(PHONE, reply(first(house), 486))
    assert news(house) == [PhoneHeard("7001")]


def test_who_has_two_phones_is_rung_at_the_one_that_lives() -> None:
    house = bench()
    house.register()
    house.walk(1.0)
    house.register(hop=OTHER, contact="<sip:7001@203.0.113.9:5062>", call="r2")

    def rung() -> Hop:
        call = f"c{house.clock.now()}"
        ring = request(uri=f"sip:7001@{house.core._edge.own.domain}", hop=M1.hop, call=call)
        sends = [send for send in house.hears(M1.hop, ring) if isinstance(send.message, Request)]
        return sends[0].to

    assert rung() == OTHER  # it came last
    for _ in range(12):  # only the first answers
        for send in house.walk(5.0):
            if send.to == PHONE and isinstance(send.message, Request):
                house.hears(PHONE, reply(send.message, 200))
    assert rung() == PHONE
    assert news(house) == []  # one lives
    house.register(expires="0", cseq=3)
    assert news(house) == [PhoneDeaf("7001")]


def test_a_phone_that_is_gone_is_asked_no_more() -> None:
    house = bench()
    house.register()
    house.register(expires="0", cseq=3)
    assert asked(house, 100.0) == []
    assert news(house) == []
    assert house.core._edge.pulses._calls == {}
    assert house.core._edge.pulses._at == {}


def test_a_connection_that_cannot_be_opened_is_no_answer() -> None:
    house = bench()
    phone = Hop("tcp", "203.0.113.7", 40_000)
    house.register(hop=phone)
    ask = first(house)
    assert asked(house, 1.0) == []  # over TCP it is not repeated
    house.tell(Undelivered(ask))
    assert news(house) == [PhoneDeaf("7001")]
    house.tell(FlowClosed(phone))
    assert isinstance(house.told[-1], Unregistered)


def test_phones_of_an_earlier_run_are_asked_spread_over_the_time() -> None:
    house = bench()
    house.register()
    kept = [one.binding for one in house.told if isinstance(one, SaveBinding)]
    again = bench()
    again.tell(RestoreBindings(tuple(kept)))
    assert Registered("7001") in again.told
    assert asked(again, EVERY / 2 - 0.1) == []
    assert len(asked(again, EVERY / 2)) >= 1


def test_where_it_is_not_wished_nobody_is_asked() -> None:
    house = Bench(config(options_every=0.0))
    house.register(expires="3600")
    assert asked(house, 3000.0) == []
