"""The bus between processes on one machine: a Unix socket and JSON lines.

Control listens; every other process connects to it and reconnects for as long as it lives, so
control may die and come back. A connection begins with a greeting from both sides: name, life
(epoch) and the first number still kept. Lines:

    {"hello": name, "epoch": e, "first": n}   {"message": envelope}   {"taken": n}
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from centralino.bus.base import BusEnd, Ends
from kernel.bus import Envelope
from kernel.codec import decode, encode
from kernel.errors import BusClosed, KernelError

log = structlog.get_logger()

LINE_LIMIT = 16 * 1024 * 1024
"""Bytes of one line: a packet with a long transcript is some 100 kB."""
GROUP_LIMIT = 256
"""Messages at most that are handled together."""
PATIENCE = 0.1
"""Seconds for which a patient message waits for company. Its sender keeps it meanwhile."""
RETRY_SECONDS = 0.2
"""Between attempts to reach control. It is on the same machine, so trying often costs nothing."""


@dataclass
class _Link:
    """A connection to one peer."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def write(self, line: dict[str, Any]) -> None:
        if not self.writer.is_closing():
            self.writer.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")

    async def lines(self) -> AsyncIterator[dict[str, Any]]:
        while line := await self.reader.readline():
            yield json.loads(line)

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


class _Lines:
    """The lines of a link, read ahead so that it is known whether more have come."""

    def __init__(self, link: _Link) -> None:
        self._link = link
        self._queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(GROUP_LIMIT)
        self._over = False

    async def read(self) -> None:
        """Read to the end. Raises OSError, ValueError."""
        try:
            async for line in self._link.lines():
                await self._queue.put(line)
        except (OSError, ValueError):
            await self._queue.put(None)
            raise
        await self._queue.put(None)

    async def next(self, until: float | None) -> dict[str, Any] | None:
        """The next line; None at the end, or when none came until then (loop time)."""
        try:
            async with asyncio.timeout_at(until):
                line = None if self._over else await self._queue.get()
        except TimeoutError:
            return None
        self._over = self._over or line is None
        return line


class UnixBus(BusEnd):
    """One process's end. `listen` for control, `connect` for everybody else."""

    def __init__(self, state: Ends, path: Path, *, listens: bool) -> None:
        super().__init__(state)
        self.path = path
        self._listens = listens
        self._links: dict[str, _Link] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = False

    async def __aenter__(self) -> UnixBus:
        self._open = True
        if self._listens:
            await self._listen()
        else:
            self._spawn(self._connect_for_ever())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._open = False
        if self._server is not None:
            self._server.close()
            self.path.unlink(missing_ok=True)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def send(
        self,
        to: str,
        value: object,
        *,
        call: str | None = None,
        cause: str | None = None,
        id: str | None = None,
    ) -> str:
        """Hand a message over; kept until it is taken."""
        if not self._open:
            raise BusClosed(f"the bus of {self.name} is closed")
        envelope = self.state.pack(to, value, call, cause, id)
        link = self._links.get(to)
        if link is not None:
            link.write({"message": encode(envelope)})
        return envelope.id

    async def _listen(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        mask = os.umask(0o077)  # the socket carries digests and content: for this user alone
        try:
            self._server = await asyncio.start_unix_server(
                self._accepted, path=self.path, limit=LINE_LIMIT
            )
        finally:
            os.umask(mask)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._spawn(self._serve(_Link(reader, writer)))

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("bus.task", bus=self.name, why=repr(error))

    async def _connect_for_ever(self) -> None:
        while True:
            try:
                streams = await asyncio.open_unix_connection(self.path, limit=LINE_LIMIT)
            except OSError:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            try:
                await self._serve(_Link(*streams))
            except Exception:
                # A process that hears nobody any more is worse than one that missed a message.
                log.exception("bus.link_broke", bus=self.name)
            await asyncio.sleep(RETRY_SECONDS)

    async def _serve(self, link: _Link) -> None:
        peer: str | None = None
        try:
            if self._listens:
                peer = await self._greeted(link)
            else:
                link.write(self._hello("control"))
                peer = await self._greeted(link)
            await self._take(peer, link)
        except (OSError, ValueError, KernelError) as error:
            log.warning("bus.link", bus=self.name, peer=peer, why=str(error))
        finally:
            await link.close()
            if peer is not None and self._links.get(peer) is link:
                del self._links[peer]
                await self.state.disconnected(peer)

    def _hello(self, to: str) -> dict[str, Any]:
        return {"hello": self.name, "epoch": self.state.epoch, "first": self.state.first(to)}

    async def _greeted(self, link: _Link) -> str:
        async for line in link.lines():
            peer = str(line["hello"])
            if self._listens:
                link.write(self._hello(peer))
            self._links[peer] = link
            await self.state.connected(peer, str(line["epoch"]), int(line["first"]))
            for envelope in self.state.again(peer):
                link.write({"message": encode(envelope)})
            return peer
        raise BusClosed("the other side left before it said who it was")

    async def _take(self, peer: str, link: _Link) -> None:
        """Take what comes until the link ends, together what may be taken together."""
        lines = _Lines(link)
        reading = asyncio.create_task(lines.read())
        try:
            while envelopes := await self._together(peer, lines):
                link.write({"taken": await self.state.arrived(peer, envelopes)})
            await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _together(self, peer: str, lines: _Lines) -> list[Envelope]:
        """The next messages: patient ones with what comes in a moment; none at the end."""
        envelopes: list[Envelope] = []
        until: float | None = None
        while (line := await lines.next(until)) is not None:
            if "taken" in line:
                await self.state.acknowledged(peer, int(line["taken"]))
                continue
            envelopes.append(_envelope(peer, line))
            if envelopes[-1].type not in self.state.patient or len(envelopes) >= GROUP_LIMIT:
                break
            until = until or asyncio.get_running_loop().time() + PATIENCE
        return envelopes


def _envelope(peer: str, line: dict[str, Any]) -> Envelope:
    envelope = decode(line["message"])
    if not isinstance(envelope, Envelope):
        raise ValueError(f"{peer} sent something that is no envelope")
    return envelope
