"""What becomes of a call when its contact with an agent ends, or changes hands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from centralino.media.legs import TalkLeg
from centralino.media.queued import Task, back, handed_on
from centralino.messages import GiveTask, PacketMade, RecordingPaused
from kernel.ids import OfferId
from kernel.packet import PacketSlot
from telephony import call as states
from voicebot import events
from voicebot.dialogue.flow import Route

if TYPE_CHECKING:
    from centralino.media.live_call import LiveCall


def back_in_queue(call: LiveCall, handed: bool, kept_for: str) -> None:
    """The contact is over and the caller waits: in the queue that the agent named, or in the one
    from before, where the time since the caller joined it counts as head start; `kept_for`: an
    agent who has the caller back first."""
    assert call.packet is not None
    to, call.hand_to = call.hand_to, ""
    if handed and isinstance(to, Task):
        return back_to_the_bot(call, to)
    call.contact = None
    old, cap = call.packet, call.house.config.acd.priority_cap
    new = handed_on(old, str(to)) if handed else back(old, call.waits(), cap)
    call.packet = new
    call.house.tell(PacketMade(new), call.id)
    call.queue(new, kept_for)
    call.notify(events.HandedOn(new.queue))
    return None


def waits_in(call: LiveCall, queue: str) -> None:
    """Where the call waits, as the ACD has it: it may have overflowed."""
    if call.packet is not None and queue not in ("", call.packet.queue):
        call.packet = replace(call.packet, queue=queue)
        call.house.tell(PacketMade(call.packet), call.id)
        call.house.live({"call": call.id, "overflowed": queue})


def give_task(call: LiveCall, order: GiveTask) -> None:
    """The agent has the bot do something; what is no task is answered by a tone."""
    contact, packet = call.contact, call.packet
    if contact is None or packet is None or contact.first.offer != order.offer:
        return
    if call.session is None:  # a campaign's call of agents: no conversation that could do it
        return contact.refuse()
    bot = call.line.bots.get(call.session.language, call.line.bot)
    intent = call.house.bots[bot].bot.flow.intents.get(order.task)
    if intent is None or not isinstance(intent.does, Route) or not intent.does.task:
        return contact.refuse()
    slots = tuple(PacketSlot(*slot, 1.0, True, "lookup") for slot in order.slots.items())
    task = Task(order.task, contact.first.agent, packet.queue, slots)
    return call.hand_on(order.offer, task)


def back_to_the_bot(call: LiveCall, task: Task) -> None:
    """The bot has the caller for one thing; then the caller goes back to the agent."""
    call.contact, call.task = None, task
    call.move(states.AgentLeft(call.state.offer or OfferId("")))
    call.house.live({"call": call.id, "task": task.intent})
    call.notify(events.TaskGiven(task.intent, task.queue, task.slots))


def part(call: LiveCall) -> None:
    """Who talked with the caller hung up: the conversation ends the call."""
    call.contact = None
    call.move(states.AgentLeft(call.state.offer or OfferId("")))
    call.notify(events.AgentLeft(call.joined))


def pass_to(call: LiveCall, leg: TalkLeg) -> None:
    """Another one has the caller now."""
    call.served_by = leg.agent or call.served_by
    call.move(states.Passed(OfferId(leg.offer), leg.leg))
    call.house.live({"call": call.id, "passed": leg.offer, "agent": leg.agent})


def pause_recording(call: LiveCall, on: bool, by: str) -> None:
    """An agent pauses the recording, or has it go on."""
    call.recording.pause(on)
    call.house.tell(RecordingPaused(call.id, call.line.client, by, on), call.id)
    call.house.live({"call": call.id, "recording": "paused" if on else "goes on"})
