"""PURE. Doing what the caller wants: answering, collecting what a person needs, handing over."""

from __future__ import annotations

from dataclasses import replace

from kernel.packet import Reason
from voicebot.dialogue import actions, questions, validation
from voicebot.dialogue.acts import HangUp
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.flow import Answer, FollowUp, Intent, Route, Slot, Universal
from voicebot.dialogue.packet import transfer_of
from voicebot.dialogue.responses import PLACEHOLDER
from voicebot.dialogue.state import Asking, Goal, Known, Question

NOTHING_TOLD: frozenset[str] = frozenset()
VOICEMAIL = "voicemail"
"""What a call that a machine took came to, in every bot."""
BEEP_WITHIN = 60.0
"""Seconds in which a machine's greeting is over."""


def pursue(draft: Draft, goal: Goal, told: frozenset[str] = NOTHING_TOLD) -> bool:
    """Do what this intent does; `told` are the slots of its sentence. False: it does nothing."""
    intent = draft.flow.intents.get(goal.intent)
    if intent is None or intent.does is None:
        return False
    draft.state = draft.state.progressed()
    if isinstance(intent.does, Answer):
        answer(draft, intent, told)
    elif isinstance(intent.does, Route):
        begin(draft, goal, intent.does)
    else:
        follow_up(draft, intent.does, told)
    return True


def tell(draft: Draft, intent: Intent, told: frozenset[str]) -> Answer:
    """Say what answers it."""
    does = intent.does
    assert isinstance(does, Answer)
    draft.state = draft.state.without(*(s for s in does.follow_up if s not in told))
    for key in (does.say, *does.also):
        draft.say(key, {"intent": intent.title}, interruptible=does.interruptible)
    draft.because(f"answered {intent.name}")
    came_to(draft, intent)
    if not does.small_talk:
        draft.state = replace(draft.state, answered=intent.name)
    return does


def irreversible(draft: Draft, goal: Goal) -> bool:
    """Whether what this intent does cannot be undone."""
    intent = draft.flow.intents.get(goal.intent)
    return intent is not None and intent.irreversible


def suggest(draft: Draft, goal: Goal) -> None:
    """ "Is this about …?"; a yes does it."""
    draft.state = replace(draft.state, offered=(goal,))
    questions.put(draft, Question(Asking.INTENT, goal.intent))


def ask_first(draft: Draft, goal: Goal) -> bool:
    """Put what cannot be undone as a question, however sure we are; False: it can be undone."""
    if irreversible(draft, goal):
        suggest(draft, goal)
        return True
    return False


def answer(draft: Draft, intent: Intent, told: frozenset[str]) -> None:
    """Say it, and go on with what was being asked, or with whatever is next."""
    does = tell(draft, intent, told)
    if does.hang_up:
        draft.end(HangUp())
    else:
        resume(draft)


def resume(draft: Draft) -> None:
    """Back to the question of the route under way, or to whatever is next."""
    if draft.route() is not None:
        questions.again(draft)
    else:
        questions.anything(draft)


def follow_up(draft: Draft, does: FollowUp, told: frozenset[str]) -> None:
    """ "And on Sunday?": the last answer again, for what this sentence changed."""
    before = draft.flow.intents.get(draft.state.answered)
    if before and isinstance(before.does, Answer) and told & set(before.does.follow_up):
        answer(draft, before, told)
    else:
        answer(draft, draft.flow.intents[does.otherwise], told)


def begin(draft: Draft, goal: Goal, route: Route) -> None:
    """The caller needs a person for this: say so and collect what is asked for."""
    draft.state = replace(
        draft.state.without(*route.forget),
        goal=goal,
        question=Question(),
        one_by_one=False,
        skipped=frozenset(),
        asked={},
    )
    for slot in (draft.flow.slots[name] for name in route.ask):
        if goal.intent in slot.by_trigger and slot.name not in draft.state.known:
            known = Known(slot.by_trigger[goal.intent], goal.confidence)
            draft.state = draft.state.with_known(slot.name, known)
    if route.say:
        draft.say(route.say, interruptible=not route.emergency)
    if route.emergency:
        hand_over(draft, "policy")
    else:
        advance(draft)


def advance(draft: Draft) -> None:
    """The next slot to ask for or to confirm; when nothing is left, the hand-over."""
    route = draft.route()
    assert route is not None, "only a route is advanced"
    if not validation.due(draft, route) and not _ask_next(draft, route):
        actions.begin(draft, route.do) if route.do else finish(draft)


def _ask_next(draft: Draft, route: Route) -> bool:
    """The next slot to ask for or to confirm; False: nothing is left."""
    for slot in _asked(draft, route):
        if slot.name not in draft.state.known:
            if not can_be_asked(draft, slot):
                skip(draft, slot.name)
            if slot.name in draft.state.skipped:
                continue
            questions.put(draft, Question(Asking.SLOT, slot.name))
            return True
        if _one_by_one(draft, route) and needs_confirmation(draft, slot):
            questions.put(draft, Question(Asking.CONFIRM, slot.name))
            return True
    if not _one_by_one(draft, route) and any(
        _unconfirmed(draft, name) for name in read_back(draft, route)
    ):
        questions.put(draft, Question(Asking.CONFIRM_ALL))
        return True
    for slot in (draft.flow.slots[name] for name in route.ask):
        if route.confirm is not None and needs_confirmation(draft, slot):
            questions.put(draft, Question(Asking.CONFIRM, slot.name))
            return True
    return False


def finish(draft: Draft) -> None:
    """Everything of the route is known and done: on by a branch, the answer, or a person."""
    route, goal = draft.route(), draft.state.goal
    assert route is not None and goal is not None, "only a route is finished"
    if _branched(draft, route):
        return
    came_to(draft, draft.flow.intents[goal.intent])
    if not route.stays:
        hand_over(draft, "policy")
        return
    if route.answer:
        draft.say(route.answer, interruptible=not route.ends)
    draft.because(f"answered {goal.intent}")
    if route.ends:
        draft.end(HangUp())
    else:
        leave(draft)


def _branched(draft: Draft, route: Route) -> bool:
    """On with what the answers lead to, where they lead anywhere."""
    for name, ways in route.branch.items():
        known = draft.state.known.get(name)
        if known is not None and known.value in ways:
            draft.because(f"{name}: to {ways[known.value]}")
            return pursue(draft, Goal(ways[known.value]))
    return False


def leave(draft: Draft) -> None:
    """The route is over and nobody is needed: on to what else the caller wants."""
    done = draft.state.goal.intent if draft.state.goal else ""
    draft.state = replace(draft.state, goal=None, answered=done, question=Question())
    if draft.state.also:
        goal, *rest = draft.state.also
        draft.state = replace(draft.state, also=tuple(rest))
        pursue(draft, goal)
    else:
        questions.anything(draft)


def came_to(draft: Draft, intent: Intent) -> None:
    """Note what the call came to, where this says so."""
    if intent.result:
        draft.because(f"result {intent.result}")
        draft.state = replace(draft.state, result=intent.result)


def opening(draft: Draft) -> bool:
    """Begin with what this bot calls for; False: it waits for what the caller wants."""
    return bool(draft.flow.opens) and pursue(draft, Goal(draft.flow.opens))


def hold_for_beep(draft: Draft) -> None:
    """Say nothing more to a machine that still speaks."""
    draft.state = replace(draft.state, pausing=True, result=VOICEMAIL)
    questions.pause(draft, BEEP_WITHIN)


def leave_message(draft: Draft) -> None:
    """The short version, if there is one, and no more."""
    draft.state = replace(draft.state, pausing=False, result=VOICEMAIL)
    if draft.flow.voicemail:
        draft.say(draft.flow.voicemail, interruptible=False)
    draft.end(HangUp())


def read_back(draft: Draft, route: Route) -> list[str]:
    """The slots that the route's one confirmation names; a yes confirms no others."""
    variations = draft.bot.responses[route.confirm or ""].variations if route.confirm else ()
    named = {name for each in variations for name in PLACEHOLDER.findall(each.text)}
    return [name for name in route.ask if name in named]


def needs_confirmation(draft: Draft, slot: Slot) -> bool:
    """Whether this slot is to be read back on its own."""
    return slot.confirm is not None and _unconfirmed(draft, slot.name)


def echo(draft: Draft, slot: Slot) -> None:
    """A value that was surely heard is not asked about: it is said, so that it can be corrected."""
    known = draft.state.known.get(slot.name)
    if known is None or known.confirmed or known.confidence < slot.confirm_below:
        return
    draft.because(
        f"{slot.name} heard with {known.confidence:.2f}, sure from {slot.confirm_below:g}"
    )
    skip(draft, f"confirm:{slot.name}")
    if slot.echo:
        draft.say(slot.echo, {"value": slot.spoken(known.value)})
    draft.state = replace(draft.state, echoed=slot.name)


def skip(draft: Draft, what: str) -> None:
    """Go on without this slot, or without this confirmation (`confirm:slot`)."""
    draft.state = replace(draft.state, skipped=draft.state.skipped | {what})


def hand_over(draft: Draft, reason: Reason, say: str | None = None, queue: str = "") -> None:
    """To a person, with everything known: in the route's other house, or in one of our queues."""
    route, back_to = draft.route(), draft.state.back_to
    queue = queue or (back_to if back_to in draft.flow.queues else "")
    house = draft.flow.houses.get(route.refer) if route and not queue else None
    key = say or (route.handover if route and route.handover else draft.flow.handover)
    refer = house.target if house else ""
    transfer = transfer_of(draft.flow, draft.state, reason, draft.state.goal, queue, refer)
    draft.because(f"to {transfer.queue}: {reason}")
    if draft.state.mood.head_start >= 1:
        mood = draft.state.mood
        draft.because(
            f"sentiment {mood.value:+.2f} ({mood.confidence:.2f}): "
            f"{mood.head_start:.0f} s of head start"
        )
    title = house.title if house else draft.flow.queues[transfer.queue].title
    draft.say(key, {"queue": title}, interruptible=False)
    draft.end(transfer)


def not_taken(draft: Draft) -> None:
    """The other house did not take the caller: one of our queues does."""
    route = draft.route()
    assert route is not None and route.refer, "only a route leads to another house"
    draft.say(draft.flow.houses[route.refer].failed, interruptible=False)
    hand_over(draft, "policy", draft.flow.handover, route.queue)


def person(draft: Draft, reason: Reason = "asked") -> None:
    """Who asks for a person gets one, at once and without a further question."""
    intent = draft.flow.intent_of(Universal.PERSON)
    if intent and isinstance(intent.does, Route):
        came_to(draft, intent)
        if intent.does.say:
            draft.say(intent.does.say)
        if draft.route() is None:
            draft.state = replace(draft.state, goal=Goal(intent.name))
    hand_over(draft, reason)


def _unconfirmed(draft: Draft, name: str) -> bool:
    known = draft.state.known.get(name)
    return (
        known is not None and not known.confirmed and f"confirm:{name}" not in draft.state.skipped
    )


def _one_by_one(draft: Draft, route: Route) -> bool:
    """Everything at once only where everything is known, and more than one thing is open."""
    if route.confirm is None or draft.state.one_by_one:
        return True
    if any(name in draft.state.skipped for name in route.ask):
        return True
    open_ones = [name for name in route.ask if _unconfirmed(draft, name)]
    complete = all(name in draft.state.known for name in route.ask)
    single = len(open_ones) == 1 and len(route.ask) > 1
    return complete and single and draft.flow.slots[open_ones[0]].confirm is not None


def _asked(draft: Draft, route: Route) -> list[Slot]:
    """The slots of a route that what was answered before makes questions."""
    known = draft.state.known

    def holds(slot: Slot) -> bool:
        return all(
            name in known and known[name].value in values for name, values in slot.only_if.items()
        )

    return [slot for name in route.ask if holds(slot := draft.flow.slots[name])]


def can_be_asked(draft: Draft, slot: Slot) -> bool:
    """Whether there are words for it and, on a line of keys, keys."""
    return slot.ask is not None and (slot.keys or not draft.facts.keys_only)
