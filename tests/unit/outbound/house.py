"""A dialler, its books and a telephone network, walked by hand: no loop, no clock, no chance.

A crash of the dialler loses whatever was not committed and every command that was not delivered; a
crash of the media process loses its calls and its memory. The network counts every INVITE.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from kernel.journal import Batch, Outgoing
from outbound.config import DialerConfig
from outbound.desk import ROOM
from outbound.dialer import Dialer
from outbound.gate import ALLOWED, Allowed, look
from outbound.memory import MemoryBooks
from outbound.messages import (
    AskAttempts,
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    AttemptInvited,
    AttemptRefused,
    AttemptRinging,
    AudienceGrew,
    CampaignMade,
    CampaignStarted,
    Dial,
    MediaThere,
    MessageCompleted,
    MessageStarted,
    PlaceCall,
    RecipientsLoaded,
    StopAttempt,
)
from outbound.pacing import Limits
from outbound.placing import Placing
from outbound.ports import NewRecipient
from outbound.records import (
    CampaignRecord,
    CampaignState,
    Guarantee,
    Outcome,
    Path,
    RecipientRecord,
    RecipientState,
    Refusal,
    RetryPolicy,
    attempt_id,
)

CONFIG = DialerConfig("house", (Limits("one", 10.0, 50),), window=8)
FAST = RetryPolicy(
    budget=3,
    delays={},
    default_delay=5.0,
    fault_delay=1.0,
    fault_limit=4.0,
    unknown_guard=2.0,
    most_faults=8,
)

Fate = Callable[[str, int], Outcome]
"""What becomes of a call to this number, the nth one to it."""


def campaign(name: str = "storm", **values: object) -> CampaignRecord:
    base = CampaignRecord(
        name, "town", "Storm", "emergency", Guarantee.AT_LEAST_ONCE, priority=1, retry=FAST,
        ring_timeout=5.0, call_limit=20.0,
    )  # fmt: skip
    return replace(base, **values)  # type: ignore[arg-type]


def people(count: int, numbers: int = 1, prefix: str = "+39") -> list[NewRecipient]:
    return [
        NewRecipient(f"p{n}", tuple(Path(f"{prefix}{n:06d}{at}") for at in range(numbers)))
        for n in range(count)
    ]


@dataclass
class Network:
    """A media process and everybody's telephones."""

    fate: Fate
    placing: Placing = field(default_factory=Placing)
    life: str = "life-1"
    lives: int = 1
    invites: Counter[str] = field(default_factory=Counter)
    """By X-header: the attempt's id."""
    rung: list[tuple[float, str, str]] = field(default_factory=list)
    """(at, number, attempt)"""
    by_number: Counter[str] = field(default_factory=Counter)
    scripts: dict[str, list[object]] = field(default_factory=dict)
    outbox: list[object] = field(default_factory=list)
    """Said to the dialler, and kept until it was taken."""
    stopped: list[str] = field(default_factory=list)

    def obey(self, command: object, now: float) -> None:
        if isinstance(command, PlaceCall):
            self._place(command, now)
        elif isinstance(command, AskAttempts):
            self.outbox.append(self.placing.asked(command, "media-1", self.life))
        elif isinstance(command, StopAttempt):
            self._stop(command)

    def _place(self, order: PlaceCall, now: float) -> None:
        refusal = self.placing.begin(order, now)
        if refusal is Refusal.OVER:
            return
        if refusal is not None:
            self.outbox.append(AttemptRefused(order.attempt, refusal))
            return
        self.invites[order.attempt] += 1
        self.by_number[order.target] += 1
        self.rung.append((now, order.target, order.attempt))
        self.scripts[order.attempt] = script(
            order.attempt, self.fate(order.target, self.by_number[order.target])
        )

    def _stop(self, stop: StopAttempt) -> None:
        self.stopped.append(stop.attempt)
        left = self.scripts.get(stop.attempt)
        if left is not None and any(isinstance(event, AttemptAnswered) for event in left):
            self.scripts[stop.attempt] = [AttemptEnded(stop.attempt, Outcome.CANCELLED, 487)]

    def talk(self) -> None:
        """Every call gets one step further."""
        for attempt, left in list(self.scripts.items()):
            self.outbox.append(left.pop(0))
            if not left:
                del self.scripts[attempt]
                self.placing.over(attempt)

    def die(self) -> None:
        self.lives += 1
        self.placing, self.life = Placing(), f"life-{self.lives}"
        self.scripts.clear()
        self.outbox.clear()


def script(attempt: str, outcome: Outcome) -> list[object]:
    """The news of a call that comes to this."""
    rings: list[object] = [AttemptInvited(attempt, "sip-1"), AttemptRinging(attempt)]
    up = [*rings, AttemptAnswered(attempt), MessageStarted(attempt)]
    if outcome is Outcome.ACKNOWLEDGED:
        return [*up, AttemptAcknowledged(attempt), AttemptEnded(attempt, Outcome.ANSWERED, 200)]
    if outcome is Outcome.HEARD:
        heard = MessageCompleted(attempt, 6000)
        return [*up, heard, AttemptEnded(attempt, Outcome.ANSWERED, 200)]
    if outcome is Outcome.TRANSFERRED:
        talk = AttemptAcknowledged(attempt, "agent")
        return [*rings, AttemptAnswered(attempt), talk, AttemptEnded(attempt, Outcome.ANSWERED)]
    if outcome is Outcome.ABANDONED:
        return [*up, AttemptEnded(attempt, Outcome.ABANDONED)]
    if outcome in (Outcome.ANSWERED, Outcome.VOICEMAIL):
        by = "voicemail" if outcome is Outcome.VOICEMAIL else "human"
        return [*up, AttemptEnded(attempt, Outcome.ANSWERED, 200, answered_by=by)]
    status = {Outcome.BUSY: 486, Outcome.CONGESTION: 503, Outcome.INVALID: 404}.get(outcome, 480)
    return [*rings, AttemptEnded(attempt, outcome, status)]


@dataclass
class House:
    """One centre. `step` is what the driver does, in its numbered steps."""

    network: Network
    config: DialerConfig = CONFIG
    books: MemoryBooks = field(default_factory=MemoryBooks)
    now: float = 1_000.0
    epoch: int = 0
    commands: list[object] = field(default_factory=list)
    """Every one that left."""
    dialer: Dialer = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new life of the dialler."""
        self.epoch += 1
        self.dialer = Dialer(self.config, self.epoch)
        campaigns = [row for row in self.books.rows("campaigns") if isinstance(row, CampaignRecord)]
        opened = self.books.still_open()
        answered = self.books.answers([one.id for one in campaigns if one.mode], 0.0)
        self.dialer.restore(campaigns, self.books.count(), opened, self.now, answered)
        self.tell(MediaThere("media-1", self.network.life, 50))

    def draft(self, record: CampaignRecord, audience: Sequence[NewRecipient]) -> None:
        self.tell(CampaignMade(record))
        self.tell(AudienceGrew(record.id, self.books.enter(record, audience)))

    def start(self, record: CampaignRecord, audience: Sequence[NewRecipient]) -> None:
        self.draft(record, audience)
        self.tell(CampaignStarted(record.id, "ops"))

    def tell(self, event: object) -> None:
        self.dialer.receive(event, self.now)
        self.step()

    def step(self, dies_at: int = 0, after: int = 0) -> None:
        """What is due, its commit (3-4) and its commands (5); dies before commit at 3, after it at
        4, after so many commands at 5."""
        due = self.dialer.next_timer()
        if due is not None and due <= self.now:
            self.dialer.handle_timer(self.now)
        changes, commands = tuple(self.dialer.changes()), self.dialer.commands()
        if dies_at == 3:
            return self.begin()
        out = tuple(
            Outgoing(f"cmd-{n}", ROOM, self.now, command) for n, command in enumerate(commands)
        )
        self.books.write(Batch(ROOM, "house", self.now, changes, out))
        self.books.outbox.clear()
        if dies_at == 4:
            return self.begin()
        for at, command in enumerate(commands):
            if dies_at == 5 and at == after:
                return self.begin()
            self.send(command)
        if dies_at == 5:
            self.begin()

    def send(self, command: object) -> None:
        """Through the gate; where an agent comes first, nobody is rung yet."""
        self.commands.append(command)
        if isinstance(command, Dial):
            allowed = self.look(command)
            if allowed.refusal is not None:
                self.network.outbox.append(AttemptRefused(command.attempt, allowed.refusal))
                return
            if command.agent:
                return
            paths = self.dialer.desk.working[command.recipient].paths
            command = order(command, paths[command.path].number)
        self.network.obey(command, self.now)

    def look(self, dial: Dial) -> Allowed:
        desk = self.dialer.desk
        working, attempt = desk.working.get(dial.recipient), desk.attempts.get(dial.attempt)
        if working is None or attempt is None:
            return Allowed(Refusal.OVER)
        known, epoch = desk.campaigns[dial.campaign], self.dialer.epoch
        return look(dial, known, working.recipient, attempt, epoch, ALLOWED, self.now)

    def feed(self) -> None:
        for wish in self.dialer.appetite(self.now):
            as_of = self.dialer.desk.steps
            reading = self.books.read(wish.campaign, self.now, wish.limit)
            self.tell(RecipientsLoaded(wish.campaign, as_of, reading.due, reading.next_due))

    def feed_only(self) -> None:
        """Decide on calls, and send nothing yet."""
        for wish in self.dialer.appetite(self.now):
            reading = self.books.read(wish.campaign, self.now, wish.limit)
            event = RecipientsLoaded(wish.campaign, self.dialer.desk.steps, reading.due)
            self.dialer.receive(event, self.now)
        self.dialer.handle_timer(self.now)

    def hear(self) -> None:
        """Take what the network said."""
        said, self.network.outbox = self.network.outbox, []
        for event in said:
            self.tell(event)

    def walk(self, seconds: float, tick: float = 0.05) -> None:
        """Time goes by."""
        for _ in range(round(seconds / tick)):
            self.now += tick
            self.feed()
            self.step()
            self.hear()
            self.network.talk()
            self.hear()

    # What is asserted.

    def states(self) -> Counter[RecipientState]:
        return Counter(recipient.state for recipient in self.books.recipients())

    def record(self, name: str = "storm") -> CampaignRecord:
        return self.dialer.desk.campaigns[name]

    def nobody_is_lost(self) -> None:
        """Everybody is final, or called, or has a time, or the campaign is over."""
        open_ = {attempt.recipient for attempt, _ in self.books.still_open()}
        for one in self.books.recipients():
            if one.state is RecipientState.ACTIVE:
                assert one.id in open_, one
            ended = self.record(one.campaign).state in (
                CampaignState.CANCELLED, CampaignState.EXPIRED,
            )  # fmt: skip
            assert not (ended and one.state is RecipientState.PENDING), one
        assert self.books.count().keys() == self.dialer.desk.tallies.keys()
        for name, tally in self.books.count().items():
            ours = self.dialer.desk.tallies[name]
            assert +tally.states == +ours.states
            assert +tally.buckets == +ours.buckets

    def attempts_of(self, one: RecipientRecord) -> list[str]:
        return [attempt_id(one.campaign, one.id, n + 1) for n in range(one.ordinal)]


def order(dial: Dial, number: str) -> PlaceCall:
    """What a media process is told."""
    return PlaceCall(
        dial.attempt, dial.recipient, dial.campaign, dial.client, dial.epoch, dial.not_after,
        number, "one", "", 5.0, 20.0, "", "", 1, "", "", "",
    )  # fmt: skip
