"""Callbacks of one media process: which leg is of which, and what control asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from acd import messages as acd
from centralino.callback_messages import DialBack
from centralino.media.calling_back import CallingBack
from centralino.media.house import House
from centralino.media.live_call import LiveCall
from centralino.media.standing import StandingLeg
from kernel.ids import CallId
from telephony.types import (
    DigitReceived,
    LegAnswered,
    LegEnded,
    LegEvent,
    LegOffered,
    LegRinging,
)

log = structlog.get_logger()


class CallsBack:
    """Those whose caller is not there yet."""

    def __init__(
        self, house: House, reached: Callable[[CallingBack], None],
        ring: Callable[[acd.PlaceOffer], None], standing: Callable[[str], StandingLeg | None],
    ) -> None:  # fmt: skip
        """`standing` finds the leg of an agent that stands already."""
        self._house = house
        self._reached = reached
        self._ring = ring
        self._standing = standing
        self._offers: dict[str, CallingBack] = {}
        self.draining = False
        self.obey: Mapping[type, Callable[[Any], None]] = {DialBack: self._begin}

    def __len__(self) -> int:
        return len(self._offers)

    @property
    def offers(self) -> tuple[str, ...]:
        """Every live offer here."""
        return tuple(self._offers)

    def leg_event(self, event: LegEvent) -> bool:
        """One event of one leg; False where it is no leg of ours."""
        for back in self._offers.values():
            if event.leg and event.leg == back.leg:
                self._of_caller(back, event)
                return True
            if back.agent is not None and event.leg == back.agent.leg:
                self._of_agent(back, event)
                return True
        return False

    def withdraw(self, offer: str) -> None:
        """An offer is not wanted any more."""
        if (back := self._offers.get(offer)) is not None:
            back.withdraw()

    def hang_up_all(self) -> None:
        """The process ends."""
        for offer in list(self._offers):
            self.withdraw(offer)

    def _begin(self, dial: DialBack) -> None:
        order = dial.order
        if order.epoch != self._house.epoch:
            log.info("media.callback_of_another_life", offer=order.offer)
            return  # the ACD took it back when that life ended
        if self.draining:
            self._house.tell(acd.OfferFailed(order.offer, "error"), order.call)
            return
        standing = self._standing(order.agent)
        back = CallingBack(dial, self._house, self._reached, self._over, self._ring, standing)
        self._offers[order.offer] = back
        back.begin()

    def _over(self, back: CallingBack) -> None:
        self._offers.pop(back.order.offer, None)

    @staticmethod
    def _of_caller(back: CallingBack, event: LegEvent) -> None:
        if isinstance(event, LegAnswered):
            back.caller_answered()
        elif isinstance(event, LegEnded):
            back.caller_gone(event.cause)

    @staticmethod
    def _of_agent(back: CallingBack, event: LegEvent) -> None:
        if isinstance(event, LegRinging):
            back.agent_rang()
        elif isinstance(event, LegAnswered):
            back.agent_answered()
        elif isinstance(event, LegEnded):
            back.agent_gone(event.cause)
        elif isinstance(event, DigitReceived) and back.agent is not None:
            back.agent.digit(event.digit)


def live_again(back: CallingBack, house: House) -> LiveCall | None:
    """The call of a caller who was called back; None where the line is no longer there."""
    packet, order = back.packet, back.order
    line = house.line(packet.line)
    if line is None or line.bot not in house.bots:
        log.error("media.no_line_for_callback", line=packet.line, call=order.call)
        return None
    offered = LegOffered(
        leg=back.leg, from_uri=back.target, from_name=packet.caller_name, to_uri=packet.line,
        request_uri=packet.line, headers={}, sip_call_id="",
    )  # fmt: skip
    live = LiveCall(CallId(order.call), offered, line, house, house.clock.now())
    live.direction, live.back = "outbound", back
    live.agent = back.agent
    return live
