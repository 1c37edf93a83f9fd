"""Which pages look again, and whether the whole centre is read for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

from acd.snapshot import AgentView
from centralino.web.live import Live, Socket
from centralino.web.parts import WebParts
from tests.unit.centralino.outbound.test_choosing import ANNA


@dataclass
class Desk:
    """As much of the distributor as pages read."""

    size: int = 1
    read: int = 0
    agents: dict[str, AgentView] = field(default_factory=dict)

    @property
    def desk(self) -> Desk:
        return self

    def snapshot(self) -> Desk:
        self.read += 1
        return self

    def agent(self, name: str) -> AgentView | None:
        return self.agents.get(name)


async def test_whom_agents_may_call_is_news_for_pages_of_their_queue_alone() -> None:
    agents = {"anna": ANNA, "carl": replace(ANNA, agent="carl", queues=("bills",))}
    parts = cast(WebParts, Desk(agents=agents))
    live = Live(parts)
    live.snapshot()

    async def view(who: object) -> dict[str, object]:
        return {}

    for user in ("anna", "carl", "boss"):
        socket = Socket(parts, None, "", view)  # type: ignore[arg-type]
        socket.user = user
        live.sockets.add(socket)
    live.chosen(frozenset({"sales"}))
    assert [one.user for one in live.sockets if one.wake.is_set()] == ["anna"]
    live.snapshot()
    assert cast(Desk, parts).read == 1
