"""The four verbs of everything that decides.

Rule 1: a core has no clock, socket, thread or random source of its own. Time and chance are
arguments, so the same core runs in a unit test that walks the clock by hand, in a process, and
in a replay of last night's incident.

Rule 2: events and commands are frozen dataclasses. An event answers something by name (a turn, a
playback, an offer, a leg). One that names something no longer current is *stale*: it changes
nothing and is counted. One that is current but has no row in the state table is *illegal*: it
raises `IllegalTransition` and changes nothing.

Rule 3: a core whose state must survive its process also tells its changes (`DurableCore`); the
driver writes them in one transaction with the commands, before any command is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Core(Protocol):
    """A pure object that is told what happened and answers what to do."""

    def receive(self, event: object, now: float) -> None:
        """Take one event. `now` is UTC seconds. Raises IllegalTransition, changing nothing."""

    def next_timer(self) -> float | None:
        """When `handle_timer` wants to be called, in UTC seconds; None for never."""

    def handle_timer(self, now: float) -> None:
        """Do what is due at `now`. Harmless when nothing is."""

    def commands(self) -> list[object]:
        """The commands decided since the last call, in order. Taking them empties the list."""


@dataclass(frozen=True)
class Put:
    """A row of state was added or replaced. The record is a message type with a `key`."""

    table: str
    key: str
    record: object


@dataclass(frozen=True)
class Drop:
    """A row of state is gone."""

    table: str
    key: str


@dataclass(frozen=True)
class Transition:
    """One move of one state machine: a row of the journal. Ids only, never personal content."""

    room: str
    subject: str
    """What moved, as `kind:id`, e.g. `agent:7` or `call:c-1`."""
    from_state: str
    to_state: str
    why: str
    call: str | None = None
    client: str | None = None


@dataclass(frozen=True)
class Fact:
    """Something that is over, for the figures: written with the step that ended it, and never read
    back by a core. The record is a message type and holds ids only."""

    record: object
    client: str


Change = Put | Drop | Transition | Fact


class DurableCore(Core, Protocol):
    """A core whose state outlives its process."""

    def changes(self) -> Sequence[Change]:
        """What changed since the last call, in order. Taking them empties the list."""
