"""A state machine is a table; this walks it, and draws it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

from kernel.errors import IllegalTransition

S = TypeVar("S", bound=Enum)


class Machine(Generic[S]):
    """A named table `{state: {event type: next state}}`."""

    def __init__(self, name: str, table: Mapping[S, Mapping[type, S]]) -> None:
        self.name = name
        self.table = table

    def next(self, state: S, event: object) -> S:
        """The state after `event`. Raises IllegalTransition where the table has no row."""
        following = self.table.get(state, {}).get(type(event))
        if following is None:
            raise IllegalTransition(self.name, state, event)
        return following

    def allows(self, state: S, event: object) -> bool:
        """Whether the table has a row for `event` in `state`."""
        return type(event) in self.table.get(state, {})

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram; the diagrams in docs/ are made from this."""
        lines = ["stateDiagram-v2"]
        for state, row in self.table.items():
            for event, following in row.items():
                lines.append(f"    {state.name} --> {following.name}: {event.__name__}")
        return "\n".join(lines) + "\n"
