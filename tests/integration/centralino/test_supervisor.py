"""The supervisor with real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from centralino.errors import StartRefused
from centralino.processes.supervisor import Post, Supervisor
from tests.waiting import until

WORKS = (
    "import sys,signal; signal.signal(15, lambda *a: sys.exit(0));"
    'print(\'{"ready": "a", "n": 1}\', flush=True); signal.pause()'
)
BEATS = (
    'import time; print(\'{"ready": "a"}\', flush=True)\n'
    "while True: print('{\"alive\": 1}', flush=True); time.sleep(0.1)"
)
HEARS = (
    'import sys; print(\'{"ready": "b"}\', flush=True)\n'
    "for line in sys.stdin: print('{\"told\": %s}' % line.strip(), flush=True)"
)
TALKS = (
    "import sys,signal; signal.signal(15, lambda *a: sys.exit(0));"
    "sys.stderr.write('x' * 200_000 + '\\nthe end\\n');"
    'print(\'{"words": "\' + "y" * 200_000 + \'"}\'); print(\'{"ready": "a"}\', flush=True);'
    "signal.pause()"
)
STUBBORN = (
    "import signal; signal.signal(15, signal.SIG_IGN);"
    'print(\'{"ready": "a"}\', flush=True); [signal.pause() for _ in range(9)]'
)
REFUSES = "import sys; print('centralino a: the port is in use', file=sys.stderr); sys.exit(2)"
BREAKS = "raise SystemExit(1)"


def post(code: str, name: str = "a", stop: float = 5.0) -> Post:
    return Post(name, [sys.executable, "-c", code], stop_seconds=stop)


async def test_a_process_that_is_killed_is_started_again_and_who_hears_is_told(
    tmp_path: Path,
) -> None:
    worker, hears = post(WORKS), post(HEARS, "b")
    hears.hears, heard = True, list[object]()
    supervisor = Supervisor(
        [hears, worker], tmp_path / "log", lambda name, value: heard.append(value.get("told"))
    )
    await supervisor.start()
    first = worker.pid
    assert first is not None and worker.facts["n"] == 1
    for life in range(2, 6):  # each of them came up: it is never given up
        pid = worker.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: worker.starts == life and worker.pid not in (None, pid))  # noqa: B023
    gone, there = ({"post": "a", "up": up} for up in (False, True))
    await until(lambda: [one for one in heard if one][-8:] == [gone, there] * 4)
    await supervisor.stop()
    assert worker.pid is None


async def test_one_that_was_up_is_tried_again_though_its_starts_are_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    worker = post(f"import os, sys\nif os.path.exists({str(bad)!r}):\n    {REFUSES}\n{WORKS}")
    supervisor = Supervisor([worker], tmp_path / "log")
    await supervisor.start()
    bad.touch()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    await until(lambda: "in use" in worker.last_words)
    bad.unlink()
    await until(lambda: worker.starts == 2 and worker.pid is not None)
    assert supervisor.failed is not None and not supervisor.failed.done()
    await supervisor.stop()


async def test_one_that_hangs_is_killed_and_started_again(tmp_path: Path) -> None:
    worker = post(BEATS)
    worker.silent_seconds = 1.0
    supervisor = Supervisor([worker], tmp_path / "log")
    await supervisor.start()
    first = worker.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    await until(lambda: worker.starts == 2 and worker.pid not in (None, first))
    await supervisor.stop()
    assert worker.pid is None


async def test_words_without_end_stop_neither_the_process_nor_its_supervision(
    tmp_path: Path,
) -> None:
    worker = post(TALKS)
    supervisor = Supervisor([worker], tmp_path / "log")
    await supervisor.start()
    pid = worker.pid
    assert pid is not None
    await until(lambda: (tmp_path / "log").read_text() == "x" * 200_000 + "\nthe end\n")
    os.kill(pid, signal.SIGKILL)
    await until(lambda: worker.starts == 2 and worker.pid not in (None, pid))
    await supervisor.stop()
    assert worker.pid is None


async def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    full = Path("/dev/full")  # each write fails as on a full disk
    worker = post(TALKS)
    supervisor = Supervisor([worker], full)
    with capture_logs() as logs:
        await supervisor.start()
        await supervisor.stop()
    assert worker.pid is None
    assert [each["event"] for each in logs].count("supervisor.log_not_written") == 1


async def test_whoever_is_told_and_fails_stops_nothing(tmp_path: Path) -> None:
    def fails(name: str, value: dict[str, object]) -> None:
        raise BrokenPipeError("the terminal is gone")

    worker = post(WORKS)
    supervisor = Supervisor([worker], tmp_path / "log", fails)
    with capture_logs() as logs:
        await supervisor.start()
        await supervisor.stop()
    assert worker.pid is None
    assert "supervisor.unheard" in [each["event"] for each in logs]


async def test_what_cannot_be_begun_is_told(tmp_path: Path) -> None:
    nowhere = Post("a", [str(tmp_path / "nowhere")])
    supervisor = Supervisor([nowhere], tmp_path / "log")
    with pytest.raises(StartRefused, match="nowhere"):
        await supervisor.start()
    await supervisor.stop()


async def test_a_refused_start_is_told_in_the_process_own_words(tmp_path: Path) -> None:
    supervisor = Supervisor([post(REFUSES)], tmp_path / "log")
    with pytest.raises(StartRefused, match="the port is in use"):
        await supervisor.start()
    await supervisor.stop()


async def test_one_that_never_comes_up_is_given_up(tmp_path: Path) -> None:
    supervisor = Supervisor([post(BREAKS)], tmp_path / "log")
    with pytest.raises(StartRefused, match="exit code 1"):
        await supervisor.start()
    await supervisor.stop()


async def test_one_that_does_not_stop_when_asked_is_killed(tmp_path: Path) -> None:
    worker = post(STUBBORN, stop=0.2)
    supervisor = Supervisor([worker], tmp_path / "log")
    await supervisor.start()
    async with asyncio.timeout(10):
        await supervisor.stop()
    assert worker.pid is None


async def test_what_is_just_being_begun_is_ended_too(tmp_path: Path) -> None:
    supervisor = Supervisor([post(WORKS, stop=50.0)], tmp_path / "log")
    starting = asyncio.create_task(supervisor.start())
    for _ in range(2):  # its process is there, and not told yet
        await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await supervisor.stop()
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)


async def test_a_fault_in_keeping_a_process_refuses_the_start_at_once(tmp_path: Path) -> None:
    supervisor = Supervisor([post(WORKS), Post("b", ["no\0program"])], tmp_path / "log")
    with pytest.raises(StartRefused, match="b cannot be kept: .*null byte"):
        await supervisor.start()
    await supervisor.stop()
