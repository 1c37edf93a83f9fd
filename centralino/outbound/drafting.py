"""A campaign as it is asked for, and the record that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from centralino.outbound.errors import CampaignError
from outbound.compliance import LegalClass
from outbound.dispositions import check
from outbound.records import (
    EMERGENCY_RETRY,
    CampaignRecord,
    Guarantee,
    RetryPolicy,
)

EMERGENCY = "emergency"
LONGEST_TALK = 4 * 3600.0
"""Seconds after which a talk with an agent of which nothing is heard is given up."""
ABANDONED_AGAIN = 72 * 3600.0
"""Seconds before somebody whom no agent could take is called again."""


class Wish(BaseModel):
    """A request's values. What we do not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class NewCampaign(Wish):
    """A campaign to be drafted."""

    name: str = Field(min_length=1, max_length=200)
    client: str = Field(min_length=1)
    words: str = Field(default="", max_length=4_000)
    """What is said where no bot talks."""
    bot: str = ""
    legal_class: str = Field(default="reminder", pattern=r"^[a-z_]{1,40}$")
    caller_id: str = ""
    trunks: tuple[str, ...] = ()
    max_cps: float = Field(default=0.0, ge=0)
    max_channels: int = Field(default=0, ge=0)
    attempts: int = Field(default=0, ge=0, le=20)
    """0: as the class has it."""
    ring_timeout: float = Field(default=25.0, ge=15.0, le=120.0)
    starts: float = Field(default=0.0, ge=0)
    expires: float = Field(default=0.0, ge=0)
    exercise: bool = False
    reached_is_enough: bool = False
    mode: Literal["", "manual", "preview", "progressive", "predictive"] = ""
    """How agents behind it are served; empty: no agents. `words` are then for those who answer when
    nobody is free: they must say who called, and the way to be called no more is added."""
    queue: str = ""
    """Whose agents."""
    texts: dict[str, str] = {}
    """Language → the words in it."""
    preview_seconds: float | None = Field(default=None, ge=0, le=3600)
    """How long an agent may look at somebody; 0: as long as it takes; null: as the house has it."""
    preview_then: Literal["", "not_ready", "skip", "dial"] = ""
    """What follows then; empty: as the house has it."""
    callers_most: int = Field(default=0, ge=0)
    callers_longest: float = Field(default=0.0, ge=0)
    dispositions: dict[str, str] = {}


def check_attempts(wanted: int, law: LegalClass) -> None:
    """Raises CampaignError where one person would be called more often than the class lets."""
    if wanted > law.attempts:
        raise CampaignError(f"{law.name} calls a person {law.attempts} times at most: take fewer")


def check_agents_behind(new: NewCampaign, queues: Mapping[str, str], law: LegalClass) -> None:
    """Raises CampaignError where agents could not be served as asked."""
    if not new.mode:
        if new.queue or new.dispositions:
            raise CampaignError("a queue and dispositions are for campaigns with agents (mode)")
        return
    if queues.get(new.queue) != new.client:
        raise CampaignError(f"{new.client} has no queue {new.queue!r}: whose agents are to talk?")
    if new.legal_class == EMERGENCY:
        raise CampaignError("an emergency does not wait for agents: leave the mode out")
    if new.ring_timeout < law.min_ring:
        raise CampaignError(f"{law.name} lets it ring {law.min_ring:.0f} s at least")
    if not new.caller_id:
        raise CampaignError("say which number is shown (caller_id): the law asks for it")
    check(new.dispositions)


@dataclass(frozen=True)
class Looking:
    """How long agents look at whom they may have dialled, where a campaign does not say."""

    seconds: float = CampaignRecord.preview_seconds
    then: str = CampaignRecord.preview_then


def _preview(new: NewCampaign, house: Looking) -> dict[str, Any]:
    seconds = house.seconds if new.preview_seconds is None else new.preview_seconds
    return {"preview_seconds": seconds, "preview_then": new.preview_then or house.then}


def drafted(new: NewCampaign, name: str, looking: Looking = Looking()) -> CampaignRecord:
    """The record of a new campaign; its class says what a crash may cost and who goes first."""
    emergency = new.legal_class == EMERGENCY
    retry = EMERGENCY_RETRY if emergency else RetryPolicy()
    if new.mode:
        retry = replace(retry, delays={**retry.delays, "abandoned": ABANDONED_AGAIN})
    if new.attempts:
        retry = RetryPolicy(**{**asdict(retry), "budget": new.attempts})
    return CampaignRecord(
        id=name, client=new.client, name=new.name, legal_class=new.legal_class,
        guarantee=Guarantee.AT_LEAST_ONCE if emergency else Guarantee.AT_MOST_ONCE,
        priority=1 if emergency else 100, bot=new.bot, message=f"msg-{name}",
        caller_id=new.caller_id, trunks=new.trunks, max_cps=new.max_cps,
        max_channels=new.max_channels, ring_timeout=new.ring_timeout, retry=retry,
        reached_is_enough=new.reached_is_enough, starts=new.starts, expires=new.expires,
        exercise=new.exercise, mode=new.mode, queue=new.queue, **_preview(new, looking),
        callers_most=new.callers_most, callers_longest=new.callers_longest,
        dispositions=dict(new.dispositions),
        call_limit=LONGEST_TALK if new.mode else CampaignRecord.call_limit,
    )  # fmt: skip
