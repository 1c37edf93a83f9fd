"""PURE. What a turn comes to, should the caller have finished at this pause.

Recognition, understanding and the dialogue's step are computed at once; all of it is thrown away
when the caller goes on, and nobody has noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.completeness import Answer, Completeness, completeness, delay
from voicebot.dialogue import acts
from voicebot.dialogue.state import State, Step
from voicebot.expected import Expected
from voicebot.nbest import answers, chosen, digits_only
from voicebot.nlu.ports import IntentScore, Understanding
from voicebot.progress import Stopwatch
from voicebot.speech.ports import Recognised

WORDS_BY = 0.9
"""Seconds of silence after which the caller has finished though the words are not known yet; until
then they may say that more will come."""
CUT_OFF = 1.5
"""Seconds after the last sound within which who speaks over our answer goes on with what was said,
for nobody has heard yet what we ask next."""


@dataclass(frozen=True)
class Released:
    """A turn that was answered, as long as it may turn out to be half of one."""

    before: State
    """Where the dialogue was."""
    ask: acts.Ask
    """What it answered."""
    text: str
    began: float
    """UTC seconds of its first sound."""
    last_speech: float
    """UTC seconds of its last."""
    step: Step
    """The answer."""

    def goes_on(self, began: float) -> bool:
        """Whether speech that began then is the rest of it."""
        return began - self.last_speech <= CUT_OFF

    def unchanged(self, whole: Step) -> bool:
        """Whether the answer is the same, given the whole of what was said, or given none of the
        rest, of which no sense was made: "gas … please"."""
        ours, theirs = self.step.state, whole.state
        if (theirs.tries[1], theirs.out_of_scope) > (ours.tries[1], ours.out_of_scope):
            return True
        told = [{name: known.value for name, known in s.known.items()} for s in (ours, theirs)]
        return whole.acts == self.step.acts and told[0] == told[1]


class Guess:
    """One pause of one turn."""

    def __init__(self, turn: int, number: int, last_speech: float) -> None:
        self.number = number
        """How often the caller had gone on before."""
        self.watch = Stopwatch(turn, last_speech=last_speech)
        self.recognised: Recognised | None = None
        self.first: Recognised | None = None
        """What was read before it is read once more as digits only."""
        self.noise = False
        """Nothing was said."""
        self.filler = False
        """Nothing but "uh", or perhaps: words will come."""
        self.over = False
        """The caller was silent, or spoke, for too long: whatever it is, it is all."""
        self.finished: float | None = None
        """What a turn detector says, 0–1."""
        self.readings: tuple[Understanding, ...] = ()
        self.step: Step | None = None
        """What would be said and asked."""

    @property
    def last_speech(self) -> float:
        """UTC seconds of the last sound before the pause."""
        return self.watch.last_speech

    @property
    def meant(self) -> IntentScore:
        """What it answered, if it answered: "John Smith" also looks like some wish or other."""
        meant = self.step.meant if self.step else None
        return meant or self.readings[0].intent

    @property
    def found(self) -> tuple[tuple[str, str], ...]:
        """The entities, for logs."""
        return tuple((entity.name, entity.value) for entity in self.readings[0].entities)

    def read(self, heard: Recognised, ask: acts.Ask, language: str) -> Recognised:
        """The reading that answers the question; the second only if it does."""
        best = chosen(heard, ask, language)
        return best if self.first is None or answers(best, ask, language) else self.first

    def read_again(
        self, heard: Recognised, ask: acts.Ask, language: str, began: float
    ) -> tuple[str, ...]:
        """The words as which it is to be read once more; none: it is read."""
        if self.first is not None:
            return ()
        only = digits_only(heard, ask, language, self.last_speech - began)
        self.first = heard if only else None
        return only

    def heard(self, recognised: Recognised, now: float) -> None:
        """These are the words."""
        self.recognised = recognised
        self.watch.heard, self.watch.asr = now, recognised.seconds
        self.watch.text = recognised.text

    def understood(self, readings: Sequence[Understanding], step: Step, now: float) -> None:
        """This is what they mean, and what would follow."""
        self.readings, self.step = tuple(readings), step
        self.watch.understood = now
        self.watch.nlu = sum(reading.seconds for reading in readings)
        self.watch.intent = self.meant.name

    @property
    def known(self) -> bool:
        """Whether everything is known that the words can tell."""
        return self.noise or self.step is not None

    def completeness(self, ask: acts.Ask, began: float) -> Completeness:
        """Whether the caller who began to speak then has finished, by all that is known so far."""
        if self.filler:
            return Completeness.PREFIX
        if self.step is None or self.first is not None:
            return Completeness.UNSURE
        first = self.readings[0]
        digits = next((e.value for e in first.entities if e.name == "digits"), "")
        taken_as = self.step.meant.name if self.step.meant else ""
        heard = (ask.readings[0], self.watch.text, first, taken_as, ask.mask, digits, self.finished)
        return completeness(Answer(*heard, lasted=self.last_speech - began))

    def silence(self, ask: acts.Ask, row: Expected, usual: float, began: float) -> float:
        """Seconds of silence that end the turn, by all that is known of it now; `usual`: where
        nothing is, for this caller."""
        if self.over:
            return 0.0
        if not self.known:
            return max(usual, WORDS_BY)
        what = self.completeness(ask, began)
        return delay(row, usual, what, heard_voice=self.finished is not None)

    def first_words(self) -> str:
        """What would be said first."""
        step_acts = self.step.acts if self.step else ()
        spoken = (act.text for act in step_acts if isinstance(act, acts.Say | acts.Ask))
        return next((text for text in spoken if text), "")
