"""What a media process says it holds, against what we think. PURE.

Said at each connection, so that neither a ghost call nor a forgotten caller survives a restart of
either side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from acd.messages import CallsHeld
from acd.records import OfferRecord, OfferState, WaitingRecord


@dataclass(frozen=True)
class Differences:
    """What must be put right."""

    lost_offers: tuple[OfferRecord, ...]
    """We think that it rings or talks there, and it does not."""
    lost_calls: tuple[str, ...]
    """We think that the caller waits there, and it does not."""
    moved: tuple[str, ...]
    """Held, under another life of the process than we thought."""
    unknown_offers: tuple[str, ...]
    """It rings there, and we know nothing of it (any more)."""
    unknown_calls: tuple[str, ...]
    """A caller waits there of whom we know nothing."""


def compare(
    held: CallsHeld, waiting: Iterable[WaitingRecord], offers: Iterable[OfferRecord]
) -> Differences:
    """The differences, over all calls and offers of that media process."""
    ours = [offer for offer in offers if offer.media == held.media]
    calls = [call for call in waiting if call.media == held.media]
    named = set(held.offers)
    lost_offers = [offer for offer in ours if not _there(offer, named, held.epoch)]
    # An offer on its way says nothing of its caller: only one that is held does.
    offered = {offer.call for offer in ours if offer.offer in named}
    here = set(held.waiting) | offered
    known = {call.call for call in calls} | offered
    return Differences(
        tuple(lost_offers),
        tuple(call.call for call in calls if call.call not in here),
        tuple(call.call for call in calls if call.call in here and call.epoch != held.epoch),
        tuple(sorted(named - {offer.offer for offer in ours})),
        tuple(sorted(set(held.waiting) - known)),
    )


def _there(offer: OfferRecord, named: set[str], epoch: str) -> bool:
    """An offer just placed may still be on its way to a process of the same life: its lease ends
    it, should it never arrive."""
    on_its_way = offer.state is OfferState.PLACED and offer.epoch == epoch
    return offer.offer in named or on_its_way
