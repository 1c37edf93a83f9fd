"""When a feed of alerts is asked again, and what an index lists."""

from __future__ import annotations

import pytest

from outbound.cap import linked
from outbound.errors import BadAlert
from outbound.feeds import LONGEST, Source, wait
from tests.unit.outbound.alerts import cap

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom">
<entry><link href="/a.xml" type="application/cap+xml"/><link href="/page"/></entry>
<entry><link href="/b.xml"/></entry><entry><title>none</title></entry>
<entry><link href="/a.xml" type="application/cap+xml"/></entry></feed>"""
RSS = b"<rss><channel><item><link>https://met.example/c.xml </link></item></channel></rss>"


def test_an_index_lists_its_alerts_once_and_an_alert_is_none() -> None:
    assert linked(ATOM) == ("/a.xml", "/b.xml")
    assert linked(RSS) == ("https://met.example/c.xml",)
    assert linked(cap()) is None


@pytest.mark.parametrize(
    "data",
    [b"no xml", b"<html/>", b"<!DOCTYPE feed [<!ENTITY a 'b'>]><feed>&a;</feed>", b"x" * 2_000_000],
)
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(BadAlert):
        linked(data)


def test_the_last_answer_is_not_asked_for_again() -> None:
    source = Source().answered({"ETag": '"7"', "Last-Modified": "Wed, 25 Nov 2026 08:00:00 GMT"})
    assert source.headers() == {
        "If-None-Match": '"7"', "If-Modified-Since": "Wed, 25 Nov 2026 08:00:00 GMT",
    }  # fmt: skip
    assert Source().headers() == {}


def test_who_is_ill_is_asked_more_seldom_and_at_once_when_well() -> None:
    source = Source()
    waits = []
    for _ in range(6):
        source = source.failed()
        waits.append(wait(source, 60.0))
    assert waits == [120.0, 240.0, 480.0, LONGEST, LONGEST, LONGEST]
    assert wait(source.unchanged(), 60.0) == 60.0


@pytest.mark.parametrize(
    ("told", "seconds"), [("300", 300.0), ("5", 120.0), ("99999", LONGEST), ("soon", 120.0)]
)
def test_a_retry_after_lengthens_the_wait(told: str, seconds: float) -> None:
    assert wait(Source().failed(), 60.0, told) == seconds
