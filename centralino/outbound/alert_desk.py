"""Alerts by CAP, acted upon: by HTTP, from a folder, or polled; `outbound.alerts` decides.

What came is kept as it came, sealed; what became of each stands in the installation's facts under
its key, so that the same alert twice is once, after any restart.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from centralino.config.model import Config
from centralino.content.store import ContentStore
from centralino.db.engine import Database
from centralino.db.meta import get_meta, meta_like, set_meta, take_meta
from centralino.errors import CentralinoError
from centralino.outbound.alert_alarms import note_doubt, note_draft
from centralino.outbound.campaigns import Asker, Json, in_one_line
from centralino.outbound.errors import CampaignError
from centralino.outbound.notifications import STOPPED, Notifications
from centralino.outbound.steering import ALERTS, Steering
from kernel.clock import Clock
from outbound.alerts import (
    AlertRule,
    Decision,
    Draft,
    Entry,
    Ignore,
    Quarantine,
    Remember,
    Retract,
    Seen,
    Steer,
    decide,
)
from outbound.cap import Alert, Key, Verify, read_alert, read_signed_alert
from outbound.errors import BadAlert
from outbound.records import CampaignState
from outbound.signature import verifier

log = structlog.get_logger()

RAW = "cap"
DAY = 86_400.0
FOLDER_EVERY = 2.0
"""Seconds between looks into the folder."""
PLAIN = str.maketrans("{}", "()")
"""An alert's braces are no slots: nothing that is known of a person is put into it."""


def notice_of(alert: Alert, draft: Draft) -> Json:
    """What an alert asks for, as a notification to be drafted."""
    texts: dict[str, Json] = {}
    for info in alert.infos:
        headline = (info.headline or info.event).translate(PLAIN)
        body = " ".join(part for part in (info.description, info.instruction) if part)
        texts[info.language] = {
            "headline": headline[:160], "voicemail": headline[:160],
            "body": body.translate(PLAIN)[:2_000],
        }  # fmt: skip
    areas = [area for info in alert.infos for area in info.areas]
    return {
        "name": f"{alert.infos[0].event} ({alert.key.identifier})"[:200],
        "client": draft.rule.client, "texts": texts, "legal_class": "emergency",
        "expires": draft.expires, "exercise": draft.exercise,
        "starts": draft.launch_at or 0.0,
        "audience": {
            "groups": draft.rule.groups,
            "polygons": [text for area in areas for text in area.polygons],
            "circles": [text for area in areas for text in area.circles],
        },
    }  # fmt: skip


class AlertDesk:
    """Where alerts come in."""

    def __init__(
        self, config: Config, database: Database, contents: ContentStore, notices: Notifications,
        ask: Callable[[str, Mapping[str, Any], Asker], Awaitable[Json]], clock: Clock,
    ) -> None:  # fmt: skip
        self._config = config
        self._database = database
        self._contents = contents
        self._notices = notices
        self._steering = Steering(notices)
        self._ask = ask
        self._clock = clock
        self._turn = asyncio.Lock()
        self._rules = tuple(
            AlertRule(
                rule.name, rule.client, rule.senders, rule.events, rule.severity, rule.urgency,
                rule.groups, rule.auto_launch, rule.countdown,
            )
            for rule in config.alert_rules
        )  # fmt: skip
        self._verify: Verify | None = None

    async def take(self, data: bytes, source: str) -> Json:
        """One alert; what was done. Raises CampaignError for what is no alert."""
        try:
            alert = await asyncio.to_thread(self._read, data)
        except BadAlert as error:
            log.error("alert.refused", source=source, why=str(error))
            raise CampaignError(str(error)) from error
        async with self._turn:  # one after the other: a Cancel must see what its Alert started
            book = {key: entry for key in (alert.key, *alert.references)
                    if (entry := await self._entry(key)) is not None}  # fmt: skip
            decision = decide(alert, book, self._rules, self._clock.now())
            await self._keep(alert, data)
            with in_one_line():
                answer = await self._act(alert, decision)
        log.info("alert.taken", source=source, alert=str(alert.key), **answer)
        return answer

    def _read(self, data: bytes) -> Alert:
        files = self._config.outbound.alert_certificates
        if not files:
            return read_alert(data)
        if self._verify is None:
            self._verify = verifier([file.read_bytes() for file in files])
        return read_signed_alert(data, self._verify)

    async def _act(self, alert: Alert, decision: Decision) -> Json:
        match decision:
            case Ignore(why):
                if (await self._entry(alert.key)) is None:
                    await self._note(alert.key, Entry(Seen.NOTED, alert.key.sender))
                return {"did": "nothing", "why": why}
            case Quarantine(why):
                await self._note(alert.key, Entry(Seen.NOTED, alert.key.sender))
                return await self._quarantined(alert, why)
            case Remember(referenced, why):
                log.error("alert.cancel_before_alert", alert=str(alert.key))
                await self._doubt(_called(alert), why)
                for key in referenced:
                    await self._note(key, Entry(Seen.CANCELLED_BEFORE, key.sender))
                await self._note(alert.key, Entry(Seen.NOTED, alert.key.sender))
                return {"did": "remembered", "why": why}
            case Draft():
                return await self._draft(alert, decision)
            case Retract():
                return await self._retract(alert, decision)
            case Steer():
                return await self._steer(alert, decision)

    async def _quarantined(self, alert: Alert, why: str) -> Json:
        log.error("alert.quarantined", alert=str(alert.key), why=why)
        await self._doubt(_called(alert), why)
        return {"did": "quarantined", "why": why}

    async def _draft(self, alert: Alert, draft: Draft) -> Json:
        """Its campaign's name is made of its key: what a crash interrupts is gone on with."""
        campaign = f"cam-{_name(alert.key)[-16:]}"
        entry = Entry(Seen.DRAFTING, alert.key.sender, campaign, draft.rule.name)
        await self._note(alert.key, entry)
        try:
            answer = await self._drafted(alert, draft, campaign)
        except CampaignError:
            await self._forget(alert.key)
            raise
        await self._note(alert.key, replace(entry, seen=Seen.DRAFTED))
        return {"did": "drafted", "launch_at": draft.launch_at, **answer}

    async def _drafted(self, alert: Alert, draft: Draft, campaign: str) -> Json:
        if self._notices.state(campaign) not in (None, CampaignState.DRAFT):
            return {"campaign": campaign}
        with in_one_line():
            answer = await self._notices.draft(notice_of(alert, draft), ALERTS, campaign)
            begins = draft.launch_at or 0.0
            await note_draft(
                self._database, self._config.centre, campaign, begins, self._notices.state,
                self._clock.now(),
            )  # fmt: skip
            if draft.launch_at is None:
                log.warning("alert.waits_for_launch", campaign=campaign, people=answer["people"])
            else:  # its calls begin when the countdown is over: until then it may be cancelled
                await self._notices.start(campaign, ALERTS.name)
        return answer

    async def _retract(self, alert: Alert, retract: Retract) -> Json:
        answer: Json = {}
        if self._notices.state(retract.campaign) is not None:
            asked = {"campaign": retract.campaign, "why": retract.why}
            answer = await self._ask("notice.cancel", asked, ALERTS)
        for key in (alert.key, *retract.referenced):
            await self._note(key, Entry(Seen.OVER, key.sender, retract.campaign))
        return {"did": "retracted", "why": retract.why, **answer}

    async def _steer(self, alert: Alert, steer: Steer) -> Json:
        campaign = steer.campaign
        old = await self._alert(steer.referenced[-1])
        rule = next((one for one in self._rules if one.name == steer.rule), None)
        if old is None or rule is None:
            return await self._quarantined(alert, "what it updates is gone, or the rule for it")
        if self._notices.state(campaign) in (None, *STOPPED):
            return await self._quarantined(alert, "what it updates is over here")
        values = notice_of(alert, Draft(rule, False, None, steer.expires))
        which = _name(alert.key)[-8:]
        answer = await self._steering.update(campaign, which, old, alert, values)
        await self._note(alert.key, Entry(Seen.DRAFTED, alert.key.sender, campaign, rule.name))
        return {"did": "steered", "campaign": campaign, **answer}

    # What is remembered.

    async def _entry(self, key: Key) -> Entry | None:
        async with self._database.read() as connection:
            found = await get_meta(connection, self._config.centre, _name(key))
        return None if found is None else Entry(Seen(found[0]), *found[1:])

    async def _note(self, key: Key, entry: Entry) -> None:
        value = [entry.seen.value, entry.sender, entry.campaign, entry.rule]
        async with self._database.write() as connection:
            await set_meta(self._database, connection, self._config.centre, _name(key), value)

    async def _doubt(self, what: str, why: str) -> None:
        """Have a person look at it. What cannot be written stands in the log alone."""
        try:
            now = self._clock.now()
            await note_doubt(self._database, self._config.centre, what, why, now)
        except (OSError, SQLAlchemyError) as error:
            log.error("alert.doubt_not_kept", what=what, why=str(error))

    async def _forget(self, key: Key) -> None:
        async with self._database.write() as connection:
            await take_meta(connection, self._config.centre, _name(key))

    async def _keep(self, alert: Alert, data: bytes) -> None:
        now = self._clock.now()
        keep = self._config.retention.days * DAY
        await self._contents.put(
            _name(alert.key), RAW, data, client="", expires=now + keep, now=now
        )

    async def _alert(self, key: Key) -> Alert | None:
        found = await self._contents.get(_name(key), RAW, None)
        return read_alert(found) if isinstance(found, bytes) else None

    # The folder.

    async def watch_folder(self) -> None:
        """Finish what a crash interrupted; then take each file that is laid into the folder, until
        cancelled, and move it aside."""
        await self._finish()
        folder = self._config.outbound.alerts_folder
        if folder is None:
            return
        while True:
            for path in await asyncio.to_thread(_ready, folder):
                await self._take_file(folder, path)
            await asyncio.sleep(FOLDER_EVERY)

    async def fed(self, data: bytes, source: str) -> bool:
        """One alert that a feed brought; False: it is to be brought again."""
        return bool(await self._tried(data, source))

    async def _finish(self) -> None:
        async with self._database.read() as connection:
            noted = await meta_like(connection, self._config.centre, "cap-")
        for name, value in noted.items():
            if value[0] == Seen.DRAFTING:
                data = await self._contents.get(name, RAW, None)
                log.warning("alert.interrupted", campaign=value[2])
                if isinstance(data, bytes):
                    await self._tried(data, "interrupted")

    async def _take_file(self, folder: Path, path: Path) -> None:
        try:
            data = await asyncio.to_thread(path.read_bytes)
            aside = await self._tried(data, f"folder:{path.name}")
            if aside:
                await asyncio.to_thread(_aside, folder, path, aside)
        except OSError as error:
            log.error("alert.file_unreadable", file=path.name, why=str(error))

    async def _tried(self, data: bytes, source: str) -> str:
        """`taken`, `refused`, or empty where it is not the alert's fault: it is to be tried again.
        Never raises: one alert must not end the house, nor be met again at each start."""
        try:
            await self.take(data, source)
        except CentralinoError as error:
            log.error("alert.not_taken", source=source, why=str(error))
            await self._doubt(f"what came from {source}", str(error))
            return "refused"
        except (OSError, SQLAlchemyError) as error:
            log.error("alert.again_later", source=source, why=str(error))
            return ""
        except Exception as error:
            log.exception("alert.not_taken", source=source)
            await self._doubt(f"what came from {source}", type(error).__name__)
            return "refused"
        return "taken"


def _called(alert: Alert) -> str:
    """An alert, as people name it."""
    return f"the alert {alert.key.identifier} of {alert.key.sender}"


def _ready(folder: Path) -> list[Path]:
    """Whole files: what is still being written ends in `.part`."""
    return sorted(folder.glob("*.xml")) if folder.is_dir() else []


def _aside(folder: Path, path: Path, name: str) -> None:
    (folder / name).mkdir(exist_ok=True)
    path.replace(folder / name / path.name)


def _name(key: Key) -> str:
    return f"cap-{hashlib.sha256(str(key).encode()).hexdigest()[:32]}"
