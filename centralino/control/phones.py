"""Agents' phones: what the edge must know of them, and what it tells of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.agent import LAPSED
from acd.messages import DeviceChanged
from acd.service import AcdService
from centralino import messages as house
from centralino.control.standing import StandingDesk
from centralino.users.people import Users
from kernel.bus import Bus

NO_ANSWER = "does not answer"


@dataclass
class Phones:
    """Between users, edge and ACD."""

    users: Users
    service: AcdService
    bus: Bus
    standing: StandingDesk
    registered: set[str] = field(default_factory=set)
    deaf: set[str] = field(default_factory=set)
    """Registered, and they leave OPTIONS without answer."""

    def trouble(self, aor: str) -> str | None:
        """Why this phone cannot be rung, in a few words for its agent; None where it can."""
        if aor not in self.registered:
            return LAPSED
        return NO_ANSWER if aor in self.deaf else None

    async def tell_edge(self) -> None:
        """Who may register, and with what."""
        credentials = await self.users.credentials()
        # Who has no password for a phone may still have a browser; an empty digest proves nothing.
        browsers = {agent.sip_user for agent in await self.users.agents()} - credentials.keys()
        phones = tuple(
            house.Credential(aor, each.ha1_md5, each.ha1_sha256)
            for aor, each in sorted(credentials.items())
        )
        without = tuple(house.Credential(aor, "", "") for aor in sorted(browsers))
        await self.bus.send("edge", house.Credentials((*phones, *without)))

    async def changed(self, change: house.PhoneChanged) -> None:
        """What the edge tells of a phone."""
        (self.registered.add if change.registered else self.registered.discard)(change.aor)
        (self.deaf.add if change.deaf else self.deaf.discard)(change.aor)
        why = self.trouble(change.aor)
        for agent in await self.users.agents():
            at_work = self.service.agent(agent.id)  # perhaps at a browser instead
            nailed_up = at_work.nailed_up if at_work is not None else agent.nailed_up
            if agent.sip_user == change.aor and nailed_up:
                if why is None:
                    await self.standing.try_again(agent.id)
            elif agent.sip_user == change.aor:
                await self.service.submit(DeviceChanged(agent.id, why is None, why or ""))
