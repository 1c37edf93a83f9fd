"""`centralino replay`: a call's words and decisions, from a real store."""

from __future__ import annotations

from pathlib import Path

import pytest

from centralino.commands.replay import replay
from centralino.config.model import Config
from centralino.content.messages import Transcript
from centralino.content.store import TRANSCRIPT, ContentStore
from centralino.db.calls import CallBegun, CallHistory, CallUpdate, Outcome
from centralino.db.engine import Database
from centralino.db.ledger import SqlLedger
from centralino.db.migrate import upgrade
from centralino.errors import StartRefused
from kernel.core import Transition
from kernel.journal import Batch
from kernel.packet import TranscriptLine

NOW = 1_700_000_000.0


async def test_a_call_is_shown_with_its_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Config(state_dir=tmp_path)
    database = Database(config.database_url)
    await upgrade(database)
    async with database:
        history = CallHistory(database, config.centre)
        await history.begin(CallBegun("call-1", "water", "1000", "inbound", NOW, "media-1", "e"))
        await history.update("call-1", CallUpdate(queue="billing", intent="bill_too_high"))
        await history.end("call-1", NOW + 9, Outcome.TRANSFERRED, "normal")
        said = (
            TranscriptLine(NOW + 1, "bot", "How can I help you?"),
            TranscriptLine(NOW + 3, "caller", "my bill", 0.91, "bill_too_high"),
        )
        await ContentStore(database, config.centre).put(
            "call-1", TRANSCRIPT, Transcript(said), client="water", expires=NOW + 99, now=NOW
        )
        move = Transition("dialogue", "dialogue:call-1", "open", "slot:name", "bill 0.93", "call-1")
        ledger = SqlLedger(database, config.centre)
        await ledger.commit(Batch("telephony", config.centre, NOW + 3.2, (move,), ()))
    await replay(config, "call-1")
    lines = capsys.readouterr().out.splitlines()
    assert "call-1  line 1000, transferred (normal), about bill_too_high, queue billing" in lines[0]
    assert [line.split()[:2] for line in lines[1:]] == [
        ["+1.00", "bot"], ["+3.00", "caller"], ["+3.20", "decided"],
    ]  # fmt: skip
    assert "my bill (0.91) [bill_too_high]" in lines[2]
    assert "open → slot:name   because bill 0.93" in lines[3]
    with pytest.raises(StartRefused, match="there is no call 'call-2'"):
        await replay(config, "call-2")
