"""The way of a click without us: from one phone to another, to compare the bridge with."""

from __future__ import annotations

from centralino.caller.party import order
from centralino.caller.script import HangUp, Pause, Say
from centralino.commands.call import party
from centralino.demo import measure
from centralino.demo.stage import Stage, click_file, recording_of


async def direct_way(stage: Stage) -> list[float]:
    """Milliseconds of each click's way between two phones that call each other directly."""
    recordings = stage.setting.recordings
    hearer = order([], user="hearer", recording=str(recordings / "direct-heard.wav"))
    async with party(hearer) as there:
        ready = await there.until("ready")
        clicks = Say("clicks", str(click_file(stage.setting.directory)))
        sender = order(
            [Pause(1.0), clicks, Pause(0.5), HangUp()], user="sender",
            target=f"sip:hearer@127.0.0.1:{ready['port']}",
            recording=str(recordings / "direct-said.wav"),
        )  # fmt: skip
        async with party(sender) as here:
            await here.until("ended")
        await there.until("ended")
    sent, heard = here.seen("answered"), there.seen("answered")
    if sent is None or heard is None:
        return []
    return measure.one_way_ms(recording_of(here), sent["at"], recording_of(there), heard["at"])
