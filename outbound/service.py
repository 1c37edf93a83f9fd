"""The dialler as a service: the asyncio shell around the core, its books and its way out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

import structlog

from kernel.clock import Clock
from kernel.core import Change, Put
from kernel.crash import CrashPoints
from kernel.driver import Driver
from kernel.ids import Chance, random_hex
from kernel.journal import Batch, Outgoing
from outbound.abandonment import DAY, AbandonRule
from outbound.board import (
    CampaignView,
    Speeds,
    TrunkView,
    Waiting,
    campaign_view,
    trunk_views,
    waiting,
)
from outbound.board import why_not_called as why_not
from outbound.config import DialerConfig
from outbound.desk import ROOM
from outbound.dialer import Dialer
from outbound.errors import NoSuchCampaign, OutboundNotOpen
from outbound.gate import look
from outbound.messages import (
    AttemptRefused,
    AudienceGrew,
    ContactDisposed,
    Dial,
    DueRecipient,
    GoAhead,
    NobodyLooked,
    PlaceCall,
    RecipientAcknowledged,
    RecipientDropped,
    RecipientsLoaded,
)
from outbound.pairing import Pairing
from outbound.ports import Agents, Books, Messages, NewRecipient, Ownership, Rules
from outbound.records import (
    AttemptRecord,
    AttemptState,
    CampaignRecord,
    RecipientRecord,
    RecipientState,
    Refusal,
)

log = structlog.get_logger()

CONFIRM_EVERY = 0.25
"""Seconds between writes of what media processes have taken."""
RENEW_EVERY = 2.0
"""Seconds between renewals of the lease."""
READ_AGAIN = 5.0
"""Seconds after which windows are looked at though nothing moved."""
TRIES = 3

Carry = Callable[[Outgoing, str], Awaitable[None]]
"""Takes a command to the media process named, or outside where none is; raising keeps it
unconfirmed."""


@dataclass
class OutboundService:
    """One centre's dialler. `open()`, then `run()` as a task; the rest from anywhere."""

    config: DialerConfig
    books: Books
    ownership: Ownership
    rules: Rules
    messages: Messages
    carry: Carry
    clock: Clock
    chance: Chance = random_hex
    crash: CrashPoints = field(default_factory=CrashPoints.from_environment)
    speeds: Speeds = field(default_factory=Speeds)
    agents: Agents | None = None
    epoch: int = 0
    _driver: Driver | None = None
    _core: Dialer | None = None
    _committed: int = 0
    _taken: list[str] = field(default_factory=list)
    _sent: set[str] = field(default_factory=set)
    _refused: asyncio.Queue[AttemptRefused] = field(default_factory=asyncio.Queue)
    _hungry: asyncio.Event = field(default_factory=asyncio.Event)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    observers: list[Callable[[Sequence[Change]], None]] = field(default_factory=list)
    """Told what each commit changed."""
    _watchers: list[Callable[[frozenset[str]], None]] = field(default_factory=list)

    # --- life

    async def open(self) -> None:
        """Take the lease, and take up what an earlier life left. Raises LeaseTaken."""
        now = self.clock.now()
        self.epoch = self.books.epoch = await self.ownership.acquire(now)
        core = Dialer(self.config, self.epoch)
        campaigns, opened = await self.books.campaigns(), await self.books.open_attempts()
        behind = [one.id for one in campaigns if one.mode]
        since = now - AbandonRule().window_days * DAY
        answered = await self.books.answered(behind, since) if behind else {}
        core.restore(campaigns, await self.books.tallies(), opened, now, answered)
        # What an earlier life wanted to dial is asked about (`places.py`), never sent again.
        left = [
            one.id for one in await self.books.unconfirmed(ROOM)
            if isinstance(one.command, Dial | NobodyLooked)
        ]  # fmt: skip
        await self.books.confirm(ROOM, left)
        self._core = core
        self._driver = Driver(
            core, ROOM, self.config.centre, self.clock, _Watched(self), self._send, self.crash,
            self.chance, lambda error: log.warning("outbound.send_failed", error=repr(error)),
        )  # fmt: skip
        log.info("outbound.open", epoch=self.epoch, campaigns=len(campaigns), open=len(opened))

    async def run(self) -> None:
        """Work until cancelled. Raises LeaseLost once another house dials."""
        driver = self._opened()
        async with asyncio.TaskGroup() as group:
            group.create_task(driver.run())
            group.create_task(self._confirming(driver))
            group.create_task(self._feeding())
            group.create_task(self._refusing())
            group.create_task(self._renewing())
            if self.agents is not None:
                group.create_task(Pairing(self, self.agents).run())

    async def submit(self, event: object) -> None:
        """Take an event; returns when it is committed. Raises IllegalTransition."""
        await self._opened().submit(event)

    def confirm(self, id: str) -> bool:
        """A command was taken by its media process, which is written soon with others; False for
        one that is not ours."""
        if id not in self._sent:
            return False
        self._sent.discard(id)
        self._taken.append(id)
        return True

    # --- people

    async def add(self, campaign: str, people: Sequence[NewRecipient]) -> int:
        """Write the audience of a campaign, or more of it; how many were new."""
        record = self.campaign(campaign)
        added = await self.books.add(record, people)
        await self.submit(AudienceGrew(campaign, added))
        return added

    async def acknowledge(self, recipient: str, by: str, *, help: bool = False) -> bool:
        """Acknowledged elsewhere; False for nobody of ours."""
        return await self._about(recipient, RecipientAcknowledged(recipient, by, help))

    async def drop(self, recipient: str, why: str) -> bool:
        """Not to be called any more; False for nobody of ours."""
        return await self._about(recipient, RecipientDropped(recipient, why))

    async def dispose(
        self, recipient: str, disposition: str, by: str, again_at: float = 0.0
    ) -> bool:
        """An agent says what a talk came to; False for nobody of ours."""
        return await self._about(recipient, ContactDisposed(recipient, disposition, by, again_at))

    async def _about(self, recipient: str, event: object) -> bool:
        """Bring a recipient into the window, and tell the dialler of it."""
        core = self._core_opened()
        for _ in range(TRIES):
            async with self._reading:
                as_of = self._committed
                found = await self.books.named([recipient])
                if not found:
                    return False
                campaign = found[0].recipient.campaign
                await self.submit(RecipientsLoaded(campaign, as_of, tuple(found), named=True))
            if recipient in core.desk.working:
                await self.submit(event)
                return True
        return False

    # --- views

    def campaign(self, name: str) -> CampaignRecord:
        """One campaign. Raises NoSuchCampaign."""
        record = self._core_opened().desk.campaigns.get(name)
        if record is None:
            raise NoSuchCampaign(name)
        return record

    def campaigns(self) -> list[CampaignView]:
        """Every campaign's figures."""
        core, now = self._core_opened(), self.clock.now()
        every = core.desk.campaigns.values()
        return [campaign_view(core, campaign, self.speeds, now) for campaign in every]

    def view(self, name: str) -> CampaignView:
        """One campaign's figures. Raises NoSuchCampaign."""
        record = self.campaign(name)
        return campaign_view(self._core_opened(), record, self.speeds, self.clock.now())

    def waiting(self) -> list[Waiting]:
        """How the campaigns that run stand."""
        return waiting(self._core_opened(), self.clock.now())

    def trunks(self) -> list[TrunkView]:
        """Every trunk's."""
        return trunk_views(self._core_opened())

    async def why_not_called(self, recipient: str) -> tuple[RecipientRecord, str] | None:
        """A person's row, and why no call is placed at this moment; None for nobody of ours."""
        found = await self.books.named([recipient])
        if not found:
            return None
        due, now = found[0], self.clock.now()
        numbers = [path.number for path in due.paths]
        why = why_not(self._core_opened(), due.recipient, numbers, now)
        if why.startswith("its turn"):
            record = self.campaign(due.recipient.campaign)
            number = numbers[due.recipient.path]
            allowed = await self.rules.ask(record, due.recipient, number, now)
            if allowed.refusal is not None:
                why = f"may not be called now: {allowed.refusal}"
        return due.recipient, why

    def subscribe(self, callback: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Call this with the campaigns of each commit; the function returned ends it."""
        self._watchers.append(callback)

        def unsubscribe() -> None:
            if callback in self._watchers:
                self._watchers.remove(callback)

        return unsubscribe

    # --- inside

    async def _send(self, outgoing: Outgoing) -> None:
        """Step 5: through the gate, and on the way."""
        command, media = outgoing.command, getattr(outgoing.command, "media", "")
        if isinstance(command, Dial):
            placed = await self._looked(command)
            if isinstance(placed, AttemptRefused):
                self._refused.put_nowait(placed)
                self._taken.append(outgoing.id)
                return
            outgoing = replace(outgoing, command=placed)
        await self.carry(outgoing, media)
        if media:
            self._sent.add(outgoing.id)
        else:
            self._taken.append(outgoing.id)

    async def _looked(self, dial: Dial) -> PlaceCall | GoAhead | AttemptRefused:
        """The last look. A fault of store, key or message refuses this one call: raised from here
        it would end the dialler, and again at each start."""
        try:
            return await self._passed(dial)
        except Exception as error:
            log.error("outbound.look_failed", attempt=dial.attempt, error=repr(error))
            return AttemptRefused(dial.attempt, Refusal.FAULT)

    async def _passed(self, dial: Dial) -> PlaceCall | GoAhead | AttemptRefused:
        """The call with its number, or that its INVITE may go; else why it may not."""
        desk = self._core_opened().desk
        campaign, attempt = desk.campaigns.get(dial.campaign), desk.attempts.get(dial.attempt)
        working = desk.working.get(dial.recipient)
        if campaign is None or attempt is None or working is None:
            return AttemptRefused(dial.attempt, Refusal.OVER)
        recipient, number = working.recipient, working.paths[dial.path].number
        rules = await self.rules.ask(campaign, recipient, number, self.clock.now())
        allowed = look(dial, campaign, recipient, attempt, self.epoch, rules, self.clock.now())
        if allowed.refusal is not None:
            return AttemptRefused(dial.attempt, allowed.refusal, allowed.again_at)
        if dial.go:
            return GoAhead(dial.attempt, dial.media, dial.client, dial.epoch, dial.not_after)
        trunk = self._core_opened().pacer.trunks.get(attempt.trunk)
        placed = place_call(dial, campaign, working, attempt)
        placed = replace(placed, max_cps=trunk.pace.rate if trunk is not None else 0.0)
        if campaign.bot or campaign.mode:
            placed = replace(placed, given=await self.messages.given(campaign, recipient))
        if campaign.bot:
            return placed if all(placed.given.values()) else _nothing_to_say(dial)
        words = await self.messages.words(campaign, recipient)
        script = await self.messages.script(campaign, recipient)
        if not words and (script is None or not script.versions):
            return _nothing_to_say(dial)
        return replace(placed, words=words, script=script)

    async def _refusing(self) -> None:
        while True:
            await self.submit(await self._refused.get())

    async def _feeding(self) -> None:
        """Keep the windows filled."""
        core = self._core_opened()
        while True:
            for wish in core.appetite(self.clock.now()):
                async with self._reading:
                    as_of, now = self._committed, self.clock.now()
                    reading = await self.books.due(wish.campaign, now, wish.limit)
                    await self.submit(
                        RecipientsLoaded(wish.campaign, as_of, reading.due, reading.next_due)
                    )
            self._hungry.clear()
            due = core.next_reading()
            wait = READ_AGAIN if due is None else min(READ_AGAIN, due - self.clock.now())
            if wait > 0:
                try:
                    async with asyncio.timeout(wait):
                        await self._hungry.wait()
                except TimeoutError:
                    continue

    async def _confirming(self, driver: Driver) -> None:
        while True:
            await asyncio.sleep(CONFIRM_EVERY)
            taken, self._taken = self._taken, []
            if taken:
                await driver.confirm(taken)

    async def _renewing(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY)
            await self.ownership.renew(self.epoch, self.clock.now())

    def written(self, batch: Batch, step: int) -> None:
        """A step is committed: what it changed may be told, and windows may want filling."""
        self._committed = step
        self._hungry.set()
        touched = set[str]()
        for change in batch.changes:
            record = change.record if isinstance(change, Put) else None
            if isinstance(record, AttemptRecord):
                touched.add(record.campaign)
                if record.state is AttemptState.INTENT:
                    self.speeds.placed(record.campaign, batch.at)
            elif isinstance(record, RecipientRecord):
                touched.add(record.campaign)
                if record.state in (RecipientState.ACKNOWLEDGED, RecipientState.REACHED):
                    self.speeds.reached(record.campaign, batch.at)
            elif isinstance(record, CampaignRecord):
                touched.add(record.id)
        for observer in self.observers:
            observer(batch.changes)
        for watcher in list(self._watchers):
            watcher(frozenset(touched))

    def core(self) -> Dialer:
        """The dialler itself, to be looked at. Raises OutboundNotOpen."""
        return self._core_opened()

    def step(self) -> int:
        """The number of the core's newest step."""
        return self._core_opened().desk.steps

    def _opened(self) -> Driver:
        if self._driver is None:
            raise OutboundNotOpen("call open() first")
        return self._driver

    def _core_opened(self) -> Dialer:
        if self._core is None:
            raise OutboundNotOpen("call open() first")
        return self._core


def _nothing_to_say(dial: Dial) -> AttemptRefused:
    log.error("outbound.no_words", campaign=dial.campaign, attempt=dial.attempt)
    return AttemptRefused(dial.attempt, Refusal.NO_WORDS)


def place_call(
    dial: Dial, campaign: CampaignRecord, due: DueRecipient, attempt: AttemptRecord
) -> PlaceCall:
    """What the media process is told, without what is said."""
    recipient = due.recipient
    return PlaceCall(
        attempt=dial.attempt, recipient=recipient.id, campaign=campaign.id, client=campaign.client,
        epoch=dial.epoch, not_after=dial.not_after, target=due.paths[dial.path].number,
        trunk=attempt.trunk, caller_id=campaign.caller_id, ring_timeout=campaign.ring_timeout,
        call_limit=campaign.call_limit, bot=campaign.bot, message=campaign.message,
        message_version=campaign.message_version, words="", language=recipient.language,
        person=recipient.person, cut_off=recipient.cut_off, exercise=campaign.exercise,
        queue=campaign.queue if campaign.mode else "", title=campaign.name, agent=dial.agent,
    )  # fmt: skip


@dataclass
class _Watched:
    """The books, with the service told after each commit."""

    service: OutboundService

    async def commit(self, batch: Batch) -> None:
        step = self.service.step()
        await self.service.books.commit(batch)
        self.service.written(batch, step)

    async def confirm(self, room: str, ids: Sequence[str]) -> None:
        await self.service.books.confirm(room, ids)

    async def unconfirmed(self, room: str) -> list[Outgoing]:
        return await self.service.books.unconfirmed(room)

    async def records(self, room: str, table: str) -> list[object]:
        return await self.service.books.records(room, table)
