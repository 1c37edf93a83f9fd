"""Whom an agent may consult, and who is meant by a number that an agent keys."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from acd.snapshot import AgentView, OfferView
from centralino import messages as house
from centralino.web.ports import Colleague, Desk, PeoplePort
from telephony.dialling import bare

FREE = "free"
_PARAMETERS = re.compile(r"[;?,<>\"]")
"""Would be headers or parameters of the INVITE."""
_QUEUE = re.compile(r"0[1-9]")


@dataclass
class Consulting:
    """Between agents who talk with a caller and those whom they ask."""

    desk: Desk
    people: PeoplePort
    denied: Callable[[str, str], str]
    """Why a number may not be dialled for a client; empty where it may."""
    send: Callable[[Any], Awaitable[None]]
    tasks: Callable[[str], Awaitable[Mapping[str, str]]]
    """What the bot can do in a call: intent → title."""

    async def colleagues(self, client: str, but: str) -> list[Colleague]:
        """Agents at work who serve a queue of this client, by number; `free` says who could be had
        now."""
        profiles, ours = await self.people.agents(), self._queues(client)
        found = []
        for profile in sorted(profiles, key=lambda each: each.number):
            view = self.desk.agent(profile.id)
            if view is None or profile.id == but or not _served(view, ours):
                continue
            named = {"agent": profile.id, "number": profile.number, "name": profile.full_name}
            found.append({**named, FREE: view.free})
        return found

    async def to_agent(self, offer: OfferView, agent: str, blind: bool = False) -> str:
        """Have an agent called; what is wrong with that, or nothing."""
        view = self.desk.agent(agent)
        queue = _served(view, self._queues(offer.client), offer.queue) if view else ""
        if view is None or not queue or agent == offer.agent:
            return "There is no such agent at work."
        if not view.free:
            return "This agent is not free."
        await self.send(self._order(offer, queue=queue, agent=agent, blind=blind))
        return ""

    async def to_queue(self, offer: OfferView, queue: str) -> str:
        """Have whoever serves a queue called; what is wrong with that, or nothing."""
        queues = self.desk.snapshot().queues
        if not any(each.queue == queue and each.client == offer.client for each in queues):
            return "There is no such queue."
        await self.send(self._order(offer, queue=queue))
        return ""

    async def to_number(self, offer: OfferView, number: str, blind: bool = False) -> str:
        """Have an outside number called; what is wrong with that, or nothing."""
        number = bare(number)
        if _PARAMETERS.search(number):
            return "A number or an address without parameters, please."
        if denied := self.denied(number, offer.client):
            return f"This number may not be called: {denied}."
        await self.send(self._order(offer, number=number, blind=blind))
        return ""

    async def give_task(self, offer: OfferView, task: str, slots: Mapping[str, str]) -> str:
        """Have the bot do something with the caller; what is wrong with that, or nothing."""
        if task not in await self.tasks(offer.call):
            return "The bot of this line has no such task."
        await self.send(house.GiveTask(offer.call, offer.media, offer.offer, task, dict(slots)))
        return ""

    async def keyed(self, keyed: house.ConsultKeyed) -> None:
        """One digit is a task of the bot, by its place; an agent's number is that agent; 0 and a
        digit is whoever is free in a queue, by its place; any other is outside. Who cannot be had
        is told by an order that names nobody."""
        offer = self.desk.offer(keyed.offer)
        if offer is None:
            return None
        if len(keyed.digits) == 1 and keyed.digits.isdecimal():
            problem = await self._keyed_task(offer, int(keyed.digits))
            return None if not problem else await self.send(self._order(offer))
        agents = {each.number: each.id for each in await self.people.agents()}
        if agent := agents.get(keyed.digits):
            problem = await self.to_agent(offer, agent)
        elif _QUEUE.fullmatch(keyed.digits):
            problem = await self._keyed_queue(offer, int(keyed.digits))
        else:
            problem = await self.to_number(offer, keyed.digits)
        return await self.send(self._order(offer)) if problem else None

    async def _keyed_task(self, offer: OfferView, place: int) -> str:
        tasks = list(await self.tasks(offer.call))
        named = tasks[place - 1] if 0 < place <= len(tasks) else ""
        return await self.give_task(offer, named, {})

    async def _keyed_queue(self, offer: OfferView, place: int) -> str:
        queues = self._queues(offer.client)
        return await self.to_queue(offer, queues[place - 1] if place <= len(queues) else "")

    def _queues(self, client: str) -> list[str]:
        return [q.queue for q in self.desk.snapshot().queues if q.client == client]

    def _order(self, offer: OfferView, **to: object) -> house.ConsultOrder:
        return house.ConsultOrder(offer.call, offer.media, offer.offer, **to)  # type: ignore[arg-type]


def _served(view: AgentView, ours: Sequence[str], first: str = "") -> str:
    """One of these queues in which the agent can be reached; empty for none."""
    if view.want == "logged_out":
        return ""
    served = [queue for queue in ours if queue in view.queues]
    return first if first in served else next(iter(served), "")
