"""What one section of the configuration says of another: names that exist, and no rings."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from acd.blend import problems_of
from acd.config import overflow_problem
from centralino.errors import Misplaced
from centralino.web.screen_pop import problem as screen_pop_problem
from telephony.edge.config import WILDCARDS

if TYPE_CHECKING:
    from centralino.config.model import Config


def _is_loopback(target: str) -> bool:
    """Whether `host:port` is this machine itself."""
    host = target.rpartition(":")[0] or target
    return host == "localhost" or host.startswith("127.")


def _check_source(trunk: str, address: str) -> None:
    """Raises ValueError for what is no address, network, or address:port."""
    host, colon, port = address.rpartition(":")
    bare = host if colon and port.isdigit() and ":" not in host else address
    try:
        ipaddress.ip_network(bare, strict=False)
    except ValueError:
        raise ValueError(
            f"trunks: {trunk}: {address!r} is no address or network, e.g. 192.0.2.0/24"
        ) from None


def check_queues(config: Config) -> None:
    """Raises Misplaced for hours that are nowhere and overflows that lead nowhere or in a ring."""
    hours = {each.id for each in config.hours}
    ways = {queue.id: (queue.overflow or "", queue.client) for queue in config.queues}
    for index, queue in enumerate(config.queues):
        if queue.hours is not None and queue.hours not in hours:
            raise Misplaced(("queues", index, "hours"), f"there are no hours {queue.hours!r}")
        back = queue.callback.hours if queue.callback else None
        if back is not None and back not in hours:
            where = ("queues", index, "callback", "hours")
            raise Misplaced(where, f"there are no hours {back!r}")
        if queue.screen_pop and (problem := screen_pop_problem(queue.screen_pop)):
            raise Misplaced(("queues", index, "screen_pop"), problem)
        if problem := overflow_problem(queue.id, ways):
            raise Misplaced(("queues", index, "overflow"), problem)


def check_languages(config: Config) -> None:
    """Raises Misplaced for languages that could not be heard or spoken."""
    for index, line in enumerate(config.lines):
        where = ("lines", index, "also")
        if line.also and (line.kind != "bot" or line.keys_only):
            raise Misplaced(where, "only a line that a bot answers by voice has languages")
        if line.also and config.speech.recogniser == "vosk":
            raise Misplaced(where, 'Vosk hears one language: set speech.recogniser to "whisper"')
        for language in line.also:
            if language == line.language:
                raise Misplaced(where, f"{language!r} is the line's first language already")
            if language not in config.speech.voices:
                raise Misplaced(where, f"there is no voice for {language!r} in speech.voices")


def check_teams(config: Config) -> None:
    """Raises Misplaced for what the ACD would refuse, and for an agent in two teams."""
    seen: dict[str, str] = {}
    for index, team in enumerate(config.teams):
        for problem in problems_of(team.as_team()):
            raise Misplaced(("teams", index, "takes"), problem)
        for number in team.agents:
            if seen.setdefault(number, team.name) != team.name:
                why = f"{number} is in the team {seen[number]!r}, too"
                raise Misplaced(("teams", index, "agents"), why)


def _skills_named(config: Config) -> list[tuple[str, str, set[str], str]]:
    """Every skill that the file names, to be looked up among `acd.skills` where that has any."""
    known = set(config.acd.skills)
    if not known:
        return []
    named = [
        *(("agents", skill) for agent in config.agents for skill in agent.skills),
        *(("queues", skill) for q in config.queues for step in q.relax for skill in step.drop),
        *(("requirements", skill) for r in config.requirements for skill in r.require),
        *(("requirements", skill) for r in config.requirements for skill in r.prefer),
    ]
    return [(table, skill, known, "skill") for table, skill in named]


def _names(config: Config) -> list[tuple[str, str, set[str], str]]:
    """Table, name, the names there are, and what they are names of."""
    clients = {client.id for client in config.clients}
    queues = {queue.id for queue in config.queues}
    return [
        *(("lines", line.client, clients, "client") for line in config.lines),
        *(("queues", queue.client, clients, "client") for queue in config.queues),
        *(("agents", agent.client, clients, "client") for agent in config.agents),
        *(("dial_rules", name, clients, "client") for r in config.dial_rules for name in r.clients),
        *(("agents", queue, queues, "queue") for agent in config.agents for queue in agent.queues),
        *(("agents", queue, queues, "queue") for agent in config.agents for queue in agent.tiers),
        *(("requirements", r.queue, queues, "queue") for r in config.requirements if r.queue),
        *(("webhooks", name, clients, "client") for h in config.webhooks for name in h.clients),
        *_skills_named(config),
    ]


def check_names(config: Config) -> None:
    """Raises ValueError for a client, queue or skill that is named and not defined."""
    for table, name, known, kind in _names(config):
        if name not in known:
            raise ValueError(f"{table} name the {kind} {name!r}, which is not defined")


def check_trunks(config: Config) -> None:
    """Raises ValueError for rehearsals that would reach people, and for sources that are none."""
    for trunk in config.trunks:
        if trunk.rehearsal and trunk.target and not _is_loopback(trunk.target):
            raise ValueError(
                f"trunks: {trunk.name}: a trunk for rehearsals leads to this machine, e.g."
                " 127.0.0.1:5080, and to nobody else"
            )
        if trunk.rehearsal and trunk.name == config.sip.default_trunk:
            raise ValueError(f"sip.default_trunk: {trunk.name} is for rehearsals, name a carrier")
        for address in trunk.addresses:
            _check_source(trunk.name, address)


def check_numbers(config: Config) -> None:
    """Raises ValueError for an address that nobody reaches, and for lines that are not there, or
    twice."""
    numbers = [line.number for line in config.lines]
    if config.sip.default_line not in (None, *numbers):
        raise ValueError(f"sip.default_line: there is no line {config.sip.default_line!r}")
    if config.sip.public_host in WILDCARDS:
        raise ValueError("sip.advertise: set the address that peers reach, host is a wildcard")
    for number in numbers:
        if numbers.count(number) > 1:
            raise ValueError(f"lines: the number {number!r} is there twice")
