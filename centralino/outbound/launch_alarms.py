"""Launches that call for a person: one that waits for its second, one that was made alone, and what
alerts ask for."""

from __future__ import annotations

from centralino.db.meta import meta_like
from centralino.outbound.alert_alarms import ALERT, alert_alarms
from centralino.outbound.books import SqlBooks
from outbound.alarms import Alarm
from outbound.board import CampaignView
from outbound.records import CampaignState
from outbound.service import OutboundService

LAUNCH, GLASS = "launch:", "glass:"
"""In `meta`, before the campaign: a launch that a first person asked for; one made behind glass."""
GLASS_SECONDS = 3600.0
"""For which a launch by one person alone is an alarm."""


async def launch_alarms(service: OutboundService, books: SqlBooks, now: float) -> list[Alarm]:
    """What holds now."""
    async with books.database.read() as connection:
        asked = await meta_like(connection, books.centre, LAUNCH)
        alone = await meta_like(connection, books.centre, GLASS)
        alerts = await alert_alarms(service, connection, books.centre, now)
    campaigns = service.core().desk.campaigns
    found = [one for one in alerts if one.key.replace(ALERT, LAUNCH) not in asked]
    # The rows outlive their launch: a view is made of what is an alarm only.
    for key, first in asked.items():
        record = campaigns.get(key.removeprefix(LAUNCH))
        if record is not None and record.state is CampaignState.DRAFT:
            found.append(_waits(service.view(record.id), first["by"], first["at"]))
    for key, broken in alone.items():
        record = campaigns.get(key.removeprefix(GLASS))
        if record is not None and now - broken["at"] < GLASS_SECONDS:
            found.append(_behind_glass(service.view(record.id), broken["by"], broken["at"]))
    return found


def _waits(view: CampaignView, by: str, at: float) -> Alarm:
    return Alarm(
        f"second:{view.id}",
        f"“{view.name}” to {view.recipients} people waits for a second person; {by} asked for it",
        "Somebody else who may launch confirms it on the page Campaigns, or by the number for"
        " launching. Who is alone breaks the glass there, with a reason.",
        at, view.client,
    )  # fmt: skip


def _behind_glass(view: CampaignView, by: str, at: float) -> Alarm:
    return Alarm(
        f"glass:{view.id}",
        f"“{view.name}” to {view.recipients} people was launched by {by} alone",
        "The reason is in the log (notice.break_glass). If it is not right, stop it on the page"
        " Campaigns: who was reached is called back.",
        at, view.client,
    )  # fmt: skip
