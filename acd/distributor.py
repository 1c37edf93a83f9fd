"""The one core of a centre that owns agents, waiting calls and offers. PURE.

Theory of operation. Every event changes rows on the floor (`floor.py`); then one match cycle runs
over all queues. Between events this always holds: *no free agent could take an open call*. So a
cycle looks only at pairs in which something is fresh: an agent who became free, or a call that
became open, and it comes to the same matches as a look at all pairs (a test holds it to that).

Every change of time is a timer that changes a row (a back-off ends: `not_before` becomes 0), so
matching itself needs no clock. The rows are the whole truth: `restore` on the rows of an earlier
life makes the same distributor again.

Stale events (an offer that is over, a call that left, the same thing said twice) change nothing and
are counted. Here are the events of calls and media processes; `wishes.py` has those of agents and
`reactions.py` what several of them share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from acd import agent as agents
from acd.config import CentreConfig
from acd.cycle import Cycle
from acd.leaving import Leaving
from acd.matching import MatchDecision, decide
from acd.messages import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentNotReady,
    AgentReady,
    Bridged,
    CallbackAsked,
    CallbackDropped,
    CallerLeft,
    CallQueued,
    CallsHeld,
    CallsOutRinging,
    ContactEnded,
    ContactJoined,
    ContactMoved,
    CustomerNotReached,
    CustomerReached,
    DeviceChanged,
    MediaLost,
    OfferAnswered,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    WrapUpEnded,
    WrapUpExtended,
)
from acd.offer import expired, progress
from acd.reconcile import compare
from acd.records import OfferRecord, OfferState, WaitingRecord
from acd.staff import StaffKnown
from acd.wishes import Wishes
from kernel.core import Change
from kernel.errors import IllegalTransition
from kernel.ids import Chance, random_hex


class Distributor(Wishes, Leaving, Cycle):
    """A `kernel.core.DurableCore`. `chance` names the offers."""

    def __init__(self, config: CentreConfig, chance: Chance = random_hex) -> None:
        super().__init__(config, chance)
        self._handlers: dict[type, Callable[[Any, float], None]] = {
            CallQueued: self._call_queued,
            CallerLeft: self._caller_left,
            OfferRinging: self._progress,
            OfferAnswered: self._progress,
            Bridged: self._progress,
            OfferFailed: self._offer_failed,
            ContactEnded: self._contact_ended,
            ContactMoved: self._contact_moved,
            ContactJoined: self._contact_joined,
            CallsHeld: self._calls_held,
            MediaLost: self._media_lost,
            CallbackAsked: self.callback_asked,
            CallbackDropped: self.callback_dropped,
            CustomerReached: self.customer_reached,
            CustomerNotReached: self.customer_not_reached,
            AgentLoggedIn: self.logged_in,
            AgentLoggedOut: self.logged_out,
            AgentReady: self.ready,
            AgentNotReady: self.not_ready,
            WrapUpEnded: self.wrap_up_ended,
            WrapUpExtended: self.wrap_up_extended,
            OfferDeclined: self.declined,
            DeviceChanged: self.device_changed,
            CallsOutRinging: self.calls_out_ringing,
            StaffKnown: self.staff_known,
        }
        self._due: dict[str, Callable[..., None]] = {
            "lease": self._lease_ended,
            "wrap_up": self.wrap_up_over,
            "back_off": self.back_off_over,
            "again": self._may_have_it_again,
            "step": self.open_up,
            "limit": self.limit,
            "callback": self.callback_due,
            "seat": lambda key, now: self.floor.drop_seat(key),
            "media": self._never_heard,
            "adrift": self._adrift,
            "level": self.floor.levels.ages,
        }

    # --- the verbs

    def receive(self, event: object, now: float) -> None:
        """Take one event of `acd/messages.py`. Raises IllegalTransition, changing nothing."""
        handler = self._handlers.get(type(event))
        if handler is None:
            raise IllegalTransition("distributor", "any", event)
        self.floor.now = now
        handler(event, now)
        self.match(now)
        self.look_where_nobody_is(now)

    def next_timer(self) -> float | None:
        """When something is due next."""
        times = (self.floor.timers.next(), self.tell_due())
        return min((due for due in times if due is not None), default=None)

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self.floor.now = now
        while (name := self.floor.timers.pop_due(now)) is not None:
            self._due[name[0]](*name[1:], now)
        self.tell_some(now)
        self.match(now)
        self.look_where_nobody_is(now)

    def commands(self) -> list[object]:
        """What to send, in order."""
        commands, self._commands = self._commands, []
        return commands

    def changes(self) -> Sequence[Change]:
        """Rows, journal and facts."""
        return self.floor.changes()

    def restore(self, records: Iterable[object], now: float) -> None:
        """Take up the rows of an earlier life; before the first event.

        Offers get `restart_grace` at least, and calls wait for word from their media process: what
        happened while we were away is on its way to us.
        """
        for record in records:
            self.floor.load(record)
        self.staffing_known(now)
        timers = self.floor.timers
        for offer in self.floor.offers.values():
            lease = max(offer.lease, now + self.config.restart_grace)
            timers.set(("lease", offer.offer), lease)
        for media, epoch in self.floor.unheard:
            timers.set(("media", media, epoch), now + self.config.reconnect_seconds)
        for call in self.floor.waiting.values():
            if call.away:
                timers.set(("callback", call.call), now)
            elif self.config.queue(call.queue) is None:
                timers.set(("adrift", call.call), now)
            timers.set(("step", call.call), now)
            timers.set(("limit", call.call), now)

    def explain(self, call: str, now: float) -> MatchDecision | None:
        """What a match would find for a waiting call now, and why not; None when none waits."""
        record = self.floor.waiting.get(call)
        if record is None:
            return None
        agents_of = self.floor.agents_of(record.queue)
        return decide(record, agents_of, self.terms(record, now))

    # --- calls

    def _call_queued(self, event: CallQueued, now: float) -> None:
        known = event.call in self.floor.waiting or event.call in self.floor.talking
        life = (event.media, event.epoch)
        if known or life in self.lost or life in self.superseded:
            return self.stale()
        self.heard(event.media, event.epoch)
        queue = self.config.queue(event.queue)
        if queue is None:
            return self.release(event, f"no queue {event.queue}")
        if queue.client != event.client:
            why = f"{event.queue} is another client's"
            return self.release(event, why)
        caller = "" if event.consult else event.caller
        kept = self.take_up(event.client, event.queue, caller, now)
        self.join(event, now, kept)
        self.enter(self.floor.waiting[event.call], queue, now)

    def _caller_left(self, event: CallerLeft, now: float) -> None:
        talking = self.floor.talking.get(event.call)
        call = self.floor.waiting.get(event.call)
        if talking is not None:
            by = "lost" if event.why == "lost" else "caller"
            self.end_contact(self.floor.offers[talking], by, now)
        elif call is not None:
            if call.away:
                return self.stale()
            self.leave(call, event.why, now, withdraw=True, by=event.by)
        else:
            self.stale()
        return None

    # --- offers

    def _progress(self, event: OfferRinging | OfferAnswered | Bridged, now: float) -> None:
        offer = self.floor.offers.get(event.offer)
        if offer is None:
            return self.stale()
        ring, dial = self.ring_timeout(offer.queue), self.dial_seconds(offer)
        further = progress(offer, event, ring, self.config, now, dial)
        if further is None:
            return self.stale()
        agent = agents.moves(self.floor.agents[offer.agent], event, now)  # it may refuse
        if further.state in (OfferState.ANSWERED, OfferState.BRIDGED):
            self.dialling(offer)
            self.won(offer, now)
        if further.state is OfferState.ANSWERED:
            agent = agents.answered(agent, now - offer.made)
        self.floor.put_offer(further, type(event).__name__)
        self.floor.put_agent(agent, type(event).__name__, offer.call)
        if further.state is OfferState.BRIDGED:
            self.bridged(offer, now)

    def _offer_failed(self, event: OfferFailed, now: float) -> None:
        offer = self.floor.offers.get(event.offer)
        if offer is None:
            return self.stale()
        if offer.state is OfferState.BRIDGED:
            raise IllegalTransition("offer", offer.state, event)
        call = self.floor.waiting[offer.call]
        if event.why == "caller_gone" and not call.away:
            self.leave(call, "hang_up", now, withdraw=False)
        else:
            self.end_offer(offer, event.why, event.why, now, withdraw=False)

    def _contact_ended(self, event: ContactEnded, now: float) -> None:
        offer = self.floor.offers.get(event.offer)
        if offer is None:
            return self.stale()
        self.end_contact(offer, event.by, now)

    def _contact_moved(self, event: ContactMoved, now: float) -> None:
        offer = self.floor.offers.get(event.offer)
        if offer is None or offer.state is not OfferState.BRIDGED:
            return self.stale()
        further = replace(offer, talk=event.talk, paused=event.paused)
        if further == offer:
            return self.stale()
        self.floor.put_offer(further, event.talk)
        agent = agents.in_contact(self.floor.agents[offer.agent], event.talk, now)
        return self.floor.put_agent(agent, event.talk, offer.call)

    def _contact_joined(self, event: ContactJoined, now: float) -> None:
        offer = self.floor.offers.get(event.offer)
        if offer is None or offer.state is not OfferState.BRIDGED or offer.call == event.call:
            return self.stale()
        self.floor.talking.pop(offer.call, None)
        before = "talking" if event.call in self.floor.talking else ""
        own = replace(offer, call=event.call, talk="", consult="")
        self.floor.put_offer(own, f"joins {event.call}")
        self._call_moved(offer.call, "talking", "ended", f"joins {event.call}", offer)
        self._call_moved(event.call, before, "talking", f"{offer.offer} was asked", own)
        agent = agents.in_contact(self.floor.agents[offer.agent], "talking", now)
        return self.floor.put_agent(agents.joined(agent, event.call), "joined", event.call)

    def _lease_ended(self, name: str, now: float) -> None:
        offer = self.floor.offers[name]
        self.counts["leases"] += 1
        if offer.state is OfferState.BRIDGED:
            # No WithdrawOffer: should they still talk, they are not cut off for our doubt.
            self.end_contact(offer, "lost", now)
        else:
            self.end_offer(offer, expired(offer), "lease ended", now, withdraw=True)

    # --- media processes

    def _calls_held(self, event: CallsHeld, now: float) -> None:
        if (event.media, event.epoch) in self.superseded:
            return self.stale()
        found = compare(event, self.floor.waiting.values(), self.floor.offers.values())
        self.only_life(event.media, event.epoch)
        for offer in found.lost_offers:
            self._offer_lost(offer, now)
        for name in found.lost_calls:
            self._call_lost(self.floor.waiting[name], now, withdraw=True)
        for name in found.moved:
            self.floor.put_call(replace(self.floor.waiting[name], epoch=event.epoch))
        for name in found.unknown_offers:
            self.withdraw(name, event.media, "", "not known here")
        for name in found.unknown_calls:
            self.release_unknown(name, event.media)
        self.heard(event.media, event.epoch)
        if event.draining:
            self.floor.media.pop(event.media, None)
        else:
            self.floor.media_there(event.media, event.epoch)

    def _call_lost(self, call: WaitingRecord, now: float, *, withdraw: bool) -> None:
        if call.callback is not None:
            self.cut_off(call, now)
        else:
            self.leave(call, "lost", now, withdraw=withdraw)

    def _offer_lost(self, offer: OfferRecord, now: float) -> None:
        if offer.state is OfferState.BRIDGED:
            self.end_contact(offer, "lost", now)
        else:
            self.end_offer(offer, "withdrawn", "not held any more", now, withdraw=True)

    def _media_lost(self, event: MediaLost, now: float) -> None:
        life = (event.media, event.epoch)
        if life in self.lost or life in self.superseded:
            return self.stale()
        self.lost.add(life)
        self.floor.unheard.discard(life)
        self.floor.timers.cancel(("media", *life))
        if self.floor.media.get(event.media) == event.epoch:
            del self.floor.media[event.media]
        for call in list(self.floor.waiting.values()):
            if (call.media, call.epoch) == life:
                self._call_lost(call, now, withdraw=False)
        for offer in list(self.floor.offers.values()):
            if (offer.media, offer.epoch) == life and offer.offer in self.floor.offers:
                self._offer_lost(offer, now)

    def _never_heard(self, media: str, epoch: str, now: float) -> None:
        self._media_lost(MediaLost(media, epoch), now)

    def _adrift(self, name: str, now: float) -> None:
        self.adrift(self.floor.waiting[name], now)

    def _may_have_it_again(self, name: str, now: float) -> None:
        call = self.floor.waiting[name]
        still = tuple(refused for refused in call.refused if refused.until > now)
        self.floor.put_call(replace(call, refused=still))
