"""PURE. Which media process gets a new call.

By rendezvous hashing of the Call-ID: the same call always comes to the same order of processes, so
an edge that was restarted, and knows no calls, still finds the one that has it, and a process that
goes down moves only its own share.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b

from telephony.edge.config import MediaTarget


def order(call_id: str, targets: Sequence[MediaTarget]) -> list[MediaTarget]:
    """Every process, the one this call prefers first."""
    return sorted(targets, key=lambda target: _weight(call_id, target.name), reverse=True)


def _weight(call_id: str, name: str) -> bytes:
    text = f"{name}\0{call_id}".encode("utf-8", "surrogateescape")
    return blake2b(text, digest_size=8).digest()


def choose(
    call_id: str,
    targets: Sequence[MediaTarget],
    down: Collection[str],
    load: Mapping[str, int],
) -> MediaTarget | None:
    """The first process that is up and has room; None where there is none.

    `load` is the number of dialogs that each has now.
    """
    for target in order(call_id, targets):
        if target.name not in down and load.get(target.name, 0) < target.max_calls:
            return target
    return None
