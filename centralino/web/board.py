"""The wallboard's view and the route of the live socket."""

from __future__ import annotations

from aiohttp import web

from centralino.users.permissions import Action, visible
from centralino.users.types import SignedIn
from centralino.web.access import allowed_somewhere, in_
from centralino.web.errors import Refusal, forbidden
from centralino.web.live import LIVE, Live
from centralino.web.requests import TOKEN, ok, who
from centralino.web.views import Json, board_agent_json, queue_json
from centralino.web.working import agent_view


async def live_socket(request: web.Request) -> web.StreamResponse:
    """GET /live?view=agent|queues, as a WebSocket."""
    views = {"agent": (Action.WORK, agent_view), "queues": (Action.SEE_AGENTS, board_view)}
    found = views.get(request.query.get("view", ""))
    if found is None:
        raise Refusal(404, "not_found", "There is no such view.")
    action, view = found
    if not allowed_somewhere(who(request), action):
        raise forbidden()
    live = request.app[LIVE]
    return await live.serve(request, request[TOKEN], lambda signed_in: view(live, signed_in))


async def queues(request: web.Request) -> web.Response:
    """GET /api/queues: the same once, for a program."""
    return ok(await board_view(request.app[LIVE], who(request)))


async def board_view(live: Live, signed_in: SignedIn) -> Json:
    """Queues and agents of the clients that this user may see."""
    snapshot, names = live.snapshot(), await live.names()
    clients = visible(signed_in, Action.SEE_AGENTS)
    seen = {queue.queue for queue in snapshot.queues if in_(queue.client, clients)}
    agents = [
        board_agent_json(
            agent,
            names.of("agent", agent.agent),
            names.other_clients_name(agent.client),
            [names.of("queue", queue) for queue in agent.queues if queue in seen],
        )
        for agent in snapshot.agents
        if in_(agent.client, clients)
    ]
    return {
        "queues": [
            queue_json(queue, snapshot.at, names.other_clients_name(queue.client))
            for queue in snapshot.queues
            if queue.queue in seen
        ],
        "agents": sorted(agents, key=lambda agent: (agent["mode"] == "logged_out", agent["name"])),
    }
