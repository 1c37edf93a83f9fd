"""What a conversation tells of itself, passed on: to control, and to whoever watches live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from centralino import messages as house_messages
from centralino.media.house import House
from kernel.ids import CallId
from kernel.packet import TranscriptLine
from voicebot import reports

ANSWERS = ("affirm", "deny")
QUIET = (reports.ConversationEnded, reports.HandedOver, reports.LeftOpen)
"""Not for whoever watches live: too long, or told otherwise."""


@dataclass
class Reporter:
    """Passes on the reports of one call."""

    call: CallId
    client: str
    house: House
    intent: str = ""
    """What was last understood."""
    confidence: float = 0.0
    turns: int = 0
    _spoken: dict[int, TranscriptLine] = field(default_factory=dict)
    """The caller's lines by turn, to be completed when the turn is understood."""
    _answer: TranscriptLine | None = None
    """How the bot's answer begins, to be completed when it is known how long the caller waited."""

    def report(self, event: reports.Report) -> None:
        """Pass one report on."""
        passing: dict[type, Callable[[Any], None]] = {
            reports.BotSaid: self._bot_said,
            reports.TurnHeard: self._heard,
            reports.KeysPressed: self._keys,
            reports.TurnUnderstood: self._understood,
            reports.TurnAnswered: self._answered,
            reports.Decided: self._decided,
        }
        pass_on = passing.get(type(event))
        if pass_on is not None:
            pass_on(event)
        if not isinstance(event, QUIET):
            self.house.live({"report": type(event).__name__, **asdict(event)})

    def _bot_said(self, said: reports.BotSaid) -> None:
        line = TranscriptLine(said.at, "bot", said.text)
        self._answer = self._answer or line
        self._say(line)

    def _heard(self, heard: reports.TurnHeard) -> None:
        line = TranscriptLine(heard.at, "caller", heard.text, heard.confidence)
        self._spoken[heard.turn] = line
        self._answer = None
        self._say(line)

    def _keys(self, keys: reports.KeysPressed) -> None:
        self._answer = None
        # What was keyed may be an account number or a PIN: the transcript says only that it was.
        self._say(TranscriptLine(keys.at, "caller", f"[{len(keys.keys)} keys]"))

    def _understood(self, understood: reports.TurnUnderstood) -> None:
        self.confidence = understood.confidence
        if understood.intent not in ANSWERS and not understood.intent.startswith("answer:"):
            self.intent = understood.intent  # what the call is about, not a step on the way
        if understood.turn in self._spoken:
            self._say(replace(self._spoken.pop(understood.turn), intent=understood.intent))

    def _decided(self, decided: reports.Decided) -> None:
        moved = (decided.before, decided.after, decided.why)
        self.house.tell(
            house_messages.CallMoved(self.call, self.client, *moved, room="dialogue"), self.call
        )

    def _answered(self, answered: reports.TurnAnswered) -> None:
        self.turns += 1
        latency = answered.latency
        if self._answer is not None:
            self._say(replace(self._answer, latency_ms=round(latency.total)))
        self.house.tell(
            house_messages.CallTurn(
                call=self.call, client=self.client, turn=str(answered.turn),
                intent=answered.intent, confidence=self.confidence,
                endpoint_ms=latency.endpoint, asr_ms=latency.asr, nlu_ms=latency.nlu,
                tts_ms=latency.tts, queue_ms=latency.queue, total_ms=latency.total,
            ),
            self.call,
        )  # fmt: skip

    def _say(self, line: TranscriptLine) -> None:
        self.house.tell(house_messages.CallSaid(self.call, self.client, line), self.call)
