"""Whom agents see of campaigns in which they decide, and what comes of what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from acd.snapshot import AgentView
from centralino.control.keys import KeyedList
from centralino.db.errors import ContactKeyChanged
from centralino.outbound.choosing import Choosing
from centralino.outbound.errors import CampaignError
from kernel.clock import ManualClock
from kernel.core import Put
from kernel.errors import CoreStopped
from outbound.gate import ALLOWED, Allowed
from outbound.messages import AttemptEnded, AttemptRinging
from outbound.records import (
    CampaignRecord,
    Outcome,
    PreviewThen,
    RecipientRecord,
    RecipientState,
    Refusal,
)
from outbound.service import OutboundService
from tests.unit.outbound.house import House, campaign, people
from tests.unit.outbound.test_by_hand import SPRING, dials, house_of

ANNA = AgentView(
    "anna", "town", "ready", "idle", 0.0, "", "", "", "", "sip:a@b", ("sales",), {}, None, 0.0,
    True, free=True,
)  # fmt: skip
NAMES = {"p0": "Ada Lovelace", "p1": "Ben Bova", "p2": ""}


@dataclass
class Service:
    """As much of the dialler as is asked, around a real core."""

    house: House
    closed: set[str] | None = field(default_factory=set)
    """Whom the law does not let be called at this hour; None: it cannot be asked."""
    stopped: bool = False
    reads: list[tuple[str, ...]] = field(default_factory=list)
    """Of what is known of people."""

    def __post_init__(self) -> None:
        self.rules = self.messages = self
        self.clock = ManualClock(self.house.now)

    def core(self) -> Any:
        return self.house.dialer

    def campaign(self, name: str) -> CampaignRecord:
        return self.house.record(name)

    async def submit(self, event: object) -> None:
        if self.stopped:
            raise CoreStopped("outbound has stopped")
        self.house.tell(event)

    async def ask(
        self, campaign: CampaignRecord, recipient: RecipientRecord, number: str, now: float
    ) -> Allowed:
        if self.closed is None:
            raise ContactKeyChanged
        closed = recipient.person in self.closed
        return Allowed(Refusal.HOURS, now + 600.0) if closed else ALLOWED

    async def known(self, persons: Sequence[str]) -> Mapping[str, dict[str, str]]:
        self.reads.append(tuple(persons))
        return {one: {"name": NAMES[one], "city": "Riverton"} for one in persons}


@dataclass
class Room:
    """An agent, and the dialler."""

    service: Service
    choosing: Choosing
    agents: dict[str, AgentView]

    async def name(self) -> str:
        seen = await self.choosing.seen("anna")
        return str(seen["person"]["name"]) if seen and seen["person"] else ""

    async def shown(self) -> str:
        seen = await self.choosing.seen("anna")
        assert seen is not None
        return str(seen["person"]["recipient"])

    def written(self, table: str, only: str = "") -> None:
        """The newest rows are committed."""
        rows = self.service.house.books.rows(table)
        self.choosing.written(
            [Put(table, only, row) for row in rows if only in ("", getattr(row, "id", ""))]
        )


def room(
    record: CampaignRecord = SPRING, closed: frozenset[str] = frozenset(), leg: str = "media-1"
) -> Room:
    service, agents = Service(house_of(record), set(closed)), {"anna": ANNA}
    choosing = Choosing(cast(OutboundService, service), agents.get, lambda agent: leg)
    return Room(service, choosing, agents)


async def test_a_free_agent_sees_whom_the_law_lets_be_called() -> None:
    desk = room(closed=frozenset({"p0"}))
    assert await desk.name() == await desk.name() == "Ben Bova"
    states = desk.service.house.states()
    assert states[RecipientState.PENDING] == 3
    seen = await desk.choosing.seen("anna")
    assert seen is not None and seen["person"]["known"]["city"] == "Riverton"
    assert seen["person"]["until"] == desk.service.house.now + SPRING.preview_seconds


async def test_one_who_has_something_else_to_do_lets_them_go() -> None:
    desk = room()
    first = await desk.shown()
    desk.agents["anna"] = replace(ANNA, free=False)
    assert await desk.name() == ""
    with pytest.raises(CampaignError, match="ready first"):
        await desk.choosing.dial("anna", first)
    desk.agents["anna"] = ANNA
    assert await desk.shown() == first


async def test_one_who_has_no_such_queue_any_more_hides_nobody() -> None:
    desk = room()
    await desk.shown()
    desk.agents["anna"] = replace(ANNA, queues=("bills",))
    assert await desk.choosing.seen("anna") is None
    assert not desk.service.house.dialer.shown


async def test_whom_nobody_can_dial_now_can_be_skipped_and_is_let_go() -> None:
    desk = room(leg="media-9")
    first = await desk.shown()
    await desk.choosing.dial("anna", first)
    assert await desk.shown() == first and not dials(desk.service.house)
    desk.agents["anna"] = replace(ANNA, free=False)
    assert await desk.name() == "" and not desk.service.house.dialer.shown
    desk.agents["anna"] = ANNA
    await desk.choosing.dial("anna", await desk.shown())
    await desk.choosing.skip("anna", first)
    assert await desk.name() == "Ben Bova"


async def test_what_comes_of_one_whom_the_campaign_has_dialled_is_told_too() -> None:
    desk = room(replace(SPRING, preview_seconds=5.0, preview_then=PreviewThen.DIAL))
    await desk.shown()
    desk.service.house.walk(6.0)
    (dial,) = dials(desk.service.house)
    assert (dial.agent, dial.media) == ("anna", "media-1")
    desk.service.house.tell(AttemptEnded(dial.attempt, Outcome.BUSY, 486))
    desk.written("attempts")
    assert desk.choosing.ended["anna"]["name"] == "Ada Lovelace"


async def test_where_another_house_dials_nobody_is_shown_and_a_click_is_one_line() -> None:
    desk = room()
    first = await desk.shown()
    desk.service.stopped = True
    with pytest.raises(CampaignError, match="does not dial any more"):
        await desk.choosing.dial("anna", first)
    with pytest.raises(CampaignError, match="does not dial any more"):
        await desk.choosing.skip("anna", first)
    desk.service.house.dialer.shown.clear()
    assert await desk.choosing.seen("anna") is None


async def test_whom_the_law_cannot_be_asked_about_is_shown_to_nobody() -> None:
    desk = room()
    desk.service.closed = None
    for _ in range(2):
        assert await desk.choosing.seen("anna") is None
    assert not desk.service.house.dialer.shown


async def test_only_pages_of_the_queue_look_and_only_for_such_a_campaign() -> None:
    desk, looks = room(), list[frozenset[str]]()
    desk.choosing.subscribe(looks.append)
    desk.service.house.start(campaign("storm"), people(1))
    desk.written("campaigns", "storm")
    assert not looks
    desk.written("recipients")
    assert looks == [{"sales"}]


async def test_one_of_no_such_queue_sees_nothing() -> None:
    desk = room()
    desk.agents["anna"] = replace(ANNA, queues=("bills",))
    assert await desk.choosing.seen("anna") is None
    assert await desk.choosing.seen("nobody") is None


async def test_who_was_not_had_is_told_until_the_next_word() -> None:
    desk = room()
    await desk.choosing.dial("anna", await desk.shown())
    (dial,) = dials(desk.service.house)
    assert (dial.agent, dial.media) == ("anna", "media-1")
    desk.service.house.tell(AttemptRinging(dial.attempt))
    desk.service.house.tell(AttemptEnded(dial.attempt, Outcome.BUSY, 486))
    desk.written("attempts")
    seen = await desk.choosing.seen("anna")
    assert seen is not None and seen["ended"]["name"] == "Ada Lovelace"
    assert seen["ended"]["outcome"] == "busy"
    await desk.choosing.skip("anna", await desk.shown())
    assert (await desk.choosing.seen("anna") or {})["ended"] is None


async def test_a_late_click_changes_nothing() -> None:
    desk = room()
    first = await desk.shown()
    await desk.choosing.skip("anna", first)
    with pytest.raises(CampaignError, match="not shown to you any more"):
        await desk.choosing.skip("anna", first)
    with pytest.raises(CampaignError, match="not yours"):
        await desk.choosing.dial("anna", first)
    assert await desk.name() == "Ben Bova"


async def test_a_list_of_people_is_read_at_once() -> None:
    desk = room(replace(SPRING, mode="manual"))
    seen = await desk.choosing.seen("anna")
    assert seen is not None and [one["known"]["city"] for one in seen["list"]] == ["Riverton"] * 3
    assert desk.service.reads == [("p0", "p1", "p2")]


async def test_with_a_telephone_only_one_goes_through_a_list_by_keys() -> None:
    desk = room(replace(SPRING, mode="manual"))
    keys = KeyedList(desk.choosing, desk.service.clock)
    first, said = await keys.next("anna", "")
    assert said == "Ada Lovelace. Storm."
    second, _ = await keys.next("anna", first)
    third, said = await keys.next("anna", second)
    assert said.startswith("3 9 0 0") and len({first, second, third}) == 3
    assert (await keys.next("anna", third))[0] == first
    await keys.dial("anna", second)
    await keys.dial("anna", second)
    assert len(dials(desk.service.house)) == 1
    desk.agents["anna"] = replace(ANNA, free=False)
    assert await keys.next("anna", "") == ("", "")


async def test_by_key_somebody_is_put_off_until_tomorrow() -> None:
    desk = room()
    keys = KeyedList(desk.choosing, desk.service.clock)
    first, _ = await keys.next("anna", "")
    await keys.skip("anna", first, tomorrow=True)
    row = next(one for one in desk.service.house.books.recipients() if one.id == first)
    assert (row.next_at, row.why) == (desk.service.clock.now() + 86_400.0, "put off")


async def test_on_a_list_one_is_put_off_by_key_and_passed_over_without_a_trace() -> None:
    desk = room(replace(SPRING, mode="manual"))
    keys = KeyedList(desk.choosing, desk.service.clock)
    first, _ = await keys.next("anna", "")
    await keys.skip("anna", first, tomorrow=False)
    assert (await keys.next("anna", ""))[0] == first
    await keys.skip("anna", first, tomorrow=True)
    row = next(one for one in desk.service.house.books.recipients() if one.id == first)
    assert (row.next_at, row.why) == (desk.service.clock.now() + 86_400.0, "put off")
    second, _ = await keys.next("anna", first)
    desk.agents["anna"] = replace(ANNA, queues=("bills",))
    await keys.skip("anna", second, tomorrow=True)
    row = next(one for one in desk.service.house.books.recipients() if one.id == second)
    assert row.why != "put off"
