"""What a centre may set. PURE. All lengths are seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from acd.blend import Team, problems_of
from acd.callback import CallbackTerms
from acd.errors import AcdConfigError
from acd.hours import Hours
from acd.strategy import LONGEST_IDLE, STRATEGIES, Strategy
from kernel.codec import message


@dataclass(frozen=True)
class Relax:
    """One step by which what a call requires of an agent gives way. All that are due hold."""

    after: float
    """Seconds in the queue."""
    lower: int = 0
    """Levels by which each required skill may fall short; never below 1."""
    drop: tuple[str, ...] = ()
    """Skills no longer required."""
    anybody: bool = False
    """No skill is required any more."""


@dataclass(frozen=True)
class QueueConfig:
    """One queue: it belongs to one client."""

    id: str
    client: str
    name: str = ""
    wrap_up_seconds: float = 30.0
    """Work after the call; 0 for none. It holds the agent back from every queue."""
    ring_timeout: float = 20.0
    strategy: Strategy = LONGEST_IDLE
    ring_all_limit: int = 10
    """With `ring_all`: agents at whom one call rings at most."""
    tier_waits: tuple[float, ...] = ()
    """After how many seconds the second, third … tier opens. Empty: all are open, in order."""
    relax: tuple[Relax, ...] = ()
    hours: Hours | None = None
    """When calls may join; None for always."""
    max_length: int = 0
    """Calls that may wait; 0 for any number."""
    max_wait: float = 0.0
    """A call waits no longer in this queue; 0 for as long as it likes."""
    no_agent_wait: float | None = None
    """How long a call waits while nobody is at work; None for as long as it likes."""
    overflow: str = ""
    """The queue to which a call goes that may not wait here; empty: back to the bot."""
    voicemail: bool = False
    """Whether a caller who may not wait leaves a message."""
    handling_seconds: float = 0.0
    """How long a contact takes, until it was measured; 0: nothing is foretold until then."""
    callback: CallbackTerms | None = None
    """How callers are called back; None: they are not."""


@dataclass(frozen=True)
class BackOff:
    """How long an agent is left alone after an offer that came to nothing.

    The kinds are kept apart, as in mod_callcenter: a busy phone is no agent who looked away.
    """

    busy_seconds: float = 20.0
    declined_seconds: float = 10.0
    error_seconds: float = 5.0
    same_call_seconds: float = 30.0
    """A declined call is not offered to the same agent again sooner than this."""
    error_limit: int = 3
    """Errors in a row after which the agent is set not ready: the phone is in trouble."""


@message("acd.centre_config")
@dataclass(frozen=True)
class CentreConfig:
    """One centre: its agents are matched together, across the clients of its queues."""

    id: str
    queues: tuple[QueueConfig, ...] = ()
    priority_cap: float = 600.0
    """The greatest head start; so a call overtakes only those that joined less than this before."""
    seat_seconds: float = 600.0
    """How long the place of a caller whom we lost is kept for a redial."""
    redial_seconds: float = 60.0
    """How long the place of a caller who hung up is kept."""
    position_seconds: float = 10.0
    """A caller is told the position at most this often."""
    estimate_seconds: float = 60.0
    """Where the position stays, a changed estimate is told at most this often."""
    lease_margin: float = 5.0
    """Beyond the ring time-out, for the way there and back."""
    whisper_limit: float = 15.0
    """From answer to bridge at most."""
    contact_limit: float = 4 * 3600.0
    """A contact of which nothing is heard any more ends after this."""
    reconnect_seconds: float = 60.0
    """After a restart, how long a media process may take to say what it holds."""
    longest_wrap_up: float = 1800.0
    """However often it is extended."""
    fairness_seconds: float = 8 * 3600.0
    """The window over which `fewest_calls` and `least_talk` count."""
    restart_grace: float = 10.0
    """After a restart no offer expires sooner than this: news of it may be on its way."""
    back_off: BackOff = field(default_factory=BackOff)
    teams: tuple[Team, ...] = ()
    """What agents take, where it is not everything."""
    level_seconds: float = 20.0
    """A caller who is answered sooner is answered in time (for rules of teams)."""
    short_seconds: float = 5.0
    """A caller who hangs up sooner did not wait."""

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise AcdConfigError(problem)

    def queue(self, id: str) -> QueueConfig | None:
        """The queue of that name."""
        return next((queue for queue in self.queues if queue.id == id), None)


def _problems(config: CentreConfig) -> Iterator[str]:
    names = [queue.id for queue in config.queues]
    yield from (f"queue {name!r} is there twice" for name in set(names) if names.count(name) > 1)
    yield from ("a queue has no id" for queue in config.queues if not queue.id)
    yield from (f"queue {queue.id}: no client" for queue in config.queues if not queue.client)
    parts = [("", config), ("back_off.", config.back_off)]
    parts += [(f"queue {queue.id}: ", queue) for queue in config.queues]
    for where, part in parts:
        for key, value in vars(part).items():
            if isinstance(value, int | float) and not 0 <= value < float("inf"):
                yield f"{where}{key} is {value}; it must be a finite number, 0 or more"
    zero = ("position_seconds", "whisper_limit", "contact_limit", "lease_margin",
            "fairness_seconds")  # fmt: skip
    yield from (f"{key} must be more than 0" for key in zero if not getattr(config, key))
    for queue in config.queues:
        yield from (f"queue {queue.id}: {problem}" for problem in _of_queue(queue))
        problem = overflow_problem(queue.id, {q.id: (q.overflow, q.client) for q in config.queues})
        if problem:
            yield f"queue {queue.id}: overflow: {problem}"
    teams = [team.name for team in config.teams]
    yield from (f"team {name!r} is there twice" for name in set(teams) if teams.count(name) > 1)
    for team in config.teams:
        yield from (f"team {team.name}: {problem}" for problem in problems_of(team))
    if config.back_off.error_limit < 1:
        yield "back_off.error_limit must be 1 or more"


def _of_queue(queue: QueueConfig) -> Iterator[str]:
    if not queue.ring_timeout:
        yield "ring_timeout must be more than 0"
    if queue.strategy not in STRATEGIES:
        yield f"there is no strategy {queue.strategy!r}; there are {', '.join(STRATEGIES)}"
    if queue.ring_all_limit < 1:
        yield "ring_all_limit must be 1 or more"
    for name, times in (
        ("tier_waits", queue.tier_waits),
        ("relax", tuple(step.after for step in queue.relax)),
    ):
        if list(times) != sorted(times) or any(not 0 <= each < float("inf") for each in times):
            yield f"{name}: its seconds must be finite, 0 or more, and ascend"
    if any(step.lower < 0 for step in queue.relax):
        yield "relax: lower must be 0 or more"
    if queue.callback is not None:
        yield from (f"callback: {problem}" for problem in _of_callback(queue.callback))


def _of_callback(terms: CallbackTerms) -> Iterator[str]:
    for key in ("attempts", "retry", "keep", "ring"):
        if not 0 < getattr(terms, key) < float("inf"):
            yield f"{key} must be finite and more than 0"
    if not 0 <= terms.offer_from < float("inf"):
        yield "offer_from must be finite, 0 or more"


def overflow_problem(queue: str, ways: Mapping[str, tuple[str, str]]) -> str | None:
    """What is wrong with a queue's overflow; None when it is well.

    `ways`: queue → where it overflows to (empty: nowhere) and whose it is.
    """
    seen = [queue]
    while (following := ways[seen[-1]][0]) != "":
        if following not in ways:
            return f"there is no queue {following!r}" if len(seen) == 1 else None
        if ways[following][1] != ways[queue][1]:
            return f"{following!r} is another client's"
        seen.append(following)
        if following == queue:
            return f"it goes round in a circle: {' → '.join(seen)}"
        if following in seen[:-1]:
            return None  # a circle further on, told of the queues in it
    return None
