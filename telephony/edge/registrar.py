"""PURE. Who is reached where (RFC 3261 §10.3). One phone is one binding of an address of record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from telephony.edge.alarms import Alarms
from telephony.edge.config import EdgeConfig
from telephony.edge.errors import MalformedMessage, RegisterRefused
from telephony.edge.events import (
    Binding,
    DropBinding,
    FlowClosed,
    Registered,
    SaveBinding,
    Unregistered,
)
from telephony.edge.message import Header, Request, Response
from telephony.edge.proxy import respond
from telephony.edge.uri import Hop, NameAddr, Params, param, parse_name_addr, parse_uri

Change = SaveBinding | DropBinding | Registered | Unregistered


@dataclass(frozen=True)
class Outcome:
    """What a REGISTER leads to: the changes first, the response after them."""

    response: Response
    changes: tuple[Change, ...] = ()


class Registrar:
    """The bindings of all phones."""

    def __init__(self, config: EdgeConfig, alarms: Alarms) -> None:
        self._config = config
        self._alarms = alarms
        self._bindings: dict[str, list[Binding]] = {}

    def __len__(self) -> int:
        return len(self._bindings)

    def newest(
        self, aor: str, lives: Callable[[Binding], bool] = lambda binding: True
    ) -> Binding | None:
        """The phone that registered last, of those that live if any does."""
        known = self._bindings.get(aor, ())
        return max(known, key=lambda one: (lives(one), one.registered_at), default=None)

    def bindings(self) -> list[Binding]:
        """Of all phones."""
        return [one for all_ in self._bindings.values() for one in all_]

    def at(self, flow: Hop) -> set[str]:
        """The addresses of record with a phone there."""
        return {
            aor for aor, all_ in self._bindings.items() if any(one.flow == flow for one in all_)
        }

    def register(self, request: Request, aor: str, source: Hop, now: float) -> Outcome:
        """Do what an authorised REGISTER asks."""
        try:
            wanted = self._wanted(request, aor, source, now)
        except RegisterRefused as problem:
            return Outcome(respond(request, problem.code, problem.phrase, problem.headers))
        except MalformedMessage as error:
            return Outcome(respond(request, 400, f"Bad Request: {error}"))
        changes = self._replace(aor, wanted, now) if wanted is not None else ()
        return Outcome(respond(request, 200, "OK", self._listing(aor, now)), tuple(changes))

    def restore(self, bindings: Iterable[Binding], now: float) -> list[Change]:
        """Take over the bindings of an earlier run."""
        changes: list[Change] = []
        for one in bindings:
            if one.expires_at <= now:
                changes.append(DropBinding(one.aor, one.contact))
                continue
            if one.aor not in self._bindings:
                changes.append(Registered(one.aor))
            self._bindings.setdefault(one.aor, []).append(one)
            self._arm(one.aor)
        return changes

    def closed(self, event: FlowClosed, now: float) -> list[Change]:
        """A connection is gone, and with it the phones behind it (RFC 5626 §4.2.3)."""
        changes: list[Change] = []
        for aor in self.at(event.flow):
            kept = [
                one for one in self._bindings[aor]
                if one.flow != event.flow or one.registered_at > event.since
            ]  # fmt: skip
            changes += self._replace(aor, kept, now)
        return changes

    def expire(self, aor: str, now: float) -> list[Change]:
        """Drop what has not been refreshed."""
        return self._replace(aor, self._bindings.get(aor, []), now)

    def forget(self, aor: str, now: float) -> list[Change]:
        """Drop every phone of an address of record that may no longer register."""
        return self._replace(aor, [], now)

    def known(self) -> list[str]:
        """Every address of record with a phone."""
        return sorted(self._bindings)

    # What a request asks for.

    def _wanted(self, request: Request, aor: str, source: Hop, now: float) -> list[Binding] | None:
        """The bindings after the request; None where it only asks for the list."""
        contacts = [parse_name_addr(text) for text in request.all("Contact")]
        if not contacts:
            return None
        if any(contact.uri == "*" for contact in contacts):
            return self._nothing(request, contacts)
        bindings = list(self._bindings.get(aor, []))
        for contact in contacts:
            bindings = self._apply(bindings, request, aor, contact, source, now)
        if len([one for one in bindings if one.expires_at > now]) > self._config.max_contacts:
            raise RegisterRefused(403, "Too Many Contacts")
        return bindings

    @staticmethod
    def _nothing(request: Request, contacts: list[NameAddr]) -> list[Binding]:
        """`Contact: *` (§10.3 step 6)."""
        if len(contacts) > 1 or (request.get("Expires") or "").strip() != "0":
            raise RegisterRefused(400, "Contact: * needs Expires: 0 and stands alone")
        return []

    def _apply(
        self,
        bindings: list[Binding],
        request: Request,
        aor: str,
        contact: NameAddr,
        source: Hop,
        now: float,
    ) -> list[Binding]:
        key = _key(contact.uri)
        old = next((one for one in bindings if _key(one.contact) == key), None)
        number = request.cseq[0]
        repeats = old is not None and old.call_id == request.call_id
        if old is not None and repeats and number < old.cseq:
            raise RegisterRefused(500, "CSeq Out of Order")
        seconds = self._seconds(contact, request)
        rest = [one for one in bindings if one is not old]
        if source == self._config.browsers:  # one telephone an agent: what an earlier life of the
            rest = [one for one in rest if one.flow != source]  # process left behind is gone
        if seconds == 0:
            return rest
        since = old.registered_at if old is not None and repeats else now
        new = Binding(aor, contact.uri, source, now + seconds, request.call_id, number, since)
        return [*rest, new]

    def _seconds(self, contact: NameAddr, request: Request) -> int:
        """For how long (§10.3 step 7), or 423."""
        config = self._config
        text = param(contact.params, "expires") or request.get("Expires") or ""
        seconds = int(text) if re.fullmatch(r"\d{1,10}", text, re.A) else config.register_default
        if 0 < seconds < config.register_min:
            least = ("Min-Expires", str(config.register_min))
            raise RegisterRefused(423, "Interval Too Brief", (least,))
        return min(seconds, config.register_max)

    def _listing(self, aor: str, now: float) -> list[Header]:
        return [
            ("Contact", f"<{one.contact}>;expires={max(0, round(one.expires_at - now))}")
            for one in self._bindings.get(aor, [])
        ]

    # What changes.

    def _replace(self, aor: str, wanted: list[Binding], now: float) -> list[Change]:
        before = self._bindings.get(aor, [])
        after = [one for one in wanted if one.expires_at > now]
        kept = {one.contact for one in after}
        changes: list[Change] = [
            DropBinding(aor, one.contact) for one in before if one.contact not in kept
        ]
        changes += [SaveBinding(one) for one in after if one not in before]
        if after:
            self._bindings[aor] = after
        else:
            self._bindings.pop(aor, None)
        if bool(before) != bool(after):
            changes.append(Registered(aor) if after else Unregistered(aor))
        self._arm(aor)
        return changes

    def _arm(self, aor: str) -> None:
        bindings = self._bindings.get(aor)
        if bindings:
            self._alarms.set(("binding", aor), min(one.expires_at for one in bindings))
        else:
            self._alarms.drop(("binding", aor))


def _key(contact: str) -> tuple[str, str | None, str, int | None, str, Params]:
    """By what two Contacts are the same phone (§19.1.4, as far as phones differ in it).

    Raises MalformedMessage.
    """
    uri = parse_uri(contact)
    if uri.scheme not in ("sip", "sips"):
        raise MalformedMessage("a Contact must be a SIP URI")
    line = tuple(pair for pair in uri.params if pair[0] in ("line", "rinstance", "ob"))
    return uri.scheme, uri.user, uri.host, uri.port, uri.transport, line
