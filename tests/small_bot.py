"""A bot small enough to learn in a blink: three things that callers want, one that they don't."""

from __future__ import annotations

from pathlib import Path

INTENTS = {
    "hours": "when are you open|what are your opening hours|are you open today|how late are you "
    "open|when do you close|opening times please|are you open on saturday",
    "bill": "my bill is too high|i have a question about my bill|the bill is wrong|i was charged "
    "twice|why is my bill so high|there is a mistake in my bill|i got a bill i do not understand",
    "person": "a person please|let me talk to somebody|i want an agent|connect me with a human|"
    "can i talk to someone|operator|give me a real person",
    "out_of_scope": "what is the weather|tell me a joke|who won the game|play some music|"
    "what is the capital of france|order a pizza|how tall is the tower",
}
DOMAIN = """\
version: "3.1"
intents: [hours, bill, person, out_of_scope]
slots:
  name: {type: text, mappings: [{type: custom}]}
  account: {type: text, mappings: [{type: custom}]}
responses:
  utter_yes: [{text: "Of course."}]
  utter_what: [{text: "How can I help you?"}]
"""
FLOW = """\
version: 1
bot: {name: Small, queue: main, greeting: utter_what, machine: utter_yes, recorded: utter_yes,
      anything_else: utter_what, confirm_intent: utter_what, handover: utter_yes,
      out_of_scope: utter_yes, engine_failed: utter_what}
queues: {main: our team, bills: our billing team}
slots:
  name: {type: name, ask: utter_what, required: false}
  account: {type: digits, ask: utter_what, confirm: utter_what, digits: {min: 4, max: 4}}
intents:
  hours: {title: our opening hours, answer: utter_yes}
  bill: {title: a bill, route: bills, ask: [name, account]}
  person: {title: a person, universal: person, route: main}
ladder:
  no_input: {say: [utter_what], last: utter_yes}
  no_match: {say: [utter_what], last: utter_yes}
waiting: {position: utter_yes, next: utter_yes, connecting: utter_yes, not_answered: utter_yes,
          nobody: utter_yes, failed: utter_yes}
"""
EVALUATION = {
    "hours": "are you open now|when is it open",
    "bill": "the bill seems wrong|flumbo grindle",
    "person": "somebody please",
    "out_of_scope": "sing a song",
}


def write_small_bot(folder: Path) -> Path:
    """A bot's folder, complete; the folder."""
    folder.mkdir(parents=True)
    (folder / "nlu.yml").write_text("# ours\n" + _sentences(INTENTS))
    (folder / "evaluation.yml").write_text(_sentences(EVALUATION))
    (folder / "domain.yml").write_text(DOMAIN)
    (folder / "flow.yml").write_text(FLOW)
    return folder


def _sentences(of: dict[str, str]) -> str:
    blocks = [
        f"  - intent: {intent}\n    examples: |\n"
        + "".join(f"      - {sentence}\n" for sentence in said.split("|"))
        for intent, said in of.items()
    ]
    return 'version: "3.1"\nnlu:\n' + "\n".join(blocks)
