"""PURE. What is said: responses in several wordings, filled in with what is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"\{(\w+)\}")

VARIABLES = frozenset(
    {"bot", "queue", "position", "minutes", "minutes_low", "title", "value", "intent", "caller",
     "menu", "first", "second", "number"}
)  # fmt: skip
"""What a response may name besides slots. `value`: the slot value being read back; `title`: the
intent's title; `first`, `second`: those of two intents; `queue`: the queue's title; `position`,
`minutes`, `minutes_low`: of a waiting caller; `caller`: the caller's number; `number`: the one to
call back; `menu`: the menu's title."""


@dataclass(frozen=True)
class Condition:
    """A variation is said only while the slot has this value."""

    slot: str
    value: str


@dataclass(frozen=True)
class Variation:
    """One wording of a response."""

    text: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Response:
    """Something to say, in one or more wordings."""

    key: str
    variations: tuple[Variation, ...]

    def text(self, values: Mapping[str, str], nth: int = 0) -> str:
        """The wording to say, filled in.

        Wordings whose conditions all hold come before unconditional ones, as in Rasa; `nth` picks
        among equals (pass a count, so that a repeat sounds different). A placeholder without a
        value is left out.
        """
        holding = [v for v in self.variations if v.conditions and _holds(v, values)]
        plain = [v for v in self.variations if not v.conditions]
        chosen = holding or plain or list(self.variations)
        return fill(chosen[nth % len(chosen)].text, values)


def _holds(variation: Variation, values: Mapping[str, str]) -> bool:
    return all(values.get(c.slot) == c.value for c in variation.conditions)


def fill(template: str, values: Mapping[str, str]) -> str:
    """`template` with its `{names}` replaced; what has no value leaves no gap behind."""
    text = PLACEHOLDER.sub(lambda match: values.get(match.group(1), ""), template)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"\s+([.,;:?!])", r"\1", text).strip()
