"""A recogniser grows slow under a running conversation, and quick again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centralino.media.capacity import CALM, EFFORTS, SHED, CapacityCore, Doing, Shed, Work, shed_at
from kernel.clock import ManualClock
from tests.unit.voicebot.test_session import Rig
from voicebot.reports import TurnHeard
from voicebot.speech.metered import MeteredRecogniser
from voicebot.speech.ports import Recognised, RecognitionContext, RecognitionStream
from voicebot.speech.scripted import ScriptedRecogniser
from voicebot.turns import State


def test_each_step_leaves_out_more_and_nothing_else_comes_back() -> None:
    assert list(EFFORTS) == list(Shed)
    assert [what for _, what in SHED] == list(Shed)[1:]
    thresholds = [least for least, _ in SHED]
    assert thresholds == sorted(thresholds)
    spent = [(e.peeks, e.judges, not e.light, e.guesses, e.speech) for e in EFFORTS.values()]
    assert spent[0] == (True,) * 5
    for before, after in zip(spent, spent[1:], strict=False):
        pairs = list(zip(before, after, strict=True))
        assert sum(was and not now for was, now in pairs) == 1
        assert all(was or not now for was, now in pairs)


@given(middle=st.floats(0.3, 2.0), noise=st.lists(st.floats(-0.07, 0.07), min_size=2, max_size=40))
def test_a_use_that_trembles_leaves_out_no_more_and_takes_back_nothing(
    middle: float, noise: list[float]
) -> None:
    seen, now = [], Shed.NOTHING
    for by in noise:
        now = shed_at(middle * (1 + by), now)
        seen.append(now)
    assert seen == sorted(seen)  # it climbs to the highest step touched, and stays
    assert shed_at(0.0, now) is Shed.NOTHING
    if now is not Shed.NOTHING:
        (least,) = [use for use, what in SHED if what is now]
        assert shed_at(least * CALM * 0.99, now) < now


class Slowed(ScriptedRecogniser):
    """A recogniser that is `behind`: each answer waits so long by the clock."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        self.behind = 0.0

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        stream = await super().open(rate, context)
        finish = stream.finish

        async def late() -> Recognised:
            due = self.clock.now() + self.behind
            while self.clock.now() < due:  # noqa: ASYNC110 - the test walks the clock
                await asyncio.sleep(0)
            return await finish()

        setattr(stream, "finish", late)  # noqa: B010
        return stream


@dataclass
class House:
    """A conversation, and what is measured and decided beside it once a second."""

    rig: Rig
    slowed: Slowed
    meter: MeteredRecogniser
    core: CapacityCore = field(default_factory=CapacityCore)
    seen: list[Shed] = field(default_factory=list)
    _next: float = 0.0

    def look(self) -> bool:
        """Whether something else is left out than before."""
        now, meter = self.rig.clock.now(), self.meter.figures()
        if now < self._next:
            return False
        self._next = now + 1.0
        work = Work(
            {Doing.CONVERSING: 1}, 2.0, 0.1, meter.share, meter.behind,
            each=meter.each, ended=meter.ended, overdue=meter.overdue,
        )  # fmt: skip
        before, found = self.core.shed, self.core.decide(work).shed
        self.rig.effort = EFFORTS[found]
        self.seen += [found] if found is not before else []
        return found is not before

    async def sentence(self, text: str, behind: float) -> RecognitionContext | None:
        """Say it; how the recogniser was asked."""
        self.slowed.behind = behind
        asked, heard = len(self.slowed.contexts), self.turns
        self.slowed._texts.clear()  # what nobody listened to
        self.slowed.hear(text)
        await self.rig.listening()
        await self.rig.speak()
        spoken = len(self.rig.said())
        await self.rig.until(lambda: bool(self.look()) or len(self.rig.said()) > spoken)
        await self.rig.until(lambda: self.turns > heard or len(self.rig.said()) > spoken)
        await self.rig.listening()
        await self.rig.until(self.measured)
        contexts = self.slowed.contexts
        return contexts[-1] if len(contexts) > asked else None

    def measured(self) -> bool:
        """At the next look."""
        due = self.rig.clock.now() >= self._next
        self.look()
        return due

    @property
    def turns(self) -> int:
        """Sentences heard so far."""
        return sum(isinstance(report, TurnHeard) for report in self.rig.told)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    clock = ManualClock()
    slowed = Slowed(clock)
    meter = MeteredRecogniser(slowed, 1, clock.now)
    rig = Rig(recogniser=slowed, hears=meter, clock=clock)
    running = asyncio.create_task(rig.session.run())
    yield House(rig, slowed, meter)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_step_by_step_a_slow_recogniser_is_asked_for_less_and_the_call_goes_on(
    house: House,
) -> None:
    rig = house.rig
    first = await house.sentence("hours", behind=0.0)
    assert first is not None and not first.light and house.core.shed is Shed.NOTHING
    await house.sentence("hours", behind=1.0)
    await house.sentence("hours", behind=0.0)
    assert not house.seen, "a single long wait takes nothing from anybody"
    while house.core.shed < Shed.TURN_DETECTOR:
        assert await house.sentence("hours", behind=0.38) is not None
    assert house.seen == [Shed.INTERIM, Shed.TURN_DETECTOR]
    while house.core.shed < Shed.CARE:
        await house.sentence("hours", behind=0.42)
    await house.sentence("hours", behind=0.42)  # its question was asked before
    light = await house.sentence("hours", behind=0.42)
    assert light is not None and light.light
    while house.core.shed < Shed.SPEECH:
        await house.sentence("hours", behind=1.0)
    assert await house.sentence("hours", behind=1.0) is None
    assert "press 1" in rig.said()[-1], "the menu of keys, in a call that is up"
    rig.session.on_digit("1", rig.clock.now())
    await rig.until(lambda: rig.said()[-2:-1] == ["Nine to five."])
    await rig.until(lambda: bool(house.look()) and house.core.shed is Shed.NOTHING)
    assert house.seen == sorted(house.seen[:-1]) + [Shed.NOTHING]
    await house.sentence("hours", behind=0.0)
    again = await house.sentence("bill", behind=0.0)
    assert again is not None and not again.light
    assert rig.said()[-1] == "Your name?" and rig.session.state is State.LISTENING
