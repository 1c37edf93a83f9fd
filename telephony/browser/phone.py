"""How a browser that is an agent's telephone stands. PURE.

The page and the call are two things. A page that is loaded again in the middle of a call, or whose
socket is cut, comes back to its call: until then the call is *adrift*, and sound flows for as long
as the browser sends any. It is over, and the caller to be given to somebody else, when none has
come for a while.

The telephone is registered exactly where a page is there: `REGISTERED`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kernel.machine import Machine


class PhoneState(Enum):
    """How it stands."""

    OFF = "off"
    """No page is there."""
    READY = "ready"
    RINGING = "ringing"
    UP = "up"
    ADRIFT = "adrift"
    """A call is up, and its page has gone."""


@dataclass(frozen=True)
class PageThere:
    """A page's sound is connected: the first one, or one in place of another."""


@dataclass(frozen=True)
class PageGone:
    """The page was closed, or cannot be reached."""


@dataclass(frozen=True)
class Rung:
    """A call came."""


@dataclass(frozen=True)
class Answered:
    """The call is up."""


@dataclass(frozen=True)
class Ended:
    """The call is over."""


@dataclass(frozen=True)
class Silent:
    """Nothing has come from the browser for too long."""


PHONE: Machine[PhoneState] = Machine(
    "telephone in a browser",
    {
        PhoneState.OFF: {PageThere: PhoneState.READY},
        PhoneState.READY: {
            PageThere: PhoneState.READY, PageGone: PhoneState.OFF, Rung: PhoneState.RINGING,
        },
        PhoneState.RINGING: {
            PageThere: PhoneState.RINGING, PageGone: PhoneState.OFF, Answered: PhoneState.UP,
            Ended: PhoneState.READY,
        },
        PhoneState.UP: {
            PageThere: PhoneState.UP, PageGone: PhoneState.ADRIFT, Ended: PhoneState.READY,
        },
        PhoneState.ADRIFT: {
            PageThere: PhoneState.UP, Silent: PhoneState.OFF, Ended: PhoneState.OFF,
        },
    },
)  # fmt: skip
REGISTERED = frozenset({PhoneState.READY, PhoneState.RINGING, PhoneState.UP})
