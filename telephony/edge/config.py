"""PURE. What the edge is told at its start."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from telephony.edge.errors import BadEdgeConfig
from telephony.edge.uri import Hop

WILDCARDS = ("0.0.0.0", "::")
"""Every address of this machine: to listen on, and none at which it can be reached."""
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True)
class MediaTarget:
    """One media process."""

    name: str
    """Letters, digits, `_`, `.`, `-`: it travels in the Record-Route."""
    host: str
    """An IP address, not a name: the process is known by it."""
    port: int
    max_calls: int = 200
    """Dialogs, in and out together, above which no new call goes there."""

    @property
    def hop(self) -> Hop:
        """Its SIP address."""
        return Hop("udp", self.host, self.port)


@dataclass(frozen=True)
class Ha1:
    """H(user:realm:password) in hex, of RFC 7616 §3.4.2; an empty one is never accepted."""

    md5: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Trunk:
    """A carrier, or another exchange."""

    name: str
    host: str
    port: int = 5060
    transport: str = "udp"
    sources: tuple[str, ...] = ()
    """Where its calls come from: `192.0.2.0/24`, `192.0.2.7`, `192.0.2.7:5060`. Where `host` is an
    address it need not be repeated; where we register, whoever answers is added."""
    user: str = ""
    """For digest, and for REGISTER. Empty: the trunk never asks."""
    password: str = field(default="", repr=False)
    register: bool = False
    """Register outwards, so that the carrier finds us."""
    expires: int = 600
    """Seconds for which we ask the carrier to keep our registration."""
    max_cps: float = 0.0
    """Calls of campaigns that may leave over it in a second; 0: any number."""
    rehearsal: bool = False
    """It plays a carrier: what names no trunk does not go there."""

    @property
    def hop(self) -> Hop:
        """Its SIP address."""
        return Hop(self.transport, self.host, self.port)


@dataclass(frozen=True)
class EdgeConfig:
    """All of it. Times in seconds."""

    domain: str
    """The SIP domain of the phones, and the realm of digest."""
    media: tuple[MediaTarget, ...]
    browsers: Hop | None = None
    """The process that is the telephone of agents' browsers, and registers as them; None: none."""
    host: str = "127.0.0.1"
    """Where to listen, UDP and TCP."""
    port: int = 5060
    """0: any free one."""
    advertise: str = ""
    """The address that peers are told (Via, Record-Route); empty: `host`."""
    lines: frozenset[str] = frozenset()
    default_line: str | None = None
    """Who gets calls for numbers that are no line; None: they get 404."""
    emergency: frozenset[str] = frozenset()
    """Lines whose calls are let in even where a media process has no room for a conversation."""
    trunks: tuple[Trunk, ...] = ()
    default_trunk: str | None = None
    """Who carries calls to plain numbers; None: the first trunk that has
    a host."""
    credentials: Mapping[str, Ha1] | None = None
    """By address of record, which is the user part at `domain`, e.g. `7001`. None: not told yet
    (`set_credentials` will); until then phones are asked to come again (503), not refused."""
    max_calls: int = 100
    """Inbound calls at once, above which there is 503."""
    retry_after: int = 10
    """What Retry-After says with 503."""
    call_expiry: float = 4 * 3600.0
    """Silence in a dialog after which its BYE is taken as lost, and the call as ended."""
    ring_expiry: float = 300.0
    """The same for an INVITE without a final response."""
    silent_after: float = 6.0
    """A media process that answers an INVITE with nothing for so long counts as failed: 503."""
    register_min: int = 60
    register_default: int = 600
    register_max: int = 3600
    options_every: float = 30.0
    """How often a registered phone is asked by OPTIONS whether it lives, at the latest; 0: never.
    Seconds, as in the next one."""
    options_patience: float = 6.0
    """A phone that leaves OPTIONS and its repeats unanswered for so long is deaf."""
    nonce_lifetime: float = 300.0
    admit_secret: str = field(default="", repr=False)
    """Told to media processes with every admitted call (`X-Centralino-Admit`), so that they can
    refuse what did not come through us. Empty: not told."""
    max_contacts: int = 10
    """Phones of one address of record."""

    def __post_init__(self) -> None:
        _check(self)

    @property
    def public_host(self) -> str:
        """What peers are told."""
        return self.advertise or self.host


def _check(config: EdgeConfig) -> None:
    """Raises BadEdgeConfig."""
    if config.public_host in WILDCARDS:
        raise BadEdgeConfig("edge.advertise: set the address that peers reach, host is a wildcard")
    names = [target.name for target in config.media] + [trunk.name for trunk in config.trunks]
    for name in names:
        if not _NAME.fullmatch(name):
            raise BadEdgeConfig(
                f"edge: {name!r}: a name has letters, digits, '_', '.' and '-' only"
            )
    if len(set(names)) != len(names):
        raise BadEdgeConfig("edge: two media processes or trunks have the same name")
    for target in config.media:
        if not is_address(target.host):
            raise BadEdgeConfig(f"edge.media {target.name}: host must be an IP address")
    if config.default_trunk is not None and config.default_trunk not in names:
        raise BadEdgeConfig(f"edge.default_trunk: there is no trunk {config.default_trunk!r}")


def is_address(host: str) -> bool:
    """Whether this is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
