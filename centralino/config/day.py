"""The file of a synthetic day (`centralino simulate day`), as the ACD's own `Day`."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from acd.config import CentreConfig, QueueConfig
from acd.numbers import Terms
from acd.planning.day import Day, Law, Length, Rate, Shift, Stream
from centralino.config.section import Name, Seconds, Section
from centralino.errors import StartRefused

_HOURS = re.compile(r"^(\d{1,2}):([0-5]\d)$")
_EXTRA = re.compile(r"^(\d+) (?:in )?(\S+) (\d{1,2}:[0-5]\d)-(\d{1,2}:[0-5]\d)$")


def _clock(value: Any) -> Any:
    """`"09:30"` as seconds since midnight."""
    found = _HOURS.match(value) if isinstance(value, str) else None
    if found is None or int(found[1]) > 24:
        raise ValueError(f'{value!r} is no time of day such as "09:30"')
    return int(found[1]) * 3600.0 + int(found[2]) * 60.0


TimeOfDay = Annotated[float, BeforeValidator(_clock)]


class LengthTable(Section):
    """A length of time by chance, in seconds."""

    mean: Seconds
    law: Law = Law.EXPONENTIAL
    variation: float = Field(default=1.0, gt=0)
    """Standard deviation ÷ mean, of `lognormal`."""

    def value(self) -> Length:
        """As the simulation takes it."""
        return Length(self.mean, self.law, self.variation)


class QueueTable(Section):
    """A queue."""

    id: Name
    wrap_up: Seconds = 30.0
    ring_timeout: float = Field(default=20.0, gt=0)


class RateTable(Section):
    """How many callers an hour, from when to when."""

    begin: TimeOfDay
    end: TimeOfDay
    per_hour: float = Field(ge=0)


class CallsTable(Section):
    """Callers of one kind."""

    queue: Name
    intent: str = ""
    priority: int = Field(default=0, ge=0)
    skills: tuple[str, ...] = ()
    handling: LengthTable
    patience: LengthTable | None = None
    """None: they wait for ever."""
    rates: tuple[RateTable, ...]


class ShiftTable(Section):
    """Agents who work alike."""

    agents: int = Field(ge=0)
    begin: TimeOfDay
    end: TimeOfDay
    queues: tuple[Name, ...] = Field(min_length=1)
    skills: dict[str, int] = {}
    answer: LengthTable = LengthTable(mean=3.0)


class DayFile(Section):
    """A day to simulate."""

    queues: tuple[QueueTable, ...] = Field(min_length=1)
    calls: tuple[CallsTable, ...] = Field(min_length=1)
    shifts: tuple[ShiftTable, ...] = ()
    threshold: Seconds = 20.0
    """T of the service level."""
    short: Seconds = 5.0
    """Who gives up sooner than this did not wait."""

    @model_validator(mode="after")
    def _every_queue_exists(self) -> DayFile:
        known = {queue.id for queue in self.queues}
        named = {calls.queue for calls in self.calls}
        named |= {queue for shift in self.shifts for queue in shift.queues}
        for name in sorted(named - known):
            raise ValueError(f"there is no queue {name!r}; there are {', '.join(sorted(known))}")
        return self

    def day(self) -> Day:
        """As the simulation takes it."""
        queues = tuple(
            QueueConfig(queue.id, "day", "", queue.wrap_up, queue.ring_timeout)
            for queue in self.queues
        )
        return Day(
            CentreConfig("day", queues, redial_seconds=0.0),
            tuple(_stream(calls) for calls in self.calls),
            tuple(_shift(shift) for shift in self.shifts),
        )

    def terms(self) -> Terms:
        """By what the figures go."""
        return Terms(self.threshold, self.short)


def _stream(calls: CallsTable) -> Stream:
    rates = tuple(Rate(rate.begin, rate.end, rate.per_hour) for rate in calls.rates)
    patience = calls.patience.value() if calls.patience else None
    return Stream(
        calls.queue, rates, calls.handling.value(), patience, calls.intent, calls.priority,
        calls.skills,
    )  # fmt: skip


def _shift(shift: ShiftTable) -> Shift:
    return Shift(
        shift.agents, shift.begin, shift.end, shift.queues, dict(shift.skills),
        shift.answer.value(),
    )  # fmt: skip


def extra_shift(said: str, day: Day) -> Shift:
    """`"2 billing 10:00-14:00"`: agents more for a queue. Raises StartRefused."""
    found = _EXTRA.match(said)
    if found is None:
        raise StartRefused(f'--extra {said!r}: say it as "2 billing 10:00-14:00"')
    agents, queue, begin, end = found.groups()
    like = next((shift for shift in day.shifts if queue in shift.queues), None)
    if day.config.queue(queue) is None:
        raise StartRefused(f"--extra {said!r}: there is no queue {queue!r}")
    answer = like.answer if like else Length(3.0)
    skills = like.skills if like else {}
    return Shift(int(agents), _clock(begin), _clock(end), (queue,), skills, answer)
