"""What a house's dialler may set. PURE. All lengths are seconds."""

from __future__ import annotations

from dataclasses import dataclass

from outbound.errors import OutboundConfigError
from outbound.pacing import Limits


@dataclass(frozen=True)
class DialerConfig:
    """One centre's dialler."""

    centre: str
    trunks: tuple[Limits, ...] = ()
    """In the order in which they are preferred."""
    prefixes: tuple[Limits, ...] = ()
    """Destination prefixes with limits of their own; the longest that fits counts."""
    window: int = 200
    """Recipients of a campaign in memory at once, waiting for their turn."""
    dial_seconds: float = 1.0
    """How long a decided call may take to its INVITE; later, its pace has passed."""
    lease_margin: float = 10.0
    """Beyond the ring time-out, for the way there and back."""
    reconnect_seconds: float = 20.0
    """How long a media process may take to say what it holds, after a restart or a cut."""

    def __post_init__(self) -> None:
        names = [limits.name for limits in self.trunks]
        if len(set(names)) != len(names):
            raise OutboundConfigError("two trunks have the same name")
        for key in ("window", "dial_seconds", "lease_margin", "reconnect_seconds"):
            if getattr(self, key) <= 0:
                raise OutboundConfigError(f"{key} must be more than 0")
