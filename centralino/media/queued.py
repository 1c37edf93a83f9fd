"""How a call goes to the queue: the packet, and what follows from it for the distributor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from acd.messages import CallQueued
from acd.requirements import Facts, Needs, derive, known_only
from centralino.config.centre import requirement_rules
from centralino.config.model import Config
from kernel.packet import Packet, PacketSlot

log = structlog.get_logger()


@dataclass(frozen=True)
class Task:
    """One thing that the bot does for an agent in the middle of a contact."""

    intent: str
    agent: str
    """Who has the caller back, if free."""
    queue: str
    slots: tuple[PacketSlot, ...] = ()


def call_queued(
    packet: Packet, config: Config, caller: str, media: str, epoch: str, agent: str = ""
) -> CallQueued:
    """The event by which the call joins its queue; `agent`: kept for this one for a while."""
    needs = _needs(packet, config)
    return CallQueued(
        call=packet.call, client=packet.client, queue=packet.queue, caller=caller,
        media=media, epoch=epoch, priority=needs.priority, required=needs.required,
        preferred=needs.preferred, intent=packet.intent.name if packet.intent else "",
        levels=needs.levels, agent=agent, agent_seconds=config.acd.kept_seconds if agent else 0.0,
    )  # fmt: skip


def done(packet: Packet, task: Task, most: float) -> Packet:
    """The packet of a caller with whom the bot has done what an agent gave it to do: back to that
    agent's queue, at its head."""
    return replace(handed_on(packet, task.queue), priority=round(most))


def consult_queued(
    packet: Packet, about: str, agent: str, config: Config, caller: str, media: str, epoch: str
) -> CallQueued:
    """The event by which an agent is looked for who can be asked about a call: at the head of the
    queue, since a caller is on hold meanwhile; `agent`: this one and nobody else."""
    return CallQueued(
        call=packet.call, client=packet.client, queue=packet.queue, caller=caller, media=media,
        epoch=epoch, priority=round(config.acd.priority_cap), agent=agent, consult=about,
        intent=packet.intent.name if packet.intent else "",
    )  # fmt: skip


def handed_on(packet: Packet, queue: str) -> Packet:
    """The packet of a caller whom an agent gives to another queue."""
    return replace(packet, queue=queue, required_skills=(), preferred_skills=())


def back(packet: Packet, seconds: float, most: float) -> Packet:
    """The packet of a caller who goes back to the queue joined so many seconds ago: they count as
    head start, up to `most`, so that the old place is the place again."""
    return replace(packet, priority=round(min(most, packet.priority + seconds)))


def _needs(packet: Packet, config: Config) -> Needs:
    route = Needs(packet.required_skills, {}, packet.preferred_skills, packet.priority)
    needs = derive(_facts(packet), route, requirement_rules(config), config.acd.confident)
    if not config.acd.skills:
        return needs
    needs, unknown = known_only(needs, config.acd.skills)
    if unknown:
        log.warning("acd.unknown_skill", call=packet.call, skills=unknown)
    return needs


def _facts(packet: Packet) -> Facts:
    intent = packet.intent
    return Facts(
        queue=packet.queue,
        intent=intent.name if intent else "",
        intent_confidence=intent.confidence if intent else 0.0,
        language=packet.language,
        slots={
            slot.name: (slot.value, 1.0 if slot.confirmed else slot.confidence)
            for slot in packet.slots
        },
        sentiment=packet.sentiment,
        sentiment_confidence=packet.sentiment_confidence,
    )
