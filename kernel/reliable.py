"""At least once, in order, between one sender and one receiver. PURE.

The sender numbers from 1 in each of its lives (epoch) and keeps what is not yet taken. On every
(re)connection it offers all it keeps again. The receiver takes number n+1 only after n, drops what
it had, and holds what came too early; it says how far it got. A receiver that was itself reborn
begins with the first number that the sender still keeps.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from kernel.bus import Envelope

HELD_LIMIT = 10_000
"""Envelopes held behind a gap; with more the peer is broken, and the oldest gap is skipped."""


@dataclass
class Sending:
    """What was sent to one receiver and not yet taken."""

    next_seq: int = 1
    kept: dict[int, Envelope] = field(default_factory=dict)

    def number(self) -> int:
        """The number for the next envelope."""
        seq = self.next_seq
        self.next_seq += 1
        return seq

    def keep(self, envelope: Envelope) -> None:
        """Keep it until it is taken."""
        self.kept[envelope.seq] = envelope

    def taken(self, upto: int) -> list[Envelope]:
        """The receiver has taken everything up to this number: what was kept of it till now."""
        done = list(itertools.takewhile(lambda seq: seq <= upto, self.kept))  # kept in order
        return [self.kept.pop(seq) for seq in done]

    def first(self) -> int:
        """The lowest number still to come: told to the receiver at each connection."""
        return min(self.kept, default=self.next_seq)

    def again(self) -> list[Envelope]:
        """What to send (again) at a connection, in order."""
        return [self.kept[seq] for seq in sorted(self.kept)]


@dataclass
class Receiving:
    """How far one sender's messages were taken."""

    epoch: str = ""
    upto: int = 0
    held: dict[int, Envelope] = field(default_factory=dict)
    repeats: int = 0

    def connected(self, epoch: str, first: int) -> None:
        """The sender (re)connected and will begin with `first`."""
        if epoch != self.epoch:
            self.epoch, self.upto = epoch, first - 1
            self.held.clear()
        elif first - 1 > self.upto:
            self.upto = first - 1

    def only_upto(self, seq: int) -> None:
        """What came after this number was not handled: it is to come again."""
        self.upto = seq
        self.held.clear()

    def arrived(self, envelope: Envelope) -> list[Envelope]:
        """The envelopes that may be handled now, in order."""
        if envelope.epoch != self.epoch or envelope.seq <= self.upto:
            self.repeats += 1
            return []
        self.held[envelope.seq] = envelope
        if len(self.held) > HELD_LIMIT:
            self.upto = min(self.held) - 1
        ready = []
        while self.upto + 1 in self.held:
            self.upto += 1
            ready.append(self.held.pop(self.upto))
        return ready
