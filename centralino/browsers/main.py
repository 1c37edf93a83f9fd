"""The telephone of agents' browsers: `python -m centralino.browsers.main browsers --layout FILE …`.

To a browser it is the far end of a WebRTC connection; to the house it is ordinary SIP phones, one
for each agent whose page is there, which register at the edge as the agent's own. So whatever holds
for an agent's phone holds for a browser: offers, health, hold, consultation, supervision.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from centralino.browser_messages import BROWSERS
from centralino.browsers.desk import Desk
from centralino.browsers.servers import reach_of, servers_of
from centralino.bus.base import Ends
from centralino.bus.unix import UnixBus
from centralino.config.model import Config
from centralino.errors import StartRefused
from centralino.processes.child import (
    ChildArguments,
    Signals,
    read_arguments,
    run_child,
    say_ready,
)
from centralino.processes.layout import Layout, MediaPlace
from kernel.bus import Envelope, PeerDown, PeerUp
from kernel.clock import SteadyClock
from telephony.browser.webrtc import BrowserLine, offer_only
from telephony.drivers.baresip_options import BaresipOptions, Registration
from telephony.drivers.sip_baresip import BaresipControl
from telephony.edge.config import WILDCARDS
from telephony.edge.digest import house_password
from telephony.media.pump import Pump

EXPIRES = 120
"""Seconds between refreshes: how long a killed process's telephones may seem to be there."""


def sip_options(place: MediaPlace, layout: Layout) -> BaresipOptions:
    """The SIP stack, behind the edge."""
    return BaresipOptions(
        host=place.host, port=place.port, outbound_proxy=layout.edge, user=place.name,
        codecs=("pcmu",),
    )  # fmt: skip


def account_of(aor: str, config: Config, layout: Layout) -> Registration:
    """How a browser's telephone registers: as the agent's, with what only this house knows."""
    password = house_password(layout.secret, aor)
    return Registration(aor, password, layout.edge, EXPIRES, config.domain)


class Link:
    """Between the desk and control."""

    def __init__(self, bus: UnixBus) -> None:
        self._bus = bus
        self._outbox: asyncio.Queue[object] = asyncio.Queue()
        self._life = ""
        self.desk: Desk | None = None

    def tell(self, value: object) -> None:
        """Send to control, in order."""
        self._outbox.put_nowait(value)

    async def carry(self) -> None:
        """Send what is told, until cancelled."""
        while True:
            await self._bus.send("control", await self._outbox.get())

    async def message(self, envelope: Envelope) -> None:
        """Control tells something."""
        if self.desk is not None:
            self.desk.message(envelope.open())

    async def peer(self, event: PeerUp | PeerDown) -> None:
        """Control came or went."""
        if isinstance(event, PeerUp) and self.desk is not None:
            if self._life not in ("", event.epoch):
                self.desk.control_reborn()
            self._life = event.epoch


async def run(arguments: ChildArguments, told: Signals) -> None:
    """Until told to stop."""
    config, layout = arguments.config, arguments.layout
    place = layout.browsers
    if place is None:
        raise StartRefused("browsers.enabled is false: nothing to do here")
    host = config.browsers.host or config.sip.host
    if host not in WILDCARDS:
        offer_only([host])
    clock, servers, reach = SteadyClock(), servers_of(config.browsers), reach_of(config.browsers)
    ends = Ends(BROWSERS, config.centre, clock)
    bus = UnixBus(ends, Path(layout.bus), listens=False)
    link = Link(bus)
    async with BaresipControl(sip_options(place, layout)) as stack, Pump() as pump:
        desk = link.desk = Desk(
            stack, pump, lambda aor: account_of(aor, config, layout),
            lambda moved: BrowserLine(servers.for_("house", clock.now()), reach, moved), link.tell,
        )  # fmt: skip
        bus.on_message(link.message)
        bus.on_peer(link.peer)
        async with bus, asyncio.TaskGroup() as group:
            work = [group.create_task(each) for each in (link.carry(), desk.legs(), desk.look())]
            say_ready(BROWSERS)
            await told.stop.wait()
            await desk.close()
            for task in work:
                task.cancel()


def main() -> int:
    """Run the process; its exit code."""
    arguments = read_arguments()
    return run_child(arguments.name, arguments.config.log_level, lambda told: run(arguments, told))


if __name__ == "__main__":
    sys.exit(main())
