"""Events of legs that are gone already."""

from __future__ import annotations

from centralino.media.switchboard import Switchboard
from kernel.ids import LegId
from telephony.errors import NoSuchLeg
from telephony.types import LegAnswered

LEG = LegId("leg-1")


class HungUpAtOnce:
    """A call whose leg had ended before word of its answer was looked at."""

    asked = 0

    def answered(self) -> None:
        self.asked += 1
        raise NoSuchLeg(LEG)


def test_a_leg_that_ended_before_its_answer_was_looked_at_ends_nothing_else() -> None:
    board, call = Switchboard(None), HungUpAtOnce()  # type: ignore[arg-type]
    board._callers[LEG] = call  # type: ignore[assignment]
    board.leg_event(LegAnswered(LEG, ""))
    assert call.asked == 1
