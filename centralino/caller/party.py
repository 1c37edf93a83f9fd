"""One party in a process of its own: `python -m centralino.caller.party`, orders on standard input.

The first line is the order (`Order` as JSON); each later line is a word of the director, or more
steps as a JSON list. What happens is told as JSON lines on standard output: registered, ringing,
answered, said, digit, ended.
The recording has what came on the left and what we sent on the right, as all recordings here, made
where a person's ear would be: behind the jitter buffer.
"""

from __future__ import annotations

import asyncio
import json
import sys
import wave
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from centralino.caller.line import Line
from centralino.caller.script import (
    Answered,
    Cue,
    FrameHeard,
    HangUp,
    Hold,
    Press,
    SaidAll,
    Say,
    ScriptCore,
    Step,
    Word,
    from_json,
    to_json,
)
from centralino.processes.child import set_up_logs
from kernel.clock import SteadyClock
from kernel.ids import LegId, new_id
from telephony.drivers.baresip_options import BaresipOptions, Registration
from telephony.drivers.sip_baresip import BaresipControl
from telephony.errors import TelephonyError
from telephony.media.leg import MOST_RECEIVED
from telephony.media.pump import Pump
from telephony.media.recording import TwoChannelRecorder
from telephony.media.wav import WavSink
from telephony.ports import CallControl, MediaStream
from telephony.types import (
    Cause,
    DigitReceived,
    LegAnswered,
    LegEnded,
    LegOffered,
    LegRinging,
    Originate,
    TransferAsked,
)

NOISE_APART = 7.3
"""Seconds by which the noise behind one call begins later than behind the one before."""
LOUD = 327
"""−40 dBFS of 16-bit peak-to-full-scale, taken as root mean square of a frame."""
NO_ROOM = frozenset({Cause.TEMPORARY_FAILURE, Cause.CONGESTION})
AHEAD_FRAMES = 2
"""Frames written ahead of the stack's clock."""


@dataclass(frozen=True)
class Order:
    """What a party is to do."""

    target: str = ""
    """Whom to call; empty: wait to be called."""
    user: str = "caller"
    name: str = ""
    edge: str = ""
    """host:port of the edge: outbound proxy, and registrar where there is a password."""
    password: str = ""
    answer_after: float | None = 0.5
    """Seconds of ringing before answering; None: when the director says `answer`, if ever."""
    script: tuple[dict[str, object], ...] = ()
    recording: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    max_seconds: float = 180.0
    calls: int = 1
    """How many calls a waiting phone takes, or a caller places, before it ends."""
    redials_after: float | None = None
    """Seconds after which a caller for whom there was no room (503) calls again; it is no call then
    of those that it places. None: it is one, and the next follows at once."""
    calls_once: bool = False
    """Whether a caller waits to be called after its first call."""
    echo_db: float | None = None
    """How much softer what is heard comes back into the telephone; None: not at all."""
    echo_ms: float = 100.0
    noise: str = ""
    """A WAV file (mono, 16 bit, 8 kHz) that is heard behind the party all the while."""
    follows: bool = False
    """Whether a REFER of the far end is obeyed."""
    dtmf: str = "rtpevent"
    host: str = "127.0.0.1"

    def to_line(self) -> str:
        """The order as the first line of standard input."""
        return json.dumps(asdict(self)) + "\n"


@dataclass(frozen=True)
class PickUp:
    """The director's word: answer the call that rings."""


DIRECTED = {"hang_up": HangUp, "answer": PickUp}
"""Words that are done at once, wherever the script is."""


def order(steps: list[Step], **fields: Any) -> Order:
    """An order with these steps."""
    return Order(script=tuple(to_json(step) for step in steps), **fields)


def tell(event: str, **facts: object) -> None:
    """One line to the director."""
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def read_wav(path: str, rate: int) -> bytes:
    """The sound of a mono 16-bit file of this rate. Raises OSError or wave.Error."""
    with wave.open(path, "rb") as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (rate, 1, 2):
            raise wave.Error(f"{path}: need {rate} Hz, mono, 16 bit")
        return file.readframes(file.getnframes())


def loud(frame: bytes) -> bool:
    """Whether 20 ms lie above −40 dBFS."""
    samples = np.frombuffer(frame, dtype="<i2").astype(np.float64)
    return bool(len(samples) and np.sqrt(np.mean(samples**2)) > LOUD)


class Ear:
    """The sound of one call: plays sentences, hears, records (left what came, right what went)."""

    def __init__(
        self, stream: MediaStream, core: ScriptCore, clock: SteadyClock, path: str, line: Line
    ) -> None:
        self._stream = stream
        self._line = line
        self._core = core
        self._clock = clock
        self._saying = b""
        self._text = ""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._sink = WavSink(Path(path), stream.rate) if path else None
        self._recorder = TwoChannelRecorder(stream.rate, self._sink or (lambda pcm: None))
        self.began = clock.now()
        self.longest_gap = 0
        """Frames of 20 ms for which nothing came although sound had begun to flow."""
        self._empty: int | None = None

    def say(self, text: str, pcm: bytes) -> None:
        """Begin to speak."""
        self._text, self._saying = text, pcm
        tell("saying", text=text, at=self._clock.now() - self.began)

    def tick(self) -> None:
        """20 ms in both directions."""
        received: list[bytes] = []
        while len(received) < MOST_RECEIVED and (frame := self._stream.read()) is not None:
            received.append(frame)
        self._watch_gap(len(received))
        for frame in received:
            self._line.heard(frame)
            self._core.receive(FrameHeard(loud(frame)), self._clock.now())
        sent: list[bytes] = []
        while self._stream.queued() < AHEAD_FRAMES * self._stream.frame_bytes and len(sent) < 2:
            sent.append(self._line.carry(self._next()))
            self._stream.write(sent[-1])
        self._recorder.frame(b"".join(received), b"".join(sent))

    def _watch_gap(self, frames: int) -> None:
        """RTP flows in silence, too; a tick late by one frame is followed by two frames."""
        if frames:
            self._empty = 0
        elif self._empty is not None:
            self._empty += 1
            self.longest_gap = max(self.longest_gap, self._empty)

    def _next(self) -> bytes:
        size = self._stream.frame_bytes
        out, self._saying = self._saying[:size], self._saying[size:]
        if self._text and not self._saying:
            tell("said", text=self._text, at=self._clock.now() - self.began)
            self._text = ""
            self._core.receive(SaidAll(), self._clock.now())
        return out.ljust(size, b"\0")

    def save(self) -> str:
        """Finish the recording; where it is."""
        self._recorder.flush()
        if self._sink is None:
            return ""
        self._sink.close()
        return str(self._sink.path)


class Party:
    """Runs an order."""

    def __init__(self, order: Order, control: CallControl, pump: Pump) -> None:
        self._order = order
        self._control = control
        self._pump = pump
        self._clock = SteadyClock()
        self._leg: LegId | None = None
        self._ear: Ear | None = None
        self._core = self._fresh()
        self._calls = 0
        self.over = asyncio.Event()
        self._again = asyncio.Event()
        self._rest = 0.0
        """Seconds until the next call is placed."""

    def _fresh(self) -> ScriptCore:
        return ScriptCore([from_json(dict(step)) for step in self._order.script])

    async def run(self) -> None:
        """Until the call, or the last of the calls, is over."""
        async with asyncio.TaskGroup() as tasks:
            events = tasks.create_task(self._events())
            tasks.create_task(self._steps())
            if self._order.target:
                calling = tasks.create_task(self._call_and_again())
            await self.over.wait()
            events.cancel()
            if self._order.target:
                calling.cancel()

    async def _call_and_again(self) -> None:
        while True:
            await self._call()
            await self._again.wait()
            self._again.clear()
            await asyncio.sleep(self._rest)

    def word(self, word: str) -> None:
        """The director said something."""
        if word in DIRECTED:
            self._core._commands.append(DIRECTED[word]())
        self._core.receive(Word(word), self._clock.now())

    def cue(self, steps: list[dict[str, object]]) -> None:
        """The director gives more to do."""
        self._core.receive(Cue(tuple(from_json(step) for step in steps)), self._clock.now())

    async def _call(self) -> None:
        self._leg = LegId(new_id("leg"))
        host = self._order.edge.split(":")[0] or self._order.host
        await self._control.originate(
            Originate(
                leg=self._leg,
                target=self._order.target,
                from_uri=f"sip:{self._order.user}@{host}",
                from_name=self._order.name,
                headers=self._order.headers,
                ring_timeout=60.0,
            )
        )

    async def _events(self) -> None:
        async for event in self._control.events():
            if isinstance(event, LegOffered):
                await self._offered(event)
            elif isinstance(event, LegRinging):
                tell("ringing")
            elif isinstance(event, LegAnswered):
                self._up(event)
            elif isinstance(event, DigitReceived):
                tell("digit", digit=event.digit)
            elif isinstance(event, TransferAsked):
                tell("refer", target=event.target)
            elif isinstance(event, LegEnded) and event.leg == self._leg:
                self._ended(event)

    async def _offered(self, event: LegOffered) -> None:
        if self._leg is not None:
            await self._control.refuse(event.leg, Cause.BUSY)
            return
        self._leg = event.leg
        tell("offered", from_uri=event.from_uri, name=event.from_name, headers=dict(event.headers))
        if self._order.answer_after is not None:
            await asyncio.sleep(self._order.answer_after)
            await self._control.answer(event.leg)

    def _up(self, event: LegAnswered) -> None:
        media = self._control.media(event.leg)
        self._ear = Ear(media, self._core, self._clock, self._recording(), self._make_line())
        self._pump.add(event.leg, self._ear.tick)
        tell("answered", sip_call_id=event.sip_call_id, at=self._clock.now())
        self._core.receive(Answered(), self._clock.now())

    def _ended(self, event: LegEnded) -> None:
        self._pump.remove(event.leg)
        redials = self._ear is None and event.cause in NO_ROOM and self._order.redials_after
        self._rest = redials or 0.0
        tell(
            "ended", cause=int(event.cause), text=event.text, by_peer=event.by_peer,
            answered=self._ear is not None, recording=self._ear.save() if self._ear else "",
            longest_gap_ms=20 * self._ear.longest_gap if self._ear else 0,
        )  # fmt: skip
        self._ear, self._leg, self._core = None, None, self._fresh()
        self._calls += not redials
        if self._calls >= self._order.calls:
            self.over.set()
        elif self._order.target and not self._order.calls_once:
            self._again.set()

    def _make_line(self) -> Line:
        order = self._order
        noise = read_wav(order.noise, 8000) if order.noise else b""
        begins = NOISE_APART * self._calls
        return Line(8000, order.echo_db, order.echo_ms, noise, begins)

    def _recording(self) -> str:
        path = Path(self._order.recording)
        if not self._order.recording or not self._calls:
            return self._order.recording
        return str(path.with_stem(f"{path.stem}-{self._calls + 1}"))

    async def _steps(self) -> None:
        # It ends by looking, not by being cancelled: a cancellation that meets a hang-up on its way
        # through the stack may be swallowed there (asyncio.wait_for before Python 3.12).
        while not self.over.is_set():
            now = self._clock.now()
            self._core.handle_timer(now)
            for command in self._core.commands():
                await self._do(command)
            await asyncio.sleep(0.01)

    async def _do(self, command: object) -> None:
        silent = isinstance(command, HangUp | PickUp)
        if self._leg is None or (self._ear is None and not silent):
            return
        if isinstance(command, Say) and self._ear is not None:
            self._ear.say(command.text, read_wav(command.wav, 8000))
        elif isinstance(command, Press):
            tell("pressing", digits=command.digits)
            await self._control.send_digits(self._leg, command.digits)
        elif isinstance(command, Hold):
            await self._control.hold(self._leg, command.on)
        elif isinstance(command, PickUp):
            await self._control.answer(self._leg)
        elif isinstance(command, HangUp):
            await self._control.hang_up(self._leg)


async def _words(party: Party) -> None:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await reader.readline():
        word = line.decode().strip()
        if word.startswith("["):
            party.cue(json.loads(word))
        else:
            party.word(word)


async def play(order: Order) -> None:
    """Carry out an order from beginning to end."""
    options = BaresipOptions(
        host=order.host,
        user=order.user,
        outbound_proxy=order.edge or None,
        dtmf=order.dtmf,
        follow_transfers=order.follows,
        register=Registration(order.user, order.password, order.edge) if order.password else None,
    )
    async with BaresipControl(options) as control, Pump() as pump:
        tell("ready", port=control.port)
        party = Party(order, control, pump)
        words = asyncio.create_task(_words(party))
        try:
            async with asyncio.timeout(order.max_seconds):
                await party.run()
        finally:
            words.cancel()
            await asyncio.gather(words, return_exceptions=True)


def main() -> int:
    """Read the order, play it; the exit code."""
    set_up_logs("warning", "party")  # standard output is the director's
    values = json.loads(sys.stdin.readline())
    values["script"] = tuple(values["script"])
    try:
        asyncio.run(play(Order(**values)))
    except (TelephonyError, TimeoutError, OSError, wave.Error) as error:
        tell("failed", why=str(error) or type(error).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
