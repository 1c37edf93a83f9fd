"""Who answered? PURE. By the sound of the first seconds, and by words as they are recognised.

The message never waits for this: it is a hint that is kept, never a reason to hang up or to count
somebody as reached. What it is for: after a beep the voicemail's own version is said; a machine
stays in rotation; a fax is not called again.

Theory. A person says a word or two and listens; a machine talks on. Every observation (`EVIDENCE`)
adds to the log-odds of the answers that it speaks for, and the answer is a softmax over their sums:
weights were set by hand on synthetic calls of the tuning voices (docs/benchmarks/answering.md).
Tones are told from speech by how much of a frame's power lies in one narrow peak.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from telephony.media.framing import frame_bytes
from telephony.ports import FRAME_SECONDS


class Answered(StrEnum):
    """Who, or what, took the call."""

    HUMAN = "human"
    VOICEMAIL = "voicemail"
    IVR = "ivr"
    """A menu."""
    SCREENING = "screening"
    """A machine that asks who calls, and shows or tells it to the person."""
    FAX = "fax"
    TONE = "tone"
    """The network: busy or intercept tones, an announcement behind them."""
    SILENCE = "silence"


@dataclass(frozen=True)
class Verdict:
    """What is thought at this moment."""

    answered: Answered
    confidence: float
    """0–1."""
    evidence: tuple[str, ...]
    """What it rests on, in the order in which it was observed."""


@dataclass(frozen=True)
class BeepHeard:
    """A machine's tone is over: from here on it records."""

    at: float
    """Seconds from the answer."""
    hertz: float


EVIDENCE: Mapping[str, Mapping[Answered, float]] = {
    # tones
    "ced": {Answered.FAX: 7.0},  # ITU-T T.30 §4.1: 2100 Hz, 2.6 to 4 s
    "cng": {Answered.FAX: 6.0},  # 1100 Hz, 0.5 s, before anything is said
    "intercept": {Answered.TONE: 7.0},  # ITU-T E.180: three rising tones
    "cadence": {Answered.TONE: 6.0},  # the same tone on and off: busy, reorder, ringing
    "beep": {Answered.VOICEMAIL: 4.0, Answered.HUMAN: -2.0},
    # how it was said
    "short greeting": {Answered.HUMAN: 2.5, Answered.VOICEMAIL: -1.0, Answered.IVR: -1.0},
    "medium greeting": {Answered.HUMAN: 1.2, Answered.SCREENING: 0.3},
    "long greeting": {
        Answered.HUMAN: -1.5, Answered.VOICEMAIL: 1.2, Answered.IVR: 1.0, Answered.SCREENING: 0.8,
    },
    "very long greeting": {Answered.VOICEMAIL: 0.6, Answered.IVR: 0.8, Answered.HUMAN: -1.5},
    "talks on": {Answered.IVR: 0.8, Answered.VOICEMAIL: 0.2, Answered.SCREENING: -0.8},
    "nothing": {Answered.SILENCE: 4.0},
    # what was said
    "voicemail words": {Answered.VOICEMAIL: 4.0, Answered.HUMAN: -1.0},
    "menu words": {Answered.IVR: 4.0, Answered.HUMAN: -1.0},
    "screening words": {Answered.SCREENING: 5.0, Answered.HUMAN: -1.0},
    "network words": {Answered.TONE: 3.5, Answered.VOICEMAIL: -1.0},
    "greeting words": {Answered.HUMAN: 1.5},
}  # fmt: skip
WORDS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "voicemail words": r"voice ?mail|voice message|mailbox|mail box|leave (me |us )?(a |your )?"
        r"(short |brief )?(message|name)|after the (tone|beep)|at the (tone|beep)|not available"
        r"|can'?t (come|take|get)|cannot (come|take)|unable to (come|take)|get back to you"
        r"|call you back|segreteria|messaggio|segnale acustico|anrufbeantworter|nach dem (ton|"
        r"piep|signalton)|nachricht|messagerie|après le (bip|signal)|buzón|después de la señal",
        "menu words": r"press (one|two|three|four|nine|zero|\d|the)|main menu|following options"
        r"|options have changed|extension|dial by name|customer service representative"
        r"|for (sales|billing|support|english|spanish|service)|premere|digit[ai]|tasto"
        r"|drücken sie|wählen sie|appuyez|tapez|pulse|marque|stay on the line",
        "screening words": r"(say|state|record|tell me) (your|the) name|who (is|are you) calling"
        r"|who'?s calling|reason for (your|the) call|why you('re| are) calling|screening"
        r"|call assist|this person is available|is not accepting calls from|google assistant"
        r"|chi parla|motivo della chiamata|nennen sie (ihren|den) namen|grund (ihres|des) anrufs",
        "network words": r"number you (have )?(dial|call|reach)|not in service|disconnected"
        r"|cannot be completed|check the number|no longer in service|numero selezionato"
        r"|non (è )?(attivo|esistente)|kein anschluss|nicht vergeben|not been recognized",
        "greeting words": r"^\W*(hello|hi|hey|yes|yeah|good (morning|afternoon|evening)|speaking"
        r"|pronto|sì|si|hallo|ja|guten (tag|morgen)|allo|allô|oui|diga|dígame|sí)\b",
    }.items()
}
GREETING_WORDS = 8
"""More words than this are no person's greeting."""

LOUD_DBFS = -42.0
"""Above it a frame is sound."""
ABOVE_NOISE_DB = 9.0
"""… and above the quietest of what came before by this much."""
PURITY = 0.82
"""Share of a frame's power in one peak from which on it is a tone."""
PHRASE_PAUSE = 0.7
"""Seconds of quiet that end a phrase."""
CLICK = 0.2
"""Seconds: shorter sounds are nobody's word."""
SHORT, LONG, VERY_LONG = 1.7, 3.2, 9.0
"""Seconds of a greeting: up to the first, from the second, from the third."""
NOTHING_AFTER = 4.0
"""Seconds without any sound."""
TALKS_ON = 14.0
"""Seconds after which somebody is still talking."""
_CNG, _CED = (1100.0, 40.0), (2100.0, 25.0)
_BEEP_SECONDS = (0.08, 2.5)
_BEEP_HERTZ = (330.0, 2600.0)
_SAME_TONE = 25.0  # Hz


@dataclass
class _Tone:
    hertz: float
    frames: int = 1

    @property
    def seconds(self) -> float:
        return self.frames * FRAME_SECONDS

    def is_near(self, what: tuple[float, float]) -> bool:
        return abs(self.hertz - what[0]) <= what[1]


@dataclass
class Answering:
    """Listens to one answered call, at `rate` Hz."""

    rate: int = 8000
    frames: int = 0
    observed: list[str] = field(default_factory=list)
    _noise: float = -60.0
    _before: bytes = b""
    _tone: _Tone | None = None
    _tones: list[tuple[float, float, float]] = field(default_factory=list)
    """Hz, seconds, end: of the tones that are over."""
    _speech: float = 0.0
    """Seconds of speech so far."""
    _phrase: float = 0.0
    """Seconds of the phrase under way."""
    _quiet: float = 0.0
    """Seconds of quiet since the last sound."""
    _phrases: int = 0

    # What is heard.

    def hear(self, pcm: bytes | None) -> BeepHeard | None:
        """20 ms of received sound, None where nothing came; the end of a beep, if this is one."""
        self.frames += 1
        frame = pcm or bytes(frame_bytes(self.rate))
        level = _dbfs(frame)
        tone = self._pure_tone(frame, level)
        self._before = frame
        beep = self._follow_tone(tone)
        if tone is None:
            self._follow_speech(level)
        self._look_at_time()
        return beep

    def words(self, text: str) -> None:
        """What was recognised of it: each kind of words counts once."""
        plain = text.lower()
        for name, pattern in WORDS.items():
            if pattern.search(plain):
                few = len(plain.split()) <= GREETING_WORDS
                if name != "greeting words" or (few and self.seconds < TALKS_ON):
                    self._observe(name)

    def verdict(self) -> Verdict:
        """What is thought now."""
        sums = dict.fromkeys(Answered, 0.0)
        for name in self.observed:
            for one, weight in EVIDENCE[name].items():
                sums[one] += weight
        sums[Answered.SILENCE] -= 0.0 if not self._speech else 2.0
        total = sum(math.exp(value) for value in sums.values())
        best = max(sums, key=lambda one: sums[one])
        return Verdict(best, math.exp(sums[best]) / total, tuple(self.observed))

    @property
    def seconds(self) -> float:
        """Since the answer."""
        return self.frames * FRAME_SECONDS

    def _observe(self, name: str) -> None:
        if name not in self.observed:
            self.observed.append(name)

    def _withdraw(self, *names: str) -> None:
        """What seemed so is not so."""
        self.observed = [name for name in self.observed if name not in names]

    # Tones.

    def _pure_tone(self, frame: bytes, level: float) -> float | None:
        """The frequency, if 40 ms are nothing but one tone."""
        if level < LOUD_DBFS or len(self._before) != len(frame):
            return None
        samples = np.frombuffer(self._before + frame, "<i2").astype(np.float64)
        power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
        peak = int(np.argmax(power))
        near = power[max(0, peak - 2) : peak + 3]
        if float(near.sum()) < PURITY * float(power.sum()):
            return None
        centre = float((near * np.arange(max(0, peak - 2), peak + 3)[: len(near)]).sum())
        return centre / float(near.sum()) * self.rate / len(samples)

    def _follow_tone(self, hertz: float | None) -> BeepHeard | None:
        tone = self._tone
        if hertz is not None and tone is not None and abs(hertz - tone.hertz) <= _SAME_TONE:
            tone.hertz += (hertz - tone.hertz) / 4
            tone.frames += 1
            if tone.is_near(_CED) and tone.seconds >= 1.2:
                self._observe("ced")
            return None
        self._tone = _Tone(hertz) if hertz is not None else None
        return self._tone_over(tone) if tone is not None else None

    def _tone_over(self, tone: _Tone) -> BeepHeard | None:
        """A tone has ended: what was it?"""
        low, high = _BEEP_SECONDS
        if not low <= tone.seconds <= high or not _BEEP_HERTZ[0] <= tone.hertz <= _BEEP_HERTZ[1]:
            return None
        self._tones.append((tone.hertz, tone.seconds, self.seconds))
        spoken = self._speech >= 0.6
        if not spoken and tone.is_near(_CNG) and 0.35 <= tone.seconds <= 0.75:
            self._observe("cng")
        elif self._is_intercept():
            self._observe("intercept")
        elif self._is_cadence():
            self._observe("cadence")
        elif spoken and "cadence" not in self.observed:
            self._observe("beep")
            return BeepHeard(self.seconds, tone.hertz)
        return None

    def _is_intercept(self) -> bool:
        """950, 1400 and 1800 Hz, a third of a second each."""
        last = self._tones[-3:]
        wanted = (950.0, 1400.0, 1800.0)
        return len(last) == 3 and all(
            abs(tone[0] - hertz) <= 60 for tone, hertz in zip(last, wanted, strict=True)
        )

    def _is_cadence(self) -> bool:
        """Twice the same tone for the same time, no speech between."""
        last = self._tones[-2:]
        if len(last) < 2 or self._speech >= 0.6:
            return False
        (first, long, _), (second, longer, _) = last
        return abs(first - second) <= _SAME_TONE and abs(long - longer) <= 0.08

    # Speech.

    def _follow_speech(self, level: float) -> None:
        self._noise = min(level, self._noise + 0.05) if level > -90 else self._noise
        if level > LOUD_DBFS and level > self._noise + ABOVE_NOISE_DB:
            if self._phrase:
                self._phrase += self._quiet
            self._quiet = 0.0
            self._phrase += FRAME_SECONDS
            self._speech += FRAME_SECONDS
        else:
            self._quiet += FRAME_SECONDS
            if self._quiet >= PHRASE_PAUSE and self._phrase:
                self._phrase_over()
        if self._speech >= LONG and "long greeting" not in self.observed:
            self._withdraw("short greeting", "medium greeting")
            self._observe("long greeting")
        if self._speech >= VERY_LONG:
            self._observe("very long greeting")

    def _phrase_over(self) -> None:
        if self._phrase < CLICK:
            self._speech = max(0.0, self._speech - self._phrase)
        else:
            self._phrases += 1
            if self._phrases == 1 and self._phrase < SHORT:
                self._observe("short greeting")
            elif self._phrases == 1:
                self._observe("medium greeting" if self._phrase < LONG else "long greeting")
        self._phrase = 0.0

    def _look_at_time(self) -> None:
        silent = self._speech < CLICK and not self._tones and self._tone is None
        if silent and self.seconds >= NOTHING_AFTER:
            self._observe("nothing")
        elif not silent:
            self._withdraw("nothing")
        if self.seconds >= TALKS_ON and self._quiet < 2.0 and self._speech >= VERY_LONG:
            self._observe("talks on")


def _dbfs(frame: bytes) -> float:
    samples = np.frombuffer(frame, "<i2").astype(np.float64) / 32768.0
    power = float(np.mean(samples * samples)) if len(samples) else 0.0
    return 10 * math.log10(power) if power > 0 else -100.0
