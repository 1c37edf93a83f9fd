"""What both bus drivers share: the reliable core around one process's end of the bus."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import structlog

from kernel.bus import Envelope, Group, Handler, PeerDown, PeerHandler, PeerUp, seal
from kernel.clock import Clock
from kernel.errors import KernelError
from kernel.ids import Chance, new_id, random_hex
from kernel.reliable import Receiving, Sending

log = structlog.get_logger()
Taken = Callable[[str], Awaitable[None]]


async def _ignore(value: object) -> None:
    """For whoever did not ask to be told."""


@dataclass
class Ends:
    """One process's sending and receiving ends to all its peers, and whom to tell."""

    name: str
    centre: str
    clock: Clock
    chance: Chance = random_hex
    epoch: str = ""
    sending: dict[str, Sending] = field(default_factory=dict)
    receiving: dict[str, Receiving] = field(default_factory=dict)
    handler: Handler = _ignore
    patient: frozenset[str] = frozenset()
    group: Group = nullcontext
    peer_handler: PeerHandler = _ignore
    taken_handler: Taken = _ignore

    def __post_init__(self) -> None:
        self.epoch = self.epoch or self.chance(8)

    def pack(
        self, to: str, value: object, call: str | None, cause: str | None, id: str | None
    ) -> Envelope:
        """Number, seal and keep a message for `to`."""
        sending = self.sending.setdefault(to, Sending())
        envelope = seal(
            value,
            id=id or new_id("msg", self.chance),
            centre=self.centre,
            sender=self.name,
            epoch=self.epoch,
            seq=sending.number(),
            at=self.clock.now(),
            call=call,
            cause=cause,
        )
        sending.keep(envelope)
        return envelope

    def again(self, to: str) -> list[Envelope]:
        """What to send (again) at a connection."""
        return self.sending.setdefault(to, Sending()).again()

    def first(self, to: str) -> int:
        """The lowest number still kept for `to`."""
        return self.sending.setdefault(to, Sending()).first()

    async def acknowledged(self, peer: str, upto: int) -> None:
        """`peer` has taken everything up to this number."""
        for envelope in self.sending.setdefault(peer, Sending()).taken(upto):
            await self.taken_handler(envelope.id)

    async def connected(self, peer: str, epoch: str, first: int) -> None:
        """`peer` is there, in this life, and will begin with this number."""
        self.receiving.setdefault(peer, Receiving()).connected(epoch, first)
        await self.peer_handler(PeerUp(peer, epoch))

    async def disconnected(self, peer: str) -> None:
        """`peer` cannot be reached now."""
        epoch = self.receiving.setdefault(peer, Receiving()).epoch
        await self.peer_handler(PeerDown(peer, epoch))

    async def arrived(self, sender: str, envelopes: Sequence[Envelope]) -> int:
        """Handle what may be handled; how far this sender's messages are taken now.

        What a handler raises other than KernelError is raised: that message counts as taken, and
        what came after it is to come again.
        """
        receiving = self.receiving.setdefault(sender, Receiving())
        ready = [each for envelope in envelopes for each in receiving.arrived(envelope)]
        for patient, run in itertools.groupby(ready, lambda each: each.type in self.patient):
            several = list(run)
            if patient and await self._handled_together(several):
                continue
            for envelope in several:
                try:
                    await self._handle(envelope)
                except BaseException:
                    receiving.only_upto(envelope.seq)
                    raise
        return receiving.upto

    async def _handled_together(self, envelopes: list[Envelope]) -> bool:
        """Handle a run within one group; where that fails each is to be handled alone."""
        try:
            async with self.group():
                for envelope in envelopes:
                    await self._handle(envelope)
        except Exception as error:  # whatever it was, alone it is raised and told
            log.warning("bus.group_failed", messages=len(envelopes), why=repr(error))
            return False
        return True

    async def _handle(self, envelope: Envelope) -> None:
        try:
            await self.handler(envelope)
        except KernelError as error:
            # A message that cannot be handled is told, and must not stop those behind it.
            log.error("bus.unhandled", type=envelope.type, sender=envelope.sender, why=str(error))


class BusEnd:
    """One end of either driver: its state, and who is told."""

    def __init__(self, state: Ends) -> None:
        self.state = state
        self.name = state.name

    def on_message(
        self,
        handler: Handler,
        patient: frozenset[str] = frozenset(),
        group: Group = nullcontext,
    ) -> None:
        """Who takes messages, which may wait for company, and what is opened around those."""
        self.state.handler, self.state.patient, self.state.group = handler, patient, group

    def on_peer(self, handler: PeerHandler) -> None:
        """Who is told of peers."""
        self.state.peer_handler = handler

    def on_taken(self, handler: Taken) -> None:
        """Who is told what was taken."""
        self.state.taken_handler = handler
