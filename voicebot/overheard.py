"""PURE. Words said over a prompt that were perhaps not meant for us.

Other people's talk, or the caller's with them. Whoever does want to speak to us is answered, too,
where nothing is understood; but what was not heard clearly, and means nothing surely, is no reason
to leave what is being said.
"""

from __future__ import annotations

from voicebot.dialogue.flow import Flow, Route, Universal
from voicebot.dialogue.state import Asking, State, Step
from voicebot.speech.ports import Recognised

CLEARLY = 0.5
"""Confidence of a recogniser from which words are answered that mean nothing. Measured
(docs/benchmarks/turn_taking.md): "no, stop" has .56 to .71."""
BARELY = 0.32
"""Below it nothing is believed that was asked for by nobody. Measured there: of 160 whole answers,
half of them 14 dB down, none has less that does not also sound like no speech; "bye, bye" and
"around your land" of other people had .25 to .28."""


def overheard(flow: Flow, before: State, step: Step, heard: Recognised) -> bool:
    """Whether what was being said goes on, for the step that follows answers nothing."""
    after = step.state
    missed = (after.tries[1], after.out_of_scope) > (before.tries[1], before.out_of_scope)
    unclear = heard.confidence < CLEARLY and (missed or _unsure(flow, step))
    barely = heard.confidence < BARELY and before.question.asking is Asking.OPEN
    return unclear or (barely and not _emergency(flow, step)) or _listens(flow, before, step)


def _unsure(flow: Flow, step: Step) -> bool:
    """A wish that would have to be asked about; a person asked for is believed from less, where
    nothing else is being said. What looks like an emergency is never left."""
    if step.meant is None or step.meant.name not in flow.intents:
        return False
    return step.meant.confidence < flow.thresholds.accept and not _emergency(flow, step)


def _emergency(flow: Flow, step: Step) -> bool:
    intent = flow.intents.get(step.meant.name) if step.meant else None
    return intent is not None and isinstance(intent.does, Route) and intent.does.emergency


def _listens(flow: Flow, before: State, step: Step) -> bool:
    """A yes, however long, to which nothing was asked: it would have the question put again."""
    yes = step.meant is not None and flow.universal(step.meant.name) is Universal.AFFIRM
    return yes and before.question.asking is Asking.OPEN and not before.answered
