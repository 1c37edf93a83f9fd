"""PURE. What was said so far, and how long the answer to one turn took."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kernel.packet import TranscriptLine
from voicebot.reports import Latency


def cut_off(spoken: str) -> str:
    """How a transcript shows what was stopped."""
    return f"{spoken.rstrip(',;:.')}…"


class Transcript:
    """Everything said, in order."""

    def __init__(self) -> None:
        self._lines: list[TranscriptLine] = []

    def bot(self, at: float, text: str) -> None:
        """We say this."""
        self._lines.append(TranscriptLine(at, "bot", text))

    def caller(
        self, at: float, text: str, confidence: float | None = None, language: str | None = None
    ) -> None:
        """The caller said this."""
        self._lines.append(TranscriptLine(at, "caller", text, confidence, language=language))

    def cut(self, at: float, text: str, spoken: str) -> None:
        """Of this, ordered at `at`, only so much was heard."""
        for index in range(len(self._lines) - 1, -1, -1):
            line = self._lines[index]
            if (line.at, line.who, line.text) == (at, "bot", text):
                self._lines[index : index + 1] = [replace(line, text=cut_off(spoken))] * bool(
                    spoken
                )
                return

    def meant(self, intent: str) -> None:
        """What the caller's last line was taken as."""
        for index in range(len(self._lines) - 1, -1, -1):
            if self._lines[index].who == "caller":
                self._lines[index] = replace(self._lines[index], intent=intent)
                return

    def lines(self) -> tuple[TranscriptLine, ...]:
        """All of it."""
        return tuple(self._lines)


@dataclass
class Stopwatch:
    """One turn's moments, in UTC seconds, and the engines' own seconds."""

    turn: int
    text: str = ""
    intent: str = ""
    last_speech: float = 0.0
    endpoint: float = 0.0
    heard: float = 0.0
    asr: float = 0.0
    understood: float = 0.0
    nlu: float = 0.0
    spoke: float = 0.0
    """When the first words of the reply were ordered."""

    def latency(self, started: float) -> Latency:
        """The split, when the reply's first sound went out at `started`."""
        total = started - self.last_speech
        endpoint = self.endpoint - self.last_speech
        # What was guessed during the endpoint delay costs nothing after it.
        asr = max(0.0, min(self.asr, self.heard - self.endpoint))
        nlu = max(0.0, min(self.nlu, self.understood - self.endpoint))
        tts = started - self.spoke
        rest = total - endpoint - asr - nlu - tts
        parts = (total, endpoint, asr, nlu, tts, rest)
        return Latency(*(round(max(0.0, part) * 1000, 1) for part in parts))
