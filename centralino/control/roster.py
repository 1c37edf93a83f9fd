"""Who may log in, told to the distributor: a skill that none of them has is not waited for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from acd.service import AcdService
from acd.staff import Profile, StaffKnown, profile_of
from centralino.config.model import Config
from centralino.users.people import Users
from centralino.web.login import login_of


@dataclass
class Roster:
    """Between users and ACD."""

    users: Users
    service: AcdService
    config: Config
    _told: StaffKnown | None = None
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    """What is read later is told later."""

    async def tell(self) -> None:
        """Tell it if it is not what was told last."""
        async with self._one:
            staff = StaffKnown(await self._profiles())
            if staff != self._told:
                await self.service.submit(staff)
                self._told = staff

    async def _profiles(self) -> tuple[Profile, ...]:
        queues, found = self.service.snapshot().queues, list[Profile]()
        for agent in await self.users.agents():
            login = login_of(agent, queues, self.config.domain, self.config.team_of)
            if (profile := profile_of(login)) not in found:
                found.append(profile)
        return tuple(found)
