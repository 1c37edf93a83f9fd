"""What happens to calls and offers, whoever caused it: the distributor's lower half. PURE."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Literal

from acd import agent as agents
from acd import offer as offers
from acd.blend import LAST_CONTACTS
from acd.blending import Blending
from acd.config import CentreConfig
from acd.estimate import Range, Said, to_say
from acd.floor import Floor
from acd.forecast import Forecast
from acd.matching import MatchDecision
from acd.messages import (
    CallQueued,
    ReleaseCall,
    TellPosition,
    WithdrawOffer,
)
from acd.offer import Failure
from acd.records import (
    AgentRecord,
    OfferRecord,
    OfferState,
    Refused,
    SeatRecord,
    State,
    WaitingRecord,
    seat_key,
)
from acd.staff import Staff
from acd.strategy import with_contact
from acd.subjects import Call, name_of_call, state_of
from acd.widening import next_step, widened
from kernel.ids import Chance, new_id

TELLS_AT_ONCE, LOOKS_AT_ONCE = 20, 100
TELL_LATER = 0.1  # seconds
"""Positions told, and looked at, in one step at most, and when the others are: each told one is a
row and a message, and a long line must not hold up an offer."""

Left = Literal["hang_up", "exit", "voicemail", "lost", "sent_back"]
LEFT = {"hang_up": "abandoned", "exit": "exited", "voicemail": "voicemail", "lost": "lost",
        "sent_back": "sent_back"}  # fmt: skip


class Reactions:
    """The floor, the commands, and the moves that several events share."""

    def __init__(self, config: CentreConfig, chance: Chance) -> None:
        self.config = config
        self.floor = Floor(config)
        self.counts: Counter[str] = Counter()
        """Since this life began; `stale` among them."""
        self.lost: set[tuple[str, str]] = set()
        """Lives of media processes that were called lost. Such a one may yet come back with
        `CallsHeld`; its callers are then released to their bots."""
        self.superseded: set[tuple[str, str]] = set()
        """Lives after which another began: all news from them is stale."""
        self.tells_from = 0.0
        """UTC seconds before which no position is told: the last step told as many as it may."""
        self._commands: list[object] = []
        self._chance = chance
        self.blending = Blending(self.floor)
        self.staff = Staff(self.floor.teams)
        self.forecast = Forecast(self.floor, {queue.id: queue for queue in config.queues})
        self._effects = offers.effects(config.back_off)
        self._queues = {queue.id: queue for queue in config.queues}

    def stale(self) -> None:
        """An event was about something no longer current."""
        self.counts["stale"] += 1

    def ring_timeout(self, queue: str) -> float:
        """Seconds of ringing for a queue's offers."""
        return self._queues[queue].ring_timeout if queue in self._queues else 0.0

    # --- a call comes and goes

    def join(self, event: CallQueued, now: float, kept: WaitingRecord | None = None) -> None:
        """A caller takes a place: the old one, if it was kept, or `kept` for a callback."""
        self.counts["queued"] += 1
        self.floor.seq += 1
        joined, seq = now, self.floor.seq
        self._comes_back(event, now)
        key = seat_key(event.client, event.queue, event.caller)
        if event.caller and not event.consult and key in self.floor.seats:
            joined, seq = self.floor.seats[key].joined, self.floor.seats[key].seq
            self.counts["resumed"] += 1
            self.floor.drop_seat(key)
        if kept is not None:
            joined, seq = min((joined, seq), (kept.joined, kept.seq))
        record = WaitingRecord(
            event.call, event.client, event.queue, event.caller, event.media, event.epoch,
            joined, now, seq, event.priority, event.required, event.preferred,
            event.intent, levels=event.levels, entered=joined,
            agent=self._keeps(event), consult=event.consult,
            agent_until=now + event.agent_seconds if event.agent_seconds else 0.0,
            outbound=event.outbound, dial_seconds=event.dial_seconds,
        )  # fmt: skip
        record = self._opened_up(record, now)
        self.floor.put_call(record)
        self.staff.count(record)
        why = "back to the kept place" if joined < now else "queued"
        self._call_moved(event.call, "", "waiting", and_more(why, record.lacks), event)

    def _comes_back(self, event: CallQueued, now: float) -> None:
        """A call for which somebody still writes notes is no work after the call, but the call."""
        agent = self.floor.agents.get(event.agent)
        if agent is not None and agent.state is State.WRAP_UP and agent.call == event.call:
            self.rested(agent, agents.wrapped_up(agent, now), "the call comes back", now)

    def _keeps(self, event: CallQueued) -> str:
        """For whom a call is kept: for a while only where that agent is at work."""
        agent = self.floor.agents.get(event.agent)
        lasting = not event.agent_seconds
        return event.agent if lasting or (agent is not None and agent.present) else ""

    def open_up(self, name: str, now: float) -> None:
        """Give a call what its wait has opened."""
        call = self.floor.waiting[name]
        opened = self._opened_up(call, now)
        if opened != call:
            self.floor.put_call(opened)
            if opened.relaxed != call.relaxed:
                state = state_of(call)
                why = opened.relaxed or "all that it asks for is had again"
                self._call_moved(name, state, state, why, call)

    def look_at_skills(self, now: float) -> None:
        """Who could serve the calls is told anew: some ask for what nobody has, or no more so."""
        for call in list(self.floor.waiting.values()):
            if call.required:
                self.open_up(call.call, now)

    def _opened_up(self, call: WaitingRecord, now: float) -> WaitingRecord:
        call = self.staff.fitted(call)
        queue = self._queues.get(call.queue)
        if queue is None or not (queue.tier_waits or queue.relax or call.agent_until):
            return call
        if (due := next_step(call, queue, now)) is not None:
            self.floor.timers.set(("step", call.call), due)
        return widened(call, queue, now)

    def leave(
        self, call: WaitingRecord, why: Left, now: float, *, withdraw: bool, by: str = ""
    ) -> None:
        """A caller is gone from the queue; an offer of the call ends with it. Who hangs up after a
        limit has been told was sent back by it, and has abandoned nothing."""
        if why == "hang_up" and call.limit:
            why = "sent_back"
        self.counts[LEFT[why]] += 1
        self.floor.drop_call(call, why, by=by)
        before = "offered" if call.offer else "waiting"
        after = "lost" if why == "lost" else "left"
        self._call_moved(call.call, before, after, why, call)
        for name in call.all_offers:
            offer = self.floor.offers[name]
            self.end_offer(offer, "caller_gone", "caller gone", now, withdraw=withdraw)
        if why in ("hang_up", "lost"):
            keep = self.config.redial_seconds if why == "hang_up" else self.config.seat_seconds
            self._keep_seat(call, keep, now)

    def _keep_seat(self, of: WaitingRecord | OfferRecord, seconds: float, now: float) -> None:
        if not of.caller or not seconds or of.consult:
            return
        queue = of.origin or of.queue
        seat = SeatRecord(of.client, queue, of.caller, of.joined, of.seq, now + seconds)
        kept = self.floor.seats.get(seat.key)
        if kept is not None:  # two calls of one number: the older place, the longer time
            older = min(seat, kept, key=lambda place: (place.joined, place.seq))
            seat = replace(older, expires=max(seat.expires, kept.expires))
        self.floor.put_seat(seat)

    def release(self, call: CallQueued | WaitingRecord, why: str, before: str = "") -> None:
        """Give a call back to its bot."""
        self.counts["released"] += 1
        queue = call.queue if isinstance(call, WaitingRecord) else ""
        self._commands.append(ReleaseCall(call.call, call.media, why, queue))
        self._call_moved(call.call, before, "released", why, call)

    def release_unknown(self, call: str, media: str) -> None:
        """The same with one that a media process holds, and of which nothing is known here."""
        self.counts["released"] += 1
        why = "not known here"
        self._commands.append(ReleaseCall(call, media, why))
        self.floor.note(f"call:{call}", "", "released", why, call, None)

    def adrift(self, call: WaitingRecord, now: float) -> None:
        """A call whose queue is no longer configured goes back to its bot."""
        self.leave(call, "exit", now, withdraw=True)
        self.release(call, f"no queue {call.queue}")

    # --- an offer comes and goes

    def make_offer(
        self, call: WaitingRecord, agent: AgentRecord, ring: float, decision: MatchDecision,
        now: float,
    ) -> OfferRecord:  # fmt: skip
        """Reserve an agent for a call; it may ring for so many seconds."""
        self.counts["offered"] += 1
        name = new_id("offer", self._chance)
        offer = offers.make(name, call, agent, ring, self.config.lease_margin, now)
        self.floor.put_offer(offer, decision.short())
        self.floor.put_agent(agents.reserved(agent, offer, now), "offered", call.call)
        return offer

    def back_in_place(self, call: WaitingRecord, offer: OfferRecord, now: float) -> None:
        """An offer of a place whose caller is away came to nothing (`callbacks.py`)."""
        raise NotImplementedError

    def end_offer(
        self, offer: OfferRecord, failure: Failure, why: str, now: float, *, withdraw: bool
    ) -> None:
        """An offer came to nothing: the agent by the table of failures, the call to its place."""
        self.counts["missed" if failure == "no_answer" else f"offer_{failure}"] += 1
        effect = self._effects[failure]
        if withdraw:
            self.withdraw(offer.offer, offer.media, offer.call, why)
        self.floor.drop_offer(offer, why)
        call = self.floor.waiting.get(offer.call)
        if call is not None:
            refused = tuple(r for r in call.refused if r.agent != offer.agent)
            if effect.same_call:
                refused += (Refused(offer.agent, now + effect.same_call),)
            left = [name for name in call.all_offers if name != offer.offer]
            first, also = (left[0], tuple(left[1:])) if left else ("", ())
            self.floor.put_call(replace(call, offer=first, also=also, refused=refused))
            if not left:
                self._back_in_line(self.floor.waiting[call.call], offer, why, now)
        agent = self.floor.agents[offer.agent]
        limit = self.config.back_off.error_limit
        self.floor.put_agent(agents.after_offer(agent, effect, limit, now), why, offer.call)

    def _back_in_line(self, call: WaitingRecord, offer: OfferRecord, why: str, now: float) -> None:
        state = "booked" if call.away else "waiting"
        self._call_moved(call.call, "offered", state, why, call)
        if call.away:
            return self.back_in_place(call, offer, now)
        self.floor.timers.set(("limit", call.call), now)
        if not call.told:  # the first offer came before a word of the place
            self.floor.tells.set(call.call, now)
        return None

    def won(self, offer: OfferRecord, now: float) -> None:
        """One of several agents at whom a call rang has it: the others' offers end."""
        call = self.floor.waiting[offer.call]
        for name in call.all_offers:
            if name != offer.offer:
                other = self.floor.offers[name]
                self.end_offer(other, "lost_race", "another was faster", now, withdraw=True)

    def withdraw(self, offer: str, media: str, call: str, why: str) -> None:
        """Tell the media process to stop ringing."""
        self._commands.append(WithdrawOffer(offer, media, call, why))

    def bridged(self, offer: OfferRecord, now: float) -> None:
        """Caller and agent talk: the call leaves its line."""
        self.counts["bridged"] += 1
        call = self.floor.waiting[offer.call]
        self.floor.drop_call(call, "answered", offer.agent)
        why = f"{offer.offer} waited={now - call.joined:.0f}s{_foretold(call, now)}"
        self._call_moved(offer.call, "offered", "talking", why, offer)

    def rested(self, before: AgentRecord, after: AgentRecord, why: str, now: float) -> None:
        """An agent has done with a contact, wrap-up and all: how long it took is learned."""
        self.floor.put_agent(after, why, before.call)
        for intent in dict.fromkeys((before.busy_intent, "")):
            row = self.forecast.learn(replace(before, busy_intent=intent), now)
            if row is not None:
                self.floor.put_handling(row)

    def end_contact(self, offer: OfferRecord, by: str, now: float) -> None:
        """Caller and agent no longer talk: wrap-up. A contact that we lost keeps its seat."""
        self.counts["contacts_lost" if by == "lost" else "contacts"] += 1
        call = self.floor.waiting.get(offer.call)
        if call is not None:  # its end came before word of its beginning
            self.won(offer, now)
            self.floor.drop_call(self.floor.waiting[offer.call], "answered", offer.agent)
        has_it = self.floor.talking.get(offer.call, offer.offer) == offer.offer
        self.floor.drop_offer(offer, f"ended by {by}")
        before, after = "offered" if call else "talking", "lost" if by == "lost" else "ended"
        left = self.floor.also_talks(offer.call)
        if has_it and left is not None:  # who asked, or was asked: their end will be told, too
            self.floor.talking[offer.call] = left.offer
        elif has_it:  # else somebody who was asked has the call already
            self._call_moved(offer.call, before, after, f"by {by}", offer)
        if by == "lost":
            self._keep_seat(offer, self.config.seat_seconds, now)
        queue = self._queues.get(offer.queue)
        wrap_up = queue.wrap_up_seconds if queue and not offer.consult else 0.0
        talk = now - offer.since if offer.state is OfferState.BRIDGED else 0.0
        window = self.config.fairness_seconds
        agent = with_contact(self.floor.agents[offer.agent], talk, window, now)
        if not offer.consult:
            agent = replace(agent, last=(*agent.last, offer.kind)[-LAST_CONTACTS:])
        free = agents.after_contact(agent, wrap_up, now)
        if wrap_up:
            self.floor.put_agent(free, f"ended by {by}", offer.call)
        else:
            self.rested(agent, free, f"ended by {by}", now)

    # --- telling, and media processes

    def tell_due(self) -> float | None:
        """When a position is to be looked at next."""
        due = self.floor.tells.next()
        return None if due is None else max(due, self.tells_from)

    def tell_some(self, now: float) -> None:
        """Tell callers their position where it changed, who waits longest for it first, and look
        again later.

        Looks are on whole seconds, so that a long line costs one wake-up a second.
        """
        told = 0
        again = math.ceil(now + self.config.position_seconds)
        for _ in range(LOOKS_AT_ONCE):
            due = self.tell_due()
            if due is None or due > now:
                return
            if told >= TELLS_AT_ONCE:
                break
            name = self.floor.tells.pop_due(now)
            assert name is not None
            call = self.floor.waiting[name]
            told += self.floor.open(call) and self._tell(call, now)
            self.floor.tells.set(name, again)
        self.tells_from = now + TELL_LATER

    def _tell(self, call: WaitingRecord, now: float) -> bool:
        """Whether there was something to tell."""
        position = self.floor.position(call)
        old = now - call.told_at >= self.config.estimate_seconds
        if call.limit or (position == call.told and not old):
            return False
        told, said = self._with_estimate(call, now)
        if position == call.told and said == call:
            return False
        self.floor.put_call(replace(said, told=position, told_at=now))
        able, line = self.floor.able(call), len(self.floor.lines[call.queue])
        self._commands.append(
            TellPosition(
                call.call,
                call.media,
                position,
                line,
                able,
                call.queue,
                told.low,
                told.high,
                self._may_be_called_back(call, told.high),
            )
        )
        return True

    def _may_be_called_back(self, call: WaitingRecord, high: float) -> Literal["", "may", "offer"]:
        queue = self._queues.get(call.queue)
        if queue is None or queue.callback is None or call.callback is not None:
            return ""
        return "offer" if 0 < queue.callback.offer_from <= high else "may"

    def _with_estimate(self, call: WaitingRecord, now: float) -> tuple[Range, WaitingRecord]:
        """What to say of the wait, and the row that remembers it."""
        found = self.forecast.of(call, now)
        if found is None:
            return Range(0.0, 0.0), call
        before = Said(call.said_low, call.said_high, call.said_raised) if call.said_high else None
        said = to_say(before, found)
        foretold = call.foretold or (now, found.low, found.high)
        return Range(said.low, said.high), replace(
            call, said_low=said.low, said_high=said.high, said_raised=said.raised,
            foretold=foretold,
        )  # fmt: skip

    def heard(self, media: str, epoch: str) -> None:
        """A life of a media process gave word: its calls may be offered."""
        life = (media, epoch)
        if life in self.floor.unheard:
            self.floor.unheard.discard(life)
            self.floor.timers.cancel(("media", media, epoch))
            calls = self.floor.waiting.values()
            self.floor.fresh_calls |= {
                call.call for call in calls if (call.media, call.epoch) == life
            }

    def only_life(self, media: str, epoch: str) -> None:
        """This is the life of that media process; every other is over."""
        known = {(call.media, call.epoch) for call in self.floor.waiting.values()}
        known |= {(offer.media, offer.epoch) for offer in self.floor.offers.values()}
        self.lost.discard((media, epoch))
        for life in known | self.floor.unheard | self.lost:
            if life[0] == media and life[1] != epoch:
                self.superseded.add(life)
                self.floor.unheard.discard(life)
                self.floor.timers.cancel(("media", *life))

    def _call_moved(self, call: str, before: str, after: str, why: str, of: Call) -> None:
        """A row of the journal."""
        self.floor.note(name_of_call(of), before, after, why, call, of.client)


def and_more(why: str, more: str) -> str:
    """A reason with a further one, where there is any."""
    return f"{why}; {more}" if more else why


def _foretold(call: WaitingRecord, now: float) -> str:
    """What had been foretold, against what came; for the journal."""
    if call.foretold is None:
        return ""
    at, low, high = call.foretold
    return f" foretold={low:.0f}-{high:.0f}s came={now - at:.0f}s"
