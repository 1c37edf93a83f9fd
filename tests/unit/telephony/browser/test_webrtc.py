"""What a browser may offer, with the real library."""

from __future__ import annotations

import pytest

from telephony.browser.candidates import Reach
from telephony.browser.webrtc import BrowserLine
from telephony.errors import OfferRefused

HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"


@pytest.mark.parametrize(
    "media", [[], ["audio", "audio"], ["audio", "video"], ["application"], 300 * ["audio"]]
)
async def test_one_sound_and_nothing_else_is_taken(media: list[str]) -> None:
    line = BrowserLine((), Reach(), lambda up: None)
    offer = HEAD + "".join(f"m={kind} 9 UDP/TLS/RTP/SAVPF 0\r\n" for kind in media)
    with pytest.raises(OfferRefused, match=f"it offers {len(media)} streams"):
        await line.answer(offer)


async def test_nonsense_is_refused_and_its_ports_are_given_back() -> None:
    ends: list[bool] = []
    line = BrowserLine((), Reach(), ends.append)
    with pytest.raises(OfferRefused):
        await line.answer(HEAD + "m=audio nonsense\r\n")
    assert ends == [False]
