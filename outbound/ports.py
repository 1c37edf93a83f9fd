"""What calling out needs of others. The clock, the bus and the journal are the kernel's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kernel.journal import Ledger
from outbound.desk import Tally
from outbound.gate import ALLOWED, Allowed
from outbound.messages import DueRecipient
from outbound.notice_messages import Script
from outbound.records import AttemptRecord, CampaignRecord, Path, RecipientRecord


@dataclass(frozen=True)
class NewRecipient:
    """Somebody to be called."""

    person: str
    """The contact's id; the same person is in a campaign once."""
    paths: tuple[Path, ...]
    """In the order in which they are tried; one at least."""
    language: str = ""
    zone: str = ""
    not_before: float = 0.0
    """UTC seconds; 0: at once."""


@dataclass(frozen=True)
class Reading:
    """What the store has for a campaign's window."""

    due: tuple[DueRecipient, ...]
    next_due: float | None
    """UTC seconds at which more will be due; None: nobody else is pending."""


class Books(Ledger, Protocol):
    """The dialler's durable memory: a ledger whose tables can be asked.

    When a campaign is put as cancelled or expired, its pending recipients become cancelled in the
    same transaction.
    """

    epoch: int
    """Of the lease under which this life writes."""

    async def add(self, campaign: CampaignRecord, people: Iterable[NewRecipient]) -> int:
        """Write the audience, or more of it; how many were new."""

    async def campaigns(self) -> list[CampaignRecord]:
        """Every campaign, in the order of their making."""

    async def tallies(self) -> dict[str, Tally]:
        """How many recipients are where, by campaign."""

    async def open_attempts(self) -> list[tuple[AttemptRecord, DueRecipient]]:
        """Attempts that are not over, with their people."""

    async def due(self, campaign: str, now: float, limit: int) -> Reading:
        """Pending recipients whose time has come, in order."""

    async def named(self, recipients: Sequence[str]) -> list[DueRecipient]:
        """These, in whatever state they are."""

    async def answered(
        self, campaigns: Sequence[str], since: float
    ) -> Mapping[str, Sequence[tuple[float, bool]]]:
        """Of these campaigns with agents, when somebody answered and whether they were abandoned,
        in order."""

    async def attempts_of(self, recipient: str) -> list[AttemptRecord]:
        """Every attempt, in order."""


@dataclass(frozen=True)
class TeamSeen:
    """The agents of one campaign, as whoever distributes calls sees them; as `TeamTold`."""

    idle: int = 0
    talking: int = 0
    wrap_up_left: tuple[float, ...] = ()
    wrap_up: float = 0.0
    having: tuple[str, ...] = ()
    held: str = ""


class Agents(Protocol):
    """Who distributes calls to agents."""

    def teams(self, campaigns: Sequence[CampaignRecord]) -> Sequence[TeamSeen]:
        """How the agents of these campaigns are, in their order. No agent is counted twice."""

    async def keep(self, queue: str, calls: int) -> None:
        """So many idle agents of this queue are kept from callers: calls out ring for them."""

    async def absent(self, agent: str) -> None:
        """This agent looks at nothing: no contacts until the agent asks for them again."""

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call this when something changed."""


class Rules(Protocol):
    """What law, house and the called person allow: the legal class made concrete."""

    async def ask(
        self, campaign: CampaignRecord, recipient: RecipientRecord, number: str, now: float
    ) -> Allowed:
        """Whether this number may be called now."""


class Messages(Protocol):
    """What is said to a person."""

    async def given(self, campaign: CampaignRecord, recipient: RecipientRecord) -> dict[str, str]:
        """What the campaign's bot says of this person, empty where it is not known, or its agents
        are shown."""

    async def known(self, persons: Sequence[str]) -> Mapping[str, dict[str, str]]:
        """All that is known of these people, read at once; of whom nothing is, is left out."""

    async def words(self, campaign: CampaignRecord, recipient: RecipientRecord) -> str:
        """The message in this person's language; empty: there is none."""

    async def script(self, campaign: CampaignRecord, recipient: RecipientRecord) -> Script | None:
        """A notification for this person, with everything its call may say; None: there is none."""


class NoRules:
    """Everybody may be called at any hour: for rehearsals on a loopback carrier, and benches."""

    async def ask(
        self, campaign: CampaignRecord, recipient: RecipientRecord, number: str, now: float
    ) -> Allowed:
        """Always."""
        return ALLOWED


class Ownership(Protocol):
    """Who dials for a centre: one process, by a lease with a fencing epoch."""

    async def acquire(self, now: float) -> int:
        """Take the lease under a new epoch, higher than any before. Raises LeaseTaken."""

    async def renew(self, epoch: int, now: float) -> None:
        """Hold it longer. Raises LeaseLost."""
