"""Where does an utterance begin and end? PURE: frames are counted, `now` is an argument.

Theory of operation. Every 20 ms frame comes with the VAD's opinion. It counts as speech if the VAD
says so and it is loud enough (`loudness`).

    QUIET     the last 400 ms are kept (pre-roll), because an onset is known only after it.
              3 speech frames of the last 5: SpeechStarted, with the pre-roll as first SpeechFrame.
    SPEAKING  every frame is passed on. 200 ms of speech in it: SpeechLasted, more than a click.
              A gap up to the hangover is part of a word; after a longer one a single click does not
              count, only another onset does.
              200 ms of silence: SpeechPaused, perhaps the end. A recogniser may begin to guess here
              (open a stream, feed what came since SpeechStarted, finish) and throw the guess away
              at SpeechResumed; by SpeechEnded the answer is then already there.
    PAUSED    another onset: SpeechResumed. Silence as long as the endpoint delay: SpeechEnded.

An utterance longer than the limit ends wherever it is, marked `cut`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

from kernel.machine import Machine
from voicebot.speech.loudness import Loudness
from voicebot.speech.sound import level


@dataclass(frozen=True)
class SpeechStarted:
    """The caller began to speak."""

    at: float
    """UTC seconds of the beginning of the first speech frame."""


@dataclass(frozen=True)
class SpeechFrame:
    """Sound of the utterance; the first one holds the pre-roll."""

    pcm: bytes = field(repr=False)


@dataclass(frozen=True)
class SpeechLasted:
    """So much of the utterance was speech that it is more than a click or a cough; told once."""

    at: float


@dataclass(frozen=True)
class SpeechPaused:
    """Silence that is perhaps the end."""

    at: float
    last_speech_at: float


@dataclass(frozen=True)
class SpeechResumed:
    """It was not the end: what was guessed at SpeechPaused is void."""

    at: float


@dataclass(frozen=True)
class SpeechEnded:
    """The utterance is over."""

    at: float
    last_speech_at: float
    """UTC seconds of the end of the last speech frame."""
    cut: bool = False
    """It was longer than the limit; the caller may be speaking still."""


SpeechEvent = (
    SpeechStarted | SpeechFrame | SpeechLasted | SpeechPaused | SpeechResumed | SpeechEnded
)


class Segment(Enum):
    """Where we are in an utterance."""

    QUIET = "quiet"
    SPEAKING = "speaking"
    PAUSED = "paused"


MACHINE: Machine[Segment] = Machine(
    "segment",
    {
        Segment.QUIET: {SpeechStarted: Segment.SPEAKING},
        Segment.SPEAKING: {SpeechPaused: Segment.PAUSED, SpeechEnded: Segment.QUIET},
        Segment.PAUSED: {SpeechResumed: Segment.SPEAKING, SpeechEnded: Segment.QUIET},
    },
)


@dataclass(frozen=True)
class Endpointing:
    """How patient to be. Times in seconds."""

    frame: float = 0.020
    pre_roll: float = 0.400
    onset_speech: int = 3
    onset_window: int = 5
    hangover: float = 0.100
    lasting: float = 0.200
    """Speech in an utterance, gaps not counted, that is told as lasting."""
    pause: float = 0.200
    endpoint: float = 0.600
    """Silence that ends an utterance; `Segmenter.endpoint` changes it for one question."""
    longest: float = 15.0

    def frames(self, seconds: float) -> int:
        """How many frames last so long."""
        return round(seconds / self.frame)


class Segmenter:
    """Frames in, speech events out, for one leg."""

    def __init__(self, settings: Endpointing | None = None) -> None:
        self.settings = settings or Endpointing()
        self.endpoint = self.settings.endpoint
        """Seconds of silence that end an utterance. May be set at any time, for one question."""
        self.pause = self.settings.pause
        """Seconds of silence that are perhaps the end; may be set likewise."""
        self.state = Segment.QUIET
        self._loudness = Loudness()
        self._recent: deque[bool] = deque(maxlen=self.settings.onset_window)
        self._ring: deque[bytes] = deque(maxlen=self.settings.frames(self.settings.pre_roll))
        self._silent = 0
        self._length = 0
        self._spoken = 0
        """Frames of the utterance that were speech and stood out of the line."""
        self._last_speech_at = 0.0

    def feed(
        self, frame: bytes, is_speech: bool, now: float, echo: bool = False
    ) -> list[SpeechEvent]:
        """Take one frame that ended at `now` (UTC seconds).

        `echo`: it is our own voice coming back: neither speech nor the noise of the line.
        """
        db, going_on = level(frame), self.state is not Segment.QUIET
        speech = not echo and self._loudness.enough(db, is_speech, going_on)
        self._recent.append(speech)
        if self.state is Segment.QUIET:
            return self._listen(frame, now)
        return self._follow(frame, speech, speech and self._loudness.stands_out(db), now)

    @property
    def stirs(self) -> bool:
        """Whether a pause is perhaps over: speech in it that may become an onset."""
        return self.state is Segment.PAUSED and any(list(self._recent)[-2:])

    def reset(self) -> None:
        """Forget the utterance; the noise level is remembered."""
        self.state = Segment.QUIET
        self._recent.clear()
        self._ring.clear()
        self._loudness.forget_speech()

    def _listen(self, frame: bytes, now: float) -> list[SpeechEvent]:
        self._ring.append(frame)
        if not self._onset():
            return []
        began = len(self._recent) - list(self._recent).index(True)
        pre_roll = b"".join(self._ring)
        self._length = len(self._ring)
        self._silent = 0
        self._spoken = sum(self._recent)
        self._last_speech_at = now
        self._ring.clear()
        started = SpeechStarted(now - began * self.settings.frame)
        return [self._move(started), SpeechFrame(pre_roll)]

    def _follow(
        self, frame: bytes, speech: bool, stands_out: bool, now: float
    ) -> list[SpeechEvent]:
        self._length += 1
        if speech and (self._within(self.settings.hangover) or self._onset()):
            self._silent = 0
            self._last_speech_at = now
        else:
            self._silent += 1
        return [SpeechFrame(frame), *self._lasting(stands_out, now), *self._judge(now)]

    def _lasting(self, stands_out: bool, now: float) -> list[SpeechEvent]:
        self._spoken += stands_out
        told = stands_out and self._spoken == self.settings.frames(self.settings.lasting)
        return [SpeechLasted(now)] if told else []

    def _judge(self, now: float) -> list[SpeechEvent]:
        if not self._within(self.endpoint):
            return [self._end(now, cut=False)]
        if self._length >= self.settings.frames(self.settings.longest):
            return [self._end(now, cut=True)]
        if self.state is Segment.PAUSED and self._silent == 0:
            return [self._move(SpeechResumed(now))]
        if self.state is Segment.SPEAKING and not self._within(self.pause):
            return [self._move(SpeechPaused(now, self._last_speech_at))]
        return []

    def _end(self, now: float, cut: bool) -> SpeechEvent:
        ended = self._move(SpeechEnded(now, self._last_speech_at, cut))
        self.reset()
        return ended

    def _move(self, event: SpeechEvent) -> SpeechEvent:
        self.state = MACHINE.next(self.state, event)
        return event

    def _onset(self) -> bool:
        return sum(self._recent) >= self.settings.onset_speech

    def _within(self, seconds: float) -> bool:
        """Is the silence so far shorter than this?"""
        return self._silent < self.settings.frames(seconds)
