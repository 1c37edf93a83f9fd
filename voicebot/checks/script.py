"""PURE. A conversation test as values: what the caller does, what must come of it.

`reading` makes them of YAML, `running` plays them, `judging` compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.events import MachineAnswered, MachineBeeped, QueueEvent

START = 1_795_420_800.0
"""When a conversation begins that says nothing else: Monday, 23 November 2026, 08:00 UTC."""


@dataclass(frozen=True)
class Says:
    """The caller says this."""

    text: str
    heard_as: str = ""
    """What the recogniser makes of it, in tests by text; empty: the text itself."""
    confidence: float = 1.0
    """How sure the recogniser is, in tests by text."""
    speaks: str = ""
    """The language; empty: the one in which the conversation is held."""


@dataclass(frozen=True)
class Presses:
    """The caller presses these keys."""

    keys: str


@dataclass(frozen=True)
class Silent:
    """The caller says nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class HangsUp:
    """The caller is gone."""


@dataclass(frozen=True)
class CallsAgain:
    """The caller, who has hung up, calls again after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Told:
    """What the queue, or the ear for machines, tells the conversation."""

    events: tuple[QueueEvent | MachineAnswered | MachineBeeped, ...]


Action = Says | Presses | Silent | HangsUp | CallsAgain | Told


@dataclass(frozen=True)
class Place:
    """Where something stands."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Expected:
    """What must come of an action. Nothing is compared that is not named."""

    hears: tuple[str, ...] = ()
    """Pieces of what the bot says, in this order; capitals and punctuation do not count."""
    hears_not: tuple[str, ...] = ()
    means: str | None = None
    """What the sentence was taken as: an intent, `affirm`, `deny` or `answer:<slot>`."""
    asks: str | None = None
    """The question that is open now: `open`, `slot:name`, `confirm:name`, …; empty: none."""
    slots: Mapping[str, str | None] = field(default_factory=dict)
    """What is known now; None: it must not be known."""
    does: tuple[str, ...] | None = None
    """Lookups and custom actions that are done, in order."""


@dataclass(frozen=True)
class Step:
    """One thing that the caller does, and what must come of it. No action: the greeting."""

    place: Place
    action: Action | None
    expected: Expected


@dataclass(frozen=True)
class Ending:
    """Where a conversation ends, after its last step. None: not compared."""

    place: Place
    outcome: str
    """`transferred`, `answered`, `abandoned`, or `goes_on`; empty: not compared."""
    queue: str | None = None
    because: str | None = None
    intent: str | None = None
    priority: float | None = None
    summary: str | None = None
    """A piece of the packet's summary."""
    slots: Mapping[str, str | None] = field(default_factory=dict)
    """What the agent is told; of a call of ours without a hand-over, what was learned."""
    result: str | None = None
    """What a call of ours came to."""


@dataclass(frozen=True)
class Answer:
    """What a server outside answers."""

    status: int = 200
    json: Any = None


Answers = tuple[Answer | None, ...]
"""One for each time that it is asked, the last one again; None: no answer comes."""


@dataclass(frozen=True)
class Script:
    """One conversation."""

    name: str
    kind: str
    """What sort of call it is: `complaint`, `order`, … for `-k` and for whoever counts."""
    place: Place
    steps: tuple[Step, ...]
    ends: Ending | None = None
    starts: float = START
    """UTC seconds."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Of the call: `caller`, `caller_name`, `line`, `keys_only`, `language`, `given`."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Further languages of the line → the bot for callers who speak them."""
    outside: Mapping[str, Answers] = field(default_factory=dict)
    """Lookup or custom action → what is answered to it."""

    @property
    def id(self) -> str:
        """How it is named for `-k`: `file::kind::name`, the file without its folders."""
        return f"{self.place.file.rpartition('/')[2]}::{self.kind}::{self.name}"


def chosen(scripts: tuple[Script, ...], wanted: str) -> tuple[Script, ...]:
    """Those whose id has what is wanted: words joined by `and`, `or`, `not`; empty: all."""
    return tuple(script for script in scripts if _fits(script.id.casefold(), wanted.casefold()))


def _fits(name: str, wanted: str) -> bool:
    return any(
        all(
            (term[4:].strip() not in name) if term.startswith("not ") else term in name
            for term in (part.strip() for part in every.split(" and "))
        )
        for every in wanted.split(" or ")
    )
