"""Prompts that were spoken before, on disk.

Only what `warm` was given is stored: the prompts of a bot's files. What is made up during a call
(names, account numbers) is personal and never reaches the disk.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from voicebot.speech.clauses import split
from voicebot.speech.local import clause_by_clause
from voicebot.speech.ports import Clause, EngineInfo, Synthesiser
from voicebot.speech.sound import silence


class PromptCache:
    """A folder of PCM, one file a clause, named by what it says, in which voice, at what rate."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, text: str, voice: str, rate: int) -> Path:
        """Where this clause is, or would be."""
        key = hashlib.sha256(f"{voice}\0{rate}\0{text}".encode()).hexdigest()
        return self._folder / key[:2] / f"{key}.pcm"

    def get(self, text: str, voice: str, rate: int) -> bytes | None:
        """The sound, if it was stored."""
        try:
            return self.path(text, voice, rate).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, text: str, voice: str, rate: int, pcm: bytes) -> None:
        """Store it whole or not at all: a crash leaves no half of a prompt."""
        path = self.path(text, voice, rate)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(pcm)
            os.replace(name, path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


class CachedSynthesiser:
    """A `Synthesiser` before another: stored clauses at once, even with the engine gone."""

    def __init__(self, inner: Synthesiser, cache: PromptCache, voice: str) -> None:
        self._inner = inner
        self._cache = cache
        self._voice = voice
        self._held: dict[tuple[str, int], bytes] = {}

    async def info(self) -> EngineInfo:
        """Which engine answers. Raises EngineLost."""
        return await self._inner.info()

    def speak(self, text: str, rate: int) -> AsyncIterator[Clause]:
        """The text clause by clause. Raises EngineLost at the first clause that is not stored."""

        async def say(clause: str) -> bytes:
            return await self._stored(clause, rate) or await self._make(clause, rate)

        return clause_by_clause(text, rate, say)

    async def warm(self, texts: Iterable[str], rate: int) -> int:
        """Make and store what is not stored yet; the number of clauses made. Raises EngineLost."""
        made = 0
        for clause in dict.fromkeys(clause for text in texts for clause in split(text)):
            if await self._stored(clause, rate) is None:
                pcm = await self._make(clause, rate)
                self._held[clause, rate] = pcm
                await asyncio.to_thread(self._cache.put, clause, self._voice, rate, pcm)
                made += 1
        return made

    async def _stored(self, clause: str, rate: int) -> bytes | None:
        held = self._held.get((clause, rate))
        if held is None:
            held = await asyncio.to_thread(self._cache.get, clause, self._voice, rate)
            if held is not None:
                self._held[clause, rate] = held
        return held

    async def _make(self, clause: str, rate: int) -> bytes:
        made = b"".join([part.pcm async for part in self._inner.speak(clause, rate)])
        return made or silence(rate, 0.02)
