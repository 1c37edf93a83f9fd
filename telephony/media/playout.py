"""What one leg hears from us: clips in order, sample-exact, over a background. PURE.

A *playback* is one thing said: its sound arrives in pieces (clause by clause) under one name and
may still grow while it plays; `end` says that it is whole. Frames are taken by whoever sends them;
a position counts samples taken, so it says to the sample how much left this room. What a stack
still had queued when it was flushed was taken but never sent: `stop` gets it told.

Rules:
1. Clips play one after the other in the order of their first piece.
2. A clip that has run dry and is not ended waits: the frame is background, or nothing.
3. Each clip is told twice: PlaybackStarted with its first frame, PlaybackFinished with its last,
   or when it is stopped. One stopped before its first frame is only told as finished.
4. What arrives for a clip already finished is dropped: it answers something no longer current.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from telephony.media.background import Background
from telephony.media.framing import frame_bytes
from telephony.media.mixing import fade_in, fade_out, mix

PLAYED = 25
"""Frames remembered for `take_played`: half a second."""


@dataclass(frozen=True)
class PlaybackStarted:
    """The first frame of a clip was taken."""

    playback: str


@dataclass(frozen=True)
class PlaybackFinished:
    """No more of this clip will be taken."""

    playback: str
    samples: int
    """Samples that were taken and sent."""
    interrupted: bool
    """Whether it was stopped before its end."""


@dataclass
class _Clip:
    playback: str
    pcm: bytearray = field(default_factory=bytearray)
    at: int = 0
    """Bytes taken."""
    whole: bool = False
    started: bool = False
    """Whether its first frame was taken."""

    @property
    def left(self) -> int:
        return len(self.pcm) - self.at


class Playout:
    """The queue of clips of one leg, at `rate` Hz."""

    def __init__(self, rate: int = 8000) -> None:
        self._size = frame_bytes(rate)
        self._clips: list[_Clip] = []
        self._finished: set[str] = set()
        self._events: list[PlaybackStarted | PlaybackFinished] = []
        self._paused = False
        self._fade: str = ""
        """`out` or `in` when the next frame has to fade."""
        self._background = Background(self._size)
        self._played: deque[bytes] = deque(maxlen=PLAYED)

    # What is to be heard.

    def enqueue(self, playback: str, pcm: bytes) -> None:
        """More of a clip, or a new one after all others. Whole samples."""
        if playback in self._finished:
            return
        clip = self._clip(playback)
        if clip is None:
            clip = _Clip(playback)
            self._clips.append(clip)
        clip.pcm += pcm

    def end(self, playback: str) -> None:
        """The clip is whole; it is finished when all of it was taken. Harmless when unknown."""
        clip = self._clip(playback)
        if clip is not None:
            clip.whole = True
            self._drop_finished()

    def stop(self, unsent: int = 0) -> int:
        """End every clip now; the samples of the one playing that were really sent.

        `unsent`: the bytes that the leg's `flush` dropped.
        """
        sent = 0
        for index, clip in enumerate(self._clips):
            samples = max(0, clip.at - (unsent if index == 0 else 0)) // 2
            sent = samples if index == 0 else sent
            self._finish(clip, samples, interrupted=True)
        self._clips = []
        self._paused = False
        self._fade = ""
        return sent

    def pause(self, unsent: int = 0) -> None:
        """Fall silent within a frame; `resume` goes on from the last sample sent.

        `unsent`: the bytes that the leg's `flush` dropped. They are played again; silence has begun
        with them, and a frame that fades out behind them would come too late.
        """
        if self._paused:
            return
        self._paused = True
        fades = self._fade != "in" and self._playing() and not unsent
        self._fade = "out" if fades else ""
        if self._clips:
            self._clips[0].at = max(0, self._clips[0].at - unsent)

    def resume(self) -> None:
        """Go on from the sample at which the clip was paused."""
        if self._paused:
            self._paused = False
            self._fade = "in"

    def background(self, pcm: bytes | None) -> None:
        """Loop `pcm` between clips, and low under them; None to stop it (faded out in a frame)."""
        if pcm is None:
            self._background.stop()
        else:
            self._background.start(pcm)

    # What is heard.

    @property
    def current(self) -> str | None:
        """The clip that is playing, paused or waiting for its next piece."""
        return self._clips[0].playback if self._clips else None

    @property
    def position(self) -> int:
        """Samples of the current clip taken so far."""
        return self._clips[0].at // 2 if self._clips else 0

    @property
    def idle(self) -> bool:
        """Whether there is no clip at all."""
        return not self._clips

    def next_frame(self) -> bytes | None:
        """The next 20 ms, or None where there is nothing to say."""
        voice = self._voice()
        under = self._background.next_frame(ducked=voice is not None)
        parts = [part for part in (voice, under) if part is not None]
        frame = mix(*parts) if parts else None
        self._played.append(frame or bytes(self._size))
        return frame

    def take_played(self) -> list[bytes]:
        """What was heard of us since the last call, silence too: whoever looks for its echo."""
        played = list(self._played)
        self._played.clear()
        return played

    def take_events(self) -> list[PlaybackStarted | PlaybackFinished]:
        """What happened since the last call, in order."""
        events, self._events = self._events, []
        return events

    # Inside.

    def _clip(self, playback: str) -> _Clip | None:
        return next((clip for clip in self._clips if clip.playback == playback), None)

    def _playing(self) -> bool:
        return bool(self._clips) and self._clips[0].started

    def _voice(self) -> bytes | None:
        if self._paused:
            if self._fade != "out":
                return None
            self._fade = ""
            frame = self._peek()
            return fade_out(frame) if frame is not None else None
        frame = self._peek()
        if frame is None:
            return None
        self._advance()
        if self._fade == "in":
            self._fade = ""
            return fade_in(frame)
        return frame

    def _peek(self) -> bytes | None:
        """The frame that comes next, padded at the end of a whole clip; None while waiting."""
        if not self._clips:
            return None
        clip = self._clips[0]
        if clip.left < self._size and not (clip.whole and clip.left):
            return None
        return bytes(clip.pcm[clip.at : clip.at + self._size]).ljust(self._size, b"\0")

    def _advance(self) -> None:
        clip = self._clips[0]
        if not clip.started:
            clip.started = True
            self._events.append(PlaybackStarted(clip.playback))
        clip.at = min(clip.at + self._size, len(clip.pcm))
        self._drop_finished()

    def _drop_finished(self) -> None:
        while self._clips and self._clips[0].whole and not self._clips[0].left:
            clip = self._clips.pop(0)
            self._finish(clip, clip.at // 2, interrupted=False)

    def _finish(self, clip: _Clip, samples: int, interrupted: bool) -> None:
        self._finished.add(clip.playback)
        self._events.append(PlaybackFinished(clip.playback, samples, interrupted))
