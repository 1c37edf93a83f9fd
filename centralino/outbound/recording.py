"""Recorded messages that somebody brings: made fit for the telephone, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import Any

from centralino.content.errors import BadRecording
from centralino.content.recordings import Recordings
from centralino.content.transcoding import LARGEST, transcode_apart, trimmed
from centralino.outbound.campaigns import Asker, Json, check_client
from centralino.outbound.errors import CampaignError

Take = Callable[[bytes, str, str, Asker], Coroutine[Any, Any, Json]]
"""Sound, client, title, who brings it → what was kept. Raises CampaignError."""


def recording(recordings: Recordings, clients: Collection[str]) -> Take:
    """Takes recordings of these clients into a folder, one after the other: each takes a process
    and memory, and calls go on beside it."""
    turn = asyncio.Lock()

    async def take(data: bytes, client: str, title: str, asker: Asker) -> Json:
        check_client(client, asker)
        if client not in clients:
            raise CampaignError(f"there is no client {client!r}")
        if len(data) > LARGEST:
            raise CampaignError(f"the file is larger than {LARGEST // 1_000_000} MB")
        try:
            async with turn:
                pcm = await transcode_apart(data)
            made = await asyncio.to_thread(trimmed, pcm)
            name = await asyncio.to_thread(recordings.keep, client, title, made.pcm)
            kept = await asyncio.to_thread(recordings.named, name)
        except BadRecording as error:
            raise CampaignError(f"{title or 'the recording'}: {error}") from error
        return {"name": name, "seconds": round(kept.seconds, 1), "notes": made.told()}

    return take
