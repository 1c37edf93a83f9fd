"""Which leg of a media process belongs to which call, and what control asks for."""

from __future__ import annotations

import contextlib
import hmac
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import structlog

from acd import messages as acd
from centralino import messages as house_messages
from centralino.caller_messages import CallerNamed
from centralino.config.model import Line
from centralino.media import passing, ways_out
from centralino.media.agent_first import AgentsFirst
from centralino.media.calling_back import CallingBack
from centralino.media.calls_back import CallsBack, live_again
from centralino.media.calls_out import CallsOut
from centralino.media.campaign_call import campaign_call
from centralino.media.gate import contact_uri
from centralino.media.helped import Asking, ask_for_help, helped
from centralino.media.house import House, user_of
from centralino.media.keypad_leg import KeypadLeg
from centralino.media.live_call import LiveCall
from centralino.media.notice_leg import NoticeLeg
from centralino.media.out_call import OutCall
from centralino.media.second import Consult, Outside, Second
from centralino.media.standing import StandingLegs
from centralino.media.supervising import Supervising
from kernel.bus import Envelope, PeerDown, PeerUp
from kernel.ids import CallId, LegId, new_id
from telephony.errors import NoSuchLeg
from telephony.types import (
    Cause,
    DigitReceived,
    LegAnswered,
    LegEnded,
    LegEvent,
    LegHeld,
    LegOffered,
    LegRinging,
    TransferProgressed,
)

log = structlog.get_logger()

ADMITTED = "x-centralino-admit"
SOURCE = "x-centralino-source"
"""Whence the edge has it."""
STANDING = "x-centralino-standing"
"""Which agent's leg another media process asks for."""
SEEN_LIMIT = 10_000
"""Ids of commands remembered, so that one sent again by a new life of control has no effect."""


class Switchboard:
    """Legs, calls and offers of one media process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.calls: dict[CallId, LiveCall] = {}
        self._callers: dict[LegId, LiveCall] = {}
        self._agents: dict[LegId, LiveCall | Second] = {}
        """Legs of agents, and of outside numbers that are consulted."""
        self._keypads: dict[LegId, KeypadLeg] = {}
        self._notices: dict[LegId, NoticeLeg] = {}
        self._supervisors: dict[LegId, Supervising] = {}
        self._seen: OrderedDict[str, None] = OrderedDict()
        self.standing = StandingLegs(house)
        self.first = AgentsFirst(house, self.standing.of, self._agents.__setitem__)
        self.out = CallsOut(house, self._take_over, self._converse, self.calls, self.first)
        self.back = CallsBack(house, self._called_back, self._place_offer, self.standing.of)
        self.draining = False
        self._obey: dict[type, Callable[[Any], None]] = {
            acd.PlaceOffer: self._place_offer,
            acd.WithdrawOffer: self._withdraw_offer,
            acd.TellPosition: self._tell_position,
            acd.ReleaseCall: self._release,
            house_messages.TokenMade: self._token,
            house_messages.SayOnLeg: self._say_on_leg,
            house_messages.HangUpLeg: self._hang_up_leg,
            house_messages.Supervise: self._supervise,
            house_messages.HandOn: self._hand_on,
            house_messages.ContactWish: self._wish,
            house_messages.GiveTask: self._give_task,
            house_messages.ConsultOrder: self._consult,
            house_messages.CallerKnown: self._caller_known,
            CallerNamed: self._caller_named,
            house_messages.NoticeTold: self._notice_told,
            acd.CallbackBooked: self._callback_booked,
            acd.CallbackRefused: self._callback_refused,
            **self.out.obey,
            **self.back.obey,
            **self.standing.obey,
        }

    @property
    def empty(self) -> bool:
        """Whether no call is left."""
        ours = (self.calls, self._agents, self._keypads, self._notices)
        elsewhere = len(self.out) or len(self.back) or self.standing.lends
        return not (any(ours) or elsewhere)

    # Legs.

    async def legs(self) -> None:
        """Follow the SIP stack until cancelled."""
        async for event in self._house.control.events():
            self.take(event)

    def take(self, event: LegEvent) -> None:
        """One event; whatever is wrong with its call, all the others must still be heard."""
        try:
            self.leg_event(event)
        except Exception:
            log.exception("media.leg_failed", leg=event.leg, sip_event=type(event).__name__)
            self._house.spawn(self._house.control.hang_up(event.leg), f"end {event.leg}")

    def leg_event(self, event: LegEvent) -> None:
        """One event of one leg."""
        if isinstance(event, LegOffered):
            self._offered(event)
        elif self.out.leg_event(event) or self._of_standing_leg(event):
            return
        elif self.back.leg_event(event) or self.first.leg_event(event):
            return
        elif isinstance(event, LegAnswered):
            # On a busy machine the leg may have ended before we come to this; that is told next,
            # and one caller who hangs up at once must not make us deaf to all others.
            with contextlib.suppress(NoSuchLeg):
                self._answered(event.leg)
        elif isinstance(event, LegRinging) and event.leg in self._agents:
            self._agent_leg(event.leg, lambda call, agent: call.agent_rang(agent))
        elif isinstance(event, DigitReceived):
            self._digit(event)
        elif isinstance(event, LegHeld) and event.leg in self._agents:
            self._agents[event.leg].phone_holds(event.leg, event.held)
        elif isinstance(event, TransferProgressed) and event.leg in self._callers:
            self._callers[event.leg].transfer_progressed(event)
        elif isinstance(event, LegEnded):
            self._ended(event)

    def _of_standing_leg(self, event: LegEvent) -> bool:
        """Whether that was all about it."""
        if not self.standing.leg_event(event):
            return False
        if isinstance(event, LegEnded):  # which no contact has
            self._agents.pop(event.leg, None)
        return True

    def _offered(self, event: LegOffered) -> None:
        agent = event.headers.get(STANDING)
        # Also while nothing new begins here; never for what came through the edge.
        if agent and SOURCE not in event.headers and self._is_admitted(event):
            self.standing.lend(event, agent)
            return
        number = user_of(event.request_uri)
        line = self._house.line(number)
        if (cause := self._refusal(event, line)) is not None:
            self._house.spawn(self._house.control.refuse(event.leg, cause), f"refuse {event.leg}")
            return
        assert line is not None
        if line.kind in ("agents", "launch"):
            source = event.headers.get(SOURCE, "")
            launches = line.client if line.kind == "launch" else ""
            self._keypads[event.leg] = KeypadLeg(event.leg, source, self._house, launches)
        elif line.kind == "notification":
            self._notices[event.leg] = NoticeLeg(
                event.leg, event.from_uri, line, self._house, self._caller_wants_help
            )
        else:
            call = CallId(new_id("call", self._house.chance))
            live = LiveCall(call, event, line, self._house, self._house.clock.now())
            self.calls[call] = self._callers[event.leg] = live
            self._house.live({"call": call, "line": number, "from": event.from_uri})
        self._house.spawn(self._house.control.answer(event.leg), f"answer {event.leg}")

    def _converse(self, out: OutCall) -> None:
        """A bot's call is answered: from here on a call like any other."""
        call = CallId(new_id("call", self._house.chance))
        called = contact_uri(out.order.target, self._house.edge)
        live = campaign_call(call, out.leg, called, out.order, self._house, out.bot_done)
        self.calls[call] = self._callers[out.leg] = live
        self._house.live({"call": call, "line": out.order.campaign, "from": called})
        live.answered()

    def _take_over(self, out: OutCall, language: str) -> None:
        """Somebody who was called asks for a person."""
        order = out.order
        caller = contact_uri(order.target, self._house.edge)
        self._help(Asking(out.leg, caller, order.caller_id, order.client, language))

    def _caller_wants_help(self, notice: NoticeLeg, language: str) -> None:
        """Somebody who called back asks for a person."""
        del self._notices[notice.leg]
        line = notice.line
        self._help(Asking(notice.leg, notice.caller, line.number, line.client, language))

    def _notice_told(self, told: house_messages.NoticeTold) -> None:
        if (notice := self._notices.get(LegId(told.leg))) is not None:
            notice.told(told.script, told.recipient)

    def _help(self, asking: Asking) -> None:
        """From here on a caller's call like any other."""
        call = CallId(new_id("call", self._house.chance))
        live = helped(call, asking, self._house)
        if live is None:
            self._house.spawn(self._house.control.hang_up(asking.leg), f"hang up {asking.leg}")
            return
        self.calls[call] = self._callers[asking.leg] = live
        self._house.live({"call": call, "line": live.line.number, "from": live.offered.from_uri})
        live.answered()
        self._house.spawn(ask_for_help(live), f"help {call}")

    def _called_back(self, back: CallingBack) -> None:
        """Who asked to be called back has answered: a caller's call like any other."""
        live = live_again(back, self._house)
        if live is None:
            back.hang_up()
            return
        self.calls[live.id] = self._callers[back.leg] = live
        if back.agent is not None:
            self._agents[back.agent.leg] = live
        self._house.live({"call": live.id, "line": live.line.number, "from": back.target})
        live.answered()

    def _callback_booked(self, booked: acd.CallbackBooked) -> None:
        if (call := self.calls.get(CallId(booked.call))) is not None:
            ways_out.booked(call)

    def _callback_refused(self, refused: acd.CallbackRefused) -> None:
        if (call := self.calls.get(CallId(refused.call))) is not None:
            ways_out.not_booked(call, refused.why)

    def _refusal(self, event: LegOffered, line: Line | None) -> Cause | None:
        """Why an INVITE is refused; None where it is not."""
        if not self._is_admitted(event):
            log.warning("media.not_admitted", caller=event.from_uri)
            return Cause.REJECTED  # it came past the edge
        if self.draining:
            return Cause.CONGESTION
        return Cause.UNALLOCATED if line is None else None

    def _is_admitted(self, event: LegOffered) -> bool:
        """Whether the edge, or a process of ours, sent it."""
        admitted = event.headers.get(ADMITTED, "").encode()  # as bytes: it may be any text
        return hmac.compare_digest(admitted, self._house.secret.encode())

    def _answered(self, leg: LegId) -> None:
        if leg in self._callers:
            self._callers[leg].answered()
        elif leg in self._agents:
            self._agent_leg(leg, lambda call, agent: call.agent_answered(agent))
        elif leg in self._keypads:
            self._keypads[leg].answered()
        elif leg in self._notices:
            self._notices[leg].answered()
        elif leg in self._supervisors:
            self._supervisors[leg].answered()

    def _digit(self, event: DigitReceived) -> None:
        if event.leg in self._callers:
            self._callers[event.leg].digit(event.digit)
        elif event.leg in self._keypads:
            self._keypads[event.leg].digit(event.digit)
        elif event.leg in self._notices:
            self._notices[event.leg].digit(event.digit)
        elif event.leg in self._supervisors:
            self._supervisors[event.leg].digit(event.digit)
        elif event.leg in self._agents:
            self._agent_leg(event.leg, lambda call, agent: agent.digit(event.digit))

    def _ended(self, event: LegEnded) -> None:
        if event.leg in self._callers:
            call = self._callers.pop(event.leg)
            del self.calls[call.id]
            call.caller_gone(event.cause, event.by_peer)
        elif event.leg in self._keypads:
            self._keypads.pop(event.leg).ended()
        elif event.leg in self._notices:
            self._notices.pop(event.leg).ended()
        elif event.leg in self._supervisors:
            self._supervisors.pop(event.leg).gone()
        elif event.leg in self._agents:
            self._agent_leg(event.leg, lambda call, agent: call.agent_gone(agent, event.cause))
            del self._agents[event.leg]

    def _agent_leg(self, leg: LegId, do: Callable[[Any, Any], None]) -> None:
        """Do something with the call and the agent's leg; nothing for one that is over."""
        call = self._agents[leg]
        if (agent := call.agent_leg(leg)) is not None:
            do(call, agent)

    # Control.

    async def message(self, envelope: Envelope) -> None:
        """Obey one message of control, once."""
        if envelope.id in self._seen:
            return
        self._seen[envelope.id] = None
        if len(self._seen) > SEEN_LIMIT:
            self._seen.popitem(last=False)
        value = envelope.open()
        obey = self._obey.get(type(value))
        if obey is None:
            log.info("media.ignored", type=envelope.type)
            return
        try:
            obey(value)
        except Exception:
            # Whatever is wrong with one order, the next must still be heard.
            log.exception("media.order_failed", type=envelope.type, call=envelope.call)

    async def peer(self, event: PeerUp | PeerDown) -> None:
        """Control is there (again): say what we hold, behind all that was kept to send."""
        if isinstance(event, PeerUp):
            self._house.tell(self._held())
            self.standing.here()
            self.out.here()

    def drain(self) -> None:
        """Begin nothing new; what runs goes on to its end."""
        self.draining = self.out.draining = self.back.draining = True
        self.out.here()
        self._house.tell(self._held())

    def _held(self) -> acd.CallsHeld:
        held = self._all()
        offers = (offer for call in held.values() for offer in call.offers)
        return acd.CallsHeld(
            self._house.name,
            self._house.epoch,
            waiting=(*(n for n, call in held.items() if call.waiting), *self.first.waiting),
            offers=tuple(dict.fromkeys((*offers, *self.back.offers, *self.first.offers))),
            draining=self.draining,
        )

    def _all(self) -> dict[str, LiveCall | Second]:
        """Calls, consultations about them, and those whose caller has gone, by their names."""
        consulted = (call.contact.second for call in self.calls.values() if call.contact)
        every = (*self.calls.values(), *self._agents.values(), *consulted)
        return {call.id: call for call in every if call is not None}

    def _named(self, name: str) -> LiveCall | Consult | None:
        """A call, or a consultation about one."""
        call = self.calls.get(CallId(house_messages.call_of(name)))
        return call.named(name) if call is not None else None

    def _place_offer(self, order: acd.PlaceOffer) -> None:
        if self.first.offer(order):
            return
        call = self._named(order.call)
        if call is None or not call.may_ring:
            raced = call is not None and call.waiting
            why = "caller_gone" if call is None else "lost_race" if raced else "error"
            self._house.tell(acd.OfferFailed(order.offer, why), order.call)  # type: ignore[arg-type]
            return
        standing = self.standing.of(order.agent)
        if (agent := call.offer(order, standing)) is not None:
            self._agents[agent.leg] = call

    def _withdraw_offer(self, order: acd.WithdrawOffer) -> None:
        # By offer: after a restart the ACD may withdraw one whose call it no longer knows.
        self.back.withdraw(order.offer)
        self.first.withdraw(order.offer)
        for call in self._all().values():
            call.withdraw(order.offer)

    def _tell_position(self, told: acd.TellPosition) -> None:
        if (call := self.calls.get(CallId(told.call))) is not None and call.waiting:
            call.position(told)

    def _release(self, order: acd.ReleaseCall) -> None:
        self.first.release(order.call)
        if (call := self._named(order.call)) is not None and call.waiting:
            if isinstance(call, LiveCall):
                passing.waits_in(call, order.queue)
            call.released(order.why)

    def _hand_on(self, order: house_messages.HandOn) -> None:
        if (call := self.calls.get(CallId(order.call))) is not None:
            call.hand_on(order.offer, order.queue)

    def _wish(self, order: house_messages.ContactWish) -> None:
        call = self._all().get(order.call)  # its caller may have gone
        if isinstance(call, LiveCall) and call.contact is not None:
            call.contact.ask(order.wish, order.offer)

    def _give_task(self, order: house_messages.GiveTask) -> None:
        if (call := self.calls.get(CallId(order.call))) is not None:
            passing.give_task(call, order)

    def _consult(self, order: house_messages.ConsultOrder) -> None:
        call = self.calls.get(CallId(order.call))
        if call is None or call.contact is None:
            return
        second = call.contact.consult(order)
        if isinstance(second, Outside):
            self._agents[second.leg.leg] = second

    def _supervise(self, order: house_messages.Supervise) -> None:
        call = self.calls.get(CallId(house_messages.call_of(order.call)))
        if call is None or call.contact is None or call.contact.supervising is not None:
            return  # over meanwhile, or somebody is there already
        third = Supervising(order, call, self._house)
        if third.place():
            call.contact.supervising = self._supervisors[third.leg] = third

    def _token(self, made: house_messages.TokenMade) -> None:
        call = self.calls.get(CallId(made.call))
        if call is not None and call.referral is not None:
            call.referral.token(made.token)

    def _caller_known(self, known: house_messages.CallerKnown) -> None:
        if (call := self.calls.get(CallId(known.call))) is not None:
            call.caller_known(known.earlier)

    def _caller_named(self, named: CallerNamed) -> None:
        if (call := self.calls.get(CallId(named.call))) is not None:
            call.recorded_name = named.name

    def _say_on_leg(self, order: house_messages.SayOnLeg) -> None:
        if (leg := self._keypads.get(LegId(order.leg))) is not None:
            leg.say(order.say, order.text)

    def _hang_up_leg(self, order: house_messages.HangUpLeg) -> None:
        if (leg := self._keypads.get(LegId(order.leg))) is not None:
            leg.hang_up()
