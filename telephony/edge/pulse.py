"""PURE. Whether registered phones live: each is asked by OPTIONS from time to time (RFC 3261 §11).

A binding lasts for minutes after its phone has lost power or network. So each phone is asked every
`every` seconds, spread by chance so that a thousand phones are not asked at once; any response
counts, also a refusal, but not what a proxy before the phone says in its stead (`INSTEAD`). So does
any other message from where the phone is, if nobody else is there. One that leaves an OPTIONS and
its repeats (§17.1.2.2, timer E) without answer for `patience` seconds is deaf until it is heard
again; meanwhile it is asked more often.

Alarm: `("pulse", Call-ID of its OPTIONS)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from kernel.machine import Machine
from telephony.edge.alarms import Alarms
from telephony.edge.errors import MalformedMessage
from telephony.edge.events import (
    Binding,
    Command,
    DropBinding,
    PhoneDeaf,
    PhoneHeard,
    SaveBinding,
    Send,
)
from telephony.edge.message import Request
from telephony.edge.proxy import COOKIE, Own
from telephony.edge.trunks import T1, T2
from telephony.edge.uri import Hop, parse_uri

SOONER = 10.0
"""Seconds after which one that is deaf is asked again at most."""
TRYING = 100
TIMED_OUT = frozenset({408, 504})
INSTEAD = TIMED_OUT | {TRYING}
"""What a proxy answers for a phone of which it has heard nothing."""


class Pulse(Enum):
    """How a phone is."""

    LIVES = "lives"
    ASKED = "asked"
    DEAF = "deaf"
    ASKED_AGAIN = "deaf, asked again"


@dataclass(frozen=True)
class Asked:
    """An OPTIONS was sent."""


@dataclass(frozen=True)
class Heard:
    """Something came from it."""


@dataclass(frozen=True)
class Unanswered:
    """The OPTIONS stayed without any response."""


PULSE: Machine[Pulse] = Machine(
    "pulse of a phone",
    {
        Pulse.LIVES: {Asked: Pulse.ASKED, Heard: Pulse.LIVES},
        Pulse.ASKED: {Heard: Pulse.LIVES, Unanswered: Pulse.DEAF},
        Pulse.DEAF: {Asked: Pulse.ASKED_AGAIN, Heard: Pulse.LIVES},
        Pulse.ASKED_AGAIN: {Heard: Pulse.LIVES, Unanswered: Pulse.DEAF},
    },
)
SILENT = frozenset({Pulse.DEAF, Pulse.ASKED_AGAIN})


@dataclass(slots=True)
class _Phone:
    binding: Binding
    call_id: str
    tag: str
    state: Pulse = Pulse.LIVES
    cseq: int = 0
    sent: Request | None = None
    """The OPTIONS under way."""
    since: float = 0.0
    wait: float = 0.0


class Pulses:
    """The pulse of every binding. `every` = 0: nobody is asked, and everybody lives."""

    def __init__(
        self, own: Own, alarms: Alarms, every: float, patience: float, chance: Callable[[int], str]
    ) -> None:
        self._own = own
        self._alarms = alarms
        self._every = every
        self._patience = patience
        self._chance = chance
        self._phones: dict[str, _Phone] = {}
        """By Call-ID of its OPTIONS."""
        self._calls: dict[str, dict[str, str]] = {}
        """Address of record → contact → Call-ID."""
        self._at: dict[Hop, dict[str, set[str]]] = {}
        """Flow → addresses of record there → Call-IDs."""

    def lives(self, binding: Binding) -> bool:
        """Whether nothing speaks against it that this phone can be rung."""
        call_id = self._calls.get(binding.aor, {}).get(binding.contact, "")
        return call_id not in self._phones or self._phones[call_id].state not in SILENT

    def follow(self, changes: Iterable[object], now: float) -> list[Command]:
        """Bindings came, were refreshed, or are gone."""
        before: dict[str, bool] = {}
        for change in changes if self._every else ():
            if isinstance(change, SaveBinding):
                before.setdefault(change.binding.aor, self._silent(change.binding.aor))
                self._registered(change.binding, now)
            elif isinstance(change, DropBinding):
                before.setdefault(change.aor, self._silent(change.aor))
                self._gone(change.aor, change.contact)
        there = (aor for aor in before if aor in self._calls)  # the rest is unregistered
        return [news for aor in there for news in self._news(aor, before[aor])]

    def due(self, call_id: str, now: float) -> list[Command]:
        """The alarm went off: ask, repeat, or give up."""
        phone = self._phones[call_id]
        if phone.sent is None:
            return self._ask(phone, now)
        left = phone.since + self._patience - now
        if left <= 0:
            return self._move(phone, Unanswered(), now)
        phone.wait = min(2 * phone.wait, T2, left)
        self._alarms.set(("pulse", call_id), now + phone.wait)
        return [self._send(phone, phone.sent)] if phone.binding.flow.transport == "udp" else []

    def answered(self, call_id: str, code: int, now: float) -> list[Command]:
        """A response to one of our OPTIONS."""
        if code in TIMED_OUT:
            return self.unreachable(call_id, now)
        phone = self._phones.get(call_id)
        if phone is None or code == TRYING:
            return []
        return self._move(phone, Heard(), now)

    def unreachable(self, call_id: str, now: float) -> list[Command]:
        """An OPTIONS could not be sent, or was given up on the way."""
        phone = self._phones.get(call_id)
        if phone is None or phone.sent is None:
            return []
        return self._move(phone, Unanswered(), now)

    def heard_at(self, source: Hop, now: float) -> list[Command]:
        """Something came from there. It says nothing where more than one is: who shares a session
        border controller with others is not heard by what they send."""
        there = self._at.get(source, {})
        ours = next(iter(there.values())) if len(there) == 1 else ()
        deaf = [self._phones[one] for one in sorted(ours) if self._phones[one].state in SILENT]
        return [news for phone in deaf for news in self._move(phone, Heard(), now)]

    # --- inside

    def _registered(self, binding: Binding, now: float) -> None:
        there = self._calls.setdefault(binding.aor, {})
        known = self._phones.get(there.get(binding.contact, ""))
        if known is None:
            call_id = f"{self._chance(8)}@{self._own.host}"
            known = self._phones[call_id] = _Phone(binding, call_id, self._chance(4))
            there[binding.contact] = call_id
        else:
            self._leaves(known)
        known.binding = binding
        self._at.setdefault(binding.flow, {}).setdefault(binding.aor, set()).add(known.call_id)
        self._take(known, Heard(), now)

    def _gone(self, aor: str, contact: str) -> None:
        """Where it was the one that lived, the others may be deaf."""
        there = self._calls.get(aor, {})
        phone = self._phones.pop(there.pop(contact, ""), None)
        if phone is None:
            return
        if not there:
            del self._calls[aor]
        self._leaves(phone)
        self._alarms.drop(("pulse", phone.call_id))

    def _leaves(self, phone: _Phone) -> None:
        """It is no longer where it was."""
        aor, flow = phone.binding.aor, phone.binding.flow
        there = self._at[flow]
        there[aor].discard(phone.call_id)
        if not there[aor]:
            del there[aor]
        if not there:
            del self._at[flow]

    def _move(self, phone: _Phone, event: object, now: float) -> list[Command]:
        before = self._silent(phone.binding.aor)
        self._take(phone, event, now)
        return self._news(phone.binding.aor, before)

    def _take(self, phone: _Phone, event: object, now: float) -> None:
        phone.state = PULSE.next(phone.state, event)
        phone.sent = None
        self._later(phone, now)

    def _news(self, aor: str, before: bool) -> list[Command]:
        after = self._silent(aor)
        if before is after:
            return []
        return [PhoneDeaf(aor) if after else PhoneHeard(aor)]

    def _silent(self, aor: str) -> bool:
        """Whether there are phones of this address of record, and every one is deaf."""
        there = self._calls.get(aor, {}).values()
        return bool(there) and all(self._phones[one].state in SILENT for one in there)

    def _later(self, phone: _Phone, now: float) -> None:
        every = min(self._every, SOONER) if phone.state in SILENT else self._every
        share = 0.5 + int(self._chance(2), 16) / 0x1FFFE  # between a half and all of it
        self._alarms.set(("pulse", phone.call_id), now + every * share)

    def _ask(self, phone: _Phone, now: float) -> list[Command]:
        phone.state = PULSE.next(phone.state, Asked())
        phone.cseq += 1
        phone.sent = self._request(phone)
        phone.since, phone.wait = now, T1
        self._alarms.set(("pulse", phone.call_id), now + min(T1, self._patience))
        return [self._send(phone, phone.sent)]

    def _send(self, phone: _Phone, request: Request) -> Send:
        try:
            otherwise = parse_uri(phone.binding.contact).hop()
        except MalformedMessage:
            otherwise = None
        return Send(phone.binding.flow, request, otherwise)

    def _request(self, phone: _Phone) -> Request:
        """§11.1: out of any dialog."""
        own, binding = self._own, phone.binding
        headers = (
            ("Via", own.via(binding.flow.transport, f"{COOKIE}{self._chance(8)}")),
            ("Max-Forwards", "70"),
            ("From", f"<{own.uri()}>;tag={phone.tag}"),
            ("To", f"<sip:{binding.aor}@{own.domain}>"),
            ("Call-ID", phone.call_id),
            ("CSeq", f"{phone.cseq} OPTIONS"),
            ("Contact", f"<{own.uri()}>"),
            ("Accept", "application/sdp"),
            ("User-Agent", "Centralino"),
        )
        return Request(headers, b"", "OPTIONS", binding.contact)
