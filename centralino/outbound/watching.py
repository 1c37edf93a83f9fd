"""Watches the dialler for what calls for a person: alarms on the page, in the log, to webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import structlog

from centralino.config.dialling import AlarmLimits
from centralino.db.meta import get_meta, set_meta
from centralino.outbound.books import SqlBooks
from centralino.outbound.launch_alarms import launch_alarms
from centralino.outbound.webhooks import Outbox
from kernel.clock import Clock
from kernel.core import Change, Put
from outbound.alarms import Alarm, Alarms, Ended, Standing, Thresholds, still
from outbound.hooks import ALARM_CLEARED, ALARM_RAISED
from outbound.records import AttemptRecord, Outcome
from outbound.service import OutboundService

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two looks."""
HOLDING = "alarms"
"""In `meta`: the alarms that hold."""
OURS = frozenset({Outcome.REFUSED, Outcome.CANCELLED})
"""Calls that say nothing of the other side: they were ours to stop."""
UP = frozenset({
    Outcome.ACKNOWLEDGED, Outcome.HEARD, Outcome.VOICEMAIL, Outcome.ANSWERED, Outcome.TRANSFERRED,
    Outcome.ABANDONED,
})  # fmt: skip


def thresholds(limits: AlarmLimits) -> Thresholds:
    """As the core has them."""
    return Thresholds(**limits.model_dump())


@dataclass
class Watching:
    """The alarms of the dialler. What holds is kept in the store, with what other programs are
    told of it: so each is told once that it began and once that it is over, over a restart too."""

    service: OutboundService
    alarms: Alarms
    outbox: Outbox
    books: SqlBooks
    clock: Clock
    _placed: dict[str, float] = field(default_factory=dict)
    """Campaign → its newest call."""
    _begun: float = 0.0
    """UTC seconds at which this life began to look."""
    _told: dict[str, Alarm] = field(default_factory=dict)
    """Those of which the store knows, by key."""

    def written(self, changes: Sequence[Change]) -> None:
        """What a commit of the dialler changed."""
        for change in changes:
            record = change.record if isinstance(change, Put) else None
            if isinstance(record, AttemptRecord):
                self._heard(record)

    def _heard(self, record: AttemptRecord) -> None:
        self._placed[record.campaign] = max(self._placed.get(record.campaign, 0.0), record.made)
        if _tells(record):
            number = self.service.campaign(record.campaign).caller_id
            up = record.outcome in UP
            self.alarms.ended(Ended(record.since, record.trunk, number, up, record.sip_status))

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        self.service.observers.append(self.written)
        remembers = False
        while True:
            try:
                if not remembers:
                    await self.remember()
                    remembers = True
                await self.look()
            except Exception:  # whatever it is, nobody's call is to end by it
                log.exception("outbound.alarms_not_looked_at")
            await asyncio.sleep(EVERY)

    async def remember(self) -> None:
        """What held before a restart, and the calls that it was seen from."""
        self._begun = now = self.clock.now()
        campaigns = [view.id for view in self.service.campaigns()]
        for record in await self.books.ended_since(campaigns, now - self.alarms.limits.window):
            if record.since <= now:  # what ends while we read is told by the dialler
                self._heard(record)
        async with self.books.database.read() as connection:
            kept = await get_meta(connection, self.books.centre, HOLDING)
        held = [Alarm(**one) for one in kept or ()]
        self.alarms.restore(held, now)
        self._told = {alarm.key: alarm for alarm in held}

    async def look(self) -> None:
        """Once: new alarms are logged and told, and so is their end."""
        now = self.clock.now()
        launches = await launch_alarms(self.service, self.books, now)
        raised, cleared = self.alarms.look(self._standings(), now, launches)
        for alarm in raised:
            log.error("outbound.alarm", what=alarm.what, do=alarm.do)
        for alarm in cleared:
            log.info("outbound.alarm_over", what=alarm.what)
        await self._tell()

    async def _tell(self) -> None:
        """Write down what is new and what is over, with the telling of it."""
        holding = {alarm.key: alarm for alarm in self.alarms.holding}
        events = [(ALARM_RAISED, one) for key, one in holding.items() if key not in self._told]
        events += [(ALARM_CLEARED, one) for key, one in self._told.items() if key not in holding]
        if not events:
            return
        database, centre = self.books.database, self.books.centre
        async with database.write() as connection:
            for event, one in events:
                name = f"{event}:{one.key}:{one.since:.3f}"
                await self.outbox.put_in(connection, event, name, one.client, asdict(one))
            kept = [asdict(one) for one in holding.values()]
            await set_meta(database, connection, centre, HOLDING, kept)
        self._told = holding

    def _standings(self) -> list[Standing]:
        return [
            Standing(
                one.campaign.id, one.campaign.client, one.campaign.name, one.campaign.state,
                one.campaign.emergency, self._placed.get(one.campaign.id, 0.0),
                max(one.campaign.since, one.campaign.starts, self._could_call(one.campaign.id)),
                one.oldest, one.out,
            )
            for one in self.service.waiting()
        ]  # fmt: skip

    def _could_call(self, campaign: str) -> float:
        """From when on calls could be placed: while this house was down none were. An alarm that
        held over it goes on."""
        held = any(alarm.key == still(campaign) for alarm in self.alarms.holding)
        return 0.0 if held else self._begun


def _tells(record: AttemptRecord) -> bool:
    """Whether this is the end of a call that says something of the trunk. One that failed does
    where the carrier answered (401, 407, 488 …), not where a fault of ours was the end of it."""
    if record.outcome is None or record.outcome in OURS:
        return False
    return record.outcome is not Outcome.FAILED or record.sip_status > 0
