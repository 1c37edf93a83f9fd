"""A Wyoming server around any `Recogniser` and `Synthesiser`.

One connection asks one thing at a time; many connections are served at once. While an engine works
the connection is watched: a client that hangs up (a caller who hung up, a guess thrown away) takes
its work out of the queue.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from voicebot.speech import protocol
from voicebot.speech.ports import Recogniser, RecognitionContext, RecognitionStream, Synthesiser
from voicebot.speech.protocol import Event

log = structlog.get_logger(__name__)
CHUNK_SECONDS = 0.2
"""Of speech in one event."""
SIGN_SECONDS = 0.5
"""Between two signs to a client that waits."""


@dataclass(frozen=True)
class Engines:
    """What a worker offers."""

    asr: Recogniser | None = None
    tts: Synthesiser | None = None


class Connection:
    """One client. Made when it connects, gone when it leaves."""

    def __init__(
        self, engines: Engines, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._engines = engines
        self._reader = reader
        self._writer = writer
        self._context = RecognitionContext()
        self._partials = self._signs = False
        self._told = ""
        self._stream: RecognitionStream | None = None
        self._verbs: dict[str, Callable[[Event], Coroutine[Any, Any, None]]] = {
            protocol.DESCRIBE: self._describe,
            protocol.TRANSCRIBE: self._transcribe,
            protocol.AUDIO_START: self._audio_start,
            protocol.AUDIO_CHUNK: self._audio_chunk,
            protocol.AUDIO_STOP: self._audio_stop,
            protocol.SYNTHESIZE: self._synthesize,
        }

    async def serve(self) -> None:
        """Answer until the client leaves. Unknown events are ignored, as the protocol has it."""
        reading = self._read()
        try:
            while (event := await reading) is not None:
                reading = self._read()
                verb = self._verbs.get(event.type)
                if verb is not None and not await self._unless_gone(verb(event), reading):
                    return
        finally:
            reading.cancel()
            if self._stream is not None:
                await self._stream.cancel()

    def _read(self) -> asyncio.Task[Event | None]:
        return asyncio.ensure_future(protocol.read_event(self._reader))

    async def _unless_gone(
        self, verb: Coroutine[Any, Any, None], reading: asyncio.Task[Event | None]
    ) -> bool:
        """Do it; False if the client left meanwhile, or nothing more can be done for it."""
        work = asyncio.ensure_future(self._guard(verb))
        try:
            while not work.done():
                awaited = {work} if reading.done() else {work, reading}
                await asyncio.wait(
                    awaited, timeout=SIGN_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if not work.done() and reading.done() and reading.result() is None:
                    return False
                if not work.done() and self._signs:
                    await self._sign()
            return await work
        finally:
            work.cancel()

    async def _sign(self) -> None:
        """A client that cannot be told has left; `reading` says so as well."""
        with contextlib.suppress(ConnectionError):
            await self._send(protocol.at_work())

    async def _guard(self, verb: Awaitable[None]) -> bool:
        try:
            await verb
        except ConnectionError:
            return False
        except Exception as problem:  # whatever native code raises must not end the worker
            log.exception("the engine failed")
            await self._send(protocol.error(str(problem), type(problem).__name__))
            return False
        return True

    async def _send(self, event: Event) -> None:
        await protocol.write_event(event, self._writer)

    async def _describe(self, event: Event) -> None:
        asr, tts = self._engines.asr, self._engines.tts
        await self._send(
            protocol.info(await asr.info() if asr else None, await tts.info() if tts else None)
        )

    async def _transcribe(self, event: Event) -> None:
        self._context, self._partials = protocol.context_of(event)
        self._signs = protocol.wants_signs(event)

    async def _audio_start(self, event: Event) -> None:
        await self._open(protocol.rate_of(event))

    async def _open(self, rate: int) -> RecognitionStream:
        if self._engines.asr is None:
            raise LookupError("this worker does not recognise speech")
        self._told = ""
        self._stream = await self._engines.asr.open(rate, self._context)
        return self._stream

    async def _audio_chunk(self, event: Event) -> None:
        stream = self._stream or await self._open(protocol.rate_of(event))
        await stream.feed(protocol.pcm_of(event))
        if self._partials and (text := await stream.partial()) != self._told:
            self._told = text
            await self._send(protocol.partial(text))

    async def _audio_stop(self, event: Event) -> None:
        stream = self._stream or await self._open(protocol.DEFAULT_RATE)
        heard = await stream.finish()
        self._stream = None
        await self._send(protocol.transcript(heard, self._context.language))

    async def _synthesize(self, event: Event) -> None:
        if self._engines.tts is None:
            raise LookupError("this worker does not speak")
        text, rate = protocol.order_of(event)
        self._signs = protocol.wants_signs(event)
        await self._send(protocol.audio_start(rate))
        step = 2 * round(rate * CHUNK_SECONDS)
        async for clause in self._engines.tts.speak(text, rate):
            for at in range(0, len(clause.pcm), step):
                await self._send(protocol.audio_chunk(clause.pcm[at : at + step], rate))
        await self._send(protocol.audio_stop())


class Server:
    """Listens at a Wyoming URI: `unix:///path` or `tcp://host:port` (port 0 for a free one)."""

    def __init__(self, engines: Engines, uri: str) -> None:
        self.uri = uri
        self._engines = engines
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. `uri` then names the port. Raises OSError, ValueError for another scheme."""
        kind, where = protocol.split_uri(self.uri)
        if kind == "unix":
            self._server = await asyncio.start_unix_server(self._accept, where)
            return
        host, _, port = where.rpartition(":")
        self._server = await asyncio.start_server(self._accept, host, int(port))
        self.uri = f"tcp://{host}:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self, patience: float = 5.0) -> None:
        """Accept nobody more, let running work end for `patience` seconds, then cut it."""
        if self._server is not None:
            self._server.close()
        if self._clients:
            await asyncio.wait(set(self._clients), timeout=patience)
        for client in set(self._clients):
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.current_task()
        assert client is not None
        self._clients.add(client)
        try:
            await Connection(self._engines, reader, writer).serve()
        except asyncio.CancelledError:
            log.info("a client was cut at the end of the worker")
        finally:
            self._clients.discard(client)
            await protocol.hang_up(writer, patience=1.0)
