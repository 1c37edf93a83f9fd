"""The calls out of a media process: which leg is which attempt, and what the dialler asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from centralino.media.agent_first import AgentsFirst
from centralino.media.house import House
from centralino.media.live_call import LiveCall
from centralino.media.out_call import RATE, OutCall
from centralino.media.said import Said
from kernel.ids import CallId, LegId
from kernel.pace import Departures, Pace
from outbound.messages import (
    AskAttempts,
    AttemptRefused,
    GoAhead,
    MediaThere,
    PlaceCall,
    StopAttempt,
    TakeBack,
)
from outbound.pacing import CATCH_UP
from outbound.placing import Placing
from outbound.records import Refusal
from telephony.types import (
    DigitReceived,
    LegAnswered,
    LegEnded,
    LegEvent,
    LegPlaced,
    LegRinging,
)

log = structlog.get_logger()


class CallsOut:
    """Attempts of one media process."""

    def __init__(
        self,
        house: House,
        hand_over: Callable[[OutCall, str], None],
        converse: Callable[[OutCall], object],
        calls: dict[CallId, LiveCall],
        first: AgentsFirst,
    ) -> None:
        """`calls`: where those who talk with an agent, or are to, are found; `first`: agents who
        come to the phone before somebody is dialled for them."""
        self._house = house
        self._calls = calls
        self._first = first
        self._hand_over = hand_over
        self._converse = converse
        self._placing = Placing()
        self._ways: dict[str, Departures[OutCall]] = {}
        """By trunk."""
        self._said: Said | None = None
        self._legs: dict[LegId, OutCall] = {}
        self._attempts: dict[str, OutCall] = {}
        self.draining = False
        self.obey: Mapping[type, Callable[[Any], None]] = {
            PlaceCall: self._place,
            GoAhead: self._go_ahead,
            StopAttempt: self._stop,
            AskAttempts: self._asked,
            TakeBack: self._take_back,
        }

    def __len__(self) -> int:
        return len(self._legs)

    def here(self) -> None:
        """Tell the dialler that calls may be placed here."""
        channels = 0 if self.draining else self._house.config.outbound.channels
        self._house.tell(MediaThere(self._house.name, self._house.epoch, channels))

    def leg_event(self, event: LegEvent) -> bool:
        """One event of one leg; False where it is no leg of ours."""
        call = self._legs.get(event.leg)
        if call is None or call.with_bot:
            return False
        if isinstance(event, LegPlaced):
            call.placed(event.sip_call_id)
        elif isinstance(event, LegRinging):
            call.rang(event.sip_call_id)
        elif isinstance(event, LegAnswered):
            call.answered(event.sip_call_id)
        elif isinstance(event, DigitReceived):
            call.digit(event.digit)
        elif isinstance(event, LegEnded):
            call.gone(event.cause, event.text, event.by_peer)
        return True

    def hang_up_all(self) -> None:
        """The process ends."""
        for call in list(self._legs.values()):
            call.stop(also_up=True)

    def _place(self, order: PlaceCall) -> None:
        way = self._ways.setdefault(order.trunk, Departures(Pace(catch_up=CATCH_UP)))
        way.pace.rate = order.max_cps
        refusal = self._placing.begin(order, way.expected(self._house.clock.now()))
        if refusal is Refusal.OVER:
            return  # begun before: this is a repeat
        if refusal is not None:
            self._house.tell(AttemptRefused(order.attempt, refusal), order.attempt)
            return
        words = self._house.notices.said(order.language) if order.queue else self._words()
        call = OutCall(
            order, self._house, self._over, self._hand_over, words, self._calls,
            converse=self._converse,
        )  # fmt: skip
        self._legs[call.leg] = self._attempts[order.attempt] = call
        if order.agent:
            call.call_agent(self._first)
        else:
            self._line_up(call)

    def _go_ahead(self, go: GoAhead) -> None:
        call = self._attempts.get(go.attempt)
        if call is not None and go.epoch >= self._placing.epoch and call.go(go.not_after):
            self._line_up(call)

    def _line_up(self, call: OutCall) -> None:
        way = self._ways[call.order.trunk]
        way.add(call)
        if len(way) == 1:
            self._house.spawn(self._depart(way), f"calls out over {call.order.trunk}")

    async def _depart(self, way: Departures[OutCall]) -> None:
        """Let calls leave at their pace until none waits. A call has left when the SIP stack took
        it, which may be late; waiting longer than a pace for that would slow the others."""
        clock = self._house.clock
        while way:
            if (wait := way.wait(clock.now())) > 0:
                await asyncio.sleep(wait)
                continue
            dialling = way.first().place(clock.now())
            if dialling is not None and way.pace.rate:
                await asyncio.wait({dialling}, timeout=1.0 / way.pace.rate)
            way.gone(clock.now(), called=dialling is not None)

    def _words(self) -> Said:
        if self._said is None:
            self._said = Said(self._house.engines.synthesiser, RATE)
        return self._said

    def _over(self, call: OutCall) -> None:
        self._placing.over(call.order.attempt)
        self._legs.pop(call.leg, None)
        self._attempts.pop(call.order.attempt, None)

    def _stop(self, order: StopAttempt) -> None:
        if (call := self._attempts.get(order.attempt)) is not None:
            call.stop(also_up=order.also_up)

    def _take_back(self, order: TakeBack) -> None:
        for call in self._legs.values():
            if call.order.campaign == order.campaign and call.talk is not None:
                call.talk.take_back(order.text)

    def _asked(self, question: AskAttempts) -> None:
        told = self._placing.asked(question, self._house.name, self._house.epoch)
        self._house.tell(told)
