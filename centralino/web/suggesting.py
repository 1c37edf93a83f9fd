"""How a call probably ended, for its agent to confirm: as most of the last ones about the same."""

from __future__ import annotations

from collections import Counter

from centralino.content.messages import Notes
from centralino.content.store import NOTES
from centralino.db.calls import CallFilter
from centralino.web.parts import DAY, WebParts

LOOKED_AT, DAYS = 100, 30
"""Calls of the queue that are looked at, the newest first, and of how many days: an agent waits for
it, and a queue that is seldom called has its hundredth far back in the history."""
FEWEST, MOST = 5, 0.6
"""Of so many calls about the same at least so great a part must have ended alike."""
LASTS = 600.0
"""Seconds for which an answer serves: what a wish ends in changes slowly."""


class Suggestions:
    """What was found, by queue and wish."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._known: dict[tuple[str, str], tuple[float, str]] = {}
        """Queue and wish → until when it serves, and the disposition."""

    async def of(self, client: str, queue: str, intent: str) -> str:
        """A disposition; empty where none is clear."""
        if not queue or not intent:
            return ""
        now, asked = self._parts.clock.now(), (queue, intent)
        until, found = self._known.get(asked, (0.0, ""))
        if now >= until:
            found = await self._look(client, queue, intent)
            self._known[asked] = (now + LASTS, found)
        return found

    async def _look(self, client: str, queue: str, intent: str) -> str:
        mine = frozenset({client})
        since = self._parts.clock.now() - DAYS * DAY
        filters = CallFilter(queue=queue, direction="inbound", since=since)
        rows = await self._parts.calls.list(mine, limit=LOOKED_AT, filters=filters)
        ended = Counter[str]()
        for row in rows:
            if row.intent == intent:
                notes = await self._parts.content(row.id, NOTES, mine)
                if isinstance(notes, Notes) and notes.disposition:
                    ended[notes.disposition] += 1
        [(first, count)] = ended.most_common(1) or [("", 0)]
        known = first in self._parts.config.dispositions
        return first if known and count >= max(FEWEST, MOST * ended.total()) else ""
