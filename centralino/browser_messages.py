"""Agents' pages that are telephones: what control and the process that holds their sound say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel.codec import message

BROWSERS = "browsers"
"""The process's name."""
ELSEWHERE = "This telephone is in another window now."
"""To a page whose place another one has taken."""
NOT_TAKEN = "Calls cannot ring here just now. Trying again…"
"""To a page whose telephone cannot be registered, for as long as that is so."""


# --- control → browsers


@message("browser.offered")
@dataclass(frozen=True)
class PageOffered:
    """A page offers its sound (SDP), in place of any other page of this telephone."""

    page: str
    agent: str
    aor: str
    """The agent's address of record, which is the user of the SIP phone."""
    sdp: str


@message("browser.picked_up")
@dataclass(frozen=True)
class PagePickedUp:
    """The agent answers the call that rings."""

    page: str


@message("browser.pressed")
@dataclass(frozen=True)
class PagePressed:
    """The agent pressed keys."""

    page: str
    keys: str


@message("browser.hung_up")
@dataclass(frozen=True)
class PageHungUp:
    """The agent ends the call, or will not take the one that rings."""

    page: str


@message("browser.left")
@dataclass(frozen=True)
class PageLeft:
    """The page was closed, or cannot be reached."""

    page: str


# --- browsers → control


@message("browser.answered")
@dataclass(frozen=True)
class PageAnswered:
    """The answer to the page's offer."""

    page: str
    sdp: str


@message("browser.moved")
@dataclass(frozen=True)
class PhoneMoved:
    """How the page's telephone stands."""

    page: str
    state: Literal["off", "lost", "ready", "ringing", "up"]
    why: str = ""
    """Of `off` and `lost`, for the agent."""


@message("browser.lost")
@dataclass(frozen=True)
class PhoneLost:
    """The page of a call that is up has gone and stays away: its caller needs somebody else."""

    agent: str


# --- control → edge


@message("browser.restarted")
@dataclass(frozen=True)
class BrowsersRestarted:
    """The process was started again: what an earlier life of it registered is there no more."""

    at: float
    """UTC seconds: what is registered later is the new life's."""
