"""What control does with the end of a call."""

from __future__ import annotations

from typing import Any, cast

import pytest

from centralino.control.intake import Intake
from centralino.messages import CallFinished
from kernel.clock import ManualClock


class Books:
    """Stands for history and metrics: the first word of an end is news, and no other."""

    def __init__(self) -> None:
        self.ended: set[str] = set()

    async def update(self, call: str, update: object) -> None:
        """Nothing to remember."""

    async def end(self, call: str, *how: object) -> bool:
        """Whether that is news."""
        new = call not in self.ended
        self.ended.add(call)
        return new

    def call_ended(self, client: str, outcome: object) -> None:
        """Counted."""


@pytest.mark.parametrize(("outcome", "told"), [("voicemail", 1), ("answered", 0)])
async def test_a_message_that_was_left_is_told_once(outcome: str, told: int) -> None:
    left: list[CallFinished] = []

    async def message_left(finished: CallFinished) -> None:
        left.append(finished)

    books = cast(Any, Books())
    intake = Intake(
        books, books, books, books, books, ManualClock(), centre="here",
        caller_key=lambda caller, client: "", keep_seconds=lambda line: 0.0,
        message_left=message_left,
    )  # fmt: skip
    finished = CallFinished("c1", "town", 10.0, outcome, "normal")
    for _ in range(2):
        await intake.takers[CallFinished](finished)
    assert left == [finished] * told
