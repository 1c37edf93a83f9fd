"""Who may log in, told to the distributor: a skill that none of them has is not waited for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from acd.service import AcdService
from acd.staff import StaffKnown
from centralino.config.model import Config
from centralino.users.people import Users
from centralino.users.staff import profiles_of


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
            staff = StaffKnown(profiles_of(self.config, await self.users.agents()))
            if staff != self._told:
                await self.service.submit(staff)
                self._told = staff
