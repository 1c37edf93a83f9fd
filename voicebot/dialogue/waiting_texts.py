"""PURE. What a caller hears and may ask for between the hand-over and the agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.leaving import WayOut, Wish


@dataclass(frozen=True)
class Waiting:
    """What a caller hears between the hand-over and the agent. All texts are response keys."""

    position: str
    """Knows {position}."""
    next: str
    """Instead of `position` for the first in line."""
    connecting: str
    not_answered: str
    """The agent did not answer; the place is kept."""
    nobody: str
    """Nobody can take the call now: back to the conversation."""
    failed: str
    """The hand-over itself failed: back to the conversation."""
    wait: str = ""
    """Behind the position: the wait still to come is between {minutes_low} and {minutes}. Empty:
    nothing is said of it."""
    wait_about: str = ""
    """Instead of `wait` where it is at most {minutes}."""
    wait_soon: str = ""
    """Instead of both where it is a minute at most."""
    closed: str = ""
    """Instead of `nobody` outside opening hours."""
    callback_offer: str = ""
    """Behind the position, to a caller whose wait is long: that we may call back."""
    callback_instead: str = ""
    """To who may not wait, behind `closed` or `nobody`: shall we call back when somebody is there?
    Yes or 1, no or 2. Empty: nobody is asked."""
    callback_confirm: str = ""
    """"Shall we call you back on {number}?": yes or 1, no or 2."""
    callback_number: str = ""
    """Asks for the number to call: by keys with # behind it, or spoken."""
    callback_booked: str = ""
    """We will call; the place is kept. Then we hang up."""
    callback_ringing: str = ""
    """An agent's phone rings just now: better than to be called back."""
    callback_not_allowed: str = ""
    """That number is not called; asks for another one."""
    callback_fault: str = ""
    """It cannot be promised; the caller goes on waiting."""
    callback_hello: str = ""
    """To who is called back and answers: who calls, and that an agent comes."""
    left: str = ""
    """To who says goodbye while waiting."""
    exits: Mapping[Wish, WayOut] = field(default_factory=dict)
    """How a waiting caller asks to be called back, to leave a message, or says goodbye."""
    music: bool = True
    interval: float = 30.0
    """Seconds between announcements."""
