"""PURE. Which frames are loud enough to be speech, on this line, in this utterance."""

from __future__ import annotations

import math
from collections import deque

MIN_LEVEL = -50.0
"""dBFS."""
NOISE_MARGIN = 6.0
"""dB by which speech is louder than the frames that are none."""
SPEECH_RANGE = 26.0
"""dB by which speech is softer at most than the loudest frame of its utterance: a television behind
the caller is none of his words."""
ABOVE_LINE, ABOVE_LINE_GOING_ON = 8.5, 7.0
"""dB by which speech begins, and goes on, above what the line has all the time. Other people's talk
together comes that high in 1 % of its frames, a caller 10 dB louder than they in every vowel."""
SMOOTHED, REMEMBERED = 10, 250
"""Frames of one mean, and those of which the least is the line's."""
KNOWN, KNOWN_WELL = 13, 100
"""Frames from which on it counts where nobody speaks, and where somebody does: who speaks into the
first of them would be taken for the line."""


CLICK = 25
"""Frames after which a sound that nobody followed up is no measure of who speaks next."""


class Background:
    """What is on the line all the time: other people, music, a fan. In dBFS.

    The least power of any 200 ms within 5 s (minimum statistics: R. Martin, IEEE Transactions on
    Speech and Audio Processing 9(5), 2001). Who speaks leaves a gap as long within that time; many
    who speak together do not.
    """

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=SMOOTHED)
        self._least: deque[tuple[int, float]] = deque()
        """Frame and mean, rising: the least of what is remembered is the first."""
        self._frames = 0

    def hear(self, db: float) -> None:
        """One frame more, of this level."""
        self._frames += 1
        self._last.append(10.0 ** (db / 10.0))
        if len(self._last) < SMOOTHED:
            return
        mean = 10.0 * math.log10(sum(self._last) / SMOOTHED)
        while self._least and self._least[-1][1] >= mean:
            self._least.pop()
        self._least.append((self._frames, mean))
        while self._least[0][0] <= self._frames - REMEMBERED:
            self._least.popleft()

    def level(self, going_on: bool) -> float | None:
        """None: not known well enough yet; `going_on`: somebody is speaking already."""
        known = KNOWN_WELL if going_on else KNOWN
        return self._least[0][1] if self._frames >= known else None


class Loudness:
    """Which levels can be speech, from the line, the noise and the speech heard so far."""

    def __init__(self) -> None:
        self._background = Background()
        self._noise = -60.0
        self._peak = -96.0
        self._since = 0
        """Frames since the last that was loud enough."""

    def enough(self, db: float, is_speech: bool, going_on: bool) -> bool:
        """Is this frame, speech by the VAD or not, loud enough? Remembers it.

        `going_on`: somebody is speaking already.
        """
        self._background.hear(db)
        loud = self._loud(db, is_speech, going_on)
        self._since = 0 if loud else self._since + 1
        if not going_on and self._since >= CLICK:
            self.forget_speech()
        return loud

    def _loud(self, db: float, is_speech: bool, going_on: bool) -> bool:
        if not is_speech:
            self._noise += 0.05 * (min(max(db, -80.0), -35.0) - self._noise)
            return False
        if db < max(MIN_LEVEL, self._noise + NOISE_MARGIN, self._peak - SPEECH_RANGE):
            return False
        line = self._background.level(going_on)
        above = ABOVE_LINE_GOING_ON if going_on else ABOVE_LINE
        if line is not None and db < line + above:
            return False
        self._peak = max(self._peak, db)
        return True

    def stands_out(self, db: float) -> bool:
        """Whether this is above the line, by the little that may be known of it."""
        line = self._background.level(going_on=False)
        return line is None or db >= line + ABOVE_LINE_GOING_ON

    def forget_speech(self) -> None:
        """The next utterance may be softer."""
        self._peak = -96.0
