"""An exchange inside one process: CallControl without SIP, sockets or clock of its own.

`MemoryExchange` joins any number of `MemoryControl`s; each has addresses, and a leg placed to one
of them arrives there with the same events, headers, causes, keys, hold and transfer as over SIP.
Sound is what the other side wrote, not yet read. Time is the exchange's clock: a ringing time-out
happens in `handle_timer`, as in any core, so a test walks it by hand; a program runs `run_timers`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from kernel.clock import Clock
from kernel.ids import Chance, LegId, new_id, random_hex
from telephony.drivers.addresses import address_of, name_addr, parse_uri
from telephony.drivers.causes import cause_of_status, status_of_cause
from telephony.errors import NoSuchLeg
from telephony.media.framing import frame_bytes
from telephony.types import (
    Capabilities,
    Cause,
    DigitReceived,
    LegAnswered,
    LegEnded,
    LegEvent,
    LegHeld,
    LegOffered,
    LegPlaced,
    LegRinging,
    Originate,
    TransferAsked,
    TransferProgressed,
)

RATE = 8000
MOST_FRAMES = 50
"""Frames that wait for a reader; one second, then the oldest go."""
DIGITS = "0123456789*#ABCD"
REFUSALS = (Cause.BUSY,) + tuple(
    cause
    for cause in Cause
    if cause is not Cause.BUSY and cause_of_status(status_of_cause(cause)[0]) is cause
)
"""Causes with a SIP status of their own; another is shown as the first, as over SIP."""
TIMER_GRAIN = 0.02
"""Seconds between looks of `run_timers`."""


class MemoryMedia:
    """The sound of one side of a connection."""

    rate = RATE
    frame_bytes = frame_bytes(RATE)

    def __init__(self, connection: _Connection, side: int) -> None:
        self._connection = connection
        self._side = side

    def read(self) -> bytes | None:
        """The next frame that the other side wrote, or None."""
        waiting = self._connection.sound[1 - self._side]
        return waiting.popleft() if waiting else None

    def write(self, frame: bytes) -> None:
        """Send whole frames; dropped once the leg has ended or is held."""
        if not self._connection.carries(self._side):
            return
        for at in range(0, len(frame), self.frame_bytes):
            self._connection.sound[self._side].append(frame[at : at + self.frame_bytes])

    def flush(self) -> int:
        """Drop what the other side has not read; the bytes dropped."""
        queued = self.queued()
        self._connection.sound[self._side].clear()
        return queued

    def queued(self) -> int:
        """Bytes that the other side has not read."""
        return sum(len(frame) for frame in self._connection.sound[self._side])


def _lines() -> tuple[deque[bytes], deque[bytes]]:
    return deque(maxlen=MOST_FRAMES), deque(maxlen=MOST_FRAMES)


@dataclass
class _Connection:
    """Two legs of one SIP session: side 0 placed it, side 1 was offered it."""

    controls: tuple[MemoryControl, MemoryControl]
    legs: tuple[LegId, LegId]
    sip_call_id: str
    rings_until: float
    answered: bool = False
    ended: bool = False
    held_by: set[int] = field(default_factory=set)
    sound: tuple[deque[bytes], deque[bytes]] = field(default_factory=_lines)
    transferring: tuple[_Connection, int] | None = None
    """The connection, and its side, whose REFER this leg carries out."""

    def carries(self, side: int) -> bool:
        """Whether what `side` writes gets through: a hold stops the sound of both."""
        return self.answered and not self.ended and not self.held_by


class MemoryExchange:
    """Where the controls of one process meet."""

    def __init__(self, clock: Clock, chance: Chance = random_hex) -> None:
        self.clock = clock
        self.chance = chance
        self._places: dict[str, MemoryControl] = {}
        self._connections: list[_Connection] = []

    def control(self, *addresses: str, follow_transfers: bool = False) -> MemoryControl:
        """A new party. `sip:user@host` is one number, `sip:host` every number of that host."""
        control = MemoryControl(self, addresses, follow_transfers)
        for address in addresses:
            self._places[_place(address)] = control
        return control

    def next_timer(self) -> float | None:
        """When the next unanswered leg gives up ringing, UTC seconds."""
        ringing = [c.rings_until for c in self._connections if not c.answered]
        return min(ringing, default=None)

    def handle_timer(self, now: float) -> None:
        """Cancel what has rung for too long."""
        for connection in list(self._connections):
            if not connection.answered and connection.rings_until <= now:
                self._end(connection, 0, Cause.NO_ANSWER, "ring time-out")

    async def run_timers(self) -> None:
        """Handle timers until cancelled."""
        while True:
            await asyncio.sleep(TIMER_GRAIN)
            self.handle_timer(self.clock.now())

    # For the controls.

    def _find(self, uri: str) -> MemoryControl | None:
        parts = parse_uri(uri)
        if parts is None:
            return None
        whole, host = f"{parts.user}@{parts.hostport}", f"@{parts.hostport}"
        return self._places.get(whole) or self._places.get(host)

    def _place(self, caller: MemoryControl, order: Originate) -> _Connection | None:
        called = self._find(order.target)
        if called is None:
            caller._tell(LegEnded(order.leg, Cause.UNALLOCATED, "404 Not Found", True))
            return None
        connection = _Connection(
            controls=(caller, called),
            legs=(order.leg, LegId(new_id("leg", self.chance))),
            sip_call_id=self.chance(8),
            rings_until=self.clock.now() + order.ring_timeout,
        )
        self._connections.append(connection)
        caller._enter(connection, 0)
        called._enter(connection, 1)
        called._tell(_offered(connection, order))
        caller._tell(LegPlaced(order.leg, connection.sip_call_id))
        caller._tell(LegRinging(order.leg, connection.sip_call_id))
        return connection

    def _answer(self, connection: _Connection) -> None:
        connection.answered = True
        for side in (1, 0):
            leg = connection.legs[side]
            connection.controls[side]._tell(LegAnswered(leg, connection.sip_call_id))
        if connection.transferring is not None:
            first, side = connection.transferring
            leg = first.legs[side]
            if not first.ended:
                first.controls[side]._tell(TransferProgressed(leg, True, True, "200 OK"))
                self._end(first, side, Cause.NORMAL, "transferred")

    def _end(self, connection: _Connection, side: int, cause: Cause, text: str) -> None:
        """`side` ends it."""
        if connection.ended:
            return
        connection.ended = True
        self._connections.remove(connection)
        refused = side == 1 and not connection.answered
        shown = cause if cause in REFUSALS else REFUSALS[0]
        seen = shown if refused else Cause.NORMAL
        status, reason = status_of_cause(shown)
        words = f"{status} {reason}" if refused else "BYE" if connection.answered else "CANCEL"
        own, other = connection.controls[side], connection.controls[1 - side]
        own._leave(connection, side, LegEnded(connection.legs[side], cause, text, False))
        ended = LegEnded(connection.legs[1 - side], seen, words, True)
        other._leave(connection, 1 - side, ended)
        self._tell_referrer(connection, words)

    def _tell_referrer(self, connection: _Connection, words: str) -> None:
        """A leg that was placed because of a REFER failed: NOTIFY whoever asked."""
        if connection.transferring is None or connection.answered:
            return
        first, side = connection.transferring
        if not first.ended:
            first.controls[side]._tell(TransferProgressed(first.legs[side], True, False, words))


class MemoryControl:
    """CallControl on a MemoryExchange; made by `MemoryExchange.control`."""

    capabilities = Capabilities(
        name="memory",
        max_legs=1000,
        refusal_causes=REFUSALS,
    )

    def __init__(
        self, exchange: MemoryExchange, addresses: tuple[str, ...], follow_transfers: bool
    ) -> None:
        self.addresses = addresses
        self._exchange = exchange
        self._follow = follow_transfers
        self._legs: dict[LegId, tuple[_Connection, int]] = {}
        self._events: asyncio.Queue[LegEvent | None] = asyncio.Queue()

    async def __aenter__(self) -> MemoryControl:
        """Nothing to start."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """End every leg; `events()` ends after the last event."""
        for connection, side in list(self._legs.values()):
            self._exchange._end(connection, side, Cause.NORMAL, "closed")
        self._events.put_nowait(None)

    async def events(self) -> AsyncIterator[LegEvent]:
        """What happens, as it happens; ends when the control is closed."""
        while (event := await self._events.get()) is not None:
            yield event

    def take_events(self) -> list[LegEvent]:
        """What has happened so far, without waiting: for tests that walk by hand."""
        events = []
        while not self._events.empty():
            event = self._events.get_nowait()
            if event is not None:
                events.append(event)
        return events

    def media(self, leg: LegId) -> MemoryMedia:
        """The sound of an answered leg. Raises NoSuchLeg."""
        connection, side = self._legs.get(leg, (None, 0))
        if connection is None or not connection.answered:
            raise NoSuchLeg(leg)
        return MemoryMedia(connection, side)

    async def answer(self, leg: LegId, headers: Mapping[str, str] | None = None) -> None:
        """Connect the leg. Headers of an answer are not carried."""
        connection, side = self._legs.get(leg, (None, 0))
        if connection is not None and side == 1 and not connection.answered:
            self._exchange._answer(connection)

    async def refuse(self, leg: LegId, cause: Cause) -> None:
        """End an offered leg with a cause."""
        connection, side = self._legs.get(leg, (None, 0))
        if connection is not None and side == 1 and not connection.answered:
            self._exchange._end(connection, side, cause, "refused")

    async def originate(self, order: Originate) -> None:
        """Place a leg; a target that nobody has ends with UNALLOCATED."""
        self._exchange._place(self, order)

    async def hang_up(self, leg: LegId) -> None:
        """End a leg."""
        connection, side = self._legs.get(leg, (None, 0))
        if connection is not None:
            self._exchange._end(connection, side, Cause.NORMAL, "hung up")

    async def hold(self, leg: LegId, on: bool) -> None:
        """Stop the sound of both directions, or let it flow again."""
        connection, side = self._legs.get(leg, (None, 0))
        if connection is None or not connection.answered or on == (side in connection.held_by):
            return
        (connection.held_by.add if on else connection.held_by.discard)(side)
        connection.controls[1 - side]._tell(LegHeld(connection.legs[1 - side], on))

    async def send_digits(self, leg: LegId, digits: str) -> None:
        """Press keys at the far end."""
        connection, side = self._legs.get(leg, (None, 0))
        if connection is None or not connection.answered:
            return
        for digit in digits.upper():
            if digit in DIGITS:
                far = connection.legs[1 - side]
                connection.controls[1 - side]._tell(DigitReceived(far, digit))

    async def refer(self, leg: LegId, target: str) -> None:
        """Ask the far end to call `target` instead; it does so if it follows transfers."""
        connection, side = self._legs.get(leg, (None, 0))
        if connection is None or not connection.answered:
            return
        far = connection.controls[1 - side]
        far._tell(TransferAsked(connection.legs[1 - side], target))
        if not far._follow:
            self._tell(TransferProgressed(leg, True, False, "603 Decline"))
            return
        far._carry_out(connection, side, target)

    def _carry_out(self, first: _Connection, side: int, target: str) -> None:
        uri = address_of(target)
        parts = parse_uri(uri)
        order = Originate(
            leg=LegId(new_id("leg", self._exchange.chance)),
            target=uri.split("?")[0],
            from_uri=self.addresses[0] if self.addresses else "sip:anonymous@anonymous.invalid",
            headers=parts.headers if parts is not None else {},
        )
        second = self._exchange._place(self, order)
        if second is not None:
            second.transferring = (first, side)
        else:
            refused = TransferProgressed(first.legs[side], True, False, "404 Not Found")
            first.controls[side]._tell(refused)

    # For the exchange.

    def _tell(self, event: LegEvent) -> None:
        self._events.put_nowait(event)

    def _enter(self, connection: _Connection, side: int) -> None:
        self._legs[connection.legs[side]] = (connection, side)

    def _leave(self, connection: _Connection, side: int, event: LegEnded) -> None:
        self._legs.pop(connection.legs[side], None)
        self._tell(event)


def _place(address: str) -> str:
    parts = parse_uri(address)
    if parts is None:
        raise ValueError(f"no SIP address: {address}")
    return f"{parts.user}@{parts.hostport}"


def _offered(connection: _Connection, order: Originate) -> LegOffered:
    headers = {name.lower(): value for name, value in order.headers.items()}
    to_uri = address_of(order.target)
    headers.setdefault("from", name_addr(order.from_uri, order.from_name))
    headers.setdefault("to", name_addr(to_uri))
    return LegOffered(
        leg=connection.legs[1],
        from_uri=address_of(order.from_uri),
        from_name=order.from_name,
        to_uri=to_uri,
        request_uri=address_of(headers.get("x-request-uri", to_uri)),
        headers=headers,
        sip_call_id=connection.sip_call_id,
    )
