"""The distributor's events about callers who are called back. PURE.

`callback.py` says what a callback is; here are the moves. A place keeps its row in the line all the
while, so matching, skills, position and the estimate of those behind it know no difference.
"""

from __future__ import annotations

from dataclasses import replace

from acd.callback import SOON, CallbackPlan, CallbackTerms, kept_until, planned, until
from acd.floor import NOWHERE, booking
from acd.matching import MatchDecision
from acd.messages import (
    CallbackAsked,
    CallbackBooked,
    CallbackDropped,
    CallbackRefused,
    CustomerNotReached,
    CustomerReached,
    PlaceCallback,
)
from acd.reactions import Reactions
from acd.records import AgentRecord, OfferRecord, OfferState, WaitingRecord, seat_key
from kernel.errors import IllegalTransition

NO_TERMS = CallbackTerms()


class Callbacks(Reactions):
    """Places of callers who are not on the line."""

    # --- asked for, and taken back

    def callback_asked(self, event: CallbackAsked, now: float) -> None:
        """A waiting caller wants to be called back."""
        if event.callback in self.floor.waiting:  # told before, and the answer was lost
            return self._booked(event)
        call = self.floor.waiting.get(event.call)
        if call is None or call.callback is not None:
            return self.stale()
        if call.queue not in self._queues or self._queues[call.queue].callback is None:
            return self._refuse(event, "not_here")
        if call.offer:
            return self._refuse(event, "ringing")
        return self._book(event, call, now)

    def _book(self, event: CallbackAsked, call: WaitingRecord, now: float) -> None:
        self.counts["callbacks"] += 1
        self.floor.drop_call(call, "callback")
        self._call_moved(call.call, "waiting", "callback", event.callback, call)
        expires = kept_until(self._callback_terms(call), now)
        plan = CallbackPlan(call.call, now, event.number, call.queued, expires)
        place = replace(
            call, call=event.callback, media="", epoch="", queued=now, refused=(), told=0,
            foretold=None, offered=0, callback=plan, limit="", limit_until=0.0,
        )  # fmt: skip
        older = self.floor.waiting.get(self.floor.booked.get(booking(place), ""))
        if older is not None and (older.joined, older.seq) <= (place.joined, place.seq):
            self.floor.book.doubled(place, now)
            self._call_moved(event.callback, "", "duplicate", older.call, place)
        else:
            if older is not None:
                self._take_away(older, "merged", event.callback, now)
            place = self._opened_up(place, now)
            self.floor.put_call(place)
            self._call_moved(event.callback, "", "booked", f"of {call.call}", place)
            self._look_at_plan(place, now)
        return self._booked(event)

    def _booked(self, event: CallbackAsked) -> None:
        self._commands.append(CallbackBooked(event.call, event.media, event.callback))

    def _refuse(self, event: CallbackAsked, why: str) -> None:
        self.counts["callbacks_refused"] += 1
        self._commands.append(CallbackRefused(event.call, event.media, why))  # type: ignore[arg-type]

    def callback_dropped(self, event: CallbackDropped, now: float) -> None:
        """Nobody is to be called back there any more."""
        call = self.floor.waiting.get(event.callback)
        if call is None or not call.away:
            return self.stale()
        return self._take_away(call, "exit", event.why or "withdrawn", now)

    def take_up(self, client: str, queue: str, caller: str, now: float) -> WaitingRecord | None:
        """The place of a caller who calls again before we do; it is free from here on."""
        booked = self.floor.booked.get(seat_key(client, queue, caller), "") if caller else ""
        if not booked:
            return None
        place = self.floor.waiting[booked]
        self._take_away(place, "merged", "the caller called again", now)
        return place

    def _take_away(self, call: WaitingRecord, became: str, why: str, now: float) -> None:
        """A place leaves the line, and an offer of it ends."""
        before = "offered" if call.offer else "booked"
        self.floor.drop_call(call, became)
        self._call_moved(call.call, before, became, why, call)
        for name in call.all_offers:
            self.end_offer(self.floor.offers[name], "withdrawn", why, now, withdraw=True)

    # --- time

    def callback_due(self, name: str, now: float) -> None:
        """A pause is over, hours begin or end, or it was kept for long enough."""
        call = self.floor.waiting[name]
        if call.away and not call.offer:
            self._look_at_plan(call, now)

    def _look_at_plan(self, call: WaitingRecord, now: float) -> None:
        assert call.callback is not None
        if self.config.queue(call.queue) is None:
            return self._take_away(call, "exit", f"no queue {call.queue}", now)
        if call.callback.expires <= now:
            return self._take_away(call, "expired", "kept for long enough", now)
        plan, due = planned(call.callback, self._callback_terms(call), now)
        if plan != call.callback:
            self.floor.put_call(replace(call, callback=plan))
        return self.floor.timers.set(("callback", call.call), due)

    def _callback_terms(self, call: WaitingRecord) -> CallbackTerms:
        queue = self._queues.get(call.queue)
        return queue.callback or NO_TERMS if queue else NO_TERMS

    # --- the call

    def place_callback(
        self, call: WaitingRecord, agent: AgentRecord, decision: MatchDecision, now: float
    ) -> None:
        """Offer a place to an agent: somebody will be called."""
        assert call.callback is not None
        terms, ring = self._callback_terms(call), self.ring_timeout(call.queue)
        media = self._least_busy()
        held = replace(call, media=media, epoch=self.floor.media[media])
        dial = terms.ring if terms.first == "customer" else 0.0
        offer = self.make_offer(held, agent, ring + dial, decision, now)
        plan = call.callback
        if terms.first == "customer":
            plan = replace(plan, attempts=plan.attempts + 1, offer=offer.offer)
        self.floor.put_call(
            replace(call, offer=offer.offer, offered=call.offered + 1, callback=plan)
        )
        self._call_moved(call.call, "booked", "offered", offer.offer, call)
        self._commands.append(
            PlaceCallback(
                offer.offer, call.call, agent.agent, agent.contact, media, held.epoch, call.client,
                call.queue, terms.first, ring, terms.ring,
                min(until(terms, plan.expires, now), offer.lease + terms.ring), call.joined,
            )
        )  # fmt: skip

    def _least_busy(self) -> str:
        """The media process with the fewest offers; by name among equals."""
        busy = [offer.media for offer in self.floor.offers.values()]
        return min(sorted(self.floor.media), key=busy.count)

    def dial_seconds(self, offer: OfferRecord) -> float:
        """How long somebody's telephone rings once the agent answered; 0: they are here."""
        call = self.floor.waiting.get(offer.call)
        if call is not None and call.dial_seconds:
            return call.dial_seconds
        return self._callback_terms(call).ring if call is not None and call.away else 0.0

    def dialling(self, offer: OfferRecord) -> None:
        """The agent answered, so the telephone of a caller who is away rings."""
        call = self.floor.waiting.get(offer.call)
        if call is None or call.callback is None or not call.away:
            return
        plan = call.callback
        if plan.offer != offer.offer:
            plan = replace(plan, attempts=plan.attempts + 1, offer=offer.offer)
            self.floor.put_call(replace(call, callback=plan))

    def customer_reached(self, event: CustomerReached, now: float) -> None:
        """Customer first: the caller waits on the line, and is a waiting caller like any other."""
        call = self.floor.waiting.get(event.call)
        life = (event.media, event.epoch)
        if call is None or not call.away or life in self.lost or life in self.superseded:
            if call is None and event.call not in self.floor.talking:
                return self.release_unknown(event.call, event.media)
            return self.stale()
        assert call.callback is not None
        offer = self.floor.offers.get(event.offer)
        plan = replace(call.callback, here=True, not_before=0.0, offer=event.offer)
        self.floor.timers.cancel(("callback", call.call))
        self.floor.put_call(replace(call, media=event.media, epoch=event.epoch, callback=plan))
        self._call_moved(call.call, "booked", "reached", event.offer, call)
        if offer is not None and offer.state is OfferState.PLACED:
            ring = self.ring_timeout(call.queue)
            lease = now + ring + self.config.lease_margin
            self.floor.put_offer(replace(offer, lease=lease), "the caller answered")
        return None

    def customer_not_reached(self, event: CustomerNotReached, now: float) -> None:
        """The caller was not had; the agent is free, and it is tried again later."""
        offer = self.floor.offers.get(event.offer)
        if offer is None:
            return self.stale()
        if offer.state is OfferState.BRIDGED:
            raise IllegalTransition("offer", offer.state, event)
        self.dialling(offer)
        why = f"not reached: {event.why}"
        return self.end_offer(offer, "not_reached", why, now, withdraw=False)

    def back_in_place(self, call: WaitingRecord, offer: OfferRecord, now: float) -> None:
        """An offer of a place came to nothing."""
        plan, terms = call.callback, self._callback_terms(call)
        assert plan is not None
        if plan.offer != offer.offer:  # the caller's telephone did not ring
            return self._look_at_plan(call, now)
        if plan.attempts >= terms.attempts:
            return self._take_away(call, "failed", f"{plan.attempts} attempts", now)
        plan = replace(plan, pause=now + terms.retry, offer="")
        return self._look_at_plan(replace(call, callback=plan), now)

    def cut_off(self, call: WaitingRecord, now: float) -> None:
        """A fault of ours cut off a caller who had been reached: called again in a moment."""
        assert call.callback is not None
        for name in call.all_offers:
            self.end_offer(self.floor.offers[name], "withdrawn", "lost", now, withdraw=True)
        call = self.floor.waiting[call.call]
        if call.callback is None or call.callback.attempts >= self._callback_terms(call).attempts:
            return self.leave(call, "lost", now, withdraw=False)
        plan = replace(call.callback, here=False, pause=now + SOON, offer="")
        media, epoch = NOWHERE
        away = replace(call, media=media, epoch=epoch, callback=plan)
        self.floor.tells.cancel(call.call)
        self._call_moved(call.call, "reached", "booked", "lost", call)
        return self._look_at_plan(away, now)
