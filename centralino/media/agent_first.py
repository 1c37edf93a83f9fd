"""An agent wants somebody dialled: the agent comes to the phone first, and hears it ring.

The ACD knows it as a call kept for this agent, so nobody can have two calls, and an agent who went
elsewhere has none. Once the agent is there the dialler is asked for its last look; with its word
the INVITE goes, and who answers is with the agent in the same tick. Nobody waits for anybody:
whoever is gone ends it for the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from acd import messages as acd
from centralino.media.agent_leg import AgentLeg, may_ring
from centralino.media.called import packet_of
from centralino.media.contact import FAILED
from centralino.media.house import House
from centralino.media.live_call import LiveCall
from centralino.media.standing import StandingLeg
from centralino.messages import PacketMade
from kernel.ids import CallId, LegId, OfferId
from kernel.packet import Packet
from outbound.messages import AgentThere, PlaceCall
from outbound.records import call_of
from telephony import call as states
from telephony.media.tones import beep, ringback
from telephony.types import Cause, LegAnswered, LegEnded, LegEvent, LegRinging

COMES_IN = 15.0
"""Seconds within which the ACD must offer it to the agent, who was free a moment ago."""
WORD_IN = 5.0
"""Seconds within which the dialler must say that the INVITE may go."""
MARGIN = 5.0
"""Seconds beyond what a telephone may ring, until it is given up."""


@dataclass
class AgentFirst:
    """One attempt's agent, until the called answers or it came to nothing."""

    order: PlaceCall
    house: House
    failed: Callable[[], None]
    """The agent is not there, or not any more."""
    joined: Callable[[LegId, LiveCall], None]
    """The agent's leg is a call's from here on."""
    id: CallId = field(init=False)
    packet: Packet = field(init=False)
    agent: AgentLeg | None = None
    there: bool = False
    """At the phone."""
    over: bool = False
    _until: float = 0.0

    def __post_init__(self) -> None:
        self.id = CallId(call_of(self.order.attempt))
        self.packet = packet_of(self.order, self.house)

    @property
    def offers(self) -> tuple[str, ...]:
        """Its live offer, if there is one."""
        return (self.agent.offer,) if self.agent is not None else ()

    def begin(self) -> None:
        """Have the agent called to the phone."""
        order, house = self.order, self.house
        house.tell(PacketMade(self.packet), self.id)
        self._tell(acd.CallQueued(
            call=self.id, client=order.client, queue=order.queue, caller="", media=house.name,
            epoch=house.epoch, priority=round(house.config.acd.priority_cap), agent=order.agent,
            dial_seconds=WORD_IN + order.ring_timeout + MARGIN,
        ))  # fmt: skip
        self._wait(COMES_IN)
        house.pump.add(self.id, self._tick)
        house.live({"call": self.id, "agent_first": order.agent})

    # The ACD.

    def offer(self, order: acd.PlaceOffer, standing: StandingLeg | None) -> None:
        """Ring the agent, or take the leg that stands."""
        if self.agent is not None or not may_ring(
            order, standing, self.house, self.id, self.order.client
        ):
            return self._lost()
        self.agent = AgentLeg(
            order, self.packet, self.house, self._is_there, standing, whispers=False
        )
        self._wait(order.ring_timeout + MARGIN)
        self.agent.place()
        return self._answered() if standing is not None else None

    def withdraw(self, offer: str) -> None:
        """The ACD does not want it any more: declined on the page, for one."""
        if offer in self.offers:
            self._lost()

    def released(self) -> None:
        """The queue does not want it: it is shut, for one."""
        self._lost()

    # The agent.

    def leg_event(self, event: LegEvent) -> bool:
        """One event of the agent's leg; False where it is another's."""
        if self.agent is None or self.agent.leg != event.leg:
            return False
        if isinstance(event, LegRinging) and self.agent.rang():
            self._tell(acd.OfferRinging(self.agent.offer))
        elif isinstance(event, LegAnswered):
            self._answered()
        elif isinstance(event, LegEnded):
            self._agent_gone(event.cause)
        return True

    def _answered(self) -> None:
        if self.agent is not None and not self.there:
            self.agent.answered()
            self._tell(acd.OfferAnswered(self.agent.offer))
            self.agent.begin()

    def _is_there(self, agent: AgentLeg) -> None:
        self.there = True
        self._wait(WORD_IN)
        self._tell(AgentThere(self.order.attempt), self.order.attempt)

    def _agent_gone(self, cause: Cause) -> None:
        assert self.agent is not None
        self._tell(acd.OfferFailed(self.agent.offer, self.agent.failure(cause)))  # type: ignore[arg-type]
        self._lost()

    # The called.

    def rings(self) -> None:
        """The INVITE goes: the agent hears it ring."""
        self._wait(self.order.ring_timeout + MARGIN)
        if self.agent is not None and self.agent.sound is not None:
            self.agent.sound.playout.background(ringback())

    def join(self, live: LiveCall) -> None:
        """The called is there: both talk."""
        agent = self.agent
        assert agent is not None and agent.sound is not None
        self._done()
        agent.sound.playout.background(None)
        live.packet, live.queued_at = self.packet, self.house.clock.now()
        live.agent, agent.ready_to_bridge = agent, live.join
        live.move(states.Queued(self.order.queue))
        live.move(states.OfferPlaced(OfferId(agent.offer), agent.leg))
        live.move(states.OfferAnswered(OfferId(agent.offer)))
        self.joined(agent.leg, live)
        live.join(agent)

    # The end.

    def end(self) -> None:
        """The called was not had, or is not wanted any more: the agent hears so and is free."""
        if self.over:
            return
        self._done()
        agent = self.agent
        if agent is None:
            return self._tell(acd.CallerLeft(self.id, "exit"))
        self._tell(acd.OfferFailed(agent.offer, "caller_gone"))
        agent.over()
        if agent.standing is not None and agent.standing.sound is not None:
            hertz, seconds = FAILED
            agent.standing.sound.playout.enqueue("not had", beep(hertz=hertz, seconds=seconds))
            agent.standing.sound.playout.end("not had")
        return None

    def _lost(self) -> None:
        """Without its agent nobody is to be rung, or rung on."""
        if self.over:
            return
        self._done()
        if self.agent is not None:
            self.agent.over()
        self._tell(acd.CallerLeft(self.id, "exit"))
        self.failed()

    def _done(self) -> None:
        self.over = True
        self.house.pump.remove(self.id)

    def _wait(self, seconds: float) -> None:
        self._until = self.house.clock.now() + seconds

    def _tick(self) -> None:
        if self.house.clock.now() >= self._until:
            return self._lost()
        if self.there and self.agent is not None and self.agent.sound is not None:
            self.agent.sound.receive()  # nobody hears the agent yet
            self.agent.sound.send()
            self.agent.sound.playout.take_events()
        return None

    def _tell(self, event: object, call: str | None = None) -> None:
        self.house.tell(event, call or self.id)


@dataclass
class AgentsFirst:
    """All of a media process."""

    house: House
    standing: Callable[[str], StandingLeg | None]
    """Finds the leg of an agent that stands already."""
    joined: Callable[[LegId, LiveCall], None]
    """Told whose an agent's leg is once the called is there."""
    _calls: dict[CallId, AgentFirst] = field(default_factory=dict)

    def begin(self, order: PlaceCall, failed: Callable[[], None]) -> AgentFirst:
        """An order whose agent comes first."""
        self._forget()
        first = AgentFirst(order, self.house, failed, self.joined)
        self._calls[first.id] = first
        first.begin()
        return first

    @property
    def waiting(self) -> tuple[str, ...]:
        """The calls, as the ACD names them."""
        return tuple(name for name, one in self._calls.items() if not one.over)

    @property
    def offers(self) -> tuple[str, ...]:
        """Every live offer here."""
        return tuple(offer for one in self._live() for offer in one.offers)

    def leg_event(self, event: LegEvent) -> bool:
        """One event of one leg; False where it is no leg of ours."""
        return any(one.leg_event(event) for one in self._live())

    def offer(self, order: acd.PlaceOffer) -> bool:
        """An offer of the ACD; False where it is of no call of ours."""
        first = self._calls.get(CallId(order.call))
        if first is None or first.over:
            return False
        first.offer(order, self.standing(order.agent))
        return True

    def withdraw(self, offer: str) -> None:
        """An offer is not wanted any more."""
        for one in self._live():
            one.withdraw(offer)

    def release(self, call: str) -> None:
        """The queue does not want the call: it is shut, for one."""
        if (first := self._calls.get(CallId(call))) is not None:
            first.released()

    def _live(self) -> list[AgentFirst]:
        return [one for one in self._calls.values() if not one.over]

    def _forget(self) -> None:
        self._calls = {name: one for name, one in self._calls.items() if not one.over}
