"""PURE. What is known of a call before anybody speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kernel.packet import Packet
from voicebot.dialogue.state import Earlier


@dataclass(frozen=True)
class CallFacts:
    """One call, as the line it came by and the network present it."""

    call: str
    centre: str
    client: str
    line: str
    """The dialled line."""
    caller: str
    """The caller's number or URI as presented."""
    caller_name: str = ""
    language: str = "en"
    says_machine: bool = True
    """Whether this line says that a machine answers."""
    says_recorded: bool = True
    """Whether this line says that the call is recorded."""
    keys_only: bool = False
    """Whether this line has no recogniser: menus and keys."""
    patience: float = 1.0
    """Every silence that ends an answer is so many times as long."""
    earlier: Earlier | None = None
    """What was left open in this caller's last call, if it broke off a moment ago."""
    given: Mapping[str, str] = field(default_factory=dict)
    """What a campaign knows of the called person. Content."""
    called_back: Packet | None = None
    """With what the caller is handed over at once, who was called back as asked."""
    agent_there: bool = False
    """Whether an agent has answered already, and speaks first to who is called back."""
    seed: int = 0
    """Where the round of wordings begins, so that calls do not all sound alike."""
