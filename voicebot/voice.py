"""Text into sound into a leg's playout, in order, the first clause as soon as it is ready."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog

from telephony.media.playout import Playout
from telephony.media.stretch import stretch
from voicebot import events
from voicebot.errors import EngineLost
from voicebot.speech.clauses import pause_after, split
from voicebot.speech.ports import Clause, Synthesiser
from voicebot.speech.sound import silence
from voicebot.spoken import Made, spoken

log = structlog.get_logger(__name__)
ATTEMPTS = 3
"""How often a text is begun before it is given up: the voice's process may be starting again."""
RETRY = 0.5
"""Seconds between two attempts."""
SLOWER = 1.25
"""How many times as long slow speech takes."""


class Voice:
    """Speaks for one leg. `run` is a task; the verbs return at once."""

    def __init__(
        self,
        synthesiser: Synthesiser,
        playout: Playout,
        rate: int,
        tell: Callable[[events.Event], None],
        stop: Callable[[], int],
    ) -> None:
        self._synthesiser = synthesiser
        self._playout = playout
        self._rate = rate
        self._tell = tell
        self._stop = stop
        self._texts: asyncio.Queue[tuple[str, str, bool, Synthesiser]] = asyncio.Queue()
        self._current: asyncio.Task[None] | None = None
        self._ready: tuple[str, asyncio.Task[list[Clause]]] | None = None
        """A clause made in advance."""
        self._made: dict[str, list[Made]] = {}
        """What was given to the playout of each playback under way."""
        self._saying = ""
        self._unsaid: list[str] = []

    def prepare(self, text: str, by: Synthesiser | None = None) -> None:
        """This may be said next: have its first clause ready. `by`: in another voice."""
        first = next(iter(split(text)), "")
        if not first or (self._ready is not None and self._ready[0] == first):
            return
        self._forget()
        task = asyncio.create_task(self._make(first, by or self._synthesiser))
        task.add_done_callback(_seen)
        self._ready = (first, task)

    def speak(
        self, playback: str, text: str, slow: bool = False, by: Synthesiser | None = None
    ) -> None:
        """Say this after everything else. `by`: in another voice.

        What was made in advance goes out with the frame that is sent next: waiting for the task
        that speaks would cost every answer one frame more.
        """
        if not slow and self._idle:
            text = self._say_ready(playback, text)
        self._texts.put_nowait((playback, text, slow, by or self._synthesiser))

    def stop(self) -> None:
        """Say nothing of all that any more."""
        if self._current is not None and not self._current.done():
            self._current.cancel()
            if self._saying not in self._made:
                self._unsaid.append(self._saying)
        while not self._texts.empty():
            playback = self._texts.get_nowait()[0]
            if playback not in self._made:
                self._unsaid.append(playback)
        self._stop()

    def take_unsaid(self) -> list[str]:
        """Playbacks that were stopped before any sound of them was made; each is told once."""
        unsaid, self._unsaid = self._unsaid, []
        return unsaid

    def spoken(self, playback: str, samples: int) -> str:
        """The words of a finished playback, when so many samples of it were sent."""
        return spoken(self._made.pop(playback, ()), samples)

    async def run(self) -> None:
        """Speak, until cancelled."""
        try:
            while True:
                text = await self._texts.get()
                self._saying = text[0]
                self._current = asyncio.create_task(self._say(*text))
                await asyncio.wait({self._current})
                if not self._current.cancelled():
                    self._current.result()
        finally:
            self._forget()
            if self._current is not None:
                self._current.cancel()

    async def _say(self, playback: str, text: str, slow: bool, by: Synthesiser) -> None:
        """All clauses to the playout, or what is left of them. A text that never began is told as
        finished by us."""
        made = len(self._made.get(playback, ()))
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async for clause in self._clauses(text, by):
                    pcm = clause.pcm
                    if slow:
                        pcm = await asyncio.to_thread(stretch, pcm, self._rate, SLOWER)
                    self._give(playback, clause.text, pcm)
                    made += 1
                break
            except EngineLost as lost:
                log.warning("voice.lost", playback=playback, attempt=attempt, problem=str(lost))
                if made or attempt == ATTEMPTS:
                    break
                await asyncio.sleep(RETRY)
        if made:
            self._playout.end(playback)
        else:
            self._tell(events.PlaybackFinished(playback))

    async def _clauses(self, text: str, by: Synthesiser) -> AsyncIterator[Clause]:
        """The clauses of a text, the first one as it was prepared. Raises EngineLost."""
        made, pause, rest = self._take_ready(text)
        if made is not None:
            for clause in [*await made, *pause]:
                yield clause
        if rest:
            async for clause in by.speak(rest, self._rate):
                yield clause

    @property
    def _idle(self) -> bool:
        """Whether nothing has still to be made."""
        return self._texts.empty() and (self._current is None or self._current.done())

    def _say_ready(self, playback: str, text: str) -> str:
        """The first clause, where it is made already; what is left of the text."""
        if self._ready is None or not _at_hand(self._ready[1]):
            return text
        made, pause, rest = self._take_ready(text)
        if made is not None:
            for clause in [*made.result(), *pause]:
                self._give(playback, clause.text, clause.pcm)
        return rest

    def _take_ready(self, text: str) -> tuple[asyncio.Task[list[Clause]] | None, list[Clause], str]:
        """What makes the first clause of this in advance, if anybody; the pause after it; and what
        is left of the text."""
        first, *rest = split(text) or [""]
        if self._ready is None or self._ready[0] != first:
            return None, [], text
        (_, made), self._ready = self._ready, None
        pause = [Clause("", silence(self._rate, pause_after(first)))] if rest else []
        return made, pause, " ".join(rest)

    def _give(self, playback: str, text: str, pcm: bytes) -> None:
        self._playout.enqueue(playback, pcm)
        self._made.setdefault(playback, []).append((text, len(pcm) // 2))

    async def _make(self, clause: str, by: Synthesiser) -> list[Clause]:
        return [made async for made in by.speak(clause, self._rate)]

    def _forget(self) -> None:
        if self._ready is not None:
            self._ready[1].cancel()
            self._ready = None


def _at_hand(task: asyncio.Task[list[Clause]]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


def _seen(task: asyncio.Task[list[Clause]]) -> None:
    """Whoever waits for it is told of a failure; for what is never said nobody waits."""
    if not task.cancelled():
        task.exception()
