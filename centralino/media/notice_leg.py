"""Somebody calls the notification's number: the current message, and the same answers count.

Control knows what is current, and for whom; until it says so (milliseconds) the line is silent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from centralino import messages as house_messages
from centralino.config.model import Line
from centralino.media.house import House
from centralino.media.notice_talk import NoticeTalk
from kernel.ids import LegId
from outbound import notice_messages as n
from outbound.notice_messages import Script
from telephony.media.leg import LegSound
from telephony.media.playout import Playout

log = structlog.get_logger()


@dataclass
class NoticeLeg:
    """One caller of a notification's line."""

    leg: LegId
    caller: str
    """As presented."""
    line: Line
    house: House
    hand_over: Callable[[NoticeLeg, str], None]
    """Called where the caller asks for a person, with the language."""
    recipient: str = ""
    """Whose acknowledgement counts; empty: nobody's that we called."""
    talk: NoticeTalk | None = None
    sound: LegSound | None = field(default=None)

    def answered(self) -> None:
        """The leg is up: what is to be said?"""
        self.sound = LegSound(self.house.control.media(self.leg), Playout())
        self.house.tell(
            house_messages.NoticeAsked(self.leg, self.house.name, self.line.client, self.caller,
                                       self.line.language)
        )  # fmt: skip

    def told(self, script: Script, recipient: str) -> None:
        """This is."""
        if self.sound is None or self.talk is not None:
            return
        self.recipient = recipient
        house = self.house
        self.talk = NoticeTalk(
            script, self.sound, house.notices, house.clock, self._noticed, house.spawn,
            lambda fact: house.live({"call": self.leg, **fact}),
        )  # fmt: skip
        house.live({"call": self.leg, "line": self.line.number, "from": self.caller})
        self.talk.begin()
        house.pump.add(self.leg, self.talk.tick)

    def digit(self, digit: str) -> None:
        """A key."""
        if self.talk is not None:
            self.talk.digit(digit)

    def ended(self) -> None:
        """The leg is gone."""
        self.house.pump.remove(self.leg)
        if self.talk is not None:
            self.talk.close()

    def _noticed(self, command: n.Command) -> None:
        match command:
            case n.Acknowledged(by, help) if self.recipient:
                told = house_messages.NoticeAcknowledged(self.recipient, by, help)
                self.house.tell(told)
            case n.HandOver(language):
                asyncio.get_running_loop().call_soon(self._pass_on, language)
            case n.HangUp():
                self.house.spawn(self.house.control.hang_up(self.leg), f"hang up {self.leg}")
        self.house.live({"call": self.leg, "notice": type(command).__name__,
                         "by": getattr(command, "by", "")})  # fmt: skip

    def _pass_on(self, language: str) -> None:
        self.ended()
        self.hand_over(self, language)
