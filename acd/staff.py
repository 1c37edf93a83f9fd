"""What of a call's requirements nobody who could ever serve it has. PURE.

Who is told of here is everybody who may log in, at work or not: a skill that only somebody at home
has is worth a wait (and gives way as the queue's steps say), one that nobody has is not, however
long. What is asked for beyond that is let go at once, and only that: the nearest that anybody comes
is what remains. Until it was told who there is, nothing is let go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from acd.blend import Kind, Team, takes
from acd.queue import Asks
from acd.records import AgentRecord, WaitingRecord, kind_of
from kernel.codec import message

Key = tuple[tuple[str, ...], Asks, str]


@message("acd.profile")
@dataclass(frozen=True)
class Profile:
    """What some of the agents have in common, as far as it decides which calls they could take."""

    queues: tuple[str, ...]
    skills: dict[str, int] = field(default_factory=dict)
    """Skill → level 1–5."""
    team: str = ""

    @property
    def key(self) -> Key:
        """Equal ones have the same."""
        return (self.queues, tuple(sorted(self.skills.items())), self.team)


@message("acd.staff_known")
@dataclass(frozen=True)
class StaffKnown:
    """Everybody who may log in, in place of what was said before; equal ones once."""

    profiles: tuple[Profile, ...]


@dataclass(frozen=True)
class Lack:
    """Something that calls of a queue asked for, and that nobody who could serve them has."""

    skill: str
    level: int
    """The least that was asked for."""
    most: int
    """The most that anybody has who comes nearest; 0: nobody has the skill."""
    calls: int
    """Calls that asked for it, since it was last told who there is."""


def profile_of(agent: AgentRecord) -> Profile:
    """An agent's, as of the last log-in."""
    return Profile(agent.queues, dict(agent.skills), agent.team)


def nearest(asks: Asks, skills: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Skill → level, of those in which the one who comes nearest falls short; 0 for none of it.

    Empty where somebody has all that is asked for, and where there is nobody at all. Nearest is who
    has most of the skills, and among these the most levels of what is asked for.
    """
    met = [tuple(min(has.get(skill, 0), level) for skill, level in asks) for has in skills]
    best = max(met, key=lambda each: (sum(map(bool, each)), sum(each), each), default=None)
    if best is None:
        return {}
    return {skill: has for (skill, level), has in zip(asks, best, strict=True) if has < level}


@dataclass
class Staff:
    """Everybody who may log in to a centre."""

    teams: Mapping[str, Team]
    _profiles: dict[Key, Profile] | None = None
    """None: not told yet."""
    _lacking: dict[tuple[str, Kind, Asks], dict[str, int]] = field(default_factory=dict)
    _lacked: dict[str, Counter[tuple[str, int, int]]] = field(default_factory=dict)

    def known(self, profiles: Iterable[Profile]) -> None:
        """There are these, and nobody else."""
        self._profiles = {profile.key: profile for profile in profiles}
        self._lacked.clear()
        self._lacking.clear()

    def joined(self, profile: Profile) -> bool:
        """Somebody is there, too; whether that is news."""
        if self._profiles is None or profile.key in self._profiles:
            return False
        self._profiles[profile.key] = profile
        self._lacking.clear()
        return True

    def fitted(self, call: WaitingRecord) -> WaitingRecord:
        """The call's row with what nobody who could serve it has."""
        if not call.required or self._profiles is None:
            return call
        asks = tuple((skill, call.levels.get(skill, 1)) for skill in call.required)
        key = (call.queue, kind_of(call), asks)
        if key not in self._lacking:
            self._lacking[key] = nearest(asks, self._skills(call.queue, kind_of(call)))
        return replace(call, lacking=self._lacking[key])

    def _skills(self, queue: str, kind: Kind) -> Iterable[Mapping[str, int]]:
        for profile in (self._profiles or {}).values():
            if queue in profile.queues and takes(self.teams.get(profile.team), kind):
                yield profile.skills

    def count(self, call: WaitingRecord) -> None:
        """A call that lacks something has come."""
        for skill, most in call.lacking.items():
            asked = (skill, call.levels.get(skill, 1), most)
            self._lacked.setdefault(call.queue, Counter())[asked] += 1

    def lacked(self, queue: str) -> tuple[Lack, ...]:
        """What calls of a queue asked for in vain, by name."""
        counted = sorted(self._lacked.get(queue, Counter()).items())
        return tuple(Lack(*asked, calls) for asked, calls in counted)
