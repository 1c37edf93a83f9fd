"""What a scripted party does, step by step. PURE.

The party hears sound only. `Quiet(seconds)` waits until the other side has spoken since our last
step and has then been quiet for a while, as a polite person does; `Told` waits for a word from
whoever directs the scene.
"""

from __future__ import annotations

from dataclasses import dataclass, field

QUIET_SECONDS = 0.8
"""Longer than the pause between two sentences of a prompt, shorter than a person's patience."""
LOUD_FRAMES = 3
"""60 ms above the threshold is sound, as in the measure of latency."""


@dataclass(frozen=True)
class Quiet:
    """Wait until the other side has spoken and been quiet for this long."""

    seconds: float = QUIET_SECONDS
    patience: float = 30.0
    """Seconds after which to go on all the same."""


@dataclass(frozen=True)
class Pause:
    """Wait."""

    seconds: float


@dataclass(frozen=True)
class Told:
    """Wait until the director says so."""

    word: str = "go"


@dataclass(frozen=True)
class Say:
    """Speak: a text, with its sound in a WAV file."""

    text: str
    wav: str


@dataclass(frozen=True)
class Press:
    """Press keys."""

    digits: str


@dataclass(frozen=True)
class Hold:
    """Put the other side on hold, as the key of a telephone does (re-INVITE), or take it back."""

    on: bool = True


@dataclass(frozen=True)
class HangUp:
    """Say goodbye the hard way."""


Step = Quiet | Pause | Told | Say | Press | Hold | HangUp
STEPS: dict[str, type[Step]] = {
    "quiet": Quiet, "pause": Pause, "told": Told, "say": Say, "press": Press, "hold": Hold,
    "hang_up": HangUp,
}  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """The call is up."""


@dataclass(frozen=True)
class FrameHeard:
    """20 ms came from the other side; was it loud?"""

    loud: bool


@dataclass(frozen=True)
class SaidAll:
    """The last frame of our sentence was sent."""


@dataclass(frozen=True)
class Word:
    """The director said something."""

    word: str


@dataclass(frozen=True)
class Cue:
    """The director gives more to do, after all that was given before."""

    steps: tuple[Step, ...]


@dataclass
class ScriptCore:
    """Walks the steps. Commands are the steps Say, Press, Hold and HangUp, when they are due."""

    steps: list[Step]
    _at: int = -1
    _spoke: bool = False
    _loud_run: int = 0
    _last_loud: float | None = None
    _until: float | None = None
    _patience: float | None = None
    _words: set[str] = field(default_factory=set)
    _commands: list[object] = field(default_factory=list)

    def receive(self, event: object, now: float) -> None:
        """Take one event."""
        if isinstance(event, Answered) and self._at < 0:
            self._next(now)
        elif isinstance(event, FrameHeard):
            self._heard(event.loud, now)
        elif isinstance(event, SaidAll) and isinstance(self._step(), Say):
            self._next(now)
        elif isinstance(event, Word):
            self._words.add(event.word)
            self._check_told(now)
        elif isinstance(event, Cue):
            self._more(event.steps, now)

    def next_timer(self) -> float | None:
        """When something is due."""
        return min((t for t in (self._until, self._patience) if t is not None), default=None)

    def handle_timer(self, now: float) -> None:
        """A pause or somebody's patience is over."""
        due = self.next_timer()
        if due is not None and now >= due:
            self._next(now)

    def commands(self) -> list[object]:
        """What to do now."""
        taken, self._commands = self._commands, []
        return taken

    @property
    def finished(self) -> bool:
        """Whether every step was done."""
        return self._at >= len(self.steps)

    def _more(self, steps: tuple[Step, ...], now: float) -> None:
        idle = self.finished
        self.steps = [*self.steps, *steps]
        if idle and steps:
            self._at -= 1
            self._next(now)

    def _step(self) -> Step | None:
        return self.steps[self._at] if 0 <= self._at < len(self.steps) else None

    def _heard(self, loud: bool, now: float) -> None:
        self._loud_run = self._loud_run + 1 if loud else 0
        if self._loud_run >= LOUD_FRAMES:
            self._spoke = True
            self._last_loud = now
        step = self._step()
        if isinstance(step, Quiet) and self._spoke and self._last_loud is not None:
            self._until = self._last_loud + step.seconds

    def _next(self, now: float) -> None:
        self._at += 1
        self._until = self._patience = None
        step = self._step()
        if isinstance(step, Say | Press | Hold | HangUp):
            self._commands.append(step)
            self._spoke = False
            if not isinstance(step, Say):
                self._next(now)
        elif isinstance(step, Pause):
            self._until = now + step.seconds
        elif isinstance(step, Quiet):
            self._patience = now + step.patience
            if self._spoke and self._last_loud is not None:
                self._until = max(now, self._last_loud + step.seconds)
        else:
            self._check_told(now)

    def _check_told(self, now: float) -> None:
        step = self._step()
        if isinstance(step, Told) and step.word in self._words:
            self._words.discard(step.word)
            self._spoke = False
            self._next(now)


def to_json(step: Step) -> dict[str, object]:
    """A step as the child process reads it."""
    name = next(name for name, cls in STEPS.items() if cls is type(step))
    return {"step": name, **vars(step)}


def from_json(value: dict[str, object]) -> Step:
    """The step that `to_json` wrote. Raises KeyError or TypeError."""
    fields = {key: item for key, item in value.items() if key != "step"}
    return STEPS[str(value["step"])](**fields)  # type: ignore[arg-type]
