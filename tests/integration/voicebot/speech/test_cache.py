"""Prompts on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.voicebot.speech.conformance import synthesiser_conforms
from voicebot.errors import EngineLost
from voicebot.speech.cache import CachedSynthesiser, PromptCache
from voicebot.speech.scripted import TextSynthesiser

GREETING = "Good morning. This is a machine."


def stored(folder: Path) -> set[str]:
    """The kinds of files in a folder and below."""
    return {path.suffix for path in folder.rglob("*.*")}


async def test_the_cached_voice_conforms(tmp_path: Path) -> None:
    await synthesiser_conforms(CachedSynthesiser(TextSynthesiser(), PromptCache(tmp_path), "tone"))


async def test_warm_prompts_are_spoken_without_the_engine_even_after_a_restart(
    tmp_path: Path,
) -> None:
    voice = TextSynthesiser()
    cached = CachedSynthesiser(voice, PromptCache(tmp_path), "tone")
    assert await cached.warm([GREETING, "Good morning."], 8000) == 2
    assert await cached.warm([GREETING], 8000) == 0
    wanted = [clause async for clause in TextSynthesiser().speak(GREETING, 8000)]

    voice.lost = True
    assert [clause async for clause in cached.speak(GREETING, 8000)] == wanted
    restarted = CachedSynthesiser(voice, PromptCache(tmp_path), "tone")
    assert [clause async for clause in restarted.speak(GREETING, 8000)] == wanted
    with pytest.raises(EngineLost):
        async for _ in restarted.speak(GREETING, 16000):
            pass
    with pytest.raises(EngineLost):
        async for _ in CachedSynthesiser(voice, PromptCache(tmp_path), "other").speak(
            GREETING, 8000
        ):
            pass


async def test_what_is_said_in_a_call_never_reaches_the_disk(tmp_path: Path) -> None:
    cached = CachedSynthesiser(TextSynthesiser(), PromptCache(tmp_path), "tone")
    async for _ in cached.speak("Thank you, Anna Miller.", 8000):
        pass
    assert stored(tmp_path) == set()


async def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    cached = CachedSynthesiser(TextSynthesiser(), PromptCache(tmp_path), "tone")
    await cached.warm([GREETING], 8000)
    assert stored(tmp_path) == {".pcm"}
