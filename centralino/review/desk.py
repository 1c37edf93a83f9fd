"""Where a person teaches a bot from its calls: a change at a time, measured, undone at will."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog

from centralino.errors import CentralinoError, StartRefused
from centralino.review.apart import Figures, measure_apart
from centralino.review.examples import add_example, take_example
from voicebot.dialogue.reader import load_bot
from voicebot.errors import VoicebotError

log = structlog.get_logger()
FILE = "nlu.yml"
Measure = Callable[[Path, Path], Awaitable[Figures]]


@dataclass(frozen=True)
class Lesson:
    """One sentence that a person gave an intent."""

    at: float
    by: str
    """The user's id."""
    intent: str
    text: str
    """As it is trained: whoever taught it may have put it right."""
    call: str = ""
    said: float = 0.0
    """When the caller said it: its line in the call's transcript."""


@dataclass
class Progress:
    """How far the last change is, for whoever watches."""

    bot: str = ""
    what: str = ""
    """`taught` or `undone`; empty: nothing was changed since the start."""
    lesson: Lesson | None = None
    busy: bool = False
    before: Figures | None = None
    after: Figures | None = None
    problem: str = ""


@dataclass
class ReviewDesk:
    """The bots of this house, as a person may teach them."""

    bots: Path
    state_dir: Path
    measure: Measure = measure_apart
    progress: Progress = field(default_factory=Progress)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _work: asyncio.Task[None] | None = None

    def titles(self, bot: str) -> dict[str, str]:
        """Intent → what a person calls it. Raises BotError."""
        flow = load_bot(self.bots / bot).flow
        return {name: intent.title for name, intent in flow.intents.items()}

    def lessons(self, bot: str) -> list[Lesson]:
        """What was taught and not undone, oldest first."""
        file = self._log(bot)
        if not file.exists():
            return []
        return [Lesson(**json.loads(line)) for line in file.read_text("utf-8").splitlines() if line]

    async def teach(self, bot: str, lesson: Lesson) -> None:
        """Write the sentence into nlu.yml and begin to measure; `progress` tells how it goes.

        Raises StartRefused, BotError; then nothing has changed.
        """
        await self._change(bot, lesson, "taught", lambda: self._teach(bot, lesson))

    async def undo(self, bot: str) -> Lesson:
        """Take the newest lesson out again. Raises StartRefused where there is none."""
        known = self.lessons(bot)
        if not known:
            raise StartRefused(f"nothing was taught to {bot}, so nothing can be undone")
        await self._change(bot, known[-1], "undone", lambda: self._undo(bot, known))
        return known[-1]

    def left(self, bot: str) -> frozenset[tuple[str, float]]:
        """Sentences (call, when it was said) that somebody looked at and left as they are."""
        file = self._left_log(bot)
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        return frozenset((call, said) for call, said in map(json.loads, lines))

    def leave(self, bot: str, call: str, said: float) -> None:
        """There is nothing to be learned from this sentence: it is not shown again."""
        file = self._left_log(bot)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as log_of_bot:
            log_of_bot.write(json.dumps([call, said]) + "\n")

    async def settled(self) -> Progress:
        """The progress once nothing is being measured."""
        if self._work is not None:
            await asyncio.gather(self._work, return_exceptions=True)
        return self.progress

    async def close(self) -> None:
        """Measure no longer."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _change(
        self, bot: str, lesson: Lesson, what: str, change: Callable[[], None]
    ) -> None:
        if self.progress.busy:
            raise StartRefused("the change before is still being measured: one at a time")
        async with self._one:
            before = self.progress.after if self.progress.bot == bot else None
            self.progress = Progress(bot, what, lesson, busy=True, before=before)
            changed = False
            try:
                if before is None:
                    self.progress.before = await self._measured(bot)
                await asyncio.to_thread(change)
                changed = True
            finally:
                if not changed:  # whatever it was: the next change may begin
                    self.progress = Progress(bot)
        self._work = asyncio.create_task(self._after(bot), name="review")

    async def _after(self, bot: str) -> None:
        try:
            self.progress.after = await self._measured(bot)
        except (CentralinoError, VoicebotError, OSError, ValueError) as error:
            self.progress.problem = str(error)
            log.warning("review.not_measured", bot=bot, problem=str(error))
        finally:
            self.progress.busy = False

    async def _measured(self, bot: str) -> Figures:
        return await self.measure(self.bots / bot, self.state_dir / "cache" / "nlu")

    def _teach(self, bot: str, lesson: Lesson) -> None:
        add_example(self.bots / bot / FILE, lesson.intent, lesson.text)
        self._keep(bot, [*self.lessons(bot), lesson])

    def _undo(self, bot: str, known: list[Lesson]) -> None:
        last = known[-1]
        if not take_example(self.bots / bot / FILE, last.intent, last.text):
            log.info("review.gone_already", bot=bot, intent=last.intent)
        self._keep(bot, known[:-1])

    def _keep(self, bot: str, lessons: list[Lesson]) -> None:
        file = self._log(bot)
        file.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(asdict(lesson)) + "\n" for lesson in lessons)
        part = file.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(file)

    def _left_log(self, bot: str) -> Path:
        return self.state_dir / "review" / f"{bot}.left.jsonl"

    def _log(self, bot: str) -> Path:
        return self.state_dir / "review" / f"{bot}.jsonl"
