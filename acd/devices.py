"""Standing legs of agents: called once at log-in, up until log-out, watched meanwhile. PURE.

An agent who is *nailed up* has one call that stands between contacts. It is rung when the agent
logs in, and again when the agent asks for contacts after it fell; a media process that dies has it
rung again at once by another. Hanging up is the agent's way to leave: no contact is wanted then
until the agent says so; a phone that has gone without it is rung again when it is back. A leg from
which no sound comes is not up: its agent could not be heard.

Nothing here is kept on disk. After a restart the distributor's rows say who is to have a leg, and
each media process which legs it holds; what nobody named by then is rung again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from acd.messages import DeviceChanged, DropLeg, HoldLeg, LegDown, LegsHeld, LegSilent, LegUp
from acd.offer import MUTE
from acd.records import Want
from acd.snapshot import AgentView
from kernel.ids import Chance, new_id, random_hex
from kernel.machine import Machine

BEING_CALLED, SILENT = "is being called", MUTE
NO_PLACE, LOST, GONE = "no media process", "its process was lost", "was cut off"
GRACE = 5.0
"""Seconds after a start in which media processes may say which legs they hold."""


class LegState(Enum):
    """How a standing leg is."""

    DOWN = "down"
    CALLING = "calling"
    UP = "up"
    SILENT = "silent"
    """It is up, and no packet comes from it."""


@dataclass(frozen=True)
class Rung:
    """The agent's phone is rung."""


@dataclass(frozen=True)
class Fell:
    """The leg is gone."""


@dataclass(frozen=True)
class Hushed:
    """No packet came for too long."""


@dataclass(frozen=True)
class Heard:
    """It is up, and packets come."""


LEG: Machine[LegState] = Machine(
    "standing leg",
    {
        LegState.DOWN: {Rung: LegState.CALLING, Heard: LegState.UP},
        LegState.CALLING: {Heard: LegState.UP, Fell: LegState.DOWN},
        LegState.UP: {Hushed: LegState.SILENT, Fell: LegState.DOWN},
        LegState.SILENT: {Heard: LegState.UP, Fell: LegState.DOWN},
    },
)


WHY = {LegState.CALLING: BEING_CALLED, LegState.UP: "", LegState.SILENT: SILENT}


@dataclass(frozen=True)
class Standing:
    """One agent's leg."""

    agent: str
    client: str
    contact: str
    leg: str = ""
    media: str = ""
    state: LegState = LegState.DOWN
    wanted: bool = False
    """Whether the agent wants contacts."""
    waits: bool = False
    """Whether it is to be rung as soon as a media process is there."""
    fell: str = ""
    """Why it fell last, if it stood and the agent did not hang up."""
    left: DropLeg | None = None
    """To end one whose phone has gone, before another is rung: nobody may be left to end it."""


@dataclass
class Devices:
    """The standing legs of a centre: `take` events; afterwards `changes` for the distributor and
    `commands` for media processes."""

    chance: Chance = random_hex
    legs: dict[str, Standing] = field(default_factory=dict)
    """Agent → leg."""
    media: dict[str, str] = field(default_factory=dict)
    """Media processes that are there → their life."""
    until: float = 0.0
    """Before this moment (UTC seconds) nobody is rung who may have a leg already."""
    changes: list[DeviceChanged] = field(default_factory=list)
    commands: list[HoldLeg | DropLeg] = field(default_factory=list)

    def begin(self, agents: Iterable[AgentView], now: float) -> None:
        """At a start: who is logged in is to have a leg, and may have it."""
        self.until = now + GRACE
        for view in agents:
            if view.nailed_up and view.want != Want.LOGGED_OUT:
                self.legs[view.agent] = _of(view)

    def grace_over(self) -> None:
        """Whoever was not named by then is rung again."""
        self.until = 0.0
        for standing in list(self.legs.values()):
            self._ring(standing)

    def agent(self, view: AgentView) -> None:
        """An agent's row was written."""
        known = self.legs.get(view.agent)
        if not view.nailed_up or view.want == Want.LOGGED_OUT:
            if known is not None:
                del self.legs[view.agent]
                self._drop(known)
            return
        wants = view.want == Want.READY
        if known is None or known.contact != view.contact:
            if known is not None:
                self._drop(known)
            self.legs[view.agent] = _of(view)
            return self._ring(self.legs[view.agent])
        asked = wants and not known.wanted
        self.legs[view.agent] = replace(known, wanted=wants)
        if asked:
            self._ring(self.legs[view.agent])
        return None

    def try_again(self, agent: str) -> None:
        """The agent's phone can be reached again; who wants no contact is left alone."""
        standing = self.legs.get(agent)
        if standing is not None and standing.wanted:
            self._ring(standing)

    def lost(self, agent: str) -> None:
        """The agent's phone has gone, and hung up nothing. The leg is not ended yet: a contact may
        have to be taken off it before."""
        standing = self.legs.get(agent)
        if standing is not None and standing.leg:
            self._fell(standing, GONE, hung_up=False)
            left = DropLeg(standing.leg, standing.media)
            self.legs[agent] = replace(self.legs[agent], left=left)

    # --- media processes

    def media_there(self, held: LegsHeld) -> None:
        """A media process says which legs it holds; what its earlier lives held is gone."""
        self.media[held.media] = held.epoch
        there = {leg.agent: leg for leg in held.legs}
        for standing in list(self.legs.values()):
            leg = there.pop(standing.agent, None)
            if leg is None:
                self._not_held(standing, held.media)
            elif standing.left == DropLeg(leg.leg, held.media):
                self._drop(standing)
            elif standing.state is LegState.DOWN:
                self.legs[standing.agent] = replace(standing, leg=leg.leg, media=held.media)
                self._move(standing.agent, Heard() if leg.up else Rung())
            elif leg.leg != standing.leg:
                self.commands.append(DropLeg(leg.leg, held.media))
        self.commands += [DropLeg(leg.leg, held.media) for leg in there.values()]

    def _not_held(self, standing: Standing, media: str) -> None:
        if standing.media == media:
            self._fell(standing, LOST, hung_up=False)
            self._ring(self.legs[standing.agent])
        elif standing.state is LegState.DOWN and standing.waits:
            self._ring(standing)  # there was no media process to ring it

    def media_gone(self, media: str) -> None:
        """A media process cannot be reached; what it holds may live on."""
        self.media.pop(media, None)

    def up(self, event: LegUp) -> None:
        """The agent answered."""
        self._of_leg(event.leg, lambda one: self._move(one.agent, Heard()))

    def down(self, event: LegDown) -> None:
        """The leg is gone."""
        self._of_leg(event.leg, lambda one: self._fell(one, event.why, hung_up=event.hung_up))

    def silent(self, event: LegSilent) -> None:
        """Packets stopped, or come again."""
        self._of_leg(
            event.leg, lambda one: self._move(one.agent, Hushed() if event.silent else Heard())
        )

    # --- inside

    def _of_leg(self, leg: str, do: Callable[[Standing], None]) -> None:
        """For the agent whose leg this is; of one that is no longer current nothing is done."""
        for standing in list(self.legs.values()):
            if standing.leg == leg:
                do(standing)

    def _ring(self, standing: Standing) -> None:
        if self.until or not LEG.allows(standing.state, Rung()):
            return
        if not self.media:
            self.legs[standing.agent] = replace(standing, waits=True)
            return self._told(standing.agent, NO_PLACE)
        media = min(self.media, key=lambda name: (self._held(name), name))
        leg = new_id("leg", self.chance)
        state = LEG.next(standing.state, Rung())
        if standing.left is not None:
            self.commands.append(standing.left)
        self.legs[standing.agent] = replace(
            standing, leg=leg, media=media, state=state, waits=False, left=None
        )
        self.commands.append(
            HoldLeg(leg, standing.agent, standing.client, standing.contact, media, standing.fell)
        )
        return self._told(standing.agent, BEING_CALLED)

    def _held(self, media: str) -> int:
        return sum(standing.media == media for standing in self.legs.values())

    def _move(self, agent: str, event: object) -> None:
        standing = self.legs[agent]
        if not LEG.allows(standing.state, event):
            return
        state = LEG.next(standing.state, event)
        fell = "" if state is LegState.UP else standing.fell  # it was said at the answer
        self.legs[agent] = replace(standing, state=state, fell=fell)
        self._told(agent, WHY[state])

    def _fell(self, standing: Standing, why: str, *, hung_up: bool) -> None:
        if LEG.allows(standing.state, Fell()):
            state = LEG.next(standing.state, Fell())
            stood = standing.state is not LegState.CALLING
            fell = "" if hung_up else why if stood else standing.fell
            self.legs[standing.agent] = replace(standing, state=state, leg="", media="", fell=fell)
            self.changes.append(DeviceChanged(standing.agent, False, why, hung_up))

    def _drop(self, standing: Standing) -> None:
        if standing.leg:
            self.commands.append(DropLeg(standing.leg, standing.media))
        if standing.left is not None:
            self.commands.append(standing.left)

    def _told(self, agent: str, why: str) -> None:
        self.changes.append(DeviceChanged(agent, not why, why))


def _of(view: AgentView) -> Standing:
    return Standing(view.agent, view.client, view.contact, wanted=view.want == Want.READY)
