"""What is asked of notifications, as it comes in: values in, the room's own types out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from centralino.outbound.drafting import NewCampaign, Wish
from contacts.area import Area, read_circle, read_polygon
from contacts.audience import Filter
from outbound.message import Message, Text, check_message


class WantedText(Wish):
    """The message in one language."""

    headline: str
    body: str = ""
    voicemail: str = ""
    retraction: str = ""
    sound: str = ""
    """A file of `outbound.recordings` that is played instead of headline and body."""


class WantedAudience(Wish):
    """Whom to call."""

    groups: tuple[str, ...] = ()
    not_groups: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    where: Mapping[str, str] = {}
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()
    unplaced_too: bool = False

    def filter(self) -> Filter:
        """As contacts knows it. Raises BadArea."""
        polygons = tuple(read_polygon(text) for text in self.polygons)
        circles = tuple(read_circle(text) for text in self.circles)
        areas: tuple[Area, ...] = (*polygons, *circles)
        return Filter(
            self.groups, self.not_groups, self.languages, tuple(self.where.items()), areas,
            self.unplaced_too,
        )  # fmt: skip


class NewWithPeople(NewCampaign):
    """A campaign of words, of a bot or with agents, drafted with those who are called."""

    audience: WantedAudience = WantedAudience()
    lines: tuple[str, ...] = ()
    """People who are no contacts, one a line: number[,number…]; then nobody else is called."""
    zone: str = ""
    """Time zone of `lines`."""
    dry_run: bool = False


class NewNotice(Wish):
    """A notification to be drafted."""

    name: str = Field(min_length=1, max_length=200)
    client: str
    texts: Mapping[str, WantedText] = Field(min_length=1)
    default: str = ""
    """Language; empty: the first."""
    audience: WantedAudience = WantedAudience()
    legal_class: str = "emergency"
    caller_id: str = ""
    trunks: tuple[str, ...] = ()
    expires: float = 0.0
    starts: float = 0.0
    attempts: int = Field(default=0, ge=0, le=20)
    exercise: bool = False
    dry_run: bool = False
    only_to: str = ""
    """A number: only this one is called, to hear it first."""
    lines: tuple[str, ...] = ()
    """People who are no contacts, one a line: number[,number…]; then nobody else is called."""
    retry_after: float = Field(default=0.0, ge=0, le=86_400)
    """Seconds between two calls to the same person; 0: as the class has it."""
    ring_timeout: float = Field(default=25.0, ge=15.0, le=120.0)

    def message(self) -> Message:
        """The message. Raises BadMessage."""
        texts = {
            language.lower(): Text(
                text.headline, text.body, text.voicemail, text.retraction, text.sound
            )
            for language, text in self.texts.items()
        }
        made = Message(texts, self.default or next(iter(texts)))
        check_message(made)
        return made


class Sound(Wish):
    """How a notification sounds in one language."""

    notice: Mapping[str, Any]
    """As it would be drafted."""
    language: str


class Launch(Wish):
    """Start a notification."""

    campaign: str
    by: str = ""
    """Number of a user who has a PIN."""
    pin: str = ""
    break_glass: bool = False
    """Start without the second person: with a reason, and an alarm."""
    reason: str = ""


class Stop(Wish):
    """Take a notification back."""

    campaign: str
    why: str = ""
