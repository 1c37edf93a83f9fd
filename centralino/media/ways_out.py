"""A waiting caller's ways out of the queue by wish, and the way back in of who is called back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from acd import messages as acd
from centralino.callback_messages import CallbackAsked
from centralino.media.calling_back import CallingBack
from centralino.media.voicemail import take_message
from kernel.ids import OfferId, new_id
from telephony import call as states
from voicebot import events
from voicebot.leaving import By, Wish

if TYPE_CHECKING:
    from centralino.media.live_call import LiveCall


def position_told(call: LiveCall, told: acd.TellPosition) -> events.PositionTold:
    """Where the caller stands, and what ways there are out of this queue."""
    queue = call.house.config.queue(call.packet.queue) if call.packet else None
    ways = {Wish.CALLBACK} if told.callback else set()
    if queue is not None and queue.voicemail:
        ways.add(Wish.MESSAGE)
    wait = (told.low, told.high) if told.high else None
    return events.PositionTold(
        told.position, told.waiting, told.agents, wait, frozenset(ways), told.callback == "offer",
        told.limit,
    )  # fmt: skip


def leave_by_wish(call: LiveCall, wish: Wish, by: By, number: str) -> None:
    """Do what the waiting caller wants; nothing where there is no waiting any more."""
    packet = call.packet
    if packet is None or not call.may_ring:
        return
    call.house.live({"call": call.id, "wish": wish.value, "by": by})
    if wish is Wish.CALLBACK:
        return _ask_for_callback(call, number)
    if wish is Wish.NOTHING:
        return _sent_back(call)
    call.drop_agents()
    call.waited = call.waits()
    queue = call.house.config.queue(packet.queue)
    if wish is Wish.MESSAGE and queue is not None:
        call.house.tell(acd.CallerLeft(call.id, "voicemail", by), call.id)
        return take_message(call, queue)
    call.house.tell(acd.CallerLeft(call.id, "exit", by), call.id)
    return call.move(states.Returned(states.Outcome.ABANDONED))


def _sent_back(call: LiveCall) -> None:
    """Who may not wait wants no callback: a message, or the bot goes on."""
    queue = call.house.config.queue(call.packet.queue) if call.packet else None
    why: Literal["voicemail", "sent_back"] = "sent_back"
    if queue is not None and queue.voicemail:
        why = "voicemail"
    call.house.tell(acd.CallerLeft(call.id, why), call.id)
    call.released(call.limit)


def _ask_for_callback(call: LiveCall, number: str) -> None:
    assert call.packet is not None
    house = call.house
    callback = new_id("call", house.chance)
    packet = replace(
        call.packet, call=callback, earlier=(*call.packet.earlier, call.id)
    ).with_waited(call.waits())
    call.booking = True
    asked = CallbackAsked(
        call.id, callback, call.line.client, number or call.offered.from_uri, house.name, packet
    )
    house.tell(asked, call.id)


def booked(call: LiveCall) -> None:
    """The queue will call back: the caller is told, and the call ends."""
    if call.booking and call.may_ring:
        call.booking = False
        call.waited = call.waits()
        call.drop_agents()
        call.move(states.Returned(states.Outcome.CALLBACK))
        call.notify(events.CallbackBooked())


def not_booked(call: LiveCall, why: str) -> None:
    """The caller waits on."""
    if call.booking:
        call.booking = False
        call.notify(events.CallbackRefused(why))


def rejoin(call: LiveCall, back: CallingBack) -> None:
    """Who was called back is there: with the agent who waits, or in the line until one answers."""
    house, order = call.house, back.order
    call.queued_at = order.joined
    call.move(states.Queued(order.queue))
    house.live({"call": call.id, "queued": order.queue, "reason": "callback", "priority": 0})
    if back.agent is None:
        reached = acd.CustomerReached(order.offer, call.id, house.name, house.epoch)
        house.tell(reached, call.id)
    # What the hand-over ordered is carried out first: music, for one.
    house.spawn(_go_on(call, back), f"go on {call.id}")


def gone_before(call: LiveCall) -> None:
    """Who was called back hung up before the line or the agent had them: not reached."""
    if call.back is not None and call.packet is None:
        call.drop_agents()
        order = call.back.order
        call.house.tell(acd.CustomerNotReached(order.offer, "hung up"), call.id)


async def _go_on(call: LiveCall, back: CallingBack) -> None:
    agent, offer = back.agent, OfferId(back.order.offer)
    if agent is None:
        return back.ring(back.offer())
    if not call.waiting:
        return None
    if call.agent is not agent:  # gone meanwhile: the caller is there, and waits for another one
        reached = acd.CustomerReached(offer, call.id, call.house.name, call.house.epoch)
        return call.house.tell(reached, call.id)
    call.move(states.OfferPlaced(offer, agent.leg))
    call.move(states.OfferAnswered(offer))
    call.notify(events.AgentAnswered(offer))
    return call.join(agent)
