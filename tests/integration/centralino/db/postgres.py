"""A PostgreSQL server of our own for the tests: on a socket in a folder of its own, ended by pid.

The programs come with the `pgserver` package of the development lock, else from the system.
PostgreSQL refuses to run as root, so there it runs as `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.peers import need_program

START_LIMIT = 30.0  # s
USER = "centralino"
FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=16MB")


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`. Skips, or in CI fails, when there is none."""
    package = importlib.util.find_spec("pgserver")
    if package is not None and package.origin is not None:
        folder = Path(package.origin).parent / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    return Path(need_program("initdb", "postgresql")).parent


def _as_other_user() -> dict[str, Any]:
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=START_LIMIT, cwd="/", **_as_other_user()
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr}")


def _wait_until_ready(programs: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    ask = [str(programs / "pg_isready"), "-q", "-h", str(folder), "-d", "postgres"]
    deadline = time.monotonic() + START_LIMIT
    while subprocess.run(ask, timeout=START_LIMIT).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("PostgreSQL did not start: " + (folder / "log").read_text()[-2000:])
        time.sleep(0.05)


@contextmanager
def running_server() -> Iterator[str]:
    """A server; gives its address with `{}` where the database's name belongs."""
    programs = find_programs()
    # Not pytest's folder: the path of a Unix socket has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="centralino-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    data = str(folder / "data")
    server: subprocess.Popen[bytes] | None = None
    try:
        initdb = [str(programs / "initdb"), "-D", data, "-A", "trust", "-U", USER]
        _run([*initdb, "--no-sync", "-E", "UTF8", "--locale=C"])
        options = [part for option in FAST for part in ("-c", option)]
        command = [str(programs / "postgres"), "-D", data, "-k", str(folder)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*command, "-c", "listen_addresses=", *options],
                stdout=log, stderr=log, cwd="/", **_as_other_user(),
            )  # fmt: skip
        _wait_until_ready(programs, folder, server)
        yield f"postgresql://{USER}@/{{}}?host={folder}"
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)  # at once: its data is thrown away
            server.wait(START_LIMIT)
        shutil.rmtree(folder, ignore_errors=True)
