"""`centralino call`: what it does when its time is up."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from centralino.caller.party import order
from centralino.commands.call import party, place_call


async def test_a_call_whose_time_is_up_is_hung_up_and_kept(tmp_path: Path) -> None:
    hum, record = tmp_path / "hum.wav", tmp_path / "call.wav"
    with wave.open(str(hum), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((8000 * np.sin(np.arange(80_000) * 0.3)).astype("<i2").tobytes())
    asked = order([], noise=str(hum), recording=str(tmp_path / "other.wav"), max_seconds=30.0)
    async with party(asked) as other:  # never quiet: the script alone would wait for ever
        port = (await other.until("ready"))["port"]
        assert await place_call(f"sip:other@127.0.0.1:{port}", [], [], record, "hibari", 2.0)
        assert (await other.until("ended"))["by_peer"]
    assert record.stat().st_size > 8000
