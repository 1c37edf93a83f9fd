"""Recorded messages that somebody brings: made fit for the telephone, kept, and deleted again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from centralino.content.errors import BadRecording
from centralino.content.recordings import Recordings, owner_of
from centralino.content.transcoding import LARGEST, transcode_apart, trimmed
from centralino.outbound.campaigns import Asker, Campaigns, Json, check_client, is_notice
from centralino.outbound.drafting import Wish
from centralino.outbound.errors import CampaignError
from centralino.outbound.notices import StoredMessages
from kernel.clock import Clock
from outbound.records import CampaignRecord, CampaignState

PLAYS = frozenset({CampaignState.DRAFT, CampaignState.RUNNING, CampaignState.PAUSED})
"""States in which a campaign may still play its recording to whom it calls."""


@dataclass(frozen=True)
class Recorder:
    """Takes recordings of these clients into a folder, one after the other: each takes a process
    and memory, and calls go on beside it."""

    recordings: Recordings
    clients: Collection[str]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def check(self, client: str, asker: Asker) -> None:
        """Raises CampaignError where nothing is taken for this client from this asker: to be asked
        before the sound is read."""
        check_client(client, asker)
        if client not in self.clients:
            raise CampaignError(f"there is no client {client!r}")

    async def take(self, data: bytes, client: str, title: str, asker: Asker) -> Json:
        """What was kept. Raises CampaignError."""
        self.check(client, asker)
        if len(data) > LARGEST:
            raise CampaignError(f"the file is larger than {LARGEST // 1_000_000} MB")
        try:
            async with self._turn:
                pcm = await transcode_apart(data)
            made = await asyncio.to_thread(trimmed, pcm)
            name = await asyncio.to_thread(self.recordings.keep, client, title, made.pcm)
            kept = await asyncio.to_thread(self.recordings.named, name)
        except BadRecording as error:
            raise CampaignError(f"{title or 'the recording'}: {error}") from error
        return {"name": name, "seconds": round(kept.seconds, 1), "notes": made.told()}


class OneRecording(Wish):
    """A recording, as a message names it."""

    name: str


class Deleting:
    """Deletes recordings that nobody will hear any more."""

    def __init__(
        self, recordings: Recordings, campaigns: Campaigns, messages: StoredMessages, clock: Clock
    ) -> None:
        self._recordings = recordings
        self._campaigns = campaigns
        self._messages = messages
        self._clock = clock
        self.verbs: dict[str, Callable[[Mapping[str, Any], Asker], Awaitable[Json]]] = {
            "recording.delete": self._delete,
        }

    async def _delete(self, values: Mapping[str, Any], asker: Asker) -> Json:
        name = OneRecording.model_validate(values).name
        client = owner_of(name)
        if not client:
            raise CampaignError(f"{name} is every client's: take it out of the folder itself")
        check_client(client, asker)
        if user := await self._used_by(client, name):
            raise CampaignError(f"“{user.name}” plays {name}: stop or discard it first")
        try:
            await asyncio.to_thread(self._recordings.delete, name)
        except BadRecording as error:
            raise CampaignError(str(error)) from error
        return {"deleted": name}

    async def _used_by(self, client: str, name: str) -> CampaignRecord | None:
        for view in self._campaigns.service.campaigns():
            record = self._campaigns.service.campaign(view.id)
            if record.client != client or not is_notice(record) or not self._plays(record):
                continue
            message = await self._messages.message(record.message, record.message_version)
            texts = message.texts.values() if message is not None else ()
            if any(text.sound.rpartition("#")[0] == name for text in texts):
                return record
        return None

    def _plays(self, record: CampaignRecord) -> bool:
        """Also one that has called everybody, to who calls back, until it expires."""
        holds = record.state is CampaignState.COMPLETED and record.expires > self._clock.now()
        return holds or record.state in PLAYS
