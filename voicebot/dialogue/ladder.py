"""PURE. What happens when nothing was said, or nothing understood.

Silence and misunderstanding are counted apart and together: running (0 again after progress), for
each question and for the whole call. A question for a slot has its own reprompts and attempts,
after which the caller goes on without it; any other question climbs the flow's ladder: shorter
words, examples, the menu of keys. At the end stands a person.
"""

from __future__ import annotations

from dataclasses import replace

from kernel.packet import Reason
from voicebot.dialogue import questions
from voicebot.dialogue.acts import HangUp
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.flow import Ladder, Then
from voicebot.dialogue.goals import advance, hand_over, read_back, skip
from voicebot.dialogue.state import Asking, Question

RUNNING_LIMIT = 4
"""Failures of both kinds without progress between them."""
QUESTION_LIMIT = 5
"""Failures of both kinds at one question, with or without progress between them."""
CALL_LIMIT = 8
"""Failures of both kinds in a call, wherever they were."""
ANYTHING = (Asking.OPEN, Asking.INTENT, Asking.WHICH, Asking.PERSON, Asking.RESUME)
"""Questions instead of which anything else may be said."""
CONFIRM_ATTEMPTS = 2
"""Askings of a confirmation, after which the caller goes on unconfirmed."""


def no_input(draft: Draft) -> None:
    """Nothing was said."""
    if draft.state.pausing:
        draft.state = replace(draft.state, pausing=False)
        questions.again(draft)
        return
    draft.state = draft.state.failed(silent=True)
    _fail(draft, draft.flow.no_input, draft.state.no_input)


def no_match(draft: Draft, instead: str = "") -> None:
    """Something was said that answers nothing; `instead` is said in place of the ladder's words."""
    draft.state = draft.state.failed(silent=False)
    draft.because(f"no-match {draft.state.no_match} running, {draft.state.tries[1]} in the call")
    _fail(draft, draft.flow.no_match, draft.state.no_match, instead)


def engine_failed(draft: Draft) -> None:
    """We could not hear; that is not the caller's failure. The second time running: a person."""
    draft.state = replace(draft.state, engine_failures=draft.state.engine_failures + 1)
    if draft.state.engine_failures > 1:
        _lost(draft, "error", draft.flow.no_match)
    else:
        _say_again(draft, draft.flow.engine_failed)


def no_time(draft: Draft) -> None:
    """Nobody has time to listen: by keys, where that can be done; else as if an engine was lost.

    The menu speaks for itself: what is said of a lost engine asks to say it again.
    """
    keypad, asking = draft.flow.keypad, draft.state.question.asking
    if keypad is None or asking not in ANYTHING:
        engine_failed(draft)
        return
    questions.put(draft, Question(Asking.MENU, keypad.start))


def media_failed(draft: Draft) -> None:
    """Nobody can be heard: said so, then a person, who may call back."""
    _lost(draft, "error", draft.flow.no_input, say=draft.flow.no_input.last)


def give_up(draft: Draft, ladder: Ladder) -> None:
    """The end of the ladder."""
    if draft.route() is None and ladder.then is Then.HANG_UP:
        _hang_up(draft, ladder)
    else:
        queue = "" if draft.route() else ladder.queue
        _lost(draft, "max_attempts", ladder, say=ladder.last, queue=queue)


def _hang_up(draft: Draft, ladder: Ladder) -> None:
    draft.say(ladder.last)
    draft.end(HangUp())


def _lost(
    draft: Draft, reason: Reason, ladder: Ladder, say: str | None = None, queue: str = ""
) -> None:
    """To a person; but who was called for a few questions, and answers none, is let go."""
    route = draft.route()
    if route is not None and route.ends and ladder.then is Then.HANG_UP:
        _hang_up(draft, ladder)
    else:
        hand_over(draft, reason, say, queue)


def slot_missed(draft: Draft) -> None:
    """A question for a slot was not answered: reprompt, or go on without it."""
    question = draft.state.question
    slot = draft.flow.slots[question.about]
    if draft.state.asked.get(question.key, 0) < slot.attempts:
        questions.put(draft, question)
    elif slot.required:
        _lost(draft, "max_attempts", draft.flow.no_match)
    else:
        skip(draft, slot.name)
        advance(draft)


def _fail(draft: Draft, ladder: Ladder, running: int, instead: str = "") -> None:
    asking = draft.state.question.asking
    if _exhausted(draft):
        give_up(draft, ladder)
    elif asking is Asking.SLOT:
        slot_missed(draft)
    elif asking in (Asking.CONFIRM, Asking.CONFIRM_ALL):
        _confirmation_missed(draft)
    elif running > len(ladder.say):
        if not _by_keys(draft, ladder):
            give_up(draft, ladder)
    else:
        _say_again(draft, instead or ladder.say[running - 1], told=bool(instead))


def _exhausted(draft: Draft) -> bool:
    state = draft.state
    here = sum(state.missed.get(state.question.key, (0, 0)))
    running = state.no_input + state.no_match
    return running >= RUNNING_LIMIT or here >= QUESTION_LIMIT or sum(state.tries) >= CALL_LIMIT


def _by_keys(draft: Draft, ladder: Ladder) -> bool:
    """What cannot be said can perhaps be pressed: the menu of keys, once."""
    keypad = draft.flow.keypad
    if not ladder.keypad or keypad is None or draft.state.question.asking is Asking.MENU:
        return False
    questions.put(draft, Question(Asking.MENU, keypad.start))
    return True


def _say_again(draft: Draft, key: str, told: bool = False) -> None:
    """`key` as the question itself where anything may be said, else before it.

    A menu speaks for itself, unless the caller must be `told`: the ladder's words ask to speak.
    """
    question = draft.state.question
    if question.asking in ANYTHING and not told:
        questions.put(draft, Question(Asking.OPEN), draft.text(key))
        return
    if told or question.asking is Asking.SLOT:
        draft.say(key)
    questions.again(draft)


def _confirmation_missed(draft: Draft) -> None:
    question = draft.state.question
    if draft.state.asked.get(question.key, 0) < CONFIRM_ATTEMPTS:
        questions.put(draft, question)
        return
    route = draft.route()
    names = [question.about] if question.about else read_back(draft, route) if route else []
    for name in names:
        skip(draft, f"confirm:{name}")
    advance(draft)
