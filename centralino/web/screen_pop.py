"""The address that is opened on the agent's page when a call rings: another program's record. PURE.

A template such as `https://crm.example/find?phone={caller}&account={slot.account_number}`. Each
value is percent-encoded, so that nothing a caller says can change the address around it.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from kernel.packet import Packet

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
NAMES = frozenset({"caller", "line", "call", "queue", "client", "language", "intent"})


def problem(template: str) -> str | None:
    """What is wrong with a template; None when it is well."""
    if not re.match(r"https?://[^/{}\s]+", template):
        return "it must begin with http:// or https:// and a host"
    for name in PLACEHOLDER.findall(template):
        if name not in NAMES and not re.fullmatch(r"slot\.\w+", name):
            return f"{{{name}}} is not known: use {', '.join(sorted(NAMES))} or slot.NAME"
    return None


def pop_url(template: str, packet: Packet) -> str:
    """The address for this call; what is not known is empty."""
    slots = {f"slot.{slot.name}": slot.value for slot in packet.slots}
    known = {
        "caller": _number(packet.caller), "line": packet.line, "call": packet.call,
        "queue": packet.queue, "client": packet.client, "language": packet.language,
        "intent": packet.intent.name if packet.intent else "", **slots,
    }  # fmt: skip
    return PLACEHOLDER.sub(lambda match: quote(known.get(match[1], ""), safe=""), template)


def _number(caller: str) -> str:
    """The user part of a SIP URI, or what is no URI as it is."""
    _, colon, rest = caller.partition(":")
    return (rest if colon else caller).partition("@")[0].partition(";")[0]
