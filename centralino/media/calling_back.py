"""Somebody who asked for it is called back: two legs, in the order that the queue has it.

    agent first      the agent's phone rings, the packet is on the page; whisper; then the caller's
                     telephone rings while the agent hears it ring; answered, both talk
    customer first   the caller's telephone rings; answered, the caller hears at once who calls, and
                     waits with music while the agent's phone rings

From the caller's answer on it is a call like any other (`LiveCall`); here is what comes before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from acd import messages as acd
from centralino.callback_messages import DialBack
from centralino.media.agent_leg import AgentLeg, may_ring
from centralino.media.gate import contact_uri
from centralino.media.house import House
from centralino.media.standing import StandingLeg
from kernel.ids import LegId, new_id
from kernel.packet import Packet
from telephony.dialling import Purpose
from telephony.media.tones import ringback
from telephony.types import Cause, Originate

log = structlog.get_logger()

RINGING = "ringing"


@dataclass
class CallingBack:
    """One offer of a callback, until the caller is there or it came to nothing."""

    dial: DialBack
    house: House
    reached: Callable[[CallingBack], None]
    """The caller answered."""
    over: Callable[[CallingBack], None]
    """Nothing more comes of it; called once, before `reached`."""
    ring: Callable[[acd.PlaceOffer], None]
    """Customer first: rings the agent for the caller who is there."""
    standing: StandingLeg | None = None
    """The agent's leg that stands already, where there is one."""
    leg: LegId = LegId("")
    """The caller's; empty until it is dialled."""
    agent: AgentLeg | None = None
    """Agent first: the agent's leg."""
    _done: bool = field(default=False, repr=False)

    @property
    def order(self) -> acd.PlaceCallback:
        """What the ACD asked for."""
        return self.dial.order

    @property
    def packet(self) -> Packet:
        """What is known of the caller, with the wait up to now."""
        return self.dial.packet.with_waited(self.house.clock.now() - self.order.joined)

    @property
    def target(self) -> str:
        """The caller's SIP URI."""
        return contact_uri(self.dial.number, self.house.edge)

    def offer(self) -> acd.PlaceOffer:
        """The offer to the agent, as any other."""
        order = self.order
        return acd.PlaceOffer(
            order.offer, order.call, order.agent, order.contact, order.media, order.ring_timeout,
            bool(self.dial.leg_media), self.dial.leg_media,
        )  # fmt: skip

    def begin(self) -> None:
        """Ring whoever is first, unless one of both may not be dialled."""
        order = self.order
        if not may_ring(self.offer(), self.standing, self.house, order.call, order.client):
            return self._end()
        if not self._may_dial():
            return None
        if order.first == "customer":
            return self._dial()
        self.agent = AgentLeg(self.offer(), self.packet, self.house, self._whispered, self.standing)
        self.agent.place()
        return self.agent_answered() if self.standing is not None else None

    # The agent's leg.

    def agent_rang(self) -> None:
        """The agent's phone rings."""
        if self.agent is not None and self.agent.rang():
            self._tell(acd.OfferRinging(self.order.offer))

    def agent_answered(self) -> None:
        """The agent picked up: the whisper begins."""
        if self.agent is not None and not self._done:
            self.agent.answered()
            self._tell(acd.OfferAnswered(self.order.offer))
            self.agent.begin()

    def agent_gone(self, cause: Cause) -> None:
        """The agent's leg is gone before the caller was there."""
        if self.agent is not None and not self._done:
            self._failed(self.agent.failure(cause))

    def _whispered(self, agent: AgentLeg) -> None:
        """The agent knows who it is: dial; meanwhile the agent hears it ring."""
        if self._done or agent.sound is None:
            return
        if not self.leg:
            if not self._may_dial():
                return
            self._dial()
        agent.sound.playout.enqueue(RINGING, ringback())
        agent.sound.playout.end(RINGING)

    # The caller's leg.

    def _may_dial(self) -> bool:
        """Asked before each INVITE to the caller: rules, and the hours."""
        order = self.order
        if self.house.clock.now() > order.not_after:
            self._not_reached("too late")
            return False
        if not self.house.gate.allows(self.target, Purpose.CALLBACK, order.call, order.client):
            self._not_reached("not allowed")
            return False
        return True

    def _dial(self) -> None:
        self.leg = LegId(new_id("leg", self.house.chance))
        packet, domain = self.dial.packet, self.house.config.domain
        asked = Originate(
            leg=self.leg, target=self.target, from_uri=f"sip:{packet.line}@{domain}",
            headers={"X-Centralino-Call": self.order.call},
            ring_timeout=min(
                self.order.dial_timeout, max(1.0, self.order.not_after - self.house.clock.now())
            ),
        )  # fmt: skip
        self.house.spawn(self.house.control.originate(asked), f"call back {self.leg}")
        self.house.live({"call": self.order.call, "calling_back": self.order.first,
                         "line": packet.line, "from": self.target})  # fmt: skip

    def caller_answered(self) -> None:
        """The caller is there."""
        if not self._done:
            self._done = True
            self.over(self)
            self.reached(self)

    def caller_gone(self, cause: Cause) -> None:
        """The caller was not had."""
        if not self._done:
            self._not_reached(cause.name.lower())

    # The end.

    def withdraw(self) -> None:
        """Not wanted any more."""
        if not self._done:
            self._end()

    def hang_up(self) -> None:
        """The caller is there, and nothing can be done."""
        self._not_reached("no line")

    def _failed(self, why: str) -> None:
        self._end()
        self._tell(acd.OfferFailed(self.order.offer, why))  # type: ignore[arg-type]

    def _not_reached(self, why: str) -> None:
        self._end()
        self._tell(acd.CustomerNotReached(self.order.offer, why))
        self.house.live({"call": self.order.call, "not_reached": why})

    def _end(self) -> None:
        self._done = True
        if self.agent is not None:
            self.agent.over()
        if self.leg:
            self.house.spawn(self.house.control.hang_up(self.leg), f"hang up {self.leg}")
        self.over(self)

    def _tell(self, event: object) -> None:
        self.house.tell(event, self.order.call)
