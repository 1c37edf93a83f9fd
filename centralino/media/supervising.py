"""A supervisor in a running contact: listens, whispers to the agent, barges in, takes over.

The supervisor's phone is rung by the process that holds the call, so it may be any phone of the
centre. Keys on it change what it does: 1 listen, 2 whisper, 3 barge in, 4 take over. Every change
is told to control, which writes who it was into the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acd.messages import ContactEnded
from centralino.media.gate import contact_uri
from centralino.media.house import House
from centralino.messages import Supervise, Supervised
from kernel.ids import LegId, new_id
from telephony.dialling import Purpose
from telephony.media.bridge import Bridge, Carried
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from telephony.media.supervision import Mode, ThirdLeg
from telephony.media.tones import beep
from telephony.types import Cause, Originate

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
    third: ThirdLeg | None = None
    took_over: str = ""
    """The offer whose agent was replaced."""
    _mode: Mode = field(init=False)

    def __post_init__(self) -> None:
        self._mode = Mode(self.order.mode)

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
        if self.call.bridge is None:
            return self.hang_up()
        self.third = ThirdLeg(LegSound(self.house.control.media(self.leg), Playout()), self._mode)
        if self.call.line.announce_supervision:
            for side in (self.call.bridge.a, self.call.bridge.b):
                side.playout.enqueue(f"joined {self.leg}", beep(hertz=440.0, seconds=0.4))
                side.playout.end(f"joined {self.leg}")
        return self._tell(self._mode)

    def digit(self, digit: str) -> None:
        """A key of the supervisor."""
        if self.third is None or self.took_over:
            return
        if digit == TAKE_OVER:
            self._take_over(self.third)
        elif digit in KEYS:
            self.third.mode = KEYS[digit]
            self._tell(self.third.mode)

    def tick(self, bridge: Bridge) -> Carried:
        """20 ms of the bridge, with the supervisor's."""
        if self.third is None or self.took_over:
            return bridge.tick()
        return self.third.tick(bridge)

    def gone(self, cause: Cause) -> None:
        """The supervisor's leg is gone; one who took over takes the contact along."""
        self._tell("left")
        self.third = None
        if self.took_over:
            self.call.agent_left(self.took_over, cause)

    def hang_up(self) -> None:
        """The contact is over, or was before the supervisor came."""
        self.house.spawn(self.house.control.hang_up(self.leg), f"hang up {self.leg}")

    def _take_over(self, third: ThirdLeg) -> None:
        agent, caller = self.call.agent, self.call.sound
        if agent is None or caller is None:
            return
        self.took_over = agent.order.offer
        self.call.agent = None
        self.call.bridge = Bridge(caller, third.sound)
        agent.over()
        self.house.tell(ContactEnded(self.took_over, "agent"), self.call.id)
        self._tell("take_over")

    def _tell(self, mode: str) -> None:
        told = Supervised(self.call.id, self.call.line.client, self.order.by, str(mode))
        self.house.tell(told, self.call.id)
        self.house.live({"call": self.call.id, "supervised": str(mode)})
