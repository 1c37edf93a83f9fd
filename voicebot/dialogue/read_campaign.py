"""Reads what flow.yml says of calls that the bot makes itself: `opens`, `given`, `results`."""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue import grammar
from voicebot.dialogue.flow import Counts, Flow, SlotKind
from voicebot.dialogue.read_parts import Names
from voicebot.nlu.marked import Node


def read_given(root: Node) -> dict[str, SlotKind]:
    """What campaigns know of each person; read first, since the texts may name it."""
    bot = root.fields(grammar.FLOW).get("bot")
    node = bot.fields(grammar.BOT).get("given") if bot is not None else None
    kinds = [kind.value for kind in SlotKind]
    return {
        name: SlotKind(kind.one_of(kinds, "slot type"))
        for name, kind in (node.fields() if node is not None else {}).items()
    }


def read_results(node: Node | None) -> dict[str, Counts]:
    """What calls may come to, and how each counts."""
    ways = [counts.value for counts in Counts]
    return {
        name: Counts(body.one_of(ways, "way to count"))
        for name, body in (node.fields() if node is not None else {}).items()
    }


def calls_out(flow: Flow, bot: Node, names: Names) -> Flow:
    """The flow, with what it does in calls of its own."""
    fields = bot.fields(grammar.BOT)
    opens = fields["opens"].one_of(flow.intents, "intent") if "opens" in fields else ""
    if opens and not names.results:
        fields["opens"].refuse(f"{fields['opens'].name}: say under `results:` what calls come to")
    return replace(flow, opens=opens, voicemail=names.maybe_response(fields.get("voicemail")))
