"""Which leg is what: lines of each kind, and events of legs that are gone already."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any

from centralino.config.model import Config, Line
from centralino.media.switchboard import Switchboard
from centralino.messages import (
    HangUpLeg,
    KeysClosed,
    KeysOpened,
    KeysPressed,
    KeysSaid,
    SayOnLeg,
)
from kernel.ids import LegId
from telephony.errors import NoSuchLeg
from telephony.types import Cause, DigitReceived, LegAnswered, LegEvent, LegOffered, Originate
from tests.unit.centralino.media.world import SECRET, World

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


@dataclass
class Stack:
    """A SIP stack with these events to tell."""

    told: list[LegEvent]
    hung_up: list[LegId] = field(default_factory=list)

    async def events(self) -> AsyncIterator[LegEvent]:
        for event in self.told:
            yield event

    async def hang_up(self, leg: LegId) -> None:
        self.hung_up.append(leg)


@dataclass
class House:
    """What the switchboard uses of its house here."""

    control: Stack
    config: Config = field(default_factory=Config)
    secret: str = "s3cret"
    tasks: list[Coroutine[Any, Any, None]] = field(default_factory=list)

    def spawn(self, work: Coroutine[Any, Any, None], what: str) -> None:
        self.tasks.append(work)


class Broken:
    """A call of which word makes trouble."""

    heard = 0

    def digit(self, digit: str) -> None:
        self.heard += 1
        raise ValueError("trouble")


async def test_trouble_with_one_leg_leaves_us_hearing_the_others() -> None:
    stack = Stack([DigitReceived(LEG, "1"), DigitReceived(LEG, "2")])
    house, call = House(stack), Broken()
    board = Switchboard(house)  # type: ignore[arg-type]
    board._callers[LEG] = call  # type: ignore[assignment]
    await board.legs()
    for work in house.tasks:
        await work
    assert call.heard == 2 and stack.hung_up == [LEG, LEG]


def test_any_text_may_stand_where_the_edges_word_belongs() -> None:
    offered = LegOffered(
        LEG, "sip:a@x", "A", "sip:1000@x", "sip:1000@x", {"x-centralino-admit": "sé"}, "id"
    )
    board = Switchboard(House(Stack([])))  # type: ignore[arg-type]
    assert board._refusal(offered, None) is Cause.REJECTED


async def test_a_line_for_launching_says_whose_notifications(world: World) -> None:
    lines = (Line(number="1001", client="town", kind="launch"),)
    world.house.config = world.house.config.model_copy(update={"lines": lines})
    phone = world.phones["boss"]
    phone.leg = LegId("boss")
    headers = {"X-Centralino-Admit": SECRET}
    order = Originate(phone.leg, "sip:1001@media", "sip:201@house", headers=headers)
    await phone.control.originate(order)
    await world.listen(0.2)
    await phone.control.send_digits(phone.leg, "2")
    await world.listen(0.2)
    opened = world.last(KeysOpened)
    assert (opened.launches, opened.media) == ("town", "media-1")
    assert world.last(KeysPressed).digit == "2"
    await world.obey(SayOnLeg(opened.leg, "media-1", "launch-1", "Your number, please."))
    await world.listen(1.0)
    assert phone.loud and world.last(KeysSaid).say == "launch-1"
    await world.obey(HangUpLeg(opened.leg, "media-1"))
    assert world.last(KeysClosed).leg == opened.leg and world.board.empty
