"""What control does with what it is told of calls."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from centralino.content.errors import ContentError, Erased, KeyConflict
from centralino.content.messages import SoundKeyMade
from centralino.control.intake import Intake, _percentile
from centralino.messages import CallFinished, PacketMade
from kernel.clock import ManualClock


class Books:
    """Stands for history and metrics: the first word of an end is news, and no other."""

    def __init__(self, sound: type[ContentError] = KeyConflict) -> None:
        self.ended: set[str] = set()
        self.sound = sound

    async def update(self, call: str, update: object) -> None:
        """Nothing to remember."""

    async def end(self, call: str, *how: object) -> bool:
        """Whether that is news."""
        new = call not in self.ended
        self.ended.add(call)
        return new

    async def get(self, call: str, clients: object) -> None:
        """No call is known."""

    async def adopt_sound_key(self, call: str, *key: object, **terms: object) -> None:
        """There is another one, or it was erased."""
        raise self.sound(call)

    async def put(self, call: str, *content: object, **terms: object) -> None:
        """Its time is over."""
        raise Erased(call)

    def call_ended(self, client: str, outcome: object) -> None:
        """Counted."""


def intake_of(books: Any, message_left: Any = None) -> Intake:
    return Intake(
        books, books, books, books, books, ManualClock(), centre="here",
        caller_key=lambda caller, client: "", keep_seconds=lambda line: 0.0,
        message_left=message_left,
    )  # fmt: skip


@pytest.mark.parametrize("refused", [KeyConflict, Erased])
async def test_a_second_sound_key_of_a_call_ends_no_link(refused: type[ContentError]) -> None:
    with capture_logs() as logs:
        await intake_of(Books(refused)).takers[SoundKeyMade](SoundKeyMade("c1", "town", "00" * 32))
    assert [each["event"] for each in logs] == ["control.sound_key"]


async def test_nor_does_what_is_told_of_a_call_whose_time_was_over() -> None:
    told: Any = SimpleNamespace(call="c1", client="town", intent=None, queue="bills")
    with capture_logs() as logs:
        await intake_of(Books()).takers[PacketMade](SimpleNamespace(packet=told))
    assert [each["event"] for each in logs] == ["control.not_kept"]


@pytest.mark.parametrize(
    ("ordered", "share", "found"),
    [([], 0.5, None), ([1.0], 0.5, 1.0), ([1.0, 2.0], 0.5, 1.0), ([1.0, 2.0, 3.0], 0.5, 2.0),
     ([float(n) for n in range(1, 21)], 0.95, 19.0), ([1.0, 2.0], 0.95, 2.0)],
)  # fmt: skip
def test_percentiles_are_values_that_were_measured(
    ordered: list[float], share: float, found: float | None
) -> None:
    assert _percentile(ordered, share) == found


@pytest.mark.parametrize(("outcome", "told"), [("voicemail", 1), ("answered", 0)])
async def test_a_message_that_was_left_is_told_once(outcome: str, told: int) -> None:
    left: list[CallFinished] = []

    async def message_left(finished: CallFinished) -> None:
        left.append(finished)

    intake = intake_of(Books(), message_left)
    finished = CallFinished("c1", "town", 10.0, outcome, "normal")
    for _ in range(2):
        await intake.takers[CallFinished](finished)
    assert left == [finished] * told
