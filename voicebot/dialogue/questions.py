"""PURE. Putting a question: its words, what its answer may be, and by which keys."""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue.acts import Ask, Keys
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.flow import Flow, Intent, Slot, SlotKind, Universal
from voicebot.dialogue.state import YES_NO, Asking, Question, State
from voicebot.expected import expected

TERMS = 24
"""Words for the recogniser at most: its prompt is short."""
ABOUT_INTENTS = (Asking.INTENT, Asking.WHICH, Asking.RESUME)
"""Questions that name intents."""


def put(draft: Draft, question: Question, text: str | None = None, counted: bool = True) -> None:
    """Ask; with `text` instead of the question's own words."""
    words = _words(draft, question) if text is None else text
    if counted:
        draft.state = draft.state.with_asked(question)
    else:
        draft.state = replace(draft.state, question=question)
    draft.end(_ask(draft, question, words))


def again(draft: Draft) -> None:
    """Ask the open question once more, after something else was said. Does not count."""
    question = draft.state.question
    if question.asking is Asking.OPEN:
        anything(draft)
    elif question.asking is Asking.SLOT:
        put(draft, question, draft.text(_slot(draft, question).ask or ""), counted=False)
    else:
        put(draft, question, counted=False)


def anything(draft: Draft) -> None:
    """Listen for whatever the caller wants next; on a line of keys, by the menu."""
    if draft.facts.keys_only and draft.flow.keypad:
        put(draft, Question(Asking.MENU, draft.flow.keypad.start))
    else:
        put(draft, Question(Asking.OPEN), "" if draft.asks_already() else _open_words(draft))


def carried(flow: Flow, state: State) -> State:
    """The state as another bot goes on with it, of this flow.

    What was said last is not repeated: it was in other words. A question about something that this
    bot does not have is open again.
    """
    question, state = state.question, replace(state, last=())
    intents = {goal.intent for goal in state.offered}
    if question.asking in ABOUT_INTENTS:
        intents |= set(question.about.split("|"))
    menus = flow.keypad.menus if flow.keypad else {}
    menu = question.asking is Asking.MENU and question.about not in menus
    wordless = (question.asking is Asking.WHICH and flow.which is None) or (
        question.asking is Asking.RESUME and flow.resume is None
    )
    if menu or wordless or not intents <= flow.intents.keys():
        return replace(state, offered=(), question=Question())
    return state


def split_question(text: str) -> tuple[str, str]:
    """What comes before the question that ends `text`, and the question; no question: all before.

    So that "Hello, this is …", "this call is recorded" and "how can I help?" come in that order.
    """
    if not text.rstrip().endswith("?"):
        return text, ""
    before, mark, question = text.rpartition(". ")
    return before + mark.strip(), question


def _open_words(draft: Draft) -> str:
    """ "Anything else?" only after something; before, the greeting's own question."""
    if not draft.state.answered:
        question = split_question(draft.text(draft.flow.greeting))[1]
        if question:
            return question
    return draft.text(draft.flow.anything_else)


def pause(draft: Draft, seconds: float) -> None:
    """Listen to the same question for so long without a word."""
    draft.end(replace(_ask(draft, draft.state.question, ""), no_input_after=seconds))


def _slot(draft: Draft, question: Question) -> Slot:
    return draft.flow.slots[question.about]


def _words(draft: Draft, question: Question) -> str:
    match question.asking:
        case Asking.SLOT:
            return _slot_words(draft, question)
        case Asking.CONFIRM:
            return _confirm_words(draft, _slot(draft, question))
        case Asking.CONFIRM_ALL:
            route = draft.route()
            return _with_yes_no(draft, draft.text(route.confirm or "") if route else "")
        case Asking.INTENT:
            return _about(draft, draft.flow.confirm_intent, question.about)
        case Asking.RESUME:
            return _about(draft, draft.flow.resume or "", question.about)
        case Asking.WHICH:
            first, second = (draft.flow.intents[goal.intent].title for goal in draft.state.offered)
            return draft.text(draft.flow.which or "", {"first": first, "second": second})
        case Asking.MENU:
            return _menu_words(draft, question.about)
    return _open_words(draft)


def _about(draft: Draft, key: str, intent: str) -> str:
    title = draft.flow.intents[intent].title
    return _with_yes_no(draft, draft.text(key, {"title": title}))


def _slot_words(draft: Draft, question: Question) -> str:
    slot = _slot(draft, question)
    asked = draft.state.asked.get(question.key, 0)
    if asked and slot.reprompts:
        text = draft.text(slot.reprompts[min(asked, len(slot.reprompts)) - 1])
    else:
        text = draft.text(slot.ask or "")
    if draft.facts.keys_only and slot.kind is SlotKind.YES_NO:
        return _with_yes_no(draft, text)
    if draft.facts.keys_only and slot.choices:
        return f"{text} {_listing(draft.flow, [(c.value, c.key) for c in slot.choices])}"
    return text


def _confirm_words(draft: Draft, slot: Slot) -> str:
    value = draft.state.known[slot.name].value
    return _with_yes_no(draft, draft.text(slot.confirm or "", {"value": slot.spoken(value)}))


def _with_yes_no(draft: Draft, text: str) -> str:
    if not draft.facts.keys_only:
        return text
    yes = draft.flow.intent_of(Universal.AFFIRM)
    no = draft.flow.intent_of(Universal.DENY)
    return f"{text} {_listing(draft.flow, [(_title(yes, 'yes'), '1'), (_title(no, 'no'), '2')])}"


def _title(intent: Intent | None, otherwise: str) -> str:
    return intent.title if intent else otherwise


def _listing(flow: Flow, items: list[tuple[str, str | None]]) -> str:
    item = flow.keypad.item if flow.keypad else "For {label}, press {key}."
    return " ".join(
        item.replace("{label}", label).replace("{key}", key) for label, key in items if key
    )


def _menu_words(draft: Draft, name: str) -> str:
    keypad = draft.flow.keypad
    if keypad is None:
        return _open_words(draft)
    menu = keypad.menus[name]
    before = draft.text(menu.say, {"menu": menu.name}) if menu.say else ""
    return f"{before} {keypad.listing(menu)}".strip()


def _ask(draft: Draft, question: Question, text: str) -> Ask:
    if question.asking is Asking.SLOT:
        slot = _slot(draft, question)
        values = tuple(choice.value for choice in slot.choices)
        ask = Ask(text, question.key, (slot.expects,), values, _slot_keys(slot))
        denied = frozenset(value for name, value in draft.state.denied if name == slot.name)
        ask = replace(ask, mask=slot.mask, denied=denied)
    elif question.asking in YES_NO:
        ask = Ask(text, question.key, _readings(draft, question))
    else:
        expects = "menu" if question.asking is Asking.MENU else "open"
        ask = Ask(text, question.key, (expects,), terms(draft.flow))
    patience = max(draft.flow.no_input_after, expected(ask.readings[0]).no_input)
    return replace(ask, no_input_after=patience)


def _slot_keys(slot: Slot) -> Keys:
    if slot.keys and slot.kind in (SlotKind.DIGITS, SlotKind.NUMBER):
        return Keys(slot.max_digits, slot.end_key)
    return Keys()


def _readings(draft: Draft, question: Question) -> tuple[str, ...]:
    """Yes or no, or at once the right value: "no, it's seven seven four two"."""
    route = draft.route()
    if question.asking is Asking.CONFIRM:
        return ("yes_no", _slot(draft, question).expects)
    if question.asking is Asking.CONFIRM_ALL and route:
        expects = {draft.flow.slots[name].expects for name in route.ask}
        return ("yes_no", *(e for e in ("digits", "date") if e in expects))
    return ("yes_no", "open")


def terms(flow: Flow) -> tuple[str, ...]:
    """What an open question tells the recogniser to expect: what the bot is for."""
    titles = (i.title for i in flow.intents.values() if i.universal is None and i.does is not None)
    return tuple(titles)[:TERMS]
