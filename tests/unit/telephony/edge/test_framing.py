from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.edge.errors import MalformedMessage
from telephony.edge.framing import Framer

ONE = b"OPTIONS sip:h SIP/2.0\r\nContent-Length: 3\r\n\r\nabc"
TWO = b"SIP/2.0 200 OK\r\nl : 0\r\nX: 1\r\n\r\n"


@given(st.lists(st.integers(1, 40), max_size=12))
def test_messages_come_whole_however_they_are_cut(cuts: list[int]) -> None:
    stream = b"\r\n" + ONE + TWO + b"\r\n\r\n" + ONE
    framer, found, at = Framer(), list[bytes](), 0
    for size in [*cuts, len(stream)]:
        found += framer.feed(stream[at : at + size])
        at += size
    assert found == [ONE, TWO, b"", ONE]


@pytest.mark.parametrize(
    "data",
    [
        b"OPTIONS sip:h SIP/2.0\r\nA: b\r\n\r\n",
        b"OPTIONS sip:h SIP/2.0\r\nContent-Length: 1\r\nl: 2\r\n\r\n",
        b"OPTIONS sip:h SIP/2.0\r\nContent-Length: 99999999\r\n\r\n",
        b"A" * 70_000,
    ],
)
def test_a_stream_without_an_end_is_given_up(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        Framer().feed(data)
