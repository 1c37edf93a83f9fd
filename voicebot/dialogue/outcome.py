"""PURE. What came of something done outside: a lookup, or a custom action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NO_MORE = "-"
"""A form is complete, whatever is unknown: no slot is called so."""


@dataclass(frozen=True)
class Words:
    """Something to say: a response of the domain, or a text."""

    key: str = ""
    text: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the response's placeholders hold beside the slots."""


@dataclass(frozen=True)
class Outcome:
    """What it gave. At most one of `nothing` and `problem` is told."""

    slots: Mapping[str, str | None] = field(default_factory=dict)
    """New values; None: the slot is empty now."""
    says: tuple[Words, ...] = ()
    nothing: bool = False
    """It was done, and there is nothing: no such customer, no open order."""
    asks: str = ""
    """The slot that a form asks for next, whatever its own order is; `NO_MORE`: none."""
    problem: str = ""
    """It was not done, and why: for logs and journals, without what the caller told."""
