"""The transcripts of running calls, kept in the content store line by line.

A line told again replaces what was told of it before, in its place: repeats of the bus, and what
became known later (its intent, how long the answer took). Several sentences of one answer begin at
the same moment: a line is known by its words, too. After a restart of control a transcript goes on
from what the content store has.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from centralino.content.messages import Transcript
from centralino.content.store import TRANSCRIPT, ContentStore
from kernel.packet import TranscriptLine


@dataclass
class Transcripts:
    """Who said what in the calls that are running."""

    contents: ContentStore
    keep_seconds: float
    _lines: dict[str, list[TranscriptLine]] = field(default_factory=dict)

    async def add(self, call: str, client: str, line: TranscriptLine, now: float) -> None:
        """Keep one more line."""
        lines = await self._of(call)
        if line in lines:
            return
        _replace_or_insert(lines, line)
        await self.contents.put(
            call,
            TRANSCRIPT,
            Transcript(tuple(lines)),
            client=client,
            expires=now + self.keep_seconds,
            now=now,
        )

    def closed(self, call: str) -> None:
        """The call is over: nothing more is held in memory."""
        self._lines.pop(call, None)

    async def _of(self, call: str) -> list[TranscriptLine]:
        if call not in self._lines:
            kept = await self.contents.get(call, TRANSCRIPT, None)
            self._lines[call] = list(kept.lines) if isinstance(kept, Transcript) else []
        return self._lines[call]


def _replace_or_insert(lines: list[TranscriptLine], line: TranscriptLine) -> None:
    for index, old in enumerate(lines):
        if (old.at, old.who, old.text) == (line.at, line.who, line.text):
            lines[index] = line
            return
    lines.append(line)
    lines.sort(key=lambda each: each.at)  # stable: what began together stays in the order told
