"""What follows from a talk, also where this house does not dial any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from centralino.outbound.errors import CampaignError
from centralino.outbound.talks import Talks
from kernel.clock import ManualClock
from kernel.errors import CoreStopped
from outbound.messages import DueRecipient
from outbound.records import AttemptRecord, CampaignRecord, Path, RecipientRecord, call_of
from tests.unit.centralino.outbound.test_watching import ATTEMPT
from tests.unit.outbound.test_dispositions import SPRING

NUMBERS = ("+39021", "+39022")


@dataclass
class House:
    """Dialler, books and list of somebody who was called."""

    stopped: bool = False
    said: list[str] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    clock: ManualClock = field(default_factory=ManualClock)

    def campaign(self, name: str) -> CampaignRecord:
        return SPRING

    async def dispose(self, recipient: str, disposition: str, by: str, again_at: float) -> bool:
        if self.stopped:
            raise CoreStopped("outbound has stopped")
        self.said.append(disposition)
        return True

    async def attempt(self, name: str) -> AttemptRecord:
        return ATTEMPT

    async def named(self, ids: Sequence[str]) -> list[DueRecipient]:
        one = RecipientRecord("rcp-1", "spring", "town", "p1")
        return [DueRecipient(one, tuple(map(Path, NUMBERS))) for _ in ids]

    async def block(self, numbers: Iterable[str], client: str, source: str, now: float) -> None:
        self.blocked |= set(numbers)


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize(
    ("disposition", "blocked"),
    [("do not call", set(NUMBERS)), ("wrong number", {NUMBERS[0]}), ("sale", set())],
)
async def test_a_wish_not_to_be_called_is_kept_whoever_dials(
    disposition: str, blocked: set[str], stopped: bool
) -> None:
    house = House(stopped)
    talks = Talks(*cast(Any, (house, house, house)))
    talk = talks.dispose(call_of(ATTEMPT.id), disposition, "anna", 0.0)
    if stopped:
        with pytest.raises(CampaignError, match="does not dial any more"):
            await talk
    else:
        await talk
    assert house.blocked == blocked and house.said == ([] if stopped else [disposition])
