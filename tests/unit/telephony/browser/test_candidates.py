"""Which addresses that an offer names are sent anything."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from telephony.browser.candidates import MOST, Reach
from telephony.browser.servers import LOGIN_SECONDS, IceServer, IceServers

REST = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
OUTSIDE = Reach(public=True)


def candidate(host: str, port: int = 50000, kind: str = "host", transport: str = "udp") -> str:
    return f"a=candidate:1 1 {transport} 2130706431 {host} {port} typ {kind} generation 0\r\n"


def named(reach: Reach, *lines: str) -> list[str]:
    kept = reach.kept(REST + "".join(lines)).splitlines()
    assert kept[:3] == REST.splitlines()
    return kept[3:]


def test_nothing_that_is_named_is_taken_where_browsers_reach_the_house() -> None:
    assert named(Reach(), candidate("93.184.216.34"), "a=end-of-candidates\r\n") == []


@pytest.mark.parametrize("kind", ["host", "srflx", "relay"])
@pytest.mark.parametrize("host", ["93.184.216.34", "2606:2800:220:1::1"])
def test_behind_nat_public_addresses_are_tried(host: str, kind: str) -> None:
    line = candidate(host, kind=kind)
    assert named(OUTSIDE, line, "a=end-of-candidates\r\n") == [line.rstrip()]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "224.0.1.1", "239.1.1.1", "255.255.255.255", "::1", "::", "fe80::1",
        "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:93.184.216.34",
        "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "::7f00:1", "fec0::1", "5f00::1",
        "2002:7f00:1::1", "2001:0:7f00:1::1", "localhost", "intranet.example",
        "7f3a.local", "2130706433", "0177.0.0.1", "1.2.3",
    ],
)  # fmt: skip
def test_no_inner_address_and_no_name_is_ever_tried(host: str) -> None:
    assert named(OUTSIDE, candidate(host)) == []


@pytest.mark.parametrize(
    "line",
    [
        candidate("93.184.216.34", port=53), candidate("93.184.216.34", port=65536),
        candidate("93.184.216.34", transport="tcp"), candidate("93.184.216.34", kind="prflx"),
        candidate("93.184.216.34").replace(" 1 udp", " 2 udp"), "a=candidate:\r\n",
        "a=candidate:1 1 udp 1 93.184.216.34 typ host\r\n", " " + candidate("93.184.216.34"),
        "a=x\u2028" + candidate("10.0.0.1"), "a=x\x0b" + candidate("10.0.0.1"),
        "a=x\r" + candidate("10.0.0.1"),
    ],
)  # fmt: skip
def test_what_is_no_candidate_of_a_browser_is_left_out(line: str) -> None:
    assert not any("candidate" in each for each in named(OUTSIDE, line))


def test_networks_of_the_configuration_are_tried_too_and_alone_without_a_server() -> None:
    mine = [ip_network("10.8.0.0/16")]
    inside, public = candidate("10.8.0.7"), candidate("93.184.216.34")
    assert len(named(Reach(True, mine), inside, public, candidate("10.9.0.7"))) == 2
    assert named(Reach(False, mine), inside, public) == [inside.rstrip()]


def test_so_many_and_no_more_are_tried() -> None:
    many = [candidate(f"93.184.216.{last}") for last in range(100)]
    assert named(OUTSIDE, *many) == [line.rstrip() for line in many[:MOST]]


def test_a_login_at_a_turn_server_is_ones_own_for_a_day_or_the_houses() -> None:
    own = IceServers(("stun:s.example",), ("turn:t.example",), "", "north")
    stun, turn = own.for_("anna", 1_700_000_000.5)
    assert stun.told() == {"urls": ["stun:s.example"]}
    # printf 1700086400:anna | openssl dgst -sha1 -hmac north -binary | base64
    assert turn.username == f"{1_700_000_000 + int(LOGIN_SECONDS)}:anna"
    assert turn.credential == PROOF
    fixed = IceServers((), ("turn:t.example",), "house", "north")
    assert fixed.for_("anna", 0.0) == (IceServer(("turn:t.example",), "house", "north"),)
    assert IceServers().for_("anna", 0.0) == ()


PROOF = "n/qja1Xb6Le5M6vS7asFEtevzJI="
