"""What goes on beside the calls of a media process."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from centralino.media import house as module
from tests.unit.centralino.media.world import World
from tests.waiting import until


async def test_what_must_go_on_and_breaks_begins_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANEW_SECONDS", 0.0)
    begun = 0

    async def tells() -> None:
        nonlocal begun
        begun += 1
        if begun < 3:
            raise RuntimeError("one message too many")
        await asyncio.Event().wait()

    with capture_logs() as logs:
        task = world.house.keep(tells, "outbox")
        await until(lambda: begun == 3)
    assert [(each["event"], each["task"]) for each in logs] == [("media.task", "outbox")] * 2
    assert not task.done()
