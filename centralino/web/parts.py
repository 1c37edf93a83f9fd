"""What the pages are made of: given as one value, so that a test hands over what it likes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from centralino.content.errors import ContentError
from centralino.db.calls import CallRow
from centralino.db.journal import JournalRow
from centralino.outbound.campaigns import Asker, Campaigns
from centralino.outbound.choosing import Choosing
from centralino.outbound.recording import Recorder
from centralino.outbound.talks import Choices, Talks
from centralino.review.desk import ReviewDesk
from centralino.web.errors import ApiKeysUnreadable
from centralino.web.metrics import Metrics
from centralino.web.ports import (
    CallersPort,
    CallsPort,
    Clients,
    Consultations,
    ContentsPort,
    Desk,
    EventsPort,
    FactsPort,
    Journey,
    PacketTokens,
    PagesPort,
    PeoplePort,
    SignInPort,
    SoundsPort,
)
from kernel.clock import Clock
from kernel.errors import KernelError

log = structlog.get_logger()
DAY = 86_400.0
SHORTEST_KEY = 16


@dataclass(frozen=True)
class ApiKey:
    """A program that may ask without being signed in. Only the key's digest is kept."""

    name: str
    digest: bytes
    """SHA-256 of the key: it is long and random, so no slow hash is needed."""
    clients: Clients = None


def digest_of(key: str) -> bytes:
    """How an API key is kept and compared."""
    return hashlib.sha256(key.encode()).digest()


def read_api_keys(path: Path) -> tuple[ApiKey, ...]:
    """Keys from a file of `name key [client,client]` lines. Raises ApiKeysUnreadable."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ApiKeysUnreadable(str(path), None, f"it cannot be read ({error})") from error
    return tuple(
        _api_key(str(path), number, line.split())
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.lstrip().startswith("#")
    )


def _api_key(file: str, number: int, words: list[str]) -> ApiKey:
    if len(words) not in (2, 3):
        raise ApiKeysUnreadable(file, number, f"{len(words)} words where 2 or 3 belong")
    if len(words[1]) < SHORTEST_KEY:
        raise ApiKeysUnreadable(file, number, f"the key is shorter than {SHORTEST_KEY} characters")
    clients = frozenset(words[2].split(",")) if len(words) == 3 else None
    return ApiKey(words[0], digest_of(words[1]), clients)


@dataclass(frozen=True)
class WebConfig:
    """What the pages are told once."""

    centre: str
    domain: str = "127.0.0.1"
    """Of SIP addresses: an agent without a contact is reached at `sip:<sip user>@<domain>`."""
    clients: Mapping[str, str] = field(default_factory=dict)
    """Client id → its name."""
    reasons: tuple[str, ...] = ("break", "lunch", "meeting", "training", "other")
    reason_seconds: Mapping[str, float] = field(default_factory=dict)
    """Not-ready reason → seconds a day that are allowed."""
    dispositions: tuple[str, ...] = ("solved", "follow-up", "wrong number", "no answer given")
    decline_reasons: tuple[str, ...] = ()
    """Why an agent declines a call that rings."""
    bots: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Line → language → the bot that answers it; the line's own language first."""
    line_clients: Mapping[str, str] = field(default_factory=dict)
    """Line → whose it is."""
    screen_pops: Mapping[str, str] = field(default_factory=dict)
    """Queue → the address opened when its call rings."""
    skills: tuple[str, ...] = ()
    """Every skill there is; empty: not checked."""
    team_of: Callable[[str], str] = lambda number: ""
    """The team of the agent with this number; empty for none."""
    secure: bool = False
    """Behind TLS: the session cookie is sent over it alone."""
    retention_seconds: Callable[[str], float] = lambda line: 90 * DAY
    """How long notes about a line's calls are kept."""
    api_keys: tuple[ApiKey, ...] = ()
    heartbeat_seconds: float = 10.0
    """How often a live socket is sent a sign of life, and its session is looked at again."""

    def bot_of(self, line: str, language: str | None) -> str:
        """The bot that understood what was said there in this language; empty: none does."""
        bots = self.bots.get(line, {})
        own = next(iter(bots.values()), "")
        return bots.get(language, own) if language else own

    @property
    def cookie(self) -> str:
        """The session cookie's name; the prefix binds it to this host and TLS (RFC 6265bis)."""
        return "__Host-centralino" if self.secure else "centralino"


async def nobody_to_tell() -> None:
    """Where nothing else runs, nobody waits for news of people."""


async def no_media(order: object) -> None:
    """Where no media process runs, nothing can be asked of one."""


def no_trouble(sip_user: str) -> str | None:
    """Where no edge runs, a phone is believed to be there until an offer proves otherwise."""
    return None


def nothing_denied(contact: str, client: str) -> str:
    """Where nothing is dialled, every contact will do."""
    return ""


@dataclass(frozen=True)
class Flows:
    """Bots, and the decisions of their conversations."""

    folder: Path
    """Of the bots."""
    decisions: Callable[
        [tuple[float, float], Collection[str], Clients], Awaitable[list[JournalRow]]
    ]
    """Rows of the journal of calls that began in a span, on these lines, of these clients."""


@dataclass(frozen=True)
class WebParts:
    """Everything the pages use."""

    config: WebConfig
    sign_in: SignInPort
    people: PeoplePort
    desk: Desk
    calls: CallsPort
    contents: ContentsPort
    sounds: SoundsPort
    journey: Journey
    facts: FactsPort
    tokens: PacketTokens
    clock: Clock
    metrics: Metrics
    phone_trouble: Callable[[str], str | None] = no_trouble
    """Why the phone of this SIP user cannot be rung; None where it can."""
    contact_denied: Callable[[str, str], str] = nothing_denied
    """Why an agent of this client may not have this contact; empty where he may."""
    to_media: Callable[[Any], Awaitable[None]] = no_media
    """Sends an order to the media process that it names."""
    callers: CallersPort | None = None
    """None: nobody is looked up."""
    browsers: PagesPort | None = None
    """None: no page is a telephone."""
    consulting: Consultations | None = None
    """None: agents ask nobody."""
    people_changed: Callable[[], Awaitable[None]] = nobody_to_tell
    """Called after agents or their credentials changed, so that distributor and edge learn them."""
    flows: Flows | None = None
    """The bots and what calls did in them; None: nothing can be drawn."""
    take_alert: Callable[[bytes, str], Awaitable[dict[str, Any]]] | None = None
    """Takes an alert (CAP) from a named source, and says what was done; None: nobody calls out."""
    talks: Talks | None = None
    """What agents say of their talks with people of campaigns; None where no dialler runs."""
    choosing: Choosing | None = None
    """Whom agents may have dialled; None where no dialler runs."""
    journal: EventsPort | None = None
    """The distributor's journal; None: it cannot be followed."""
    review: ReviewDesk | None = None
    """Where bots are taught; None: there is none in this house."""
    campaigns: Campaigns | None = None
    """None where no dialler runs."""
    hear_notice: Callable[[Mapping[str, Any], Asker], Awaitable[bytes]] | None = None
    """How a notification would sound, as WAV. Raises CampaignError."""
    recorder: Recorder | None = None
    """Takes recorded messages."""
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the house takes no new calls and ends with the running ones."""

    async def content(self, subject: str, kind: str, clients: Clients) -> object | None:
        """As `ContentsPort.get`; what cannot be read counts as missing, and is logged."""
        try:
            return await self.contents.get(subject, kind, clients)
        except (ContentError, KernelError) as error:
            log.error("web.content_unreadable", call=subject, kind=kind, problem=str(error))
            return None

    async def choices(self, row: CallRow | None) -> Choices | None:
        """What an agent may say of a call that a campaign placed; None for any other."""
        if row is None or row.direction != "outbound" or self.talks is None:
            return None
        return await self.talks.choices(row.id)
