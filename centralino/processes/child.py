"""What every process of the house does alike: arguments, logs, signals, saying that it is ready.

A process says `{"ready": name, …}` as one line on its standard output once it can be used, and logs
JSON lines to its standard error. SIGTERM asks it to finish; the supervisor decides how long it may
take.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from centralino.config.model import Config
from centralino.config.read import read_config
from centralino.errors import CentralinoError
from centralino.processes.layout import Layout
from kernel.errors import KernelError
from kernel.settling import settle
from outbound.errors import OutboundError
from telephony.errors import TelephonyError
from voicebot.errors import VoicebotError


class Signals:
    """What the process was asked by signals."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        """SIGTERM or SIGINT: finish."""
        self.drain = asyncio.Event()
        """SIGUSR1: no new calls."""


Main = Callable[[Signals], Awaitable[None]]
"""The work of a process: begins, says ready, and ends soon after `stop` is set."""

SAID_PLAINLY = (CentralinoError, KernelError, TelephonyError, VoicebotError, OutboundError)
"""Errors whose message is one line for a person; others are faults of ours and show their trace."""


@dataclass(frozen=True)
class ChildArguments:
    """What the supervisor tells every process."""

    name: str
    config: Config
    layout: Layout
    live: bool
    """Whether to tell what happens in calls, words and all, on standard output."""


def read_arguments(argv: list[str] | None = None) -> ChildArguments:
    """`NAME --layout FILE [--overrides JSON] [--config FILE] [--live]`. Raises ConfigError."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--layout", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--overrides", type=json.loads, default={})
    parser.add_argument("--live", action="store_true")
    given = parser.parse_args(argv)
    config = read_config(given.config, given.overrides)
    return ChildArguments(given.name, config, Layout.read(given.layout), given.live)


def set_up_logs(level: str, name: str) -> None:
    """JSON lines on standard error, each with the process's name."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=name)
    logging.basicConfig(stream=sys.stderr, level=max(number, logging.WARNING))


def say_ready(name: str, **facts: Any) -> None:
    """Tell the supervisor that this process can be used."""
    settle()
    sys.stdout.write(json.dumps({"ready": name, **facts}) + "\n")
    sys.stdout.flush()


async def deaths_and_starts() -> AsyncIterator[tuple[str, bool]]:
    """Which other process died (False) or is up again (True), as the supervisor tells those posts
    that hear; until it ends."""
    lines = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(lines)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await lines.readline():
        told = json.loads(line)
        yield str(told["post"]), bool(told["up"])


def run_child(name: str, level: str, main: Main) -> int:
    """Run a process until SIGTERM or SIGINT; its exit code."""
    set_up_logs(level, name)
    try:
        asyncio.run(_until_told(main))
    except SAID_PLAINLY as error:
        return _refuse(name, error)
    except ExceptionGroup as group:
        plain, others = group.split(SAID_PLAINLY)
        if plain is None or others is not None:
            raise
        return _refuse(name, plain.exceptions[0])
    return 0


def _refuse(name: str, error: Exception) -> int:
    sys.stderr.write(f"centralino {name}: {error}\n")
    return 2


async def _until_told(main: Main) -> None:
    signals = Signals()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.stop.set)
    loop.add_signal_handler(signal.SIGUSR1, signals.drain.set)
    orphan = asyncio.create_task(_watch_parent(signals.stop))
    try:
        await main(signals)
    finally:
        orphan.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await orphan


async def _watch_parent(stop: asyncio.Event) -> None:
    """Finish when the supervisor is gone: a killed house must not leave its rooms running."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - the kernel tells nobody
        await asyncio.sleep(0.5)
    stop.set()
