"""Turns what changed on the floor into finished facts: stays and stretches. PURE.

The floor tells the book of every row that it writes, and the book's facts go to the ledger with
those rows: in one transaction with the move that ended them, so a crash can neither lose nor double
one. What still goes on is in the records (since when, in which state), so a restart has nothing to
remember.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from acd.callback import Became, Callback
from acd.numbers import Doing, Stretch
from acd.records import AgentRecord, State, WaitingRecord, Want
from acd.visits import Exit, Visit
from kernel.core import Fact

EXITS = {
    "answered": Exit.ANSWERED,
    "hang_up": Exit.ABANDONED,
    "exit": Exit.LEFT,
    "lost": Exit.LOST,
    "overflowed": Exit.OVERFLOWED,
    "sent_back": Exit.OVERFLOWED,
    "voicemail": Exit.VOICEMAIL,
    "callback": Exit.CALLBACK,
}
"""The reason with which a call leaves its line → how the stay ended."""

BECAME = {
    "answered": Became.ANSWERED,
    "hang_up": Became.ABANDONED,
    "exit": Became.WITHDRAWN,
    "voicemail": Became.WITHDRAWN,
    "failed": Became.FAILED,
    "lost": Became.FAILED,
    "expired": Became.EXPIRED,
    "merged": Became.MERGED,
}
"""The reason with which the place of one who is called back leaves its line → what became of it."""

DOING = {
    State.RESERVED: Doing.RINGING,
    State.RINGING: Doing.RINGING,
    State.WHISPER: Doing.TALKING,
    State.TALKING: Doing.TALKING,
    State.HOLD: Doing.HOLD,
    State.WRAP_UP: Doing.WRAP_UP,
}


def doing(record: AgentRecord) -> Doing:
    """What an agent's time goes into now. One whose phone is lost is not available."""
    if record.state in DOING:
        return DOING[record.state]
    if record.want is Want.LOGGED_OUT:
        return Doing.LOGGED_OUT
    ready = record.state is State.IDLE and record.want is Want.READY
    return Doing.AVAILABLE if ready else Doing.NOT_READY


def reason(record: AgentRecord) -> str:
    """Why an agent is not ready; empty for one who is not so."""
    if doing(record) is not Doing.NOT_READY:
        return ""
    phone = record.phone_why or "phone"
    return record.reason or (phone if record.want is Want.READY else "")


def dated(record: AgentRecord, before: AgentRecord | None, now: float) -> AgentRecord:
    """The row with the moment from which the agent's time goes into what it does: a restart goes on
    with it."""
    same = before is not None and _same(_stretch(before, 0.0), _stretch(record, 0.0))
    return replace(record, doing_since=before.doing_since if before and same else now)


@dataclass
class Book:
    """One centre's stays and stretches that go on, and the facts not yet written."""

    _stays: dict[str, Visit] = field(default_factory=dict)
    _callbacks: dict[str, Callback] = field(default_factory=dict)
    _stretches: dict[str, Stretch] = field(default_factory=dict)
    _facts: list[Fact] = field(default_factory=list)

    def load(self, record: object) -> None:
        """Take up what went on when an earlier life ended."""
        if isinstance(record, AgentRecord):
            begin = record.doing_since or max(record.since, record.want_since)
            self._stretches[record.agent] = _stretch(record, begin)
        elif isinstance(record, WaitingRecord):
            self.waits(record)

    def facts(self) -> list[Fact]:
        """What was completed since the last call."""
        facts, self._facts = self._facts, []
        return facts

    def open(self, now: float) -> list[Visit | Stretch | Callback]:
        """Stays, stretches and callbacks that go on; stretches up to `now`."""
        running = [replace(stretch, end=now) for stretch in self._stretches.values()]
        return [*self._stays.values(), *running, *self._callbacks.values()]

    def waits(self, record: WaitingRecord) -> None:
        """A call is in a line. One by which an agent is consulted is nobody's stay, and one whom an
        agent wants dialled does not wait."""
        if record.consult or record.dial_seconds:
            return
        if record.callback is not None:
            self._callbacks[record.call] = callback(record)
        else:
            self._stays[record.call] = _stay(record)

    def left(self, call: str, why: str, now: float, agent: str = "", by: str = "") -> Visit | None:
        """A call left its line, for one of `EXITS`; or a callback's place did, for one of
        `BECAME`. The stay that is over, if it was one."""
        if (owed := self._callbacks.pop(call, None)) is not None:
            back = replace(owed, became=BECAME[why], ended=now, agent=agent)
            self._facts.append(Fact(back, back.client))
        elif (stay := self._stays.pop(call, None)) is not None:
            done = replace(stay, exit=EXITS[why], left=now, agent=agent, by=by)
            self._facts.append(Fact(done, done.client))
            return done
        return None

    def doubled(self, record: WaitingRecord, now: float) -> None:
        """A callback was asked for whose number has an older one."""
        done = replace(callback(record), became=Became.DUPLICATE, ended=now)
        self._facts.append(Fact(done, done.client))

    def agent(self, record: AgentRecord, now: float) -> None:
        """An agent's row was written: perhaps a new stretch begins."""
        new = _stretch(record, now)
        old = self._stretches.get(record.agent)
        if old is not None and _same(old, new):
            return
        self._stretches[record.agent] = new
        if old is not None and old.doing is not Doing.LOGGED_OUT and old.begin < now:
            self._facts.append(Fact(replace(old, end=now), record.client))


def callback(record: WaitingRecord) -> Callback:
    """The callback for which a place is kept. Raises ValueError where it is kept for none."""
    plan = record.callback
    if plan is None:
        raise ValueError(f"{record.call} is no callback")
    return Callback(
        record.call, plan.call, record.client, record.queue, record.joined, plan.asked,
        plan.stay, attempts=plan.attempts, intent=record.intent,
    )  # fmt: skip


def _stay(record: WaitingRecord) -> Visit:
    exit = Exit.OFFERED if record.offer else Exit.WAITING
    return Visit(
        record.call, record.client, record.queue, record.queued, exit,
        intent=record.intent, offers=record.offered, caller=record.caller, foretold=record.foretold,
    )  # fmt: skip


def _stretch(record: AgentRecord, begin: float) -> Stretch:
    about = record.call if record.state in DOING else ""
    return Stretch(record.agent, record.client, doing(record), begin, begin, reason(record), about)


def _same(old: Stretch, new: Stretch) -> bool:
    return (old.doing, old.reason, old.call) == (new.doing, new.reason, new.call)
