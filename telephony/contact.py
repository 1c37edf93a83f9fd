"""A caller's contact with agents: talk, hold, consultation, transfer, conference. PURE.

Three parties at most: the caller, the `FIRST` who has the caller, and a `SECOND` who is consulted
(an agent, whoever serves a queue, or an outside number). Who hears whom is a table by state, so no
way of the sound can be forgotten; who is in no row of it hears music, or the ringing tone.

Promises, held by property tests over every order of events:

- The caller has exactly one owner at all times: the first, the second who rings or talks, or (once
  the contact is over) the queue, or the conversation that says goodbye.
- Who leaves leaves the others together: nobody is left alone on hold. The first who hangs up while
  the caller is on hold and no second talks gives the caller back to the queue.
- Nobody holds for ever: holding, calling and ringing through each have a limit.

A second whose call fails gives the caller back to the first, at once and with a tone: an agent who
has to find a key first is a caller who listens to music for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from kernel.machine import Machine


class Party(Enum):
    """Who takes part."""

    CALLER = "caller"
    FIRST = "first"
    SECOND = "second"
    SUPERVISOR = "supervisor"


class Talk(Enum):
    """How a contact stands."""

    TALKING = "talking"
    HOLD = "hold"
    CALLING = "calling"
    """The caller is on hold while the second is being called."""
    CONSULT = "consult"
    """The caller is on hold while first and second talk."""
    SWAPPED = "swapped"
    """The second is on hold while caller and first talk."""
    CONFERENCE = "conference"
    BLIND = "blind"
    """The first has gone; the caller waits while the second is being called."""
    COLLEAGUES = "colleagues"
    """The caller has gone; first and second talk on."""
    QUEUED = "queued"
    """Over: the caller is given to the queue."""
    OVER = "over"


@dataclass(frozen=True)
class Hold:
    """The first puts the caller on hold."""


@dataclass(frozen=True)
class Retrieve:
    """The first takes the caller back."""


@dataclass(frozen=True)
class Consult:
    """The first calls a second."""


@dataclass(frozen=True)
class SecondUp:
    """The second is there, and knows what it is about."""


@dataclass(frozen=True)
class SecondGone:
    """The second hung up, or was not had."""


@dataclass(frozen=True)
class Swap:
    """The first goes from one to the other."""


@dataclass(frozen=True)
class Join:
    """All three together."""


@dataclass(frozen=True)
class Complete:
    """The first leaves the caller to the second."""


@dataclass(frozen=True)
class Return:
    """The first goes back to the caller alone."""


@dataclass(frozen=True)
class HandOn:
    """The first gives the caller to a queue, or to the bot."""


@dataclass(frozen=True)
class FirstGone:
    """The first hung up, or the phone was lost."""


@dataclass(frozen=True)
class CallerGone:
    """The caller hung up."""


@dataclass(frozen=True)
class TimeUp:
    """It has lasted too long."""


MACHINE: Machine[Talk] = Machine(
    "contact",
    {
        Talk.TALKING: {
            Hold: Talk.HOLD,
            Consult: Talk.CALLING,
            HandOn: Talk.QUEUED,
            FirstGone: Talk.OVER,
            CallerGone: Talk.OVER,
        },
        Talk.HOLD: {
            Retrieve: Talk.TALKING,
            Consult: Talk.CALLING,
            HandOn: Talk.QUEUED,
            FirstGone: Talk.QUEUED,
            CallerGone: Talk.OVER,
            TimeUp: Talk.TALKING,
        },
        Talk.CALLING: {
            SecondUp: Talk.CONSULT,
            SecondGone: Talk.TALKING,
            Return: Talk.TALKING,
            Complete: Talk.BLIND,
            HandOn: Talk.QUEUED,
            FirstGone: Talk.QUEUED,
            CallerGone: Talk.OVER,
            TimeUp: Talk.TALKING,
        },
        Talk.CONSULT: {
            SecondGone: Talk.TALKING,
            Swap: Talk.SWAPPED,
            Join: Talk.CONFERENCE,
            Complete: Talk.TALKING,
            Return: Talk.TALKING,
            HandOn: Talk.QUEUED,
            FirstGone: Talk.TALKING,
            CallerGone: Talk.COLLEAGUES,
        },
        Talk.SWAPPED: {
            SecondGone: Talk.TALKING,
            Swap: Talk.CONSULT,
            Join: Talk.CONFERENCE,
            Complete: Talk.TALKING,
            Return: Talk.TALKING,
            HandOn: Talk.QUEUED,
            FirstGone: Talk.TALKING,
            CallerGone: Talk.COLLEAGUES,
        },
        Talk.CONFERENCE: {
            SecondGone: Talk.TALKING,
            Complete: Talk.TALKING,
            Return: Talk.TALKING,
            HandOn: Talk.QUEUED,
            FirstGone: Talk.TALKING,
            CallerGone: Talk.COLLEAGUES,
        },
        Talk.BLIND: {
            SecondUp: Talk.TALKING,
            SecondGone: Talk.QUEUED,
            CallerGone: Talk.OVER,
            TimeUp: Talk.QUEUED,
        },
        Talk.COLLEAGUES: {
            FirstGone: Talk.OVER,
            SecondGone: Talk.OVER,
            Complete: Talk.OVER,
            Return: Talk.OVER,
        },
        Talk.QUEUED: {},
        Talk.OVER: {},
    },
)

CALLER, FIRST, SECOND = Party.CALLER, Party.FIRST, Party.SECOND
Hears = Mapping[Party, tuple[Party, ...]]
_PAIR = {CALLER: (FIRST,), FIRST: (CALLER,)}
_INSIDE = {FIRST: (SECOND,), SECOND: (FIRST,)}
HEARS: Mapping[Talk, Hears] = {
    Talk.TALKING: _PAIR,
    Talk.HOLD: {},
    Talk.CALLING: {},
    Talk.CONSULT: _INSIDE,
    Talk.SWAPPED: _PAIR,
    Talk.CONFERENCE: {
        CALLER: (FIRST, SECOND),
        FIRST: (CALLER, SECOND),
        SECOND: (CALLER, FIRST),
    },
    Talk.BLIND: {},
    Talk.COLLEAGUES: _INSIDE,
    Talk.QUEUED: {},
    Talk.OVER: {},
}
"""Listener → who is heard."""

AGENTS: Mapping[Talk, frozenset[Party]] = {
    Talk.TALKING: frozenset({FIRST}),
    Talk.HOLD: frozenset({FIRST}),
    Talk.CALLING: frozenset({FIRST, SECOND}),
    Talk.CONSULT: frozenset({FIRST, SECOND}),
    Talk.SWAPPED: frozenset({FIRST, SECOND}),
    Talk.CONFERENCE: frozenset({FIRST, SECOND}),
    Talk.BLIND: frozenset({SECOND}),
    Talk.COLLEAGUES: frozenset({FIRST, SECOND}),
    Talk.QUEUED: frozenset(),
    Talk.OVER: frozenset(),
}
"""Who takes part beside the caller, ringing ones among them."""

ON_HOLD = frozenset({Talk.HOLD, Talk.CALLING, Talk.CONSULT, Talk.BLIND})
"""The caller hears music."""
ENDED = frozenset({Talk.QUEUED, Talk.OVER})
_GONE: Mapping[type, Party] = {FirstGone: FIRST, SecondGone: SECOND, CallerGone: CALLER}
_LEAVES: Mapping[type, Party] = {Complete: FIRST, Return: SECOND}


@dataclass(frozen=True)
class Drop:
    """Hang this one up; the part in this contact is over."""

    party: Party


@dataclass(frozen=True)
class Promote:
    """The second has the caller from here on, in the place of the first."""


@dataclass(frozen=True)
class ToQueue:
    """The caller waits again, with place and packet."""

    handed: bool
    """Because the first said so."""
    kept: bool = False
    """For the first, who thinks that the caller is in good hands: the second was not had."""


@dataclass(frozen=True)
class Part:
    """Nobody talks with the caller any more, by the first's own wish: the conversation ends it."""


@dataclass(frozen=True)
class Failed:
    """Tell the first that the second was not had, or has gone."""


@dataclass(frozen=True)
class Remind:
    """Tell the first that somebody is on hold."""


@dataclass(frozen=True)
class Moved:
    """It stands otherwise now."""

    before: Talk
    after: Talk


Command = Drop | Promote | ToQueue | Part | Failed | Remind | Moved


@dataclass(frozen=True)
class Limits:
    """Lengths in seconds."""

    hold: float = 300.0
    """After so long the caller is given back to the agent."""
    calling: float = 45.0
    """A second who has not answered by then has not been had."""
    remind: float = 60.0
    """An agent with somebody on hold is reminded this often."""

    def of(self, state: Talk) -> float | None:
        """How long a state may last; None for as long as it likes."""
        if state is Talk.HOLD:
            return self.hold
        return self.calling if state in (Talk.CALLING, Talk.BLIND) else None


class ContactCore:
    """A `kernel.core.Core` of one contact; begins with caller and first in talk."""

    def __init__(self, limits: Limits, now: float) -> None:
        self.state = Talk.TALKING
        self.limits = limits
        self._commands: list[Command] = []
        self._until: float | None = None
        self._remind_at: float | None = None
        self._enter(now)

    @property
    def hears(self) -> Hears:
        """Who hears whom now."""
        return HEARS[self.state]

    def receive(self, event: object, now: float) -> None:
        """Take one event. Raises IllegalTransition, changing nothing."""
        before, after = self.state, MACHINE.next(self.state, event)
        kind = type(event)
        there = set(AGENTS[before]) - {_GONE.get(kind)}
        if (leaves := _LEAVES.get(kind)) in there and after is not Talk.OVER:
            self._commands.append(Drop(leaves))
            there.discard(leaves)
        if after is Talk.TALKING and FIRST not in there:
            self._commands.append(Promote())
            there = {FIRST}
        self._commands += [Drop(party) for party in (FIRST, SECOND)
                           if party in there and party not in AGENTS[after]]  # fmt: skip
        self.state = after
        if after is not before:
            self._commands.append(Moved(before, after))
            self._enter(now)
        self._afterwards(kind, before, after)

    def next_timer(self) -> float | None:
        """When something is due next."""
        due = [time for time in (self._until, self._remind_at) if time is not None]
        return min(due, default=None)

    def handle_timer(self, now: float) -> None:
        """End what lasts too long; remind the first."""
        if self.overdue(now):
            return self.receive(TimeUp(), now)
        if self._remind_at is not None and self._remind_at <= now:
            self._remind_at = now + self.limits.remind
            self._commands.append(Remind())
        return None

    def overdue(self, now: float) -> bool:
        """Whether it has lasted too long."""
        return self._until is not None and self._until <= now

    def commands(self) -> list[Command]:
        """What to do, in order."""
        commands, self._commands = self._commands, []
        return commands

    def _enter(self, now: float) -> None:
        limit = self.limits.of(self.state)
        self._until = None if limit is None else now + limit
        holds = FIRST in AGENTS[self.state] and (
            self.state in ON_HOLD or self.state is Talk.SWAPPED
        )
        self._remind_at = now + self.limits.remind if holds else None

    def _afterwards(self, kind: type, before: Talk, after: Talk) -> None:
        if after is Talk.QUEUED:
            self._commands.append(ToQueue(kind is HandOn, kept=before is Talk.BLIND))
        elif after is Talk.OVER and kind is FirstGone and before is Talk.TALKING:
            self._commands.append(Part())
        elif after is Talk.TALKING and kind in (SecondGone, TimeUp):
            self._commands.append(Failed())
