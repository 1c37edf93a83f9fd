"""Pages that are telephones, as control passes on between their sockets and the process with their
sound."""

from __future__ import annotations

from typing import Any, cast

import pytest

from acd.snapshot import AgentView, OfferView
from centralino.browser_messages import (
    BROWSERS,
    ELSEWHERE,
    BrowsersRestarted,
    PageAnswered,
    PageHungUp,
    PageLeft,
    PageOffered,
    PagePickedUp,
    PagePressed,
    PhoneLost,
    PhoneMoved,
)
from centralino.control.browsers import NOT_RUNNING, Browsers
from centralino.messages import HandOn
from centralino.web.ports import PhonePage
from kernel.bus import Bus, PeerDown, PeerUp
from kernel.clock import ManualClock
from kernel.ids import counting
from telephony.browser.servers import IceServers

OFFER = OfferView("offer-1", "call-1", "anna", "riverton", "billing", "talking", 0.0, "media-1")


class Recorder:
    """A bus, and a distributor in which Anna has a caller."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, object]] = []
        self.talks = "offer-1"

    async def send(self, to: str, value: object, **more: object) -> str:
        self.sent.append((to, value))
        return ""

    def agent(self, agent: str) -> AgentView | None:
        view = type("View", (), {"offer": self.talks})
        return cast(AgentView, view) if agent == "anna" else None

    def offer(self, offer: str) -> OfferView | None:
        return OFFER if offer == "offer-1" else None


class Bench:
    """The pages' side."""

    def __init__(self) -> None:
        self.wire = Recorder()
        servers = IceServers(("stun:s.example",))
        self.clock = ManualClock()
        bus = cast(Bus, self.wire)
        self.fell: list[str] = []
        self.browsers = Browsers(bus, self.wire, self.clock, self._leg_lost, servers, counting())
        self.said: dict[str, list[dict[str, Any]]] = {}

    async def _leg_lost(self, agent: str) -> None:
        self.fell.append(agent)

    def page(self, key: str = "one", agent: str = "anna") -> PhonePage:
        def tell(said: dict[str, Any]) -> None:
            self.said.setdefault(key, []).append(said)

        return self.browsers.open(agent, "201", tell)

    async def tells(self, value: object) -> None:
        await self.browsers.takers[type(value)](value)

    @property
    def sent(self) -> list[object]:
        return [value for to, value in self.wire.sent if to == BROWSERS]


async def there() -> Bench:
    bench = Bench()
    await bench.browsers.peer(PeerUp(BROWSERS, "life-1"))
    return bench


async def test_a_page_offers_is_answered_rings_and_picks_up() -> None:
    bench = await there()
    page = bench.page()
    assert bench.said["one"] == [{"begin": "life-1", "ice": [{"urls": ["stun:s.example"]}]}]
    for said in ({"offer": "v=0"}, {"pick_up": True}, {"keys": "1"}, {"hang_up": True}):
        await bench.browsers.take(page, said)
    await bench.tells(PageAnswered(page.name, "v=0 too"))
    await bench.tells(PhoneMoved(page.name, "ringing"))
    assert bench.said["one"][1:] == [{"answer": "v=0 too"}, {"state": "ringing", "why": ""}]
    await bench.browsers.close(page)
    assert bench.sent == [
        PageOffered(page.name, "anna", "201", "v=0"), PagePickedUp(page.name),
        PagePressed(page.name, "1"), PageHungUp(page.name), PageLeft(page.name),
    ]  # fmt: skip
    assert not bench.browsers.on("anna")


async def test_nonsense_is_not_passed_on() -> None:
    bench = await there()
    page = bench.page()
    wrong = ({"offer": 3}, {"pick_up": "yes"}, {"hang_up": 1}, {"keys": "1\r\nBYE"})
    for said in ({}, *wrong, {"keys": 99 * "1"}):
        await bench.browsers.take(page, said)
    assert bench.sent == []


async def test_a_page_offers_once_for_each_beginning() -> None:
    bench = await there()
    page = bench.page()
    for _ in range(3):
        await bench.browsers.take(page, {"offer": "v=0"})
    assert len(bench.sent) == 1
    await bench.browsers.peer(PeerDown(BROWSERS, "life-1"))
    await bench.browsers.peer(PeerUp(BROWSERS, "life-1"))
    for _ in range(3):
        await bench.browsers.take(page, {"offer": "v=0"})
    assert len(bench.sent) == 2


async def test_a_second_window_takes_over_and_the_first_is_told() -> None:
    bench = await there()
    bench.page("one")
    bench.page("two")
    assert bench.said["one"][-1] == {"state": "off", "why": ELSEWHERE}
    assert bench.said["two"] == bench.said["one"][:1]


async def test_while_the_process_is_away_a_page_is_told_so_and_begins_when_it_is_back() -> None:
    bench = Bench()
    page = bench.page()
    await bench.browsers.take(page, {"offer": "v=0"})
    assert bench.said["one"] == [{"state": "lost", "why": NOT_RUNNING}] and bench.sent == []
    await bench.browsers.peer(PeerUp(BROWSERS, "life-1"))
    assert bench.said["one"][-1]["begin"] == "life-1"
    await bench.browsers.peer(PeerDown(BROWSERS, "life-1"))
    assert bench.said["one"][-1] == {"state": "lost", "why": NOT_RUNNING}


GIVEN_BACK = ("media-1", HandOn("call-1", "media-1", "offer-1", "billing"))


async def test_the_caller_of_a_page_that_stays_away_goes_back_to_the_queue() -> None:
    bench = await there()
    await bench.tells(PhoneLost("anna"))
    await bench.tells(PhoneLost("nobody"))
    assert bench.wire.sent == [GIVEN_BACK] and bench.fell == ["anna", "nobody"]


async def talking(page_stays: bool = True) -> Bench:
    """Anna's page is told that a call is up; then it may be loaded again."""
    bench = await there()
    page = bench.page()
    await bench.tells(PhoneMoved(page.name, "up"))
    if not page_stays:
        await bench.browsers.close(page)
    bench.wire.sent.clear()
    return bench


async def dies(bench: Bench, life: str = "life-2") -> None:
    await bench.browsers.peer(PeerDown(BROWSERS, "life-1"))
    await bench.browsers.peer(PeerUp(BROWSERS, life))


@pytest.mark.parametrize("page_stays", [True, False])
async def test_callers_go_back_when_the_process_died_also_while_the_page_is_loaded_again(
    page_stays: bool,
) -> None:
    bench = await talking(page_stays)
    await dies(bench, "life-1")
    assert bench.wire.sent == [], "its link was cut, its calls go on"
    await dies(bench)
    assert bench.wire.sent == [("edge", BrowsersRestarted(bench.clock.now())), GIVEN_BACK]
    await dies(bench, "life-3")
    assert bench.wire.sent.count(GIVEN_BACK) == 1


async def test_who_talks_at_another_telephone_goes_on_when_the_process_died() -> None:
    bench = await there()
    page = bench.page()
    await bench.tells(PhoneMoved(page.name, "ready"))
    await dies(bench)
    assert GIVEN_BACK not in bench.wire.sent


async def test_a_call_that_ended_while_its_page_was_away_is_not_the_next_one() -> None:
    bench = await talking(page_stays=False)
    bench.wire.talks = "offer-2"
    await dies(bench)
    assert GIVEN_BACK not in bench.wire.sent


async def test_whoever_talks_on_a_leg_that_stands_goes_back_too() -> None:
    bench = await there()
    page = bench.page()
    bench.wire.talks = ""
    await bench.tells(PhoneMoved(page.name, "up"))
    bench.wire.talks = "offer-1"
    await dies(bench)
    assert bench.wire.sent[-1] == GIVEN_BACK and bench.fell == ["anna"]
