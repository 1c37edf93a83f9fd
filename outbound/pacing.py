"""How fast calls may begin, and how many may be up. PURE.

Every call takes from the pace (`kernel/pace.py`) of its trunk, of its campaign and of its
destination's prefix, and holds a channel of each: at most rate + 1 begin in any second, whatever
was before it, since carriers answer bursts with 503.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kernel.pace import Pace
from outbound.errors import OutboundConfigError

CATCH_UP = 0.1
"""Seconds by which calls over a trunk may catch up with a stall in here: the one who sends them
last keeps them apart (`telephony/edge/paced.py`)."""
SLOW_DOWN, SLOWEST = 0.5, 0.05
"""At congestion a trunk's rate is halved, down to this share of it."""
SPEED_UP = 0.1
"""Of its full rate, given back each `RECOVERY` seconds without congestion."""
RECOVERY = 2.0
SETTLE = 1.0
"""Congestion told within this time after a slow-down belongs to the same cause."""


@dataclass(frozen=True)
class Limits:
    """What a trunk or prefix can take; 0 is no limit."""

    name: str
    max_cps: float = 0.0
    max_channels: int = 0
    rehearsal: bool = False
    """A trunk for exercises alone."""

    def __post_init__(self) -> None:
        if self.max_cps < 0 or self.max_channels < 0:
            raise OutboundConfigError(f"{self.name}: rates and channels are 0 or more")


@dataclass
class Share:
    """A pace and the channels beside it."""

    limits: Limits
    pace: Pace
    up: int = 0
    """Calls that ring or talk."""

    @classmethod
    def of(cls, limits: Limits) -> Share:
        """At rest."""
        return cls(limits, Pace(limits.max_cps))

    @property
    def full(self) -> bool:
        """Whether every channel is taken."""
        return bool(self.limits.max_channels) and self.up >= self.limits.max_channels

    def ready_at(self) -> float | None:
        """When a call may begin by pace; None while every channel is taken."""
        return None if self.full else self.pace.ready_at()

    def take(self, now: float) -> None:
        """A call begins."""
        self.pace.take(now)
        self.up += 1


@dataclass
class TrunkShare(Share):
    """A trunk: it slows down when its carrier says so."""

    factor: float = 1.0
    closed_until: float = 0.0
    """No call before (UTC seconds): its carrier said when to come again, or it is down."""
    slowed_at: float = 0.0

    @classmethod
    def of(cls, limits: Limits) -> TrunkShare:
        """At full speed."""
        return cls(limits, Pace(limits.max_cps, CATCH_UP))

    def ready_at(self) -> float | None:
        """When a call may begin by pace; None while every channel is taken."""
        ready = super().ready_at()
        return None if ready is None else max(ready, self.closed_until)

    def take(self, now: float) -> None:
        """A call begins; some speed may be given back first."""
        self._recover(now)
        super().take(now)

    def congested(self, now: float, retry_after: float = 0.0) -> None:
        """The carrier said 503, or had no room: half the speed, and a rest where it asked."""
        self.closed_until = max(self.closed_until, now + retry_after)
        if now - self.slowed_at < SETTLE:
            return
        self.slowed_at = now
        self._set(max(SLOWEST, self.factor * SLOW_DOWN), now)

    def _recover(self, now: float) -> None:
        steps = int((now - self.slowed_at) / RECOVERY) if self.factor < 1.0 else 0
        if steps:
            self.slowed_at += steps * RECOVERY
            self._set(min(1.0, self.factor + steps * SPEED_UP), now)

    def _set(self, factor: float, now: float) -> None:
        self.factor = factor
        rate = self.limits.max_cps or max(self._seen_rate(), 1.0)
        self.pace.rate = 0.0 if factor >= 1.0 and not self.limits.max_cps else rate * factor
        self.pace.rest(now)

    def _seen_rate(self) -> float:
        """What a trunk without a limit is held to once it is congested: a call a second for each
        ten that are up, so that its own load tells how much it can take."""
        return self.up / 10.0


@dataclass(frozen=True)
class Grant:
    """A call may begin: its trunk, and the prefix whose pace it takes."""

    trunk: str
    prefix: str


@dataclass(frozen=True)
class Wait:
    """No call may begin before `until` (UTC seconds); None: until a channel is free."""

    until: float | None
    why: str


@dataclass
class Pacer:
    """Every pace of the house. `trunks` in the order in which they are preferred."""

    trunks: dict[str, TrunkShare] = field(default_factory=dict)
    prefixes: dict[str, Share] = field(default_factory=dict)
    campaigns: dict[str, Share] = field(default_factory=dict)

    @classmethod
    def of(cls, trunks: tuple[Limits, ...], prefixes: tuple[Limits, ...] = ()) -> Pacer:
        """At rest."""
        return cls(
            {limits.name: TrunkShare.of(limits) for limits in trunks},
            {limits.name: Share.of(limits) for limits in prefixes},
        )

    def campaign(self, name: str, max_cps: float, max_channels: int) -> None:
        """Know a campaign, or its new limits; what it holds stays held."""
        old = self.campaigns.get(name)
        limits = Limits(name, max_cps, max_channels)
        if old is None:
            self.campaigns[name] = Share.of(limits)
        elif old.limits != limits:
            old.limits, old.pace.rate = limits, max_cps

    def prefix_of(self, number: str) -> str:
        """The longest configured prefix of a number; empty where there is none."""
        fitting = [prefix for prefix in self.prefixes if number.startswith(prefix)]
        return max(fitting, key=len, default="")

    def ask(self, campaign: str, trunks: tuple[str, ...], number: str, now: float) -> Grant | Wait:
        """Whether a call may begin now, and over which of these trunks (none: any)."""
        prefix = self.prefix_of(number)
        common = [self.campaigns[campaign]]
        if prefix:
            common.append(self.prefixes[prefix])
        for share in common:
            waits = _wait(share, now)
            if waits is not None:
                return waits
        return self._over(trunks, prefix, now)

    def _over(self, trunks: tuple[str, ...], prefix: str, now: float) -> Grant | Wait:
        waits = Wait(None, "no trunk")
        for name in trunks or tuple(self.trunks):
            share = self.trunks.get(name)
            if share is None:
                continue
            this = _wait(share, now)
            if this is None:
                return Grant(name, prefix)
            waits = _sooner(waits, this)
        return waits

    def take(self, campaign: str, grant: Grant, now: float) -> None:
        """A call begins: take from every pace, and hold a channel of each."""
        for share in self._shares(campaign, grant.trunk, grant.prefix):
            share.take(now)

    def hold(self, campaign: str, trunk: str, prefix: str) -> None:
        """A call from before a restart is up."""
        for share in self._shares(campaign, trunk, prefix):
            share.up += 1

    def free(self, campaign: str, trunk: str, prefix: str) -> None:
        """A call is over."""
        for share in self._shares(campaign, trunk, prefix):
            share.up = max(0, share.up - 1)

    def _shares(self, campaign: str, trunk: str, prefix: str) -> list[Share]:
        found = [
            self.campaigns.get(campaign), self.trunks.get(trunk), self.prefixes.get(prefix),
        ]  # fmt: skip
        return [share for share in found if share is not None]


def _wait(share: Share, now: float) -> Wait | None:
    ready = share.ready_at()
    if ready is None:
        return Wait(None, f"{share.limits.name}: every channel is taken")
    return Wait(ready, f"{share.limits.name}: pace") if ready > now else None


def _sooner(one: Wait, other: Wait) -> Wait:
    if one.until is None:
        return other
    if other.until is None:
        return one
    return min(one, other, key=lambda wait: wait.until or 0.0)
