"""A centre for tests: a distributor, a clock walked by hand, and words to talk to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from acd.config import BackOff, CentreConfig, QueueConfig
from acd.distributor import Distributor
from acd.messages import (
    AgentLoggedIn,
    AgentReady,
    Bridged,
    CallQueued,
    ContactEnded,
    OfferAnswered,
    OfferFailed,
    OfferRinging,
    PlaceOffer,
)
from acd.records import AgentRecord, Record
from acd.snapshot import AgentView, agent_view
from acd.subjects import followed, subjects
from acd.visits import Visit
from kernel.codec import decode, encode
from kernel.core import Drop, Fact, Put, Transition
from kernel.ids import counting

C = TypeVar("C")

CONFIG = CentreConfig(
    "house",
    (
        QueueConfig("bills", "utility", wrap_up_seconds=30, ring_timeout=20),
        QueueConfig("gas", "utility", wrap_up_seconds=0, ring_timeout=20),
        QueueConfig("shop", "retailer", wrap_up_seconds=10, ring_timeout=15),
    ),
    back_off=BackOff(),
)


@dataclass
class House:
    """Keeps what the distributor said, and its rows as a ledger would."""

    config: CentreConfig = CONFIG
    now: float = 1_000.0
    core: Distributor = field(init=False)
    sent: list[Any] = field(default_factory=list)
    rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    journal: list[Transition] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    """Subject → state, by the rows of the journal up to `read`."""
    read: int = 0
    facts: list[object] = field(default_factory=list)
    chance: Any = field(default_factory=counting)

    def __post_init__(self) -> None:
        self.core = Distributor(self.config, self.chance)

    def say(self, *events: object) -> list[Any]:
        """Events at this moment; the commands that they brought."""
        for event in events:
            self.core.receive(event, self.now)
        return self._step()

    def walk(self, seconds: float) -> list[Any]:
        """Let time pass, every timer at its time; the commands that they brought."""
        end, said = self.now + seconds, []
        while (due := self.core.next_timer()) is not None and due <= end:
            self.now = max(self.now, due)
            said += self._step()
        self.now = end
        return said

    def _step(self) -> list[Any]:
        self.core.handle_timer(self.now)
        return self.keep()

    def keep(self) -> list[Any]:
        for change in self.core.changes():
            if isinstance(change, Put):
                self.rows[change.table, change.key] = encode(change.record)
            elif isinstance(change, Drop):
                self.rows.pop((change.table, change.key), None)
            elif isinstance(change, Fact):
                self.facts.append(decode(encode(change.record)))
            else:
                self.journal.append(change)
        said = self.core.commands()
        self.sent += said
        return said

    def records(self) -> list[Record]:
        """The rows, read as a restart would read them."""
        return [decode(row) for row in self.rows.values()]  # type: ignore[misc]

    def visits(self) -> list[Visit]:
        """Every stay in a queue, those that go on among them."""
        known = [*self.facts, *self.core.floor.book.open(self.now)]
        return [fact for fact in known if isinstance(fact, Visit)]

    def entered(self) -> int:
        """How often a call joined a queue, by the journal."""
        return sum(
            row.subject.startswith("call:") and row.from_state == "" and row.to_state == "waiting"
            for row in self.journal
        )

    def journal_agrees(self) -> None:
        """What the rows say of each subject is what its moves come to, each from where it was."""
        for row in self.journal[self.read :]:
            assert row.from_state == self.told.get(row.subject, ""), row
            self.told = followed(self.told, [(row.subject, row.to_state)])
        self.read = len(self.journal)
        there = subjects([*self.core.floor.agents.values(), *self.core.floor.waiting.values(),
                          *self.core.floor.offers.values()])  # fmt: skip
        states = {name: one.state for name, one in there.items()}
        assert states == self.told, set(states.items()) ^ set(self.told.items())

    def restart(self) -> None:
        """Another life, from the rows alone."""
        self.core = Distributor(self.config, self.chance)
        self.core.restore(self.records(), self.now)

    # --- words

    def agent(self, name: str, *queues: str, ready: bool = True, **skills: int) -> None:
        """An agent logs in for these queues (bills if none is named)."""
        contact = f"sip:{name}@127.0.0.1"
        served = queues or ("bills",)
        self.say(AgentLoggedIn(name, "utility", contact, served, skills))
        if ready:
            self.say(AgentReady(name))

    def call(self, name: str, queue: str = "bills", **more: Any) -> list[Any]:
        """A caller queues."""
        client = "retailer" if queue == "shop" else "utility"
        said = {"caller": f"k-{name}", "media": "media-1", "epoch": "e1", **more}
        return self.say(CallQueued(name, client, queue, **said))

    def offer(self, call: str) -> PlaceOffer:
        """The live offer of a call."""
        name = self.core.floor.waiting[call].offer
        return next(c for c in self.sent if isinstance(c, PlaceOffer) and c.offer == name)

    def ring(self, call: str) -> PlaceOffer:
        """The offer of a call rings."""
        offer = self.offer(call)
        self.say(OfferRinging(offer.offer))
        return offer

    def talk(self, call: str) -> PlaceOffer:
        """The offer of a call is answered and bridged."""
        offer = self.ring(call)
        self.say(OfferAnswered(offer.offer), Bridged(offer.offer))
        return offer

    def contact(self, call: str, seconds: float = 60.0) -> PlaceOffer:
        """A whole contact."""
        offer = self.talk(call)
        self.walk(seconds)
        self.say(ContactEnded(offer.offer, "caller"))
        return offer

    def fail(self, call: str, why: Any) -> PlaceOffer:
        """The offer of a call fails."""
        offer = self.offer(call)
        self.say(OfferFailed(offer.offer, why))
        return offer

    def see(self, agent: str) -> AgentView:
        """An agent as pages show them."""
        return agent_view(self.core.floor.agents[agent])

    def row(self, agent: str) -> AgentRecord:
        """An agent's row."""
        return self.core.floor.agents[agent]

    def holder(self, call: str) -> str:
        """The agent who is offered a waiting call; empty for none."""
        offer = self.core.floor.waiting[call].offer
        return self.core.floor.offers[offer].agent if offer else ""


def only(commands: list[Any], kind: type[C]) -> list[C]:
    """The commands of one kind."""
    return [command for command in commands if isinstance(command, kind)]
