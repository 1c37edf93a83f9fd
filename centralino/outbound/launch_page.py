"""What the page of campaigns is made of: ready templates, whom one may call, how it all stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from centralino.config.model import Config
from centralino.outbound.audiences import Audiences
from centralino.outbound.campaigns import Asker, Campaigns, Json, check_client
from centralino.outbound.drafting import EMERGENCY, Wish
from centralino.outbound.notice_wishes import WantedAudience
from centralino.outbound.notifications import Notifications
from centralino.outbound.ready import ready_campaigns, ready_messages, ready_with_agents
from outbound.compliance import LegalClass
from outbound.records import CampaignState


class WantedPlaces(Wish):
    """Whose places are to be seen."""

    client: str
    audience: WantedAudience = WantedAudience()


class LaunchPage:
    """What can be chosen, and the board with the launches that wait for a second person."""

    def __init__(
        self, config: Config, campaigns: Campaigns, audiences: Audiences,
        notifications: Notifications, classes: Mapping[str, LegalClass],
    ) -> None:  # fmt: skip
        self._config = config
        self._classes = classes
        self._campaigns = campaigns
        self._audiences = audiences
        self._notifications = notifications
        self.verbs: dict[str, Callable[[Mapping[str, Any], Asker], Awaitable[Json]]] = {
            "launch.options": self._options,
            "launch.places": self._places,
            "list": self._board,
        }

    async def _options(self, values: Mapping[str, Any], asker: Asker) -> Json:
        clients = [one for one in self._config.clients if asker.sees(one.id)]
        return {
            "clients": [
                {"id": one.id, "name": one.name or one.id,
                 "groups": await self._audiences.groups(one.id),
                 "numbers": [line.number for line in self._config.lines
                             if line.kind == "notification" and line.client == one.id],
                 "lines": [line.number for line in self._config.lines if line.client == one.id],
                 "queues": self._queues(one.id),
                 "recordings": self._notifications.recordings.names(one.id)}
                for one in clients
            ],
            "messages": ready_messages(),
            "campaigns": {
                name: body for name, body in ready_campaigns().items()
                if body["bot"] in self._config.outbound.bots
            },
            "agents": ready_with_agents() if any(self._queues(one.id) for one in clients) else {},
            "classes": [{"name": one.name, "title": one.title} for one in self._classes.values()
                        if one.name != EMERGENCY],
            "languages": list(self._config.outbound.notices),
            "two_person": self._config.outbound.two_person,
            "rehearsal": bool(self._audiences.over(True, ())),
        }  # fmt: skip

    def _queues(self, client: str) -> list[Json]:
        """Whose agents may talk for this client."""
        return [{"id": one.id, "name": one.name or one.id} for one in self._config.queues
                if one.client == client]  # fmt: skip

    async def _places(self, values: Mapping[str, Any], asker: Asker) -> Json:
        wanted = WantedPlaces.model_validate(values)
        check_client(wanted.client, asker)
        where = await self._audiences.places(wanted.client, wanted.audience.filter())
        return {
            "decimals": where.spots.decimals,
            "spots": [[*place, count] for place, count in where.spots.people.items()],
            "unplaced": where.unplaced, "groups": where.groups,
        }  # fmt: skip

    async def _board(self, values: Mapping[str, Any], asker: Asker) -> Json:
        board = self._campaigns.board(asker)
        first = await self._notifications.waiting()
        board["waiting"] = [
            {"campaign": one["id"], "name": one["name"], "people": one["recipients"],
             **first[one["id"]]}
            for one in board["campaigns"]
            if one["state"] == CampaignState.DRAFT and one["id"] in first
        ]  # fmt: skip
        return board
