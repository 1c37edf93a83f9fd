"""Speech workers as child processes, ended by their pid."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

START_LIMIT = 45.0


@dataclass
class Worker:
    """A running worker and its ready line."""

    process: asyncio.subprocess.Process
    ready: dict[str, Any]

    @property
    def uri(self) -> str:
        return str(self.ready["uri"])

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.kill()
        await self.process.wait()


async def start(*arguments: str) -> Worker:
    """Start a worker and read its first line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "voicebot.speech.worker", *arguments, "--watch-stdin"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(START_LIMIT):
        line = await process.stdout.readline()
    return Worker(process, json.loads(line))


@contextlib.asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[Worker]:
    """A worker that is gone after the block."""
    worker = await start(*arguments)
    try:
        yield worker
    finally:
        with contextlib.suppress(ProcessLookupError):
            worker.process.kill()
        await worker.process.wait()
