"""What the journal calls each thing, and in which state it is, read from the rows. PURE.

The journal tells how subjects (`agent:7`, `call:c-1`) move; the rows tell where they are. Both say
the same: who takes `subjects` of the rows as of a row of the journal and goes on with the rows
that follow (`followed`) has the centre as it is. A property test holds that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from acd.messages import CallQueued
from acd.records import AgentRecord, OfferRecord, OfferState, WaitingRecord

OVER = "over"
"""The last state of an offer and of the contact that it became."""
IN_THE_HOUSE = frozenset({"waiting", "offered", "booked", "reached", "talking"})
"""States of a call that waits, is owed to somebody, or is talked to. Any other is the last."""

Call = CallQueued | WaitingRecord | OfferRecord
"""What knows how the journal names a call."""


@dataclass(frozen=True)
class Subject:
    """Something that the journal speaks of. Ids only."""

    subject: str
    """`agent:…`, `agent-wants:…`, `call:…`, `consult:…`, `dialled:…` or `offer:…`."""
    state: str
    client: str
    call: str = ""
    agent: str = ""
    """Of an offer: to whom it was made."""


def subjects(records: Iterable[object]) -> dict[str, Subject]:
    """Every subject that there is, by name. Rows of other tables are passed over."""
    found: dict[str, Subject] = {}
    for record in records:
        if isinstance(record, AgentRecord):
            for kind, state in (("agent", record.state), ("agent-wants", record.want)):
                name = f"{kind}:{record.agent}"
                found[name] = Subject(name, str(state), record.client)
        elif isinstance(record, WaitingRecord):
            name = name_of_call(record)
            found[name] = Subject(name, state_of(record), record.client, record.call)
        elif isinstance(record, OfferRecord):
            name = f"offer:{record.offer}"
            where = (record.client, record.call)
            found[name] = Subject(name, str(record.state), *where, record.agent)
            if record.state is OfferState.BRIDGED:
                name = name_of_call(record)
                found[name] = Subject(name, "talking", *where)
    return found


def name_of_call(of: Call) -> str:
    """A call's name in the journal; where an agent is asked about a call, it is not the call's, and
    somebody whom an agent wants dialled is no caller."""
    return f"{'consult' if of.consult else 'dialled' if of.dial_seconds else 'call'}:{of.call}"


def state_of(call: WaitingRecord) -> str:
    """How the journal last named the state of a call in its line."""
    if call.callback is None:
        return "offered" if call.offer else "waiting"
    if call.away:
        return "offered" if call.offer else "booked"
    if call.offer and call.offer == call.callback.offer:
        return "reached"
    return "offered" if call.offer else "waiting"


def is_last(subject: str, state: str) -> bool:
    """Whether nothing more comes of a subject that moved to this state."""
    kind = subject.partition(":")[0]
    if kind == "offer":
        return state == OVER
    return kind in ("call", "consult", "dialled") and state not in IN_THE_HOUSE


def followed(states: dict[str, str], moves: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Subject → state after these moves (subject, new state) in their order."""
    after = dict(states)
    for subject, state in moves:
        if is_last(subject, state):
            after.pop(subject, None)
        else:
            after[subject] = state
    return after
