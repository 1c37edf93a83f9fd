"""Registering (RFC 3261 §10.3), as phones see it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telephony.edge.config import Ha1
from telephony.edge.digest import Login, answer, ha1, house_password
from telephony.edge.events import (
    Binding,
    CredentialsChanged,
    DropBinding,
    FlowClosed,
    Registered,
    RestoreBindings,
    SaveBinding,
    Unregistered,
)
from telephony.edge.message import Request, Response
from telephony.edge.uri import Hop
from tests.unit.telephony.edge.bench import (
    DOMAIN,
    EDGE,
    M1,
    PHONE,
    Bench,
    config,
    request,
)

ADDRESS = f"<sip:7001@{DOMAIN}>"


class Phone:
    """Registers by hand, with any headers."""

    def __init__(self, bench: Bench, hop: Hop = PHONE, aor: str = "7001") -> None:
        self.bench, self.hop, self.aor = bench, hop, aor
        self.login = Login("7001", "secret")
        self.cseq = 0
        self.call = f"call-{hop}-{aor}"

    def asks(self, *headers: tuple[str, str], uri: str = f"sip:{DOMAIN}") -> Response:
        """One REGISTER, authorised; without Contact unless it is in the headers."""
        first = self.sends(*headers, uri=uri)
        if first.code != 401:
            return first
        values = first.all("WWW-Authenticate")
        text = answer(values, self.login, "REGISTER", uri, "cn")
        return self.sends(*headers, ("Authorization", text or ""), uri=uri)

    def sends(self, *headers: tuple[str, str], uri: str = f"sip:{DOMAIN}") -> Response:
        """One REGISTER as it is."""
        self.cseq += 1
        return self.bench.response(self.hop, self.request(*headers, uri=uri))[1]

    def request(self, *headers: tuple[str, str], uri: str = f"sip:{DOMAIN}") -> Request:
        address = f"<sip:{self.aor}@{DOMAIN}>"
        return request(
            "REGISTER", uri, hop=self.hop, call=self.call, branch=f"b{self.cseq}",
            cseq=self.cseq, sender=f"{address};tag=1", to=address, headers=headers, contact="",
        )  # fmt: skip


def contact(uri: str = "sip:7001@192.168.1.20", tail: str = "") -> tuple[str, str]:
    return "Contact", f"<{uri}>{tail}"


def test_a_phone_registers_and_is_saved_before_it_is_told() -> None:
    bench = Bench()
    answered = Phone(bench).asks(contact(tail=";expires=120"))
    assert answered.code == 200
    assert answered.get("Contact") == "<sip:7001@192.168.1.20>;expires=120"
    saved, told = bench.told
    assert isinstance(saved, SaveBinding)
    assert saved.binding.flow == PHONE
    assert saved.binding.expires_at == bench.clock.now() + 120
    assert told == Registered("7001")


def test_it_is_gone_when_it_is_not_refreshed() -> None:
    bench = Bench()
    phone = Phone(bench)
    phone.asks(contact(), ("Expires", "100"))
    bench.walk(90)
    phone.asks(contact(), ("Expires", "100"))
    bench.walk(90)
    assert Unregistered("7001") not in bench.told
    bench.walk(20)
    assert bench.told[-2:] == [DropBinding("7001", "sip:7001@192.168.1.20"), Unregistered("7001")]
    assert bench.core.metrics()["phones_registered"] == 0


def test_a_phone_may_have_companions_and_unregisters_alone() -> None:
    bench = Bench()
    first, second = Phone(bench), Phone(bench, Hop("udp", "203.0.113.8", 5060))
    first.asks(contact())
    listed = second.asks(contact("sip:7001@192.168.1.30")).all("Contact")
    assert len(listed) == 2
    gone = first.asks(contact(tail=";expires=0"))
    assert gone.all("Contact") == ["<sip:7001@192.168.1.30>;expires=600"]
    assert Unregistered("7001") not in bench.told


def test_star_unregisters_all() -> None:
    bench = Bench()
    phone = Phone(bench)
    phone.asks(contact(), contact("sip:7001@192.168.1.30"))
    assert phone.asks(("Contact", "*"), ("Expires", "0")).all("Contact") == []
    assert bench.told[-1] == Unregistered("7001")


def test_without_contact_it_only_asks() -> None:
    bench = Bench()
    phone = Phone(bench)
    phone.asks(contact())
    assert len(phone.asks().all("Contact")) == 1


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ((("Contact", "*"), ("Expires", "60")), 400),
        ((("Contact", "*"),), 400),
        ((("Contact", "*"), contact(), ("Expires", "0")), 400),
        ((contact("tel:+39"),), 400),
        ((contact("sip:@@"),), 400),
        ((("Contact", "<sip:x"),), 400),
        ((contact(tail=";expires=5"),), 423),
        ((contact(), ("Expires", "59")), 423),
        (tuple(contact(f"sip:7001@10.0.0.{i}") for i in range(11)), 403),
        ((contact(), ("Require", "gruu")), 420),
    ],
)
def test_what_is_refused_changes_nothing(headers: tuple[tuple[str, str], ...], code: int) -> None:
    bench = Bench()
    assert Phone(bench).asks(*headers).code == code
    assert bench.told == []


@pytest.mark.parametrize(
    ("expires", "seconds"), [("7200", 3600), ("nonsense", 600), ("99999999999999999999", 600)]
)
def test_how_long(expires: str, seconds: int) -> None:
    answered = Phone(Bench()).asks(contact(), ("Expires", expires))
    assert (answered.get("Contact") or "").endswith(f";expires={seconds}")


def test_an_older_cseq_is_refused_and_a_repeat_is_not() -> None:
    bench = Bench()
    phone = Phone(bench)
    phone.cseq = 10
    phone.asks(contact())
    assert phone.asks(contact()).code == 200
    phone.cseq = 3
    assert phone.asks(contact()).code == 500
    # The repeat of an authorised request, as after a lost 200.
    phone.cseq = 20
    first = phone.sends(contact())
    values = first.all("WWW-Authenticate")
    text = answer(values, phone.login, "REGISTER", f"sip:{DOMAIN}", "cn") or ""
    phone.cseq += 1
    repeated = phone.request(contact(), ("Authorization", text))
    assert bench.code(PHONE, repeated) == 200
    assert bench.code(PHONE, repeated) == 200


def test_the_same_digest_from_elsewhere_is_a_replay() -> None:
    bench = Bench()
    phone = Phone(bench)
    values = phone.sends(contact()).all("WWW-Authenticate")
    text = answer(values, phone.login, "REGISTER", f"sip:{DOMAIN}", "cn") or ""
    assert phone.sends(contact(), ("Authorization", text)).code == 200
    thief = Phone(bench, Hop("udp", "203.0.113.66", 5060))
    answered = thief.sends(contact("sip:7001@203.0.113.66"), ("Authorization", text))
    assert answered.code == 401
    assert "stale=true" in (answered.get("WWW-Authenticate") or "")


def test_a_wrong_password_and_an_unknown_phone_get_the_same_answer() -> None:
    bench = Bench()
    assert bench.register(password="wrong").code == 403
    assert bench.register("9999", "secret", call="r9").code == 403
    assert bench.told == []


def test_nobody_registers_another() -> None:
    bench = Bench()
    assert Phone(bench, aor="7002").asks(contact()).code == 403  # with the login of 7001


@pytest.mark.parametrize("uri", ["sip:elsewhere.example", f"sip:{EDGE}:5099"])
def test_another_domain_is_not_ours(uri: str) -> None:
    assert Phone(Bench()).asks(contact(), uri=uri).code == 404


def test_a_closed_connection_takes_its_phones_with_it() -> None:
    bench = Bench()
    flow = Hop("tcp", "203.0.113.7", 40_000)
    Phone(bench, flow).asks(contact())
    Phone(bench).asks(contact("sip:7001@192.168.1.30"))
    bench.tell(FlowClosed(flow))
    assert bench.told[-1] == DropBinding("7001", "sip:7001@192.168.1.20")
    bench.tell(FlowClosed(Hop("tcp", "203.0.113.7", 40_001)))
    assert bench.core.metrics()["phones_registered"] == 1


def test_bindings_come_back_after_a_restart() -> None:
    before = Bench()
    Phone(before).asks(contact())
    saved = next(one.binding for one in before.told if isinstance(one, SaveBinding))
    dead = replace(saved, aor="7002", expires_at=saved.expires_at - 9999)
    bench = Bench()
    bench.tell(RestoreBindings((saved, dead, replace(saved, contact="sip:7001@h"))))
    assert bench.told == [Registered("7001"), DropBinding("7002", saved.contact)]
    hop, _ = bench.request(M1.hop, request(uri=f"sip:7001@{DOMAIN}", hop=M1.hop))
    assert hop == PHONE
    bench.walk(700)
    assert bench.told[-1] == Unregistered("7001")


def test_who_may_no_longer_register_is_forgotten() -> None:
    bench = Bench()
    Phone(bench).asks(contact())
    bench.tell(CredentialsChanged({"7002": ha1("7002", DOMAIN, "hidden")}))
    assert bench.told[-1] == Unregistered("7001")
    assert bench.register().code == 403


def test_before_the_phones_are_known_they_are_asked_to_come_again() -> None:
    bench = Bench(config(credentials=None))
    saved = Binding("7002", "sip:7002@h", PHONE, bench.clock.now() + 60, "c", 1, 0.0)
    bench.tell(RestoreBindings((saved,)))
    assert bench.register().code == 503
    # A number that is a phone's is never dialled at a carrier instead.
    call = request(uri=f"sip:7002@{DOMAIN}", hop=M1.hop)
    assert bench.request(M1.hop, call)[0] == PHONE
    bench.tell(CredentialsChanged(config().credentials or {}))
    assert bench.register(cseq=3).code == 200


def test_a_changed_flow_is_saved() -> None:
    bench = Bench()
    Phone(bench).asks(contact())
    moved = Hop("udp", PHONE.host, 50_000)
    Phone(bench, moved).asks(contact())
    saves = [one.binding for one in bench.told if isinstance(one, SaveBinding)]
    assert [one.flow for one in saves] == [PHONE, moved]
    assert isinstance(saves[0], Binding)


BROWSERS = Hop("udp", "10.0.0.9", 5071)


def with_browsers() -> Bench:
    bench = Bench(config(browsers=BROWSERS, admit_secret="house", credentials=None))
    bench.tell(CredentialsChanged({"7001": ha1("7001", DOMAIN, "secret"), "7002": Ha1()}))
    return bench


def as_a_browser(bench: Bench, aor: str, hop: Hop = BROWSERS) -> Phone:
    phone = Phone(bench, hop, aor)
    phone.login = Login(aor, house_password("house", aor))
    return phone


def test_our_process_registers_as_an_agents_browser_with_what_only_the_house_knows() -> None:
    bench = with_browsers()
    assert as_a_browser(bench, "7001").asks(contact()).code == 200
    assert as_a_browser(bench, "7002").asks(contact()).code == 200, "without a password of his own"
    assert as_a_browser(bench, "7003").asks(contact()).code == 403, "nobody's telephone"


def test_the_houses_password_lets_in_nobody_from_elsewhere_and_a_phones_none_from_there() -> None:
    bench = with_browsers()
    assert as_a_browser(bench, "7001", PHONE).asks(contact()).code == 403
    assert Phone(bench, BROWSERS).asks(contact()).code == 403
    assert Phone(bench, PHONE).asks(contact()).code == 200


def test_what_an_earlier_life_of_the_browsers_process_left_behind_is_replaced() -> None:
    bench = with_browsers()
    desk = Phone(bench, PHONE)
    desk.asks(contact())
    as_a_browser(bench, "7001").asks(contact("sip:7001-old@10.0.0.9:5071"))
    listed = as_a_browser(bench, "7001").asks(contact("sip:7001-new@10.0.0.9:5071"))
    assert [value.partition(";")[0] for value in listed.all("Contact")] == [
        "<sip:7001@192.168.1.20>", "<sip:7001-new@10.0.0.9:5071>",
    ]  # fmt: skip


def test_telephones_of_a_browsers_process_that_died_are_gone_those_of_the_next_one_stay() -> None:
    bench = with_browsers()
    as_a_browser(bench, "7001").asks(contact())
    died = bench.clock.now()
    bench.walk(1)
    as_a_browser(bench, "7002").asks(contact("sip:7002@192.168.1.20"))
    bench.tell(FlowClosed(BROWSERS, died))
    assert bench.told[-1] == Unregistered("7001")
    assert bench.core.metrics()["phones_registered"] == 1
