"""Addresses made of what is known of a call."""

from __future__ import annotations

import pytest

from centralino.web.screen_pop import pop_url, problem
from kernel.packet import Packet, PacketIntent, PacketSlot

PACKET = Packet(
    "call-1", "house", "river", "1000", "sip:+39 06/12@host;user=phone", "en", "billing", "policy",
    intent=PacketIntent("bill", 0.9),
    slots=(PacketSlot("account", "12 34&x=1#?", 0.9, True, "dtmf"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("template", "url"),
    [
        ("https://crm.example/{caller}", "https://crm.example/%2B39%2006%2F12"),
        ("https://crm.example/?a={slot.account}&l={line}",
         "https://crm.example/?a=12%2034%26x%3D1%23%3F&l=1000"),
        ("http://crm/{slot.unknown}/{intent}/{queue}", "http://crm//bill/billing"),
    ],
)  # fmt: skip
def test_values_are_encoded_and_the_unknown_is_empty(template: str, url: str) -> None:
    assert problem(template) is None
    assert pop_url(template, PACKET) == url


@pytest.mark.parametrize(
    "template",
    ["javascript:alert(1)", "crm.example/{caller}", "https://{caller}/", "https://x/{name}"],
)
def test_what_could_lead_elsewhere_is_refused(template: str) -> None:
    assert problem(template)
