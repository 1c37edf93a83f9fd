"""An agent's page, worked by a program: the same requests as the browser's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from centralino.demo.patience import until_told
from centralino.errors import ProcessDied

Json = dict[str, Any]


@dataclass
class Desk:
    """One agent, signed in, with the live socket open."""

    http: aiohttp.ClientSession
    csrf: str
    view: Json = field(default_factory=dict)
    """What the page shows now."""
    seen: list[Json] = field(default_factory=list)
    """Every contact that the page has shown, with the state in which it did."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def do(self, action: str, **body: Any) -> None:
        """Press a button: log-in, ready, not-ready, decline, done, log-out."""
        await self._request("POST", f"/api/agent/{action}", body)

    async def supervise(self, name: str, phone: str) -> None:
        """Have this phone rung and joined to the call of the agent of that name."""
        agents = (await self.get("/api/queues"))["agents"]
        agent = next(each["agent"] for each in agents if each["name"] == name)
        await self._request("POST", "/api/supervise", {"agent": agent, "phone": phone})

    async def write_notes(self, call: str, text: str, disposition: str) -> None:
        """Notes and disposition of a call."""
        body = {"text": text, "disposition": disposition}
        await self._request("PUT", f"/api/calls/{call}/notes", body)

    async def get(self, path: str) -> Any:
        """Read something."""
        async with self.http.get(path) as response:
            response.raise_for_status()
            return await response.json()

    @property
    def state(self) -> str:
        """What the system says of this agent."""
        agent = self.view.get("agent") or {}
        return str(agent.get("mode", ""))

    @property
    def contact(self) -> Json:
        """The call that the page shows, or nothing."""
        return self.view.get("contact") or {}

    async def until(self, what: str, condition: Callable[[], Any], seconds: float = 40.0) -> Any:
        """Wait until the page shows something. Raises ProcessDied."""
        try:
            return await until_told(self._changed, condition, seconds)
        except TimeoutError:
            raise ProcessDied(f"the agent's page never showed that {what}: {self.view}") from None

    async def follow(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Keep the view as the live socket tells it."""
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            told = message.json()
            if "state" in told:
                self.view = {**self.view, **told["state"]}
                if self.contact:
                    self.seen.append({"mode": self.state, **self.contact})
                self._changed.set()

    async def _request(self, method: str, path: str, body: Json) -> None:
        headers = {"X-CSRF-Token": self.csrf, "Origin": str(self.http._base_url).rstrip("/")}
        async with self.http.request(method, path, json=body, headers=headers) as response:
            if response.status >= 400:
                text = await response.text()
                raise ProcessDied(f"{method} {path}: {response.status} {text}")


@contextlib.asynccontextmanager
async def signed_in(url: str, name: str, password: str, view: str = "agent") -> AsyncIterator[Desk]:
    """Sign in and keep the live socket of a page open."""
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address, not of a name
    async with aiohttp.ClientSession(url, cookie_jar=jar) as http:
        credentials = {"name": name, "password": password}
        async with http.post("/api/sign-in", json=credentials, headers={"Origin": url}) as response:
            if response.status != 200:
                raise ProcessDied(f"{name} cannot sign in: {await response.text()}")
            csrf = str((await response.json())["csrf"])
        desk = Desk(http, csrf)
        async with http.ws_connect(f"/live?view={view}", headers={"Origin": url}) as socket:
            following = asyncio.create_task(desk.follow(socket))
            try:
                yield desk
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
