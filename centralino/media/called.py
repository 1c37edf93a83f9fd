"""Somebody whom we called has answered, and is to talk with an agent: at once, or not at all.

No conversation has this call. It joins the campaign's queue at the answer, an agent whose leg is up
is bridged with a beep, and whoever placed the call takes it back where nobody comes in time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from acd import messages as acd
from centralino.config.model import Line
from centralino.media.house import House
from centralino.media.live_call import LiveCall
from kernel.ids import CallId, LegId
from kernel.packet import Packet, PacketSlot
from outbound.messages import PlaceCall
from outbound.records import call_of
from telephony import call as states
from telephony.media.tones import hold_music
from telephony.types import LegOffered
from voicebot import events

IN_TIME = 1.7
"""Seconds from the answer after which an agent comes too late: the law gives two, and the first
word of the drop message is to be heard within them (16 CFR 310.4(b)(4))."""


@dataclass
class CalledCall(LiveCall):
    """A call with an agent or with nobody."""

    whispers: bool = False
    nobody: Callable[[], None] = lambda: None
    """Called where the queue gives the call back."""

    def queued_as(self, packet: Packet, agent: str = "") -> acd.CallQueued:
        """No caller who might redial: and, until an agent was there, one who hears them at once."""
        first = round(self.house.config.acd.priority_cap)
        queued = replace(super().queued_as(packet, agent), caller="", priority=first)
        return queued if self.joined else replace(queued, outbound=True)

    def released(self, why: str) -> None:
        """Nobody can have the call."""
        self.drop_agents()
        self.move(states.Returned())
        self.nobody()

    def notify(self, event: events.QueueEvent) -> None:
        """No conversation hears of it: a contact that is over is the end of the call, and one who
        waits for another agent has music."""
        if isinstance(event, events.AgentLeft):
            self.hang_up()
        elif isinstance(event, events.HandedOn) and self.sound is not None:
            self.sound.playout.background(hold_music())

    def tick(self) -> None:
        """20 ms of sound."""
        if self.contact is not None:
            self.recording.frame(*self.contact.tick())
        elif self.sound is not None:
            self.recording.frame(b"".join(self.sound.receive()), self.sound.send())


def called(order: PlaceCall, leg: LegId, house: House, nobody: Callable[[], None]) -> CalledCall:
    """The call of an attempt, from its answer on."""
    ours = order.caller_id or order.campaign
    offered = LegOffered(leg, order.target, "", ours, ours, {}, "")
    line = Line(
        number=ours, client=order.client, bot=next(iter(house.bots)), language=order.language,
        keys_only=True, recorded=False, announce_machine=False,
    )  # fmt: skip
    name = CallId(call_of(order.attempt))
    return CalledCall(name, offered, line, house, house.clock.now(), "outbound", nobody=nobody)


def packet_of(order: PlaceCall, house: House) -> Packet:
    """What the agent sees of the person who answered."""
    slots = (PacketSlot(name, value, 1.0, True, "lookup") for name, value in order.given.items())
    return Packet(
        call=call_of(order.attempt), centre=house.config.centre, client=order.client,
        line=order.caller_id or order.campaign, caller=order.target, language=order.language,
        queue=order.queue, reason="policy", slots=tuple(slots), summary=order.title,
        caller_name=order.given.get("name", ""),
    )  # fmt: skip
