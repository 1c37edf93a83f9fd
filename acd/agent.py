"""An agent is two machines. PURE.

What the *person* wants (`WANT`) and what the *system* knows (`STATE`) move apart: a person may ask
for a break in the middle of a call, and a phone may be lost while its owner wants calls. An agent
is offered calls where both agree: ready and idle.

The events of the tables are the agent's own messages, and the inner events below where one message
means different things (not ready *now*, or *after this call*).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from acd.messages import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentNotReady,
    AgentReady,
    Bridged,
    ContactEnded,
    OfferAnswered,
    OfferRinging,
    WrapUpEnded,
)
from acd.offer import Effect
from acd.records import QUICK_SECONDS, AgentRecord, OfferRecord, Phone, State, Want
from kernel.machine import Machine


@dataclass(frozen=True)
class NotReadyAfter:
    """Not ready, said in a call: it holds from its end."""


@dataclass(frozen=True)
class LogOutAfter:
    """Logged out, said in a call."""


@dataclass(frozen=True)
class CameToRest:
    """The call and its wrap-up are over: what was pending comes true."""


@dataclass(frozen=True)
class SetNotReady:
    """The system took the agent out: an offer was not answered, or the phone is in trouble."""


@dataclass(frozen=True)
class OfferMade:
    """A call was found for the agent."""


@dataclass(frozen=True)
class OfferOver:
    """The offer ended before there was a contact."""


@dataclass(frozen=True)
class CallerHeld:
    """The caller is on hold."""


@dataclass(frozen=True)
class CallerRetrieved:
    """The caller is so no more."""


@dataclass(frozen=True)
class PhoneUp:
    """The phone can be reached."""


@dataclass(frozen=True)
class PhoneDown:
    """The phone cannot be reached."""


WANT: Machine[Want] = Machine(
    "agent: what the person wants",
    {
        Want.LOGGED_OUT: {AgentLoggedIn: Want.NOT_READY},
        Want.NOT_READY: {
            AgentReady: Want.READY,
            AgentNotReady: Want.NOT_READY,
            AgentLoggedOut: Want.LOGGED_OUT,
        },
        Want.READY: {
            AgentNotReady: Want.NOT_READY,
            NotReadyAfter: Want.NOT_READY_AFTER,
            AgentLoggedOut: Want.LOGGED_OUT,
            LogOutAfter: Want.LOG_OUT_AFTER,
            SetNotReady: Want.NOT_READY,
        },
        Want.NOT_READY_AFTER: {
            AgentReady: Want.READY,
            NotReadyAfter: Want.NOT_READY_AFTER,
            LogOutAfter: Want.LOG_OUT_AFTER,
            AgentLoggedOut: Want.LOGGED_OUT,
            CameToRest: Want.NOT_READY,
        },
        Want.LOG_OUT_AFTER: {
            AgentReady: Want.READY,
            NotReadyAfter: Want.NOT_READY_AFTER,
            AgentLoggedOut: Want.LOGGED_OUT,
            CameToRest: Want.LOGGED_OUT,
        },
    },
)

STATE: Machine[State] = Machine(
    "agent: what the system knows",
    {
        State.OFFLINE: {PhoneUp: State.IDLE},
        State.IDLE: {OfferMade: State.RESERVED, PhoneDown: State.OFFLINE},
        State.RESERVED: {
            OfferRinging: State.RINGING,
            OfferAnswered: State.WHISPER,
            Bridged: State.TALKING,
            OfferOver: State.IDLE,
            ContactEnded: State.WRAP_UP,
        },
        State.RINGING: {
            OfferAnswered: State.WHISPER,
            Bridged: State.TALKING,
            OfferOver: State.IDLE,
            ContactEnded: State.WRAP_UP,
        },
        State.WHISPER: {
            Bridged: State.TALKING,
            OfferOver: State.IDLE,
            ContactEnded: State.WRAP_UP,
        },
        State.TALKING: {CallerHeld: State.HOLD, ContactEnded: State.WRAP_UP},
        State.HOLD: {CallerRetrieved: State.TALKING, ContactEnded: State.WRAP_UP},
        State.WRAP_UP: {WrapUpEnded: State.IDLE},
    },
)

NO_ANSWER, PHONE_TROUBLE = "no answer", "phone trouble"
"""Reasons that the system gives for an agent who is not ready."""
NOT_UP_YET = "is being called"
"""Why a phone that is to stay up cannot be reached at log-in."""
LAPSED = "is not registered"
"""Why a phone is away of which nothing else is told."""


IN_CALL = frozenset({State.WHISPER, State.TALKING, State.HOLD})
HELD = frozenset({"hold", "calling", "consult"})
"""Of `ContactMoved`: the caller is on hold."""
WITH_A_CALL = IN_CALL | {State.WRAP_UP}
OFFERED = frozenset({State.RESERVED, State.RINGING})


def wants(record: AgentRecord, event: object, now: float, reason: str = "") -> AgentRecord:
    """The record after the person's machine took `event`. Raises IllegalTransition."""
    want = WANT.next(record.want, event)
    if want is Want.NOT_READY_AFTER:
        return replace(record, want=want, after=reason, want_since=now)
    held = reason or record.after if want is Want.NOT_READY else ""
    return replace(record, want=want, reason=held, after="", want_since=now)


def moves(record: AgentRecord, event: object, now: float) -> AgentRecord:
    """The record after the system's machine took `event`. Raises IllegalTransition."""
    return replace(record, state=STATE.next(record.state, event), since=now)


def logged_in(known: AgentRecord | None, event: AgentLoggedIn, now: float) -> AgentRecord | None:
    """The record after a log-in; None when it says nothing new.

    Said again by one who is in, it changes phone, queues and skills and nothing else.
    """
    if known is not None and known.want is not Want.LOGGED_OUT:
        again = _as_said(known, event)
        if again == known:
            return None
        if event.contact == known.contact and event.nailed_up == known.nailed_up:
            return again
        if event.nailed_up:
            return with_phone(again, Phone.LOST, now, NOT_UP_YET)
        return with_phone(again, Phone.UP, now)
    record = known or AgentRecord(event.agent, event.client, event.contact)
    moved = record.contact != event.contact
    phone = Phone.LOST if record.phone is Phone.LOST and not moved else Phone.UP
    why = record.phone_why
    if event.nailed_up:
        phone, why = Phone.LOST, NOT_UP_YET
    record = wants(_as_said(record, event), event, now)
    return with_phone(replace(record, idle_since=now), phone, now, why)


def _as_said(record: AgentRecord, event: AgentLoggedIn) -> AgentRecord:
    queues = tuple(dict.fromkeys(event.queues))
    moved = record.contact != event.contact
    return replace(
        record, client=event.client, contact=event.contact, queues=queues,
        skills=dict(event.skills), tiers=dict(event.tiers), order=event.order,
        nailed_up=event.nailed_up, team=event.team, quick=0 if moved else record.quick,
    )  # fmt: skip


def with_phone(record: AgentRecord, phone: Phone, now: float, why: str = "") -> AgentRecord:
    """The record with the phone up, lost or failed. One in a call stays in it. A phone that comes
    back is left alone no longer for what came of an offer before."""
    record = _away(record, phone, now, why)
    if phone is Phone.UP and record.phone is not Phone.UP:
        record = replace(record, not_before=0.0)
    record = replace(record, phone=phone, phone_why="" if phone is Phone.UP else why)
    event: object = PhoneUp() if phone is Phone.UP else PhoneDown()
    if record.want is not Want.LOGGED_OUT and STATE.allows(record.state, event):
        return moves(record, event, now)
    return record


def _away(record: AgentRecord, phone: Phone, now: float, why: str) -> AgentRecord:
    """What the agent is told on coming back: why the phone was away, and from when to when. The
    first reason holds: what follows it is how the phone is sought."""
    if phone is Phone.UP:
        back = record.away_why and not record.away_to
        return replace(record, away_to=now) if back else record
    if record.phone is Phone.UP and record.want is not Want.LOGGED_OUT:
        return replace(record, away_why=why or LAPSED, away_from=now, away_to=0.0)
    return record


def told_away(record: AgentRecord) -> AgentRecord:
    """The record of an agent who has been told, or has shown to be there."""
    return replace(record, away_why="", away_from=0.0, away_to=0.0)


def at_rest(record: AgentRecord, now: float) -> AgentRecord:
    """The record of an agent whom no call holds any more: what was pending comes true."""
    record = replace(record, offer="", wrap_up_until=0.0, busy_since=0.0)
    if WANT.allows(record.want, CameToRest()):
        record = wants(record, CameToRest(), now)
    if record.want is Want.LOGGED_OUT:
        return logged_out(record)
    return with_phone(record, record.phone, now, record.phone_why)


def logged_out(record: AgentRecord) -> AgentRecord:
    """The record of an agent who is out."""
    blank = replace(told_away(record), reason="", after="", offer="", call="", errors=0)
    blank = replace(blank, wrap_up_until=0.0, not_before=0.0, busy_since=0.0)
    return replace(blank, want=Want.LOGGED_OUT, state=State.OFFLINE, since=blank.want_since)


def reserved(record: AgentRecord, offer: OfferRecord, now: float) -> AgentRecord:
    """The record of an agent to whom a call is offered."""
    return replace(
        moves(record, OfferMade(), now), offer=offer.offer, call=offer.call,
        busy_since=now, busy_queue="" if offer.consult else offer.queue, busy_intent=offer.intent,
    )  # fmt: skip


def after_offer(record: AgentRecord, effect: Effect, limit: int, now: float) -> AgentRecord:
    """The record after an offer that came to nothing; `limit` is of errors in a row."""
    record = replace(moves(record, OfferOver(), now), call="")
    errors = record.errors + effect.trouble
    reason = NO_ANSWER if effect.not_ready else PHONE_TROUBLE if errors >= limit else ""
    if reason and WANT.allows(record.want, SetNotReady()):
        record = wants(record, SetNotReady(), now, reason)
    not_before = now + effect.pause if effect.pause else record.not_before
    quick = 0 if effect.offline or effect.not_ready else record.quick
    after = replace(record, errors=errors, not_before=not_before, quick=quick)
    if effect.offline:
        after = with_phone(after, Phone.FAILED, now, effect.offline)
    return at_rest(after, now)


def answered(record: AgentRecord, took: float) -> AgentRecord:
    """The record of an agent whose phone answered an offer after so many seconds."""
    record = told_away(record)
    if record.nailed_up:
        return record
    return replace(record, quick=record.quick + 1 if took <= QUICK_SECONDS else 0)


def after_contact(record: AgentRecord, wrap_up: float, now: float) -> AgentRecord:
    """The record after a contact: in wrap-up for so many seconds, and idle as of now."""
    record = moves(record, ContactEnded(record.offer, "caller"), now)
    record = replace(record, offer="", idle_since=now, errors=0, wrap_up_until=now + wrap_up)
    return record if wrap_up else wrapped_up(record, now)


def in_contact(record: AgentRecord, talk: str, now: float) -> AgentRecord:
    """The record of an agent whose contact stands like this."""
    event: object = CallerHeld() if talk in HELD else CallerRetrieved()
    return moves(record, event, now) if STATE.allows(record.state, event) else record


def joined(record: AgentRecord, call: str) -> AgentRecord:
    """The record of one who was consulted about a call, and has it now."""
    return replace(record, call=call)


def wrapped_up(record: AgentRecord, now: float) -> AgentRecord:
    """The record after wrap-up. Raises IllegalTransition for an agent in none."""
    return at_rest(moves(record, WrapUpEnded(record.agent), now), now)
