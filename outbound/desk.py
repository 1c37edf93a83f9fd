"""What the dialler has before it: campaigns, the working window of their audiences, open attempts.
PURE.

All writing goes through `put_*`: each keeps indexes and tallies true, remembers the change for the
ledger, and writes the journal row of a move. An audience is never here as a whole: those whose time
has come are read into the window, and leave it when they are final or are to be called later. Since
the store may be read while a step is on its way to it, whoever left the window is remembered with
the number of the step: a reading older than that cannot bring the same call back.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge

from kernel.core import Change, Put, Transition
from kernel.timers import Timers
from outbound.messages import DueRecipient
from outbound.records import (
    ATTEMPTS,
    AUDIT,
    CAMPAIGNS,
    RECIPIENTS,
    AttemptRecord,
    AttemptState,
    AuditEntry,
    Bucket,
    CampaignRecord,
    CampaignState,
    RecipientRecord,
    RecipientState,
)

ROOM = "outbound"

TimerName = tuple[str, ...]

Place = tuple[float, int, str]
"""(next_at, seq, recipient): the order in which a campaign calls."""


@dataclass
class Tally:
    """How many recipients of a campaign are in each state, and what was had of them."""

    states: Counter[str] = field(default_factory=Counter)
    buckets: Counter[str] = field(default_factory=Counter)
    helps: int = 0

    @property
    def open(self) -> int:
        """How many are not final."""
        return self.states[RecipientState.PENDING] + self.states[RecipientState.ACTIVE]

    def move(self, before: RecipientRecord, after: RecipientRecord) -> None:
        """One recipient changed."""
        self.states[before.state] -= 1
        self.states[after.state] += 1
        self.buckets[before.bucket] -= 1
        self.buckets[after.bucket] += 1
        self.helps += int(after.help) - int(before.help)

    def grew(self, recipients: int) -> None:
        """So many pending ones more."""
        self.states[RecipientState.PENDING] += recipients
        self.buckets[Bucket.NOT_REACHED] += recipients

    def ended(self, kept: int) -> None:
        """All pending ones but those `kept` in the window are cancelled by the store."""
        swept = self.states[RecipientState.PENDING] - kept
        self.states[RecipientState.PENDING] = kept
        self.states[RecipientState.CANCELLED] += swept


@dataclass
class Desk:
    """Rows, indexes, tallies, and what changed since it was last asked."""

    campaigns: dict[str, CampaignRecord] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    working: dict[str, DueRecipient] = field(default_factory=dict)
    attempts: dict[str, AttemptRecord] = field(default_factory=dict)
    """Open ones."""
    attempt_of: dict[str, str] = field(default_factory=dict)
    """Recipient → its open attempt."""
    ready: dict[str, dict[str, list[Place]]] = field(default_factory=dict)
    """Campaign → destination prefix → who waits in the window, in order."""
    next_due: dict[str, float | None] = field(default_factory=dict)
    """Campaign → when somebody who is not in the window will be due; None: nobody."""
    timers: Timers[TimerName] = field(default_factory=Timers)
    steps: int = 0
    """Steps told to the ledger so far."""
    _prefixes: dict[str, str] = field(default_factory=dict)
    _left: dict[str, tuple[int, str, float | None]] = field(default_factory=dict)
    """Recipient → the step at which it left, its campaign, and when it is due again."""
    _rows: dict[tuple[str, str], Put] = field(default_factory=dict)
    _journal: list[Transition] = field(default_factory=list)

    def changes(self) -> list[Change]:
        """Rows (the last of each) and journal since the last call."""
        changes: list[Change] = [*self._rows.values(), *self._journal]
        self._rows, self._journal = {}, []
        if changes:
            self.steps += 1
        return changes

    def note(self, subject: str, before: str, after: str, why: str, client: str) -> None:
        """A journal row."""
        self._journal.append(Transition(ROOM, subject, str(before), str(after), why, None, client))

    def audit(self, entry: AuditEntry) -> None:
        """A fact for whoever must prove it later."""
        self._rows[AUDIT, entry.key] = Put(AUDIT, entry.key, entry)

    # --- campaigns

    def put_campaign(self, record: CampaignRecord, why: str) -> None:
        """Replace a campaign's row."""
        before = self.campaigns.get(record.id)
        self._rows[CAMPAIGNS, record.id] = Put(CAMPAIGNS, record.id, record)
        self.index_campaign(record)
        if before is None or before.state is not record.state:
            state = before.state if before else ""
            self.note(f"campaign:{record.id}", state, record.state, why, record.client)

    def index_campaign(self, record: CampaignRecord) -> None:
        """Take a campaign in, as it is."""
        self.campaigns[record.id] = record
        self.tallies.setdefault(record.id, Tally())
        self.next_due.setdefault(record.id, 0.0)
        open_ = record.state in (CampaignState.RUNNING, CampaignState.PAUSED)
        self._timer(("expires", record.id), record.expires if open_ else 0.0)

    def running(self, now: float) -> list[CampaignRecord]:
        """The campaigns that may call now."""
        return [
            campaign
            for campaign in self.campaigns.values()
            if campaign.state is CampaignState.RUNNING and campaign.starts <= now
        ]

    # --- recipients

    def load(self, due: DueRecipient, prefix: str, as_of: int) -> bool:
        """Take one in from the store; False where the reading is older than what we did."""
        recipient = due.recipient
        left = self._left.get(recipient.id)
        if recipient.id in self.working or (left is not None and left[0] > as_of):
            return False
        self.working[recipient.id] = due
        self._prefixes[recipient.id] = prefix
        if recipient.state is RecipientState.PENDING:
            self._line_up(recipient, prefix)
        return True

    def was_read(self, campaign: str, as_of: int, next_due: float | None) -> None:
        """The store, as of that step, has nobody else due before `next_due`."""
        self._left = {name: left for name, left in self._left.items() if left[0] > as_of}
        dues = [due for _, of, due in self._left.values() if of == campaign and due is not None]
        dues += [] if next_due is None else [next_due]
        self.next_due[campaign] = min(dues, default=None)

    def _line_up(self, recipient: RecipientRecord, prefix: str) -> None:
        line = self.ready.setdefault(recipient.campaign, {}).setdefault(prefix, [])
        insort(line, (recipient.next_at, recipient.seq, recipient.id))

    def heads(self, campaign: str) -> Iterator[tuple[Place, str]]:
        """Who is next of each prefix, in order."""
        lines = self.ready.get(campaign, {})
        return iter(sorted((line[0], prefix) for prefix, line in lines.items() if line))

    def line(self, campaign: str) -> Iterator[Place]:
        """Everybody who waits in the window, in order."""
        return merge(*self.ready.get(campaign, {}).values())

    def held(self, campaign: str) -> int:
        """How many wait in the window."""
        return sum(len(line) for line in self.ready.get(campaign, {}).values())

    def put_recipient(self, record: RecipientRecord, why: str) -> None:
        """Replace a recipient's row; unless it is being called it leaves the window."""
        before = self.working[record.id]
        self._rows[RECIPIENTS, record.id] = Put(RECIPIENTS, record.id, record)
        self.tallies[record.campaign].move(before.recipient, record)
        if before.recipient.state is not record.state:
            self.note(
                f"recipient:{record.id}", before.recipient.state, record.state, why, record.client
            )
        if before.recipient.state is RecipientState.PENDING:
            self._unline(before.recipient)
        if record.state is RecipientState.ACTIVE:
            self.working[record.id] = DueRecipient(record, before.paths)
        else:
            self.leave(record)

    def leave(self, record: RecipientRecord) -> None:
        """Out of the window."""
        self.working.pop(record.id, None)
        self._prefixes.pop(record.id, None)
        due = record.next_at if record.state is RecipientState.PENDING else None
        self._left[record.id] = (self.steps + 1, record.campaign, due)
        known = self.next_due[record.campaign]
        if due is not None and (known is None or due < known):
            self.next_due[record.campaign] = due

    def forget(self, recipient: str) -> None:
        """Out of the window, one who was final already when read by name."""
        self.working.pop(recipient, None)
        self._prefixes.pop(recipient, None)

    def _unline(self, recipient: RecipientRecord) -> None:
        line = self.ready[recipient.campaign][self._prefixes[recipient.id]]
        place = (recipient.next_at, recipient.seq, recipient.id)
        if place in line:
            line.remove(place)

    def clear_window(self, campaign: str) -> None:
        """Nobody of this campaign waits here any more."""
        for line in self.ready.pop(campaign, {}).values():
            for _, _, name in line:
                self.working.pop(name, None)
                self._prefixes.pop(name, None)
                self._left[name] = (self.steps + 1, campaign, None)

    # --- attempts

    def put_attempt(self, record: AttemptRecord, why: str) -> None:
        """Replace an attempt's row."""
        before = self.attempts.get(record.id)
        self._rows[ATTEMPTS, record.id] = Put(ATTEMPTS, record.id, record)
        self.index_attempt(record)
        state = before.state if before else ""
        if state != record.state:
            self.note(f"attempt:{record.id}", state, record.state, why, record.client)

    def index_attempt(self, record: AttemptRecord) -> None:
        """Take an attempt in, as it is."""
        if record.state is AttemptState.OVER:
            self.attempts.pop(record.id, None)
            self.timers.cancel(("lease", record.id))
            if self.attempt_of.get(record.recipient) == record.id:
                del self.attempt_of[record.recipient]
        else:
            self.attempts[record.id] = record
            self.attempt_of[record.recipient] = record.id
            self.timers.set(("lease", record.id), record.lease)

    def _timer(self, name: TimerName, due: float) -> None:
        if due:
            self.timers.set(name, due)
        else:
            self.timers.cancel(name)
