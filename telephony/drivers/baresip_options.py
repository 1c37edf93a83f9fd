"""How baresip is set up, and the lines of text that tell it so. PURE; imports no baresip."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telephony.drivers.addresses import name_addr, parse_uri
from telephony.types import Capabilities, Cause, Originate

MAX_IDENTITIES = 1000
"""Different From headers in the life of a process; each keeps some native memory for good."""
MAX_LEGS = 250
"""The stack's own table of sound slots has about 254."""
EXPOSED = (
    "From",
    "To",
    "Diversion",
    "History-Info",
    "P-Asserted-Identity",
    "User-to-User",
    "X-Request-URI",
    "X-Centralino-Source",
    "X-Centralino-Token",
    "X-Centralino-Call",
    "X-Centralino-Test",
)
"""Headers of an INVITE that LegOffered tells; the stack allows 16."""
CAPABILITIES = Capabilities(
    name="baresip",
    max_legs=MAX_LEGS,
    early_media=False,
    answer_headers=False,
    refusal_causes=(Cause.BUSY,),
    max_identities=MAX_IDENTITIES,
)


@dataclass(frozen=True)
class Registration:
    """An account at a registrar: phones and trunks."""

    user: str
    password: str
    registrar: str
    """`host:port`, where its legs are sent first."""
    expires: int = 600
    """Seconds between refreshes."""
    domain: str = ""
    """Of the account; empty: `registrar`."""


@dataclass(frozen=True)
class BaresipOptions:
    """How the stack is set up. Everything has a working default."""

    host: str = "127.0.0.1"
    """The local address of SIP and RTP. On loopback nothing leaves the machine."""
    port: int = 0
    """0 picks a free one; `BaresipControl.port` tells it."""
    outbound_proxy: str | None = None
    """`host:port` where every leg that we place is sent first: the edge."""
    user: str = "centralino"
    """The user part of our own address where nothing else is asked for."""
    codecs: tuple[str, ...] = ("pcmu", "pcma")
    jitter_ms: tuple[int, int] = (20, 100)
    """Bounds of the adaptive jitter buffer, milliseconds."""
    rtp_ports: tuple[int, int] = (20000, 32766)
    """Below the ports that Linux gives out by itself, so that the two never meet."""
    dtmf: str = "rtpevent"
    """How keys are sent: `rtpevent` (RFC 4733) or `info`; both are received."""
    register: Registration | None = None
    follow_transfers: bool = False
    """Whether a REFER from the far end is obeyed: phones do, a centre never lets itself be sent."""
    expose_headers: tuple[str, ...] = ()
    """More headers for LegOffered, up to five."""
    sip_trace: bool = False
    """Every SIP message to the logger `baresip.native.sip`, level DEBUG."""


def exposed_headers(options: BaresipOptions) -> tuple[str, ...]:
    """The headers that LegOffered tells."""
    return EXPOSED + options.expose_headers


def config_text(options: BaresipOptions, port: int) -> str:
    """The lines of configuration that the binding has no field for."""
    low, high = options.jitter_ms
    lines = (
        f"sip_listen {options.host}:{port}",
        "sip_transports udp,tcp",
        f"rtp_ports {options.rtp_ports[0]}-{options.rtp_ports[1]}",
        "audio_jitter_buffer_type adaptive",
        f"audio_jitter_buffer_ms {low}-{high}",
        "call_hold_other_calls no",
    )
    return "\n".join(lines) + "\n"


def main_line(options: BaresipOptions, port: int) -> str:
    """The account of the user agent that takes every inbound leg, whoever was dialled."""
    account = options.register
    if account is None:
        uri = f"sip:{options.user}@{options.host}:{port}"
        return _account_line(options, f"<{uri}>", 0, "catchall=yes")
    return account_line(options, account, "catchall=yes")


def account_line(options: BaresipOptions, account: Registration, *more: str) -> str:
    """An account that registers."""
    login = (f'auth_pass="{account.password}"', f"auth_user={account.user}")
    uri = f"sip:{account.user}@{account.domain or account.registrar}"
    return _account_line(options, f"<{uri}>", account.expires, *login, *more)


def identity_line(options: BaresipOptions, order: Originate) -> str | None:
    """The account whose From is this order's; None where it is the main one's.

    An account that registers speaks for itself only, and a From that is no SIP URI cannot be ours.
    """
    uri = parse_uri(order.from_uri)
    if uri is None or not uri.user or options.register is not None:
        return None
    if order.direct:
        options = replace(options, outbound_proxy=None)
    return _account_line(options, name_addr(f"sip:{uri.user}@{uri.hostport}", order.from_name), 0)


def identity_headers(order: Originate) -> dict[str, str]:
    """Who the leg is from, in the way that does not depend on a user agent of its own."""
    uri = parse_uri(order.from_uri)
    if uri is None or not uri.user:
        return {}
    identity = name_addr(f"sip:{uri.user}@{uri.hostport}", order.from_name)
    return {"P-Asserted-Identity": identity}


def _account_line(options: BaresipOptions, address: str, expires: int, *more: str) -> str:
    parameters = [
        f"regint={expires}",
        "answermode=manual",
        f"audio_codecs={','.join(options.codecs)}",
        f"dtmfmode={options.dtmf}",
        *more,
    ]
    proxy = options.outbound_proxy
    if proxy is None and options.register is not None:
        proxy = options.register.registrar
    if proxy is not None:
        parameters.append(f'outbound="sip:{proxy}"')
    return f"{address};" + ";".join(parameters)
