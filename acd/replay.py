"""Every step of the distributor is kept, so that a day can be decided again. PURE.

A life of the service begins with a `Checkpoint` (configuration and rows that it took up) and goes
on in `Step`s: what was received, which chance was drawn, and a digest of what followed. The
distributor is a pure core, so the same steps must give the same digests; where they do not,
somebody changed how it decides, and the first such step is named. A step is a fact, written with
its own rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from acd.config import CentreConfig
from acd.distributor import Distributor
from acd.errors import AcdError
from acd.messages import PlaceOffer
from kernel.codec import decode, encode, message
from kernel.core import Change, Drop, Fact, Put, Transition
from kernel.errors import KernelError
from kernel.ids import Chance


@message("acd.checkpoint")
@dataclass(frozen=True)
class Checkpoint:
    """Where a life begins."""

    at: float
    config: CentreConfig
    records: tuple[dict[str, Any], ...]
    """Rows, encoded."""


@message("acd.step")
@dataclass(frozen=True)
class Step:
    """One step of the core."""

    at: float
    events: tuple[dict[str, Any], ...]
    """What was received and taken, encoded, in order."""
    timer: bool
    """Whether timers were looked at, too."""
    drawn: tuple[str, ...]
    """What chance gave."""
    digest: str
    """Of the changes that followed."""


def digest(changes: Iterable[Change]) -> str:
    """A short name of what changed."""
    text = json.dumps([_plain(change) for change in changes], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


LATER = {"acd.waiting_record": ("lacking",)}
"""Fields that rows got after the first steps were kept: left out where they say nothing, so that a
day from before comes out the same."""


def _plain(change: Change) -> list[Any]:
    if isinstance(change, Put):
        row = encode(change.record)
        for name in LATER.get(row["type"], ()):
            if not row["body"][name]:
                del row["body"][name]
        return [change.table, change.key, row]
    if isinstance(change, Drop):
        return [change.table, change.key]
    return [encode(change.record)] if isinstance(change, Fact) else [asdict(change)]


@dataclass
class Recorder:
    """The distributor, with every step kept. A `kernel.core.DurableCore`."""

    config: CentreConfig
    chance: Chance
    core: Distributor = field(init=False)
    _events: list[dict[str, Any]] = field(default_factory=list)
    _timer: bool = False
    _drawn: list[str] = field(default_factory=list)
    _at: float = 0.0
    _opened: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.core = Distributor(self.config, self._draw)

    def _draw(self, n: int) -> str:
        self._drawn.append(self.chance(n))
        return self._drawn[-1]

    def restore(self, records: Sequence[object], now: float) -> None:
        """Take up the rows of an earlier life."""
        self.core.restore(records, now)
        rows = tuple(encode(record) for record in records)
        self._opened = [Fact(Checkpoint(now, self.config, rows), "")]

    def receive(self, event: object, now: float) -> None:
        """Take one event. Raises IllegalTransition, changing nothing."""
        self.core.receive(event, now)
        self._events.append(encode(event))
        self._at = now

    def next_timer(self) -> float | None:
        """When something is due next."""
        return self.core.next_timer()

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self.core.handle_timer(now)
        self._timer, self._at = True, now

    def commands(self) -> list[object]:
        """What to send, in order."""
        return self.core.commands()

    def changes(self) -> Sequence[Change]:
        """Rows, journal and facts; the step itself is the last fact."""
        changes = list(self.core.changes())
        opened, self._opened = self._opened, []
        if not self._events and not self._timer:
            return [*opened, *changes]
        step = Step(self._at, tuple(self._events), self._timer, tuple(self._drawn), digest(changes))
        self._events, self._timer, self._drawn = [], False, []
        return [*opened, *changes, Fact(step, "")]


# --- deciding again


@dataclass(frozen=True)
class Difference:
    """The first step that came out otherwise."""

    number: int
    """1 for the first step of its life."""
    at: float
    what: str


@dataclass
class Verdict:
    """What deciding again came to."""

    steps: int = 0
    events: int = 0
    offers: int = 0
    lives: int = 0
    adrift: int = 0
    """Steps of a life whose beginning is not kept any longer: they cannot be decided again."""
    difference: Difference | None = None


def decide_again(checkpoint: Checkpoint, steps: Iterable[Step], verdict: Verdict) -> None:
    """Walk one life again; adds to the verdict and stops at the first difference."""
    verdict.lives += 1
    drawn: list[str] = []
    core = Distributor(checkpoint.config, lambda n: drawn.pop(0))
    core.restore([decode(row) for row in checkpoint.records], checkpoint.at)
    for number, step in enumerate(steps, start=1):
        drawn[:] = step.drawn
        what = _otherwise(core, step, drawn)
        commands = core.commands()
        if what:
            verdict.difference = Difference(number, step.at, what)
            return
        verdict.steps += 1
        verdict.events += len(step.events)
        verdict.offers += sum(isinstance(command, PlaceOffer) for command in commands)


def _otherwise(core: Distributor, step: Step, drawn: list[str]) -> str:
    """What is different about this step; empty where nothing is."""
    try:
        for event in step.events:
            core.receive(decode(event), step.at)
        if step.timer:
            core.handle_timer(step.at)
    except (KernelError, AcdError, LookupError) as error:
        return f"{type(error).__name__}: {error}"
    if drawn:
        return f"chance was drawn {len(drawn)} times less"
    changes = core.changes()
    if digest(changes) == step.digest:
        return ""
    moved = [change for change in changes if isinstance(change, Transition)]
    moves = [f"{move.subject} {move.from_state}→{move.to_state}" for move in moved]
    return "now it gives: " + ("; ".join(moves) or "no move")


def redecide(facts: Iterable[Checkpoint | Step]) -> Verdict:
    """Decide again what these facts tell, life by life, until something comes out otherwise."""
    verdict = Verdict()
    for checkpoint, steps in _lives(facts):
        if checkpoint is None:
            verdict.adrift += len(steps)
        elif verdict.difference is None:
            decide_again(checkpoint, steps, verdict)
    return verdict


def _lives(
    facts: Iterable[Checkpoint | Step],
) -> Iterator[tuple[Checkpoint | None, list[Step]]]:
    """Each life with its steps; the first may have lost its beginning."""
    checkpoint: Checkpoint | None = None
    steps: list[Step] = []
    for fact in facts:
        if isinstance(fact, Step):
            steps.append(fact)
        else:
            yield checkpoint, steps
            checkpoint, steps = fact, []
    yield checkpoint, steps
