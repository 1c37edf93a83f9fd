"""A bot's folder is read whole or refused with file and line.

A small good bot is written; each row of the table breaks one line of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.dialogue.fillers import Filler
from voicebot.dialogue.flow import Answer, FollowUp, OtherHouse, Route, SlotKind, Then, Universal
from voicebot.dialogue.reader import load_bot
from voicebot.errors import BotError

UTILITY = Path(__file__).parents[4] / "nlu_models" / "utility"

NLU = """\
version: "3.1"
nlu:
  - intent: hours
    examples: |
      - open on [saturday](day)
  - intent: bill
    examples: |
      - my bill
  - intent: person
    examples: |
      - a person
  - intent: again
    examples: |
      - and [sunday](day)
  - intent: out_of_scope
    examples: |
      - the weather
"""
DOMAIN = """\
version: "3.1"
intents: [hours, bill, person, again, {out_of_scope: {use_entities: true}}]
entities: [day]
slots:
  day:
    type: text
    mappings: [{type: from_entity, entity: day}]
  account: {type: text, mappings: [{type: custom}]}
responses:
  say:
    - text: "Account {account}, {value}."
    - text: Sunday!
      condition: [{type: slot, name: day, value: sunday}]
session_config: {session_expiration_time: 60}
"""
FLOW = """\
version: 1
bot: {name: Test, queue: main, timezone: Europe/Rome, greeting: say, machine: say, recorded: say,
      anything_else: say, confirm_intent: say, handover: say, out_of_scope: say, engine_failed: say}
thresholds: {accept: 0.6, ask: 0.4}
queues: {main: our team}
slots:
  account:
    type: digits
    ask: say
    reprompts: [say, say]
    digits: {min: 3, max: 5, groups: [2, 3], show_last: 2}
    keys: true
intents:
  hours: {answer: say, follow_up: [day]}
  bill:
    title: a bill
    route: main
    head_start: 30
    preferred: [billing]
    ask: [account]
    summary: "Account {account}."
  person: {universal: person, route: main, refer: water}
  again: {follow_up_of: hours}
ladder:
  no_input_after: 5
  no_input: {say: [say], last: say, then: hang_up}
  no_match: {say: [say], last: say}
keypad:
  start: main
  menus:
    main:
      keys:
        "1": {label: hours, intent: hours}
        "2": {label: more, menu: more}
    more: {keys: {"*": {do: back}}}
waiting: {position: say, next: say, connecting: say, not_answered: say, nobody: say, failed: say,
          interval: 20, music: no}
houses: {water: {title: the water company, refer: "sip:desk@water.example:5070", failed: say}}
"""


def write(folder: Path, nlu: str = NLU, domain: str = DOMAIN, flow: str = FLOW) -> Path:
    for name, text in (("nlu", nlu), ("domain", domain), ("flow", flow)):
        (folder / f"{name}.yml").write_text(text)
    return folder


def test_a_bot_is_read(tmp_path: Path) -> None:
    bot = load_bot(write(tmp_path))
    flow = bot.flow
    assert flow.intents["hours"].does == Answer("say", follow_up=("day",))
    assert flow.intents["again"].does == FollowUp("hours")
    bill = flow.intents["bill"]
    assert bill.title == "a bill"
    assert bill.does == Route(
        "main",
        30.0,
        preferred=frozenset({"billing"}),
        ask=("account",),
        summary="Account {account}.",
    )
    assert flow.houses["water"] == OtherHouse(
        "water", "the water company", "sip:desk@water.example:5070", "say"
    )
    assert flow.intents["person"].does == Route("main", refer="water")
    assert flow.universal("person") is Universal.PERSON
    assert flow.intent_of(Universal.PERSON) is flow.intents["person"]
    assert flow.universal("hours") is None
    assert flow.universal("?") is None
    assert flow.intent_of(Universal.BACK) is None
    account = flow.slots["account"]
    assert (account.kind, account.expects, account.keys) == (SlotKind.DIGITS, "digits", True)
    assert (account.min_digits, account.max_digits, account.groups) == (3, 5, (2, 3))
    assert flow.slots["day"].entities == (Filler("day"),)
    assert (flow.no_input.then, flow.no_match.then) == (Then.HANG_UP, Then.ROUTE)
    assert (flow.no_match.queue, flow.no_input_after) == ("main", 5.0)
    assert (flow.waiting.interval, flow.waiting.music) == (20.0, False)
    assert (flow.thresholds.accept, flow.thresholds.ask) == (0.6, 0.4)
    assert flow.keypad is not None
    assert flow.keypad.listing(flow.keypad.menus["main"]).startswith("For hours, press 1.")
    assert bot.text("say", {"account": "7"}) == "Account 7,."
    assert bot.text("say", {"day": "sunday"}) == "Sunday!"
    assert bot.training.timezone == "Europe/Rome"
    assert bot.training.intents() == {"hours", "bill", "person", "again", "out_of_scope"}
    assert bot.training.out_of_scope_below == 0.4


def test_the_smallest_flow_has_defaults(tmp_path: Path) -> None:
    small = FLOW.replace("timezone: Europe/Rome, ", "").replace("thresholds:", "#thresholds:")
    small = small.replace("  no_input_after: 5\n", "")
    small = small[: small.index("keypad:")] + small[small.index("waiting:") :]
    flow = load_bot(write(tmp_path, flow=small)).flow
    assert flow.keypad is None
    assert (flow.timezone, flow.thresholds.accept, flow.no_input_after) == ("UTC", 0.5, 6.0)


BROKEN_FLOW = [
    ("version: 1", "version: 2", "from 1 to 1"),
    ("name: Test, ", "", "no `name:`"),
    ("Europe/Rome", "Rome", "no time zone"),
    ("greeting: say", "greeting: sya", "no response 'sya'; did you mean 'say'"),
    ("accept: 0.6", "accept: 0.3", "should not be above"),
    ("accept: 0.6", "accept: high", "should be a number"),
    ("  account:\n", "  acount:\n", "no slot 'acount'"),
    ("type: digits", "type: digit", "did you mean 'digits'"),
    ("min: 3", "min: 2.5", "whole number"),
    ("max: 5", "max: 2", "from 3 to 30"),
    ("keys: true", "keys: maybe", "true or false"),
    ("  hours: {answer", "  hourz: {answer", "'hourz' is not in"),
    ("answer: say,", "answers: say,", "no key 'answers' is known"),
    ("follow_up: [day]", "follow_up: [dya]", "did you mean 'day'"),
    ("route: main\n    head", "route: mian\n    head", "no queue 'mian'; did you mean 'main'"),
    ("head_start: 30", "head_start: -1", "from 0 to"),
    ("ask: [account]", "ask: [day]", "has no `ask:`"),
    ("Account {account}.", "Account {acount}.", "no slot is called 'acount'"),
    ("universal: person, route", "universal: human, route", "no universal word 'human'"),
    ("person, route: main", "person, small_talk: true", "only beside `answer`"),
    ("  again: {follow_up_of: hours}", "  again: {title: x}", "needs one of"),
    ("follow_up_of: hours", "follow_up_of: hour", "did you mean 'hours'"),
    ("last: say, then: hang_up", "then: hang_up", "no `last:`"),
    ("then: hang_up", "then: hangup", "did you mean 'hang_up'"),
    ("start: main", "start: mein", "no menu 'mein'"),
    ('"1": {', '"A": {', "no key 'A'"),
    ("intent: hours}", "intent: hour}", "no intent 'hour'"),
    ("{do: back}", "{do: back, intent: bill}", "needs one of: intent, menu, do"),
    ("interval: 20", "interval: 1", "from 5 to 600"),
    ("position: say, ", "", "no `position:`"),
    ("refer: water}", "refer: watter}", "no house 'watter'; did you mean 'water'"),
    ("title: the water company, ", "", "no `title:`"),
    ("sip:desk@water.example:5070", "sip:water.example", "is no SIP URI such as"),
    ("sip:desk@water.example:5070", "sip:desk@water.example?X-A=b", "is no SIP URI such as"),
    ("sip:desk@water.example:5070", "desk", "is no SIP URI such as"),
    ("queues: {main: our team}", "queues: main", "`key: value` lines"),
    ("reprompts: [say, say]", "reprompts: say", "should be a list"),
]


# Those that show on another line than the one that was changed.
BROKEN_ELSEWHERE = [
    ("type: digits", "type: choice", 7, "a choice needs `choices"),
    ("queues: {main: our team}\n", "", 1, "no `queues:`"),
    ("version: 1\n", "version: 1\nversion: 1\n", 2, "a second time"),
    ("queues: {main: our team}", "queues: {main: our team", 6, "no valid YAML"),
]


def line_of(part: str) -> int:
    """The line of the flow on which `part` begins."""
    return FLOW[: FLOW.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [*((old, new, line_of(old), words) for old, new, words in BROKEN_FLOW), *BROKEN_ELSEWHERE],
)
def test_a_mistake_in_the_flow(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    with pytest.raises(BotError) as error:
        load_bot(write(tmp_path, flow=FLOW.replace(old, new, 1)))
    assert str(error.value).startswith(f"{tmp_path}/flow.yml:{line}: ")
    assert words in str(error.value)
    assert "\n" not in str(error.value)


BROKEN_DOMAIN = [
    ("intents: [hours, bill", "intents: [bill", "nlu.yml:3", "the intent 'hours' is not in"),
    ("entities: [day]", "entities: []", "domain.yml:7", "no entity 'day'"),
    ("hours, bill,", "hours, bill, nobody,", "domain.yml:2", "neither flow.yml nor a rule"),
    ("hours, bill,", "hours, bill, bill,", "domain.yml:2", "a second time"),
    ("type: text\n    m", "type: txt\n    m", "domain.yml:6", "no slot type 'txt'"),
    ("{account}, {value}", "{acount}, {value}", "domain.yml:11", "did you mean 'account'"),
    ("name: day, value", "name: dey, value", "domain.yml:13", "no slot 'dey'"),
    (", value: sunday}", "}", "domain.yml:13", "a condition is written"),
    ("text: Sunday!", "txt: Sunday!", "domain.yml:12", "no key 'txt'"),
    ("text: Sunday!", "text: ''", "domain.yml:12", "empty"),
    ("session_config", "sesion_config", "domain.yml:14", "did you mean 'session_config'"),
]


@pytest.mark.parametrize(("old", "new", "where", "words"), BROKEN_DOMAIN)
def test_a_mistake_in_the_domain(
    tmp_path: Path, old: str, new: str, where: str, words: str
) -> None:
    assert old in DOMAIN
    with pytest.raises(BotError) as error:
        load_bot(write(tmp_path, domain=DOMAIN.replace(old, new, 1)))
    assert str(error.value).startswith(f"{tmp_path}/{where}: ")
    assert words in str(error.value)


def test_an_intent_named_in_a_flow_but_never_trained(tmp_path: Path) -> None:
    untrained = NLU.replace("  - intent: bill\n    examples: |\n      - my bill\n", "")
    with pytest.raises(BotError, match=r"flow\.yml:15: the intent 'bill' was never trained"):
        load_bot(write(tmp_path, nlu=untrained))


def test_a_universal_is_carried_once(tmp_path: Path) -> None:
    twice = FLOW.replace("hours: {answer: say", "hours: {universal: person, answer: say")
    with pytest.raises(BotError, match=r"flow\.yml:22: .*'hours' is already `person`"):
        load_bot(write(tmp_path, flow=twice))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BotError, match="no such folder"):
        load_bot(tmp_path / "nobody")


def test_the_demonstration_bot_is_whole() -> None:
    bot = load_bot(UTILITY)
    assert len(bot.flow.intents) >= 25
    assert set(bot.flow.queues) == {"service", "billing", "technical", "emergency"}
    assert {bot.flow.intent_of(universal) is not None for universal in Universal} == {True}
    emergencies = [i.does for i in bot.flow.intents.values() if isinstance(i.does, Route)]
    assert max(route.head_start for route in emergencies) == 600


def test_the_demonstration_bot_is_brief() -> None:
    bot = load_bot(UTILITY)
    for response in bot.responses.values():
        for variation in response.variations:
            assert variation.text.count(". ") + variation.text.count("? ") <= 1, response.key
            assert len(variation.text) <= 130, response.key


def test_the_demonstration_bot_has_enough_sentences() -> None:
    training = load_bot(UTILITY).training
    counts = {name: sum(e.intent == name for e in training.examples) for name in training.intents()}
    assert min(counts.values()) >= 15
    assert counts["out_of_scope"] >= 80


def test_a_cards_number_is_secret_whether_it_says_so_or_not(tmp_path: Path) -> None:
    old = "digits: {min: 3, max: 5, groups: [2, 3], show_last: 2}"
    card = FLOW.replace(old, "digits: {min: 13, max: 19, luhn: true}")
    assert load_bot(write(tmp_path, flow=card)).flow.slots["account"].secret
    short = FLOW.replace(old, "digits: {min: 3, max: 8, luhn: true}")
    assert not load_bot(write(tmp_path, flow=short)).flow.slots["account"].secret
    read_back = card.replace("    type: digits", "    type: digits\n    confirm: say")
    with pytest.raises(BotError, match="a secret is never read back"):
        load_bot(write(tmp_path, flow=read_back))


@pytest.mark.parametrize(
    "folder", sorted(UTILITY.parent.glob("*/flow.yml")), ids=lambda f: f.parent.name
)
def test_no_bot_that_comes_with_the_program_waits_for_a_skill_that_nobody_may_have(
    folder: Path,
) -> None:
    intents = load_bot(folder.parent).flow.intents.values()
    routes = [intent.does for intent in intents if isinstance(intent.does, Route)]
    assert all(not route.required for route in routes)
