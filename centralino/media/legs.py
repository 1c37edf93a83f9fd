"""Legs in a contact, whoever is on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from centralino.media.house import House
from kernel.ids import LegId
from telephony.media.leg import LegSound


class TalkLeg(Protocol):
    """A leg in a contact."""

    leg: LegId
    sound: LegSound | None

    @property
    def offer(self) -> str:
        """The ACD's name of this leg's part; empty for one that it does not know."""

    @property
    def agent(self) -> str:
        """Whose leg; empty for no agent's."""

    def over(self) -> None:
        """Hang up."""


@dataclass
class OutsideLeg:
    """A leg of nobody's offer: an outside number, or a supervisor who took over."""

    leg: LegId
    house: House
    sound: LegSound | None = None
    offer: str = ""
    agent: str = ""

    def digit(self, digit: str) -> None:
        """Keys from outside mean nothing here."""

    def over(self) -> None:
        """Hang up."""
        self.house.spawn(self.house.control.hang_up(self.leg), f"hang up {self.leg}")
