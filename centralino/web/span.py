"""What happened in a stretch of time: the facts of which all figures are made, and whether they add
up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from acd.callback import Callback, reconcile_callbacks
from acd.floor import ROOM
from acd.numbers import Stretch, reconcile, with_times
from acd.visits import Visit
from centralino.web.parts import DAY
from centralino.web.ports import Clients, FactsPort

log = structlog.get_logger()

LONGEST = 31 * DAY
"""Seconds of history in one answer at most."""
LATEST = DAY
"""How long after the span a stay that began in it may have ended to be found."""


UNDER_WAY = 60.0
"""Seconds after which what happened is surely written."""


@dataclass(frozen=True)
class Span:
    """The facts of a stretch of time."""

    stays: list[Visit]
    """Those that began in it."""
    stretches: list[Stretch]
    """The parts of agents' time that lie in it."""
    entered: int
    """Calls that entered a queue, by the journal."""
    callbacks: list[Callback]
    """Asked for in stays that began in it, whenever they ended."""

    def problems(self) -> list[str]:
        """What does not add up; empty where all does."""
        found = reconcile(self.stays, self.entered)
        return [*found, *reconcile_callbacks(self.stays, self.callbacks)]


async def read_span(
    facts: FactsPort,
    going_on: Sequence[Visit | Stretch | Callback],
    span: tuple[float, float],
    now: float,
    clients: Clients = None,
) -> Span:
    """The facts from one moment to another; `going_on` is what has not ended yet.

    A stay is written when it ends, so those that end later belong here as well, and so do those
    that go on.
    """
    since, until = span
    open_now = [fact for fact in going_on if clients is None or fact.client in clients]
    last = min(until + LATEST, now + 1)
    ended = await facts.read(Visit, since, last, clients)
    spent = await facts.read(Stretch, since, last, clients)
    waiting = [fact for fact in open_now if isinstance(fact, Visit)]
    running = [fact for fact in open_now if isinstance(fact, Stretch)]
    stays = [visit for visit in [*ended, *waiting] if since <= visit.joined < until]
    stretches = [
        replace(stretch, begin=max(stretch.begin, since), end=min(stretch.end, until))
        for stretch in [*spent, *running]
        if stretch.begin < until and stretch.end > since
    ]
    entered = await facts.moves(ROOM, "call", "", "waiting", since, until, clients)
    back = await facts.read(Callback, since, min(until + LONGEST, now + 1), clients)
    owed = [fact for fact in open_now if isinstance(fact, Callback)]
    callbacks = [one for one in [*back, *owed] if since <= one.stay < until]
    return Span(with_times(stays, [*spent, *running]), stretches, entered, callbacks)


async def add_up(
    facts: FactsPort, going_on: Sequence[Visit | Stretch | Callback], now: float
) -> None:
    """Say in the log what of the last day does not add up: everybody who entered a queue has left
    it by exactly one exit, or is still in."""
    until = now - UNDER_WAY
    span = await read_span(facts, going_on, (until - DAY, until), now)
    for problem in span.problems():
        log.error("acd.does_not_add_up", problem=problem)
