"""The gate before everything that is dialled: asks `may_dial`, tells control of what it denied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import structlog

from centralino import messages as house_messages
from centralino.config.model import Config
from telephony.dialling import DialPlan, DialRule, Purpose, bare, may_dial

log = structlog.get_logger()

REMEMBERED = 1000
"""Denials known to the log, so that one contact refused all day is one line."""


def plan_of(config: Config, edge: str) -> DialPlan:
    """The rules of this house; `edge` is the host:port by which our own legs reach it."""
    return DialPlan(
        rules=tuple(
            DialRule(
                rule.allow, frozenset(Purpose(each) for each in rule.purposes),
                frozenset(rule.clients), rule.targets,
            )
            for rule in config.dial_rules
        ),
        hosts=frozenset(host.lower() for host in _hosts(config, edge)),
        country_code=config.dialling.country_code,
        international_prefix=config.dialling.international_prefix,
        national_prefix=config.dialling.national_prefix,
    )  # fmt: skip


def _hosts(config: Config, edge: str) -> Iterator[str]:
    """We, and our trunks: a number there is dialled at our cost, whoever wrote the address."""
    yield from (edge, config.domain, f"{config.domain}:{config.sip.port}")
    for trunk in config.trunks:
        for address in filter(None, (trunk.target, trunk.registrar)):
            host, _, port = address.partition(":")
            yield from (host, f"{host}:{port or 5060}")


def contact_uri(contact: str, edge: str) -> str:
    """Where somebody is: a SIP URI as it is, a number or a registered name at the edge.

    A number is dialled as the rules read it, without blanks and the like.
    """
    if contact.startswith(("sip:", "sips:")):
        return contact
    return f"sip:{bare(contact)}@{edge}"


def contact_denied(
    config: Config, edge: str, purpose: Purpose = Purpose.AGENT
) -> Callable[[str, str], str]:
    """Why a contact may not be dialled for a client, in a few words; empty where it may."""
    plan = plan_of(config, edge)

    def denied(contact: str, client: str) -> str:
        verdict = may_dial(contact_uri(contact, edge), purpose, client, plan)
        return "" if verdict.allowed else str(verdict)

    return denied


@dataclass
class Gate:
    """What this process may dial."""

    plan: DialPlan
    tell: Callable[[object, str | None], None]
    """Tells control."""
    _known: set[tuple[str, Purpose, str]] = field(default_factory=set)

    def allows(self, target: str, purpose: Purpose, call: str, client: str) -> bool:
        """Whether this SIP URI may be dialled; a denial is told in the call's journal."""
        verdict = may_dial(target, purpose, client, self.plan)
        if verdict.allowed:
            return True
        self.tell(house_messages.NotDialled(call, client, purpose, str(verdict)), call)
        known = (target, purpose, client)
        if known not in self._known and len(self._known) < REMEMBERED:
            self._known.add(known)
            log.warning("media.not_dialled", call=call, purpose=purpose, why=str(verdict))
        return False
