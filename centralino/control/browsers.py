"""Agents' pages that are telephones: between their sockets and the process that holds their sound.

What becomes of the telephone itself (registered, gone, not answering) comes from the edge as for
any other phone. Only one thing is told here: that the page of a call that is up stays away. A
telephone that hangs up ends the call; a browser that crashed has not hung up, so its caller goes
back to the queue with the old place.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

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
from centralino.messages import HandOn
from centralino.web.ports import PhonePage, Tell
from kernel.bus import Bus, PeerDown, PeerUp
from kernel.clock import Clock
from kernel.ids import CallId, Chance, new_id, random_hex
from telephony.browser.servers import IceServers

KEYS = re.compile(r"[0-9*#]{1,32}")
NOT_RUNNING = "The telephone for browsers is not running just now; it is started again by itself."


class Centre(Protocol):
    """What is read of the distributor."""

    def agent(self, agent: str) -> AgentView | None: ...

    def offer(self, offer: str) -> OfferView | None: ...


@dataclass
class Browsers:
    """Every page that is a telephone, or wants to be."""

    bus: Bus
    centre: Centre
    clock: Clock
    leg_lost: Callable[[str], Awaitable[None]]
    """Told whose leg, if one stands, is not there any more."""
    servers: IceServers = IceServers()
    chance: Chance = random_hex
    pages: dict[str, PhonePage] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)
    """Pages that were told to begin and have made no offer since: each offer costs the process
    ports and keys, so there is one for each beginning."""
    _talking: dict[str, str] = field(default_factory=dict)
    """Agent → the offer when the call in the browser came up; empty: there was none, the leg
    stands. It may be over where a page has gone since."""
    _life: str = ""
    """Of the process that holds the sound; empty while it is away."""
    _life_before: str = ""

    @property
    def takers(self) -> dict[type, Callable[[Any], Awaitable[None]]]:
        """What each message of that process does."""
        return {PageAnswered: self._answered, PhoneMoved: self._moved, PhoneLost: self._lost}

    def on(self, agent: str) -> bool:
        """Whether the agent's telephone is a page."""
        return any(page.agent == agent for page in self.pages.values())

    def open(self, agent: str, aor: str, tell: Tell) -> PhonePage:
        """A page came: it is told to begin, and an older one of the same agent to let go."""
        for other in [page for page in self.pages.values() if page.agent == agent]:
            other.tell({"state": "off", "why": ELSEWHERE})
        page = PhonePage(new_id("page", self.chance), agent, aor, tell)
        self.pages[page.name] = page
        self._begin(page)
        return page

    async def close(self, page: PhonePage) -> None:
        """A page is gone."""
        del self.pages[page.name]
        self._begun.discard(page.name)
        await self.bus.send(BROWSERS, PageLeft(page.name))

    async def take(self, page: PhonePage, said: dict[str, Any]) -> None:
        """What a page says; what nobody knows is not obeyed."""
        if not self._life:
            return
        if isinstance(sdp := said.get("offer"), str) and page.name in self._begun:
            self._begun.discard(page.name)
            await self.bus.send(BROWSERS, PageOffered(page.name, page.agent, page.aor, sdp))
        elif said.get("pick_up") is True:
            await self.bus.send(BROWSERS, PagePickedUp(page.name))
        elif said.get("hang_up") is True:
            await self.bus.send(BROWSERS, PageHungUp(page.name))
        elif isinstance(keys := said.get("keys"), str) and KEYS.fullmatch(keys):
            await self.bus.send(BROWSERS, PagePressed(page.name, keys))

    async def peer(self, event: PeerUp | PeerDown) -> None:
        """The process that holds the sound came or went: pages begin anew with a new life of it."""
        fresh = isinstance(event, PeerUp) and self._life_before not in ("", event.epoch)
        self._life = event.epoch if isinstance(event, PeerUp) else ""
        self._life_before = self._life or self._life_before
        if fresh:
            await self._died()
        for page in self.pages.values():
            self._begin(page)

    async def _died(self) -> None:
        """What an earlier life held is gone: its calls, whether their pages are there just now or
        are being loaded again, and its telephones, so that who rings one is taken to the next."""
        await self.bus.send("edge", BrowsersRestarted(self.clock.now()))
        talking, self._talking = self._talking, {}
        for agent, offer in talking.items():
            view = self.centre.agent(agent)
            if view is not None and offer in ("", view.offer):
                await self._give_back(agent)
                await self.leg_lost(agent)

    def _begin(self, page: PhonePage) -> None:
        if self._life:
            self._begun.add(page.name)
            ice = [each.told() for each in self.servers.for_(page.agent, self.clock.now())]
            page.tell({"begin": self._life, "ice": ice})
        else:
            page.tell({"state": "lost", "why": NOT_RUNNING})

    async def _answered(self, answer: PageAnswered) -> None:
        if (page := self.pages.get(answer.page)) is not None:
            page.tell({"answer": answer.sdp})

    async def _moved(self, moved: PhoneMoved) -> None:
        if (page := self.pages.get(moved.page)) is not None:
            self._note(page.agent, moved.state == "up")
            page.tell({"state": moved.state, "why": moved.why})

    def _note(self, agent: str, talking: bool) -> None:
        view = self.centre.agent(agent)
        if not talking or view is None:
            self._talking.pop(agent, None)
        else:
            self._talking.setdefault(agent, view.offer or "")

    async def _lost(self, lost: PhoneLost) -> None:
        self._talking.pop(lost.agent, None)
        await self._give_back(lost.agent)
        await self.leg_lost(lost.agent)

    async def _give_back(self, agent: str) -> None:
        """The caller whom this agent can no longer hear goes back to the queue."""
        view = self.centre.agent(agent)
        offer = self.centre.offer(view.offer) if view is not None else None
        if offer is not None:
            order = HandOn(offer.call, offer.media, offer.offer, offer.queue)
            await self.bus.send(offer.media, order, call=CallId(offer.call))
