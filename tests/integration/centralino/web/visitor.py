"""A browser in a test: cookies, CSRF token, live socket."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientResponse, ClientWebSocketResponse
from aiohttp.test_utils import TestClient

Json = dict[str, Any]


class Visitor:
    """Somebody's browser."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client
        self.csrf = ""

    @property
    def origin(self) -> str:
        """Where its pages come from."""
        return str(self.client.make_url("")).rstrip("/")

    async def sign_in(self, name: str, password: str) -> None:
        """At the door."""
        answer = await self.ask("POST", "/api/sign-in", {"name": name, "password": password})
        assert answer.status == 200, await answer.text()
        self.csrf = (await answer.json())["csrf"]

    async def ask(
        self, method: str, path: str, body: Json | None = None, headers: Json | None = None
    ) -> ClientResponse:
        """Any request, as a page makes it."""
        own = {"Origin": self.origin, "X-CSRF-Token": self.csrf} if method != "GET" else {}
        more = {**own, **(headers or {})}
        return await self.client.request(
            method, path, json=body, headers=more, allow_redirects=False
        )

    async def get(self, path: str) -> Json:
        """JSON that must be there."""
        answer = await self.ask("GET", path)
        assert answer.status == 200, f"{path}: {answer.status} {await answer.text()}"
        return dict(await answer.json())

    async def do(self, method: str, path: str, body: Json | None = None) -> Json:
        """A change that must succeed."""
        answer = await self.ask(method, path, {} if body is None else body)
        assert answer.status in (200, 201, 204), f"{path}: {answer.status} {await answer.text()}"
        return dict(await answer.json()) if answer.status != 204 else {}

    async def live(self, view: str, origin: str | None = None) -> Watch:
        """The live socket of a page."""
        socket = await self.client.ws_connect(
            f"/live?view={view}", headers={"Origin": origin or self.origin}
        )
        return Watch(socket)


class Watch:
    """What a page shows, as the live socket tells it."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.state: Json = {}
        self.kinds: list[str] = []

    async def until(self, holds: Any) -> Json:
        """Take messages until the state is so."""
        while not (self.state and holds(self.state)):
            message = await self.socket.receive_json(timeout=10)
            self.kinds.append(message["type"])
            part = message.get("state", {})
            self.state = dict(part) if message["type"] == "snapshot" else {**self.state, **part}
        return self.state

    async def closed(self) -> int | None:
        """The code with which the server closes it, whatever it still tells before."""
        while not self.socket.closed:
            await self.socket.receive(timeout=10)
        return self.socket.close_code

    async def close(self) -> None:
        """The page is left."""
        await self.socket.close()
