"""The control process: `python -m centralino.control.main control --layout FILE …`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Collection, Coroutine
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from acd.floor import ROOM
from acd.messages import PlaceCallback, PlaceOffer
from acd.replay import Checkpoint, Step
from acd.service import AcdService
from centralino import messages as house
from centralino.browser_messages import BROWSERS
from centralino.browsers.servers import servers_of
from centralino.bus.base import Ends
from centralino.bus.unix import UnixBus
from centralino.config.centre import centre_config
from centralino.config.model import Config
from centralino.contacts.digests import CONTACTS_KEY, open_digests
from centralino.contacts.store import ContactStore
from centralino.content.recordings import Recordings
from centralino.content.store import ContentStore
from centralino.content.vault import SoundVault
from centralino.control.browsers import Browsers
from centralino.control.callbacks import Callbacks, CallerKeys
from centralino.control.callers import Callers
from centralino.control.consulting import Consulting
from centralino.control.intake import PATIENT, Intake
from centralino.control.keys import Keys
from centralino.control.launch_keys import LaunchKeys
from centralino.control.phones import Phones
from centralino.control.redials import Redials
from centralino.control.referrals import Referrals
from centralino.control.roster import Roster
from centralino.control.seeds import plant_agents
from centralino.control.standing import StandingDesk
from centralino.control.tasks import BotTasks
from centralino.db.calls import CallHistory, Clients
from centralino.db.engine import Database
from centralino.db.facts import FactBook
from centralino.db.journal import Followed, JournalRow, read_journal, read_room
from centralino.db.ledger import SqlLedger
from centralino.db.migrate import upgrade
from centralino.db.packet_tokens import SqlPacketTokens
from centralino.media.gate import contact_denied
from centralino.outbound.agents import CentreAgents
from centralino.outbound.choosing import Choosing
from centralino.outbound.hearing import hearing
from centralino.outbound.polling import Polling
from centralino.outbound.recording import Recorder
from centralino.outbound.wiring import NEWS, OutboundDesk, make_outbound
from centralino.processes.child import (
    ChildArguments,
    Signals,
    read_arguments,
    run_child,
    say_ready,
)
from centralino.processes.kept import kept_secret
from centralino.processes.preflight import secrets_for
from centralino.review.apart import measure_apart
from centralino.review.desk import ReviewDesk
from centralino.users.people import Users
from centralino.users.signin import SignIn
from centralino.web.app import make_app
from centralino.web.metrics import Metrics
from centralino.web.parts import DAY, Flows, WebConfig, WebParts, read_api_keys
from centralino.web.server import WebServer
from centralino.web.span import add_up
from kernel.bus import Envelope, PeerDown, PeerUp
from kernel.clock import SteadyClock
from kernel.journal import Outgoing
from outbound import messages as outbound_messages
from outbound.results import CallResult
from telephony.dialling import Purpose

log = structlog.get_logger()

NICE = 5
"""Sound comes before books: where cores are short, callers' frames and words are not to wait."""
VOICEMAIL_LEFT = "voicemail.left"
"""Told to webhooks; recording and transcript are asked for by the call's id, and not sent along."""
GAUGES_EVERY = 5.0
"""Seconds between two looks at queues and agents for the metrics."""
STEPS_KEPT = 7 * DAY
"""Seconds for which the ACD's steps are kept, to decide them again."""
EXPIRE_EVERY = 3600.0
"""Seconds between looks for content whose time is over."""


def web_config(config: Config) -> WebConfig:
    """The pages' own configuration, made of ours."""
    keys = config.web.api_keys_file
    return WebConfig(
        centre=config.centre,
        domain=config.domain,
        clients={client.id: client.name or client.id for client in config.clients},
        reasons=config.acd.reasons,
        reason_seconds={r: 60 * minutes for r, minutes in config.acd.reason_minutes.items()},
        bots={line.number: line.bots for line in config.lines if line.kind == "bot"},
        line_clients={line.number: line.client for line in config.lines},
        dispositions=config.acd.dispositions,
        decline_reasons=config.acd.decline_reasons,
        screen_pops={queue.id: queue.screen_pop for queue in config.queues if queue.screen_pop},
        skills=config.acd.skills,
        team_of=config.team_of,
        secure=config.web.secure_cookies,
        retention_seconds=config.retention_seconds,
        api_keys=read_api_keys(keys) if keys else (),
    )


@dataclass
class Control:
    """The parts of this process, wired."""

    config: Config
    clock: SteadyClock
    bus: UnixBus
    ledger: SqlLedger
    service: AcdService
    intake: Intake
    phones: Phones
    keys: Keys
    contents: ContentStore
    sign_in: SignIn
    vault: SoundVault
    facts: FactBook
    outbound: OutboundDesk
    standing: StandingDesk
    callers: Callers
    browsers: Browsers
    roster: Roster
    answering: set[asyncio.Task[None]] = field(default_factory=set)

    async def message(self, envelope: Envelope) -> None:
        """One message of another process."""
        value = envelope.open()
        if isinstance(value, house.CampaignAsked):
            self.spawn(self.outbound.asked(envelope, value))
        elif type(value).__module__ == outbound_messages.__name__:
            await self.outbound.take(value)
        else:
            if isinstance(value, house.MediaRoom):
                await self.bus.send("edge", value)
            await self.intake.take(envelope)

    @contextlib.asynccontextmanager
    async def group(self) -> AsyncIterator[None]:
        """Around messages that are taken together. The books are written first: the dialler
        commits by itself."""
        async with self.outbound.group(), self.intake.group():
            yield

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Answer somebody without holding up who speaks next."""
        task = asyncio.create_task(work)
        self.answering.add(task)
        task.add_done_callback(self.answering.discard)

    async def peer(self, event: PeerUp | PeerDown) -> None:
        """Another process came or went."""
        log.info("control.peer", peer=event.peer, up=isinstance(event, PeerUp), epoch=event.epoch)
        await self.outbound.peer(event)
        if event.peer == BROWSERS:
            await self.browsers.peer(event)
            return
        if event.peer == "edge":
            if isinstance(event, PeerUp):
                await self.phones.tell_edge()
            return
        if event.peer not in self.config.media_names():
            return
        if isinstance(event, PeerDown):
            await self.standing.media_gone(event.peer)
        await self.bus.send("edge", house.MediaUp(event.peer, isinstance(event, PeerUp)))
        if isinstance(event, PeerUp):
            await self.intake.media_up(event.peer, event.epoch)

    async def taken(self, id: str) -> None:
        """A message was taken; if it was a command it need not be sent again."""
        if id.startswith("cmd-") and not self.outbound.service.confirm(id):
            await self.service.confirm([id])

    async def keep_gauges(self, metrics: Metrics) -> None:
        """Tell the metrics how queues and agents are, until cancelled."""
        while True:
            now = self.service.snapshot()
            metrics.queues((q.client, q.queue, q.waiting, q.longest_wait) for q in now.queues)
            metrics.estimates(
                (q.client, q.queue, q.estimates, q.estimates_covered, q.estimate_error)
                for q in now.queues
            )
            metrics.agents(Counter((agent.client, str(agent.state)) for agent in now.agents))
            await asyncio.sleep(GAUGES_EVERY)

    async def forget_what_is_old(self) -> None:
        """Erase content whose time is over, until cancelled."""
        while True:
            for subject in await self.contents.expire(self.clock.now()):
                self.vault.discard(subject)
            await self.outbound.results.forget_old()
            await self.facts.forget((Checkpoint, Step), self.clock.now() - STEPS_KEPT)
            await add_up(self.facts, self.service.going_on(), self.clock.now())
            await asyncio.sleep(EXPIRE_EVERY)


@contextlib.asynccontextmanager
async def opened(
    arguments: ChildArguments, told: Signals
) -> AsyncIterator[tuple[Control, WebParts]]:
    """Everything of this process, open; the bus still closed."""
    config, clock = arguments.config, SteadyClock()
    database = Database(config.database_url)
    await upgrade(database)
    async with database:
        centre = config.centre
        ledger, history = SqlLedger(database, centre), CallHistory(database, centre)
        contents, users = ContentStore(database, centre), Users(database, centre)
        sign_in, metrics = SignIn(database, centre), Metrics(centre)
        tokens = SqlPacketTokens(database, centre, config.web.token_seconds)
        vault = SoundVault(Path(arguments.layout.state_dir) / "sound")
        ends = Ends("control", centre, clock)
        bus = UnixBus(ends, Path(arguments.layout.bus), listens=True)
        facts = FactBook(database, centre)
        state = Path(arguments.layout.state_dir)
        digests = await open_digests(database, centre, state / CONTACTS_KEY, clock.now())
        await plant_agents(config, users, clock.now())

        async def send(outgoing: Outgoing) -> None:
            command = outgoing.command
            if isinstance(command, PlaceCallback):
                if not await callbacks.place(command, outgoing.id):
                    control.spawn(callbacks.drop(command))
                return
            if isinstance(command, PlaceOffer) and command.nailed_up:
                command = replace(command, leg_media=standing.place_of(command.agent))
            await bus.send(
                getattr(command, "media", ""), command,
                call=getattr(command, "call", None), id=outgoing.id,
            )  # fmt: skip

        service = AcdService(centre_config(config), ledger, send, clock)
        await service.open()
        contacts = ContactStore(database, contents, digests)
        outbound = make_outbound(
            config, database, contents, contacts, bus, kept_secret(state / "house.id")[:16],
            kept_secret(state / "audit.key"), clock, sign_in, CentreAgents(service),
        )  # fmt: skip
        await outbound.service.open()
        standing = StandingDesk(service, bus, clock)
        phones = Phones(users, service, bus, standing)
        choosing = Choosing(outbound.service, service.agent, standing.place_of)
        outbound.service.observers.append(choosing.written)
        roster = Roster(users, service, config)
        keys = Keys(
            config, service, sign_in, users, contents, phones, bus, clock, history, outbound.talks,
            choosing,
        )  # fmt: skip
        regions = {client.id: client.region for client in config.clients}
        caller_keys = CallerKeys(digests, regions)
        callbacks = Callbacks(
            service, contents, caller_keys,
            contact_denied(config, arguments.layout.edge, Purpose.CALLBACK), bus, clock,
            config.retention_seconds, standing.place_of,
        )  # fmt: skip

        async def message_left(finished: house.CallFinished) -> None:
            row = await history.get(finished.call, None)
            queue = row.queue if row is not None else None
            left = {"call": finished.call, "queue": queue, "ended": finished.ended}
            await outbound.outbox.put(VOICEMAIL_LEFT, finished.call, finished.client, left)

        intake = Intake(
            service, history, contents, ledger, metrics, clock, centre=centre,
            caller_key=caller_keys.of, keep_seconds=config.retention_seconds,
            message_left=message_left,
        )  # fmt: skip
        intake.takers[house.PhoneChanged] = phones.changed
        intake.takers[CallResult] = outbound.results.take
        intake.takers[house.NoticeAsked] = outbound.notice_asked
        intake.takers[house.NoticeAcknowledged] = outbound.notice_acknowledged
        launch_keys = LaunchKeys(outbound.campaigns.ask, sign_in, bus, clock)
        intake.takers.update({**keys.takers, **launch_keys.before(keys.takers)})
        intake.takers.update(standing.takers)
        intake.takers.update(Referrals(tokens, contents, bus, clock).takers)
        redials = Redials(contents, bus, clock, digests, config.retention.redial_seconds)
        intake.takers.update(redials.takers)
        intake.takers.update(callbacks.takers)
        callers = Callers(
            contents, contacts, config.caller_lookups,
            {lookup.name: secrets_for(lookup) for lookup in config.caller_lookups},
            regions, {line.number: line.language for line in config.lines},
            config.retention_seconds, bus, clock,
        )  # fmt: skip
        intake.takers.update(callers.beside(intake.takers))
        browsers = Browsers(bus, service, clock, standing.lost, servers_of(config.browsers))
        intake.takers.update(browsers.takers)
        control = Control(
            config,
            clock,
            bus,
            ledger,
            service,
            intake,
            phones,
            keys,
            contents,
            sign_in,
            vault,
            facts,
            outbound,
            standing,
            callers,
            browsers,
            roster,
        )

        async def to_media(order: Any) -> None:
            await bus.send(order.media, order, call=order.call)

        denied = contact_denied(config, arguments.layout.edge, Purpose.TRANSFER)
        consulting = Consulting(
            service, users, denied, to_media, BotTasks(config, history).of_call
        )  # fmt: skip
        intake.takers[house.ConsultKeyed] = consulting.keyed

        async def people_changed() -> None:
            await phones.tell_edge()
            await roster.tell()

        async def journey(call: str) -> list[JournalRow]:
            return await read_journal(database, centre, call=call)

        async def decisions(
            span: tuple[float, float], lines: Collection[str], clients: Clients
        ) -> list[JournalRow]:
            return await read_room(database, centre, "dialogue", span, lines, clients)

        measure = partial(measure_apart, models_dir=config.speech.models_dir)
        review = ReviewDesk(config.bots_folder, Path(arguments.layout.state_dir), measure)
        yield control, WebParts(
            take_alert=outbound.alerts.take, talks=outbound.talks, choosing=choosing,
            config=web_config(config), sign_in=sign_in, people=users, desk=service,
            calls=history, contents=contents, sounds=vault, journey=journey,
            facts=facts, journal=Followed(database, centre, ROOM), tokens=tokens, clock=clock,
            metrics=metrics,
            phone_trouble=phones.trouble,
            contact_denied=contact_denied(config, arguments.layout.edge),
            to_media=to_media, consulting=consulting, callers=callers,
            browsers=browsers if config.browsers.enabled else None,
            people_changed=people_changed, draining=told.drain,
            review=review, campaigns=outbound.campaigns,
            hear_notice=hearing(outbound.spoken, arguments.layout),
            recorder=Recorder(
                Recordings(config.recordings, config.recordings_most),
                {client.id for client in config.clients},
            ),
            flows=Flows(config.bots_folder, decisions),
        )  # fmt: skip
        await review.close()


async def run(arguments: ChildArguments, told: Signals) -> None:
    """Until told to stop."""
    layout = arguments.layout
    async with opened(arguments, told) as (control, parts):
        control.bus.on_message(control.message, PATIENT | NEWS, control.group)
        control.bus.on_peer(control.peer)
        control.bus.on_taken(control.taken)
        async with asyncio.TaskGroup() as tasks:
            work = [
                tasks.create_task(control.service.run(), name="acd"),
                tasks.create_task(control.standing.run(), name="standing"),
                tasks.create_task(control.outbound.run(), name="outbound"),
                tasks.create_task(control.outbound.watching.run(), name="alarms of calling out"),
                tasks.create_task(control.outbound.outbox.run(), name="webhooks"),
                tasks.create_task(
                    Polling(control.config.alert_feeds, control.outbound.alerts.fed).run(),
                    name="alert feeds",
                ),
                tasks.create_task(control.outbound.alerts.watch_folder(), name="alerts"),
                tasks.create_task(control.keys.keypad.run(), name="keypad"),
                tasks.create_task(control.forget_what_is_old(), name="retention"),
                tasks.create_task(control.keep_gauges(parts.metrics), name="gauges"),
            ]
            async with (
                control.bus,
                WebServer(make_app(parts), layout.web_host, layout.web_port) as server,
            ):
                await control.roster.tell()
                welcome = await control.sign_in.first_admin_token(control.clock.now())
                link = f"{server.url}/welcome/{welcome}" if welcome else ""
                say_ready("control", url=server.url, welcome=link)
                await told.stop.wait()
            for task in work:
                task.cancel()


def main() -> int:
    """Run the process; its exit code."""
    os.nice(NICE)
    arguments = read_arguments()
    return run_child(arguments.name, arguments.config.log_level, lambda told: run(arguments, told))


if __name__ == "__main__":
    sys.exit(main())
