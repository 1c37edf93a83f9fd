"""What the distributor is told, and what it tells.

Events come from the media processes over the bus, from pages and from agents' keys; commands go to
the process that holds the caller. Every message names the call, offer or agent that it is about, so
one for something no longer current is known as stale.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kernel.codec import message

# --- events about calls, from the media process that holds the caller


@message("acd.call_queued")
@dataclass(frozen=True)
class CallQueued:
    """A caller waits for an agent. The packet is in the content store, under the call's id."""

    call: str
    client: str
    queue: str
    caller: str
    """A key by which a caller who redials is known: the caller's number, hashed by the sender."""
    media: str
    """The process that holds the caller, e.g. `media-1`."""
    epoch: str
    """Which life of that process."""
    priority: int = 0
    """Seconds of head start."""
    required: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    tries: int = 0
    intent: str = ""
    levels: dict[str, int] = field(default_factory=dict)
    """Required skill → least level 1–5; 1 where none is said."""
    agent: str = ""
    """For whom it is kept: nobody else is offered it meanwhile."""
    agent_seconds: float = 0.0
    """How long it is kept; 0: for as long as it waits. One kept for a while is kept for nobody when
    that agent is not at work."""
    consult: str = ""
    """An agent wants to talk about this call. It is no caller of its own: it has no place to come
    back to and is in no queue's figures."""
    outbound: bool = False
    """Somebody whom we called has answered: only for an agent who hears them at once."""
    dial_seconds: float = 0.0
    """Somebody whom an agent wants dialled, for so long at most once that agent is at the phone: no
    caller who waits, and in no queue's figures until they talk."""


@message("acd.caller_left")
@dataclass(frozen=True)
class CallerLeft:
    """The caller hung up, or left the queue for something else."""

    call: str
    why: Literal["hang_up", "exit", "voicemail", "lost", "sent_back"] = "hang_up"
    """`sent_back`: a limit of the queue, and the caller wants no callback."""
    by: Literal["", "key", "spoken", "satisfied"] = ""
    """How the caller's wish to leave was told; `satisfied`: the bot could answer after all."""


@message("acd.callback_asked")
@dataclass(frozen=True)
class CallbackAsked:
    """A waiting caller wants to be called back. Number and packet are in the content store, under
    the callback's id: it is the id of the call to come."""

    call: str
    callback: str
    number: str
    """A key by which the number is known."""
    media: str


@message("acd.callback_dropped")
@dataclass(frozen=True)
class CallbackDropped:
    """Somebody takes a callback back; or what it needs was erased."""

    callback: str
    why: str = ""


@message("acd.customer_reached")
@dataclass(frozen=True)
class CustomerReached:
    """Customer first: the caller answered and waits on the line."""

    offer: str
    call: str
    media: str
    epoch: str


@message("acd.customer_not_reached")
@dataclass(frozen=True)
class CustomerNotReached:
    """The caller's telephone was rung, and the caller was not had."""

    offer: str
    why: str
    """`busy`, `no_answer`, `not_allowed` …, in the words of the driver."""


@message("acd.offer_ringing")
@dataclass(frozen=True)
class OfferRinging:
    """The agent's phone rings."""

    offer: str


@message("acd.offer_answered")
@dataclass(frozen=True)
class OfferAnswered:
    """The agent answered; the whisper begins."""

    offer: str


@message("acd.offer_failed")
@dataclass(frozen=True)
class OfferFailed:
    """The agent was not had."""

    offer: str
    why: Literal[
        "no_answer", "busy", "declined", "unreachable", "no_sound", "caller_gone", "error",
        "lost_race",
    ]  # fmt: skip
    """`no_sound`: the phone answered, and no packet came from it."""


@message("acd.bridged")
@dataclass(frozen=True)
class Bridged:
    """Caller and agent hear each other."""

    offer: str


@message("acd.contact_moved")
@dataclass(frozen=True)
class ContactMoved:
    """How a contact stands: whom the agent talks with, and who is on hold."""

    offer: str
    talk: str
    """`talking`, `hold`, `calling`, `consult`, `swapped`, `conference` or `colleagues`."""
    paused: bool = False
    """Whether nothing is recorded, by the agent's wish."""


@message("acd.contact_ended")
@dataclass(frozen=True)
class ContactEnded:
    """Caller and agent no longer talk."""

    offer: str
    by: Literal["caller", "agent", "lost"]


@message("acd.contact_joined")
@dataclass(frozen=True)
class ContactJoined:
    """Who was consulted has the caller now: the contact about a call becomes that call's."""

    offer: str
    call: str


@message("acd.calls_held")
@dataclass(frozen=True)
class CallsHeld:
    """What a media process holds: said at each connection, so that both agree again.

    Calls that we think it holds and it does not name are lost.
    """

    media: str
    epoch: str
    waiting: tuple[str, ...] = ()
    """Calls in the queue."""
    offers: tuple[str, ...] = ()
    """Offers ringing or answered there."""
    draining: bool = False
    """It begins no new calls."""


@message("acd.media_lost")
@dataclass(frozen=True)
class MediaLost:
    """A media process died with everything in it. Its callers' places are kept for a redial."""

    media: str
    epoch: str


# --- events about agents, from pages, keys and devices


@message("acd.agent_logged_in")
@dataclass(frozen=True)
class AgentLoggedIn:
    """An agent begins work; not ready until said so."""

    agent: str
    client: str
    """The house or client the agent works for; an agent of a centre may serve queues of several."""
    contact: str
    """Where the agent's phone is: a SIP URI, or a number."""
    queues: tuple[str, ...] = ()
    skills: dict[str, int] = field(default_factory=dict)
    """Skill → level 1–5."""
    tiers: dict[str, int] = field(default_factory=dict)
    """Queue → tier; 1 where none is said."""
    order: int = 0
    """Place in the linear order and in the round."""
    nailed_up: bool = False
    """The phone is called once and stays up: contacts are joined to it with a beep."""
    team: str = ""
    """Whose rules hold; empty: the agent takes everything."""


@message("acd.agent_logged_out")
@dataclass(frozen=True)
class AgentLoggedOut:
    """An agent ends work (after the call, if there is one)."""

    agent: str


@message("acd.agent_ready")
@dataclass(frozen=True)
class AgentReady:
    """The agent wants calls."""

    agent: str


@message("acd.agent_not_ready")
@dataclass(frozen=True)
class AgentNotReady:
    """The agent wants no calls, and says why (after this call, if there is one)."""

    agent: str
    reason: str


@message("acd.wrap_up_ended")
@dataclass(frozen=True)
class WrapUpEnded:
    """The agent has finished the work after the call."""

    agent: str


@message("acd.wrap_up_extended")
@dataclass(frozen=True)
class WrapUpExtended:
    """The agent needs more time for the work after the call."""

    agent: str
    seconds: float


@message("acd.offer_declined")
@dataclass(frozen=True)
class OfferDeclined:
    """The agent declined on the page while it rings."""

    agent: str
    offer: str
    reason: str = ""


@message("acd.device_changed")
@dataclass(frozen=True)
class DeviceChanged:
    """The agent's phone can be reached, or not."""

    agent: str
    reachable: bool
    why: str = ""
    """Why it cannot, in a few words for the agent; empty: its registration lapsed."""
    hung_up: bool = False
    """The agent ended the standing call: no contact is wanted until the agent says so."""


# --- standing legs of agents: from the media process that holds them, and to it


@message("acd.leg_up")
@dataclass(frozen=True)
class LegUp:
    """The agent answered: the leg stands."""

    leg: str


@message("acd.leg_down")
@dataclass(frozen=True)
class LegDown:
    """The leg is gone, or never came up."""

    leg: str
    why: str
    """In a few words for the agent."""
    hung_up: bool = False
    """By the agent, once it stood."""


@message("acd.leg_silent")
@dataclass(frozen=True)
class LegSilent:
    """No packet comes from the agent's phone any more, or they come again."""

    leg: str
    silent: bool


@message("acd.held_leg")
@dataclass(frozen=True)
class HeldLeg:
    """One leg that stands, or rings."""

    agent: str
    leg: str
    up: bool = True


@message("acd.legs_held")
@dataclass(frozen=True)
class LegsHeld:
    """What a media process holds of them: said at each connection."""

    media: str
    epoch: str
    legs: tuple[HeldLeg, ...] = ()


@message("acd.hold_leg")
@dataclass(frozen=True)
class HoldLeg:
    """Ring this agent's phone, and hold the leg."""

    leg: str
    agent: str
    client: str
    contact: str
    media: str
    fell: str = ""
    """Why it is rung again, in a few words that the agent hears; empty: for the first time, or
    after the agent hung up."""


@message("acd.drop_leg")
@dataclass(frozen=True)
class DropLeg:
    """Hang up a standing leg."""

    leg: str
    media: str


@message("acd.calls_out_ringing")
@dataclass(frozen=True)
class CallsOutRinging:
    """So many idle agents of a queue, with a leg that is up, are kept from callers: people whom we
    ring may answer. In place of the number said before."""

    queue: str
    calls: int


# --- commands, to the media process that holds the caller


@message("acd.place_offer")
@dataclass(frozen=True)
class PlaceOffer:
    """Ring this agent for this call; whisper at answer; then bridge."""

    offer: str
    call: str
    agent: str
    contact: str
    media: str
    ring_timeout: float
    """Seconds."""
    nailed_up: bool = False
    """On the leg of this agent that stands already."""
    leg_media: str = ""
    """The process in which that leg stands; empty: not told."""


@message("acd.withdraw_offer")
@dataclass(frozen=True)
class WithdrawOffer:
    """Stop ringing; the call stays where it is."""

    offer: str
    media: str
    call: str
    why: str


@message("acd.tell_position")
@dataclass(frozen=True)
class TellPosition:
    """Where the caller stands in the queue now; the bot says it when it next may."""

    call: str
    media: str
    position: int
    """1 is next."""
    waiting: int
    agents: int
    """Agents logged in who could take it, ready or not."""
    queue: str = ""
    """Where the call waits: it may have gone on to another queue."""
    low: float = 0.0
    high: float = 0.0
    """Seconds of waiting still to come, as a range in whole minutes; 0 and 0: not known."""
    callback: Literal["", "may", "offer"] = ""
    """Whether the caller may ask to be called back, or is asked."""
    limit: Literal["", "closed", "full", "no_agents", "too_long"] = ""
    """A limit of the queue: the caller may not wait, and is asked whether to be called back; after
    a while the call is released."""


@message("acd.release_call")
@dataclass(frozen=True)
class ReleaseCall:
    """The queue does not know, or no longer wants, this call: the bot has it again."""

    call: str
    media: str
    why: str
    """`closed`, `full`, `no_agents`, `too_long`: a limit of the queue; anything else: a fault."""
    queue: str = ""
    """Where the call waited last: it may have overflowed a moment ago."""


@message("acd.place_callback")
@dataclass(frozen=True)
class PlaceCallback:
    """Bring this agent and a caller who is not on the line together, in this order.

    The outcomes are those of any offer, and `CustomerReached` or `CustomerNotReached`.
    """

    offer: str
    call: str
    agent: str
    contact: str
    media: str
    epoch: str
    """The life of the media process that it is for; another one has nothing to do with it."""
    client: str
    queue: str
    first: Literal["agent", "customer"]
    ring_timeout: float
    """Seconds for the agent's phone."""
    dial_timeout: float
    """Seconds for the caller's telephone."""
    not_after: float
    """UTC seconds after which the caller's telephone must not be rung."""
    joined: float
    """Since when the caller has waited."""


@message("acd.callback_booked")
@dataclass(frozen=True)
class CallbackBooked:
    """The caller will be called back: it is written down, and may be promised."""

    call: str
    media: str
    callback: str


@message("acd.callback_refused")
@dataclass(frozen=True)
class CallbackRefused:
    """The caller goes on waiting."""

    call: str
    media: str
    why: Literal["not_here", "ringing", "number", "fault"]
    """The queue does not call back; an agent's phone rings just now; that number is not dialled."""
