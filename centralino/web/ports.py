"""What the pages need of the rest of the house. Each port is satisfied as it stands by the class
named in its docstring; the wiring hands them over in `WebParts`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from acd.callback import Callback
from acd.numbers import Stretch
from acd.snapshot import AgentView, CallView, OfferView, Snapshot
from acd.visits import Visit
from centralino.content.vault import SoundInfo
from centralino.db.calls import CallFilter, CallRow, Cursor
from centralino.db.journal import JournalRow, Page, Rows
from centralino.users.types import (
    AgentProfile,
    AgentSettings,
    NewUser,
    Refused,
    Role,
    Session,
    SignedIn,
    User,
)

Clients = frozenset[str] | None
"""Clients whose things may be seen; None is every client of the centre."""


F = TypeVar("F")
UserList = list[User]
ProfileList = list[AgentProfile]
RowList = list[CallRow]


class SignInPort(Protocol):
    """Who is there (`centralino.users.signin.SignIn`)."""

    async def sign_in(
        self, name: str, password: str, source: str, now: float, old_token: str | None = None
    ) -> Session | Refused: ...

    async def session(self, token: str, now: float) -> SignedIn | None: ...

    async def sign_out(self, token: str) -> None: ...

    async def redeem_first_admin(
        self, token: str, name: str, password: str, now: float
    ) -> Session | Refused: ...


class PeoplePort(Protocol):
    """Users and agents (`centralino.users.people.Users`)."""

    async def create(self, new: NewUser, now: float) -> str: ...

    async def set_password(self, user: str, password: str, now: float) -> None: ...

    async def set_pin(self, user: str, pin: str) -> None: ...

    async def set_sip_password(self, user: str, realm: str, password: str) -> None: ...

    async def set_agent(self, user: str, settings: AgentSettings) -> None: ...

    async def grant(self, user: str, client: str, role: Role) -> None: ...

    async def revoke(self, user: str, client: str, role: Role) -> None: ...

    async def disable(self, user: str, now: float) -> None: ...

    async def get(self, user: str) -> User | None: ...

    async def list(self) -> UserList: ...

    async def agents(self) -> ProfileList: ...

    async def agent(self, user: str) -> AgentProfile | None: ...


class Desk(Protocol):
    """The distributor (`acd.service.AcdService`)."""

    async def submit(self, event: object) -> None:
        """Take an event of `acd.messages`. Raises IllegalTransition."""

    def snapshot(self) -> Snapshot: ...

    def agent(self, agent: str) -> AgentView | None: ...

    def call(self, call: str) -> CallView | None: ...

    def offer(self, offer: str) -> OfferView | None: ...

    def going_on(self) -> Sequence[Visit | Stretch | Callback]:
        """Stays in queues and stretches of agents' time that are not over."""

    def subscribe(self, callback: Callable[..., None]) -> Callable[[], None]:
        """Be told after each change; returns what ends it."""


class FactsPort(Protocol):
    """What is over, for the figures (`centralino.db.facts.FactBook`)."""

    async def read(
        self, kind: type[F], since: float, until: float, clients: Clients = None
    ) -> list[F]: ...

    async def moves(
        self,
        room: str,
        subject: str,
        before: str,
        after: str,
        since: float,
        until: float,
        clients: Clients = None,
    ) -> int: ...


Colleague = dict[str, object]
"""An agent who may be asked: `agent`, `number`, `name`, and whether `free` now."""


class Consultations(Protocol):
    """Whom an agent in talk with a caller may call. The verbs answer what is wrong, or nothing."""

    async def colleagues(self, client: str, but: str) -> Sequence[Colleague]:
        """Agents at work who serve a queue of this client."""

    async def to_agent(self, offer: OfferView, agent: str, blind: bool = False) -> str:
        """Have an agent called; `blind`: the caller is left to the one who is called."""

    async def to_queue(self, offer: OfferView, queue: str) -> str:
        """Have whoever serves a queue called."""

    @property
    def tasks(self) -> Callable[[str], Awaitable[Mapping[str, str]]]:
        """What the bot can do in a call: intent → title."""

    async def give_task(self, offer: OfferView, task: str, slots: Mapping[str, str]) -> str:
        """Have the bot do it; then the caller comes back."""

    async def to_number(self, offer: OfferView, number: str, blind: bool = False) -> str:
        """Have an outside number called."""


class CallersPort(Protocol):
    """Who calls, by the clients' records (`centralino.control.callers.Callers`)."""

    def news(self, call: str) -> int:
        """Grows with what is known of a call."""

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Be told of which call more is known; returns what ends it."""


Tell = Callable[[dict[str, Any]], None]
"""Says something to a page: at once, and whether or not it still listens. After `off` its socket is
closed."""


@dataclass(frozen=True)
class PhonePage:
    """An open page that is its agent's telephone, or wants to be."""

    name: str
    agent: str
    aor: str
    tell: Tell = field(repr=False)


class PagesPort(Protocol):
    """Pages that are telephones (`centralino.control.browsers.Browsers`)."""

    def on(self, agent: str) -> bool:
        """Whether the agent's telephone is a page."""

    def open(self, agent: str, aor: str, tell: Tell) -> PhonePage: ...

    async def take(self, page: PhonePage, said: dict[str, Any]) -> None: ...

    async def close(self, page: PhonePage) -> None: ...


class CallsPort(Protocol):
    """The history (`centralino.db.calls.CallHistory`)."""

    async def get(self, call: str, clients: Clients) -> CallRow | None: ...

    async def list(
        self,
        clients: Clients,
        *,
        limit: int = 50,
        before: Cursor | None = None,
        filters: CallFilter = ...,
    ) -> RowList: ...

    async def earlier(self, call: str, clients: Clients, limit: int = 5) -> RowList: ...

    async def open_calls(self, media: str | None = None, epoch: str | None = None) -> RowList: ...


class ContentsPort(Protocol):
    """What was said and written (`centralino.content.store.ContentStore`)."""

    async def put(
        self, subject: str, kind: str, value: object, *, client: str, expires: float, now: float
    ) -> None: ...

    async def get(self, subject: str, kind: str, clients: Clients) -> object | None: ...

    async def sound_key(self, call: str, clients: Clients) -> bytes | None: ...


class SoundsPort(Protocol):
    """Recordings (`centralino.content.vault.SoundVault`)."""

    def has(self, call: str) -> bool: ...

    def info(self, call: str) -> SoundInfo: ...

    def wav_size(self, call: str) -> int: ...

    def wav(
        self, call: str, key: bytes, start: int = 0, stop: int | None = None
    ) -> Iterator[bytes]: ...


class PacketTokens(Protocol):
    """Tokens under which another house fetches a packet once the call is transferred to it."""

    async def issue(self, call: str, client: str, now: float) -> str:
        """A new token of 128 random bits, as hex. It expires."""

    async def resolve(self, token: str, now: float) -> PacketAddress | None:
        """Which packet it names, or None: unknown, expired and revoked look the same."""

    async def revoke(self, call: str) -> None:
        """Make every token of a call worthless."""


@dataclass(frozen=True)
class PacketAddress:
    """Whose packet a token names."""

    call: str
    client: str


class EventsPort(Protocol):
    """The distributor's journal, to follow (`centralino.db.journal.Followed`)."""

    async def page(self, after: int, clients: Clients = None, most: int = ...) -> Page:
        """What follows a number."""

    async def time_of(self, seq: int) -> float | None:
        """When a number was given; None where it was not."""

    async def now(self) -> Rows:
        """Where everything is."""


Journey = Callable[[str], Awaitable[list[JournalRow]]]
"""The journal's rows of one call, oldest first."""
