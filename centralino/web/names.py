"""What things are called on a page: ids in, names out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from centralino.web.parts import WebParts


@dataclass(frozen=True)
class Names:
    """Names of agents, queues and clients by id. What has none is shown by its id."""

    agents: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, str] = field(default_factory=dict)
    clients: Mapping[str, str] = field(default_factory=dict)

    def of(self, kind: str, id: str | None) -> str:
        """The name of one `agent`, `queue` or `client`; empty for None."""
        if not id:
            return ""
        known = {"agent": self.agents, "queue": self.queues, "client": self.clients}[kind]
        return known.get(id) or id

    def other_clients_name(self, client: str) -> str:
        """The client's name where a centre has several; with one alone it only takes room."""
        return self.of("client", client) if len(self.clients) > 1 else ""


async def load_names(parts: WebParts) -> Names:
    """The names as they are now."""
    agents = {agent.id: agent.full_name or agent.name for agent in await parts.people.agents()}
    queues = {queue.queue: queue.name for queue in parts.desk.snapshot().queues}
    return Names(agents, queues, parts.config.clients)
