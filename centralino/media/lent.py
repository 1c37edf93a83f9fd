"""An agent's leg that stands in one media process, with a contact in another.

The process that has the call places a call of our own to the one that holds the leg, past the edge
and with the house's secret; there the two are one line until the contact is over. Both ends of that
call send packets all the time, also in silence: where none come any more, the other process is
gone, and neither caller nor agent is left with nobody.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from acd.messages import PlaceOffer
from centralino.media.house import House
from kernel.ids import LegId
from telephony.errors import NoSuchLeg
from telephony.media.bridge import Bridge
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from telephony.types import DigitReceived, LegAnswered, LegEnded, LegEvent, Originate

log = structlog.get_logger()

JOIN_SECONDS = 3.0
"""Within which the process that holds the leg must have answered: the caller waits, and what is
asked for has been taken up long ago."""
LOST_TICKS = 100
"""Ticks in a row (two seconds) without a packet of the other process: it is gone."""
AGENT, CALL = "agent", "call"
HEARS = {AGENT: (CALL,), CALL: (AGENT,)}


def stands_beside(order: PlaceOffer, house: House) -> str:
    """host:port of the other media process in which this agent's leg stands; empty: it does not."""
    return house.beside.get(order.leg_media, "") if order.leg_media != house.name else ""


def to_standing(leg: LegId, agent: str, beside: str, house: House) -> Originate:
    """The call by which another media process, at this host:port, is asked for an agent's leg."""
    return Originate(
        leg, f"sip:standing@{beside}", f"sip:agents@{house.config.domain}", direct=True,
        headers={"X-Centralino-Admit": house.secret, "X-Centralino-Standing": agent},
        ring_timeout=JOIN_SECONDS,
    )  # fmt: skip


class BetweenSound(LegSound):
    """The sound of a call between two media processes of ours; it hangs up once nothing comes."""

    def __init__(self, leg: LegId, house: House, playout: Playout) -> None:
        """Raises NoSuchLeg."""
        super().__init__(house.control.media(leg), playout)
        self._leg = leg
        self._house = house
        self._missed = 0

    def receive(self) -> list[bytes]:
        """Every frame that has come, in order."""
        frames = super().receive()
        self._missed = 0 if frames else self._missed + 1
        if self._missed == LOST_TICKS:
            log.warning("media.process_beside_lost", leg=self._leg)
            self._house.spawn(self._house.control.hang_up(self._leg), f"lost {self._leg}")
        return frames


@dataclass
class Lent:
    """One such contact, where the leg stands."""

    leg: LegId
    """Of the other process's call."""
    agent: LegId
    """Of the agent."""
    sound: LegSound
    """The agent's."""
    house: House
    give_back: Callable[[], None]
    """Told that the contact is over."""
    _line: Bridge[str] = field(default_factory=Bridge)

    def of_call(self, event: LegEvent) -> None:
        """One event of the other process's call."""
        if isinstance(event, LegAnswered):
            with contextlib.suppress(NoSuchLeg):  # it has ended meanwhile, which is told next
                self._line.join(CALL, BetweenSound(self.leg, self.house, Playout()))
                self._line.join(AGENT, self.sound)
                self.house.pump.add(self.leg, lambda: self._line.tick(HEARS))
        elif isinstance(event, LegEnded):
            self.house.pump.remove(self.leg)
            self.give_back()

    def of_agent(self, event: LegEvent) -> None:
        """One event of the agent's leg: whoever has the contact is to hear of keys and the end."""
        if isinstance(event, DigitReceived):
            sent = self.house.control.send_digits(self.leg, event.digit)
            self.house.spawn(sent, f"key {self.leg}")
        elif isinstance(event, LegEnded):
            self.hang_up()

    def hang_up(self) -> None:
        """The agent is gone, or wanted elsewhere."""
        self.house.pump.remove(self.leg)
        self.house.spawn(self.house.control.hang_up(self.leg), f"hang up {self.leg}")
