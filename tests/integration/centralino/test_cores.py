"""What our processes take of the cores, seen on real ones."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from centralino.media import cores
from centralino.media.cores import CoresBusy

BUSY = "import time; end = time.process_time() + {}\nwhile time.process_time() < end: pass\n"


async def test_only_our_own_siblings_count(tmp_path: Path) -> None:
    """A child of this process looks at its siblings: one of ours that works, one that is not."""
    look = (
        "from centralino.media.cores import CoresBusy\n"
        "import time\n"
        "seen = CoresBusy(); seen.look()\n"
        "end = time.monotonic() + 1.0\n"
        "while time.monotonic() < end: time.sleep(0.05)\n"
        "print(seen.look(), len(seen._pids))\n"
    )
    ours = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BUSY.format(0.5), cores.OURS[0]
    )
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", BUSY.format(0.5))
    looking = await asyncio.create_subprocess_exec(
        sys.executable, "-c", look, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await looking.communicate()
    busy, found = output.split()
    assert int(found) == 1
    assert 0.0 < float(busy) < 1.1
    await asyncio.gather(ours.wait(), other.wait())


def test_who_has_no_siblings_sees_nothing() -> None:
    seen = CoresBusy()
    assert seen.cores == len(os.sched_getaffinity(0))
    seen.look()
    assert seen.look() >= 0.0
