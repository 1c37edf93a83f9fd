"""What agents see of campaigns in which they decide who is called, and what they say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import structlog

from acd.snapshot import AgentView
from centralino.db.errors import StoreError
from centralino.outbound.campaigns import in_one_line
from centralino.outbound.errors import CampaignError
from kernel.core import Change, Put
from kernel.errors import CoreStopped, IllegalTransition
from outbound.by_hand import Shown
from outbound.errors import LeaseLost
from outbound.messages import (
    DueRecipient,
    PersonAsked,
    PersonRefused,
    PersonReleased,
    PersonSkipped,
    PersonTaken,
)
from outbound.predictive import DialMode, by_hand
from outbound.records import (
    AttemptRecord,
    AttemptState,
    CampaignRecord,
    PreviewThen,
    RecipientRecord,
    attempt_id,
)
from outbound.service import OutboundService

log = structlog.get_logger()
Json = dict[str, Any]
LISTED = 20
"""People on an agent's list."""
LOOKS = 20
"""People looked at for one whom the law lets be called now."""


@dataclass
class Choosing:
    """Between agents' pages and keys, and the dialler."""

    service: OutboundService
    agent_of: Callable[[str], AgentView | None]
    leg_of: Callable[[str], str]
    """Agent → the media process that holds the leg that stands; empty: none stands."""
    ended: dict[str, Json] = field(default_factory=dict)
    """Agent → what became of the last whom they had dialled, where nobody was had."""
    _wanted: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Attempt → who wanted it, and the name of the called."""
    _watchers: list[Callable[[frozenset[str]], None]] = field(default_factory=list)

    def subscribe(self, callback: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Call this with the queues whose agents may see another thing than before; the function
        returned ends it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def written(self, changes: Sequence[Change]) -> None:
        """What a commit of the dialler changed."""
        touched = set[str]()
        for change in changes:
            record = change.record if isinstance(change, Put) else None
            if isinstance(record, AttemptRecord) and record.id in self._wanted:
                self._of_attempt(record)
            if isinstance(record, AttemptRecord | RecipientRecord):
                touched.add(record.campaign)
            elif isinstance(record, CampaignRecord):
                touched.add(record.id)
        of = [self.service.campaign(name) for name in touched]
        self._moved(*(one for one in of if by_hand(one.mode)))

    def _of_attempt(self, record: AttemptRecord) -> None:
        agent, name = self._wanted[record.id]
        if record.state is AttemptState.OVER:
            del self._wanted[record.id]
            if record.acknowledged_by != "agent":
                self.ended[agent] = {"name": name, "outcome": str(record.outcome or ""),
                                     "at": record.since}  # fmt: skip

    def _moved(self, *campaigns: CampaignRecord) -> None:
        queues = frozenset(one.queue for one in campaigns)
        for watcher in list(self._watchers) if queues else ():
            watcher(queues)

    # --- what agents see

    async def seen(self, agent: str) -> Json | None:
        """What this agent sees now; None for one who has no such campaign, and where another house
        dials. An agent who is free is shown somebody whom the law lets be called now."""
        try:
            return await self._seen(agent)
        except (CoreStopped, LeaseLost):
            return None
        except StoreError as error:
            log.error("outbound.nobody_shown", why=str(error))
            return None

    async def _seen(self, agent: str) -> Json | None:
        view = self.agent_of(agent)
        campaigns = self._campaigns(view)
        core, now = self.service.core(), self.service.clock.now()
        shown = core.seen_by(agent, now)
        free = view is not None and view.free
        if shown is not None and not (free and shown.campaign in {one.id for one in campaigns}):
            await self.service.submit(PersonReleased(agent))  # also of one who waits to be dialled
            self._moved(self.service.campaign(shown.campaign))
            shown = None
        if not campaigns:
            return None
        if not free:
            return {"person": None, "list": [], "ended": self.ended.get(agent)}
        if shown is None:
            shown = await self._next(agent, campaigns)
        lists = [one for one in campaigns if one.mode == DialMode.MANUAL]
        listed = [
            (due, record)
            for record in ([] if shown else lists)
            for due in islice(core.in_line(record, now), LISTED)
        ]
        return {
            "person": await self._shown(shown) if shown else None,
            "list": await self._people(listed), "ended": self.ended.get(agent),
        }  # fmt: skip

    def _campaigns(self, view: AgentView | None) -> list[CampaignRecord]:
        if view is None:
            return []
        running = self.service.core().desk.running(self.service.clock.now())
        return [one for one in running if by_hand(one.mode) and one.queue in view.queues]

    async def _next(self, agent: str, campaigns: Sequence[CampaignRecord]) -> Shown | None:
        core = self.service.core()
        for campaign in campaigns:
            for _ in range(LOOKS if campaign.mode == DialMode.PREVIEW else 0):
                await self.service.submit(PersonAsked(campaign.id, agent, self.leg_of(agent)))
                shown = core.seen_by(agent, self.service.clock.now())
                if shown is None:
                    break  # of this campaign nobody is due
                if await self._may_be_called(campaign, shown):
                    return shown
        return None

    async def _may_be_called(self, campaign: CampaignRecord, shown: Shown) -> bool:
        due, now = self.service.core().desk.working[shown.recipient], self.service.clock.now()
        number = due.paths[due.recipient.path].number
        try:
            allowed = await self.service.rules.ask(campaign, due.recipient, number, now)
        except Exception:  # whoever cannot be asked about is shown to nobody
            await self.service.submit(PersonReleased(shown.agent))
            raise
        if allowed.refusal is None:
            if campaign.preview_then == PreviewThen.DIAL:  # then nobody says so
                await self._note(shown.agent, due, campaign)
            return True
        await self.service.submit(
            PersonRefused(shown.recipient, shown.agent, allowed.refusal, allowed.again_at)
        )
        return False

    async def _shown(self, shown: Shown) -> Json | None:
        due = self.service.core().desk.working.get(shown.recipient)
        if due is None:
            return None
        record = self.service.campaign(shown.campaign)
        then = {"until": shown.until or None, "then": record.preview_then, "taken": shown.taken}
        (person,) = await self._people([(due, record)])
        return {**person, **then}

    async def _people(self, some: Sequence[tuple[DueRecipient, CampaignRecord]]) -> list[Json]:
        """People on a list, with what is known of them."""
        read = await self.service.messages.known([due.recipient.person for due, _ in some])
        return [_person(due, record, read) for due, record in some]

    # --- what agents say

    async def dial(self, agent: str, recipient: str) -> None:
        """Have them dialled. Raises CampaignError."""
        view = self.agent_of(agent)
        if view is None or not view.free:
            raise CampaignError("say that you are ready first")
        due, record = self._of(recipient, view)
        attempt = await self._note(agent, due, record)
        self.ended.pop(agent, None)
        try:
            with in_one_line():
                await self.service.submit(
                    PersonTaken(record.id, recipient, agent, self.leg_of(agent))
                )
        except CampaignError as error:
            self._wanted.pop(attempt, None)
            if isinstance(error.__cause__, IllegalTransition):
                raise CampaignError("that person is not yours to call any more") from None
            raise
        self._moved(record)

    async def _note(self, agent: str, due: DueRecipient, record: CampaignRecord) -> str:
        """Who is told what comes of the next attempt of this person; its id."""
        one = due.recipient
        name = (await self.service.messages.known([one.person])).get(one.person, {}).get("name", "")
        attempt = next_attempt(one)
        self._wanted[attempt] = (agent, name or due.paths[one.path].number)
        return attempt

    async def skip(self, agent: str, recipient: str, again_at: float = 0.0) -> None:
        """Not now: later, or at that time (UTC seconds). Raises CampaignError."""
        record = self._before(agent, recipient)
        self.ended.pop(agent, None)
        self._wanted.pop(next_attempt(self.service.core().desk.working[recipient].recipient), None)
        with in_one_line():
            await self.service.submit(PersonSkipped(recipient, agent, again_at))
        self._moved(record)

    def _before(self, agent: str, recipient: str) -> CampaignRecord:
        """The campaign of somebody whom the agent sees, or finds on a list."""
        now = self.service.clock.now()
        shown, view = self.service.core().seen_by(agent, now), self.agent_of(agent)
        if shown is not None and shown.recipient == recipient:
            return self.service.campaign(shown.campaign)
        if shown is None and view is not None and view.free:
            with suppress(CampaignError):  # on no list any more
                _, record = self._of(recipient, view)
                if record.mode == DialMode.MANUAL:
                    return record
        raise CampaignError("that person is not shown to you any more")

    def _of(self, recipient: str, view: AgentView) -> tuple[DueRecipient, CampaignRecord]:
        due = self.service.core().desk.working.get(recipient)
        known: Mapping[str, CampaignRecord] = {one.id: one for one in self._campaigns(view)}
        if due is None or due.recipient.campaign not in known:
            raise CampaignError("that person is not yours to call")
        return due, known[due.recipient.campaign]


def _person(
    due: DueRecipient, record: CampaignRecord, read: Mapping[str, Mapping[str, str]]
) -> Json:
    one = due.recipient
    known = dict(read.get(one.person, {}))
    return {
        "recipient": one.id, "campaign": record.name, "number": due.paths[one.path].number,
        "name": known.get("name", ""), "known": known, "calls": one.ordinal, "why": one.why,
    }  # fmt: skip


def next_attempt(one: RecipientRecord) -> str:
    """The id of the attempt that this person's next call will be."""
    return attempt_id(one.campaign, one.id, one.ordinal + 1)
