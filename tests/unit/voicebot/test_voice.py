"""Every text is told as finished, however soon it is stopped."""

from __future__ import annotations

import asyncio

import pytest

from telephony.media.playout import PlaybackFinished, Playout
from voicebot.speech.scripted import TextSynthesiser
from voicebot.voice import Voice


@pytest.mark.parametrize("prepared", [False, True])
@pytest.mark.parametrize("turns", range(5))
async def test_a_text_that_is_stopped_at_once_is_told_once(turns: int, prepared: bool) -> None:
    """`turns`: how often the loop turns between the two."""
    playout = Playout()
    voice = Voice(TextSynthesiser(), playout, 8000, lambda event: None, playout.stop)
    running = asyncio.create_task(voice.run())
    if prepared:
        voice.prepare("Hello.")
    for _ in range(5):
        await asyncio.sleep(0)
    voice.speak("one", "Hello.")
    for _ in range(turns):
        await asyncio.sleep(0)
    voice.stop()
    played = [one for one in playout.take_events() if isinstance(one, PlaybackFinished)]
    assert [*voice.take_unsaid(), *(one.playback for one in played)] == ["one"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
