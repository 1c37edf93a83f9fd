"""The other side of a call under test: the same verbs, here or in a child process."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Protocol

from telephony import types
from telephony.types import LegEvent
from tests.integration.telephony.drivers.phone import Phone, until

PEER = Path(__file__).with_name("peer.py")


class FarEnd(Protocol):
    """A party of a call."""

    events: list[LegEvent]

    @property
    def uri(self) -> str:
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
    """A party in a child process, ended by its pid.

    Its lines are read by a thread and not by an event loop, so that it may outlive a test.
    """

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.events: list[LegEvent] = []
        self.port = 0
        self._numbers = itertools.count(1)
        self._answers: dict[int, dict[str, Any]] = {}
        self._process = subprocess.Popen(
            [sys.executable, str(PEER), json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def uri(self) -> str:
        """Where it can be called."""
        return f"sip:peer@127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    async def ready(self) -> None:
        """Wait until it listens."""
        await until(lambda: self.port or not self.alive, "the peer listens", 20)
        assert self.port, "the peer did not start"

    async def reset(self) -> None:
        """End its calls and forget what was told."""
        await self.do("reset")
        self.events = []

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
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
            self._answers[message["id"]] = message

    async def do(self, verb: str, leg: str = "", **what: Any) -> Any:
        """A verb of Phone, over there."""
        number = next(self._numbers)
        assert self._process.stdin is not None
        order = {"id": number, "verb": verb, "leg": leg, **what}
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        await until(lambda: number in self._answers, f"the peer does {verb}", 15)
        answer = self._answers.pop(number)
        assert "error" not in answer, f"the peer: {answer['error']}"
        return answer["result"]


class Children:
    """Peers that are idle, by their options, for the next test that wants one."""

    def __init__(self) -> None:
        self._idle: dict[str, list[ChildFarEnd]] = {}

    async def take(self, **options: Any) -> ChildFarEnd:
        """A peer with these options, new or used."""
        idle = self._idle.setdefault(json.dumps(options, sort_keys=True), [])
        child = idle.pop() if idle else ChildFarEnd(**options)
        await child.ready()
        return child

    async def give_back(self, child: ChildFarEnd) -> None:
        """The test is over."""
        await child.reset()
        self._idle[json.dumps(child.options, sort_keys=True)].append(child)

    def close(self) -> None:
        """End them all."""
        for child in itertools.chain.from_iterable(self._idle.values()):
            child.close()
