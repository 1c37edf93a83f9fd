"""What calls for a person while campaigns run, and what that person can do. PURE.

Told of each call's end and of how the campaigns stand, and asked for the alarms that hold. One that
ceases to hold is kept for a while: what comes and goes every few seconds is one alarm.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from outbound.records import CampaignState

BLOCKED = frozenset({603, 607, 608})
"""Decline with a reason (603+), Unwanted (:rfc:`8197`), Rejected (:rfc:`8688`): our number is taken
for a nuisance, by people or by what filters for them."""
SETTLES = 60.0
"""Seconds for which an alarm no longer holds before it is over."""


@dataclass(frozen=True)
class Thresholds:
    """From where on something is an alarm."""

    window: float = 300.0
    """Seconds of calls that are looked at."""
    calls: int = 20
    """Ended calls in that time, without which no share means anything."""
    answer_ratio: float = 0.2
    """Share of calls that were picked up, below which a trunk is in doubt."""
    blocked_share: float = 0.15
    """Share of calls that were refused as unwanted."""
    no_progress: float = 120.0
    """Seconds for which people wait, calls may be placed, and none is."""
    oldest: float = 1800.0
    """Seconds for which the first in line may wait."""
    oldest_emergency: float = 300.0


@dataclass(frozen=True)
class Ended:
    """A call is over."""

    at: float
    trunk: str
    caller_id: str
    answered: bool
    sip_status: int


@dataclass(frozen=True)
class Standing:
    """How a campaign stands."""

    id: str
    client: str
    name: str
    state: str
    emergency: bool
    placed_at: float
    """UTC seconds of its newest call; 0: none yet."""
    since: float
    """UTC seconds of its last start, or from when on calls could be placed."""
    oldest: float | None
    """Seconds for which the first in line waits; None: nobody is due."""
    up: int
    """Calls under way."""


@dataclass(frozen=True)
class Alarm:
    """Something that calls for a person."""

    key: str
    """What it is about: the same alarm has the same key as long as it holds."""
    what: str
    do: str
    """What can be done about it."""
    since: float
    client: str = ""
    """Whose; empty: the whole house's."""


def still(campaign: str) -> str:
    """The key of the alarm that people of a campaign wait and nobody is called."""
    return f"still:{campaign}"


@dataclass
class Alarms:
    """The alarms of one dialler."""

    limits: Thresholds = field(default_factory=Thresholds)
    _ended: deque[Ended] = field(default_factory=deque)
    _holding: dict[str, Alarm] = field(default_factory=dict)
    _held_at: dict[str, float] = field(default_factory=dict)

    def ended(self, call: Ended) -> None:
        """A call is over."""
        self._ended.append(call)

    def look(
        self, standings: Iterable[Standing], now: float, also: Iterable[Alarm] = ()
    ) -> tuple[list[Alarm], list[Alarm]]:
        """Look again, also at what others found; the alarms that are new, and those that are
        over."""
        while self._ended and self._ended[0].at <= now - self.limits.window:
            self._ended.popleft()
        found = {one.key: one for one in (*self._found(list(standings), now), *also)}
        raised = [one for key, one in found.items() if key not in self._holding]
        for key, one in found.items():
            since = self._holding[key].since if key in self._holding else now
            self._holding[key] = replace(one, since=since)
            self._held_at[key] = now
        over = [key for key, at in self._held_at.items() if now - at >= SETTLES]
        cleared = [self._holding.pop(key) for key in over]
        for key in over:
            del self._held_at[key]
        return raised, cleared

    def restore(self, held: Iterable[Alarm], now: float) -> None:
        """These held before a restart. Those whose reason is gone are over as any other is."""
        for alarm in held:
            self._holding[alarm.key] = alarm
            self._held_at[alarm.key] = now

    @property
    def holding(self) -> list[Alarm]:
        """The oldest first."""
        return sorted(self._holding.values(), key=lambda one: one.since)

    # What is wrong.

    def _found(self, standings: list[Standing], now: float) -> Iterator[Alarm]:
        for trunk in sorted({call.trunk for call in self._ended}):
            yield from self._trunk(trunk, now)
        for number in sorted({call.caller_id for call in self._ended if call.caller_id}):
            ours = [call for call in self._ended if call.caller_id == number]
            yield from self._blocked(f"number:{number}", f"the number {number}", ours, now)
            yield from self._distrusted(number, ours, now)
        for one in standings:
            if one.state == CampaignState.RUNNING:
                yield from self._campaign(one, now)

    def _trunk(self, trunk: str, now: float) -> Iterator[Alarm]:
        ours = [call for call in self._ended if call.trunk == trunk]
        if self._unanswered(ours):
            answered = sum(call.answered for call in ours)
            yield Alarm(
                f"answers:{trunk}",
                f"only {answered} of the last {len(ours)} calls over {trunk} were picked up",
                "Look at the SIP answers of this trunk: many 4xx or 5xx are the carrier's, ringing"
                " in vain is the hour or the list. Another trunk can be named first; pause what is"
                " not urgent.",
                now,
            )
        yield from self._blocked(f"trunk:{trunk}", f"the trunk {trunk}", ours, now)

    def _unanswered(self, calls: list[Ended]) -> bool:
        answered = sum(call.answered for call in calls)
        return len(calls) >= self.limits.calls and answered < self.limits.answer_ratio * len(calls)

    def _distrusted(self, number: str, ours: list[Ended], now: float) -> Iterator[Alarm]:
        """People do not pick up for this number, and do for the others that we show meanwhile."""
        others = [call for call in self._ended if call.caller_id not in ("", number)]
        if len(others) < self.limits.calls or not self._unanswered(ours):
            return
        if not self._unanswered(others):
            answered = sum(call.answered for call in ours)
            yield Alarm(
                f"answers:number:{number}",
                f"only {answered} of the last {len(ours)} calls that show {number} were picked up,"
                " and more of those that show another number",
                "It may stand as spam on people's telephones. Look it up in the registers of the"
                " carriers' filters, and show one that people know.",
                now,
            )

    def _blocked(self, key: str, what: str, calls: list[Ended], now: float) -> Iterator[Alarm]:
        refused = sum(call.sip_status in BLOCKED for call in calls)
        enough = len(calls) >= self.limits.calls
        if enough and refused >= self.limits.blocked_share * len(calls):
            yield Alarm(
                f"blocked:{key}",
                f"{refused} of the last {len(calls)} calls of {what} were refused as unwanted",
                "The number is taken for a nuisance. Pause campaigns that are no emergency, have it"
                " looked up at the carrier (607, 608 and 603 say who blocks), and show one that"
                " people know.",
                now,
            )

    def _campaign(self, one: Standing, now: float) -> Iterator[Alarm]:
        if one.oldest is None:
            return
        idle = now - max(one.placed_at, one.since)
        if not one.up and idle >= self.limits.no_progress and one.oldest > 0:
            yield Alarm(
                still(one.id),
                f"“{one.name}” runs, people wait, and for {idle:.0f} s nobody was called",
                "Ask on this page why one of them is not being called: hours, a closed trunk, no"
                " media process, or a campaign that goes before.",
                now, one.client,
            )  # fmt: skip
        limit = self.limits.oldest_emergency if one.emergency else self.limits.oldest
        if one.oldest >= limit:
            yield Alarm(
                f"oldest:{one.id}",
                f"the first in line of “{one.name}” waits for {one.oldest / 60:.0f} minutes",
                "It calls more slowly than people become due: raise max_cps or max_channels as far"
                " as the carrier allows, add a trunk, or pause what shares it.",
                now, one.client,
            )  # fmt: skip
