"""The ACD's own configuration, made of ours."""

from __future__ import annotations

from acd.config import CentreConfig, QueueConfig, Relax
from acd.requirements import Rule
from centralino.config.distribution import Queue
from centralino.config.model import Config


def centre_config(config: Config) -> CentreConfig:
    """The centre with its queues."""
    return CentreConfig(
        id=config.centre,
        queues=tuple(queue_config(queue) for queue in config.queues),
        priority_cap=config.acd.priority_cap,
        seat_seconds=config.acd.seat_seconds,
        fairness_seconds=config.acd.fairness_seconds,
    )


def queue_config(queue: Queue) -> QueueConfig:
    """One queue."""
    return QueueConfig(
        id=queue.id, client=queue.client, name=queue.name, wrap_up_seconds=queue.wrap_up,
        ring_timeout=queue.ring_timeout, strategy=queue.strategy,
        ring_all_limit=queue.ring_all_limit, tier_waits=queue.tier_waits,
        relax=tuple(Relax(**step.model_dump()) for step in queue.relax),
    )  # fmt: skip


def requirement_rules(config: Config) -> tuple[Rule, ...]:
    """What makes a call need what."""
    return tuple(Rule(**rule.model_dump()) for rule in config.requirements)
