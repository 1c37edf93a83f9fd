"""A small bot, made here so that no test hangs on the words of the demonstration's."""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.fillers import Filler
from voicebot.dialogue.flow import (
    Answer,
    Bot,
    Choice,
    Flow,
    FollowUp,
    Intent,
    KeyAction,
    Keypad,
    Ladder,
    Menu,
    OtherHouse,
    Queue,
    Route,
    Slot,
    SlotKind,
    Universal,
)
from voicebot.dialogue.responses import Condition, Response, Variation
from voicebot.dialogue.waiting_texts import Waiting
from voicebot.leaving import WayOut, Wish
from voicebot.nlu.ports import Entity, IntentScore, Understanding
from voicebot.nlu.training import Training

FACTS = CallFacts(
    call="c-1", centre="house", client="city", line="8000", caller="+390123", says_recorded=True
)
KEYS_ONLY = replace(FACTS, keys_only=True)

TEXTS = {
    "greeting": "This is the sample. How can I help?",
    "machine": "A machine speaks.",
    "recorded": "It is recorded.",
    "anything_else": "Anything else?",
    "is_it": "Is it {title}?",
    "connecting_to": "Connecting you to {queue}.",
    "oos": "Not my business.",
    "silent": "Nothing heard. How can I help?",
    "silent_again": "Still nothing. What is it?",
    "silent_last": "A person will help.",
    "lost": "Say again?",
    "unclear": "What was that?",
    "unclear_again": "Once more, please?",
    "unclear_last": "I give up. A person will help.",
    "hours_are": "Nine to five.",
    "bye": "Goodbye.",
    "helping": "Ask for hours or bills.",
    "anew": "Again. What is it?",
    "take_time": "Take your time.",
    "sorry_bill": "Sorry about that.",
    "person_yes": "Of course.",
    "ask_name": "Your name?",
    "ask_name_again": "Your name, please?",
    "is_name": "You are {value}?",
    "ask_number": "Your number?",
    "ask_number_again": "Your number, digit by digit?",
    "is_number": "Number {value}?",
    "is_number_only": "Is the number {number}?",
    "is_all": "{name}, number {number}?",
    "ask_kind": "Gas or water?",
    "leave_house": "Leave the house.",
    "thanks_too": "My pleasure.",
    "position": "You are number {position}.",
    "wait": "Between {minutes_low} and {minutes} minutes.",
    "wait_about": "At most {minutes} minutes.",
    "back_offer": "Press 1 to be called back.",
    "back_instead": "Shall we call you back?",
    "back_confirm": "On {number}?",
    "back_number": "On which number?",
    "back_booked": "We will call you.",
    "back_ringing": "It rings.",
    "back_not": "Not that number.",
    "back_fault": "That does not go.",
    "back_hello": "We call you back.",
    "closed": "We are closed.",
    "next": "You are next.",
    "connecting": "Here is somebody.",
    "not_answered": "Not there. Please wait.",
    "nobody": "Nobody is there.",
    "failed": "That did not work.",
    "not_taken": "They are busy.",
    "menu_main": "Choose.",
    "menu_bills": "Bills.",
    "wrong_key": "No such key.",
}

SLOTS = {
    "name": Slot(
        "name", SlotKind.NAME, "name", (), "name", "ask_name", ("ask_name_again",), "is_name",
        required=False,
    ),
    "number": Slot(
        "number", SlotKind.DIGITS, "number", (Filler("number_entity"),), "digits", "ask_number",
        ("ask_number_again",), "is_number", required=False, keys=True, min_digits=4, max_digits=4,
        groups=(2, 2), show_last=2,
    ),
    "kind": Slot(
        "kind", SlotKind.CHOICE, "kind", (Filler("kind"),), "open", "ask_kind", keys=True,
        attempts=2, choices=(Choice("gas", "1"), Choice("water", "2")),
    ),
    "place": Slot("place", SlotKind.TEXT, "place", (), "open", "ask_kind", required=False),
    "day": Slot("day", SlotKind.TEXT, "day", (Filler("day"),)),
}  # fmt: skip

INTENTS = [
    Intent("hours", "opening hours", Answer("hours_are", follow_up=("day",))),
    Intent("more", "the same", FollowUp("hours")),
    Intent("thanks", "thanks", Answer("thanks_too", small_talk=True)),
    Intent("wrong", "a wrong number", Answer("bye", hang_up=True)),
    Intent(
        "bill", "a high bill",
        Route("bills", 30.0, frozenset({"billing"}), frozenset({"calm"}), "sorry_bill",
              ("name", "number"), "is_all", None, "{name}, {number}: bill too high."),
    ),
    Intent(
        "supply", "a new supply", Route("bills", ask=("name", "kind"), summary="{name}: {kind}.")
    ),
    Intent(
        "pipes", "a burst pipe",
        Route("house", ask=("name",), summary="{name}: a pipe.", refer="water", task=True),
    ),
    Intent("number_task", "the number", Route("bills", ask=("number",), task=True)),
    Intent("broken", "a breakdown", Route("house", ask=("place",), summary="Broken at {place}.")),
    Intent(
        "gas", "a smell of gas",
        Route("danger", 600.0, say="leave_house", emergency=True, summary="Gas!"),
    ),
    Intent("person", "a person", Route("house", say="person_yes"), Universal.PERSON),
    Intent("help", "help", Answer("helping"), Universal.HELP),
    Intent("repeat", "repeat", None, Universal.REPEAT),
    Intent("start_over", "start over", Answer("anew"), Universal.START_OVER),
    Intent("back", "back", None, Universal.BACK),
    Intent("wait", "a moment", Answer("take_time"), Universal.WAIT),
    Intent("goodbye", "goodbye", Answer("bye", hang_up=True), Universal.GOODBYE),
    Intent("affirm", "yes", None, Universal.AFFIRM),
    Intent("deny", "no", None, Universal.DENY),
]  # fmt: skip

KEYPAD = Keypad(
    "main",
    {
        "main": Menu("main", "menu_main", (
            KeyAction("1", "hours", intent="hours"),
            KeyAction("2", "bills", menu="bills"),
            KeyAction("0", "a person", universal=Universal.PERSON),
        )),
        "bills": Menu("bills", "menu_bills", (
            KeyAction("1", "a high bill", intent="bill"),
            KeyAction("2", "a new supply", intent="supply"),
            KeyAction("*", "the menu before", universal=Universal.BACK),
        )),
    },
    invalid="wrong_key",
)  # fmt: skip

FLOW = Flow(
    name="Sample", language="en", voice="default", timezone="UTC", default_queue="house",
    greeting="greeting", machine="machine", recorded="recorded", anything_else="anything_else",
    confirm_intent="is_it", handover="connecting_to", out_of_scope="oos",
    engine_failed="lost",
    no_input=Ladder(("silent", "silent_again"), "silent_last", queue="house"),
    no_match=Ladder(("unclear", "unclear_again"), "unclear_last", queue="house"),
    waiting=Waiting(
        "position", "next", "connecting", "not_answered", "nobody", "failed", "wait", "wait_about",
        closed="closed", callback_offer="back_offer",
        callback_instead="back_instead", callback_confirm="back_confirm",
        callback_number="back_number", callback_booked="back_booked",
        callback_ringing="back_ringing", callback_not_allowed="back_not",
        callback_fault="back_fault", callback_hello="back_hello", left="bye",
        exits={
            Wish.CALLBACK: WayOut("1", ("call me back",)),
            Wish.MESSAGE: WayOut("2", ("leave a message",)),
            Wish.GOODBYE: WayOut("9", ("goodbye",)),
        },
    ),
    intents={intent.name: intent for intent in INTENTS},
    slots=SLOTS,
    queues={name: Queue(name, f"the {name} team") for name in ("house", "bills", "danger")},
    houses={
        "water": OtherHouse("water", "the water company", "sip:desk@water.example", "not_taken"),
    },
    keypad=KEYPAD,
)  # fmt: skip


def bot(flow: Flow = FLOW) -> Bot:
    """The sample bot, with another flow if wanted."""
    responses = {key: Response(key, (Variation(text),)) for key, text in TEXTS.items()}
    sunday = Variation("Closed on Sunday.", (Condition("day", "sunday"),))
    responses["hours_are"] = Response("hours_are", (Variation(TEXTS["hours_are"]), sunday))
    two = (Variation(TEXTS["thanks_too"]), Variation("Not at all."))
    responses["thanks_too"] = Response("thanks_too", two)
    return Bot("sample", flow, responses, Training("en", "UTC", ()))


def meant(
    intent: str = "out_of_scope", confidence: float = 0.9, text: str = "", **entities: str
) -> Understanding:
    """A sentence that means this, with these entities."""
    found = tuple(Entity(name, value, value, 0, len(value)) for name, value in entities.items())
    outside = intent == "out_of_scope" and not found
    score = IntentScore(intent, confidence if intent != "out_of_scope" else 0.4)
    return Understanding(text or intent, score, (), found, outside)


class WordForWord:
    """An `Understander` that reads `intent`, `intent 0.4`, `entity=value` and nothing else."""

    async def understand(self, text: str, expects: str = "open") -> Understanding:
        """What the words spell out."""
        entities, intent, confidence = {}, "out_of_scope", 0.9
        for word in text.split():
            name, equals, value = word.partition("=")
            if equals:
                entities[name] = value
            elif word.replace(".", "").isdigit():
                confidence = float(word)
            else:
                intent = word
        return meant(intent, confidence, text, **entities)

    def intents(self) -> frozenset[str]:
        """All of the sample's."""
        return frozenset(FLOW.intents)
