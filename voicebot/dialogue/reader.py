"""Reads a bot's folder, a Rasa project and flow.yml, into one checked `Bot`.

The first mistake raises `BotError` with its file and line. After `load_bot` nothing that a flow
names is missing, so the dialogue never has to ask.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from voicebot.dialogue import grammar
from voicebot.dialogue.flow import Bot, Flow, Intent, Queue, Route, Slot, SlotKind, Thresholds
from voicebot.dialogue.rasa_domain import Domain, read_domain
from voicebot.dialogue.rasa_forms import Form, read_forms
from voicebot.dialogue.rasa_project import read_project
from voicebot.dialogue.rasa_rules import Rules
from voicebot.dialogue.read_actions import read_lookups
from voicebot.dialogue.read_campaign import calls_out, read_given, read_results
from voicebot.dialogue.read_intents import read_intents
from voicebot.dialogue.read_parts import (
    Names,
    need,
    read_houses,
    read_keypad,
    read_ladder,
    read_slots,
    read_waiting,
)
from voicebot.errors import BotError
from voicebot.nlu.marked import Node, read_yaml
from voicebot.nlu.rasa_format import Sentences, joined
from voicebot.nlu.training import Training


def load_bot(folder: Path) -> Bot:
    """The bot in this folder. Raises BotError (file, line, what, what to do)."""
    if not folder.is_dir():
        raise BotError(
            str(folder), None, "there is no such folder; a bot is a folder of YAML files"
        )
    project = read_project(folder)
    root = read_yaml(folder / "flow.yml")
    given = read_given(root)
    domain = read_domain(folder, given)
    for part in project.sentences:
        _check_sentences(part, domain)
    sentences = joined(project.sentences)
    flow, unused = _flow(root, domain, sentences, project.rules, given)
    training = Training(
        language=flow.language,
        timezone=flow.timezone,
        examples=tuple(sentences.examples),
        synonyms=dict(sentences.synonyms),
        lookups={name: tuple(said) for name, said in sentences.lookups.items()},
        regexes={name: tuple(patterns) for name, patterns in sentences.regexes.items()},
        out_of_scope_below=flow.thresholds.ask,
    )
    return Bot(str(folder), flow, domain.responses, training, (*project.remarks, *unused))


def _check_sentences(sentences: Sentences, domain: Domain) -> None:
    for what, lines, known in (
        ("intent", sentences.intent_lines, domain.intents),
        ("entity", sentences.entity_lines, domain.entities),
    ):
        for name, line in lines.items():
            if name not in known:
                problem = f"the {what} {name!r} is not in {domain.file}; add it there"
                raise BotError(sentences.file, line, problem)


def _flow(
    root: Node, domain: Domain, sentences: Sentences, rules: Sequence[Node],
    given: Mapping[str, SlotKind],
) -> tuple[Flow, list[str]]:  # fmt: skip
    """The flow, and what of rules and forms is not used."""
    fields = root.fields(grammar.FLOW)
    need(root, fields, *grammar.NEEDED["Flow"])
    if not rules:
        need(root, fields, "intents")
    fields["version"].whole(grammar.VERSION, grammar.VERSION)
    names = Names(
        domain_file=domain.file,
        nlu_file=sentences.file,
        domain_intents=domain.intents,
        trained=sentences.intent_lines,
        responses=domain.responses,
        actions=domain.actions,
        queues={
            name: Queue(name, title.text()) for name, title in fields["queues"].fields().items()
        },
        slots={
            name: Slot(name, title=name.replace("_", " "), entities=slot.fillers)
            for name, slot in domain.slots.items()
        },
        given=given,
    )
    names = replace(names, slots=read_slots(fields.get("slots"), names))
    forms, slots = read_forms(domain, names)
    names = replace(
        names,
        slots=slots,
        houses=read_houses(fields.get("houses"), names),
        results=read_results(fields.get("results")),
    )
    names = replace(names, lookups=read_lookups(fields.get("lookups"), names))
    flow, unused = _assemble(fields, names, forms, rules)
    return calls_out(flow, fields["bot"], names), unused


def _assemble(
    fields: dict[str, Node], names: Names, forms: dict[str, Form], rules: Sequence[Node]
) -> tuple[Flow, list[str]]:
    bot = fields["bot"].fields(grammar.BOT)
    need(fields["bot"], bot, *grammar.NEEDED["Bot"])
    ladder = fields["ladder"].fields(grammar.LADDERS)
    need(fields["ladder"], ladder, *grammar.NEEDED["Ladders"])
    queue = names.queue(bot["queue"])
    names = replace(names, default_queue=queue)
    ruled = Rules(forms, names)
    for each in rules:
        ruled.read(each.items())
    intents = read_intents(fields["intents"].fields() if "intents" in fields else {}, names, ruled)
    after = ladder.get("no_input_after")
    flow = Flow(
        name=bot["name"].text(),
        language=bot["language"].text() if "language" in bot else "en",
        voice=bot["voice"].text() if "voice" in bot else "default",
        timezone=_timezone(bot["timezone"]) if "timezone" in bot else "UTC",
        default_queue=queue,
        **{key: names.response(bot[key]) for key in grammar.BOT_TEXTS},
        no_input=read_ladder(ladder["no_input"], queue, names),
        no_match=read_ladder(ladder["no_match"], queue, names),
        no_input_after=after.number(1, 60) if after else 6.0,
        waiting=read_waiting(fields["waiting"], names),
        intents=intents,
        slots=names.slots,
        queues=names.queues,
        houses=names.houses,
        lookups=names.lookups,
        custom_actions=_custom_actions(intents, names),
        keypad=read_keypad(fields["keypad"], intents, names) if "keypad" in fields else None,
        thresholds=_thresholds(fields.get("thresholds")),
        which=names.maybe_response(bot.get("which")),
        resume=names.maybe_response(bot.get("resume")),
        invite=names.maybe_response(bot.get("invite")) or "",
        given=names.given,
        results=names.results,
    )
    return flow, ruled.unused()


def _custom_actions(intents: Mapping[str, Intent], names: Names) -> frozenset[str]:
    routes = [intent.does for intent in intents.values() if isinstance(intent.does, Route)]
    done = frozenset(name for route in routes for name in route.do if name not in names.lookups)
    return done | {route.validate for route in routes if route.validate}


def _timezone(node: Node) -> str:
    try:
        zoneinfo.ZoneInfo(node.text())
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        node.refuse(f"{node.name}: {node.text()!r} is no time zone such as Europe/Rome")
    return node.text()


def _thresholds(node: Node | None) -> Thresholds:
    if node is None:
        return Thresholds()
    fields = node.fields(grammar.THRESHOLDS)
    need(node, fields, *grammar.NEEDED["Thresholds"])
    accept = fields["accept"].number(0, 1)
    ask = fields["ask"].number(0, 1)
    if ask > accept:
        fields["ask"].refuse(f"thresholds: ask ({ask:g}) should not be above accept ({accept:g})")
    return Thresholds(accept, ask)
