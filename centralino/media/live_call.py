"""One call in this process: the caller's leg, the conversation on it, and an agent's leg beside it.

What the caller and the ACD do is told to the conversation and to the call's state table; what they
decide is carried out here. The three ways of the sound: conversation (caller ↔ bot), waiting (music
and announcements, the same conversation), bridge (caller ↔ agent).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import structlog

from acd import messages as acd
from acd.limits import Limit
from centralino import messages as house_messages
from centralino.config.model import Line
from centralino.media.agent_leg import AgentLeg, may_ring
from centralino.media.attendant import Attendant
from centralino.media.calling_back import CallingBack
from centralino.media.contact import Contact, begin
from centralino.media.earlier import earlier_of, leave_open
from centralino.media.facts import call_begun, call_facts, call_moves, tell_finished
from centralino.media.house import House, LoadedBot, user_of
from centralino.media.languages import flows_of, others_of
from centralino.media.passing import waits_in
from centralino.media.queued import Task, call_queued, done
from centralino.media.recording import CallRecording
from centralino.media.referral import Referral
from centralino.media.reports import Reporter
from centralino.media.second import Consult
from centralino.media.standing import StandingLeg
from centralino.media.voicemail import Voicemail, take_message
from centralino.media.ways_out import gone_before, leave_by_wish, position_told, rejoin
from kernel.ids import CallId, LegId, OfferId
from kernel.packet import Packet
from telephony import call as states
from telephony.call import Call, CallState
from telephony.contact import HandOn
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from telephony.types import Cause, LegOffered, TransferProgressed
from voicebot import events, reports
from voicebot.dialogue.state import Earlier
from voicebot.leaving import By, Wish
from voicebot.redaction import Redactor
from voicebot.session import Session

log = structlog.get_logger()

RATE = 8000
HELD = ("hearing", "thinking")
"""States of the conversation in which sound is not written yet: it may hold a card's number."""
WAITING = (CallState.QUEUED, CallState.AGENT_RINGING, CallState.AGENT_UP)


@dataclass
class LiveCall:
    """A caller's call; also the `SessionOutput` of its conversation."""

    id: CallId
    offered: LegOffered
    line: Line
    house: House
    started: float
    direction: Literal["inbound", "outbound"] = "inbound"
    given: Mapping[str, str] = field(default_factory=dict)
    """What a campaign knows of whom it calls."""
    sound: LegSound | None = None
    session: Session | None = None
    attendant: Attendant | None = None
    packet: Packet | None = None
    ringing: dict[str, AgentLeg] = field(default_factory=dict)
    """Offer → the leg of an agent whose phone rings, or is being called."""
    agent: AgentLeg | None = None
    """The agent who answered and hears the whisper."""
    contact: Contact | None = None
    """Caller and agent in talk."""
    voicemail: Voicemail | None = None
    referral: Referral | None = None
    queued_at: float = 0.0
    waited: float = 0.0
    served_by: str = ""
    limit: str = ""
    """Why the caller may not wait, of which the caller has been told."""
    booking: bool = False
    """Whether the queue was asked to call back, and has not answered yet."""
    broke: bool = False
    """Whether our own fault ended it."""
    joined: str = ""
    """The offer by which the conversation knows that the caller talks with an agent."""
    hand_to: str | Task = ""
    """The queue, or the bot for a task, to which the agent gives the caller."""
    task: Task | None = None
    """What the bot does for an agent now."""
    back: CallingBack | None = None
    """How we called the caller back, where we did."""
    whispers: bool = True
    """Whether an agent is told who it is before the two hear each other."""
    recorded_name: str = ""
    """The caller's name by the client's records."""
    known: asyncio.Future[Earlier | None] = field(default_factory=asyncio.Future)
    leg: LegId = field(init=False)
    state: Call = field(init=False)
    reporter: Reporter = field(init=False)
    recording: CallRecording = field(init=False)

    def __post_init__(self) -> None:
        self.leg = self.offered.leg
        self.recording = CallRecording(self.house, self.id, RATE)
        redactor = Redactor(*flows_of(self.house, self.line))
        self.reporter = Reporter(
            self.id, self.line.client, self.house, redactor,
            private=self.recording.private, blank=self.recording.blank,
        )  # fmt: skip
        self.state = Call(self.id, self.line.client)

    @property
    def waiting(self) -> bool:
        """Whether the caller is in a queue and not yet with an agent."""
        return self.state.state in WAITING

    # The caller.

    def answered(self) -> None:
        """The caller's leg is up: the conversation begins."""
        bot = self.house.bots[self.line.bot]
        self.house.spawn(self._converse(bot, self.up()), f"call {self.id}")
        self.house.pump.add(self.leg, self.tick)

    def up(self) -> LegSound:
        """The leg is up, whoever placed it."""
        self.sound = LegSound(self.house.control.media(self.leg), Playout(RATE))
        self.house.tell(call_begun(self, self.started), self.id)
        self.move(states.CallerOffered(self.leg))
        self.move(states.CallAnswered())
        if self.line.recorded:
            self.recording.begin(self.line.client)
        return self.sound

    def digit(self, digit: str) -> None:
        """The caller pressed a key."""
        if self.voicemail is not None:
            self.voicemail.digit(digit)
        elif self.session is not None and self.contact is None:
            self.session.on_digit(digit, self.house.clock.now())

    def caller_gone(self, cause: Cause, by_peer: bool) -> None:
        """The caller's leg is gone: everything of this call ends."""
        gone_before(self)
        if self.sound is None:
            return
        now = self.house.clock.now()
        self.house.pump.remove(self.leg)
        if self.session is not None:
            self.session.close("hang_up" if by_peer else "ended", now)
        if self.voicemail is not None:
            self.voicemail.left()
        self._leave_queue()
        taken = self.referral is not None and self.referral.taken
        self.move(states.CallerLeft(cause) if by_peer and not taken else self._ended(cause, taken))
        self.recording.end()
        tell_finished(self, cause, now)

    # SessionOutput.

    def transfer(self, packet: Packet, refer: str = "") -> None:
        """The conversation hands over: the packet is kept, then the call is queued or referred."""
        packet, task = self.reporter.redactor.packet(packet), self.task
        if task is not None:
            packet, refer = done(packet, task, self.house.config.acd.priority_cap), ""
        if self.back is not None and self.packet is None:
            self.packet = self.back.packet
            return rejoin(self, self.back)
        if self.line.emergency:
            first = round(self.house.config.acd.priority_cap)
            packet = replace(packet, priority=max(packet.priority, first))
        self.packet = packet
        self.house.tell(house_messages.PacketMade(packet), self.id)
        if refer:
            return self._refer(refer)
        self.task = None
        return self.queue(packet, task.agent if task else "")

    def queue(self, packet: Packet, agent: str = "") -> None:
        """Join the packet's queue; `agent`: kept for this one for a while."""
        self.queued_at, self.limit = self.house.clock.now(), ""
        self.house.tell(self.queued_as(packet, agent), self.id)
        self.move(states.Queued(packet.queue))
        self.house.live({"call": self.id, "queued": packet.queue, "reason": packet.reason,
                         "priority": packet.priority})  # fmt: skip

    def leave(self, wish: Wish, by: By, number: str = "") -> None:
        """The waiting caller wants out."""
        leave_by_wish(self, wish, by, number)

    def queued_as(self, packet: Packet, agent: str = "") -> acd.CallQueued:
        """How the call joins its queue."""
        place = (self.offered.from_uri, self.house.name, self.house.epoch, agent)
        return call_queued(packet, self.house.config, *place)

    def hang_up(self) -> None:
        """The conversation ends the call."""
        self.house.spawn(self.house.control.hang_up(self.leg), f"hang up {self.leg}")

    def report(self, event: reports.Report) -> None:
        """Something worth telling happened in the conversation."""
        self.reporter.report(event)
        if isinstance(event, reports.StateChanged):
            self.recording.hold(event.after in HELD)
        if isinstance(event, reports.LeftOpen) and self.known_by_name:
            leave_open(self, event.earlier)

    def caller_known(self, earlier: Earlier | None) -> None:
        """What this caller left open, as control has it."""
        if not self.known.done():
            self.known.set_result(earlier)

    # The queue.

    def position(self, told: acd.TellPosition) -> None:
        """Where the caller stands."""
        waits_in(self, told.queue)
        self.limit = told.limit
        self.notify(position_told(self, told))

    def released(self, why: str) -> None:
        """The queue does not want this call: the caller leaves a message, or the bot goes on."""
        self.drop_agents()
        queue = self.house.config.queue(self.packet.queue) if self.packet else None
        if queue is not None and queue.voicemail and why in get_args(Limit):
            take_message(self, queue)
        else:
            self.move(states.Returned())
            self.notify(events.Released(why, told=bool(self.limit)))

    def offer(self, order: acd.PlaceOffer, standing: StandingLeg | None = None) -> AgentLeg | None:
        """Ring an agent for this call, or take the leg that stands; None where neither can be."""
        assert self.packet is not None
        if not may_ring(order, standing, self.house, self.id, self.line.client):
            return None
        name = self.recorded_name or self.packet.caller_name
        packet = replace(self.packet.with_waited(self.waits()), caller_name=name)
        agent = AgentLeg(order, packet, self.house, self.join, standing, self.whispers)
        self.ringing[order.offer] = agent
        agent.place()
        if self.state.offer is None:
            self.move(states.OfferPlaced(OfferId(order.offer), agent.leg))
        self.house.live({"call": self.id, "offer": order.offer, "to": order.contact})
        if standing is not None:
            self.agent_answered(agent)
        return agent

    def withdraw(self, offer: str) -> None:
        """Stop ringing, or end a part in the contact; the caller stays with whoever is left."""
        if self.contact is not None and self.contact.withdrawn(offer):
            return
        if (agent := self._taken_out(offer)) is None:
            return
        agent.over()
        self._offer_over(offer, Cause.NO_ANSWER)
        self.notify(events.OfferFailed(offer, "withdrawn"))

    @property
    def offers(self) -> tuple[str, ...]:
        """Every live offer: ringing, answered or bridged."""
        answered = (self.agent.order.offer,) if self.agent else ()
        return (*self.ringing, *answered, *(self.contact.offers if self.contact else ()))

    @property
    def may_ring(self) -> bool:
        """Whether one more agent may be rung: the caller waits and nobody has answered."""
        return self.waiting and self.agent is None

    def hand_on(self, offer: str, to: str | Task) -> None:
        """The agent gives the caller to another queue, or to the bot for a task; one who no longer
        talks changes nothing."""
        if self.contact is not None and self.contact.first.offer == offer:
            self.hand_to = to
            self.contact.do(HandOn())

    # Another house.

    def transfer_progressed(self, event: TransferProgressed) -> None:
        """What became of our REFER."""
        if self.referral is not None:
            self.referral.progressed(event)

    def _refer(self, target: str) -> None:
        self.move(states.Referred())
        self.house.live({"call": self.id, "referred": target})
        self.referral = Referral(
            self.id, self.line.client, self.leg, target, self.house, self._not_taken
        )
        self.referral.begin()

    def _not_taken(self, why: str) -> None:
        self.move(states.ReferFailed())
        self.house.live({"call": self.id, "not_taken": why})
        self.notify(events.ReferFailed(why))

    # The agent's leg.

    def agent_leg(self, leg: LegId) -> AgentLeg | None:
        """The agent on this leg."""
        agents = (*self.ringing.values(), *((self.agent,) if self.agent else ()))
        talks = self.contact.agents if self.contact else ()
        return next((agent for agent in (*agents, *talks) if agent.leg == leg), None)

    def agent_rang(self, agent: AgentLeg) -> None:
        """An agent's phone rings."""
        if agent.rang():
            offer = agent.order.offer
            self.move(states.OfferRinging(OfferId(offer)))
            self.house.tell(acd.OfferRinging(offer), self.id)
            self.notify(events.OfferRinging(offer))
            self.house.live({"call": self.id, "offer": offer, "ringing": True})

    def agent_answered(self, agent: AgentLeg) -> None:
        """An agent picked up, and has the call from here on; the whisper begins."""
        offer = agent.order.offer
        if self._taken_out(offer) is None:
            return
        for name in list(self.ringing):
            self._lost_race(name)
        self.agent = agent
        agent.answered()
        if self.state.offer != offer:
            self.move(states.OfferPlaced(OfferId(offer), agent.leg))
        self.move(states.OfferAnswered(OfferId(offer)))
        self.house.tell(acd.OfferAnswered(offer), self.id)
        self.notify(events.AgentAnswered(offer))
        agent.begin()

    def phone_holds(self, leg: LegId, on: bool) -> None:
        """The telephone's own hold."""
        if self.contact is not None:
            self.contact.phone_holds(leg, on)

    def agent_gone(self, agent: AgentLeg, cause: Cause) -> None:
        """An agent's leg is gone."""
        if self.contact is not None and agent is self.contact.first:
            return self.contact.gone(agent)
        if self._taken_out(agent.order.offer) is None:
            return None
        why = agent.failure(cause)
        agent.over()
        self._offer_over(agent.order.offer, cause)
        self.house.tell(acd.OfferFailed(agent.order.offer, why), self.id)  # type: ignore[arg-type]
        self.notify(events.OfferFailed(agent.order.offer, why))
        return self.house.live({"call": self.id, "offer": agent.order.offer, "failed": why})

    # The contact.

    def named(self, name: str) -> LiveCall | Consult | None:
        """This call, or the consultation about it, as the ACD names it."""
        second = self.contact.second if self.contact else None
        if isinstance(second, Consult) and second.id == name:
            return second
        return self if self.id == name else None

    # Inside.

    def join(self, agent: AgentLeg) -> None:
        """The agent was whispered to: both talk."""
        if self.agent is not agent or self.sound is None or agent.sound is None:
            return
        offer = agent.order.offer
        self.waited = self.waits()
        self.notify(events.Bridged(offer))
        self.sound.stop()
        self.sound.playout.background(None)
        agent.bridged()
        self.agent, self.joined = None, offer
        self.contact = begin(self, agent, self.sound)
        self.served_by = agent.order.agent
        self.house.tell(acd.Bridged(offer), self.id)
        self.move(states.Bridged(OfferId(offer)))
        contact, waited = agent.order.contact, round(self.waited, 1)
        self.house.live({"call": self.id, "bridged": offer, "agent": contact,
                         "waited": waited})  # fmt: skip

    def _taken_out(self, offer: str) -> AgentLeg | None:
        """The leg of a live offer, no longer held here; None for one that is over."""
        if self.agent is not None and self.agent.order.offer == offer:
            agent, self.agent = self.agent, None
            return agent
        return self.ringing.pop(offer, None)

    def _lost_race(self, offer: str) -> None:
        """Another agent was faster."""
        self.ringing.pop(offer).over()
        self._offer_over(offer, Cause.NORMAL)
        self.house.tell(acd.OfferFailed(offer, "lost_race"), self.id)

    def _offer_over(self, offer: str, cause: Cause) -> None:
        """An offer came to nothing: the state goes on with another that rings, if there is one."""
        if self.state.offer != offer:
            return
        self.move(states.OfferFailed(OfferId(offer), cause))
        if self.ringing and self.waiting:
            other = next(iter(self.ringing.values()))
            self.move(states.OfferPlaced(OfferId(other.order.offer), other.leg))

    def _leave_queue(self) -> None:
        for offer in (*self.ringing, *((self.agent.order.offer,) if self.agent else ())):
            if (agent := self._taken_out(offer)) is not None:
                agent.over()
                self.house.tell(acd.OfferFailed(offer, "caller_gone"), self.id)
        if self.contact is not None:
            self.contact.caller_gone()
        if self.waiting:
            self.waited = self.waits()
            if self.booking:  # the queue has been asked, and will not forget it
                self.move(states.Returned(states.Outcome.CALLBACK))
            self.house.tell(acd.CallerLeft(self.id, "hang_up"), self.id)

    def drop_agents(self) -> None:
        """No agent rings for this call any more."""
        for offer in self.offers:
            if (agent := self._taken_out(offer)) is not None:
                agent.over()

    def waits(self) -> float:
        """Seconds since the caller joined the queue."""
        return self.house.clock.now() - self.queued_at

    def notify(self, event: events.QueueEvent) -> None:
        """Tell the conversation."""
        if self.session is not None and self.state.state is not CallState.ENDED:
            self.session.notify(event, self.house.clock.now())

    async def _converse(self, bot: LoadedBot, sound: LegSound) -> None:
        """A conversation that breaks must not leave its caller in silence: the call ends."""
        try:
            earlier = await earlier_of(self, bot)
            self.reporter.redactor.knows(earlier.known if earlier else ())
            if self.state.state is CallState.ENDED:
                return
            facts = call_facts(self.id, self.offered, self.line, self.house, self.given, self.back)
            self.session = Session(
                replace(facts, earlier=earlier), bot.bot, self.house.talk_engines(self.direction),
                bot.understander, sound.playout, self.house.clock, self, rate=RATE,
                stop=sound.stop, performer=bot.performer, others=others_of(self.house, self.line),
                pause=sound.pause,
            )  # fmt: skip
            self.attendant = Attendant(self.house, bot, sound, self.id, RATE)
            await self.session.run()
        except Exception:
            log.exception("media.conversation_broke", call=self.id)
            self.broke = True
            await self.house.control.hang_up(self.leg)

    @property
    def known_by_name(self) -> bool:
        """Whether the network says who calls (RFC 3323: a caller may be anonymous)."""
        return user_of(self.offered.from_uri) not in ("", "anonymous")

    def tick(self) -> None:
        """20 ms of sound."""
        if self.sound is None or self.session is None:
            return
        now = self.house.clock.now()
        if self.referral is not None:
            self.referral.tick(now)
        if self.contact is not None:
            came, sent = self.contact.tick()
            self.session.on_frame(None, now)
            self.recording.frame(came, sent)
            return
        if self.voicemail is not None:
            self.recording.frame(*self.voicemail.tick())
            if self.voicemail.is_over():
                self.hang_up()
            return
        frames = self.sound.receive()
        for frame in frames:
            self.session.on_frame(frame, now)
        if not frames:
            self.session.on_frame(None, now)
        if self.attendant is not None:
            self.attendant.tick(self.session, len(frames), now)
        self.recording.frame(b"".join(frames), self.sound.send())

    def move(self, event: states.CallEvent) -> None:
        """Take an event of the call's state table; its rows go to the journal."""
        self.state.receive(event, self.house.clock.now())
        for moved in call_moves(self.state):
            self.house.tell(moved, self.id)

    def _ended(self, cause: Cause, taken: bool) -> states.Ended:
        if taken:
            return states.Ended(cause, states.Outcome.TRANSFERRED)
        return states.Ended(cause, states.Outcome.FAILED if self.broke else None)
