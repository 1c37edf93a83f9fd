"""What people whom we called have said and nobody has recognised yet.

Who is asked to speak is `invitations`' to say. The sound of everybody else, of those who hung up
while they were being recognised, and of those whose recogniser was lost is kept in memory and
recognised behind everything that somebody waits for; its answer counts whenever it comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

import structlog

from centralino.media.invitations import Invitations
from kernel.clock import Clock
from voicebot.errors import EngineLost
from voicebot.speech.metered import MeteredRecogniser, Recognising
from voicebot.speech.ports import Recognised, Recogniser, RecognitionContext, Urgency

log = structlog.get_logger()

RETRY = 1.0
"""Seconds after a loss of the recogniser, or of time."""
BUSY_SECONDS = 60.0
"""How long kept sound waits at most for the processors to have time: the person would be called
again."""
MOST_BYTES = 128 * 2**20
"""Sound that is kept at most: 140 minutes of it at 8 kHz."""
GIVEN_UP = 900.0
"""Seconds after which what could not be recognised is given up; the log says so."""

Then = Callable[[Recognised], Awaitable[None]]


@dataclass
class Answers:
    """Of one media process."""

    recogniser: Recogniser
    invitations: Invitations
    clock: Clock
    spawn: Callable[..., asyncio.Task[None]]
    meter: MeteredRecogniser | None = None
    """Says what callers' conversations take; None: nothing is known to be taken."""
    busy: Callable[[], bool] = lambda: False
    """Whether the processors have no time for what can wait."""
    waiting: int = 0
    """Kept, and not recognised yet."""
    recognised: int = 0
    """Of what was kept."""
    _kept: dict[int, tuple[bytes, Then]] = field(default_factory=dict)
    """What has not had its turn, the oldest first, by number: the sound, and what follows."""
    _numbers: Iterator[int] = field(default_factory=count)
    _bytes: int = 0
    """Of what is kept."""
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """One at a time: another is no sooner done, and the processors have other work."""

    def invite(self) -> bool:
        """Whether the call that is about to be asked is asked to speak."""
        return self.invitations.invite(self.clock.now(), self._inbound())

    def _inbound(self) -> Recognising:
        return self.meter.figures() if self.meter is not None else Recognising(0.0, 0.0)

    def keep(self, pcm: bytes, rate: int, context: RecognitionContext, then: Then) -> None:
        """Recognise this when there is time, and then do that. Where too much waits, the oldest
        is given up: who said it is called again."""
        number, since = next(self._numbers), self.clock.now()
        self.waiting += 1
        self._kept[number] = pcm, then
        self._bytes += len(pcm)
        while self._bytes > MOST_BYTES and len(self._kept) > 1:
            self._take(next(iter(self._kept)))
            log.error("answer.given_up", why="too much waits", waiting=self.waiting)
        kept = replace(context, urgency=Urgency.DEFERRED)
        self.spawn(self._hear(number, rate, kept, since), "kept answer")

    def _take(self, number: int) -> tuple[bytes, Then] | None:
        """What this number has; None: it was given up."""
        taken = self._kept.pop(number, None)
        self._bytes -= len(taken[0]) if taken else 0
        return taken

    async def _hear(
        self, number: int, rate: int, context: RecognitionContext, since: float
    ) -> None:
        try:
            async with self._turn:
                if (taken := self._take(number)) is None:
                    return
                pcm, then = taken
                heard = await self._recognised(pcm, rate, context, since)
            if heard is not None:
                self.recognised += 1
                await then(heard)
        finally:
            self._take(number)
            self.waiting -= 1

    async def _recognised(
        self, pcm: bytes, rate: int, context: RecognitionContext, since: float
    ) -> Recognised | None:
        """None where nobody could be found to recognise it."""
        while (waited := self.clock.now() - since) < GIVEN_UP:
            if waited >= BUSY_SECONDS or not self.busy():
                try:
                    stream = await self.recogniser.open(rate, context)
                    await stream.feed(pcm)
                    return await stream.finish()
                except EngineLost as lost:
                    self.invitations.lost(self.clock.now())
                    log.warning("answer.waits", problem=str(lost), waiting=self.waiting)
            await asyncio.sleep(RETRY)
        log.error("answer.given_up", seconds=GIVEN_UP)
        return None
