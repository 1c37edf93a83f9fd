"""The lines that set baresip up."""

from __future__ import annotations

from dataclasses import replace

from kernel.ids import LegId
from telephony.drivers.baresip_options import (
    BaresipOptions,
    Registration,
    config_text,
    exposed_headers,
    identity_headers,
    identity_line,
    main_line,
)
from telephony.types import Originate


def order(from_uri: str, name: str = "") -> Originate:
    return Originate(LegId("a"), "sip:7001@b", from_uri, name)


def test_the_main_account_takes_every_number() -> None:
    line = main_line(BaresipOptions(outbound_proxy="127.0.0.1:5060"), 5080)
    assert line.startswith("<sip:centralino@127.0.0.1:5080>;regint=0;")
    assert 'outbound="sip:127.0.0.1:5060"' in line
    assert line.count("catchall=yes") == 1


def test_an_account_that_registers_goes_by_its_registrar() -> None:
    options = BaresipOptions(register=Registration("7001", "geheim", "127.0.0.1:5060"))
    line = main_line(options, 5080)
    assert line.startswith("<sip:7001@127.0.0.1:5060>;regint=600;")
    assert 'auth_pass="geheim"' in line and 'outbound="sip:127.0.0.1:5060"' in line
    assert identity_line(options, order("sip:other@x")) is None


def test_a_direct_leg_goes_past_the_proxy() -> None:
    options, wanted = BaresipOptions(outbound_proxy="127.0.0.1:5060"), order("sip:agents@house")
    assert 'outbound="sip:127.0.0.1:5060"' in (identity_line(options, wanted) or "")
    assert "outbound" not in (identity_line(options, replace(wanted, direct=True)) or "outbound")


def test_another_from_is_another_account() -> None:
    line = identity_line(BaresipOptions(), order("sip:+39@town.example:5099;user=phone", "Anna"))
    assert line is not None
    assert line.startswith('"Anna" <sip:+39@town.example:5099>;')
    assert "catchall" not in line and "outbound" not in line


def test_a_from_that_is_no_sip_address_is_the_main_one() -> None:
    assert identity_line(BaresipOptions(), order("tel:+39")) is None
    assert identity_headers(order("anonymous")) == {}


def test_nothing_is_smuggled_into_a_line() -> None:
    evil = order("sip:a@b", 'x" <sip:e@e>;auth_pass="1\r\nX-Evil: 1')
    line = identity_line(BaresipOptions(), evil)
    assert line is not None and "\n" not in line and "\r" not in line
    assert identity_headers(evil)["P-Asserted-Identity"].endswith("<sip:a@b>")


def test_configuration_text() -> None:
    text = config_text(BaresipOptions(jitter_ms=(40, 160), rtp_ports=(30000, 30999)), 5080)
    assert "sip_listen 127.0.0.1:5080\n" in text
    assert "audio_jitter_buffer_ms 40-160\n" in text
    assert "rtp_ports 30000-30999\n" in text


def test_no_more_headers_than_the_stack_allows() -> None:
    assert len(exposed_headers(BaresipOptions(expose_headers=("A", "B", "C", "D", "E")))) == 16
