"""The transcripts of running calls, kept in the content store by `keep` with what was added.

A line told again replaces what was told of it before, in its place: repeats of the bus, and what
became known later (its intent, how long the answer took). Several sentences of one answer begin at
the same moment: a line is known by its words, too. After a restart of control a transcript goes on
from what the content store has.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from centralino.content.messages import Transcript
from centralino.content.store import TRANSCRIPT, ContentStore
from centralino.control.keeping import keep
from kernel.packet import TranscriptLine


@dataclass
class Transcripts:
    """Who said what in the calls that are running."""

    contents: ContentStore
    _lines: dict[str, list[TranscriptLine]] = field(default_factory=dict)
    _new: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Calls with lines not kept yet: their clients, and for how many seconds to keep them."""
    _closed: set[str] = field(default_factory=set)

    async def add(
        self,
        call: str,
        client: str,
        line: TranscriptLine,
        keep_seconds: float,
        instead: str = "",
    ) -> None:
        """One more line, or one in place of another (`instead`: its text); without words that one
        is taken away. Nothing is kept before `keep`, and then for so long.
        """
        lines = await self._of(call)
        if line not in lines:
            _replace_or_insert(lines, line, instead or line.text)
            self._new[call] = (client, keep_seconds)

    async def keep(self, now: float) -> None:
        """Keep what was added, each transcript once however many lines are new."""
        new, self._new = self._new, {}
        for call, (client, keep_seconds) in new.items():
            await keep(
                self.contents, call, TRANSCRIPT, Transcript(tuple(self._lines[call])),
                client=client, expires=now + keep_seconds, now=now,
            )  # fmt: skip
        for call in self._closed:
            self._lines.pop(call, None)
        self._closed.clear()

    def closed(self, call: str) -> None:
        """The call is over: after the next `keep` nothing more is held in memory."""
        self._closed.add(call)

    def forget(self) -> None:
        """What was added could not be kept, and comes again: go on from what was kept."""
        self._lines.clear()
        self._new.clear()
        self._closed.clear()

    async def _of(self, call: str) -> list[TranscriptLine]:
        if call not in self._lines:
            kept = await self.contents.get(call, TRANSCRIPT, None)
            self._lines[call] = list(kept.lines) if isinstance(kept, Transcript) else []
        return self._lines[call]


def _replace_or_insert(lines: list[TranscriptLine], line: TranscriptLine, instead: str) -> None:
    for index, old in enumerate(lines):
        if (old.at, old.who, old.text) == (line.at, line.who, instead):
            lines[index : index + 1] = [line] if line.text else []
            return
    if not line.text:
        return
    lines.append(line)
    lines.sort(key=lambda each: each.at)  # stable: what began together stays in the order told
