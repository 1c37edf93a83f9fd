"""The speech ports on any Wyoming server, in another process or house.

A connection lives for one utterance or one text: opening one costs a fraction of a millisecond,
and after a crash of the server the next use simply connects to its successor. A server that is
gone, silent for too long or in trouble is `EngineLost`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from telephony.media.resample import resample
from voicebot.errors import EngineLost
from voicebot.speech import protocol
from voicebot.speech.clauses import pause_after, split
from voicebot.speech.ports import (
    Clause,
    EngineInfo,
    Recognised,
    RecognitionContext,
    RecognitionStream,
)
from voicebot.speech.protocol import Event
from voicebot.speech.sound import silence

CONNECT_TIMEOUT = 2.0
ANSWER_TIMEOUT = 10.0
"""Seconds without any event from a server that owes one."""
QUIET = 3.0
"""The same of a server of ours, which says twice a second that it is at work; so it may take as
long as it needs while others go first, and one that hangs is known soon."""


class Wire:
    """One connection to a server. Every verb raises EngineLost."""

    def __init__(
        self, uri: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.uri = uri
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, uri: str) -> Wire:
        """Reach the server."""
        kind, where = protocol.split_uri(uri)
        host, _, port = where.rpartition(":")
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                if kind == "unix":
                    return cls(uri, *await asyncio.open_unix_connection(where))
                return cls(uri, *await asyncio.open_connection(host, int(port)))
        except OSError as problem:  # TimeoutError is one
            raise EngineLost(f"{uri} does not answer: {problem or 'time-out'}") from problem

    async def send(self, event: Event) -> None:
        """Write one event; a server that takes nothing for long is as good as gone."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await protocol.write_event(event, self._writer)
        except OSError as problem:  # TimeoutError is one
            why = problem or "takes nothing"
            raise EngineLost(f"{self.uri} went away: {why}") from problem

    async def receive(self, patience: float | None) -> Event:
        """The next event, waited for so many seconds at the most (None: for ever)."""
        try:
            async with asyncio.timeout(patience):
                event = await protocol.read_event(self._reader)
        except TimeoutError as problem:
            raise EngineLost(f"{self.uri} said nothing for {patience} s") from problem
        if event is None:
            raise EngineLost(f"{self.uri} went away")
        if event.type == protocol.ERROR:
            raise EngineLost(f"{self.uri}: {protocol.problem_of(event)}")
        return event

    async def close(self) -> None:
        """Hang up; what was not sent yet is of no interest any more."""
        await protocol.hang_up(self._writer, patience=0.0)


async def describe(uri: str, role: str, patience: float = ANSWER_TIMEOUT) -> EngineInfo:
    """The engine of a server; `role` is `asr` or `tts`. Raises EngineLost."""
    wire = await Wire.connect(uri)
    try:
        await wire.send(protocol.describe())
        while (event := await wire.receive(patience)).type != protocol.INFO:
            pass
    finally:
        await wire.close()
    engine = protocol.engine_of(event, role)
    if engine is None:
        raise EngineLost(f"{uri} has no {role}")
    return engine


class WyomingRecogniser:
    """A `Recogniser` on the server at `uri`; `signs`: it is one of our workers."""

    def __init__(self, uri: str, timeout: float = ANSWER_TIMEOUT, signs: bool = False) -> None:
        self.uri = uri
        self._patience = QUIET if signs else timeout
        self._signs = signs

    async def info(self) -> EngineInfo:
        """Which engine answers. Raises EngineLost."""
        return await describe(self.uri, "asr", self._patience)

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        """Begin an utterance. End it with `finish` or `cancel`. Raises EngineLost."""
        stream = _Stream(await Wire.connect(self.uri), rate, self._patience, self._signs)
        await stream.begin(context)
        return stream


class _Stream:
    """One utterance. A task reads what comes, so that `partial` need not wait."""

    def __init__(self, wire: Wire, rate: int, patience: float, signs: bool) -> None:
        self._wire = wire
        self._rate = rate
        self._patience = patience
        self._signs = signs
        self._partial = ""
        self._over = False
        self._heard_at = 0.0
        """When something last came from the server, by the loop's clock."""
        self._reading: asyncio.Task[Recognised] | None = None

    async def begin(self, context: RecognitionContext) -> None:
        self._reading = asyncio.create_task(self._read())
        await self._send(protocol.transcribe(context, partials=True, signs=self._signs))
        await self._send(protocol.audio_start(self._rate))

    async def feed(self, pcm: bytes) -> None:
        await self._send(protocol.audio_chunk(pcm, self._rate))

    async def partial(self) -> str:
        return self._partial

    async def finish(self) -> Recognised:
        await self._send(protocol.audio_stop())
        try:
            return await self._answer()
        finally:
            await self.cancel()

    async def _answer(self) -> Recognised:
        """What is owed to us, for as long as there are signs that it comes."""
        assert self._reading is not None
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        while not self._reading.done():
            left = self._heard_at + self._patience - loop.time()
            if left <= 0:
                raise EngineLost(f"{self._wire.uri} gave no sign for {self._patience} s")
            await asyncio.wait({self._reading}, timeout=left)
        return self._reading.result()

    async def cancel(self) -> None:
        self._over = True
        await self._wire.close()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})
            if not self._reading.cancelled():
                self._reading.exception()  # told already, or of no interest any more

    async def _send(self, event: Event) -> None:
        """Send, or end the stream: what the server said last, if anything, tells why."""
        if self._over:
            raise EngineLost("the stream is over")
        try:
            if self._reading is not None and self._reading.done():
                self._reading.result()
            await self._wire.send(event)
        except EngineLost:
            await self.cancel()
            raise

    async def _read(self) -> Recognised:
        while True:
            event = await self._wire.receive(None)
            self._heard_at = asyncio.get_running_loop().time()
            if event.type == protocol.PARTIAL:
                self._partial = str(event.data.get("text", ""))
            elif event.type == protocol.TRANSCRIPT:
                return protocol.recognised_of(event)


class WyomingSynthesiser:
    """A `Synthesiser` on the server at `uri`. It asks for one clause at a time, so any server's
    first sound comes early, and after a barge-in at most one clause was made in vain."""

    def __init__(self, uri: str, timeout: float = ANSWER_TIMEOUT, signs: bool = False) -> None:
        self.uri = uri
        self._patience = QUIET if signs else timeout
        self._signs = signs

    async def info(self) -> EngineInfo:
        """Which engine answers. Raises EngineLost."""
        return await describe(self.uri, "tts", self._patience)

    async def speak(self, text: str, rate: int) -> AsyncIterator[Clause]:
        """The text clause by clause, at `rate` Hz. Raises EngineLost."""
        clauses = split(text)
        if not clauses:
            return
        wire = await Wire.connect(self.uri)
        pause = b""
        try:
            for clause in clauses:
                yield Clause(clause, pause + await self._say(wire, clause, rate))
                pause = silence(rate, pause_after(clause))
        finally:
            await wire.close()

    async def _say(self, wire: Wire, clause: str, rate: int) -> bytes:
        await wire.send(protocol.synthesize(clause, rate, self._signs))
        sound, theirs = bytearray(), rate
        while (event := await wire.receive(self._patience)).type != protocol.AUDIO_STOP:
            if event.type == protocol.AUDIO_START:
                theirs = protocol.rate_of(event)
            elif event.type == protocol.AUDIO_CHUNK:
                sound += protocol.pcm_of(event)
        return resample(bytes(sound), theirs, rate)
