"""Which ends of calls count for alarms, and that the watcher outlives what it meets."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from centralino.outbound import watching
from centralino.outbound.watching import Watching
from kernel.clock import ManualClock
from kernel.core import Put
from outbound.alarms import SETTLES, Alarm, Alarms
from outbound.board import Waiting
from outbound.records import AttemptRecord, AttemptState, CampaignState, Outcome
from outbound.service import OutboundService
from tests.unit.outbound.house import campaign
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


@pytest.mark.parametrize("called_before", [True, False])
@pytest.mark.parametrize("held", [True, False])
async def test_after_a_restart_nobody_is_said_to_be_left_who_was_called(
    monkeypatch: pytest.MonkeyPatch, called_before: bool, held: bool
) -> None:
    now = 100_000.0
    storm = campaign(state=CampaignState.RUNNING, since=now - 5400.0)
    just = replace(ATTEMPT, made=now - 20.0, since=now - 3.0, outcome=Outcome.ACKNOWLEDGED)

    class Stored(Service):
        centre, database = "house", SimpleNamespace(read=lambda: contextlib.nullcontext())

        def campaigns(self) -> list[Any]:
            return [storm]

        def waiting(self) -> list[Any]:
            return [Waiting(storm, 4.0, 0)]

        async def ended_since(self, of: object, at: float) -> list[AttemptRecord]:
            return [just] if called_before else []

    async def kept(*of: object) -> list[Any]:
        return [asdict(Alarm("still:storm", "", "", now - 300.0))] if held else []

    async def nothing(*of: object) -> list[Any]:
        return []

    monkeypatch.setattr(watching, "get_meta", kept)
    monkeypatch.setattr(watching, "launch_alarms", nothing)
    monkeypatch.setattr(Watching, "_tell", nothing)
    stored, clock = Stored(), ManualClock(now)
    house = Watching(cast(Any, stored), Alarms(), cast(Any, None), cast(Any, stored), clock)
    await house.remember()
    await house.look()
    still = [alarm.key for alarm in house.alarms.holding]
    assert still == (["still:storm"] if held else [])
    clock.advance(SETTLES)
    await house.look()
    goes_on = held and not called_before
    assert len(house.alarms.holding) == goes_on
    clock.advance(house.alarms.limits.no_progress)
    await house.look()
    assert [alarm.key for alarm in house.alarms.holding] == ["still:storm"]


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
