"""A small house with everything real but the telephones: two clients, their people and calls."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from acd.callback import Callback
from acd.config import CentreConfig, QueueConfig
from acd.distributor import Distributor
from acd.messages import (
    AgentLoggedIn,
    AgentReady,
    Bridged,
    CallQueued,
    ContactEnded,
    OfferAnswered,
    OfferRinging,
    PlaceOffer,
)
from acd.numbers import Stretch
from acd.snapshot import (
    AgentView,
    CallView,
    OfferView,
    Snapshot,
    agent_view,
    call_view,
    offer_view,
    snapshot,
)
from acd.visits import Visit
from centralino.config.model import Config
from centralino.content.messages import Notes, Transcript
from centralino.content.sealing import new_key
from centralino.content.store import CALLER, NOTES, PACKET, TRANSCRIPT, ContentStore
from centralino.content.vault import SoundVault
from centralino.control.consulting import Consulting
from centralino.db.calls import CallBegun, CallHistory, CallUpdate, Outcome
from centralino.db.engine import Database
from centralino.db.facts import FactBook
from centralino.db.journal import JournalRow
from centralino.media.gate import contact_denied
from centralino.outbound.errors import CampaignError
from centralino.users.passwords import Passwords
from centralino.users.people import Users
from centralino.users.signin import SignIn
from centralino.users.types import CENTRE, AgentSettings, NewUser, Role
from centralino.web.metrics import Metrics
from centralino.web.parts import ApiKey, WebConfig, WebParts, digest_of
from centralino.web.tokens import MemoryPacketTokens
from kernel.clock import ManualClock
from kernel.ids import counting
from kernel.packet import Packet, PacketIntent, PacketSlot, TranscriptLine, Tries
from telephony.dialling import Purpose

HOUSE = "centre-1"
RIVER, HARBOUR = "riverton", "harbour"
PASSWORD = "a good long password"
KEY, RIVER_KEY, HARBOUR_KEY = (name * 8 for name in ("house", "river", "harbo"))
START = 1_700_000_000.0
DAY = 86_400.0
CALLERS = {RIVER: "sip:+390612345678@203.0.113.7", HARBOUR: "sip:+390699887766@203.0.113.9"}
QUEUES = (
    QueueConfig("billing", RIVER, "Billing"),
    QueueConfig("technical", RIVER, "Technical"),
    QueueConfig("berths", HARBOUR, "Berths"),
)

POP = "https://crm.example/{caller}?account={slot.account_number}"


class CoreDesk:
    """The ACD's own core behind the pages' port, without ledger and bus."""

    def __init__(self, clock: ManualClock) -> None:
        self.core = Distributor(CentreConfig(HOUSE, QUEUES), counting())
        self.clock = clock
        self.sent: list[object] = []
        self.callbacks: list[Callable[..., None]] = []

    async def submit(self, event: object) -> None:
        self.tell(event)

    def tell(self, *events: object) -> None:
        """What happens, in order; then the pages are told."""
        for event in events:
            self.core.receive(event, self.clock.now())
        self._moved()

    def walk(self, seconds: float) -> None:
        """Time passes."""
        self.core.handle_timer(self.clock.advance(seconds))
        self._moved()

    def snapshot(self) -> Snapshot:
        return snapshot(self.core, self.clock.now())

    def agent(self, agent: str) -> AgentView | None:
        record = self.core.floor.agents.get(agent)
        return None if record is None else agent_view(record)

    def call(self, call: str) -> CallView | None:
        record = self.core.floor.waiting.get(call)
        return None if record is None else call_view(self.core.floor, record, self.clock.now())

    def offer(self, offer: str) -> OfferView | None:
        record = self.core.floor.offers.get(offer)
        return None if record is None else offer_view(record)

    def going_on(self) -> list[Visit | Stretch | Callback]:
        return self.core.floor.book.open(self.clock.now())

    def subscribe(self, callback: Callable[..., None]) -> Callable[[], None]:
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)

    def offer_of(self, call: str) -> str:
        """The newest offer of a call."""
        offers = [c.offer for c in self.sent if isinstance(c, PlaceOffer) and c.call == call]
        return offers[-1]

    def _moved(self) -> None:
        self.sent += self.core.commands()
        self.core.changes()
        for callback in list(self.callbacks):
            callback()


@dataclass
class House:
    """The parts, and what a test does with them."""

    parts: WebParts
    desk: CoreDesk
    clock: ManualClock
    people: Users
    calls: CallHistory
    contents: ContentStore
    sounds: SoundVault
    tokens: MemoryPacketTokens
    metrics: Metrics
    users: dict[str, str] = field(default_factory=dict)
    """Name → id."""
    journal: dict[str, list[JournalRow]] = field(default_factory=dict)
    credentials_told: list[str] = field(default_factory=list)
    orders: list[object] = field(default_factory=list)
    """What was sent to media processes."""

    async def hire(self) -> None:
        """The people of both clients."""
        river, harbour = (RIVER, Role.AGENT), (HARBOUR, Role.AGENT)
        await self._user("admin", "Ada Minton", CENTRE, Role.ADMINISTRATOR)
        await self._user("rosa", "Rosa Vale", RIVER, Role.SUPERVISOR)
        await self._user("hugo", "Hugo Marsh", HARBOUR, Role.SUPERVISOR)
        await self._agent("anna", "Anna Keller", "2001", ("billing", "technical"), river)
        await self._agent("otto", "Otto Brandt", "3001", ("berths",), harbour)

    async def meet(self) -> None:
        """Learn who was hired already."""
        self.users = {user.name: user.id for user in await self.people.list()}

    async def _user(self, name: str, full: str, client: str, role: Role) -> None:
        new = NewUser(name, client, full, PASSWORD, {client: (role,)})
        await self.people.create(new, self.clock.now())

    async def _agent(
        self, name: str, full: str, number: str, queues: tuple[str, ...], of: tuple[str, Role]
    ) -> None:
        settings = AgentSettings(number, queues=queues)
        new = NewUser(name, of[0], full, PASSWORD, {of[0]: (of[1],)}, settings)
        await self.people.create(new, self.clock.now())

    def work(self, name: str, client: str, *queues: str) -> None:
        """Somebody is logged in and ready."""
        agent = self.users[name]
        contact = f"sip:{name}@sip.example"
        self.desk.tell(AgentLoggedIn(agent, client, contact, queues), AgentReady(agent))

    async def past_call(
        self, id: str, client: str, agent: str, queue: str, ago: float = 600.0
    ) -> None:
        """A call that was handed over, with everything that is kept of one."""
        began = self.clock.now() - ago
        await self.begin(id, client, began)
        waited, end = 42.0, began + 171
        update = CallUpdate(
            answered=began + 1, queue=queue, agent=self.users[agent], intent="bill_too_high",
            waited=waited, turns=5, latency_p50_ms=840.0, latency_p95_ms=1210.0,
        )  # fmt: skip
        await self.calls.update(id, update)
        await self.calls.end(id, end, Outcome.TRANSFERRED, "agent hung up")
        packet = a_packet(id, client, queue, began)
        await self.keep(id, PACKET, packet, client)
        lines = (*packet.transcript, *after(began))
        await self.keep(id, TRANSCRIPT, Transcript(lines), client)
        notes = Notes(self.users[agent], end, "Meter read wrongly in October.", "solved")
        await self.keep(id, NOTES, notes, client)
        await self.record(id, client)
        self.journal[id] = journey(id, client, self.users[agent], began)

    async def begin(self, id: str, client: str, began: float) -> None:
        """A call arrived."""
        await self.calls.begin(
            CallBegun(
                id, client, "1000", "inbound", began, "media-1", "e1", f"{id}@203.0.113.7", client
            )  # fmt: skip
        )
        await self.keep(id, CALLER, CALLERS[client].encode(), client)

    async def keep(self, id: str, kind: str, value: object, client: str) -> None:
        """Content of a call."""
        now = self.clock.now()
        await self.contents.put(id, kind, value, client=client, expires=now + DAY, now=now)

    async def record(self, id: str, client: str, seconds: float = 3.0) -> None:
        """A two-channel recording: a low tone left, a high one right."""
        key, now = new_key(), self.clock.now()
        await self.contents.adopt_sound_key(id, key, client=client, expires=now + DAY, now=now)
        self.sounds.begin(id, key, 8000)
        self.sounds.append(id, tones(seconds))
        self.sounds.finish(id)

    async def ring(self, id: str, client: str = RIVER, queue: str = "billing") -> str:
        """A caller waits and an agent's phone rings; the offer."""
        await self.wait(id, client, queue)
        offer = self.desk.offer_of(id)
        self.desk.tell(OfferRinging(offer))
        return offer

    async def wait(self, id: str, client: str, queue: str, **levels: int) -> None:
        """A caller waits; what is required, with its least level."""
        began = self.clock.now()
        await self.begin(id, client, began - 60)
        await self.keep(id, PACKET, a_packet(id, client, queue, began - 60), client)
        caller, required = f"caller-{id}", tuple(levels)
        self.desk.tell(
            CallQueued(id, client, queue, caller, "media-1", "e1", required=required, levels=levels)
        )

    async def talk(self, offer: str, id: str, agent: str) -> None:
        """The agent answers, hears the whisper and talks."""
        await self.calls.update(id, CallUpdate(agent=self.users[agent], queue="billing", waited=0))
        self.desk.tell(OfferAnswered(offer), Bridged(offer))

    def hang_up(self, offer: str) -> None:
        """The caller hangs up."""
        self.desk.tell(ContactEnded(offer, "caller"))


def make_house(database: Database, folder: Path, now: float = START) -> House:
    """The parts, with nobody in the house yet."""
    clock = ManualClock(now)
    desk = CoreDesk(clock)
    quick = Passwords(time_cost=1, memory_cost=64, parallelism=1)
    people = Users(database, HOUSE, quick)
    calls, contents = CallHistory(database, HOUSE), ContentStore(database, HOUSE)
    sounds, tokens, metrics = SoundVault(folder), MemoryPacketTokens(), Metrics(HOUSE)
    house: House

    async def journey_of(call: str) -> list[JournalRow]:
        return house.journal.get(call, [])

    async def people_changed() -> None:
        house.credentials_told.append("changed")

    async def to_media(order: object) -> None:
        house.orders.append(order)

    async def tasks(call: str) -> dict[str, str]:
        return {"meter_reading": "a meter reading"}

    denied = contact_denied(Config(), "192.0.2.1:5060", Purpose.TRANSFER)
    keys = (
        ApiKey("house", digest_of(KEY)),
        ApiKey("river", digest_of(RIVER_KEY), frozenset({RIVER})),
        ApiKey("harbour", digest_of(HARBOUR_KEY), frozenset({HARBOUR})),
    )
    config = WebConfig(
        HOUSE, "sip.example", {RIVER: "Riverton Utilities", HARBOUR: "Harbour Office"},
        api_keys=keys, heartbeat_seconds=0.2, screen_pops={"billing": POP},
    )  # fmt: skip
    parts = WebParts(
        config, SignIn(database, HOUSE, quick), people, desk, calls, contents, sounds, journey_of,
        FactBook(database, HOUSE),
        tokens, clock, metrics, people_changed=people_changed,
        contact_denied=contact_denied(Config(), "192.0.2.1:5060"), take_alert=take_alert,
        to_media=to_media, consulting=Consulting(desk, people, denied, to_media, tasks),
    )  # fmt: skip
    house = House(parts, desk, clock, people, calls, contents, sounds, tokens, metrics)
    return house


async def take_alert(data: bytes, source: str) -> dict[str, object]:
    """Takes every alert that says so."""
    if b"alert" not in data:
        raise CampaignError("the alert is no XML")
    return {"did": "drafted", "source": source, "bytes": len(data)}


def a_packet(id: str, client: str, queue: str, began: float) -> Packet:
    """What the bot learned of a caller whose bill doubled."""
    return Packet(
        call=id, centre=HOUSE, client=client, line="1000",
        caller=CALLERS[client], language="en", queue=queue, reason="policy",
        intent=PacketIntent("bill_too_high", 0.93, (("payment_plan", 0.04),)),
        slots=(
            PacketSlot("name", "John Smith", 0.88, True, "speech"),
            PacketSlot("account_number", "40712283", 0.97, True, "dtmf"),
            PacketSlot("billing_month", "October", 0.61, False, "speech"),
        ),
        summary="John Smith says his October bill is twice what it was the month before."
        " He has not had the meter read.",
        tries=Tries(no_match=1), transcript=before(began), waited=0.0,
    )  # fmt: skip


def before(t: float) -> tuple[TranscriptLine, ...]:
    """Said to the bot."""

    def bot(at: float, text: str, latency: float | None = None) -> TranscriptLine:
        return TranscriptLine(t + at, "bot", text, latency_ms=latency)

    return (
        bot(1, "Welcome to Riverton Utilities. You are talking to a machine, and this call is"
            " recorded. How can I help you?"),
        TranscriptLine(t + 9, "caller", "my bill is twice what it was last month", 0.91,
                       "bill_too_high"),
        bot(12.4, "I am sorry to hear that. What name is the account under?", 810.0),
        TranscriptLine(t + 17, "caller", "john smith", 0.88),
        bot(18.9, "And what is the account number? You can say it or type it.", 760.0),
        TranscriptLine(t + 24, "caller", "40712283", 1.0),
        bot(33.2, "John Smith, account 4 0 7 1, 2 2 8 3. Is that right?", 930.0),
        TranscriptLine(t + 38, "caller", "yes that is right", 0.97, "affirm"),
        bot(39.8, "Thank you. I am putting you through to billing.", 700.0),
    )  # fmt: skip


def after(t: float) -> tuple[TranscriptLine, ...]:
    """Said to the agent."""
    return (
        TranscriptLine(t + 90, "agent", "hello mister smith anna from billing"),
        TranscriptLine(t + 95, "caller", "hello yes it is about the october bill", 0.9),
    )


def journey(id: str, client: str, agent: str, t: float) -> list[JournalRow]:
    """Where the call went, as the rooms write it."""
    call, of, who = f"call:{id}", "offer:offer-1", f"agent:{agent}"
    moves = (
        (0.0, "telephony", call, "new", "offered", "CallerOffered"),
        (1.0, "telephony", call, "offered", "talking", "CallAnswered"),
        (41.0, "acd", call, "", "waiting", "queued"),
        (83.0, "acd", of, "", "placed", "longest idle 13s of 1; out: none"),
        (83.0, "acd", who, "idle", "reserved", "offered"),
        (84.0, "acd", who, "reserved", "ringing", "OfferRinging"),
        (89.0, "acd", who, "ringing", "whisper", "OfferAnswered"),
        (90.0, "acd", who, "whisper", "talking", "Bridged"),
        (171.0, "acd", call, "talking", "ended", "by agent"),
        (171.0, "telephony", call, "talking", "ended", "Ended"),
    )
    return [
        JournalRow(n, t + at, room, id, client, subject, was, becomes, why)
        for n, (at, room, subject, was, becomes, why) in enumerate(moves, start=1)
    ]


def tones(seconds: float, rate: int = 8000) -> bytes:
    """Two channels of sound."""
    frames = (
        (int(6000 * math.sin(n * 0.2)), int(6000 * math.sin(n * 0.35)))
        for n in range(int(seconds * rate))
    )
    return b"".join(struct.pack("<hh", *frame) for frame in frames)
