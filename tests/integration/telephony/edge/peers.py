"""Peers of the edge: baresip and sipp as child processes, and bare sockets in this one."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from telephony.edge.framing import Framer
from telephony.edge.message import Request, Response, parse
from tests.peers import need_program
from tests.waiting import until

HOST = "127.0.0.1"
_UA = Path(__file__).with_name("ua.py")


def free_port() -> int:
    """A port that is free for UDP and TCP just now."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind((HOST, 0))
            try:
                tcp.bind(udp.getsockname())
            except OSError:
                continue
            return int(udp.getsockname()[1])


class Agent:
    """A baresip child process (ua.py)."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.port = port
        self.heard: list[dict[str, Any]] = []
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """Collect what the child tells until it ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.heard.append(json.loads(line))

    async def end(self) -> None:
        """If it has not ended itself."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        await self.reader

    def does(self, command: str) -> None:
        """Tell it something to do."""
        assert self.process.stdin is not None
        self.process.stdin.write(command.encode() + b"\n")

    def signal(self, number: int) -> None:
        """Stop it dead, or let it go on."""
        self.process.send_signal(number)

    def times(self, what: str) -> int:
        """How often something happened."""
        return sum(event["what"] == what for event in self.heard)

    def last(self, what: str) -> dict[str, Any]:
        """The last of its kind."""
        return next(event for event in reversed(self.heard) if event["what"] == what)

    async def says(self, what: str, times: int = 1) -> dict[str, Any]:
        """Wait until it happened so many times; the last of them."""
        await until(lambda: self.times(what) >= times, 20)
        return self.last(what)


@asynccontextmanager
async def agent(**options: object) -> AsyncIterator[Agent]:
    """A baresip user agent, ready; see ua.py for the options."""
    made = await _started(options) or await _started(options)  # a port is free until it is taken
    assert made is not None, "baresip ended before it was ready, twice"
    try:
        yield made
        made.does("quit")
        await asyncio.wait_for(made.process.wait(), 10)
    finally:
        await made.end()


async def _started(options: Mapping[str, object]) -> Agent | None:
    """A child that is ready; None where it ended before."""
    port = int(str(options.get("port") or free_port()))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(_UA),
        json.dumps({**options, "port": port}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    made = Agent(process, port)
    try:
        await until(lambda: made.times("ready") or made.reader.done(), 20)
    except TimeoutError:
        await made.end()
        raise
    return made if made.times("ready") else None


@dataclass(frozen=True)
class Sipp:
    """What `sipp -sn uac` has to say at its end."""

    ok: int
    failed: int
    output: str


async def sipp(edge: int, calls: int, *more: str, port: int, folder: Path) -> Sipp:
    """Place calls with sipp's stock uac, all of them to the line `service`."""
    process = await asyncio.create_subprocess_exec(
        need_program("sipp", "sip-tester"),
        *("-sn", "uac", "-s", "service", "-i", HOST, "-p", str(port), "-m", str(calls)),
        *("-mp", str(free_port()), "-nostdin", "-trace_err", *more, f"{HOST}:{edge}"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output = (await asyncio.wait_for(process.communicate(), 45))[0].decode(errors="replace")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    def figure(name: str) -> int:
        found = re.findall(rf"{name}\s*\|\s*\d+\s*\|\s*(\d+)", output)
        assert found, output
        return int(found[-1])

    return Sipp(figure("Successful call"), figure("Failed call"), output + _errors(folder))


def _errors(folder: Path) -> str:
    """What sipp wrote to its error log: the messages that it did not expect."""
    return "".join(file.read_text(errors="replace") for file in folder.glob("*errors.log"))


class Peer(asyncio.DatagramProtocol):
    """A bare UDP socket that speaks SIP by hand."""

    def __init__(self) -> None:
        self.got: list[Request | Response] = []
        self.answering: Callable[[Request], Response | None] = lambda request: None
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port = int(transport.get_extra_info("sockname")[1])

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = parse(data)
        self.got.append(message)
        answer = self.answering(message) if isinstance(message, Request) else None
        if answer is not None:
            self.send(addr[1], answer)

    def send(self, port: int, message: Request | Response | bytes) -> None:
        """Send to a port of this machine."""
        assert self._transport is not None
        self._transport.sendto(bytes(message), (HOST, port))

    async def ask(self, port: int, message: Request | bytes) -> Response:
        """Send a request; the next response."""
        before = len(self.responses)
        self.send(port, message)
        await until(lambda: len(self.responses) > before)
        return self.responses[before]

    @property
    def responses(self) -> list[Response]:
        """The responses, in order."""
        return [one for one in self.got if isinstance(one, Response)]

    def requests(self, method: str) -> list[Request]:
        """The requests of one method, in order."""
        return [one for one in self.got if isinstance(one, Request) and one.method == method]

    def close(self) -> None:
        """Give the port back."""
        if self._transport is not None:
            self._transport.close()


@asynccontextmanager
async def peer(port: int = 0) -> AsyncIterator[Peer]:
    """A bare UDP peer."""
    loop = asyncio.get_running_loop()
    _, made = await loop.create_datagram_endpoint(Peer, local_addr=(HOST, port))
    try:
        yield made
    finally:
        made.close()
        await asyncio.sleep(0)  # the transport closes in the next turn of the loop


class TcpPeer:
    """A bare TCP connection that speaks SIP by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._framer = Framer()
        self._waiting: list[bytes] = []
        self.port = int(writer.get_extra_info("sockname")[1])

    def send(self, data: bytes) -> None:
        """Write bytes as they are."""
        self._writer.write(data)

    async def bytes_(self, count: int) -> bytes:
        """So many bytes as they come."""
        return await asyncio.wait_for(self._reader.readexactly(count), 10)

    async def next(self) -> Request | Response | None:
        """The next whole message; None when the connection was closed."""
        while not self._waiting:
            try:
                data = await asyncio.wait_for(self._reader.read(4096), 10)
            except ConnectionResetError:
                data = b""
            if not data:
                return None
            self._waiting += self._framer.feed(data)
        return parse(self._waiting.pop(0))

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        with suppress(ConnectionResetError):
            await self._writer.wait_closed()


@asynccontextmanager
async def tcp_peer(port: int) -> AsyncIterator[TcpPeer]:
    """A connection to a port of this machine."""
    made = TcpPeer(*await asyncio.open_connection(HOST, port))
    try:
        yield made
    finally:
        await made.close()
