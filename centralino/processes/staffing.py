"""What bots and rules require of agents that no agent of the queue has. PURE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from acd.blend import takes
from acd.queue import Asks
from acd.staff import Profile, nearest
from centralino.config.distribution import Requirement
from centralino.config.model import Config
from voicebot.dialogue.flow import Bot, Route

CONDITIONS = ("intent", "language", "slot", "equals", "at_least", "sentiment_below")


@dataclass(frozen=True)
class Need:
    """What calls to a queue require, and by what."""

    by: str
    queue: str
    asks: Asks


def unmet(config: Config, bots: Mapping[str, Bot], profiles: Sequence[Profile]) -> list[str]:
    """A line for each requirement that nobody who serves its queue meets. Queues that nobody serves
    at all are left out."""
    lines = []
    for need in [*_of_bots(bots), *_of_rules(config, bots)]:
        listed = config.acd.skills or dict(need.asks)
        known = tuple(ask for ask in need.asks if ask[0] in listed)
        lines += [
            f"{need.by}: {skill} is not among acd.skills, and is not required"
            for skill, _ in need.asks
            if skill not in listed
        ]
        has = [one.skills for one in profiles if _serves(config, one, need.queue)]
        if lacking := nearest(known, has):
            lines.append(_told(need, known, lacking))
    return list(dict.fromkeys(lines))


def unserved(config: Config, profiles: Sequence[Profile]) -> list[str]:
    """Queues whose callers nobody serves."""
    queues = (queue.id for queue in config.queues)
    return [id for id in queues if not any(_serves(config, one, id) for one in profiles)]


def _serves(config: Config, profile: Profile, queue: str) -> bool:
    team = next((t.as_team() for t in config.teams if t.name == profile.team), None)
    return queue in profile.queues and takes(team, "inbound")


def _of_bots(bots: Mapping[str, Bot]) -> Iterator[Need]:
    for name, bot in bots.items():
        for intent, route in _routes(bot):
            if route.required:
                asks = tuple((skill, 1) for skill in sorted(route.required))
                yield Need(f"bot {name}, intent {intent}", route.queue, asks)


def _of_rules(config: Config, bots: Mapping[str, Bot]) -> Iterator[Need]:
    for number, rule in enumerate(config.requirements, start=1):
        for queue in _queues(config, rule, bots.values()):
            asks = tuple(sorted(rule.require.items()))
            yield Need(f"[[requirements]] {number}{_conditions(rule)}", queue, asks)


def _queues(config: Config, rule: Requirement, bots: Iterable[Bot]) -> list[str]:
    """Those to which calls go for which a rule may hold."""
    if rule.queue is not None:
        return [rule.queue]
    led = [route.queue for bot in bots for name, route in _routes(bot) if name == rule.intent]
    return list(dict.fromkeys(led)) if rule.intent else [queue.id for queue in config.queues]


def _routes(bot: Bot) -> Iterator[tuple[str, Route]]:
    for name, intent in bot.flow.intents.items():
        if isinstance(intent.does, Route):
            yield name, intent.does


def _conditions(rule: Requirement) -> str:
    there = ((key, getattr(rule, key)) for key in CONDITIONS)
    told = ", ".join(f"{key} {value}" for key, value in there if value is not None)
    return f" ({told})" if told else ""


def _told(need: Need, asks: Asks, lacking: Mapping[str, int]) -> str:
    left = [(skill, lacking.get(skill, level)) for skill, level in asks]
    left = [(skill, level) for skill, level in left if level]
    whom = f"whoever has {_words(left)}" if left else "anybody of it"
    together = " together" if len(asks) > 1 else ""
    return (
        f"{need.by}: calls to {need.queue} require {_words(asks)}, which no agent of that queue"
        f" has{together}: they go to {whom}"
    )


def _words(asks: Iterable[tuple[str, int]]) -> str:
    return " and ".join(f"{skill} {level}" if level > 1 else skill for skill, level in asks)
