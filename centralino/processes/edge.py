"""The edge process: `python -m centralino.processes.edge edge --layout FILE [--config FILE]`.

It stands alone: calls are admitted, refused and routed while control is away. It learns phones'
credentials from control and tells it which phones are there.
"""

from __future__ import annotations

import asyncio
import math
import sys
from pathlib import Path

import structlog

from centralino import messages as house
from centralino.browser_messages import BROWSERS, BrowsersRestarted
from centralino.bus.base import Ends
from centralino.bus.unix import UnixBus
from centralino.config.dialling import Trunk as TrunkSection
from centralino.config.model import Config
from centralino.config.secret_files import secret_in
from centralino.processes.child import (
    ChildArguments,
    Signals,
    deaths_and_starts,
    read_arguments,
    run_child,
    say_ready,
)
from centralino.processes.layout import Layout
from kernel.bus import Bus, Envelope, PeerDown, PeerUp
from kernel.clock import SteadyClock
from outbound.messages import AttemptRefused
from outbound.records import Refusal
from telephony.edge.config import EdgeConfig, Ha1, MediaTarget, Trunk
from telephony.edge.events import (
    CallAdmitted,
    CallOver,
    CallRefused,
    MediaSilent,
    NeverSent,
    Notice,
    PhoneDeaf,
    PhoneHeard,
    Registered,
    Unregistered,
)
from telephony.edge.server import EdgeServer
from telephony.edge.store import FileBindings
from telephony.edge.uri import Hop

log = structlog.get_logger()

SILENT_SECONDS = 15.0
"""How long a media process that did not answer an INVITE gets no new calls."""


def edge_config(config: Config, layout: Layout) -> EdgeConfig:
    """The edge's own configuration, made of ours."""
    browsers = layout.browsers
    return EdgeConfig(
        domain=config.domain,
        media=tuple(MediaTarget(place.name, place.host, place.port) for place in layout.media),
        browsers=Hop("udp", browsers.host, browsers.port) if browsers else None,
        host=layout.edge_host,
        advertise=layout.edge_address,
        admit_secret=layout.secret,
        port=layout.edge_port,
        lines=frozenset(line.number for line in config.lines),
        default_line=config.sip.default_line,
        emergency=frozenset(line.number for line in config.lines if line.emergency),
        default_trunk=config.sip.default_trunk,
        trunks=tuple(_trunk(section) for section in config.trunks),
        max_calls=config.sip.max_calls,
        retry_after=config.sip.retry_after,
        options_every=config.sip.options_seconds,
        options_patience=config.sip.options_patience,
    )


def _trunk(section: TrunkSection) -> Trunk:
    host, _, port = (section.registrar or section.target).partition(":")
    return Trunk(
        name=section.name,
        host=host,
        port=int(port) if port else 5060,
        transport=section.transport,
        sources=section.addresses,
        user=section.user,
        password=secret_in(section.password_file, "trunks.password_file"),
        register=bool(section.registrar),
        max_cps=section.max_cps,
        rehearsal=section.rehearsal,
    )


class EdgeLink:
    """Between the edge and control."""

    def __init__(self, bus: Bus, media: frozenset[str]) -> None:
        """`media`: the names of the processes that place calls."""
        self._bus = bus
        self._media = media
        self._outbox: asyncio.Queue[object] = asyncio.Queue()
        self._registered: set[str] = set()
        self._deaf: set[str] = set()
        self._dead: set[str] = set()
        """Media processes that died and are not up again."""
        self.server: EdgeServer | None = None

    def notice(self, notice: Notice) -> None:
        """The edge tells something."""
        if isinstance(notice, Registered):
            self._registered.add(notice.aor)
            self._outbox.put_nowait(house.PhoneChanged(notice.aor, True))
        elif isinstance(notice, Unregistered):
            self._registered.discard(notice.aor)
            self._deaf.discard(notice.aor)
            self._outbox.put_nowait(house.PhoneChanged(notice.aor, False))
        elif isinstance(notice, PhoneDeaf | PhoneHeard):
            self._answers(notice.aor, isinstance(notice, PhoneHeard))
        elif isinstance(notice, CallRefused):
            self._outbox.put_nowait(house.CallRefused("", notice.code, notice.reason))
        elif isinstance(notice, NeverSent):
            log.info("edge.never_sent", attempt=notice.attempt)
            self._outbox.put_nowait(AttemptRefused(notice.attempt, Refusal.NO_SENDER))
        elif isinstance(notice, MediaSilent) and self.server is not None:
            log.error("edge.media_silent", media=notice.name)
            self.server.set_media_up(notice.name, False)
            # One INVITE may be lost by chance: it is tried again after a while.
            loop = asyncio.get_running_loop()
            loop.call_later(SILENT_SECONDS, self._try_again, notice.name)
        elif not isinstance(notice, CallOver | CallAdmitted):
            log.info("edge.notice", notice=repr(notice))

    async def message(self, envelope: Envelope) -> None:
        """Control tells something."""
        value = envelope.open()
        if isinstance(value, house.Credentials) and self.server is not None:
            self.server.set_credentials(
                {phone.aor: Ha1(phone.ha1_md5, phone.ha1_sha256) for phone in value.phones}
            )
        elif isinstance(value, house.MediaRoom) and self.server is not None:
            self.server.set_media_room(value.media, value.room)
        elif isinstance(value, house.MediaUp) and self.server is not None:
            self.server.set_media_up(value.media, value.up)
        elif isinstance(value, BrowsersRestarted) and self.server is not None:
            self.server.browsers_restarted(value.at)

    async def hear_supervisor(self) -> None:
        """A process with calls that dies is known at once, also while control is away. For ever."""
        try:
            async for name, up in deaths_and_starts():
                if self.server is None:
                    continue
                if name == BROWSERS and not up:
                    self.server.browsers_restarted(math.inf)  # all that it registered
                elif name in self._media and up:
                    self._dead.discard(name)
                    self.server.set_media_up(name, True)
                elif name in self._media:
                    self._dead.add(name)
                    self.server.media_died(name)
        except (OSError, ValueError) as error:  # not started by one
            log.error("edge.hears_no_supervisor", why=str(error))

    async def peer(self, event: PeerUp | PeerDown) -> None:
        """Control is there (again): say which phones are."""
        if isinstance(event, PeerUp):
            for aor in sorted(self._registered):
                self._outbox.put_nowait(house.PhoneChanged(aor, True, aor in self._deaf))

    def _try_again(self, media: str) -> None:
        """One that was silent; not if it was killed for it, and is not up yet."""
        if self.server is not None and media not in self._dead:
            self.server.set_media_up(media, True)

    def _answers(self, aor: str, answers: bool) -> None:
        (self._deaf.discard if answers else self._deaf.add)(aor)
        log.info("edge.phone", aor=aor, answers=answers)
        self._outbox.put_nowait(house.PhoneChanged(aor, True, deaf=not answers))

    async def carry_messages(self) -> None:
        """Send what is told, until cancelled."""
        while True:
            await self._bus.send("control", await self._outbox.get())


async def run(arguments: ChildArguments, told: Signals) -> None:
    """Until told to stop. The supervisor stops the edge last, so drained calls can end."""
    config, layout = arguments.config, arguments.layout
    clock = SteadyClock()
    bus = UnixBus(Ends("edge", config.centre, clock), Path(layout.bus), listens=False)
    link = EdgeLink(bus, frozenset(place.name for place in layout.media))
    bus.on_message(link.message)
    bus.on_peer(link.peer)
    bindings = FileBindings(Path(layout.state_dir) / "edge" / "bindings.json")
    async with EdgeServer(edge_config(config, layout), clock, link.notice, bindings) as server:
        link.server = server
        async with bus, asyncio.TaskGroup() as group:
            work = [
                group.create_task(link.carry_messages()),
                group.create_task(link.hear_supervisor()),
                group.create_task(_drain_when_told(server, told)),
            ]
            say_ready("edge", port=layout.edge_port)
            await told.stop.wait()
            for task in work:
                task.cancel()


async def _drain_when_told(server: EdgeServer, told: Signals) -> None:
    await told.drain.wait()
    server.drain()


def main() -> int:
    """Run the process; its exit code."""
    arguments = read_arguments()
    return run_child(arguments.name, arguments.config.log_level, lambda told: run(arguments, told))


if __name__ == "__main__":
    sys.exit(main())
