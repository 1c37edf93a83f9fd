"""The call history on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from centralino.db.calls import (
    LOST,
    CallBegun,
    CallFilter,
    CallHistory,
    CallRow,
    CallUpdate,
    Outcome,
)
from centralino.db.engine import Database

NOW = 1_700_000_000.0
BEGUN = CallBegun("call-1", "water", "main", "inbound", NOW, "media-1", "e1")


@pytest.fixture
def history(database: Database) -> CallHistory:
    return CallHistory(database, "north")


async def begin(history: CallHistory, call: str, at: float = 0.0, **more: object) -> None:
    begun = replace(BEGUN, id=call, started=NOW + at, **more)  # type: ignore[arg-type]
    assert await history.begin(begun)


def ids(rows: list[CallRow]) -> list[str]:
    return [row.id for row in rows]


async def get(history: CallHistory, call: str = "call-1") -> CallRow:
    row = await history.get(call, None)
    assert row is not None
    return row


async def test_a_call_from_begin_to_end(history: CallHistory) -> None:
    await begin(history, "call-1")
    assert await history.update("call-1", CallUpdate(answered=NOW + 1, sip_call_id="x@y"))
    assert await history.update("call-1", CallUpdate(queue="billing", intent="high_bill"))
    assert await history.update("call-1", CallUpdate(agent="user-7", waited=0.0, turns=0))
    assert await history.end("call-1", NOW + 60, Outcome.TRANSFERRED, "normal")
    assert await history.update("call-1", CallUpdate(turns=4, latency_p50_ms=812.5))
    assert await get(history) == CallRow(
        id="call-1", client="water", line="main", direction="inbound", started=NOW,
        answered=NOW + 1, ended=NOW + 60, outcome=Outcome.TRANSFERRED, cause="normal",
        queue="billing", agent="user-7", intent="high_bill", waited=0.0, media="media-1",
        epoch="e1", sip_call_id="x@y", turns=4, latency_p50_ms=812.5, latency_p95_ms=None,
    )  # fmt: skip


async def test_what_is_told_twice_changes_nothing(history: CallHistory) -> None:
    await begin(history, "call-1")
    await history.end("call-1", NOW + 60, Outcome.ANSWERED, "normal")
    before = await get(history)
    assert not await history.begin(replace(BEGUN, line="other", started=NOW + 9))
    assert not await history.end("call-1", NOW + 99, Outcome.FAILED, "other")
    assert not await history.update("call-1", CallUpdate())
    assert await get(history) == before


async def test_an_unknown_call_is_not_made_by_the_way(history: CallHistory) -> None:
    assert not await history.update("call-x", CallUpdate(queue="billing"))
    assert not await history.end("call-x", NOW, Outcome.FAILED, "other")
    assert await history.get("call-x", None) is None


async def test_calls_are_seen_by_their_clients_only(history: CallHistory) -> None:
    await begin(history, "call-1")
    await begin(history, "call-2", 1, client="gas")
    assert await history.get("call-1", frozenset({"water"})) is not None
    assert await history.get("call-1", frozenset({"gas"})) is None
    assert await history.get("call-1", frozenset()) is None
    assert ids(await history.list(frozenset({"water"}))) == ["call-1"]
    assert ids(await history.list(frozenset({"water", "gas"}))) == ["call-2", "call-1"]
    assert await history.list(frozenset()) == []
    assert ids(await history.list(None)) == ["call-2", "call-1"]
    south = CallHistory(history.database, "south")
    assert await south.list(None) == [] and await south.get("call-1", None) is None
    assert not await south.end("call-1", NOW, Outcome.FAILED, "other")


async def test_pages_follow_one_another_without_gap_or_repeat(history: CallHistory) -> None:
    for n in range(7):
        await begin(history, f"call-{n}", at=n // 3)  # three begin at the same moment
    seen: list[str] = []
    rows = await history.list(None, limit=2)
    while rows:
        seen += ids(rows)
        rows = await history.list(None, limit=2, before=rows[-1].cursor)
    assert seen == ["call-6", "call-5", "call-4", "call-3", "call-2", "call-1", "call-0"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (CallFilter(), ["call-2", "call-1"]),
        (CallFilter(line="main"), ["call-1"]),
        (CallFilter(queue="billing"), ["call-2"]),
        (CallFilter(agent="user-7"), ["call-2"]),
        (CallFilter(outcome=Outcome.ABANDONED), ["call-1"]),
        (CallFilter(direction="outbound"), ["call-2"]),
        (CallFilter(since=NOW + 10), ["call-2"]),
        (CallFilter(until=NOW + 10), ["call-1"]),
        (CallFilter(line="main", outcome=Outcome.ANSWERED), []),
    ],
)
async def test_calls_can_be_filtered(
    history: CallHistory, filters: CallFilter, found: list[str]
) -> None:
    await begin(history, "call-1")
    await history.end("call-1", NOW + 5, Outcome.ABANDONED, "normal")
    await begin(history, "call-2", 10, line="second", direction="outbound")
    await history.update("call-2", CallUpdate(queue="billing", agent="user-7"))
    assert ids(await history.list(None, filters=filters)) == found


async def test_open_calls_are_those_without_an_end(history: CallHistory) -> None:
    await begin(history, "call-1")
    await begin(history, "call-2", 1, media="media-2")
    await begin(history, "call-3", 2, epoch="e2")
    await begin(history, "call-4", 3)
    await history.end("call-4", NOW + 9, Outcome.ANSWERED, "normal")
    assert ids(await history.open_calls()) == ["call-3", "call-2", "call-1"]
    assert ids(await history.open_calls("media-1")) == ["call-3", "call-1"]
    assert ids(await history.open_calls("media-1", "e1")) == ["call-1"]


async def test_calls_of_a_dead_life_are_lost_and_the_living_go_on(history: CallHistory) -> None:
    await begin(history, "call-1")
    await begin(history, "call-2", 1, epoch="e2")
    await begin(history, "call-3", 2, media="media-2")
    await begin(history, "call-4", 3)
    await history.end("call-4", NOW + 9, Outcome.ANSWERED, "normal")
    lost = await history.mark_lost("media-1", "e2", NOW + 20)
    assert ids(lost) == ["call-1"]
    assert (lost[0].ended, lost[0].outcome, lost[0].cause) == (NOW + 20, Outcome.FAILED, LOST)
    assert await history.mark_lost("media-1", "e2", NOW + 30) == []
    assert ids(await history.open_calls()) == ["call-3", "call-2"]
    assert ids(await history.mark_lost("media-1", None, NOW + 40)) == ["call-2"]
    assert not await history.end("call-2", NOW + 50, Outcome.ANSWERED, "normal")
    assert (await get(history, "call-4")).outcome is Outcome.ANSWERED


async def test_earlier_calls_of_a_caller_are_those_to_the_same_client(history: CallHistory) -> None:
    await begin(history, "call-1", caller_key="ann")
    await begin(history, "call-2", 10.0, caller_key="bob")
    await begin(history, "call-3", 20.0, caller_key="ann", client="gas")
    await begin(history, "call-4", 30.0, caller_key="ann")
    await begin(history, "call-5", 40.0, caller_key="ann")
    assert ids(await history.earlier("call-5", None)) == ["call-4", "call-1"]
    assert ids(await history.earlier("call-5", frozenset({"water"}), limit=1)) == ["call-4"]
    assert await history.earlier("call-5", frozenset({"gas"})) == []
    assert await history.earlier("call-1", None) == []
    await begin(history, "call-6", 50.0)
    await begin(history, "call-7", 60.0)
    assert await history.earlier("call-7", None) == [], "who is not known has no past"
