"""A baresip user agent as a process of its own, told what to do line by line on stdin.

`python ua.py '{"port": 5070, …}'`. It prints one JSON object a line: what happened. Commands:
`dial URI`, `hangup`, `register`, `unregister`, `quit`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from baresip import Account, Config, Runtime, UserAgent
from baresip.errors import BaresipError

HEADERS = ("To", "From", "X-Request-URI", "X-Centralino-Source", "X-Centralino-Line", "X-Foreign")


def tell(what: str, **more: object) -> None:
    """One line to the parent."""
    print(json.dumps({"what": what, **more}), flush=True)


class Agent:
    """One account, any number of calls."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.calls: list[Any] = []
        self.tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until `quit`, or the parent is gone."""
        runtime = Runtime()
        await runtime.start(
            Config(
                net_interface="127.0.0.1",
                expose_headers=HEADERS,
                max_concurrent_calls=None,
                extra_config_text=f"sip_listen 127.0.0.1:{self.options['port']}\n",
            )
        )
        try:
            self.agent = await UserAgent.create(runtime, self._account())
            self.agent.on_incoming(lambda call: self._spawn(self._incoming(call)))
            runtime.subscribe(self._event)
            tell("ready")
            await self._obey()
        finally:
            await runtime.close()

    def _account(self) -> Account:
        options = self.options
        return Account(
            user=options.get("user", "media"),
            domain=options.get("domain", "127.0.0.1"),
            password=options.get("password", ""),
            registrar=options.get("outbound"),
            reg_interval=options.get("reg_interval", 0),
            transport=options.get("transport", "udp"),
            extra_params=("catchall=yes",) if options.get("catchall", True) else (),
        )

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _event(self, event: Any) -> None:
        if event.event.name in ("CALL_ESTABLISHED", "CALL_CLOSED", "CALL_RINGING"):
            tell(event.event.name.lower(), text=event.text or "")

    async def _incoming(self, call: Any) -> None:
        self.calls.append(call)
        tell("incoming", headers=dict(call.headers or {}))
        if self.options.get("answer") == "reject":
            await call.reject()
        elif self.options.get("answer", "yes") == "yes":
            await call.answer(video=True)

    async def _obey(self) -> None:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := (await reader.readline()).decode().split():
            if line[0] == "quit":
                return
            await self._do(line)

    async def _do(self, line: list[str]) -> None:
        try:
            match line:
                case ["dial", uri, *headers]:
                    self.calls.append(
                        await self.agent.dial(uri, dict(h.split("=", 1) for h in headers))
                    )
                case ["answer"]:
                    await self.calls[-1].answer(video=True)
                case ["hangup"]:
                    await self.calls[-1].hangup()
                case ["register"]:
                    await self.agent.register(timeout=5)
                    tell("registered")
                case ["unregister"]:
                    await self.agent.unregister(timeout=5)
                    tell("unregistered")
        except BaresipError as error:
            tell("failed", command=line[0], text=str(error))


if __name__ == "__main__":
    asyncio.run(Agent(json.loads(sys.argv[1])).run())
