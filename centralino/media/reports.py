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
from voicebot.progress import cut_off
from voicebot.redaction import SECRET, Redactor

ANSWERS = ("affirm", "deny")
QUIET = (reports.ConversationEnded, reports.HandedOver, reports.LeftOpen)
"""Not for whoever watches live: too long, or told otherwise."""


@dataclass
class Reporter:
    """Passes on the reports of one call."""

    call: CallId
    client: str
    house: House
    redactor: Redactor
    intent: str = ""
    """What was last understood."""
    confidence: float = 0.0
    turns: int = 0
    private: Callable[[bool], None] = lambda now: None
    """Told when the question begins and ceases to be one whose answer is never kept."""
    blank: Callable[[], None] = lambda: None
    """Told when what was just said must not be kept in sound."""
    _spoken: dict[int, TranscriptLine] = field(default_factory=dict)
    """The caller's lines by turn: kept when the turn is understood, or lost."""
    _hidden: set[int] = field(default_factory=set)
    """Turns that answered a secret question."""
    _question: str = ""
    """What was asked last."""
    _answer: TranscriptLine | None = None
    """How the bot's answer begins, to be completed when it is known how long the caller waited."""

    def report(self, event: reports.Report) -> None:
        """Pass one report on."""
        passing: dict[type, Callable[[Any], None]] = {
            reports.BotSaid: self._bot_said,
            reports.PromptCut: self._cut,
            reports.TurnHeard: self._heard,
            reports.KeysPressed: self._keys,
            reports.TurnUnderstood: self._understood,
            reports.TurnAnswered: self._answered,
            reports.TurnLost: self._lost,
            reports.Decided: self._decided,
        }
        pass_on = passing.get(type(event))
        if pass_on is not None:
            pass_on(event)
        if not isinstance(event, QUIET):
            self.house.live({"report": type(event).__name__, **self._shown(event)})

    def _shown(self, event: reports.Report) -> dict[str, Any]:
        """A report for whoever watches; what is never kept is not shown either."""
        shown = asdict(event)
        if getattr(event, "turn", None) in self._hidden:
            shown |= {key: SECRET for key in ("text", "entities") if key in shown}
        return shown

    def _bot_said(self, said: reports.BotSaid) -> None:
        line = TranscriptLine(said.at, "bot", self.redactor.text(said.text))
        self._answer = self._answer or line
        self._say(line)
        if said.question:
            self._ask(said.question)

    def _cut(self, cut: reports.PromptCut) -> None:
        """What was said stands as far as it was heard."""
        said = TranscriptLine(cut.at, "bot", self.redactor.text(cut.text))
        heard = self.redactor.text(cut_off(cut.spoken)) if cut.spoken else ""
        self.house.tell(
            house_messages.CallSaid(
                self.call, self.client, replace(said, text=heard), instead=said.text
            ),
            self.call,
        )

    def _heard(self, heard: reports.TurnHeard) -> None:
        """What of it may be kept is known when it is understood."""
        if self.redactor.secret(self._question):
            self._hidden.add(heard.turn)
        language = heard.language or None
        self._spoken[heard.turn] = TranscriptLine(
            heard.at, "caller", heard.text, heard.confidence, language=language
        )
        self._answer = None

    def _lost(self, lost: reports.TurnLost) -> None:
        if (line := self._spoken.pop(lost.turn, None)) is not None:
            self._say(replace(line, text=self.redactor.caller(line.text, self._question, "", ())))

    def _keys(self, keys: reports.KeysPressed) -> None:
        self._answer = None
        # What was keyed may be an account number or a PIN: the transcript says only that it was.
        self._say(TranscriptLine(keys.at, "caller", f"[{len(keys.keys)} keys]"))

    def _understood(self, understood: reports.TurnUnderstood) -> None:
        self.confidence = understood.confidence
        if understood.intent not in ANSWERS and not understood.intent.startswith("answer:"):
            self.intent = understood.intent  # what the call is about, not a step on the way
        if self.redactor.holds_card(understood.text):
            self.blank()
        if (line := self._spoken.pop(understood.turn, None)) is not None:
            about = (self._question, understood.intent, understood.entities)
            kept = self.redactor.caller(line.text, *about)
            sure = round(understood.confidence, 3)
            self._say(replace(line, text=kept, intent=understood.intent, intent_confidence=sure))

    def _decided(self, decided: reports.Decided) -> None:
        self._ask(decided.after)
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

    def _ask(self, question: str) -> None:
        """What the caller says from now on answers this; which route asks it does not matter."""
        question = question.partition("@")[0]
        self._question = question
        self.private(self.redactor.secret(question))

    def _say(self, line: TranscriptLine) -> None:
        self.house.tell(house_messages.CallSaid(self.call, self.client, line), self.call)
