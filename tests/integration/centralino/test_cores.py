"""What our processes take of the cores, seen on real ones."""

from __future__ import annotations

import asyncio
import os
import sys

from centralino.media import cores
from centralino.media.cores import CoresBusy

BUSY = "while True: pass"
LOOK = """
from centralino.media.cores import CoresBusy
import time
seen = CoresBusy()
seen.look()
end, busy = time.monotonic() + 20.0, 0.0
while busy == 0.0 and time.monotonic() < end:
    time.sleep(0.2)
    busy = seen.look()
print(busy, len(seen._pids))
"""


async def test_only_our_own_siblings_count() -> None:
    """A child of this process looks at its siblings: one of ours that works, one that is not."""
    ours = await asyncio.create_subprocess_exec(sys.executable, "-c", BUSY, cores.OURS[0])
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", BUSY)
    try:
        looking = await asyncio.create_subprocess_exec(
            sys.executable, "-c", LOOK, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await looking.communicate()
    finally:
        for busy_one in (ours, other):
            busy_one.kill()
            await busy_one.wait()
    busy, found = output.split()
    assert int(found) == 1
    assert 0.0 < float(busy) < 1.2  # of one of ours, though two are busy


def test_who_has_no_siblings_sees_nothing() -> None:
    seen = CoresBusy()
    assert seen.cores == len(os.sched_getaffinity(0))
    seen.look()
    assert seen.look() >= 0.0
