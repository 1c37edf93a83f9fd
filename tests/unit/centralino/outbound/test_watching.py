"""Which ends of calls count for alarms, and that the watcher outlives what it meets."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from centralino.outbound import watching
from centralino.outbound.watching import Watching
from kernel.clock import ManualClock
from kernel.core import Put
from outbound.alarms import Alarm, Alarms
from outbound.records import AttemptRecord, AttemptState, Outcome
from outbound.service import OutboundService
from tests.waiting import until


class Service:
    """As much of the dialler as is watched."""

    def __init__(self) -> None:
        self.observers: list[Any] = []
        self.looked = 0

    def waiting(self) -> list[Any]:
        self.looked += 1
        if self.looked == 1:
            raise RuntimeError("once")
        return []

    def campaign(self, name: str) -> Any:
        return SimpleNamespace(id=name, caller_id="+15550100")


def watched(service: Service) -> Watching:
    clock, nothing = ManualClock(100.0), cast(Any, None)
    return Watching(cast(OutboundService, service), Alarms(), nothing, nothing, clock)


ATTEMPT = AttemptRecord(
    "att-1", "storm", "rcp-1", "town", 1, 0, "", "loop", "media-1", "life", 1,
    AttemptState.OVER, since=100.0, made=90.0, lease=1e12,
)  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "status", "counts"),
    [
        *((Outcome.FAILED, status, True) for status in (401, 402, 407, 420, 488)),
        (Outcome.FAILED, 0, False),
        (Outcome.REFUSED, 0, False),
        (Outcome.CANCELLED, 487, False),
        (Outcome.CONGESTION, 503, True),
        (Outcome.BUSY, 486, True),
    ],
)
def test_a_trunk_that_refuses_every_call_is_an_alarm(
    outcome: Outcome, status: int, counts: bool
) -> None:
    service = Service()
    watching = watched(service)
    ended = replace(ATTEMPT, outcome=outcome, sip_status=status)
    watching.written([Put("attempts", "att-1", ended)] * 20)
    raised, _ = watching.alarms.look([], 100.0)
    assert [one.key for one in raised] == (["answers:loop"] if counts else [])


async def test_a_fault_while_looking_ends_neither_the_watcher_nor_control(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def nothing_held(self: Watching) -> None:
        pass

    async def no_launches(*of: object) -> list[Alarm]:
        return []

    monkeypatch.setattr(watching, "EVERY", 0.0)
    monkeypatch.setattr(Watching, "remember", nothing_held)
    monkeypatch.setattr(watching, "launch_alarms", no_launches)
    service = Service()
    work = asyncio.create_task(watched(service).run())
    await until(lambda: service.looked > 2 or work.done())
    assert not work.done()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
