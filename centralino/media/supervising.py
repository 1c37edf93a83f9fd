"""A supervisor in a running contact: listens, whispers to the agent, barges in, takes over.

The supervisor's phone is rung by the process that holds the call, so it may be any phone of the
centre. Keys on it change what it does: 1 listen, 2 whisper, 3 barge in, 4 take over. Every change
is told to control, which writes who it was into the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from centralino.media.gate import contact_uri
from centralino.media.house import House
from centralino.media.legs import OutsideLeg
from centralino.messages import Supervise, Supervised
from kernel.ids import LegId, new_id
from telephony.contact import ENDED, Party
from telephony.dialling import Purpose
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from telephony.media.supervision import Mode
from telephony.media.tones import beep
from telephony.types import Originate

if TYPE_CHECKING:
    from centralino.media.live_call import LiveCall

RING_SECONDS = 20.0
KEYS = {"1": Mode.LISTEN, "2": Mode.WHISPER, "3": Mode.BARGE}
TAKE_OVER = "4"


@dataclass
class Supervising:
    """One supervisor at one call."""

    order: Supervise
    call: LiveCall
    house: House
    leg: LegId = LegId("")
    there: bool = False
    """Whether the phone was answered."""
    mode: Mode = field(init=False)
    took_over: OutsideLeg | None = None
    """The supervisor as the one who has the caller."""

    def __post_init__(self) -> None:
        self.mode = Mode(self.order.mode)

    def place(self) -> bool:
        """Ring the supervisor's phone; whether that may be done."""
        contact = contact_uri(self.order.contact, self.house.edge)
        client = self.call.line.client
        if not self.house.gate.allows(contact, Purpose.AGENT, self.call.id, client):
            self._tell("denied")
            return False
        self.leg = LegId(new_id("leg", self.house.chance))
        domain = self.house.config.domain
        asked = Originate(
            self.leg, contact, f"sip:supervision@{domain}", "Supervision",
            ring_timeout=RING_SECONDS,
        )  # fmt: skip
        self.house.spawn(self.house.control.originate(asked), f"ring {self.leg}")
        return True

    def answered(self) -> None:
        """The supervisor picked up: nothing but hearing begins, unless asked for more."""
        contact = self.call.contact
        if contact is None or contact.state in ENDED:
            return self.hang_up()
        if self.call.line.announce_supervision:
            contact.announce(beep(hertz=440.0, seconds=0.4))
        self.there = True
        contact.bridge.join(Party.SUPERVISOR, self._sound())
        return self._tell(self.mode)

    def digit(self, digit: str) -> None:
        """A key of the supervisor."""
        if not self.there or self.took_over is not None:
            return
        if digit == TAKE_OVER:
            self._take_over()
        elif digit in KEYS:
            self.mode = KEYS[digit]
            self._tell(self.mode)

    def gone(self) -> None:
        """The supervisor's leg is gone; one who took over takes the contact along."""
        self._tell("left")
        self.there, contact = False, self.call.contact
        if contact is None:
            return
        if self.took_over is not None:
            contact.gone(self.took_over)
        elif contact.supervising is self:
            contact.end_supervising()

    def hang_up(self) -> None:
        """The contact is over, or was before the supervisor came."""
        self.house.spawn(self.house.control.hang_up(self.leg), f"hang up {self.leg}")

    def _take_over(self) -> None:
        contact, leg = self.call.contact, OutsideLeg(self.leg, self.house, self._sound())
        if contact is not None and contact.taken_over(leg):
            self.took_over = leg
            self._tell("take_over")

    def _sound(self) -> LegSound:
        return LegSound(self.house.control.media(self.leg), Playout())

    def _tell(self, mode: str) -> None:
        told = Supervised(self.call.id, self.call.line.client, self.order.by, str(mode))
        self.house.tell(told, self.call.id)
        self.house.live({"call": self.call.id, "supervised": str(mode)})
