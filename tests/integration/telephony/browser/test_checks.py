"""To whom the house sends anything before it has shown itself, with the real library over UDP."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network

import aioice.ice
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

from telephony.browser.candidates import Reach
from telephony.browser.webrtc import BrowserLine, offer_only

LOCAL = "127.0.0.1"
CODEC = re.compile(r"a=rtpmap:\d+ (\w+)")
STUN_BINDING = b"\x00\x01"


@pytest.fixture(autouse=True)
def on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the process does; taken back afterwards."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", aioice.ice.get_host_addresses)
    offer_only([LOCAL])


@asynccontextmanager
async def connected(reach: Reach, bystander: int) -> AsyncIterator[None]:
    """A browser whose offer names this port of somebody else first, and who connects."""
    up = asyncio.Event()
    line = BrowserLine((), reach, lambda able: up.set() if able else None)
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTrack(AudioStreamTrack())
    try:
        await peer.setLocalDescription(await peer.createOffer())
        named = f"a=candidate:1 1 udp 2147483647 {LOCAL} {bystander} typ host\r\na=candidate:"
        offer = peer.localDescription.sdp.replace("a=candidate:", named, 1)
        answer = await line.answer(offer)
        assert "opus" in offer and CODEC.findall(answer) == ["PCMU"], "of all that is offered"
        await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        async with asyncio.timeout(20):
            await up.wait()
        yield
    finally:
        await peer.close()
        await line.close()


async def test_an_address_that_is_named_is_sent_nothing_and_the_browser_connects() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bystander:
        bystander.bind((LOCAL, 0))
        bystander.setblocking(False)
        async with connected(Reach(public=True), bystander.getsockname()[1]):
            with pytest.raises(BlockingIOError):
                bystander.recv(2048)


async def test_a_browser_that_never_comes_is_hung_up_on() -> None:
    line = BrowserLine((), Reach(), lambda able: None)
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTrack(AudioStreamTrack())
    await peer.setLocalDescription(await peer.createOffer())
    await line.answer(peer.localDescription.sdp)
    async with asyncio.timeout(20):
        await line.close()
    await peer.close()


async def test_in_a_network_of_the_configuration_it_is_sent_checks_and_no_sound() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bystander:
        bystander.bind((LOCAL, 0))
        bystander.setblocking(False)
        reach = Reach(networks=[ip_network("127.0.0.0/8")])
        async with connected(reach, bystander.getsockname()[1]):
            packets = [bystander.recv(2048)]
            while True:
                try:
                    packets.append(bystander.recv(2048))
                except BlockingIOError:
                    break
        assert {packet[:2] for packet in packets} == {STUN_BINDING}
