"""The other side of a call under test: the same verbs, here or in a child process."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from pathlib import Path
from typing import Any, Protocol

from telephony import types
from telephony.types import LegEvent
from tests.integration.telephony.drivers.phone import Phone, until

PEER = Path(__file__).with_name("peer.py")


class FarEnd(Protocol):
    """A party of a call."""

    events: list[LegEvent]
    uri: str
    """Where it can be called."""

    async def do(self, verb: str, leg: str = "", **what: Any) -> Any:
        """A verb of Phone."""


class LocalFarEnd:
    """A party in this process."""

    def __init__(self, phone: Phone, uri: str) -> None:
        self.phone = phone
        self.uri = uri
        self.events = phone.events

    async def do(self, verb: str, leg: str = "", **what: Any) -> Any:
        """A verb of Phone."""
        return await self.phone.do(verb, leg, **what)


class ChildFarEnd:
    """A party in a child process; ended by its pid."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.events: list[LegEvent] = []
        self.uri = ""
        self.port = 0
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}

    async def __aenter__(self) -> ChildFarEnd:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(PEER),
            json.dumps(self.options),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())
        await until(lambda: self.port, "the peer listens", 20)
        self.uri = f"sip:peer@127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading
        self._process._transport.close()  # type: ignore[attr-defined]  # or a ResourceWarning

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            self._take(json.loads(line))

    def _take(self, message: dict[str, Any]) -> None:
        if "port" in message:
            self.port = message["port"]
        elif "event" in message:
            kind = getattr(types, message.pop("event"))
            if "cause" in message:
                message["cause"] = types.Cause(message["cause"])
            self.events.append(kind(**message))
        else:
            answer = self._answers.pop(message["id"])
            if "error" in message:
                answer.set_exception(AssertionError(f"the peer: {message['error']}"))
            else:
                answer.set_result(message["result"])

    async def do(self, verb: str, leg: str = "", **what: Any) -> Any:
        """A verb of Phone, over there."""
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        order = {"id": number, "verb": verb, "leg": leg, **what}
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await asyncio.wait_for(self._answers[number], 15)
