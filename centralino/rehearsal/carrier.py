"""The loopback carrier: answers, is busy, rings on, presses keys, and counts INVITEs.

`python -m centralino.rehearsal.carrier --port N --json FILE` is one in a process of its own; it
writes what it counted when it is told to end (SIGTERM), by the attempt's id in the X-header: that
is what a dialler's own books are held against.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from centralino.rehearsal.people import Fate, Mix
from centralino.rehearsal.sip import Message, Offer, answer, bye, offer_of, read, response
from centralino.rehearsal.speech import mu_law
from telephony.media.tones import beep
from telephony.media.wav import read_wav

T1 = 0.5
"""Seconds to the first repeat of a 200 without its ACK (:rfc:`3261#section-13.3.1.4`)."""
FRAME = bytes([0xFF]) * 160
"""20 ms of silence in µ-law: it costs what speech costs."""
TONE = bytes([0xA0, 0xA0, 0xA0, 0xA0, 0x20, 0x20, 0x20, 0x20]) * 20
"""20 ms of 1 kHz."""
LOUD = frozenset(byte for byte in range(256) if byte & 0x7F < 0x48)
"""Samples of µ-law that are heard: above some -25 dBFS (ITU-T G.711 table 2a, inverted bits)."""
HOST = "127.0.0.1"
SO_TIMESTAMPNS = 35
"""Of asm-generic/socket.h; the socket module does not name it."""
REFUSALS = {
    Fate.BUSY: "486 Busy Here",
    Fate.CONGESTION: "503 Service Unavailable",
    Fate.INVALID: "404 Not Found",
}


@dataclass
class Counted:
    """What the carrier saw."""

    invites: Counter[str] = field(default_factory=Counter)
    """By attempt."""
    at: list[float] = field(default_factory=list)
    """UTC seconds of each, as the kernel took it in: however late we read it."""
    ended: list[float] = field(default_factory=list)
    """UTC seconds at which calls ended, in whatever way."""
    numbers: list[str] = field(default_factory=list)
    """Of each, in the same order."""
    by_number: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    up_now: int = 0
    """Calls that ring or talk."""
    up_most: int = 0
    keys: int = 0
    words: int = 0
    """Calls in which something was said."""
    first_packet: list[float] = field(default_factory=list)
    """Seconds from our 200 to the first packet of each answered call."""
    received: int = 0
    sent: int = 0
    held: list[float] = field(default_factory=list)
    """Seconds of each answered call."""
    loud: Counter[str] = field(default_factory=Counter)
    """By number: packets in which something was heard, 20 ms each."""
    first_loud: dict[str, float] = field(default_factory=dict)
    """By number: seconds from our 200 to the first of them."""

    def as_json(self) -> dict[str, Any]:
        """For whoever asked."""
        return {
            "invites": dict(self.invites), "at": self.at, "numbers": self.numbers,
            "ended": self.ended, "fates": dict(self.fates),
            "up_most": self.up_most, "keys": self.keys, "words": self.words,
            "first_packet": self.first_packet, "received": self.received, "sent": self.sent,
            "held": self.held, "loud": dict(self.loud), "first_loud": self.first_loud,
            "by_number": dict(self.by_number),
        }  # fmt: skip


@dataclass
class Call:
    """One call at the carrier."""

    invite: Message
    source: tuple[str, int]
    tag: str
    fate: Fate
    last: bytes = b""
    offer: Offer | None = None
    acked: bool = False
    over: bool = False
    answered_at: float = 0.0
    seq: int = 0
    heard: bool = False
    speech: list[bytes] = field(default_factory=list)
    """What is still to be said, the next frame at the end."""
    timers: list[asyncio.TimerHandle] = field(default_factory=list)


class Carrier:
    """Its SIP side."""

    def __init__(self, mix: Mix, signalling: socket.socket) -> None:
        self.mix = mix
        self.port: int = signalling.getsockname()[1]
        self.counted = Counted()
        self.calls: dict[str, Call] = {}
        self.talking: dict[tuple[str, int], Call] = {}
        self.sound = Sound(self)
        self.words = frames_of(read_wav(Path(mix.says))[0]) if mix.says else []
        self.greeting = mailbox() if mix.voicemail else []
        self.rtp_port = 0
        self.signalling = signalling

    def readable(self) -> None:
        """Take what has come."""
        while True:
            try:
                data, beside, _, source = self.signalling.recvmsg(65_535, 64)
            except BlockingIOError:
                return
            self._take(data, source, stamp_of(beside))

    def _take(self, data: bytes, source: tuple[str, int], at: float) -> None:
        message = read(data)
        if message is None or message.first.startswith("SIP/"):
            return
        if message.method == "INVITE":
            self._invite(message, source, at)
            return
        handler = {"ACK": self._ack, "BYE": self._bye, "CANCEL": self._cancel}.get(message.method)
        if handler is not None:
            handler(message, source)

    def _send(self, data: bytes, to: tuple[str, int]) -> None:
        self.signalling.sendto(data, to)

    def _later(self, call: Call, seconds: float, what: Callable[[Call], None]) -> None:
        def due() -> None:
            if not call.over:
                what(call)

        call.timers.append(asyncio.get_running_loop().call_later(seconds, due))

    def _invite(self, invite: Message, source: tuple[str, int], at: float) -> None:
        name = invite.get("call-id")
        known = self.calls.get(name)
        if known is not None:
            self._send(known.last, known.source)
            return
        counted, number = self.counted, invite.number
        counted.invites[invite.get("x-centralino-attempt")] += 1
        counted.at.append(at)
        counted.numbers.append(number)
        counted.by_number[number] += 1
        fate = self.mix.fate(number, counted.by_number[number])
        counted.fates[fate] += 1
        counted.up_now += 1
        counted.up_most = max(counted.up_most, counted.up_now)
        call = Call(invite, source, f"t{len(counted.at)}", fate)
        self.calls[name] = call
        self._say(call, "100 Trying")
        self._say(call, "180 Ringing")
        if fate is not Fate.NO_ANSWER:
            self._later(call, self.mix.ring, self._decide)

    def _say(self, call: Call, status: str, body: str = "") -> None:
        contact = f"sip:carrier@{HOST}:{self.port}"
        call.last = response(call.invite, status, call.tag, contact, body)
        self._send(call.last, call.source)

    def _decide(self, call: Call) -> None:
        if (refusal := REFUSALS.get(call.fate)) is not None:
            self._say(call, refusal)
            self._over(call)
            return
        call.offer = offer_of(call.invite.body)
        if call.offer is None:
            self._say(call, "488 Not Acceptable Here")
            self._over(call)
            return
        call.answered_at = time.monotonic()
        self._say(call, "200 OK", answer(HOST, self.rtp_port, call.offer.event))
        self.talking[call.offer.host, call.offer.port] = call
        for wait in (T1, 3 * T1, 7 * T1):
            self._later(call, wait, self._repeat)
        acts = {
            Fate.ANSWERS: self._press, Fate.SPEAKS: self._speak, Fate.VOICEMAIL: self._greet,
        }  # fmt: skip
        if call.fate in acts:
            self._later(call, self.mix.key_after, acts[call.fate])
        self._later(call, self.mix.stays, self._leave)

    def _repeat(self, call: Call) -> None:
        if not call.acked:
            self._send(call.last, call.source)

    def _press(self, call: Call) -> None:
        self.counted.keys += 1
        self.sound.press(call, 1)

    def _speak(self, call: Call) -> None:
        self.counted.words += 1
        call.speech = list(self.words)

    def _greet(self, call: Call) -> None:
        call.speech = list(self.greeting)

    def _leave(self, call: Call) -> None:
        contact = f"sip:carrier@{HOST}:{self.port}"
        branch = f"z9hG4bK{call.tag}{call.invite.branch[-12:]}"
        self._send(bye(call.invite, call.tag, contact, branch, HOST, self.port), call.source)
        self._over(call)

    def _ack(self, ack: Message, source: tuple[str, int]) -> None:
        if (call := self.calls.get(ack.get("call-id"))) is not None:
            call.acked = True

    def _bye(self, request: Message, source: tuple[str, int]) -> None:
        self._send(response(request, "200 OK", ""), source)
        if (call := self.calls.get(request.get("call-id"))) is not None:
            self._over(call)

    def _cancel(self, request: Message, source: tuple[str, int]) -> None:
        self._send(response(request, "200 OK", "c"), source)
        call = self.calls.get(request.get("call-id"))
        if call is not None and not call.over and not call.answered_at:
            self._say(call, "487 Request Terminated")
            self._over(call)

    def _over(self, call: Call) -> None:
        if call.over:
            return
        call.over = True
        self.counted.up_now -= 1
        self.counted.ended.append(time.time())
        if call.answered_at:
            self.counted.held.append(time.monotonic() - call.answered_at)
        if call.offer is not None:
            self.talking.pop((call.offer.host, call.offer.port), None)
        for timer in call.timers:
            timer.cancel()
        call.timers.clear()


class Sound(asyncio.DatagramProtocol):
    """Its sound side: one socket; a call is known by where its sound comes from."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        """The socket is open."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """A packet."""
        counted = self._carrier.counted
        counted.received += 1
        call = self._carrier.talking.get(addr)
        if call is not None and not call.heard:
            call.heard = True
            counted.first_packet.append(time.monotonic() - call.answered_at)
        if call is not None and self._carrier.mix.hums and not LOUD.isdisjoint(data[12:]):
            number = call.invite.number
            counted.loud[number] += 1
            counted.first_loud.setdefault(number, time.monotonic() - call.answered_at)

    async def run(self) -> None:
        """Send 20 ms to every call that talks, every 20 ms, until cancelled."""
        loop = asyncio.get_running_loop()
        due, sound = loop.time(), TONE if self._carrier.mix.hums else FRAME
        while True:
            due += 0.02
            await asyncio.sleep(max(0.0, due - loop.time()))
            for call in list(self._carrier.talking.values()):
                frame = call.speech.pop() if call.speech else sound
                self._packet(call, 0, frame, call.seq * 160)

    def press(self, call: Call, event: int) -> None:
        """A key of 160 ms: eight packets, and the end three times (:rfc:`4733#section-2.5.1`)."""
        if call.offer is None:
            return
        stamp, kind = call.seq * 160, call.offer.event
        for length in [*range(160, 1281, 160), 1280, 1280, 1280]:
            end = 0x80 if length == 1280 else 0
            self._packet(call, kind, struct.pack("!BBH", event, end | 10, length), stamp)

    def _packet(self, call: Call, kind: int, payload: bytes, stamp: int) -> None:
        if call.offer is None or self._transport is None:
            return
        call.seq += 1
        head = struct.pack(
            "!BBHII", 0x80, kind, call.seq & 0xFFFF, stamp & 0xFFFFFFFF, id(call) & 0xFFFFFFFF
        )
        self._transport.sendto(head + payload, (call.offer.host, call.offer.port))
        self._carrier.counted.sent += 1


def frames_of(pcm: bytes) -> list[bytes]:
    """Sound (16 bit, mono, 8 kHz) as frames of 20 ms in µ-law, the last one first."""
    sound = mu_law(pcm)
    return [sound[at : at + 160].ljust(160, b"\xff") for at in range(0, len(sound), 160)][::-1]


def mailbox() -> list[bytes]:
    """A greeting, which is noise in the rhythm of speech, and the beep behind it."""
    time = np.arange(12_000) / 8_000
    loud = 6_000 * (0.6 + 0.4 * np.sin(8 * np.pi * time))
    greeting = (np.random.default_rng(1).standard_normal(len(time)) * loud).clip(-32_000, 32_000)
    return frames_of(greeting.astype("<i2").tobytes() + bytes(6_400) + beep(1000.0, 0.5))


def stamp_of(beside: list[tuple[int, int, bytes]]) -> float:
    """UTC seconds at which the kernel took a datagram in; our own clock where it does not say."""
    for level, kind, value in beside:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("@ll", value[: struct.calcsize("@ll")])
            return float(seconds + nanoseconds / 1e9)
    return time.time()


@contextlib.contextmanager
def signalling_socket(port: int) -> Iterator[socket.socket]:
    """A UDP socket whose datagrams carry the time at which they came."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.setblocking(False)
        with contextlib.suppress(OSError):  # not Linux: our own clock is read
            opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        opened.bind((HOST, port))
        yield opened


async def serve(port: int, mix: Mix, ready: Callable[[int], None], rtp_port: int = 0) -> Counted:
    """Answer until SIGTERM or SIGINT; what was counted. `ready` gets the port. Raises OSError."""
    with signalling_socket(port) as signalling:
        return await _serve(Carrier(mix, signalling), ready, rtp_port)


async def _serve(carrier: Carrier, ready: Callable[[int], None], rtp_port: int) -> Counted:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_reader(carrier.signalling, carrier.readable)
    sound, _ = await loop.create_datagram_endpoint(lambda: carrier.sound, (HOST, rtp_port))
    carrier.rtp_port = sound.get_extra_info("sockname")[1]
    sending = asyncio.create_task(carrier.sound.run())
    ready(carrier.port)
    await stop.wait()
    sending.cancel()
    loop.remove_reader(carrier.signalling)
    sound.close()
    return carrier.counted


def _ready(port: int) -> None:
    print(json.dumps({"ready": port}), flush=True)  # noqa: T201 - its parent waits for this


def main() -> None:
    """Run one as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--mix", type=json.loads, default={})
    asked = parser.parse_args()
    counted = asyncio.run(serve(asked.port, Mix(**asked.mix), _ready))
    if asked.json is not None:
        asked.json.write_text(json.dumps(counted.as_json()))


if __name__ == "__main__":
    main()
