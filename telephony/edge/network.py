"""The sockets of the edge: UDP and TCP on one port. Knows bytes and places, no SIP beyond framing.

sipua's transport is not used: it drops responses with more than one Via (every response that a
proxy forwards), takes whatever one read of a TCP connection gives for one message, and offers no
verb to send to a chosen connection.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import cast

import structlog

from telephony.edge.config import is_address
from telephony.edge.errors import MalformedMessage
from telephony.edge.framing import Framer
from telephony.edge.uri import Hop
from telephony.errors import PortInUse

log = structlog.get_logger("telephony.edge")

_MOST_CONNECTIONS = 1_000
_MOST_UNREAD = 1_000_000
"""Bytes that a peer may leave unread before its connection is given up."""
_CONNECT_SECONDS = 5.0
_NAME_SECONDS = 60.0
_TRIES_FOR_A_PORT = 20

OnData = Callable[[Hop, bytes], None]
OnClosed = Callable[[Hop], None]
OnFailed = Callable[[], None]


def _plain(host: str) -> str:
    """An IPv4 address as such, also on a socket that takes both families."""
    return host.removeprefix("::ffff:")


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, on_data: OnData) -> None:
        self._on_data = on_data
        self.gone = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._on_data(Hop("udp", _plain(addr[0]), addr[1]), data)

    def error_received(self, exc: Exception) -> None:
        # An ICMP error of an earlier datagram: whoever sent it repeats it, or gives up by itself.
        log.debug("edge_udp_error", error=str(exc))


class _Tcp(asyncio.Protocol):
    """One connection, opened by either side."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._framer = Framer()
        self.hop: Hop | None = None
        self.transport: asyncio.Transport | None = None
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        if peer is None or not self._network.accepts():
            self.transport.abort()
            return
        self.hop = Hop("tcp", _plain(peer[0]), peer[1])
        self._network.opened(self.hop, self)

    def data_received(self, data: bytes) -> None:
        assert self.hop is not None and self.transport is not None
        try:
            messages = self._framer.feed(data)
        except MalformedMessage as error:
            log.info("edge_tcp_unframed", peer=str(self.hop), error=str(error))
            self.transport.abort()
            return
        for message in messages:
            self._network.on_data(self.hop, message)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        if self.hop is not None:
            self._network.closed(self.hop, self)

    def end(self) -> None:
        """Close; at once where the peer does not read, or closing would wait for it."""
        assert self.transport is not None
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        self.transport.close()

    def write(self, data: bytes) -> None:
        assert self.transport is not None
        if self.transport.get_write_buffer_size() > _MOST_UNREAD:
            log.warning("edge_tcp_peer_reads_nothing", peer=str(self.hop))
            self.transport.abort()
            return
        self.transport.write(data)


class Network:
    """Opened with `open`, closed with `close`; what arrives goes to `on_data`."""

    def __init__(self, on_data: OnData, on_closed: OnClosed) -> None:
        self.on_data = on_data
        self._on_closed = on_closed
        self._udp: asyncio.DatagramTransport | None = None
        self._server: asyncio.Server | None = None
        self._connections: dict[Hop, _Tcp] = {}
        self._opening: dict[Hop, list[tuple[bytes, OnFailed]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._names: dict[tuple[str, int], tuple[float, Hop]] = {}
        self.port = 0

    async def open(self, host: str, port: int) -> None:
        """Listen. Port 0: any that is free for both. Raises PortInUse, or OSError."""
        tries = _TRIES_FOR_A_PORT if port == 0 else 1
        for left in reversed(range(tries)):
            try:
                await self._listen(host, port)
                return
            except OSError as error:
                await self.close()
                if error.errno != errno.EADDRINUSE:
                    raise
                if not left:
                    raise PortInUse(f"{host}:{port} (SIP)") from error

    async def _listen(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(
            lambda: _Udp(self.on_data), local_addr=(host, port)
        )
        found = self._udp.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.port = found.getsockname()[1]
        self._server = await loop.create_server(lambda: _Tcp(self), host, self.port)

    async def close(self) -> None:
        """Close everything. What is being connected is given up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        connections = list(self._connections.values())
        for connection in connections:
            connection.end()
        for connection in connections:
            await connection.gone.wait()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        if self._udp is not None:
            self._udp.close()
            await cast(_Udp, self._udp.get_protocol()).gone.wait()
        self._udp = self._server = None

    # Connections tell of themselves.

    def accepts(self) -> bool:
        """Whether there is room for one more connection."""
        return len(self._connections) < _MOST_CONNECTIONS

    def opened(self, hop: Hop, connection: _Tcp) -> None:
        """A connection is there."""
        self._connections[hop] = connection

    def closed(self, hop: Hop, connection: _Tcp) -> None:
        """A connection is gone."""
        if self._connections.get(hop) is connection:
            del self._connections[hop]
            self._on_closed(hop)

    # Sending.

    def send(self, hop: Hop, data: bytes, otherwise: Hop | None, failed: OnFailed) -> None:
        """Send; `failed` is called, later, where that turns out to be impossible."""
        connection = self._connections.get(hop)
        if connection is not None:
            connection.write(data)
            return
        if hop.transport == "tcp" and otherwise is not None:
            hop = otherwise
            connection = self._connections.get(hop)
        if connection is not None:
            connection.write(data)
        elif hop.transport == "udp" and is_address(hop.host):
            self._datagram(hop, data, failed)
        elif hop.transport in ("udp", "tcp"):
            self._later(hop, data, failed)
        else:
            log.warning("edge_no_such_transport", to=str(hop))
            asyncio.get_running_loop().call_soon(failed)

    def _datagram(self, hop: Hop, data: bytes, failed: OnFailed) -> None:
        if self._udp is None or self._udp.is_closing():
            return
        try:
            self._udp.sendto(data, (hop.host, hop.port))
        except (OSError, ValueError) as error:  # another address family, port 0, too large
            log.warning("edge_not_sent", to=str(hop), error=str(error))
            asyncio.get_running_loop().call_soon(failed)

    def _later(self, hop: Hop, data: bytes, failed: OnFailed) -> None:
        """What needs a name resolved or a connection made. In order for each hop."""
        waiting = self._opening.get(hop)
        if waiting is not None:
            waiting.append((data, failed))
            return
        self._opening[hop] = [(data, failed)]
        task = asyncio.get_running_loop().create_task(self._open(hop))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self, hop: Hop) -> None:
        try:
            there = await self._resolve(hop)
            if there.transport == "tcp" and there not in self._connections:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    await asyncio.get_running_loop().create_connection(
                        lambda: _Tcp(self), there.host, there.port
                    )
        except (OSError, TimeoutError, UnicodeError) as error:
            log.warning("edge_cannot_reach", to=str(hop), error=str(error) or "time-out")
            for _, failed in self._opening.pop(hop):
                failed()
            return
        except asyncio.CancelledError:
            self._opening.pop(hop, None)
            raise
        for data, failed in self._opening.pop(hop):
            if there.transport == "udp":
                self._datagram(there, data, failed)
            elif there in self._connections:
                self._connections[there].write(data)
            else:
                failed()

    async def _resolve(self, hop: Hop) -> Hop:
        """The first address of a name, kept for a minute. No SRV (RFC 3263 §4.2)."""
        if is_address(hop.host):
            return hop
        loop = asyncio.get_running_loop()
        kept = self._names.get((hop.host, hop.port))
        if kept is None or kept[0] < loop.time():
            found = await loop.getaddrinfo(hop.host, hop.port, type=socket.SOCK_DGRAM)
            kept = (loop.time() + _NAME_SECONDS, Hop(hop.transport, str(found[0][4][0]), hop.port))
            self._names[(hop.host, hop.port)] = kept
        return Hop(hop.transport, kept[1].host, hop.port)
