"""What a distributor has promised, looked for in every offer that it made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from acd.distributor import Distributor
from acd.floor import Floor
from acd.matching import why_not
from acd.messages import Bridged, CallQueued, PlaceOffer
from acd.records import State
from acd.replay import Checkpoint, Step
from kernel.codec import decode


def violations(floor: Floor, offer: PlaceOffer) -> int:
    """What is wrong with an offer just made."""
    call, agent = floor.waiting.get(offer.call), floor.agents[offer.agent]
    if call is None or call.offer != offer.offer or agent.offer != offer.offer:
        return 1
    free = replace(agent, state=State.IDLE, offer="")
    wrong = int(why_not(free, call, floor.open_tier(call)) is not None)
    for queue in agent.queues:
        for place in floor.lines[queue] if queue in floor.lines else ():
            if place >= floor.place(call):
                break
            other = floor.waiting[place[3]]
            tier = floor.open_tier(other)
            wrong += floor.open(other) and why_not(free, other, tier) is None
    return wrong


@dataclass
class Found:
    """What was found in the steps of one life."""

    wrong: int = 0
    waiting: int = 0
    """Calls in line at the end."""
    _queued: set[str] = field(default_factory=set)
    _served: set[str] = field(default_factory=set)

    def step(self, core: Distributor, step: Step, since: float) -> None:
        """Walk one step; its offers are looked at from this moment on."""
        for event in (*(decode(event) for event in step.events), None):
            if isinstance(event, Bridged) and (offer := core.floor.offers.get(event.offer)):
                self._served.add(offer.call)
            if isinstance(event, CallQueued):
                self._queued.add(event.call)
            if event is not None:
                core.receive(event, step.at)
            elif step.timer:
                core.handle_timer(step.at)
            offers = [one for one in core.commands() if isinstance(one, PlaceOffer)]
            if step.at >= since:
                self.wrong += sum(violations(core.floor, offer) for offer in offers)
        core.changes()

    def over(self, floor: Floor) -> None:
        """Whoever came must wait still, or have been served."""
        self.waiting = len(floor.waiting)
        self.wrong += len(self._queued - self._served - floor.waiting.keys())


def check(kept: Iterable[object], since: float) -> Found:
    """Walk the steps of a life again, as they were kept on disk."""
    drawn: list[str] = []
    found, core = Found(), None
    for fact in kept:
        if isinstance(fact, Checkpoint):
            core = Distributor(fact.config, lambda n: drawn.pop(0))
            core.restore([decode(row) for row in fact.records], fact.at)
        elif isinstance(fact, Step) and core is not None:
            drawn[:] = fact.drawn
            found.step(core, fact, since)
    if core is not None:
        found.over(core.floor)
    return found
