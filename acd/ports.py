"""What the ACD needs of others. The ledger, the clock and the way out are the kernel's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from acd.messages import AgentLoggedIn


@dataclass(frozen=True)
class PinAnswer:
    """Whether number and PIN belong together."""

    ok: bool
    login: AgentLoggedIn | None = None
    """Who that is, ready to be said to the distributor; there when `ok`."""
    locked_for: float = 0.0
    """Seconds for which this number is locked."""


class PinBook(Protocol):
    """Who knows the PINs. Both are secret: never logged, never journalled."""

    async def check(self, number: str, pin: str) -> PinAnswer:
        """Whether they belong together; a wrong pair is an answer and no error."""


class AgentVoice(Protocol):
    """Speaks on an agent's own leg."""

    async def say(self, leg: str, say: str, text: str) -> None:
        """Say this in place of what is being said. `say` names it: it comes back as PromptDone."""

    async def hang_up(self, leg: str) -> None:
        """End the leg; harmless when it is gone."""


class LastWords(Protocol):
    """What an agent was told about a call."""

    async def of_call(self, call: str) -> str:
        """The whisper of that call, or more; empty when nothing is known."""


class CallList(Protocol):
    """Whom agents may have dialled, where they decide that."""

    async def next(self, agent: str, after: str) -> tuple[str, str]:
        """Somebody (the one behind `after`, on a list), and what is said of them; empty: nobody."""

    async def dial(self, agent: str, person: str) -> None:
        """Have them dialled; nothing for one who is gone meanwhile."""

    async def skip(self, agent: str, person: str, tomorrow: bool) -> None:
        """Not now."""


class Dispositions(Protocol):
    """Where agents say what became of calls."""

    async def choices(self, call: str) -> tuple[str, ...]:
        """What may be said of this call, in the order of the keys."""

    async def dispose(self, call: str, agent: str, disposition: str) -> None:
        """Note it; what the agent wrote of the call stays. Nothing for a call that is erased."""
