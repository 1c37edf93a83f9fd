"""The sound of a browser by aiortc (the only file that imports it, and aioice beneath it).

What the library does, as measured with aiortc 1.16.0, and how this file lives with it:

- It offers every address of the machine but loopback, and has no setting for that: `offer_only`.
- Without a configuration it asks a public STUN server: the list is always given.
- It checks every address that a browser names: `telephony.browser.candidates` says which it may.
- One that never connects is tried for ever: `CONNECT_SECONDS`.
- Of what comes it holds back four packets (80 ms), so that late ones find their place.
- Its frames are PyAV's, taken from where it has them itself.
- Sound is G.711: what the SIP side carries anyhow, so it is not made worse on the way. What is
  preferred must be said before the offer is taken, or all that is offered is agreed to.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Sequence
from fractions import Fraction

import aioice.ice
import structlog
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import AudioFrame, MediaStreamError  # type: ignore[attr-defined]

from telephony.browser.candidates import Reach
from telephony.browser.servers import IceServer
from telephony.errors import OfferRefused

log = structlog.get_logger("telephony.webrtc")

RATE = 8000
SAMPLES = RATE // 50
HELD = 5
"""Frames kept of what has come and is not read: the oldest go first."""
CODEC = "audio/PCMU"
CONNECT_SECONDS = 30.0
"""One whose browser does not come in that time is closed; browsers themselves give up sooner."""
_MEDIA = re.compile(r"^m=(\w*)", re.MULTILINE)


def offer_only(addresses: Sequence[str]) -> None:
    """Have sound go over these addresses of this machine alone, in this process."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: list(addresses)


class _ToBrowser(MediaStreamTrack):
    """What the browser hears; nothing is sent between calls."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._frames: asyncio.Queue[bytes] = asyncio.Queue(HELD)
        self._began = asyncio.get_running_loop().time()
        self._stamp = 0

    def put(self, pcm: bytes) -> None:
        """20 ms more; too many at once are dropped."""
        if not self._frames.full():
            self._frames.put_nowait(pcm)

    async def recv(self) -> AudioFrame:
        """The next 20 ms, stamped so that a pause stays a pause."""
        pcm = await self._frames.get()
        passed = int((asyncio.get_running_loop().time() - self._began) * RATE)
        pause = passed - self._stamp > HELD * SAMPLES
        self._stamp = passed if pause else self._stamp + SAMPLES
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(pcm)
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._stamp, Fraction(1, RATE)
        return frame


class BrowserLine:
    """One browser's sound, as 16-bit PCM at 8 kHz in frames of 20 ms."""

    def __init__(
        self, servers: Sequence[IceServer], reach: Reach, moved: Callable[[bool], None]
    ) -> None:
        """`servers` tell and lend addresses; `reach` says who is sent checks. `moved` is told when
        sound can flow (True), and when it never will again (False)."""
        known = [RTCIceServer(list(one.urls), one.username, one.credential) for one in servers]
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=known))
        self._reach = reach
        self._out = _ToBrowser()
        self._in: deque[bytes] = deque(maxlen=HELD)
        self._moved = moved
        self._reading: asyncio.Task[None] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._given_up: asyncio.Task[None] | None = None
        self._peer.on("track", self._on_track)
        self._peer.on("connectionstatechange", self._on_state)

    async def answer(self, offer: str) -> str:
        """The answer to a browser's offer (SDP), with our addresses in it. Raises OfferRefused."""
        offer = self._reach.kept(offer)
        if (media := _MEDIA.findall(offer)) != ["audio"]:  # each would have ports of its own
            await self.close()
            raise OfferRefused(f"one sound is wanted, and it offers {len(media)} streams")
        try:
            able = RTCRtpReceiver.getCapabilities("audio")
            wanted = [codec for codec in able.codecs if codec.mimeType == CODEC] if able else []
            self._peer.addTransceiver(self._out).setCodecPreferences(wanted)
            await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except Exception as error:
            # The library reads foreign text with asserts, indices and keys of its own.
            log.warning("webrtc.offer", why=repr(error))
            await self.close()
            raise OfferRefused(str(error) or type(error).__name__) from error
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(CONNECT_SECONDS, self._give_up)
        return str(self._peer.localDescription.sdp)

    def read(self) -> bytes | None:
        """The next frame that came, or None."""
        return self._in.popleft() if self._in else None

    def write(self, frame: bytes) -> None:
        """Send 20 ms."""
        self._out.put(frame)

    async def close(self) -> None:
        """Hang up. Harmless when it is closed."""
        if self._patience is not None:
            self._patience.cancel()
        await self._peer.close()
        if self._reading is not None:
            self._reading.cancel()  # of one that never connected nothing tells the end
            await asyncio.gather(self._reading, return_exceptions=True)

    def _give_up(self) -> None:
        if self._peer.connectionState != "connected":
            self._given_up = asyncio.create_task(self.close())

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._reading = asyncio.create_task(self._read(track))

    async def _read(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:  # the end
                return
            assert isinstance(frame, AudioFrame)
            self._in.append(bytes(frame.planes[0])[: 2 * frame.samples])

    def _on_state(self) -> None:
        if self._peer.connectionState == "connected":
            self._moved(True)
        elif self._peer.connectionState in ("failed", "closed"):
            self._moved(False)
