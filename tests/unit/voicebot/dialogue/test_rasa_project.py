"""A folder in the shape of a Rasa 3.x project: what is read into flows, refused, remarked upon."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.voicebot.sample import FACTS, meant
from voicebot.dialogue.acts import Say, Transfer
from voicebot.dialogue.flow import Answer, Choice, Route, SlotKind
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.reader import load_bot
from voicebot.dialogue.state import Known
from voicebot.errors import BotError
from voicebot.nlu.ports import Entity, Understanding

SENTENCES = """\
version: "3.1"
nlu:
- intent: hello
  examples: |
    - good morning
- intent: yes
  examples: |
    - that is so
- intent: book_table
  examples: |
    - a table for [four]{"entity": "guests", "role": "adults", "group": "1"}
    - somewhere with [thai](kitchen) food
- synonym: thai
  examples: |
    - from thailand
"""
MORE = """\
nlu:
- lookup: kitchen
  examples: |
    - greek
stories:
- story: a whole evening
  steps:
  - intent: hello
  - action: utter_hello
"""
DOMAIN = """\
version: "3.1"
intents: [hello, yes, book_table]
entities:
- kitchen
- guests: {roles: [adults]}
slots:
  kitchen:
    type: text
    mappings:
    - type: from_entity
      entity: kitchen
  guests:
    type: float
    mappings:
    - {type: from_entity, entity: guests}
  garden:
    type: bool
    mappings:
    - type: from_intent
      intent: affirm
      value: true
      conditions: [{active_loop: table_form, requested_slot: garden}]
    - type: from_intent
      intent: deny
      value: false
      conditions: [{active_loop: table_form, requested_slot: garden}]
  wishes:
    type: text
    mappings:
    - type: from_text
      conditions: [{active_loop: table_form, requested_slot: wishes}]
  time_of_day:
    type: categorical
    values: [noon, evening]
    mappings: [{type: from_entity, entity: guests}]
  requested_slot: {type: text, influence_conversation: false, mappings: [{type: custom}]}
responses:
  utter_hello:
  - text: Hello from here.
    buttons: [{title: Hi, payload: /hello}]
  - text: Only on a screen.
    channel: slack
  utter_ask_kitchen: [{text: "Which kitchen?"}]
  utter_ask_guests: [{text: "How many, generally?"}]
  utter_ask_table_form_guests: [{text: "How many of you?"}]
  utter_ask_garden: [{text: "In the garden?"}]
  utter_ask_wishes: [{text: "Anything special?"}]
  utter_ask_time_of_day: [{text: "At noon?"}]
  utter_done:
  - text: Inside then.
  - text: In the garden then.
    condition: [{type: slot, name: garden, value: true}]
  say: [{text: "Fine."}]
forms:
  table_form:
    required_slots:
    - kitchen
    - guests
    - garden
    - wishes
actions: [action_call_the_cook]
session_config: {session_expiration_time: 60}
"""
RULES = """\
version: "3.1"
rules:
- rule: hello
  steps:
  - intent: hello
  - action: utter_hello

- rule: begin
  steps:
  - intent: book_table
  - action: table_form
  - active_loop: table_form

- rule: end
  condition:
  - active_loop: table_form
  steps:
  - action: table_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: utter_done
"""
FLOW = """\
version: 1
bot: {name: Test, queue: main, greeting: say, machine: say, recorded: say, anything_else: say,
      confirm_intent: say, handover: say, out_of_scope: say, engine_failed: say}
queues: {main: our team}
intents: {"yes": {universal: affirm}}
ladder: {no_input: {last: say}, no_match: {last: say}}
waiting: {position: say, next: say, connecting: say, not_answered: say, nobody: say, failed: say}
"""
FILES = {
    "data/nlu.yml": SENTENCES,
    "data/more/mixed.yml": MORE,
    "data/rules.yml": RULES,
    "domain.yml": DOMAIN,
    "flow.yml": FLOW,
    "config.yml": "recipe: default.v1",
    "endpoints.yml": "# none",
}


def write(folder: Path, files: dict[str, str] | None = None) -> Path:
    for name, text in (FILES | (files or {})).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_rules_and_forms_become_flows(tmp_path: Path) -> None:
    bot = load_bot(write(tmp_path))
    flow = bot.flow
    assert flow.intents["hello"].does == Answer("utter_hello")
    assert flow.intents["book_table"].does == Route(
        "main", ask=("kitchen", "guests", "garden", "wishes"), handover="utter_done"
    )
    slots = {name: (s.kind, s.ask, s.expects, s.whole) for name, s in flow.slots.items()}
    assert slots["kitchen"] == (SlotKind.TEXT, "utter_ask_kitchen", "open", False)
    assert slots["guests"] == (SlotKind.NUMBER, "utter_ask_table_form_guests", "digits", False)
    assert slots["garden"] == (SlotKind.YES_NO, "utter_ask_garden", "yes_no", False)
    assert slots["wishes"] == (SlotKind.TEXT, "utter_ask_wishes", "open", True)
    assert slots["time_of_day"][1] is None
    assert [v.text for v in bot.responses["utter_hello"].variations] == ["Hello from here."]
    assert bot.text("utter_done", {"garden": "yes"}) == "In the garden then."


def test_a_rule_may_say_and_do_several_things(tmp_path: Path) -> None:
    rules = RULES.replace(HELLO, f"{HELLO}\n  - action: say\n  - action: utter_done", 1)
    flow = load_bot(write(tmp_path, {"data/rules.yml": rules})).flow
    assert flow.intents["hello"].does == Answer("utter_hello", ("say", "utter_done"))


def test_custom_actions_of_rules(tmp_path: Path) -> None:
    cook = "  - action: action_call_the_cook"
    rules = RULES.replace(HELLO, f"{HELLO}\n{cook}\n  - action: say", 1)
    rules = rules.replace("  - action: utter_done", f"{cook}\n  - action: utter_done")
    flow = load_bot(write(tmp_path, {"data/rules.yml": rules})).flow
    done = ("action_call_the_cook",)
    assert flow.intents["hello"].does == Route(
        "main", say="utter_hello", do=done, stays=True, answer="say"
    )
    assert flow.intents["book_table"].does == Route(
        "main", ask=("kitchen", "guests", "garden", "wishes"), do=done, stays=True,
        answer="utter_done",
    )  # fmt: skip
    assert flow.custom_actions == frozenset(done)


def test_sentences_of_all_files_are_one_training(tmp_path: Path) -> None:
    training = load_bot(write(tmp_path)).training
    assert training.intents() == {"hello", "yes", "book_table"}
    assert set(training.lookups["kitchen"]) == {"greek", "thai"}
    assert training.synonyms == {"from thailand": "thai"}
    mark = next(e for e in training.examples if e.text == "a table for four").marks[0]
    assert (mark.role, mark.group) == ("adults", "1")


def test_a_categorical_slot_of_a_form_is_a_choice(tmp_path: Path) -> None:
    domain = DOMAIN.replace("    - wishes\n", "    - time_of_day\n")
    slot = load_bot(write(tmp_path, {"domain.yml": domain})).flow.slots["time_of_day"]
    assert (slot.kind, slot.choices) == (SlotKind.CHOICE, (Choice("noon"), Choice("evening")))


def test_a_form_is_asked_through_to_a_person(tmp_path: Path) -> None:
    policy = Policy(load_bot(write(tmp_path)), FACTS)
    state = policy.start().state
    asked = []
    for said in (
        meant("book_table", kitchen="thai"),
        meant(guests="4"),
        meant("yes", yes_no="yes"),
        meant("hello", 0.2, text="near the lake"),
    ):
        step = policy.heard(state, [said, said])
        state = step.state
        asked.append(state.question.about)
    assert asked[:3] == ["guests", "garden", "wishes"]
    assert {name: known.value for name, known in state.known.items()} == {
        "kitchen": "thai", "guests": "4", "garden": "yes", "wishes": "near the lake",
    }  # fmt: skip
    assert isinstance(state.known["wishes"], Known)
    said_last = [act.text for act in step.acts if isinstance(act, Say)]
    assert said_last == ["In the garden then."]
    assert [act.queue for act in step.acts if isinstance(act, Transfer)] == ["main"]


def test_what_only_an_entity_fills_does_not_take_a_sentence(tmp_path: Path) -> None:
    policy = Policy(load_bot(write(tmp_path)), FACTS)
    state = policy.heard(policy.start().state, [meant("book_table")]).state
    assert state.question.about == "kitchen"
    after = policy.heard(state, [meant("hello", 0.2, text="oh anything")]).state
    assert "kitchen" not in after.known
    assert after.question.about == "kitchen"


def test_what_is_not_used_is_said_once(tmp_path: Path) -> None:
    remarks = load_bot(
        write(tmp_path, {"rulez.yml": "{}", "stories.yml": MORE[MORE.index("st") :]})
    ).remarks
    assert remarks == (
        f"{tmp_path}/stories.yml:1, {tmp_path}/data/more/mixed.yml:5: stories are not used; "
        "rules, forms and flow.yml are",
        f"{tmp_path}: config.yml, endpoints.yml: for a real Rasa only; not read",
        f"{tmp_path}/rulez.yml: this file is not read",
    )


def test_an_entity_may_count_while_its_form_asks_only(tmp_path: Path) -> None:
    anywhere = "{type: from_entity, entity: guests}\n  garden"
    asking = anywhere.replace("guests}", "guests, conditions: [{active_loop: table_form}]}")
    domain = DOMAIN.replace(anywhere, asking).replace(
        "    required_slots:", "    ignored_intents: []\n    required_slots:"
    )
    policy = Policy(load_bot(write(tmp_path, {"domain.yml": domain})), FACTS)
    state = policy.heard(policy.start().state, [meant("hello", guests="4")]).state
    assert "guests" not in state.known
    state = policy.heard(state, [meant("book_table")]).state
    assert state.question.about == "kitchen"
    state = policy.heard(state, [meant(guests="4")]).state
    assert state.known["guests"].value == "4"


def test_what_flow_yml_says_instead_of_a_rule_is_remarked_upon(tmp_path: Path) -> None:
    rules = RULES + "\n- rule: again\n  steps:\n  - intent: nlu_fallback\n  - action: utter_hello\n"
    (remark,) = load_bot(write(tmp_path, {"data/rules.yml": rules})).remarks[2:]
    line = rules[: rules.index("  - intent: nlu_fallback")].count("\n") + 1
    assert remark.startswith(f"{tmp_path}/data/rules.yml:{line}: rule 'again' is not used: ")
    assert "`ladder.no_match`" in remark


def test_a_form_that_no_rule_begins_is_remarked_upon(tmp_path: Path) -> None:
    idle = DOMAIN.replace("forms:\n", "forms:\n  later_form: {required_slots: [wishes]}\n")
    remarks = load_bot(write(tmp_path, {"domain.yml": idle})).remarks
    line = idle[: idle.index("  later_form")].count("\n") + 1
    assert remarks[-1] == (
        f"{tmp_path}/domain.yml:{line}: no rule begins the form 'later_form'; not used"
    )


def test_a_folder_without_a_rasa_project_has_no_remarks() -> None:
    utility = Path(__file__).parents[4] / "nlu_models" / "utility"
    assert load_bot(utility).remarks == ()


HELLO = "  - action: utter_hello"
BEGIN = "  - action: table_form\n  - active_loop: table_form\n\n"
TEXT = (
    "    - type: from_text\n      conditions: [{active_loop: table_form, requested_slot: wishes}]"
)
BROKEN_RULES = [
    (HELLO, "  - action: action_menu", 0, "the domain has no action 'action_menu'"),
    (
        HELLO,
        f"{HELLO}\n  - action: action_call_the_cook\n  - action: say\n  - action: say",
        3,
        "nothing may follow say",
    ),
    (
        HELLO,
        f"{HELLO}\n  - action: say\n  - action: action_call_the_cook",
        -3,
        "say is one response too many",
    ),
    (HELLO, "  - action: utter_helo", 0, "did you mean 'utter_hello'"),
    (
        HELLO,
        f"{HELLO}\n  - slot_was_set: [kitchen: thai]",
        1,
        "rule 'hello': `slot_was_set` is not supported here",
    ),
    (HELLO, "  - checkpoint: later", 0, "`checkpoint` is not supported"),
    (f"{HELLO}\n", "", -3, "`action` is missing"),
    ("- intent: hello", "- intent: hello\n    entities: [kitchen]", 1, "`entities` beside"),
    ("- intent: hello", "- intent: helo", 0, "'helo' is not in"),
    ("- intent: hello", "- intent: yes", 0, "is also in"),
    ("- intent: hello", "- intent: book_table", 5, "another rule has the intent"),
    ("- rule: hello", "- rule: hello\n  conversation_start: true", 1, "`conversation_start`"),
    (BEGIN, "  - action: table_form\n\n", 0, "stands `active_loop: table_form`"),
    (BEGIN, BEGIN.replace("table", "tabel"), 0, "no form 'tabel_form'; did you mean"),
    ("active_loop: null", "active_loop: table_form", 0, "should be null here"),
    ("{requested_slot: null}", "{garden: true}", 0, "`slot_was_set` is not supported here"),
    ("condition:\n  - active_loop", "condition:\n  - slot_was_set", 1, "`slot_was_set`"),
    ("version:", "flows: {}\nversion:", 0, "no key 'flows'"),
]
BROKEN_DOMAIN = [
    (
        "    required_slots:",
        "    ignored_intents: [hello]\n    required_slots:",
        0,
        "not supported",
    ),
    ("    - wishes", "    - wish", 0, "no slot 'wish'"),
    ("    - wishes", "    - requested_slot", 0, "no response utter_ask_table_form_requested_slot"),
    ("action_call_the_cook", "action_ask_garden", 0, "'action_ask_garden' beside the form"),
    ("    type: float", "    type: list", None, "a slot of type list"),
    ("entity: kitchen", "entity: kitchen\n      not_intent: helo", 1, "did you mean 'hello'"),
    ("entity: kitchen", "entity: kitchen\n      value: x", 1, "`value` is not supported: not besi"),
    ("- type: from_entity", "- type: from_nowhere", 0, "'from_nowhere' is not supp"),
    (TEXT, "    - type: from_text", 0, "only as the answer"),
    ("intent: deny", "intent: helo", 0, "did you mean 'hello'"),
    ("      value: false\n", "", None, "from_intent needs `value`"),
    (
        "{type: from_entity, entity: guests}\n  g",
        """{type: from_entity, entity: guests, conditions:
     [{active_loop: other_form}]}\n  g""",
        1,
        "is supported as {active_loop: …, requested_slot:",
    ),
    (
        "{type: from_entity, entity: guests}\n  g",
        """{type: from_entity, entity: guests, conditions:
     [{active_loop: table_form}, {active_loop: table_form, requested_slot: guests}]}\n  g""",
        0,
        "either all conditions have `requested_slot: guests`, or none",
    ),
    ("    type: float", "    type: float\n    initial_value: 2", 1, "is not supported"),
    ("values: [noon, evening]", "values: []", None, "needs `values`"),
]
BROKEN = [
    *(("data/rules.yml", *row) for row in BROKEN_RULES),
    *(("domain.yml", *row) for row in BROKEN_DOMAIN),
]


@pytest.mark.parametrize(("file", "old", "new", "offset", "words"), BROKEN)
def test_what_is_not_supported_has_its_place(
    tmp_path: Path, file: str, old: str, new: str, offset: int | None, words: str
) -> None:
    """`offset`: lines from the change to the place that is named; None: elsewhere in the file."""
    text = FILES[file]
    assert old in text
    with pytest.raises(BotError) as error:
        load_bot(write(tmp_path, {file: text.replace(old, new, 1)}))
    assert words in str(error.value)
    assert error.value.file == str(tmp_path / file)
    assert error.value.line is not None
    if offset is not None:
        assert error.value.line == text[: text.index(old)].count("\n") + 1 + offset
    assert "\n" not in str(error.value)


def test_a_form_is_checked_by_its_action(tmp_path: Path) -> None:
    domain = DOMAIN.replace("action_call_the_cook", "action_call_the_cook, validate_table_form")
    flow = load_bot(write(tmp_path, {"domain.yml": domain})).flow
    does = flow.intents["book_table"].does
    assert isinstance(does, Route)
    assert does.validate == "validate_table_form"
    assert "validate_table_form" in flow.custom_actions


def test_a_domain_may_be_in_parts(tmp_path: Path) -> None:
    names, words = DOMAIN.split("responses:\n")
    parts = {
        "domain/a.yml": "version: '3.1'",
        "domain/names.yml": names,
        "domain/more/words.yml": "responses:\n" + words,
    }
    folder = write(tmp_path, parts)
    (folder / "domain.yml").unlink()
    bot = load_bot(folder)
    assert bot.flow.intents["hello"].does == Answer("utter_hello")
    (folder / "domain/again.yml").write_text("slots:\n  garden: {type: text}\n")
    with pytest.raises(BotError, match=r"stands here a second time; it is in .*domain"):
        load_bot(folder)


NIGHT = """\
  kitchen:
    type: text
    mappings:
    - {type: from_entity, entity: kitchen, not_intent: [hello]}
  guests:
    type: float
    mappings:
    - {type: from_entity, entity: guests, role: adults}
"""


def test_roles_and_intents_of_mappings_count(tmp_path: Path) -> None:
    start, end = DOMAIN.index("  kitchen:"), DOMAIN.index("  garden:")
    domain = (DOMAIN[:start] + NIGHT + DOMAIN[end:]).replace(
        "    - type: from_text\n      cond",
        "    - type: from_text\n      not_intent: hello\n      cond",
    )
    policy = Policy(load_bot(write(tmp_path, {"domain.yml": domain})), FACTS)
    state = policy.start().state
    assert "kitchen" not in policy.heard(state, [meant("hello", kitchen="thai")]).state.known
    assert "kitchen" in policy.heard(state, [meant("book_table", kitchen="thai")]).state.known
    four = Entity("guests", "4", "four", 0, 4)
    adults = replace(meant("book_table"), entities=(replace(four, role="adults"),))
    children = replace(meant("book_table"), entities=(four,))
    assert "guests" in policy.heard(state, [adults]).state.known
    assert "guests" not in policy.heard(state, [children]).state.known


MEANT = """\
  wishes:
    type: text
    mappings:
    - type: from_trigger_intent
      intent: hello
      value: a surprise
    - type: from_intent
      intent: deny
      value: none
      conditions: [{active_loop: table_form, requested_slot: wishes}]
    - type: from_intent
      intent: yes
      value: the usual
      conditions: [{active_loop: table_form, requested_slot: wishes}]
    - type: from_entity
      entity: kitchen
      conditions: [{active_loop: table_form, requested_slot: wishes}]
"""


def wishes_bot(folder: Path) -> Policy:
    """A form for one slot, that two intents begin."""
    start, end = DOMAIN.index("  wishes:"), DOMAIN.index("  time_of_day:")
    domain = DOMAIN[:start] + MEANT + DOMAIN[end:]
    domain = domain.replace(
        "    - kitchen\n    - guests\n    - garden\n    - wishes", "    - wishes"
    )
    rules = RULES.replace(RULES[RULES.index("- rule: hello") : RULES.index("- rule: begin")], "")
    both = "  - or:\n    - intent: book_table\n    - intent: hello\n"
    rules = rules.replace("  - intent: book_table\n", both)
    files = {"domain.yml": domain, "data/rules.yml": rules}
    return Policy(load_bot(write(folder, files)), FACTS)


@pytest.mark.parametrize(
    ("said", "value"), [(meant("yes"), "the usual"), (meant(kitchen="thai"), "thai")]
)
def test_what_an_answer_means_may_fill_its_slot(
    tmp_path: Path, said: Understanding, value: str
) -> None:
    policy = wishes_bot(tmp_path)
    asked = policy.heard(policy.start().state, [meant("book_table")])
    assert "wishes" not in asked.state.known
    assert policy.heard(asked.state, [said]).state.known["wishes"].value == value


def test_an_entity_that_counts_when_asked_for_is_not_volunteered(tmp_path: Path) -> None:
    policy = wishes_bot(tmp_path)
    state = policy.heard(policy.start().state, [meant("book_table", kitchen="thai")]).state
    assert (list(state.known), state.question.about) == (["kitchen"], "wishes")


def test_what_begins_a_form_may_fill_its_slot(tmp_path: Path) -> None:
    policy = wishes_bot(tmp_path)
    step = policy.heard(policy.start().state, [meant("hello")])
    assert step.state.known["wishes"].value == "a surprise"
    assert isinstance(step.acts[-1], Transfer)


def test_a_project_without_sentences_is_refused(tmp_path: Path) -> None:
    (write(tmp_path) / "data/nlu.yml").unlink()
    (tmp_path / "data/more/mixed.yml").unlink()
    with pytest.raises(BotError, match=r"nlu\.yml: the file is missing"):
        load_bot(tmp_path)
