"""PURE. Which keys may stand where in flow.yml, and what each holds.

The reader takes its keys from these tables and `schema` makes of them what editors complete and
mark with, so neither knows a key that the other does not. A value here is a piece of JSON Schema
(draft 2020-12); that a name exists in domain.yml, only the reader can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from voicebot.dialogue.flow import Counts, SlotKind, Then, Universal
from voicebot.leaving import EXITS

Json = dict[str, Any]
VERSION = 1
KEYS = "0123456789*#"
EXPECTS = ("open", "yes_no", "menu", "digits", "spelling", "date", "name")

WORDS: Json = {"type": ["string", "number"]}
NAME: Json = {"type": "string"}
RESPONSE: Json = {"type": "string", "description": "A response of domain.yml"}
FLAG: Json = {"enum": [True, False, "yes", "no", "on", "off"]}
KEY: Json = {"enum": [*KEYS, *range(10)]}


def whole(low: int, high: int) -> Json:
    """A whole number within limits."""
    return {"type": "integer", "minimum": low, "maximum": high}


def number(low: float, high: float) -> Json:
    """A number within limits."""
    return {"type": "number", "minimum": low, "maximum": high}


def one_of(words: Iterable[str]) -> Json:
    """One of these words."""
    return {"enum": [str(word) for word in words]}


def many(item: Json) -> Json:
    """A list."""
    return {"type": "array", "items": item}


def each(item: Json) -> Json:
    """Any names, each with one of these."""
    return {"type": "object", "additionalProperties": item}


def part(name: str) -> Json:
    """One of `PARTS`."""
    return {"$ref": f"#/$defs/{name}"}


BOT_TEXTS = (
    "greeting", "machine", "recorded", "anything_else", "confirm_intent", "handover",
    "out_of_scope", "engine_failed",
)  # fmt: skip
WAITING_TEXTS = ("position", "next", "connecting", "not_answered", "nobody", "failed")
MORE_WAITING_TEXTS = (
    "wait", "wait_about", "wait_soon", "closed", "callback_offer", "callback_confirm",
    "callback_number", "callback_booked", "callback_ringing", "callback_not_allowed",
    "callback_fault", "callback_hello", "callback_instead", "left",
)  # fmt: skip
CALLBACK_TEXTS = (
    "callback_confirm", "callback_number", "callback_booked", "callback_ringing",
    "callback_not_allowed", "callback_fault", "callback_hello",
)  # fmt: skip
"""Needed where callers may ask to be called back."""

FLOW: Json = {
    "version": {"const": VERSION},
    "bot": part("Bot"),
    "thresholds": part("Thresholds"),
    "queues": each(WORDS),
    "houses": each(part("OtherHouse")),
    "results": each(one_of(Counts)),
    "slots": each(part("Slot")),
    "lookups": each(part("Lookup")),
    "intents": each(part("Intent")),
    "ladder": part("Ladders"),
    "keypad": part("Keypad"),
    "waiting": part("Waiting"),
}
BOT: Json = {
    "name": WORDS,
    "language": NAME,
    "voice": NAME,
    "timezone": NAME,
    "queue": NAME,
    "which": RESPONSE,
    "resume": RESPONSE,
    "invite": RESPONSE,
    "opens": NAME,
    "given": each(one_of(SlotKind)),
    "voicemail": RESPONSE,
    **dict.fromkeys(BOT_TEXTS, RESPONSE),
}
THRESHOLDS: Json = {"accept": number(0, 1), "ask": number(0, 1)}
HOUSE: Json = {"title": WORDS, "refer": NAME, "failed": RESPONSE}
SLOT: Json = {
    "type": one_of(SlotKind),
    "title": WORDS,
    "ask": RESPONSE,
    "reprompts": many(RESPONSE),
    "confirm": RESPONSE,
    "confirm_below": number(0, 1),
    "echo": RESPONSE,
    "attempts": whole(1, 10),
    "required": FLAG,
    "keys": FLAG,
    "end_key": KEY,
    "digits": part("Digits"),
    "choices": each(KEY),
    "scale": part("Scale"),
    "yes_only": many(WORDS),
    "only_if": each(many(WORDS)),
    "expects": one_of(EXPECTS),
    "secret": FLAG,
    "proves": NAME,
}
LOOKUP: Json = {
    "url": NAME,
    "method": one_of(("GET", "POST")),
    "body": each(WORDS),
    "headers": each(WORDS),
    "slots": each(NAME),
    "timeout": number(0.1, 10),
    "retries": whole(0, 3),
    "meanwhile": RESPONSE,
    "on_nothing": RESPONSE,
    "on_failure": RESPONSE,
}
DIGITS: Json = {
    "min": whole(1, 30),
    "max": whole(1, 30),
    "luhn": FLAG,
    "groups": many(whole(1, 10)),
    "show_last": whole(0, 30),
}
SCALE: Json = {"min": whole(0, 99), "max": whole(1, 100)}
ANY_INTENT: Json = {
    "title": WORDS,
    "universal": one_of(Universal),
    "irreversible": FLAG,
    "internal": FLAG,
    "result": NAME,
}
ASKING: Json = {"say": RESPONSE, "ask": many(NAME), "confirm": RESPONSE, "do": many(NAME)}
"""What is asked and done before an answer or a hand-over."""
ANSWER: Json = {"follow_up": many(NAME), "small_talk": FLAG, "hang_up": FLAG, "interruptible": FLAG}
COLLECT: Json = {**ASKING, "branch": each(each(NAME)), "forget": many(NAME)}
ROUTE: Json = {
    "head_start": number(0, 86400),
    "required": many(WORDS),
    "preferred": many(WORDS),
    "handover": RESPONSE,
    "summary": WORDS,
    "emergency": FLAG,
    "refer": NAME,
    "branch": each(each(NAME)),
    "forget": many(NAME),
    "task": FLAG,
    **ASKING,
}
DOING: Json = {
    "answer": RESPONSE, "route": NAME, "follow_up_of": NAME, "action": NAME, "collect": RESPONSE,
}  # fmt: skip
BESIDE: Mapping[str, Json] = {
    "answer": {**ANSWER, **ASKING},
    "route": ROUTE,
    "follow_up_of": {},
    "action": ASKING,
    "collect": COLLECT,
}
"""What may stand beside each of `DOING`."""
LADDERS: Json = {
    "no_input_after": number(1, 60),
    "no_input": part("Ladder"),
    "no_match": part("Ladder"),
}
LADDER: Json = {
    "say": many(RESPONSE),
    "last": RESPONSE,
    "then": one_of(Then),
    "queue": NAME,
    "keypad": FLAG,
}
WAITING: Json = {
    "music": FLAG,
    "interval": number(5, 600),
    **dict.fromkeys((*WAITING_TEXTS, *MORE_WAITING_TEXTS), RESPONSE),
    "exits": {
        "type": "object",
        "properties": {str(wish): part("WayOut") for wish in EXITS},
        "additionalProperties": False,
    },
}
WAY_OUT: Json = {"key": KEY, "words": many(WORDS)}
KEYPAD: Json = {"start": NAME, "invalid": RESPONSE, "item": WORDS, "menus": each(part("Menu"))}
MENU: Json = {
    "say": RESPONSE,
    "keys": {
        "type": "object",
        "patternProperties": {"^[0-9*#]$": part("KeyAction")},
        "additionalProperties": False,
    },
}
KEY_ACTION: Json = {"label": WORDS, "intent": NAME, "menu": NAME, "do": one_of(Universal)}

NEEDED: Mapping[str, tuple[str, ...]] = {
    "Flow": ("version", "bot", "queues", "ladder", "waiting"),
    "Bot": ("name", "queue", *BOT_TEXTS),
    "Thresholds": ("accept", "ask"),
    "OtherHouse": ("title", "refer", "failed"),
    "Lookup": ("url",),
    "Ladders": ("no_input", "no_match"),
    "Ladder": ("last",),
    "Waiting": WAITING_TEXTS,
    "Keypad": ("start", "menus"),
    "Menu": ("keys",),
    "Scale": ("min", "max"),
}
"""What the reader refuses to be without."""
PARTS: Mapping[str, Json] = {
    "Flow": FLOW,
    "Bot": BOT,
    "Thresholds": THRESHOLDS,
    "OtherHouse": HOUSE,
    "Slot": SLOT,
    "Lookup": LOOKUP,
    "Digits": DIGITS,
    "Scale": SCALE,
    "Intent": {**ANY_INTENT, **DOING, **ANSWER, **ROUTE},
    "Ladders": LADDERS,
    "Ladder": LADDER,
    "Waiting": WAITING,
    "WayOut": WAY_OUT,
    "Keypad": KEYPAD,
    "Menu": MENU,
    "KeyAction": KEY_ACTION,
}


def schema(meanings: Mapping[str, Mapping[str, str]]) -> Json:
    """The JSON Schema of flow.yml. `meanings`: part → key → what it is."""
    parts = {name: _part(name, keys, meanings.get(name, {})) for name, keys in PARTS.items()}
    return {**parts.pop("Flow"), "$defs": parts}


def _part(name: str, keys: Json, meanings: Mapping[str, str]) -> Json:
    properties = {
        key: {**value, "description": meanings[key]} if key in meanings else value
        for key, value in keys.items()
    }
    made: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    if name in NEEDED:
        made["required"] = list(NEEDED[name])
    if name == "Intent":
        made |= _one_doing()
    if name == "KeyAction":
        made["oneOf"] = [{"required": [key]} for key in ("intent", "menu", "do")]
    return made


def _one_doing() -> Json:
    """One of `DOING` or none beside a universal, and only what may stand beside it."""
    allowed = {doing: {*ANY_INTENT, doing, *BESIDE[doing]} for doing in DOING}
    every = {*DOING, *ANSWER, *ROUTE}
    return {
        "oneOf": [
            *({"required": [doing], **_without(every - allowed[doing])} for doing in DOING),
            {"required": ["universal"], **_without(every)},
        ]
    }


def _without(keys: Collection[str]) -> Json:
    return {"properties": dict.fromkeys(sorted(keys), False)}
