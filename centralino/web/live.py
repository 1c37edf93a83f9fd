"""The live socket: what a page shows, as it changes.

A socket first sends the whole state of its view, then the parts that differ from what it sent
before. A page that was cut off connects again and begins with the whole: nothing needs repair.
At each heartbeat a sign of life goes out and the session is looked at again, so that a socket does
not outlive its sign-in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import WSCloseCode, web

from acd.service import Moved
from acd.snapshot import Snapshot
from centralino.messages import call_of
from centralino.users.types import SignedIn
from centralino.web.names import Names, load_names
from centralino.web.parts import WebParts
from centralino.web.suggesting import Suggestions
from centralino.web.views import Json, changed

log = structlog.get_logger()
SIGNED_OUT = 4401
NAMES_LAST = 30.0
"""Seconds for which names are not asked for again."""
AGAIN = 0.2
"""Seconds until a page looks again for what was on its way."""
BREATH = 0.05
"""Seconds between two patches of one socket: what changes meanwhile goes out as one."""

PER_ROW, PER_PAGE = 20e-6, 1e-3
"""Seconds for each agent or waiting call, and for each open page, that a look at the whole centre
takes its time: some ten times what it costs, so that pages never hold up an offer."""

View = Callable[[SignedIn], Awaitable[Json]]


class Live:
    """The open sockets of one application, and what they read of the distributor."""

    def __init__(self, parts: WebParts) -> None:
        self.parts = parts
        self.sockets: set[Socket] = set()
        self.contacts: dict[str, tuple[object, Json]] = {}
        """Agent → the call he has, with what it was read for."""
        self.suggestions = Suggestions(parts)
        self._snapshot: Snapshot | None = None
        self._breath = 0.0
        """Seconds between two looks at the whole centre."""
        self._pulse: asyncio.TimerHandle | None = None
        self._names: Names | None = None
        self._names_until = 0.0

    def moved(self, moved: Moved | None = None) -> None:
        """The distributor changed: whom it is about looks at once, everybody else with the next
        look at the whole centre, which is the rarer the larger centre and audience are."""
        if moved is None:
            return self._look()
        for socket in self.sockets:
            if socket.user in moved.agents:
                socket.wake.set()
        if self._pulse is None:
            self._pulse = asyncio.get_running_loop().call_later(self._breath, self._look)
        return None

    def known(self, call: str) -> None:
        """More is known of who calls: the page of whoever has the call looks."""
        for socket in self.sockets:
            agent = self.parts.desk.agent(socket.user)
            if agent is not None and call_of(agent.call) == call:
                socket.wake.set()

    def chosen(self, queues: frozenset[str]) -> None:
        """Whom agents of these queues may call changed, and nothing else of the centre."""
        for socket in self.sockets:
            agent = self.parts.desk.agent(socket.user)
            if agent is not None and not queues.isdisjoint(agent.queues):
                socket.wake.set()

    def again(self, user: str) -> None:
        """Something of this one's call is on its way: the page looks again in a moment."""
        asyncio.get_running_loop().call_later(AGAIN, self._wake, user)

    def _wake(self, user: str) -> None:
        for socket in self.sockets:
            if socket.user == user:
                socket.wake.set()

    def _look(self) -> None:
        self._forget_pulse()
        self._snapshot = None
        for socket in self.sockets:
            socket.wake.set()

    def _forget_pulse(self) -> None:
        if self._pulse is not None:
            self._pulse.cancel()
            self._pulse = None

    def look_again(self) -> None:
        """Somebody signed out or was shut out: every socket looks at its session."""
        for socket in self.sockets:
            socket.check_at = 0.0
            socket.wake.set()

    def snapshot(self) -> Snapshot:
        """The centre, made once however many pages look."""
        if self._snapshot is None:
            self._snapshot = self.parts.desk.snapshot()
            self._breath = self._snapshot.size * PER_ROW + len(self.sockets) * PER_PAGE
        return self._snapshot

    async def names(self) -> Names:
        """Names, at most half a minute old."""
        now = self.parts.clock.now()
        if self._names is None or now >= self._names_until:
            self._names = await load_names(self.parts)
            self._names_until = now + NAMES_LAST
        return self._names

    async def serve(self, request: web.Request, token: str, view: View) -> web.WebSocketResponse:
        """One socket, from its opening to its end."""
        response = web.WebSocketResponse(max_msg_size=4096, heartbeat=30.0)
        await response.prepare(request)
        socket = Socket(self.parts, response, token, view)
        self.sockets.add(socket)
        try:
            await socket.run()
        finally:
            self.sockets.discard(socket)
        return response

    async def close(self) -> None:
        """The server stops; pages come back by themselves when it is there again."""
        self._forget_pulse()
        for socket in list(self.sockets):
            await socket.response.close(code=WSCloseCode.GOING_AWAY, message=b"restart")


LIVE = web.AppKey("live", Live)


class Socket:
    """One page's socket."""

    def __init__(
        self, parts: WebParts, response: web.WebSocketResponse, token: str, view: View
    ) -> None:
        self.response = response
        self.wake = asyncio.Event()
        self.check_at = 0.0
        self._parts = parts
        self._token = token
        self._view = view
        self._who: SignedIn | None = None
        self.user = ""
        """Whose page it is; empty until it is known."""
        self._sent: Json | None = None

    async def run(self) -> None:
        """Send until the page is gone or the session over."""
        async with asyncio.TaskGroup() as group:
            reader = group.create_task(self._read())
            await self._write()
            reader.cancel()

    async def _write(self) -> None:
        try:
            while not self.response.closed and await self._signed_in():
                self.wake.clear()
                await self._send_changes()
                await self._rest()
        except ConnectionError:
            log.debug("web.live_gone")  # the page went between two writes; the reader sees it, too

    async def _read(self) -> None:
        """Pages say nothing here; reading is how a closed socket is noticed."""
        async for _ in self.response:
            pass
        self.wake.set()

    async def _signed_in(self) -> bool:
        now = self._parts.clock.now()
        if now < self.check_at:
            return True
        self._who = await self._parts.sign_in.session(self._token, now)
        self.user = self._who.user if self._who else ""
        self.check_at = now + self._parts.config.heartbeat_seconds
        if self._who is None:
            await self.response.close(code=SIGNED_OUT, message=b"signed out")
        return self._who is not None

    async def _send_changes(self) -> None:
        assert self._who is not None
        state = {**await self._view(self._who), "draining": self._parts.draining.is_set()}
        part = changed(self._sent or {}, state)
        if self._sent is None or part:
            kind = "snapshot" if self._sent is None else "patch"
            await self._send({"type": kind, "state": part})
        self._sent = state

    async def _rest(self) -> None:
        await asyncio.sleep(BREATH)
        try:
            async with asyncio.timeout(self._parts.config.heartbeat_seconds):
                await self.wake.wait()
        except TimeoutError:
            await self._send({"type": "alive"})

    async def _send(self, message: Json) -> None:
        await self.response.send_json({**message, "now": self._parts.clock.now()})
