"""What the page that launches calls is made of: ready templates, whom one may call, who waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from centralino.config.model import Config
from centralino.outbound.audiences import Audiences
from centralino.outbound.campaigns import Asker, Campaigns, Json, is_notice
from centralino.outbound.notifications import Notifications
from centralino.outbound.ready import ready_campaigns, ready_messages
from outbound.records import CampaignState


class LaunchPage:
    """One verb: everything that can be chosen, as this asker may choose it."""

    def __init__(
        self, config: Config, campaigns: Campaigns, audiences: Audiences,
        notifications: Notifications,
    ) -> None:  # fmt: skip
        self._config = config
        self._campaigns = campaigns
        self._audiences = audiences
        self._notifications = notifications
        self.verbs: dict[str, Callable[[Mapping[str, Any], Asker], Awaitable[Json]]] = {
            "launch.options": self._options,
        }

    async def _options(self, values: Mapping[str, Any], asker: Asker) -> Json:
        clients = [one for one in self._config.clients if asker.sees(one.id)]
        return {
            "clients": [
                {"id": one.id, "name": one.name or one.id,
                 "groups": await self._audiences.groups(one.id),
                 "numbers": [line.number for line in self._config.lines
                             if line.kind == "notification" and line.client == one.id]}
                for one in clients
            ],
            "messages": ready_messages(),
            "campaigns": {
                name: body for name, body in ready_campaigns().items()
                if body["bot"] in self._config.outbound.bots
            },
            "languages": list(self._config.outbound.notices),
            "two_person": self._config.outbound.two_person,
            "rehearsal": bool(self._audiences.over(True, ())),
            "waiting": await self._waiting(asker),
        }  # fmt: skip

    async def _waiting(self, asker: Asker) -> list[Json]:
        """Launches that a first person asked for and no second one has confirmed."""
        found = []
        for view in self._campaigns.service.campaigns():
            record = self._campaigns.service.campaign(view.id)
            if not asker.sees(view.client) or record.state is not CampaignState.DRAFT:
                continue
            first = await self._notifications.waiting(view.id) if is_notice(record) else None
            if first is not None:
                found.append({"campaign": view.id, "name": view.name, "people": view.recipients,
                              "by": first["by"], "at": first["at"]})  # fmt: skip
        return found
