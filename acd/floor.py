"""The floor of a centre: every row of its state, and the indexes made from the rows. PURE.

All writing goes through `put_*` and `drop_*`: each keeps the indexes and timers true, remembers the
change for the ledger, and writes the journal row of a move. So no handler can forget one of them,
and `load` on a fresh floor makes the same floor again.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from acd.blend import Kind, LevelRecord, takes
from acd.book import Book, dated
from acd.config import CentreConfig
from acd.hindsight import Hindsight, WaitsRecord
from acd.levels import Levels
from acd.matching import engaged
from acd.queue import Asks, Line, Place, Unoffered, asks_of, place_of, skilled
from acd.records import (
    AGENTS,
    EVERY_TIER,
    HANDLING,
    LEVELS,
    OFFERS,
    SEATS,
    TURNS,
    WAITING,
    WAITS,
    AgentRecord,
    HandlingRecord,
    OfferRecord,
    Record,
    SeatRecord,
    TurnRecord,
    WaitingRecord,
    Want,
    seat_key,
)
from kernel.core import Change, Drop, Put, Transition
from kernel.timers import Timers

ROOM = "acd"

TimerName = tuple[str, ...]
"""What is due, and of whom: `("lease", offer)`, `("wrap_up", agent)`, …"""

NOWHERE = ("", "")
"""Where a caller is who is not on the line."""

CALL_TIMERS = ("again", "adrift", "step", "limit", "callback")


@dataclass
class Floor:
    """Rows, indexes, timers, and what changed since it was last asked."""

    config: CentreConfig
    agents: dict[str, AgentRecord] = field(default_factory=dict)
    waiting: dict[str, WaitingRecord] = field(default_factory=dict)
    offers: dict[str, OfferRecord] = field(default_factory=dict)
    seats: dict[str, SeatRecord] = field(default_factory=dict)
    turns: dict[str, TurnRecord] = field(default_factory=dict)
    handling: dict[str, HandlingRecord] = field(default_factory=dict)
    levels: Levels = field(init=False)
    hindsight: Hindsight = field(init=False)
    # indexes
    lines: dict[str, Line] = field(default_factory=dict)
    unoffered: dict[str, Unoffered] = field(default_factory=dict)
    """Queue → its calls that nobody has."""
    serving: dict[str, set[str]] = field(default_factory=dict)
    """Queue → agents who are logged in for it."""
    free: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """Queue → free agents, longest idle first."""
    talking: dict[str, str] = field(default_factory=dict)
    """Call → its bridged offer, once the call has left its line."""
    _contacts: dict[str, list[str]] = field(default_factory=dict)
    """Call → every bridged offer about it: somebody who was asked has it, too."""
    fresh_agents: set[str] = field(default_factory=set)
    """Agents who became free, or able for more, since the last match cycle."""
    fresh_calls: set[str] = field(default_factory=set)
    """Calls that became open since the last match cycle."""
    unheard: set[tuple[str, str]] = field(default_factory=set)
    """Lives of media processes not heard of since the restart: their calls are held back."""
    media: dict[str, str] = field(default_factory=dict)
    """Media processes that may begin calls, with the life in which they were heard of."""
    booked: dict[str, str] = field(default_factory=dict)
    """Key of a seat → the call to come of whoever is called back there."""
    away: Counter[str] = field(default_factory=Counter)
    """Queue → places kept for callers who are not on the line."""
    limited: Counter[str] = field(default_factory=Counter)
    """Queue → callers who may not wait there, and are being asked about a callback."""
    timers: Timers[TimerName] = field(default_factory=Timers)
    tells: Timers[str] = field(default_factory=Timers)
    """Waiting callers to whom the place is to be told: apart, since a long line waits its turn."""
    held: dict[str, Counter[str]] = field(default_factory=dict)
    """Queue → why agents who are logged in for it are not free, with their number."""
    seq: int = 0
    book: Book = field(default_factory=Book)
    now: float = 0.0
    """UTC seconds of the step under way."""
    _able: dict[tuple[str, Asks], int] = field(default_factory=dict)
    _first_tier: dict[tuple[str, Asks], int] = field(default_factory=dict)
    restaffed: set[str] = field(default_factory=set)
    """Queues that calls leave when nobody is at work, and in which somebody came or went."""
    ringing_out: dict[str, int] = field(default_factory=dict)
    """Queue → calls out for each of which an idle agent is kept; said anew after a restart."""
    _kept: dict[str, frozenset[str]] = field(default_factory=dict)
    """Queue → agents who were kept for it at the end of the last match cycle."""
    alone_since: dict[str, float] = field(default_factory=dict)
    """Of those queues where nobody is at work: since when, as far as this life knows."""
    _timed: frozenset[str] = frozenset()
    _gated: frozenset[str] = frozenset()
    """Queues whose tiers open by time."""
    _tiers: dict[str, set[str]] = field(default_factory=dict)
    """Queue → agents beyond its first tier."""
    _rows: dict[tuple[str, str], Put | Drop] = field(default_factory=dict)
    _journal: list[Transition] = field(default_factory=list)

    def __post_init__(self) -> None:
        queues = self.config.queues
        self.teams = {team.name: team for team in self.config.teams}
        self.levels = Levels(self.config, lambda row: self._row(LEVELS, row), self.timers)
        self.hindsight = Hindsight(lambda row: self._row(WAITS, row))
        self._gated = frozenset(queue.id for queue in queues if queue.tier_waits)
        self._timed = frozenset(queue.id for queue in queues if queue.no_agent_wait is not None)

    # --- what a restart reads

    def load(self, record: object) -> None:
        """Take in a row from the ledger. Raises TypeError for a row of no table of ours."""
        self.seq = max(self.seq, getattr(record, "seq", 0))
        self.book.load(record)
        if isinstance(record, AgentRecord):
            self._index_agent(None, record)
        elif isinstance(record, WaitingRecord):
            self._index_call(None, record)
            self.unheard |= {(record.media, record.epoch)} - {NOWHERE}
        elif isinstance(record, OfferRecord):
            self._index_offer(record)
            self.unheard.add((record.media, record.epoch))
        elif isinstance(record, SeatRecord):
            self._index_seat(record)
        elif isinstance(record, TurnRecord):
            self.turns[record.queue] = record
        elif isinstance(record, HandlingRecord):
            self.handling[record.key] = record
        elif isinstance(record, LevelRecord):
            self.levels.load(record)
        elif isinstance(record, WaitsRecord):
            self.hindsight.load(record)
        else:
            raise TypeError(f"no table of the ACD holds {type(record).__name__}")

    def changes(self) -> list[Change]:
        """Rows (the last of each), journal and facts since the last call."""
        changes: list[Change] = [*self._rows.values(), *self._journal, *self.book.facts()]
        self._rows, self._journal = {}, []
        return changes

    def note(
        self, subject: str, before: str, after: str, why: str, call: str | None, client: str | None
    ) -> None:
        """A journal row."""
        row = Transition(ROOM, subject, str(before), str(after), why, call, client)
        self._journal.append(row)

    # --- agents

    def put_agent(self, record: AgentRecord, why: str, call: str | None = None) -> None:
        """Replace an agent's row; its moves go to the journal."""
        before = self.agents.get(record.agent)
        record = dated(record, before, self.now)
        self._row(AGENTS, record)
        self._index_agent(before, record)
        self.book.agent(record, self.now)
        state, want = (before.state, before.want) if before else ("", "")
        if state != record.state:
            self.note(f"agent:{record.agent}", state, record.state, why, call, record.client)
        if want != record.want:
            self.note(f"agent-wants:{record.agent}", want, record.want, why, call, record.client)

    def _index_agent(self, before: AgentRecord | None, record: AgentRecord) -> None:
        self.agents[record.agent] = record
        self._timer(("wrap_up", record.agent), record.wrap_up_until)
        self._timer(("back_off", record.agent), record.not_before)
        changed = before is None or _serves(before) != _serves(record)
        if changed:
            self._list_under_queues(before, record)
        self._count_held(before, -1)
        self._count_held(record, 1)
        if before and before.free:
            self._unfree(before)
        self.fresh_agents.discard(record.agent)
        if record.free:
            for queue in record.queues:
                insort(self.free.setdefault(queue, []), (record.idle_since, record.agent))
            if changed or not (before and before.free):
                self.fresh_agents.add(record.agent)
        if changed or (before and before.present) != record.present:
            self._presence_changed({*(before.queues if before else ()), *record.queues})

    def why_held(self, queue: str) -> Mapping[str, int]:
        """Why agents who are logged in for a queue are not free, with their number."""
        return self.held.get(queue, {})

    def _count_held(self, record: AgentRecord | None, by: int) -> None:
        if record is not None and record.want is not Want.LOGGED_OUT and not record.free:
            for queue in record.queues:
                self.held.setdefault(queue, Counter())[engaged(record)] += by

    def _presence_changed(self, queues: set[str]) -> None:
        """Where nobody is left in the lower tiers, the next one opens: look at the line anew."""
        self._first_tier.clear()
        self.restaffed |= queues & self._timed
        for queue in queues & self._gated:
            if self.free.get(queue):
                places = self.lines[queue].places if queue in self.lines else ()
                self.fresh_calls |= {place[3] for place in places if not self._held(place[3])}

    def _held(self, call: str) -> bool:
        return bool(self.waiting[call].offer)

    def open_tier(self, call: WaitingRecord) -> int:
        """The highest tier open to a call: by its wait, or because nobody who could take it is at
        work in the tiers before."""
        if call.queue not in self._gated or call.tier == EVERY_TIER:
            return EVERY_TIER
        key = (call.queue, asks_of(call))
        if key not in self._first_tier:
            tiers = (a.tier(call.queue) for a in self.agents_of(call.queue)
                     if self.serves_callers(a) and skilled(a, key[1]))  # fmt: skip
            self._first_tier[key] = min(tiers, default=1)
        return max(call.tier, self._first_tier[key])

    def tiered(self, queue: str) -> bool:
        """Whether any agent of the queue is in a tier beyond the first."""
        return bool(self._tiers.get(queue))

    def _list_under_queues(self, before: AgentRecord | None, record: AgentRecord) -> None:
        self._able.clear()
        for queue in before.queues if before else ():
            self.serving.get(queue, set()).discard(record.agent)
            self._tiers.get(queue, set()).discard(record.agent)
        if record.want is not Want.LOGGED_OUT:
            for queue in record.queues:
                self.serving.setdefault(queue, set()).add(record.agent)
                if record.tier(queue) > 1:
                    self._tiers.setdefault(queue, set()).add(record.agent)

    def _unfree(self, record: AgentRecord) -> None:
        for queue in record.queues:
            free = self.free[queue]
            del free[bisect_left(free, (record.idle_since, record.agent))]

    def free_for(self, queue: str) -> Iterator[AgentRecord]:
        """Free agents of a queue, longest idle first; lazily, since mostly the first is taken."""
        return (self.agents[agent] for _, agent in self.free.get(queue, ()))

    def keep_for_calls_out(self, queue: str, calls: int) -> None:
        """So many calls out ring for this queue, in place of the number said before."""
        if calls > 0:
            self.ringing_out[queue] = calls
        else:
            self.ringing_out.pop(queue, None)

    def kept_agents(self, but: str = "") -> frozenset[str]:
        """Free agents who are kept for calls out of other queues than `but`: of a queue's with a
        leg that is up so many as ring, those idle longest left to the callers."""
        return frozenset[str]().union(*(self._kept_for(q) for q in self.ringing_out if q != but))

    def _kept_for(self, queue: str) -> frozenset[str]:
        able = [agent.agent for agent in self.free_for(queue)
                if agent.leg_up and self.takes(agent, "outbound")]  # fmt: skip
        return frozenset(able[-self.ringing_out[queue] :])

    def look_at_kept_agents(self) -> None:
        """Who was kept and is so no more may be free for callers now, without having moved."""
        for queue, before in self._kept.items():
            now = self._kept_for(queue) if queue in self.ringing_out else frozenset[str]()
            self.fresh_agents |= {name for name in before - now if self.agents[name].free}

    def remember_kept_agents(self) -> None:
        """At the end of a cycle: within one nobody who was kept comes to be so no more."""
        self._kept = {queue: self._kept_for(queue) for queue in self.ringing_out}

    def agents_of(self, queue: str) -> list[AgentRecord]:
        """Agents logged in for a queue."""
        return [self.agents[agent] for agent in sorted(self.serving.get(queue, ()))]

    def staffed(self, queue: str) -> bool:
        """Whether anybody who serves the queue's callers is at work."""
        return any(self.serves_callers(self.agents[name]) for name in self.serving.get(queue, ()))

    def takes(self, agent: AgentRecord, kind: Kind) -> bool:
        """Whether an agent ever takes contacts of a kind."""
        return takes(self.teams.get(agent.team), kind)

    def serves_callers(self, agent: AgentRecord) -> bool:
        """Whether an agent is at work, and takes callers."""
        return agent.present and self.takes(agent, "inbound")

    def able(self, call: WaitingRecord) -> int:
        """How many agents are logged in who could take such a call, ready or not."""
        key = (call.queue, asks_of(call))
        if key not in self._able:
            serving = self.serving.get(call.queue, ())
            able = (self.agents[agent] for agent in serving)
            self._able[key] = sum(skilled(a, key[1]) and self.takes(a, "inbound") for a in able)
        return self._able[key]

    # --- calls

    def put_call(self, record: WaitingRecord) -> None:
        """Replace a call's row."""
        before = self.waiting.get(record.call)
        self._row(WAITING, record)
        self._index_call(before, record)
        self.book.waits(record)

    def _index_call(self, before: WaitingRecord | None, record: WaitingRecord) -> None:
        self.waiting[record.call] = record
        if before is None:
            self.lines.setdefault(record.queue, Line()).add(self.place(record))
        self._index_unoffered(before, record)
        if record.callback is not None:
            self._index_callback(before, record)
        self.limited[record.queue] += bool(record.limit) - bool(before and before.limit)
        if (before is None or before.away) and not record.away:
            self.tells.set(record.call, record.told_at + self.config.position_seconds)
        self._timer(("again", record.call), min((r.until for r in record.refused), default=0.0))
        if record.offer:
            self.fresh_calls.discard(record.call)
        elif before is None or before.offer or _opened(before) != _opened(record):
            self.fresh_calls.add(record.call)

    def _index_unoffered(self, before: WaitingRecord | None, after: WaitingRecord | None) -> None:
        """A call is had by somebody, or by nobody any more, or asks for something else."""
        was = asks_of(before) if before and not before.offer else None
        now = asks_of(after) if after and not after.offer else None
        if was == now:
            return
        if before and was is not None:
            self.unoffered[before.queue].remove(was, self.place(before))
        if after and now is not None:
            self.unoffered.setdefault(after.queue, Unoffered()).add(now, self.place(after))

    def _index_callback(self, before: WaitingRecord | None, record: WaitingRecord) -> None:
        self.away[record.queue] += int(record.away) - int(before is not None and before.away)
        self._unbook(record)
        if record.away:
            self.booked[booking(record)] = record.call

    def _unbook(self, record: WaitingRecord) -> None:
        if self.booked.get(booking(record)) == record.call:
            del self.booked[booking(record)]

    def media_there(self, media: str, epoch: str) -> None:
        """A media process may begin calls: callbacks may have waited for one."""
        if self.media.get(media) != epoch:
            self.media[media] = epoch
            self.fresh_calls |= {call.call for call in self.waiting.values() if call.away}

    def drop_call(self, record: WaitingRecord, why: str, agent: str = "", by: str = "") -> None:
        """A call left its line: for one of `book.EXITS`, or to the agent who answered."""
        stay = self.book.left(record.call, why, self.now, agent, by)
        if stay is not None:
            self.hindsight.over(stay)
        self.levels.left(record, why, self.now)
        self.away[record.queue] -= int(record.away)
        self.limited[record.queue] -= bool(record.limit)
        self._unbook(record)
        self._rows[WAITING, record.call] = Drop(WAITING, record.call)
        self._index_unoffered(self.waiting.pop(record.call), None)
        self.lines[record.queue].remove(self.place(record))
        self.fresh_calls.discard(record.call)
        self.tells.cancel(record.call)
        for kind in CALL_TIMERS:
            self.timers.cancel((kind, record.call))

    def place(self, record: WaitingRecord) -> Place:
        """A call's place in its line."""
        return place_of(record, self.config.priority_cap)

    def position(self, record: WaitingRecord) -> int:
        """1 for the call that is served next in its queue."""
        return self.lines[record.queue].position(self.place(record))

    def open(self, record: WaitingRecord) -> bool:
        """Whether the call may be offered: nobody has it, and its media process is there."""
        if record.limit == "closed":
            return False
        if record.callback is not None and record.away:
            return not record.offer and bool(self.media) and not record.callback.not_before
        return not record.offer and (record.media, record.epoch) not in self.unheard

    # --- offers and seats

    def put_offer(self, record: OfferRecord, why: str) -> None:
        """Replace an offer's row; its moves go to the journal."""
        before = self.offers.get(record.offer)
        self._row(OFFERS, record)
        self._index_offer(record)
        state = before.state if before else ""
        subject = f"offer:{record.offer}"
        self.note(subject, state, record.state, why, record.call, record.client)

    def _index_offer(self, record: OfferRecord) -> None:
        self._over(record.offer)
        self.offers[record.offer] = record
        self._timer(("lease", record.offer), record.lease)
        if record.state == "bridged":
            self.talking[record.call] = record.offer
            self._contacts.setdefault(record.call, []).append(record.offer)

    def _over(self, offer: str) -> None:
        """What an offer was is no longer so."""
        before = self.offers.pop(offer, None)
        if before is not None and before.state == "bridged":
            self._contacts[before.call].remove(offer)
            if not self._contacts[before.call]:
                del self._contacts[before.call]

    def drop_offer(self, record: OfferRecord, why: str) -> None:
        """An offer, or the contact that it became, is over."""
        self._rows[OFFERS, record.offer] = Drop(OFFERS, record.offer)
        self._over(record.offer)
        self.timers.cancel(("lease", record.offer))
        if self.talking.get(record.call) == record.offer:
            del self.talking[record.call]
        subject = f"offer:{record.offer}"
        self.note(subject, record.state, "over", why, record.call, record.client)

    def also_talks(self, call: str) -> OfferRecord | None:
        """An offer by which somebody has this call, too; None where nobody has."""
        up = self._contacts.get(call)
        return self.offers[up[0]] if up else None

    def put_seat(self, record: SeatRecord) -> None:
        """Keep a place."""
        self._row(SEATS, record)
        self._index_seat(record)

    def _index_seat(self, record: SeatRecord) -> None:
        self.seats[record.key] = record
        self._timer(("seat", record.key), record.expires)

    def drop_seat(self, key: str) -> None:
        """A place was taken again, or is kept no longer."""
        self._rows[SEATS, key] = Drop(SEATS, key)
        del self.seats[key]
        self.timers.cancel(("seat", key))

    def put_turn(self, record: TurnRecord) -> None:
        """Remember whose turn it was."""
        self._row(TURNS, record)
        self.turns[record.queue] = record

    def put_handling(self, record: HandlingRecord) -> None:
        """Remember how long contacts take."""
        self._row(HANDLING, record)
        self.handling[record.key] = record

    # --- inside

    def _row(self, table: str, record: Record) -> None:
        self._rows[table, record.key] = Put(table, record.key, record)

    def _timer(self, name: TimerName, due: float) -> None:
        if due:
            self.timers.set(name, due)
        else:
            self.timers.cancel(name)


def _serves(record: AgentRecord) -> tuple[object, ...]:
    there = record.want is not Want.LOGGED_OUT
    return (there, record.queues, record.skills, record.tiers, record.order, record.team)


def _opened(call: WaitingRecord) -> tuple[object, ...]:
    held = call.callback.not_before if call.callback else 0.0
    relaxed = (call.lowered, call.dropped, call.lacking)
    return (call.refused, relaxed, call.tier, call.agent, call.away, held)


def booking(record: WaitingRecord) -> str:
    """The key by which the number of a callback is known in its queue; empty for none."""
    if record.callback is None:
        return ""
    return seat_key(record.client, record.origin or record.queue, record.callback.number)
