"""PURE. What a sentence, or a key, does to the question that is open.

In order: emergencies, universal words, then the answer itself, then other things that the caller
may want. While a slot is asked for, only what is sure comes before the answer: the caller may be
called Help.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voicebot.dialogue import goals, questions
from voicebot.dialogue.confidence import Verdict, decide, evidence_of
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.filling import answer as fill_answer
from voicebot.dialogue.filling import corrected, disproved, spelled_out, takes_text, volunteered
from voicebot.dialogue.flow import Answer, Route, Slot, Universal
from voicebot.dialogue.keypad import press
from voicebot.dialogue.ladder import give_up, no_match, slot_missed
from voicebot.dialogue.meaning import emergency, goal_of, rivals, universal, verdict, wishes
from voicebot.dialogue.memory import resume
from voicebot.dialogue.several import ask_which, several, which
from voicebot.dialogue.state import YES_NO, Asking, Goal, Question
from voicebot.dialogue.universals import obey
from voicebot.nlu.ports import IntentScore, Understanding
from voicebot.speech.ports import Recognised

OFFER_A_PERSON = 2
"""The out-of-scope sentence in a row after which a yes is taken as yes to a person, since the
wording has offered one by then; the next one ends the ladder."""

SURE = 0.85
"""Confidence from which something else than an answer is believed amid a question for a slot: what
answers it badly (a name, a noise) looks like some wish or other to a classifier."""

PLAIN = 0.97
"""Confidence from which a universal word is believed where any words are an answer: "please ring
the bell" looks like a wish for a person at .6, "ask the person next door" at .95, "agent" at 1."""
ALONE = 10
"""Words of a sentence that is such a wish and nothing else."""


def hear(draft: Draft, readings: Sequence[Understanding], heard: Recognised | None = None) -> None:
    """Take a sentence, understood as each of the ways that the question allows.

    `heard`: how well it was recognised; None: it was typed.
    """
    draft.heard = heard
    said = readings[0]
    asking = draft.state.question.asking
    draft.meant = said.intent
    mood = draft.state.mood if asking in YES_NO else draft.state.mood.after(said.feeling)
    draft.state = replace(draft.state, pausing=False, mood=mood, sentence=said)
    draft.because(_taken_as(said))
    if _at_any_moment(draft, said):
        return
    if asking is Asking.WHICH:
        which(draft, said)
    elif asking is Asking.SLOT:
        _slot(draft, said)
    elif asking in YES_NO:
        _yes_no(draft, readings)
    else:
        _open(draft, said)


def aside(draft: Draft, said: Understanding) -> bool:
    """Answer a question amid something else, where it is surely one: nothing else is done, nothing
    is asked, and small talk is none. Whoever waits may be talking to somebody in the room."""
    goal = goal_of(said)
    intent = draft.flow.intents.get(goal.intent)
    if said.out_of_scope or goal.confidence < SURE or intent is None:
        return False
    does = intent.does
    wish = isinstance(does, Answer) and not (does.small_talk or does.hang_up or intent.universal)
    if wish:
        draft.because(_taken_as(said))
        goals.tell(draft, intent, volunteered(draft, said.entities))
    return wish


def press_keys(draft: Draft, keys: str) -> None:
    """Take keys."""
    question = draft.state.question
    draft.state = replace(draft.state, pausing=False, sentence=None)
    meant = press(draft, keys)
    if isinstance(meant, bool):
        _decided(draft, meant)
    elif meant is not None:
        draft.state = draft.state.with_known(question.about, meant).progressed()
        goals.advance(draft)


def _taken_as(said: Understanding) -> str:
    outside = ", out of scope" if said.out_of_scope else ""
    return f"{said.intent.name} {said.intent.confidence:.2f}{outside}"


def _at_any_moment(draft: Draft, said: Understanding) -> bool:
    thresholds = draft.flow.thresholds
    free = draft.state.question.asking in (Asking.OPEN, Asking.MENU)
    least = thresholds.ask if free else thresholds.accept
    if emergency(draft.flow, said, least):
        volunteered(draft, said.entities)
        return goals.pursue(draft, goal_of(said))
    if free and several(draft, wishes(draft.flow, said)):
        return True
    if _somebody_else(draft, said):
        return True
    word = universal(draft.flow, said, least)
    if word is None or (
        word is not Universal.PERSON and said.intent.confidence < thresholds.accept
    ):
        return False
    if _takes_any_words(draft, said) and not _plain_and_alone(said):
        return False
    volunteered(draft, said.entities)
    obey(draft, word)
    return True


def _somebody_else(draft: Draft, said: Understanding) -> bool:
    """Another person comes to the telephone: who that is comes before what they answer."""
    goal = goal_of(said)
    intent = draft.flow.intents.get(goal.intent)
    forgets = intent.does.forget if intent and isinstance(intent.does, Route) else ()
    if not forgets or said.out_of_scope or goal.confidence < draft.flow.thresholds.accept:
        return False
    asked = draft.state.goal is not None and draft.state.goal.intent == goal.intent
    if asked and draft.state.known.keys().isdisjoint(forgets):
        return False  # it is asked already
    return goals.pursue(draft, goal)


def _takes_any_words(draft: Draft, said: Understanding) -> bool:
    question = draft.state.question
    slot = draft.flow.slots.get(question.about) if question.asking is Asking.SLOT else None
    return slot is not None and takes_text(slot, said)


def _plain_and_alone(said: Understanding) -> bool:
    return said.intent.confidence >= PLAIN and len(said.text.split()) <= ALONE


def _open(draft: Draft, said: Understanding) -> None:
    yes = verdict(draft.flow, said)
    goal = goal_of(said)
    told = _told(draft, goal, said)
    if yes is not None and draft.flow.universal(goal.intent) is not None:
        _decided_nothing(draft, yes)
    elif said.out_of_scope:
        if not _continued(draft, told):
            _out_of_scope(draft)
    else:
        _as_sure_as_we_are(draft, said, goal, told)


def _as_sure_as_we_are(draft: Draft, said: Understanding, goal: Goal, told: frozenset[str]) -> None:
    both = _rivals(draft, goal)
    second = both[1].confidence if both else 0.0
    irreversible = goals.irreversible(draft, goal)
    decision = decide(evidence_of(said, second, draft.heard, irreversible), draft.flow.thresholds)
    if decision.verdict is not Verdict.ACCEPT:
        draft.because(decision.reason)
    if decision.verdict is Verdict.OFFER_TWO and both is not None:
        ask_which(draft, both)
    elif decision.verdict is Verdict.ACCEPT:
        if not goals.pursue(draft, goal, told):
            no_match(draft)
    elif decision.verdict is Verdict.CONFIRM:
        _suggest(draft, goal, told)
    elif not _continued(draft, told):
        no_match(draft)


def _rivals(draft: Draft, goal: Goal) -> tuple[Goal, Goal] | None:
    """Two things that it may be about equally, neither of them denied before."""
    both = rivals(draft.flow, goal) if draft.flow.which and not draft.facts.keys_only else None
    if both is None or any(("intent", one.intent) in draft.state.denied for one in both):
        return None
    return both


def _decided_nothing(draft: Draft, yes: bool) -> None:
    """Yes or no to "anything else?"; a no before that answers nothing."""
    if yes:
        obey(draft, Universal.HELP)
    elif draft.state.answered:
        obey(draft, Universal.GOODBYE)
    else:
        no_match(draft)


def _suggest(draft: Draft, goal: Goal, told: frozenset[str]) -> None:
    """Not sure: a follow-up of what was answered, or "is this about …?", never twice the same."""
    if _continued(draft, told):
        return
    intent = draft.flow.intents.get(goal.intent)
    small = intent and isinstance(intent.does, Answer) and intent.does.small_talk
    if small:
        goals.pursue(draft, goal, told)
    elif intent is None or intent.does is None or ("intent", goal.intent) in draft.state.denied:
        no_match(draft)
    else:
        draft.because(f"asked about: below accept {draft.flow.thresholds.accept:g}")
        goals.suggest(draft, goal)


def _continued(draft: Draft, told: frozenset[str]) -> bool:
    """An unsure sentence that only changes a slot of the last answer asks for it again."""
    before = draft.flow.intents.get(draft.state.answered)
    if before and isinstance(before.does, Answer) and told & set(before.does.follow_up):
        draft.state = draft.state.progressed()
        goals.answer(draft, before, told)
        return True
    return False


def _out_of_scope(draft: Draft) -> None:
    """Say what this line is for; the second time running a yes is yes to a person."""
    count = draft.state.out_of_scope + 1
    draft.state = replace(draft.state, out_of_scope=count)
    if count > OFFER_A_PERSON:
        give_up(draft, draft.flow.no_match)
        return
    draft.say(draft.flow.out_of_scope)
    if count == OFFER_A_PERSON:
        questions.put(draft, Question(Asking.PERSON))
    else:
        questions.anything(draft)


def _slot(draft: Draft, said: Understanding) -> None:
    slot = draft.flow.slots[draft.state.question.about]
    echoed, draft.state = draft.state.echoed, replace(draft.state, echoed="")
    if echoed and _corrects_echo(draft, draft.flow.slots[echoed], said):
        return
    if fill_answer(draft, slot, said):
        _answered(draft, slot.name)
        goals.echo(draft, slot)
        goals.advance(draft)
    elif disproved(slot, said):
        no_match(draft)  # whatever else it says: nobody tries without end
    elif verdict(draft.flow, said) is False and not slot.required:
        _said_yes_no(draft, said, False)
        draft.state = draft.state.progressed()
        goals.skip(draft, slot.name)
        goals.advance(draft)
    elif _something_else(draft, said):
        return
    elif said.intent.confidence < SURE and spelled_out(draft, slot, said):
        _answered(draft, slot.name)
        goals.advance(draft)
    else:
        no_match(draft)


def _corrects_echo(draft: Draft, slot: Slot, said: Understanding) -> bool:
    """ "No, Thursday", after "Friday the 9th. What is your name?": the value before is wrong."""
    if not said.text.lower().startswith(("no ", "no,")):
        return False
    if not corrected(draft, [slot], [said]):
        return False
    _answered(draft, slot.name)
    goals.echo(draft, slot)
    goals.advance(draft)
    return True


def _answered(draft: Draft, slot: str) -> None:
    """The sentence gave this slot, whatever else it looks like to a classifier."""
    draft.meant = IntentScore(f"answer:{slot}", draft.state.known[slot].confidence)
    draft.state = draft.state.progressed()


def _said_yes_no(draft: Draft, said: Understanding, yes: bool) -> None:
    word = Universal.AFFIRM if yes else Universal.DENY
    sure = next((e.confidence for e in said.entities if e.name == "yes_no"), said.intent.confidence)
    draft.meant = IntentScore(str(word), sure)


def _something_else(draft: Draft, said: Understanding) -> bool:
    """Another thing that the caller surely wants, in the middle of a question."""
    goal = goal_of(said)
    intent = draft.flow.intents.get(goal.intent)
    asked = draft.state.question.asking
    least = draft.flow.thresholds.accept if asked is Asking.INTENT else SURE
    sure = goal.confidence >= least and not said.out_of_scope
    same = draft.state.goal is not None and draft.state.goal.intent == goal.intent
    if intent is None or not sure or same or not isinstance(intent.does, Answer | Route):
        return False
    draft.meant = said.intent
    return goals.ask_first(draft, goal) or goals.pursue(draft, goal, _told(draft, goal, said))


def _told(draft: Draft, goal: Goal, said: Understanding) -> frozenset[str]:
    """What the sentence tells beside what it wants, for the questions that will follow."""
    intent = draft.flow.intents.get(goal.intent)
    route = intent.does if intent and isinstance(intent.does, Route) else None
    return volunteered(draft, said.entities, wanted=route.ask if route else ())


def _yes_no(draft: Draft, readings: Sequence[Understanding]) -> None:
    yes = verdict(draft.flow, readings[0])
    if yes is not None:
        _said_yes_no(draft, readings[0], yes)
    if yes is True:
        _decided(draft, True)
    elif _corrects(draft, readings, yes):
        return
    elif yes is False:
        _decided(draft, False)
    elif draft.state.question.asking in (Asking.PERSON, Asking.RESUME):
        _open(draft, readings[-1])
    elif not _something_else(draft, readings[-1]):
        no_match(draft)


def _corrects(draft: Draft, readings: Sequence[Understanding], yes: bool | None) -> bool:
    """ "No, it's seven seven four two", or a number instead of an answer."""
    question, route = draft.state.question, draft.route()
    names = {
        Asking.CONFIRM: [question.about],
        Asking.CONFIRM_ALL: goals.read_back(draft, route) if route else [],
    }.get(question.asking)
    if names is None:
        return yes is False and _something_else(draft, readings[-1])
    if yes is None and not any(reading.entities for reading in readings):
        return False
    before = draft.state.known
    changed = corrected(draft, (draft.flow.slots[name] for name in names), readings)
    if not changed:
        return False
    wrong = {(name, before[name].value) for name in changed if name in before}
    draft.state = replace(draft.state, denied=draft.state.denied | wrong)
    if yes is None:
        _answered(draft, changed[0])
    draft.state = draft.state.progressed()
    goals.advance(draft)
    return True


def _decided(draft: Draft, yes: bool) -> None:
    """Yes or no to the question that is open."""
    question = draft.state.question
    draft.state = draft.state.progressed()
    match question.asking:
        case Asking.CONFIRM:
            _confirmed(draft, [question.about], yes)
        case Asking.CONFIRM_ALL:
            route = draft.route()
            _confirmed(draft, goals.read_back(draft, route) if route else [], yes)
        case Asking.PERSON:
            goals.person(draft, "low_confidence") if yes else _decided_nothing(draft, False)
        case Asking.RESUME:
            resume(draft) if yes else questions.anything(draft)
        case _:
            _offer_decided(draft, yes)


def _confirmed(draft: Draft, names: list[str], yes: bool) -> None:
    known = draft.state.known
    if yes:
        for name in names:
            if name in known:
                draft.state = draft.state.with_known(name, replace(known[name], confirmed=True))
        goals.advance(draft)
    elif len(names) == 1:
        _denied(draft, names[0])
    else:
        # No value is denied by a no to all of them: each is read back on its own.
        draft.state = replace(draft.state, one_by_one=True)
        _ask_each_again(draft, names)


def _denied(draft: Draft, name: str) -> None:
    value = draft.state.known[name].value
    draft.state = replace(draft.state, denied=draft.state.denied | {(name, value)}).without(name)
    draft.state = replace(draft.state, question=Question(Asking.SLOT, name))
    slot_missed(draft)


def _ask_each_again(draft: Draft, names: list[str]) -> None:
    """What cannot be read back on its own is forgotten, so that it is asked for again."""
    silent = [n for n in names if n in draft.state.known and not draft.flow.slots[n].confirm]
    draft.state = draft.state.without(*silent)
    goals.advance(draft)


def _offer_decided(draft: Draft, yes: bool) -> None:
    offered = draft.state.offered
    draft.state = replace(draft.state, offered=())
    if offered and yes:
        if not goals.pursue(draft, offered[0]):
            no_match(draft)
        return
    denied = {("intent", goal.intent) for goal in offered}
    draft.state = replace(draft.state, denied=draft.state.denied | denied)
    no_match(draft)
