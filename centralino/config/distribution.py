"""The tables about queues and who gets the call."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from acd.blend import Takes, Team
from acd.strategy import Strategy
from centralino.config.section import Level, Name, Seconds, Section

Tier = Annotated[int, Field(ge=1, le=8)]
Hour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]


class RelaxStep(Section):
    """What a waiting call requires of an agent gives way step by step. Every step that is due
    holds, together with those before it."""

    after: Seconds
    """Seconds in the queue."""
    lower: int = Field(default=0, ge=0, le=5)
    """Levels by which every required skill may fall short; never below 1."""
    drop: tuple[Name, ...] = ()
    """Skills no longer required."""
    anybody: bool = False
    """Every agent of the queue will do."""


class OpeningHours(Section):
    """When somebody is there. A day without hours is closed."""

    id: Name
    time_zone: str = "UTC"
    """IANA name, e.g. `Europe/Rome`."""
    mon: tuple[Hour, ...] = ()
    """From and until, e.g. `["09:00-12:30", "14:00-18:00"]`; `00:00` at the end is midnight."""
    tue: tuple[Hour, ...] = ()
    wed: tuple[Hour, ...] = ()
    thu: tuple[Hour, ...] = ()
    fri: tuple[Hour, ...] = ()
    sat: tuple[Hour, ...] = ()
    sun: tuple[Hour, ...] = ()
    closed: tuple[datetime.date, ...] = ()
    """Holidays, e.g. `[2026-12-25, 2027-01-01]`."""

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone {value!r}") from None
        return value


class QueueCallback(Section):
    """How a queue calls back who asks for it while waiting; the place in the line is kept."""

    first: Literal["agent", "customer"] = "agent"
    """Who is rung first: the agent, who sees and hears whom before the caller's telephone rings; or
    the caller, who hears at once who calls, while the agent is held free."""
    offer_from: Seconds = 0.0
    """Callers whose foretold wait may be this long are asked whether they want it; 0: only who asks
    for it."""
    hours: Name | None = None
    """The `[[hours]]` outside of which nobody is called; none: the queue's own."""
    attempts: int = Field(default=3, ge=1, le=20)
    """How often a caller's telephone is rung."""
    retry: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 600.0
    """Seconds between two attempts."""
    keep: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 24 * 3600.0
    """Seconds after which nobody is called any more; for who asks outside of the hours, they count
    from the next opening."""
    ring: Annotated[float, Field(gt=0, le=120)] = 25.0
    """Seconds for which a caller's telephone rings."""
    sent_back: bool = True
    """A caller who may not wait (closed, full, nobody at work, too long) and whom no overflow takes
    is asked, too; then the bot goes on, or takes a message."""


class Queue(Section):
    """Where calls wait."""

    id: Name
    client: Name
    name: str = ""
    ring_timeout: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 20.0
    wrap_up: Seconds = 30.0
    """Seconds after a call before the next one is offered."""
    strategy: Strategy = "longest_idle"
    """Who of the able agents is chosen: idle longest since the last call or log-in; next in the
    round; fewest calls or least talk in the fairness window; lowest agent number; by lot; or all at
    once, and the first to answer has it."""
    ring_all_limit: int = Field(default=10, ge=1, le=50)
    """With `ring_all`: phones that ring for one call at most."""
    tier_waits: tuple[Seconds, ...] = ()
    """After how many seconds of waiting the second, third … tier of agents opens; one opens at
    once when nobody who could take the call is at work in those before it. Empty: all are open,
    and a lower tier is only preferred."""
    relax: tuple[RelaxStep, ...] = ()
    hours: Name | None = None
    """The `[[hours]]` in which calls may join; none: always. Who waits at closing is served."""
    max_length: int = Field(default=0, ge=0)
    """Calls that may wait; 0: any number."""
    max_wait: Seconds = 0.0
    """Seconds after which a call leaves the queue; 0: never."""
    no_agent_wait: Seconds | None = None
    """Seconds that a call waits while nobody is at work (a break counts as absence); none: for
    ever."""
    overflow: Name | None = None
    """The queue of the same client to which a call goes that may not wait here, keeping its place
    by the time it came; none: back to the bot, which says why."""
    screen_pop: str = ""
    """Address that the agent's page opens when a call rings, e.g.
    `https://crm.example/find?phone={caller}&account={slot.account_number}`. {caller}, {line},
    {call}, {queue}, {client}, {language}, {intent} and {slot.NAME} are filled in,
    percent-encoded."""
    voicemail: bool = False
    """A caller who may not wait and whom no overflow takes leaves a message; the page of calls
    lists it under the outcome voicemail, with recording and transcript."""
    voicemail_prompt: str = (
        "Please leave a message after the tone. Press the hash key or hang up when you are done."
    )
    voicemail_seconds: Annotated[float, Field(gt=0, le=600)] = 120.0
    """Longest message."""
    callback: QueueCallback | None = None
    """Callers may ask to be called back (`[queues.callback]`, empty for the defaults); none: they
    are not. What may be dialled, `dial_rules` say, under `callback`."""
    handling: Seconds = 0.0
    """Seconds that a contact takes, wrap-up included, until some have been measured; 0: no wait is
    foretold until then."""


class Requirement(Section):
    """What a call needs because of what is known about it. All conditions that are set must hold;
    what is not known surely (`acd.confident`) makes the skills preferred, not required."""

    queue: Name | None = None
    """Only in this queue."""
    intent: str | None = None
    language: str | None = None
    """As the line or the conversation has it, e.g. `cy`."""
    slot: str | None = None
    """A slot that is filled …"""
    equals: str | None = None
    """… with this value …"""
    at_least: float | None = None
    """… or with a number not smaller."""
    sentiment_below: float | None = Field(default=None, ge=-1, le=1)
    """From -1, very bad, to 1."""
    require: dict[Name, Level] = {}
    """Skill → least level."""
    prefer: tuple[Name, ...] = ()
    head_start: Seconds = 0.0
    """Seconds added to the call's priority."""


class TeamTakes(Section):
    """One kind of contact that a team takes. Callers are held back by no rule: agents who are only
    to help out serve a queue in a higher tier."""

    kind: Literal["inbound", "callback", "outbound"]
    """A caller who waits; one who is called back; somebody on a campaign's list."""
    wait_below: Seconds | None = None
    """Only while no caller of the agent's queues has waited for so many seconds."""
    service_above: float | None = Field(default=None, ge=0, le=1)
    """Only while each of the agent's queues answers this share of its last fifty callers within
    20 s. Only those of the last half hour count, and fewer than ten say nothing against it."""
    share: float | None = Field(default=None, ge=0, le=1)
    """While any caller waits, at most this share of the agent's last ten contacts."""


class TeamSection(Section):
    """Agents who take some kinds of contact only, or not at any time. One in no team takes all."""

    name: Name
    agents: tuple[str, ...] = ()
    """Numbers; they hold from each agent's next log-in on."""
    takes: tuple[TeamTakes, ...]
    """A kind that is not named is not taken."""

    def as_team(self) -> Team:
        """The same as the distributor takes it."""
        return Team(self.name, tuple(Takes(**each.model_dump()) for each in self.takes))


class Acd(Section):
    """How calls meet agents."""

    priority_cap: Seconds = 900.0
    """The most head start in seconds, so that nobody starves."""
    seat_seconds: Seconds = 600.0
    """How long the place of a caller who was cut off is kept."""
    fairness_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 8 * 3600.0
    """The window over which `fewest_calls` and `least_talk` count; breaks and restarts do not
    empty it."""
    confident: float = Field(default=0.5, ge=0, le=1)
    """Below this confidence what was understood only prefers agents: the pool is widened rather
    than the call sent to the wrong one."""
    skills: tuple[Name, ...] = ()
    """Every skill there is. If any is listed, another one anywhere in this file is refused, and one
    that a bot asks for is not required. Empty: names are not checked. What no agent of a call's
    queue has, at work or not, is not waited for either way: the nearest that anybody comes will do,
    at once; `doctor` and the page *Queues* say so."""
    hold_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 300.0
    """How long a caller may be on hold; then the caller is given back to the agent."""
    hold_reminder: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 60.0
    """An agent with somebody on hold hears a tone this often."""
    consult_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 45.0
    """How long somebody who is consulted, or to whom a caller was left, may take to answer; then
    the caller is given back to the agent, or to the queue."""
    kept_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 20.0
    """How long a caller for whom the bot has done what an agent asked for is kept for that agent;
    then anybody of the queue may have the call, at its head."""
    reasons: tuple[str, ...] = ("break", "lunch", "meeting", "training", "other")
    """Why an agent is not ready, in the order of the keys."""
    reason_minutes: dict[str, Annotated[float, Field(ge=0, le=1440)]] = {}
    """Reason → minutes a day that an agent may be not ready for it; the page of figures shows the
    share of the logged-in time that was kept to. A reason that is not named has no limit."""
    decline_reasons: tuple[str, ...] = ("not mine", "busy here", "technical")
    """Why an agent declines a call that rings."""
    dispositions: tuple[str, ...] = (
        "solved", "follow-up", "wrong department", "wrong number", "no answer given",
    )  # fmt: skip
