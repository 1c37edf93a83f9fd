"""The bus port: messages between processes, and never sound.

At least once, in order from one sender to one receiver (so also per call). The sender keeps a
message until the receiver has *taken* it, which it says only after its own commit; a receiver drops
repeats and holds what came too early. `kernel/reliable.py` is that rule as a pure core, and every
driver runs it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from kernel.codec import encode, from_body, message


@message("bus.envelope")
@dataclass(frozen=True)
class Envelope:
    """A message on its way."""

    id: str
    type: str
    v: int
    centre: str
    sender: str
    """Name of the sending process, e.g. `media-1`."""
    epoch: str
    """Which life of the sender: a new one begins its numbers anew."""
    seq: int
    at: float
    """UTC seconds by the sender's clock."""
    body: dict[str, Any] = field(default_factory=dict)
    call: str | None = None
    cause: str | None = None
    """Id of the message or command that this answers."""

    def open(self) -> object:
        """The message inside. Raises UnknownMessage or MalformedMessage."""
        return from_body(self.type, self.v, self.body)


def seal(
    value: object,
    *,
    id: str,
    centre: str,
    sender: str,
    epoch: str,
    seq: int,
    at: float,
    call: str | None = None,
    cause: str | None = None,
) -> Envelope:
    """An envelope around a registered message."""
    data = encode(value)
    return Envelope(
        id=id, type=data["type"], v=data["v"], body=data["body"], centre=centre, sender=sender,
        epoch=epoch, seq=seq, at=at, call=call, cause=cause,
    )  # fmt: skip


Group = Callable[[], AbstractAsyncContextManager[None]]
"""Opened around messages that are handled, and count as taken, together: one transaction."""
Handler = Callable[[Envelope], Awaitable[None]]
"""Takes one message; when it returns the message counts as taken. What it raises is logged and the
message counts as taken too: a message that cannot be handled must not stop those behind it."""


@dataclass(frozen=True)
class PeerUp:
    """A peer can be reached; `epoch` differs from the last one if it is a new life."""

    peer: str
    epoch: str


@dataclass(frozen=True)
class PeerDown:
    """A peer cannot be reached now. It may come back in the same life."""

    peer: str
    epoch: str


PeerHandler = Callable[[PeerUp | PeerDown], Awaitable[None]]


class Bus(Protocol):
    """One process's end of the bus. Open with `async with`."""

    name: str

    async def __aenter__(self) -> Bus: ...

    async def __aexit__(self, *exc: object) -> None: ...

    async def send(
        self,
        to: str,
        value: object,
        *,
        call: str | None = None,
        cause: str | None = None,
        id: str | None = None,
    ) -> str:
        """Hand a message over for `to`; returns its id. Kept until it is taken.

        An `id` given stays the same when the message is sent again by a later life of the sender
        (a command from the ledger), so the receiver can know it.
        """

    def on_taken(self, handler: Callable[[str], Awaitable[None]]) -> None:
        """Who is told the id of each message that its receiver has taken. Set before opening."""

    def on_message(
        self, handler: Handler, patient: frozenset[str] = ..., group: Group = ...
    ) -> None:
        """Who takes messages. Set before opening.

        Messages of `patient` types may wait a moment for company; a run of them is handled within
        one `group`, and if that fails none counts as taken. All are handled in their order.
        """

    def on_peer(self, handler: PeerHandler) -> None:
        """Who is told of peers coming and going. Set before opening."""
