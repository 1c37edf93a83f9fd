"""The dialler in the control process: made of the configuration, and joined to bus and store."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog

from centralino import messages as house
from centralino.config.model import Config
from centralino.contacts.store import ContactStore
from centralino.content.store import ContentStore
from centralino.db.engine import Database
from centralino.errors import CentralinoError
from centralino.outbound.agent_campaigns import AgentCampaigns
from centralino.outbound.alert_desk import AlertDesk
from centralino.outbound.audiences import Audiences
from centralino.outbound.books import SqlBooks
from centralino.outbound.bot_campaigns import BotCampaigns
from centralino.outbound.call_back import CallBack
from centralino.outbound.called_before import CalledBefore
from centralino.outbound.campaigns import AT_THE_MACHINE, Asker, Campaigns, Json
from centralino.outbound.drafting import Looking
from centralino.outbound.errors import CampaignError
from centralino.outbound.from_contacts import FromContacts
from centralino.outbound.launch_page import LaunchPage
from centralino.outbound.lease import SqlOwnership
from centralino.outbound.notices import StoredMessages, phrases_of
from centralino.outbound.notifications import Notifications
from centralino.outbound.recording import Deleting
from centralino.outbound.results import ResultBook
from centralino.outbound.stored import HouseRules, house_classes
from centralino.outbound.talks import Talks
from centralino.outbound.watching import Watching, thresholds
from centralino.outbound.webhooks import Outbox, read_hooks
from centralino.processes.preflight import find_calling_bot, find_notice_bot
from centralino.users.signin import SignIn
from kernel.bus import Bus, Envelope, PeerDown, PeerUp
from kernel.clock import Clock
from kernel.codec import name_of
from kernel.errors import CoreStopped, KernelError
from kernel.journal import Outgoing
from outbound import messages
from outbound.alarms import Alarms
from outbound.config import DialerConfig
from outbound.errors import LeaseLost
from outbound.hooks import CAMPAIGN_OVER
from outbound.pacing import Limits
from outbound.ports import Agents
from outbound.service import Carry, OutboundService
from voicebot.dialogue.flow import Flow

log = structlog.get_logger()

DAY = 86_400.0
NEWS = frozenset(name_of(kind)[0] for kind in messages.NEWS)
"""News of calls out: hundreds a second may come, so they wait a moment for company."""

_run: ContextVar[list[object] | None] = ContextVar("news_of_a_group", default=None)


def dialer_config(config: Config) -> DialerConfig:
    """The dialler's own configuration, made of ours: trunks that calls can go out over."""
    return DialerConfig(
        config.centre,
        trunks=tuple(
            Limits(trunk.name, trunk.max_cps, trunk.max_channels, trunk.rehearsal)
            for trunk in config.trunks
            if trunk.target or trunk.registrar
        ),
        prefixes=tuple(
            Limits(one.prefix, one.max_cps, one.max_channels) for one in config.prefix_limits
        ),
    )


@dataclass
class OutboundDesk:
    """The dialler, as control sees it."""

    service: OutboundService
    campaigns: Campaigns
    media: frozenset[str]
    bus: Bus
    clock: Clock
    alerts: AlertDesk
    call_back: CallBack
    regions: Mapping[str, str]
    """Client → country of numbers without one."""
    results: ResultBook
    by_bot: BotCampaigns
    spoken: Callable[[Mapping[str, Any], Asker], Awaitable[tuple[str, list[str | bytes]]]]
    """What a notification's call would say, and in which language."""
    outbox: Outbox
    watching: Watching
    talks: Talks

    async def run(self) -> None:
        """Dial until cancelled, or until another house does: that ends the dialler alone."""
        try:
            await self.service.run()
        except* LeaseLost as lost:
            log.error("outbound.lease_lost", why=str(lost.exceptions[0]))

    async def take(self, value: object) -> None:
        """News of a call, from a media process; within a group it is kept for the end of it."""
        if isinstance(value, messages.OptedOut):
            if value.stranger:
                await self.talks.block("", value.client, "wrong number", value.number)
                return
            await self.talks.block(value.recipient, value.client, "asked in a call", value.number)
            await self.service.drop(value.recipient, "asked not to be called")
            return
        run = _run.get()
        if run is None:
            await self.service.submit(value)
        else:
            run.append(value)

    @contextlib.asynccontextmanager
    async def group(self) -> AsyncIterator[None]:
        """News taken within is given to the dialler at once at the end: one commit for all."""
        run: list[object] = []
        token = _run.set(run)
        try:
            yield
        finally:
            _run.reset(token)
        told = await asyncio.gather(*map(self.service.submit, run), return_exceptions=True)
        for error in told:
            if isinstance(error, KernelError | LeaseLost):
                log.error("outbound.unhandled", why=str(error))
            elif error is not None:
                raise error

    async def asked(self, envelope: Envelope, value: house.CampaignAsked) -> None:
        """Somebody at the command line asks; the answer goes back to where it came from."""
        try:
            answer = await self.campaigns.ask(value.verb, value.values, AT_THE_MACHINE, value.key)
            told = house.CampaignAnswered(value.id, answer)
        except CentralinoError as error:
            told = house.CampaignAnswered(value.id, {}, str(error))
        await self.bus.send(envelope.sender, told)

    async def notice_asked(self, asked: house.NoticeAsked) -> None:
        """Somebody calls a notification's number."""
        region, now = self.regions.get(asked.client, ""), self.clock.now()
        script, recipient = await self.call_back.script_for(
            asked.client, asked.caller, region, asked.language, now
        )
        told = house.NoticeTold(asked.leg, asked.media, script, recipient)
        await self.bus.send(asked.media, told)

    async def notice_acknowledged(self, told: house.NoticeAcknowledged) -> None:
        """Somebody who called back has understood, or had in a call that is over."""
        await self.service.acknowledge(told.recipient, f"{told.how}, {told.by}", help=told.help)

    async def peer(self, event: PeerUp | PeerDown) -> None:
        """A media process says itself that it is there; that it is gone we see."""
        if isinstance(event, PeerDown) and event.peer in self.media:
            with contextlib.suppress(CoreStopped):  # another house dials: its calls are not there
                await self.service.submit(messages.MediaGone(event.peer))


def carrier(bus: Bus, outbox: Outbox, agents: Agents | None) -> Carry:
    """What takes the dialler's commands away."""

    async def carry(outgoing: Outgoing, media: str) -> None:
        command = outgoing.command
        if isinstance(command, messages.CampaignOver):
            log.info("outbound.campaign_over", campaign=command.campaign, state=command.state)
            body = {"campaign": command.campaign, "state": command.state}
            await outbox.put(CAMPAIGN_OVER, outgoing.id, command.client, body)
        elif isinstance(command, messages.NobodyLooked):
            if agents is not None:
                await agents.absent(command.agent)
        else:
            await bus.send(media, command, id=outgoing.id)

    return carry


def make_outbound(
    config: Config, database: Database, contents: ContentStore, contacts: ContactStore, bus: Bus,
    owner: str, audit_key: str, clock: Clock, sign_in: SignIn, agents: Agents | None = None,
) -> OutboundDesk:  # fmt: skip
    """The dialler and its front; `open` its service and `run` it.

    `owner` names this house among those on the same database, `audit_key` is kept beside it.
    """
    books = SqlBooks(database, config.centre, audit_key)
    classes = house_classes()
    outbox = Outbox(database, config.centre, read_hooks(config.webhooks), clock)
    dialler = dialer_config(config)
    bots = {
        language: find_notice_bot(config, name)
        for language, name in config.outbound.notices.items()
    }
    flows = {name: find_calling_bot(config, name).flow for name in config.outbound.bots}

    def calling(name: str) -> Flow:
        if name not in flows:
            raise CampaignError(
                f"the bot {name!r} holds no calls here: name it under outbound.bots"
            )
        return flows[name]

    words = {language: phrases_of(bot) for language, bot in bots.items()}
    helpers = frozenset(queue for bot in bots.values() for queue in bot.flow.queues)
    regions = {client.id: client.region for client in config.clients}
    stored = StoredMessages(
        contents, contacts=contacts, classes=classes, phrases=lambda: words, calling=calling
    )
    rules = HouseRules(contacts, CalledBefore(database, config.centre), regions)
    service = OutboundService(
        dialler, books, SqlOwnership(database, config.centre, owner), rules, stored,
        carrier(bus, outbox, agents), clock, agents=agents,
    )  # fmt: skip
    keep = config.retention.days * DAY
    queues = {queue.id: queue.client for queue in config.queues}
    campaigns = Campaigns(
        service, books, contents, clock, keep, classes, contacts.listed, queues,
        config.outbound.two_person,
        Looking(config.outbound.preview_seconds, config.outbound.preview_then), regions,
    )  # fmt: skip
    audiences = Audiences(config, contacts, dialler.trunks)

    async def send(media: str, order: object) -> None:
        await bus.send(media, order)

    notifications = Notifications(
        config, campaigns, audiences, stored, classes, sign_in, send, clock, helpers,
    )  # fmt: skip
    results = ResultBook(database, config.centre, contents, clock, keep, outbox)
    by_bot = BotCampaigns(campaigns, audiences, classes, calling, results, clock)
    campaigns.more(notifications.verbs)
    campaigns.more(by_bot.verbs)
    campaigns.by_bot = by_bot
    campaigns.more(Deleting(notifications.recordings, campaigns, stored, clock).verbs)
    campaigns.more(AgentCampaigns(campaigns, audiences, agents, clock).verbs)
    campaigns.more(FromContacts(campaigns, audiences, classes).verbs)
    campaigns.more(LaunchPage(config, campaigns, audiences, notifications, classes).verbs)
    watching = Watching(service, Alarms(thresholds(config.outbound.alarms)), outbox, books, clock)
    campaigns.alarms = watching.alarms
    alerts = AlertDesk(config, database, contents, notifications, campaigns.ask, clock)

    async def take_alert(values: Mapping[str, Any], asker: Asker) -> Json:
        return await alerts.take(str(values.get("xml", "")).encode(), asker.name)

    campaigns.more({"notice.alert": take_alert})
    return OutboundDesk(
        service, campaigns, frozenset(config.media_names()), bus, clock, alerts,
        CallBack(service, books, contacts, stored),
        regions, results, by_bot, notifications.spoken, outbox, watching,
        Talks(service, books, contacts, regions),
    )  # fmt: skip
