"""Agents' standing legs in this process: rung once, quiet between contacts, watched for sound.

A contact borrows the leg: its whisper or beep, then the bridge, go through the same `LegSound`.
Afterwards the leg is quiet again, and stays up until control drops it or the agent hangs up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from acd.devices import SILENT
from acd.messages import DropLeg, HeldLeg, HoldLeg, LegDown, LegsHeld, LegSilent, LegUp
from centralino.media.gate import contact_uri
from centralino.media.house import House
from centralino.media.lent import Lent
from kernel.ids import LegId
from telephony.dialling import Purpose
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from telephony.ports import MediaStream
from telephony.types import Cause, LegAnswered, LegEnded, LegEvent, LegOffered, Originate
from voicebot.errors import EngineLost

log = structlog.get_logger()

RING_SECONDS = 60.0
"""At log-in the agent takes up the phone; no caller waits."""
LOOKS, LOOK_AGAIN = 15, 0.02
"""How often, and after how many seconds each, it is looked whether a leg was given back."""
SILENT_SECONDS = 10.0
"""Without a packet for so long the agent could not be heard. Packets without sound are told at
RTCP reports alone, which come every 2.5 to 7.5 s (:rfc:`3550#section-6.2`)."""
HUNG_UP = "you hung up"
BACK = "You are connected again. For a while calls could not reach you: {}."
CAUSES = {
    Cause.NO_ANSWER: "did not answer",
    Cause.BUSY: "is busy",
    Cause.REJECTED: "declined",
}
"""Why a standing leg never came up; anything else: it cannot be reached."""


class HeardSound(LegSound):
    """A leg's sound that remembers when something last came."""

    def __init__(self, media: MediaStream, now: Callable[[], float]) -> None:
        super().__init__(media, Playout())
        self._now = now
        self.heard_at = now()

    def receive(self) -> list[bytes]:
        """Every frame that has come, in order."""
        frames = super().receive()
        if frames:
            self.heard_at = self._now()
        return frames


@dataclass
class StandingLeg:
    """One agent's."""

    order: HoldLeg
    house: House
    sound: HeardSound | None = None
    lent: bool = False
    """Whether a contact has it."""
    silent: bool = False
    _says: int = 0

    @property
    def leg(self) -> LegId:
        """Its name, which control chose."""
        return LegId(self.order.leg)

    def answered(self) -> None:
        """The agent took up the phone."""
        self.sound = HeardSound(self.house.control.media(self.leg), self.house.clock.now)
        self.house.pump.add(("standing", self.leg), self._tick)
        self.house.tell(LegUp(self.order.leg))
        self.house.live({"standing": self.order.agent, "up": True})
        if self.order.fell:
            self._say(self.order.fell)

    def lend(self) -> None:
        """A contact has it from here on; what is being said ends."""
        self.lent = True
        if self.sound is not None:
            self.sound.stop()

    def give_back(self) -> None:
        """The contact is over: quiet again."""
        self.lent = False
        if self.sound is not None:
            self.sound.stop()
            self.sound.playout.background(None)

    def gone(self, event: LegEnded) -> None:
        """The leg is gone."""
        self.house.pump.remove(("standing", self.leg))
        stood = self.sound is not None
        why = CAUSES.get(event.cause, "cannot be reached")
        if stood:
            why = HUNG_UP if event.by_peer else "the call was lost"
        self.house.tell(LegDown(self.order.leg, why, hung_up=stood and event.by_peer))
        self.house.live({"standing": self.order.agent, "up": False, "why": why})

    def _tick(self) -> None:
        if self.sound is None:
            return
        if not self.lent:
            self.sound.receive()
            self.sound.send()
            self.sound.playout.take_events()
        silent = self.house.clock.now() - self.sound.heard_at > SILENT_SECONDS
        if silent is not self.silent:
            self.silent = silent
            self.house.tell(LegSilent(self.order.leg, silent))
            if not silent:
                self._say(SILENT)

    def _say(self, why: str) -> None:
        """Why calls could not reach the agent, who is there again."""
        self._says += 1
        self.house.spawn(self._speak(f"back-{self._says}", BACK.format(why)), f"back {self.leg}")

    async def _speak(self, say: str, text: str) -> None:
        try:
            words = [one.pcm async for one in self.house.engines.synthesiser.speak(text, 8000)]
        except EngineLost as error:
            # The page tells it, too.
            log.warning("media.no_voice", leg=self.leg, why=str(error))
            return
        if self.sound is not None and not self.lent:
            self.sound.playout.enqueue(say, b"".join(words))
            self.sound.playout.end(say)


@dataclass
class StandingLegs:
    """All of them."""

    house: House
    _lent: dict[LegId, Lent] = field(default_factory=dict)
    """To other media processes, by the leg of their call."""
    _asking: set[LegId] = field(default_factory=set)
    """Such legs, until the agent's is free."""
    _legs: dict[LegId, StandingLeg] = field(default_factory=dict)
    obey: Mapping[type, Callable[[Any], None]] = field(init=False)

    def __post_init__(self) -> None:
        self.obey = {HoldLeg: self._hold, DropLeg: self._drop}

    @property
    def lends(self) -> bool:
        """Whether a leg that stands here has a contact in another media process."""
        return bool(self._lent)

    def here(self) -> None:
        """Tell control which there are."""
        legs = (
            HeldLeg(one.order.agent, one.order.leg, one.sound is not None)
            for one in self._legs.values()
        )
        self.house.tell(LegsHeld(self.house.name, self.house.epoch, tuple(legs)))

    def of(self, agent: str) -> StandingLeg | None:
        """The agent's leg, if it stands and no contact here has it.

        Control gives an agent one contact at a time. So one in another media process that has the
        leg still is over: its end is on its way, or nothing comes of that process any more.
        """
        for one in self._legs.values():
            if one.order.agent != agent or one.sound is None:
                continue
            if (abroad := self._abroad(one)) is not None:
                self._end(abroad)
            if not one.lent:
                return one
        return None

    def leg_event(self, event: LegEvent) -> bool:
        """One event of one leg; whether that was all about it. The end of a leg that a contact has
        borrowed is the contact's affair, too."""
        if (lent := self._lent.get(event.leg)) is not None:
            if isinstance(event, LegEnded):
                del self._lent[event.leg]
            lent.of_call(event)
            return True
        if event.leg in self._asking:
            if isinstance(event, LegEnded):
                self._asking.discard(event.leg)
            return True
        one = self._legs.get(event.leg)
        if one is None:
            return False
        if isinstance(event, LegAnswered):
            one.answered()
        elif isinstance(event, LegEnded):
            del self._legs[event.leg]
            one.gone(event)
        abroad = self._abroad(one)
        if abroad is not None:
            abroad.of_agent(event)
        return not one.lent or abroad is not None

    def lend(self, event: LegOffered, agent: str) -> None:
        """Another media process has a contact for an agent whose leg stands here."""
        self._asking.add(event.leg)
        self.house.spawn(self._lend(event.leg, agent), f"lend {event.leg}")

    async def _lend(self, leg: LegId, agent: str) -> None:
        """A contact here may not have given the leg back yet: its end and this call come on ways of
        their own."""
        for _ in range(LOOKS):
            if leg not in self._asking or (standing := self.of(agent)) is not None:
                break
            await asyncio.sleep(LOOK_AGAIN)
        if leg not in self._asking:
            return None  # not wanted any more
        self._asking.discard(leg)
        if standing is None or standing.sound is None:
            return await self.house.control.refuse(leg, Cause.BUSY)
        standing.lend()
        self._lent[leg] = Lent(leg, standing.leg, standing.sound, self.house, standing.give_back)
        return await self.house.control.answer(leg)

    def _abroad(self, standing: StandingLeg) -> Lent | None:
        return next((one for one in self._lent.values() if one.agent == standing.leg), None)

    def _end(self, abroad: Lent) -> None:
        del self._lent[abroad.leg]
        abroad.hang_up()
        abroad.give_back()

    def hang_up_all(self) -> None:
        """The process ends."""
        for leg in self._legs:
            self.house.spawn(self.house.control.hang_up(leg), f"hang up {leg}")

    def _hold(self, order: HoldLeg) -> None:
        for leg, one in self._legs.items():
            if one.order.agent == order.agent:  # an earlier wish of a life of control that died
                self.house.spawn(self.house.control.hang_up(leg), f"hang up {leg}")
        target = contact_uri(order.contact, self.house.edge)
        if not self.house.gate.allows(target, Purpose.AGENT, order.leg, order.client):
            self.house.tell(LegDown(order.leg, "may not be dialled"))
            return
        self._legs[LegId(order.leg)] = StandingLeg(order, self.house)
        asked = Originate(
            LegId(order.leg), target, f"sip:agents@{self.house.config.domain}", "Standing call",
            ring_timeout=RING_SECONDS,
        )  # fmt: skip
        self.house.spawn(self.house.control.originate(asked), f"ring {order.leg}")

    def _drop(self, order: DropLeg) -> None:
        if LegId(order.leg) in self._legs:
            self.house.spawn(self.house.control.hang_up(LegId(order.leg)), f"drop {order.leg}")
