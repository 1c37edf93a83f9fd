"""Which lines of a transcript control is told."""

from __future__ import annotations

from typing import Any

from centralino.media.reports import Reporter
from centralino.messages import CallSaid
from kernel.ids import CallId
from kernel.packet import TranscriptLine
from tests.unit.voicebot.sample import FLOW
from voicebot import reports
from voicebot.redaction import Redactor

LATENCY = reports.Latency(640.2, 300, 200, 20, 100, 20)


class Told:
    """A house that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[TranscriptLine] = []

    def tell(self, value: object, call: str | None = None) -> None:
        if isinstance(value, CallSaid):
            self.lines.append(value.line)

    def live(self, event: object) -> None:
        """Nobody watches."""


def lines(*events: reports.Report) -> list[TranscriptLine]:
    told = Told()
    house: Any = told
    reporter = Reporter(CallId("call-1"), "riverton", house, Redactor(FLOW))
    for event in events:
        reporter.report(event)
    return told.lines


def test_how_long_the_caller_waited_stands_at_the_beginning_of_the_answer() -> None:
    told = lines(
        reports.BotSaid("call-1", 1.0, "How can I help you?"),
        reports.TurnHeard("call-1", 7.0, 1, "a person please", 0.9),
        reports.TurnUnderstood("call-1", 1, "a person please", "person", 0.97),
        reports.BotSaid("call-1", 9.0, "Of course."),
        reports.BotSaid("call-1", 9.0, "One moment."),
        reports.TurnAnswered("call-1", 1, "a person please", "person", LATENCY),
    )
    assert told[-1] == TranscriptLine(9.0, "bot", "Of course.", latency_ms=640)
    assert TranscriptLine(7.0, "caller", "a person please", 0.9, "person", 0.97) in told


def test_what_was_keyed_is_not_told() -> None:
    assert lines(reports.KeysPressed("call-1", 7.0, "12345678"))[0].text == "[8 keys]"


def test_what_was_stopped_is_told_as_it_was_heard() -> None:
    told = lines(
        reports.BotSaid("call-1", 1.0, "How can I help you?"),
        reports.PromptCut("call-1", 1.0, "How can I help you?", "How can"),
    )
    assert told == [
        TranscriptLine(1.0, "bot", "How can I help you?"),
        TranscriptLine(1.0, "bot", "How can\u2026"),
    ]
