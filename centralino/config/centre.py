"""The ACD's own configuration, made of ours."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from acd.callback import CallbackTerms
from acd.config import CentreConfig, QueueConfig, Relax
from acd.hours import DAYS, Hours, Span
from acd.requirements import Rule
from centralino.config.distribution import OpeningHours, Queue, QueueCallback
from centralino.config.model import Config


def centre_config(config: Config) -> CentreConfig:
    """The centre with its queues."""
    hours = {each.id: opening(each) for each in config.hours}
    return CentreConfig(
        id=config.centre,
        queues=tuple(queue_config(queue, hours) for queue in config.queues),
        priority_cap=config.acd.priority_cap,
        seat_seconds=config.acd.seat_seconds,
        fairness_seconds=config.acd.fairness_seconds,
        teams=tuple(team.as_team() for team in config.teams),
    )


def queue_config(queue: Queue, opened: Mapping[str, Hours]) -> QueueConfig:
    """One queue; `opened` is every opening there is, by its name."""
    hours = opened.get(queue.hours or "")
    return QueueConfig(
        id=queue.id, client=queue.client, name=queue.name, wrap_up_seconds=queue.wrap_up,
        ring_timeout=queue.ring_timeout, strategy=queue.strategy,
        ring_all_limit=queue.ring_all_limit, tier_waits=queue.tier_waits,
        relax=tuple(Relax(**step.model_dump()) for step in queue.relax),
        hours=hours, max_length=queue.max_length, max_wait=queue.max_wait,
        no_agent_wait=queue.no_agent_wait, overflow=queue.overflow or "",
        voicemail=queue.voicemail, handling_seconds=queue.handling,
        callback=callback_terms(queue.callback, hours, opened) if queue.callback else None,
    )  # fmt: skip


def callback_terms(
    callback: QueueCallback, hours: Hours | None, opened: Mapping[str, Hours]
) -> CallbackTerms:
    """How a queue calls back; in its own hours unless it says others."""
    when = opened.get(callback.hours) if callback.hours else hours
    return CallbackTerms(**{**callback.model_dump(), "hours": when})


def opening(hours: OpeningHours) -> Hours:
    """Opening hours as the ACD reads them."""
    week = {day: tuple(_span(each) for each in getattr(hours, day)) for day in DAYS}
    return Hours(hours.time_zone, week, frozenset(hours.closed))


def _span(text: str) -> Span:
    start, _, end = text.partition("-")
    return (datetime.time.fromisoformat(start), datetime.time.fromisoformat(end))


def requirement_rules(config: Config) -> tuple[Rule, ...]:
    """What makes a call need what."""
    return tuple(Rule(**rule.model_dump()) for rule in config.requirements)
