"""PURE. From the journal's rows of a day to what is drawn on the edges: how often, and what failed.

A row is one decision of a dialogue: from a place to a place, and why. Places are `open`,
`slot:name@bill_too_high`, `to:billing@bill_too_high`, `end`; see `reports.Decided`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from voicebot.reports import SPEAKS

OPEN = "open"
_MISSED = ("no-match", "no-input", "an engine was lost")
_GAVE_UP = ("max_attempts", "low_confidence", "error")


@dataclass(frozen=True)
class Decision:
    """One row of the journal."""

    call: str
    before: str
    after: str
    why: str


def held_in(decisions: Iterable[Decision], own: str, language: str) -> Iterator[Decision]:
    """Those of the calls that were held in this language, of lines with bots for several.

    `own`: the lines' own language, in which a call is held that never said otherwise. Each call's
    decisions stand side by side.
    """
    for _, group in groupby(decisions, key=lambda decision: decision.call):
        steps = list(group)
        told = [reason for step in steps for reason in step.why.split("; ")]
        spoken = [reason.removeprefix(SPEAKS) for reason in told if reason.startswith(SPEAKS)]
        if (spoken[-1] if spoken else own) == language:
            yield from steps


@dataclass
class Traffic:
    """A day's calls on a flow."""

    calls: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(from, to) → times; an answer is a move to `answer@<intent>` from `open`, or from what was
    done for it."""
    missed: Counter[str] = field(default_factory=Counter)
    """Place → answers that were not heard or not understood."""
    left: Counter[str] = field(default_factory=Counter)
    """Place → callers who hung up there, with a question open and nothing answered."""
    gave_up: Counter[str] = field(default_factory=Counter)
    """Place that the bot came from → calls handed over because the conversation got stuck."""


def traffic(decisions: Iterable[Decision]) -> Traffic:
    """The decisions of whole calls, each call's in order and side by side."""
    total = Traffic()
    for _, group in groupby(decisions, key=lambda decision: decision.call):
        steps = list(group)
        total.calls += 1
        for step in steps:
            _count(total, step)
        last = place(steps[-1].after)
        content = last == OPEN and any("answered " in step.why for step in steps)
        if last != "end" and not last.startswith("to:") and not content:
            total.left[last] += 1
    return total


def place(name: str) -> str:
    """A place as it is drawn: every question that is open to anything is the same one."""
    kind = name.partition(":")[0]
    asked_openly = kind in ("menu", "intent", "which", "person", "resume")
    return OPEN if asked_openly or kind == OPEN else name


def _count(total: Traffic, step: Decision) -> None:
    before, after = place(step.before), place(step.after)
    reasons = step.why.split("; ")
    for reason in reasons:
        if reason.startswith("answered "):
            start = before if before.startswith("do:") else OPEN
            total.moves[start, f"answer@{reason.removeprefix('answered ')}"] += 1
    stuck = any(reason.startswith("to ") and reason.endswith(_GAVE_UP) for reason in reasons)
    if after.startswith("to:") and stuck:
        total.gave_up[before] += 1
    if any(reason.startswith(_MISSED) for reason in reasons):
        total.missed[before] += 1
    if before != after:
        total.moves[before, after] += 1
