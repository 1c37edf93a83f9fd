"""An offer: one call, one agent, for a while. PURE.

An offer has a lease. Whatever gets lost on the way, when the lease ends both call and agent are
free again: neither a ghost call nor a stuck agent can outlive it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from acd.config import BackOff, CentreConfig
from acd.messages import Bridged, OfferAnswered, OfferRinging
from acd.records import AgentRecord, OfferRecord, OfferState, WaitingRecord, kind_of
from kernel.machine import Machine

OFFER: Machine[OfferState] = Machine(
    "offer",
    {
        OfferState.PLACED: {
            OfferRinging: OfferState.RINGING,
            OfferAnswered: OfferState.ANSWERED,
            Bridged: OfferState.BRIDGED,
        },
        OfferState.RINGING: {
            OfferAnswered: OfferState.ANSWERED,
            Bridged: OfferState.BRIDGED,
        },
        OfferState.ANSWERED: {Bridged: OfferState.BRIDGED},
        OfferState.BRIDGED: {},
    },
)
"""Progress only. News of an earlier stage that comes late has no row and counts as stale."""


def make(
    offer: str, call: WaitingRecord, agent: AgentRecord, ring: float, margin: float, now: float
) -> OfferRecord:
    """A new offer; `ring` is the ring time-out in seconds."""
    return OfferRecord(
        offer, call.call, agent.agent, call.client, call.queue, call.media, call.epoch,
        call.caller, call.joined, call.seq, made=now, lease=now + ring + margin, since=now,
        intent=call.intent, origin=call.origin, consult=call.consult, kind=kind_of(call),
        dial_seconds=call.dial_seconds,
    )  # fmt: skip


def progress(
    offer: OfferRecord, event: object, ring: float, config: CentreConfig, now: float,
    dial: float = 0.0,
) -> OfferRecord | None:  # fmt: skip
    """The offer after news of it, its lease renewed for the new stage; None for stale news.

    `dial`: seconds for which a caller's telephone rings once the agent has answered.
    """
    if not OFFER.allows(offer.state, event):
        return None
    state = OFFER.next(offer.state, event)
    terms = {
        OfferState.RINGING: ring + config.lease_margin,
        OfferState.ANSWERED: config.whisper_limit + dial,
        OfferState.BRIDGED: config.contact_limit,
    }
    return replace(offer, state=state, since=now, lease=now + terms[state])


UNREACHED, MUTE = "could not be rung", "no sound from the phone"
"""Why the phone of an offer that did not come through is taken for gone."""

Failure = Literal[
    "no_answer", "busy", "declined", "unreachable", "caller_gone", "error", "withdrawn",
    "expired", "lost_race", "not_reached", "no_sound",
]  # fmt: skip


@dataclass(frozen=True)
class Effect:
    """What a failed offer means for the agent, and for the pair of call and agent."""

    not_ready: bool = False
    """Set not ready: nobody looked."""
    offline: str = ""
    """Why the phone cannot be reached, until it is heard of again; empty: nothing is known."""
    pause: float = 0.0
    """Seconds without any offer for the agent."""
    same_call: float = 0.0
    """Seconds without an offer of this call to this agent."""
    trouble: bool = False
    """A technical cause: it counts towards setting the agent not ready."""


def effects(back_off: BackOff) -> Mapping[Failure, Effect]:
    """The table of failures."""
    again = back_off.same_call_seconds
    return {
        "no_answer": Effect(not_ready=True),
        "busy": Effect(pause=back_off.busy_seconds),
        "declined": Effect(pause=back_off.declined_seconds, same_call=again),
        "unreachable": Effect(offline=UNREACHED),
        "no_sound": Effect(offline=MUTE),
        "caller_gone": Effect(),
        "error": Effect(pause=back_off.error_seconds, trouble=True),
        "withdrawn": Effect(),
        "lost_race": Effect(),
        "not_reached": Effect(),
        "expired": Effect(pause=back_off.error_seconds),
    }


def expired(offer: OfferRecord) -> Failure:
    """What it means that the lease ended: a phone that rang all the time was not answered; where
    nothing was heard, the media process failed and not the agent."""
    return "no_answer" if offer.state is OfferState.RINGING else "expired"
