"""PURE. How many more calls a media process may take, and what is left out when it has too many.

Theory of operation. Work is measured, not counted: the share of the cores in use, the share of the
recognisers' time, and how long an utterance waited for one. The fullest of the three is the *use*;
1.0 is everything but the reserve. What one call more would cost follows from what calls cost by
what they do (measured once, `COSTS`), corrected by what the present ones really cost, so that on a
slower machine there is room for fewer. The edge counts what it admits down from `room` until it is
told again, and answers 503 at zero, before any running call is harmed.

Room ends long before use does. Callers do not speak in turn, so those who end together wait for one
another while the cores are idle half of the time; the fewer cores, the more must be idle for that
(`SLACK`, the square-root rule of staffing). And the waiting itself is watched: it grows with the
load r as r/(1-r), so from what is waited now follows how many calls more make it too much. Only
where callers can be in one another's way, though (`queueing`): what a few wait in a house that is
idle is the machine's business, and refusing others would make nobody's answer sooner.

A line marked emergency is let in all the same: it needs no recogniser, for its bot then works by
keys.

When calls that were admitted need more than there is, things are left out in the order of `SHED`,
one step at each look, so that what was left out last has a second to help before the next goes; and
for what the recognisers are behind only where one has worked since, or is waited for: while nobody
speaks their figures are those of before the last step, and say nothing of what it helped. A wait
counts for that as it counts for room, only where callers can be in one another's way, or where
one utterance after the other waited (`noticed`): a single long one on an idle machine costs nobody
a keypad. They are taken back only when use has fallen well below (`CALM`), so that nothing
flickers, but all at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from voicebot.ports import Effort


class Doing(StrEnum):
    """What a call does, as far as its cost is concerned."""

    CONVERSING = "conversing"
    WAITING = "waiting"
    """In a queue: music and announcements, nothing is heard."""
    ANNOUNCING = "announcing"
    """Only told something, or by keys."""
    BRIDGED = "bridged"


COSTS: Mapping[Doing, float] = {
    Doing.CONVERSING: 0.060,
    Doing.WAITING: 0.015,
    Doing.ANNOUNCING: 0.020,
    Doing.BRIDGED: 0.025,
}
"""Cores that one call takes of the whole house, its share of recogniser and voice included."""
RESERVE = 0.15
"""Share of the cores that is left when use is 1.0: bursts, and calls that change what they do."""
SLACK = 0.35
"""Cores, times the square root of their number, that new calls may not take; of the whole
house, for its processes share the cores."""
MOST_RECOGNISING = 0.70
"""Share of the recognisers' time; above it utterances wait for one another."""
MOST_BEHIND = 0.25
"""Seconds that an utterance may wait for a recogniser where many do."""
NOTICED = 0.5
"""Seconds of waiting that callers notice: where each waits so long keys are better than words."""
WAITS_LITTLE, WAITS_ENOUGH = 0.02, 0.12
"""Seconds of it that say nothing, and that let in nobody more: one in twenty waits three times as
long as the mean, and answers come within 1.2 s only while that is below 0.4 s."""
TOO_FEW_CONVERSING, LEAST_WAITS, LEAST_LOAD = 2, 5, 0.3
"""Conversations, utterances that the mean wait speaks of, and share of the cores or of the
recognisers: with no more of the first, or fewer of the others, a wait is not one for other callers.
"""
LEAST_CORRECTION, MOST_CORRECTION = 0.2, 3.0
LEARNS_DEARER, LEARNS_CHEAPER = 0.3, 0.05
"""Part of a difference by which the correction follows it, once a second. Callers who have just
come cost little, for they are greeted: that says nothing of what they will cost."""
FORGETS = 0.02
"""Part of it that is forgotten a second where there is little to learn from: a burst that was dear
must not leave a small share of the cores without room for the call that would tell otherwise."""
STEADIES = 0.25
"""Part of a difference by which the cores that count as busy follow what one second shows: two who
are recognised at once fill a core for a second, and nothing is short."""
LITTLE_WORK = 0.10
"""Cores of expected work below which what is measured says nothing of a call's cost."""
CALM = 0.85
"""Use below which, times the threshold, a thing left out is taken back."""


class Shed(IntEnum):
    """What is left out; each includes those before it. A step that has nothing behind it (no turn
    detector is asked, no lighter way of recognising) is a step all the same: `centralino doctor`
    says which."""

    NOTHING = 0
    INTERIM = 1
    """What is heard of speech that goes on: a prompt that is spoken over ends later."""
    TURN_DETECTOR = 2
    CARE = 3
    """Whisper makes one reading, however unsure it is and whatever is asked."""
    GUESSES = 4
    """Recognition before it is known that the caller has finished. A third of it is in vain, but
    without it every answer is half a second later."""
    SPEECH = 5
    """The keypad menu, also in calls that are up; where a bot has none, a person."""


EFFORTS: Mapping[Shed, Effort] = {
    Shed.NOTHING: Effort(),
    Shed.INTERIM: Effort(peeks=False),
    Shed.TURN_DETECTOR: Effort(peeks=False, judges=False),
    Shed.CARE: Effort(peeks=False, judges=False, light=True),
    Shed.GUESSES: Effort(peeks=False, judges=False, light=True, guesses=False),
    Shed.SPEECH: Effort(peeks=False, judges=False, light=True, guesses=False, speech=False),
}
"""What is left to conversations, new and running ones alike."""


SHED: tuple[tuple[float, Shed], ...] = (
    (1.00, Shed.INTERIM),
    (1.10, Shed.TURN_DETECTOR),
    (1.20, Shed.CARE),
    (1.35, Shed.GUESSES),
    (1.50, Shed.SPEECH),
)
"""From this use on, this is left out."""
MOST_USE = SHED[-1][0]
"""From which on everything is that can be."""


@dataclass(frozen=True)
class Work:
    """What was measured in the last moments."""

    calls: Mapping[Doing, int]
    cores: float
    """That our processes may use."""
    cores_busy: float
    """Of them, by our own processes."""
    recognising: float = 0.0
    """Share of the recognisers' time, 0–1."""
    behind: float = 0.0
    """Seconds that recent utterances waited for a recogniser, in the mean."""
    utterances: int = 0
    """That `behind` speaks of."""
    each: float = 0.0
    """Seconds that each of the last few utterances waited at least."""
    ended: int = 0
    """Utterances recognised since the process began."""
    overdue: bool = False
    """Whether one waits now for longer than any took."""
    share: float = 1.0
    """Of the house: what these cores are of all that it may use."""

    @property
    def conversing(self) -> int:
        """Calls that need the recognisers."""
        return self.calls.get(Doing.CONVERSING, 0)


@dataclass(frozen=True)
class Capacity:
    """What follows."""

    use: float
    room: int
    """Conversations that may be added; never below 0."""
    shed: Shed


@dataclass
class CapacityCore:
    """Decides from one measurement after the other. Remembers what is left out, and the cost."""

    costs: Mapping[Doing, float] = field(default_factory=lambda: dict(COSTS))
    shed: Shed = Shed.NOTHING
    correction: float = 1.0
    busy: float | None = None
    """Cores that are busy, over some seconds."""
    heard: int = 0
    """Utterances that had been recognised when what is left out changed last."""

    def decide(self, work: Work) -> Capacity:
        """How much room there is now, and what is left out from now on."""
        before = work.cores_busy if self.busy is None else self.busy
        self.busy = busy = before + STEADIES * (work.cores_busy - before)
        self._learn(work, busy)
        ours = work.cores * (1 - RESERVE)
        taken = max(busy / ours, work.recognising / MOST_RECOGNISING)
        use = max(taken, noticed(work, max(busy / work.cores, work.recognising)))
        self._leave_out(work, busy / ours, use)
        room = self._room(work, busy) if taken < 1.0 else 0
        return Capacity(round(use, 3), room, self.shed)

    def _leave_out(self, work: Work, cores: float, use: float) -> None:
        """One thing more, or what may come back; `cores`: the use that is theirs alone."""
        wanted = min(shed_at(use, self.shed), next_step(self.shed))
        news = work.ended > self.heard or work.overdue or shed_at(cores, self.shed) > self.shed
        if wanted < self.shed or (wanted > self.shed and news):
            self.shed, self.heard = wanted, work.ended

    def _learn(self, work: Work, busy: float) -> None:
        """What calls cost here."""
        expected = sum(self.costs[doing] * count for doing, count in work.calls.items())
        if expected < LITTLE_WORK:
            self.correction += FORGETS * (1.0 - self.correction)
            return
        seen = min(MOST_CORRECTION, max(LEAST_CORRECTION, busy / expected))
        by = LEARNS_DEARER if seen > self.correction else LEARNS_CHEAPER
        self.correction += by * (seen - self.correction)

    def _room(self, work: Work, busy: float) -> int:
        may_be_busy = work.cores - work.share * SLACK * math.sqrt(work.cores / work.share)
        by_cores = (may_be_busy - busy) / (self.costs[Doing.CONVERSING] * self.correction)
        each = work.recognising / work.conversing if work.conversing else 0.0
        by_recogniser = (MOST_RECOGNISING - work.recognising) / each if each > 0.001 else by_cores
        load = max(busy / work.cores, work.recognising)
        by_waiting = math.inf
        if queueing(work, load):
            by_waiting = work.conversing * more_until_too_late(load, work.behind)
        return max(0, int(min(by_cores, by_recogniser, by_waiting)))


def queueing(work: Work, load: float) -> bool:
    """Whether what is waited can be for other callers, at this load."""
    return (
        work.conversing > TOO_FEW_CONVERSING
        and work.utterances >= LEAST_WAITS
        and load >= LEAST_LOAD
    )


def more_until_too_late(load: float, waits: float) -> float:
    """By what part of itself a load may grow until `WAITS_ENOUGH` seconds are waited, where
    `waits` are now: the mean wait in a queue is k·r/(1-r) of the load r (Pollaczek-Khinchine)."""
    if not 0 < load < 1 or waits <= WAITS_LITTLE:
        return math.inf
    then = WAITS_ENOUGH / waits * load / (1 - load)
    return then / (1 + then) / load - 1


def noticed(work: Work, load: float) -> float:
    """What is waited, as a use."""
    steady = work.each / NOTICED * MOST_USE
    return max(steady, work.behind / MOST_BEHIND) if queueing(work, load) else steady


def next_step(now: Shed) -> Shed:
    """What is left out next."""
    return Shed(min(now + 1, Shed.SPEECH))


def shed_at(use: float, now: Shed) -> Shed:
    """What is left out at this use, where `now` is left out already."""
    wanted = max((what for least, what in SHED if use >= least), default=Shed.NOTHING)
    if wanted >= now:
        return wanted
    kept = max((what for least, what in SHED if use >= least * CALM), default=Shed.NOTHING)
    return max(wanted, min(now, kept))
