"""One life after the other of a process that is killed at its crash points, and the way to talk.

The parent's half is `Lives`; the child's is `bring_forth`: each line on stdin asks for one life (a
database, a socket to talk over, where to die), which is forked, since importing everything takes
longer than living; a line on stdout says how it ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Self, TypeVar

import structlog

from kernel.crash import VARIABLE

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[T]]
Serve = Callable[[str, socket.socket], Coroutine[Any, Any, None]]


class Lives:
    """The process that brings forth one life after the other."""

    module = ""
    """The child, as `python -m` takes it."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "talk"
        self.talks: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
        self.talks = asyncio.Queue()

    async def __aenter__(self) -> Self:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self.talks.put((reader, writer))

        self.server = await asyncio.start_unix_server(talk, self.socket, limit=1 << 20)
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self.module, cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        if exc[0] is not None:
            self.process.kill()
        await self.process.wait()
        self.server.close()

    async def live(self, database: Path, crash_at: str, talk: Talk[T]) -> T | None:
        """One life: what `talk` came to, or None where the life died amid it."""
        assert self.process.stdin is not None and self.process.stdout is not None
        asked = {"database": str(database), "path": str(self.socket), "crash_at": crash_at}
        self.process.stdin.write(json.dumps(asked).encode() + b"\n")
        reader, writer = await self.talks.get()
        came_to: T | None = None
        with contextlib.suppress(ConnectionError):
            came_to = await talk(reader, writer)
        writer.close()
        code = int(await self.process.stdout.readline())
        assert code in (0, -signal.SIGKILL), code
        return came_to


def bring_forth(serve: Serve) -> None:
    """The child's main: one forked life a line."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asked = json.loads(line)
            os.environ[VARIABLE] = asked["crash_at"]
            with socket.socket(socket.AF_UNIX) as talk:
                talk.connect(asked["path"])
                asyncio.run(serve(asked["database"], talk))
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
