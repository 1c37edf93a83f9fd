"""One supervisor: starts every process of the house, starts again what died, and stops in order.

A process is *up* once it has said so. One that dies is started again, at once the first time and
then with a growing pause; one that dies `GIVE_UP` times before ever being up was refused its start
(a bad configuration, a missing model), and the house says why and stops. One that promised to say
that it lives and does not is killed, which is a death like any other: what hangs, hangs for ever.

Whatever a process says is read to its end, however long a line is and though nobody can keep it (a
full disk): one whose words stay in the pipe stops at the next one, with all its calls.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from centralino.errors import StartRefused

log = structlog.get_logger()

GIVE_UP = 3
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0)
"""Seconds before the first, second, … new start in a row."""
STEADY = 30.0
"""Seconds up after which a process has proved itself and pauses begin anew."""
LOOK_SECONDS = 0.5
"""Between two looks at whether a process still says that it lives."""
NOT_BEGUN = 1
"""The exit code of what could not even be begun."""
READY_SECONDS = 300.0
"""A first start trains the bots and speaks every fixed prompt once."""


@dataclass
class Post:
    """One process to be kept alive."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    stop_seconds: float = 10.0
    """How long it may take to finish after SIGTERM."""
    group: str = ""
    """Processes of one group, side by side in the list, are stopped together."""
    drains: bool = False
    """Whether it knows SIGUSR1 as `no new calls`."""
    silent_seconds: float = 0.0
    """How long it may say nothing once it is up; 0: it never promised to say anything."""
    hears: bool = False
    """Whether it is told who dies and who is up again: a JSON line each on its standard input."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    facts: dict[str, object] = field(default_factory=dict)
    starts: int = 0
    pid: int | None = None
    last_words: str = ""
    _process: asyncio.subprocess.Process | None = None
    _deaths: int = 0
    _said_at: float = 0.0


Heard = Callable[[str, dict[str, object]], None]
"""Told the name of a process and each JSON line of its standard output."""


class Supervisor:
    """Keeps posts alive until it is stopped, in the reverse order of the list."""

    def __init__(self, posts: list[Post], log_file: Path, heard: Heard = lambda n, v: None) -> None:
        self.posts = posts
        self._log_file = log_file
        self._heard = heard
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopping: set[str] = set()
        self.failed: asyncio.Future[str] | None = None

    async def start(self) -> None:
        """Start every post and wait until all are up. Raises StartRefused.

        They need no order: whoever misses another yet tries again.
        """
        self.failed = asyncio.get_running_loop().create_future()
        for post in self.posts:
            task = asyncio.create_task(self._keep(post), name=post.name)
            task.add_done_callback(self._kept)
            self._tasks[post.name] = task
        for post in self.posts:
            await self._up(post)

    def _kept(self, task: asyncio.Task[None]) -> None:
        """A fault of ours ends the house: nobody else would look after that process."""
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._fail(f"{task.get_name()} cannot be kept: {fault!r}")

    def _fail(self, words: str) -> None:
        assert self.failed is not None
        if not self.failed.done():
            self.failed.set_result(words)

    async def wait_failed(self) -> None:
        """Return only by raising StartRefused, when a process cannot be kept alive."""
        assert self.failed is not None
        raise StartRefused(await asyncio.shield(self.failed))

    async def stop(self) -> None:
        """SIGTERM to each, the first in `posts` last; SIGKILL to what takes too long."""
        for _, together in itertools.groupby(reversed(self.posts), lambda post: post.group):
            await asyncio.gather(*(self.stop_post(post) for post in together))

    async def stop_post(self, post: Post) -> None:
        """End one process for good."""
        self._stopping.add(post.name)
        task = self._tasks.pop(post.name, None)
        if task is None:
            return
        self._signal(post, signal.SIGTERM)
        done, _ = await asyncio.wait([task], timeout=post.stop_seconds)
        if not done:
            log.warning("supervisor.killed", post=post.name, after=post.stop_seconds)
            self._signal(post, signal.SIGKILL)
            await asyncio.wait([task])

    async def _up(self, post: Post) -> None:
        assert self.failed is not None
        ready = asyncio.create_task(post.ready.wait())
        waiting: list[asyncio.Future[Any]] = [ready, self.failed]
        try:
            done, _ = await asyncio.wait(
                waiting, timeout=READY_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if self.failed in done:
                raise StartRefused(self.failed.result())
            if not done:
                raise StartRefused(f"{post.name} was not ready after {READY_SECONDS:.0f} s")
        finally:
            ready.cancel()

    async def _keep(self, post: Post) -> None:
        while post.name not in self._stopping:
            began = asyncio.get_running_loop().time()
            try:
                code = await self._live(post)
            except OSError as error:  # there is no room for one more process, or for its log
                code, post.last_words = NOT_BEGUN, str(error)
            if post.name in self._stopping:
                return
            lasted = asyncio.get_running_loop().time() - began
            post._deaths = 1 if lasted > STEADY else post._deaths + 1
            log.error("supervisor.died", post=post.name, code=code, words=post.last_words)
            if self._hopeless(post, code):
                return
            await asyncio.sleep(PAUSES[min(post._deaths - 1, len(PAUSES) - 1)])

    def _hopeless(self, post: Post, code: int) -> bool:
        """A start that was refused (2) is not tried again: it would be refused again. But what was
        up once is: the calls of all others go on meanwhile."""
        if post.starts or (post._deaths < GIVE_UP and code != 2):
            return False
        self._fail(post.last_words or f"exit code {code}; see {self._log_file}")
        return True

    async def _live(self, post: Post) -> int:
        # Unbuffered: each line is there at once, and no line of another process stands in it.
        with self._log_file.open("ab", buffering=0) as errors:
            process = await asyncio.create_subprocess_exec(
                *post.command,
                stdin=asyncio.subprocess.PIPE,  # its end tells a child that we were killed
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, **post.environment},
                start_new_session=True,
            )
            post._process, post.pid = process, process.pid
            log.info("supervisor.started", post=post.name, pid=process.pid)
            if post.name in self._stopping:  # told to end while it was being begun
                self._signal(post, signal.SIGTERM)
            assert process.stdout is not None and process.stderr is not None
            watching = asyncio.create_task(self._watch(post))
            await asyncio.gather(
                self._listen(post, process.stdout),
                self._keep_log(post, process.stderr, errors.write),
            )
            watching.cancel()
            post.pid = None
            post.ready.clear()
            self._tell_of(post, up=False)
            return await process.wait()

    async def _watch(self, post: Post) -> None:
        """Kill it when it has said nothing for too long; not for a time in which we stood still
        ourselves, for then what it said is still to be read."""
        loop = asyncio.get_running_loop()
        silent = 0.0
        while post.silent_seconds:
            heard, began = post._said_at, loop.time()
            await asyncio.sleep(LOOK_SECONDS)
            fresh = post._said_at != heard or not post.ready.is_set()
            silent = 0.0 if fresh else silent + min(LOOK_SECONDS, loop.time() - began)
            if silent >= post.silent_seconds:
                log.error("supervisor.hung", post=post.name, pid=post.pid, silent=silent)
                return self._signal(post, signal.SIGKILL)

    async def _listen(self, post: Post, stream: asyncio.StreamReader) -> None:
        async for line in _lines(stream):
            post._said_at = asyncio.get_running_loop().time()
            with contextlib.suppress(ValueError):
                value = json.loads(line)
                if isinstance(value, dict):
                    self._said(post, value)

    def _said(self, post: Post, value: dict[str, object]) -> None:
        if value.get("ready"):
            post.facts = value
            post.starts += 1
            post.ready.set()
            self._tell_of(post, up=True)
        elif "error" in value:
            post.last_words = str(value["error"])
        elif "alive" in value:
            return
        try:
            self._heard(post.name, value)
        except Exception:  # whoever is told, the process goes on
            log.exception("supervisor.unheard", post=post.name)

    def _tell_of(self, other: Post, *, up: bool) -> None:
        line = json.dumps({"post": other.name, "up": up}).encode() + b"\n"
        for post in self.posts:
            stdin = post._process.stdin if post._process is not None else None
            if post.hears and post is not other and stdin is not None and not stdin.is_closing():
                stdin.write(line)

    async def _keep_log(
        self, post: Post, stream: asyncio.StreamReader, write: Callable[[bytes], object]
    ) -> None:
        kept = True
        async for line in _lines(stream):
            try:
                write(line)
            except OSError as error:
                if kept:
                    log.error("supervisor.log_not_written", post=post.name, why=str(error))
                kept = False
            text = line.decode(errors="replace").strip()
            if text.startswith(f"centralino {post.name}: "):
                post.last_words = text.removeprefix(f"centralino {post.name}: ")

    def drain(self) -> None:
        """Tell every process that no new calls are wanted (SIGUSR1)."""
        for post in self.posts:
            if post.drains:
                self._signal(post, signal.SIGUSR1)

    def _signal(self, post: Post, number: signal.Signals) -> None:
        if post._process is not None and post._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                post._process.send_signal(number)


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """What is said, line by line; a line that is longer than the stream holds comes in pieces."""
    while True:
        try:
            line = await stream.readuntil()
        except asyncio.IncompleteReadError as error:  # the end
            line = error.partial
        except asyncio.LimitOverrunError as error:
            line = await stream.readexactly(error.consumed)
        if not line:
            return
        yield line


def python_post(name: str, module: str, *arguments: str) -> Post:
    """A post that runs a module of ours with this interpreter."""
    return Post(name, [sys.executable, "-m", module, *arguments])
