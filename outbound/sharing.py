"""Whose turn it is. PURE.

Emergencies first, and while one of them still has somebody to call, no other campaign begins a call
on a trunk that it may use: channels that come free are its own. Calls that are up are never cut.
Among campaigns of one priority each gets calls in proportion to its weight: the one that had least
for its weight is next, and one that comes back after a rest gets no credit for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from outbound.records import CampaignRecord


@dataclass
class Sharing:
    """What each campaign had so far, by weight."""

    had: dict[str, float] = field(default_factory=dict)
    _present: frozenset[str] = frozenset()

    def order(self, campaigns: Iterable[CampaignRecord]) -> list[CampaignRecord]:
        """Those with somebody to call, in the order of their turn."""
        present = list(campaigns)
        names = frozenset(campaign.id for campaign in present)
        staying = [self.had[name] for name in names & self._present]
        for name in names - self._present:
            self.had[name] = max(self.had.get(name, 0.0), min(staying, default=0.0))
        self._present = names
        return sorted(present, key=lambda one: (one.priority, self.had[one.id], one.id))

    def took(self, campaign: CampaignRecord) -> None:
        """One of its calls begins."""
        self.had[campaign.id] = self.had.get(campaign.id, 0.0) + 1.0 / campaign.weight
