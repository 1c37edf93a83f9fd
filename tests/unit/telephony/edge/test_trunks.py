"""Carriers: by address, and by our registration with them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kernel.ids import counting
from telephony.edge.alarms import Alarms
from telephony.edge.config import Trunk
from telephony.edge.digest import parse_auth
from telephony.edge.errors import BadEdgeConfig
from telephony.edge.events import Send, TrunkDown, TrunkUp, Undelivered
from telephony.edge.message import Request
from telephony.edge.proxy import Own
from telephony.edge.trunks import REGISTRATION, Trunks, parse_source
from telephony.edge.uri import Hop
from tests.unit.telephony.edge.bench import CARRIER, EDGE, Bench, config, reply, request

ACCOUNT = Trunk("isp", "sip.isp.example", user="acct", password="pw", register=True, expires=600)
WHERE = Hop("udp", "192.0.2.50", 5060)
ASK = 'Digest realm="isp", nonce="n", qop="auth", algorithm=MD5'


@pytest.mark.parametrize(
    ("source", "hop", "fits"),
    [
        ("192.0.2.0/28", Hop("udp", "192.0.2.15", 1), True),
        ("192.0.2.0/28", Hop("udp", "192.0.2.16", 1), False),
        ("192.0.2.7", Hop("tcp", "192.0.2.7", 33_000), True),
        ("192.0.2.7:5060", Hop("udp", "192.0.2.7", 5060), True),
        ("192.0.2.7:5060", Hop("udp", "192.0.2.7", 5061), False),
        ("2001:db8::/32", Hop("udp", "2001:db8::7", 1), True),
        ("2001:db8::7", Hop("udp", "2001:db8::8", 1), False),
        ("[2001:db8::7]:5060", Hop("udp", "2001:db8::7", 5060), True),
        ("192.0.2.7", Hop("udp", "2001:db8::7", 1), False),
        ("192.0.2.7", Hop("udp", "name.example", 1), False),
    ],
)
def test_a_trunk_is_known_by_its_address(source: str, hop: Hop, fits: bool) -> None:
    trunk = Trunk("t", "name.example", sources=(source,))
    trunks = Trunks((trunk,), None, Own("h", 5060, "d"), Alarms(), counting())
    assert trunks.match(hop) == (trunk if fits else None)


@pytest.mark.parametrize("text", ["carrier.example", "192.0.2.1/24", "", "1.2.3.4:x", "[::1"])
def test_a_source_that_is_none_is_refused_at_start(text: str) -> None:
    with pytest.raises(BadEdgeConfig, match="trunk t"):
        parse_source("t", text)


def test_the_address_of_a_trunk_is_one_of_its_sources() -> None:
    bench = Bench(config(trunks=(Trunk("t", "192.0.2.9"),)))
    bench.request(CARRIER, request())


class Isp:
    """The carrier's side of our registration."""

    def __init__(self, trunk: Trunk = ACCOUNT) -> None:
        self.bench = Bench(config(trunks=(trunk,)))
        self.trunk = trunk
        self.last = self.one(self.bench.walk(0.1))

    def one(self, sends: list[Send]) -> Request:
        """The one REGISTER among what was sent."""
        (send,) = sends
        assert isinstance(send.message, Request)
        assert send.to == self.trunk.hop
        self.last = send.message
        return send.message

    def says(self, code: int, *headers: tuple[str, str], contact: str = "") -> list[Send]:
        """Answer the last REGISTER."""
        mine = contact or (self.last.get("Contact") or "")
        return self.bench.hears(WHERE, reply(self.last, code, headers=headers, contact=mine))

    def accepts(self, *headers: tuple[str, str], contact: str = "") -> None:
        """Challenge, then accept."""
        self.one(self.says(401, ("WWW-Authenticate", ASK)))
        assert self.says(200, *headers, contact=contact) == []

    @property
    def up(self) -> bool:
        return self.bench.core._edge.trunks.registrations["isp"].up


def test_we_register_answer_the_challenge_and_are_up() -> None:
    isp = Isp()
    asked = isp.last
    assert (asked.method, asked.uri) == ("REGISTER", "sip:sip.isp.example")
    assert asked.get("Contact") == f"<sip:acct@{EDGE}:5060>"
    assert asked.get("Expires") == "600"
    again = isp.one(isp.says(401, ("WWW-Authenticate", ASK)))
    assert again.cseq == (2, "REGISTER")
    assert again.call_id == asked.call_id
    assert parse_auth(again.get("Authorization") or "")["username"] == "acct"
    assert isp.bench.told == []
    isp.says(200)
    assert isp.bench.told == [TrunkUp("isp")]
    assert isp.bench.core.metrics()["received"] == 2


@pytest.mark.parametrize(
    ("headers", "contact", "seconds"),
    [
        ((), "", 480.0),
        ((("Expires", "100"),), "", 80.0),
        ((), f"<sip:acct@{EDGE}:5060>;expires=50", 40.0),
        ((("Expires", "100"),), "<sip:other@192.0.2.1>;expires=10", 80.0),
        ((), "<broken", 480.0),
    ],
)
def test_it_is_refreshed_in_time(
    headers: tuple[tuple[str, str], ...], contact: str, seconds: float
) -> None:
    isp = Isp()
    isp.accepts(*headers, contact=contact)
    assert isp.bench.walk(seconds - 0.2) == []
    isp.one(isp.bench.walk(0.3))
    assert isp.up
    isp.accepts()
    assert isp.bench.told == [TrunkUp("isp")]


def test_its_calls_come_from_where_it_answered() -> None:
    isp = Isp()
    assert isp.bench.code(WHERE, request(hop=WHERE)) == 403
    isp.accepts()
    _, sent = isp.bench.request(WHERE, request(hop=WHERE, call="c2"))
    assert dict(sent.headers)["X-Centralino-Source"] == "isp"


def test_without_an_answer_it_is_repeated_then_given_up_then_tried_again() -> None:
    isp = Isp()
    repeats = isp.bench.walk(31)
    assert [one.message for one in repeats] == [isp.last] * len(repeats)
    assert 8 <= len(repeats) <= 11
    isp.bench.walk(4)
    assert isp.bench.told == [TrunkDown("isp", "no answer")]
    assert not isp.up
    sent = isp.bench.walk(5)
    assert sent[0].message != isp.last


def test_over_tcp_nothing_is_repeated() -> None:
    isp = Isp(replace(ACCOUNT, transport="tcp"))
    assert isp.last.uri == "sip:sip.isp.example;transport=tcp"
    assert isp.bench.walk(31) == []
    isp.bench.walk(2)
    assert isp.bench.told == [TrunkDown("isp", "no answer")]


@pytest.mark.parametrize(
    ("code", "headers", "why"),
    [
        (403, (), "403 Phrase"),
        (503, (("Retry-After", "100"),), "503 Phrase"),
        (401, (), "the carrier asks for a login that we cannot give"),
        (423, (), "423 without a Min-Expires that helps"),
    ],
)
def test_a_refusal_is_told_and_tried_again_later(
    code: int, headers: tuple[tuple[str, str], ...], why: str
) -> None:
    isp = Isp()
    assert isp.says(code, *headers) == []
    assert isp.bench.told == [TrunkDown("isp", why)]
    wait = 100.0 if headers else 2.0
    assert isp.bench.walk(wait - 0.1) == []
    isp.one(isp.bench.walk(4.1)[:1])
    isp.accepts()
    assert isp.bench.told[-1] == TrunkUp("isp")


def test_waits_grow_and_are_bounded() -> None:
    isp = Isp()
    waits = []
    for _ in range(12):
        isp.says(403)
        due = isp.bench.core.next_timer()
        assert due is not None
        waits.append(due - isp.bench.clock.now())
        isp.one(isp.bench.walk(waits[-1] + 0.01)[:1])
    assert waits == sorted(waits) or max(waits) <= 300
    assert 2 <= waits[0] <= 4
    assert 150 <= waits[-1] <= 300


def test_wrong_credentials_are_not_hammered() -> None:
    isp = Isp()
    isp.one(isp.says(401, ("WWW-Authenticate", ASK)))
    assert isp.says(401, ("WWW-Authenticate", ASK)) == []
    assert isp.bench.told == [TrunkDown("isp", "the carrier refuses our credentials")]


def test_a_stale_nonce_is_answered_again() -> None:
    isp = Isp()
    isp.one(isp.says(407, ("Proxy-Authenticate", ASK)))
    assert isp.last.get("Proxy-Authorization") is not None
    isp.one(isp.says(407, ("Proxy-Authenticate", ASK + ", stale=true")))
    isp.says(200)
    assert isp.bench.told == [TrunkUp("isp")]


def test_a_carrier_may_want_longer_times() -> None:
    isp = Isp()
    again = isp.one(isp.says(423, ("Min-Expires", "1800")))
    assert again.get("Expires") == "1800"


def test_a_failed_refresh_takes_the_trunk_down() -> None:
    isp = Isp()
    isp.accepts()
    isp.one(isp.bench.walk(481)[:1])
    isp.says(500)
    assert isp.bench.told == [TrunkUp("isp"), TrunkDown("isp", "500 Phrase")]


def test_unreachable_is_told() -> None:
    isp = Isp()
    assert isp.bench.tell(Undelivered(isp.last)) == []
    assert isp.bench.told == [TrunkDown("isp", "cannot be reached")]
    isp.bench.tell(Undelivered(isp.last))
    assert len(isp.bench.told) == 1


def test_late_foreign_and_provisional_answers_change_nothing() -> None:
    isp = Isp()
    first = isp.last
    assert isp.says(100) == []
    isp.accepts()
    assert isp.bench.hears(WHERE, reply(first, 403)) == []
    stranger = reply(first, 200).put("Call-ID", "other")
    assert isp.bench.hears(WHERE, stranger) == []
    assert isp.bench.told == [TrunkUp("isp")]


def test_the_table_is_drawn() -> None:
    assert "ASKING --> UP: Accepted" in REGISTRATION.mermaid()
