"""Alerts that call for a person: one that was drafted and waits, one that nothing was done about.

Each is a row in `meta`, written by the desk that takes alerts and looked at with the other alarms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.db.engine import Database
from centralino.db.meta import meta_like, set_meta, take_meta
from outbound.alarms import Alarm
from outbound.board import CampaignView
from outbound.records import CampaignRecord, CampaignState
from outbound.service import OutboundService

DRAFTED, DOUBT = "alert-drafted:", "alert-doubt:"
ALERT = "alert:"
"""Begins the key of the alarm that an alert's draft waits; its campaign stands behind it."""
DOUBT_SECONDS = 3600.0
"""For which an alert that nothing was done about is an alarm."""


State = Callable[[str], CampaignState | None]
"""How a campaign is; None: it is not there."""


async def note_draft(
    database: Database, centre: str, campaign: str, launch_at: float, state: State, now: float
) -> None:
    """An alert drafted a campaign; it begins by itself at `launch_at` (UTC seconds), 0: it waits
    for somebody. What is no draft any more is dropped."""
    async with database.write() as connection:
        for key, begins in (await meta_like(connection, centre, DRAFTED)).items():
            if now >= begins and state(key.removeprefix(DRAFTED)) is not CampaignState.DRAFT:
                await take_meta(connection, centre, key)
        await set_meta(database, connection, centre, f"{DRAFTED}{campaign}", launch_at)


async def note_doubt(database: Database, centre: str, what: str, why: str, now: float) -> None:
    """Nothing was done about what came. The same again is the same alarm; old ones are dropped."""
    key = f"{DOUBT}{hashlib.sha256(what.encode()).hexdigest()[:16]}"
    async with database.write() as connection:
        known = await meta_like(connection, centre, DOUBT)
        for old in [name for name, one in known.items() if now - one["last"] > DOUBT_SECONDS]:
            del known[old]
            await take_meta(connection, centre, old)
        at = known[key]["at"] if key in known else now
        value = {"what": what, "why": why, "at": at, "last": now}
        await set_meta(database, connection, centre, key, value)


async def alert_alarms(
    service: OutboundService, connection: AsyncConnection, centre: str, now: float
) -> list[Alarm]:
    """What holds now."""
    drafts = await meta_like(connection, centre, DRAFTED)
    doubts = await meta_like(connection, centre, DOUBT)
    campaigns = service.core().desk.campaigns
    found = []
    for key, launch_at in drafts.items():
        record = campaigns.get(key.removeprefix(DRAFTED))
        if record is not None and (do := _calls_for(record, launch_at, now)):
            found.append(_drafted(service.view(record.id), record.created, do))
    found += [
        _doubted(key, doubt) for key, doubt in doubts.items()
        if now - doubt["last"] < DOUBT_SECONDS
    ]  # fmt: skip
    return found


def _calls_for(record: CampaignRecord, launch_at: float, now: float) -> str:
    """What somebody is to do about a draft; nothing once it calls, is over or is discarded, and
    nothing about an exercise, which comes every week."""
    if record.exercise or (record.expires and now >= record.expires):
        return ""
    if record.state is CampaignState.DRAFT:
        return "Read it on the page Campaigns, and start it or discard it: nobody is called before."
    if record.state is CampaignState.RUNNING and now < launch_at:
        return "It begins by itself in a moment: if it is wrong, stop it on the page Campaigns."
    return ""


def _drafted(view: CampaignView, at: float, do: str) -> Alarm:
    what = f"an alert asks to call {view.recipients} people: “{view.name}”"
    return Alarm(f"{ALERT}{view.id}", what, do, at, view.client)


def _doubted(key: str, doubt: Mapping[str, Any]) -> Alarm:
    return Alarm(
        key, f"nothing was done about {doubt['what']}: {doubt['why']}",
        "Read it: a person decides whether somebody must be called, or called back.", doubt["at"],
    )  # fmt: skip
