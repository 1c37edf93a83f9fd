"""Whoever is consulted about a call: an agent found by the ACD, or an outside number.

For the ACD a consultation is a call of its own: so its agent is reserved, rung and bridged as for
any other, is offered nothing else meanwhile, and has the packet on the page while it rings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from acd import messages as acd
from centralino.media.agent_leg import AgentLeg, OfferState, may_ring
from centralino.media.gate import contact_uri
from centralino.media.house import House
from centralino.media.legs import OutsideLeg, TalkLeg
from centralino.media.queued import consult_queued
from centralino.media.standing import StandingLeg
from kernel.ids import LegId, new_id
from kernel.packet import Packet
from telephony.dialling import Purpose
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from telephony.types import Cause, Originate

Up = Callable[[TalkLeg], None]
Lost = Callable[[TalkLeg | None], None]
Held = Callable[[LegId, bool], None]


class Second(Protocol):
    """Somebody who is consulted. The verbs about legs are the switchboard's."""

    id: str
    over: bool

    @property
    def leg(self) -> TalkLeg | None:
        """The leg, ringing or up."""

    def begin(self) -> None:
        """Call."""

    def cancel(self) -> None:
        """Whoever rings is not wanted any more."""

    @property
    def offers(self) -> tuple[str, ...]:
        """The ACD's name of the part, if it has one."""

    @property
    def waiting(self) -> bool:
        """Whether the ACD looks for somebody."""

    def withdraw(self, offer: str) -> None:
        """The ACD ends an offer."""

    def phone_holds(self, leg: LegId, on: bool) -> None:
        """The telephone's own hold."""

    def agent_leg(self, leg: LegId) -> TalkLeg | None:
        """Who is on this leg."""


@dataclass
class Consult:
    """An agent, by name or by queue."""

    id: str
    about: str
    """The caller's call."""
    packet: Packet
    agent: str
    """Empty: whoever serves the queue."""
    caller: str
    house: House
    up: Up
    """Told once of a leg that has heard the whisper."""
    lost: Lost
    """Told once that nobody was had, or of the leg that was up and is gone."""
    held: Held
    """Told of the telephone's own hold."""
    leg: AgentLeg | None = None
    over: bool = False

    def begin(self) -> None:
        """Join the queue, ahead of those who wait."""
        house = self.house
        queued = consult_queued(
            self.packet, self.about, self.agent, house.config, self.caller, house.name, house.epoch
        )
        self.house.tell(queued, self.about)

    def cancel(self) -> None:
        """Out of the queue, and off the telephone that rings."""
        self.over = True
        if self.leg is not None:
            self.leg.over()
        self.house.tell(acd.CallerLeft(self.id, "exit"), self.about)

    @property
    def waiting(self) -> bool:
        """Whether the ACD looks for somebody, or somebody's phone rings."""
        bridged = self.leg is not None and self.leg.state is OfferState.BRIDGED
        return not (self.over or bridged)

    @property
    def may_ring(self) -> bool:
        """One at a time."""
        return self.waiting and self.leg is None

    @property
    def offers(self) -> tuple[str, ...]:
        """The live offer."""
        return (self.leg.offer,) if self.leg is not None and not self.over else ()

    def offer(self, order: acd.PlaceOffer, standing: StandingLeg | None = None) -> AgentLeg | None:
        """Ring an agent, or take the leg that stands; None where neither can be."""
        if not may_ring(order, standing, self.house, self.about, self.packet.client):
            self._not_had()
            return None
        self.leg = agent = AgentLeg(order, self.packet, self.house, self._whispered, standing)
        agent.place()
        if standing is not None:
            self.agent_answered(agent)
        return agent

    def released(self, why: str) -> None:
        """The queue takes no such call."""
        self._end()

    def withdraw(self, offer: str) -> None:
        """Stop ringing; another one may be found."""
        if self.leg is not None and self.leg.offer == offer and self.waiting:
            self._off()
            self._not_had()

    # The switchboard's verbs.

    def phone_holds(self, leg: LegId, on: bool) -> None:
        """The telephone's own hold: of one who has the caller by now."""
        self.held(leg, on)

    def agent_leg(self, leg: LegId) -> AgentLeg | None:
        """The agent on this leg."""
        return self.leg if self.leg is not None and self.leg.leg == leg else None

    def agent_rang(self, agent: AgentLeg) -> None:
        """The phone rings."""
        if agent.rang():
            self.house.tell(acd.OfferRinging(agent.offer), self.about)

    def agent_answered(self, agent: AgentLeg) -> None:
        """Picked up; the whisper begins."""
        agent.answered()
        self.house.tell(acd.OfferAnswered(agent.offer), self.about)
        agent.begin()

    def agent_gone(self, agent: AgentLeg, cause: Cause) -> None:
        """The leg is gone: of one who was there, or of one who was not had."""
        if self.over or agent.state is OfferState.OVER:
            return None
        if agent.state is OfferState.BRIDGED:
            self.over = True
            return self.lost(agent)
        why = agent.failure(cause)
        self._off()
        self.house.tell(acd.OfferFailed(agent.offer, why), self.about)  # type: ignore[arg-type]
        return self._not_had()

    def _whispered(self, agent: AgentLeg) -> None:
        if self.over or self.leg is not agent:
            return
        agent.bridged()
        self.house.tell(acd.Bridged(agent.offer), self.about)
        self.up(agent)

    def _off(self) -> None:
        leg, self.leg = self.leg, None
        if leg is not None:
            leg.over()

    def _not_had(self) -> None:
        """Nobody else will do for an agent who was named."""
        if self.agent:
            self._end()

    def _end(self) -> None:
        if not self.over:
            self.cancel()
            self.lost(None)


@dataclass
class Outside:
    """A number outside the centre, through a trunk."""

    id: str
    number: str
    line: str
    client: str
    house: House
    up: Up
    lost: Lost
    leg: OutsideLeg = field(init=False)
    over: bool = False

    def __post_init__(self) -> None:
        self.leg = OutsideLeg(LegId(new_id("leg", self.house.chance)), self.house)

    waiting = False

    @property
    def offers(self) -> tuple[str, ...]:
        """The ACD knows nothing of it."""
        return ()

    def withdraw(self, offer: str) -> None:
        """It has no offer."""

    def phone_holds(self, leg: LegId, on: bool) -> None:
        """Nobody here is on hold because of it."""

    def begin(self) -> None:
        """Call, if the rules of dialling allow it."""
        target = contact_uri(self.number, self.house.edge)
        if not self.house.gate.allows(target, Purpose.TRANSFER, self.id, self.client):
            self.over = True
            return self.lost(None)
        placed = Originate(
            self.leg.leg, target, f"sip:{self.line}@{self.house.config.domain}",
            ring_timeout=self.house.config.acd.consult_seconds,
        )  # fmt: skip
        self.house.spawn(self.house.control.originate(placed), f"ring {self.leg.leg}")
        return None

    def cancel(self) -> None:
        """CANCEL, or BYE."""
        self.over = True
        self.leg.over()

    # The switchboard's verbs.

    def agent_leg(self, leg: LegId) -> OutsideLeg | None:
        """The leg."""
        return self.leg if self.leg.leg == leg else None

    def agent_rang(self, leg: OutsideLeg) -> None:
        """The ringing tone is ours already."""

    def agent_answered(self, leg: OutsideLeg) -> None:
        """Somebody is there."""
        if not self.over:
            leg.sound = LegSound(self.house.control.media(leg.leg), Playout())
            self.up(leg)

    def agent_gone(self, leg: OutsideLeg, cause: Cause) -> None:
        """Busy, not answered, refused, or hung up."""
        if not self.over:
            self.over = True
            self.lost(leg if leg.sound is not None else None)


def about(packet: Packet, name: str, queue: str) -> Packet:
    """The packet of a call as whoever is consulted about it has it."""
    return replace(packet, call=name, queue=queue)
