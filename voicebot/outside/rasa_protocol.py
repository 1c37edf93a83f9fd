"""PURE. Rasa's action-server protocol, the side of the bot (Rasa 3.6, "Action Server API").

Asked is `POST /webhook` with `next_action`, `sender_id`, `tracker` and `domain`; answered are
`events`, which change the tracker, and `responses`, which are said. What an answer wants that a
telephone conversation here cannot do is refused by name, never left out silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from voicebot.dialogue.acts import Perform
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot, Route, SlotKind
from voicebot.dialogue.lookups import as_value
from voicebot.dialogue.outcome import NO_MORE, Outcome, Words
from voicebot.dialogue.validation import PREFIX
from voicebot.errors import ServerFailed
from voicebot.nlu.ports import Entity, IntentScore, Understanding

Json = dict[str, Any]
VERSION = "3.6.21"
"""Of Rasa, whose protocol this is; the SDK compares it with its own."""
LISTEN = "action_listen"
_HARMLESS = frozenset({"action", "bot", "user", "session_started", "user_featurization"})
"""Events that tell what happened, and change nothing here."""
REQUESTED = "requested_slot"
_NO_SLOTS = frozenset({REQUESTED, "session_started_metadata"})


def question(bot: Bot, act: Perform, facts: CallFacts) -> Json:
    """The body of the request."""
    return {
        "next_action": act.action,
        "sender_id": facts.call,
        "tracker": _tracker(bot, act, facts),
        "domain": _domain(bot),
        "version": VERSION,
    }


def _tracker(bot: Bot, act: Perform, facts: CallFacts) -> Json:
    message = _message(act.said)
    slots = {name: _typed(bot, name, act.slots.get(name)) for name in bot.flow.slots}
    told = [{"event": "slot", "name": name, "value": slots[name]} for name in act.checks]
    form = act.action.removeprefix(PREFIX)
    loop = {"name": form, "is_interrupted": False, "rejected": False, "trigger_message": None}
    return {
        "sender_id": facts.call,
        "slots": {**slots, REQUESTED: act.asked or None} if act.checks else slots,
        "latest_message": message,
        "latest_event_time": None,
        "followup_action": None,
        "paused": False,
        "events": [
            {"event": "action", "name": LISTEN},
            {"event": "user", **_event(message)},
            *told,
        ],
        "latest_input_channel": "centralino",
        "active_loop": loop if act.checks else {},
        "latest_action": {"action_name": LISTEN},
        "latest_action_name": LISTEN,
    }


def _message(said: Understanding | None) -> Json:
    if said is None:
        return {"intent": {}, "entities": [], "text": None, "intent_ranking": []}
    return {
        "intent": _share(said.intent),
        "entities": [_entity(entity) for entity in said.entities],
        "text": said.text,
        "intent_ranking": [_share(score) for score in (said.intent, *said.alternatives)],
    }


def _event(message: Json) -> Json:
    """A user's event holds what was parsed, too."""
    return {"text": message["text"], "parse_data": message, "input_channel": "centralino"}


def _share(score: IntentScore) -> Json:
    return {"name": score.name, "confidence": score.confidence}


def _entity(entity: Entity) -> Json:
    told: Json = {
        "entity": entity.name, "value": entity.value, "start": entity.start, "end": entity.end,
        "confidence_entity": entity.confidence,
    }  # fmt: skip
    named = {"role": entity.role, "group": entity.group}
    return told | {key: value for key, value in named.items() if value is not None}


def _typed(bot: Bot, name: str, value: str | None) -> Any:
    """A slot's value as Rasa's slot of that type holds it."""
    kind = bot.flow.slots[name].kind
    if value is not None and kind is SlotKind.YES_NO:
        return value == "yes"
    if value is not None and kind is SlotKind.NUMBER:
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _domain(bot: Bot) -> Json:
    """What actions look at: the names, and the wordings of responses."""
    return {
        "config": {"store_entities_as_slots": True},
        "session_config": {},
        "intents": sorted(bot.flow.intents),
        "entities": sorted({*bot.training.lookups, *bot.training.regexes}),
        "slots": {name: {"type": "any", "mappings": []} for name in bot.flow.slots},
        "responses": {
            key: [{"text": variation.text} for variation in response.variations]
            for key, response in bot.responses.items()
        },
        "actions": sorted(bot.flow.custom_actions),
        "forms": {
            route.validate.removeprefix(PREFIX): {"required_slots": list(route.ask)}
            for intent in bot.flow.intents.values()
            if isinstance(route := intent.does, Route) and route.validate
        },
        "e2e_actions": [],
    }


def read(bot: Bot, act: Perform, status: int, answer: Any) -> Outcome:
    """What came of it. Raises ServerFailed where that cannot be done here."""
    if status != 200 or not isinstance(answer, Mapping):
        raise ServerFailed(f"the action server says {status}")
    slots: dict[str, str | None] = {}
    asks = ""
    for event in _list(answer, "events"):
        slots |= _changed(bot, act, event)
        asks = _asks(bot, act, event) or asks
    says = tuple(_words(bot, response) for response in _list(answer, "responses"))
    return Outcome(slots, tuple(words for words in says if words is not None), asks=asks)


def _asks(bot: Bot, act: Perform, event: Mapping[str, Any]) -> str:
    """Which slot a form is to ask for next; empty: this event does not say."""
    if not act.checks or event.get("event") != "slot" or event.get("name") != REQUESTED:
        return ""
    wanted = event.get("value")
    if wanted is None:
        return NO_MORE
    slot = bot.flow.slots.get(wanted) if isinstance(wanted, str) else None
    if slot is None or slot.ask is None:
        raise ServerFailed(f"{act.action} asks for the slot {wanted!r}, which has no question")
    return slot.name


def _list(answer: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    found = answer.get(key)
    if found is None:
        return
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise ServerFailed(f"`{key}` of the answer is no list of objects")
    yield from found


def _name(item: Mapping[str, Any], key: str) -> str | None:
    """A name, or None for what is none: what comes from outside may be anything."""
    found = item.get(key)
    return found if isinstance(found, str) else None


def _changed(bot: Bot, act: Perform, event: Mapping[str, Any]) -> dict[str, str | None]:
    kind, name, value = _name(event, "event"), _name(event, "name"), event.get("value")
    if kind == "reset_slots":
        return dict.fromkeys(bot.flow.slots)
    if kind in _HARMLESS:
        return {}
    if kind == "followup":
        raise ServerFailed(
            f"{act.action} wants the action {name!r} next (FollowupAction), which is not supported:"
            " name both under `do:` of the intent"
        )
    if kind != "slot":
        raise ServerFailed(f"{act.action} answers with the event {kind!r}: not supported")
    if name in _NO_SLOTS:
        return {}
    if name is None or name not in bot.flow.slots:
        raise ServerFailed(f"{act.action} sets the slot {name!r}, which the domain has not")
    known = as_value(value)
    if known is None and value not in (None, ""):
        raise ServerFailed(f"{act.action} sets the slot {name!r} to a list or an object")
    return {name: known}


def _words(bot: Bot, response: Mapping[str, Any]) -> Words | None:
    """What is said; None: it has no sound (an image, buttons alone)."""
    key = response.get("response") or response.get("template")
    if key:
        if not isinstance(key, str) or key not in bot.responses:
            raise ServerFailed(f"the domain has no response {key!r}")
        values = {name: said for name, v in response.items() if (said := as_value(v)) is not None}
        return Words(key=key, values=values)
    text = response.get("text")
    return Words(text=" ".join(text.split())) if isinstance(text, str) and text.strip() else None
