"""What an agent with only a telephone says of a call lies where the page looks for it."""

from __future__ import annotations

from pathlib import Path

from centralino.content.messages import Notes
from centralino.content.store import NOTES, ContentStore
from centralino.control.keys import StoredDispositions
from centralino.db.calls import CallBegun, CallHistory
from centralino.db.engine import Database
from centralino.db.migrate import upgrade
from centralino.outbound.talks import Talks
from kernel.clock import ManualClock


class NoCampaigns(Talks):
    """Every call here is a caller's."""

    def __init__(self) -> None:
        pass

    async def dispose(self, call: str, disposition: str, by: str, again_at: float) -> None:
        pass


async def test_a_disposition_by_key_keeps_what_was_written(tmp_path: Path) -> None:
    database, clock = Database(f"sqlite:///{tmp_path / 'house.db'}"), ManualClock(100.0)
    await upgrade(database)
    async with database:
        contents, history = ContentStore(database, "house"), CallHistory(database, "house")
        desk = StoredDispositions(contents, history, lambda line: 3600.0, clock, NoCampaigns())
        await desk.dispose("c-1", "a", "solved")  # a call that nobody knows
        await history.begin(CallBegun("c-1", "city", "1000", "inbound", 90.0, "media-1", "e", ""))
        await desk.dispose("c-1", "a", "solved")
        assert await contents.get("c-1", NOTES, None) == Notes("a", 100.0, "", "solved")
        written = Notes("b", 100.0, "She wants a receipt.", "solved")
        await contents.put("c-1", NOTES, written, client="city", expires=900.0, now=100.0)
        await desk.dispose("c-1", "a", "follow-up")
        kept = await contents.get("c-1", NOTES, frozenset({"city"}))
        assert kept == Notes("a", 100.0, "She wants a receipt.", "follow-up")
        await contents.erase("c-1", 100.0)
        await desk.dispose("c-1", "a", "solved")
        assert await contents.get("c-1", NOTES, None) is None
