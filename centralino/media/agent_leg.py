"""The leg of an agent who is offered a call: rings, whispers, then joins the caller.

States of one offer, as this process sees it: placed → ringing → whispering → bridged → over. What
belongs to an offer that is over changes nothing more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import structlog

from acd.messages import AgentLoggedOut, AgentNotReady, OfferFailed, PlaceOffer
from acd.star_keys import StarKey, StarKeys
from centralino.media.gate import contact_uri
from centralino.media.house import House
from centralino.media.lent import BetweenSound, stands_beside, to_standing
from centralino.media.standing import StandingLeg
from kernel.ids import LegId, new_id
from kernel.packet import Packet, whisper_text
from telephony.dialling import Purpose
from telephony.media.leg import LegSound
from telephony.media.playout import PlaybackFinished, Playout
from telephony.media.tones import beep
from telephony.types import Cause, Originate
from voicebot.errors import EngineLost

log = structlog.get_logger()

WHISPER_SECONDS = 4.0
"""A whisper is cut here: the caller is waiting."""
WHISPER_WAIT_SECONDS = 1.0
"""How long to wait at answer for a whisper that is not synthesised yet."""
MUTE_SECONDS = 1.5
"""Who has sent no packet for so long after the answer could not be heard: no caller is put through
to such a phone."""
AFTER_CALL = "break"
"""The reason of an agent who asks by keys for no more calls after this one."""


class OfferState(Enum):
    """Where an offer is."""

    PLACED = "placed"
    RINGING = "ringing"
    WHISPERING = "whispering"
    BRIDGED = "bridged"
    OVER = "over"


FAILURES = {
    Cause.NO_ANSWER: "no_answer",
    Cause.BUSY: "busy",
    Cause.REJECTED: "declined",
}
"""How an agent's leg that never came up is told; anything else is `unreachable`."""


def may_ring(
    order: PlaceOffer, standing: StandingLeg | None, house: House, call: str, client: str
) -> bool:
    """Whether this phone may be rung, or the leg that stands be taken; a refusal is told."""
    contact = contact_uri(order.contact, house.edge)
    missing = order.nailed_up and standing is None and not stands_beside(order, house)
    if not missing and house.gate.allows(contact, Purpose.AGENT, call, client):
        return True
    house.tell(OfferFailed(order.offer, "unreachable"), call)
    return False


@dataclass
class AgentLeg:
    """One offer's leg."""

    order: PlaceOffer
    packet: Packet
    house: House
    ready_to_bridge: Callable[[AgentLeg], None]
    """Called once, when the whisper is over."""
    standing: StandingLeg | None = None
    """The agent's leg that stands already, lent for this contact."""
    whispers: bool = True
    """Whether the agent is told in the ear who it is; somebody whom we called must not wait."""
    leg: LegId = LegId("")
    state: OfferState = OfferState.PLACED
    sound: LegSound | None = None
    asked: Callable[[StarKey, str], None] = lambda key, number: None
    """Told of the keys by which the contact is handled, and of a number keyed behind them."""
    _stars: StarKeys = field(default_factory=StarKeys)
    _whisper: bytes = b""
    _whispered: asyncio.Task[None] | None = None
    _repeats: int = 0
    _answered: float = 0.0
    _heard: bool = False
    """Whether anything has come from the phone."""
    _mute: bool = False
    _playout: Playout = field(default_factory=Playout)

    @property
    def offer(self) -> str:
        """Its name in the ACD."""
        return self.order.offer

    @property
    def agent(self) -> str:
        """Whose leg."""
        return self.order.agent

    def place(self) -> None:
        """Ring the agent's phone, and prepare the whisper meanwhile; a leg that stands is there."""
        if self.whispers:
            self._whispered = self.house.spawn(self._synthesise(), f"whisper {self.order.offer}")
        if self.standing is not None and self.standing.sound is not None:
            self.leg = self.standing.leg
            self.standing.lend()
            self._playout = self.standing.sound.playout
            return
        self.leg = LegId(new_id("leg", self.house.chance))
        self.house.spawn(self.house.control.originate(self._originate()), f"ring {self.leg}")

    def rang(self) -> bool:
        """180 came; whether that is news."""
        if self.state is not OfferState.PLACED:
            return False
        self.state = OfferState.RINGING
        return True

    def answered(self) -> None:
        """The agent picked up, or had never hung up."""
        self.state, self._answered = OfferState.WHISPERING, self.house.clock.now()
        self.sound = self.standing.sound if self.standing else None
        if self.sound is None and stands_beside(self.order, self.house):
            self.sound = BetweenSound(self.leg, self.house, self._playout)
        elif self.sound is None:
            self.sound = LegSound(self.house.control.media(self.leg), self._playout)

    def begin(self) -> None:
        """The answer was told: whisper, or bridge at once."""
        if not self.whispers:
            self.ready_to_bridge(self)
            return
        self.house.spawn(self._begin_whisper(), f"whispering {self.order.offer}")
        self.house.pump.add(self.leg, self._tick)

    def digit(self, digit: str) -> None:
        """A key of the agent: any skips the whisper, and is a sign of life of the phone; a star and
        a digit mean something later."""
        self._heard = True
        if self.state is OfferState.WHISPERING:
            self._end_whisper()
            return
        asked = self._stars.press(digit, self.house.clock.now())
        if asked is StarKey.REPEAT_WHISPER:
            self.repeat_whisper()
        elif asked is StarKey.NOT_READY_AFTER:
            self.house.tell(AgentNotReady(self.order.agent, AFTER_CALL))
        elif asked is StarKey.LOG_OUT_AFTER:
            self.house.tell(AgentLoggedOut(self.order.agent))
        elif asked is not None:
            self.asked(asked, self._stars.number)

    def repeat_whisper(self) -> None:
        """Say the whisper again, over the caller's voice, to the agent alone."""
        if self.state is OfferState.BRIDGED and self._playout.idle:
            self._repeats += 1
            self._play(f"again-{self._repeats}")

    def bridged(self) -> None:
        """The caller hears the agent from here on; the bridge carries both legs' frames."""
        self.state = OfferState.BRIDGED
        self.house.pump.remove(self.leg)
        self._playout.enqueue("on air", beep(hertz=880.0, seconds=0.1))
        self._playout.end("on air")

    def over(self) -> None:
        """Nothing more comes of this offer; the leg is hung up if it is there."""
        if self.state is OfferState.OVER:
            return
        self.state = OfferState.OVER
        self.house.pump.remove(self.leg)
        if self._whispered is not None:
            self._whispered.cancel()
        if self.standing is not None:
            self.standing.give_back()
        else:
            self.house.spawn(self.house.control.hang_up(self.leg), f"hang up {self.leg}")

    def failure(self, cause: Cause) -> str:
        """Why the agent was not had, in the ACD's words."""
        if self.state is OfferState.WHISPERING:
            return "no_sound" if self._mute else "declined"
        if stands_beside(self.order, self.house):
            return "error"  # between our processes: the phone had no part in it
        if self.state is OfferState.PLACED and cause is Cause.NO_ANSWER:
            return "unreachable"
        return FAILURES.get(cause, "unreachable")

    def _originate(self) -> Originate:
        if beside := stands_beside(self.order, self.house):
            return to_standing(self.leg, self.order.agent, beside, self.house)
        domain = self.house.config.domain
        return Originate(
            leg=self.leg,
            target=contact_uri(self.order.contact, self.house.edge),
            from_uri=f"sip:{self.packet.line}@{domain}",
            from_name=f"{self.packet.client} {self.packet.queue}",
            headers={
                "X-Centralino-Call": self.packet.call,
                "X-Centralino-Offer": self.order.offer,
            },
            ring_timeout=self.order.ring_timeout,
        )

    async def _synthesise(self) -> None:
        text = whisper_text(self.packet)
        limit = int(WHISPER_SECONDS * 8000) * 2
        try:
            async for clause in self.house.engines.synthesiser.speak(text, 8000):
                self._whisper = (self._whisper + clause.pcm)[:limit]
        except EngineLost as error:
            # The agent is told nothing in the ear and still has the page.
            log.warning("media.no_whisper", offer=self.order.offer, why=str(error))

    async def _begin_whisper(self) -> None:
        if self._whispered is not None:
            await asyncio.wait([self._whispered], timeout=WHISPER_WAIT_SECONDS)
        if self.state is OfferState.WHISPERING:
            if self.order.nailed_up:  # a ring is what tells it on any other leg
                self._playout.enqueue("contact", beep(hertz=660.0, seconds=0.2))
                self._playout.end("contact")
            self._play("whisper")

    def _play(self, name: str) -> None:
        self._playout.enqueue(name, self._whisper)
        self._playout.end(name)

    def _tick(self) -> None:
        """While whispering: what the agent says is heard by nobody yet."""
        if self.sound is None or self.state is not OfferState.WHISPERING:
            return
        self._heard |= bool(self.sound.receive())
        self.sound.send()
        events = self._playout.take_events()
        if any(isinstance(one, PlaybackFinished) and one.playback == "whisper" for one in events):
            self._end_whisper()

    def _end_whisper(self) -> None:
        if self._mute:
            return
        if self.sound is not None:
            self.sound.stop()
        late = self.house.clock.now() - self._answered >= MUTE_SECONDS
        if late and not self._heard and self.standing is None:
            self._mute = True  # the end of the leg tells that it was not had
            self.house.spawn(self.house.control.hang_up(self.leg), f"mute {self.leg}")
            return
        self.ready_to_bridge(self)
