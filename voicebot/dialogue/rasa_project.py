"""Looks at every file of a bot's folder that a Rasa 3.x project would have.

Training files are nlu.yml, rules.yml and stories.yml beside flow.yml, and everything in data/; as
in Rasa each may hold sentences, rules and stories. What is not used is remarked upon, once each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.errors import BotError
from voicebot.nlu.marked import Node, read_yaml
from voicebot.nlu.rasa_format import Sentences, sentences_of

_TRAINING = ("nlu", "rules", "stories")
_OWN = ("domain", "flow", "evaluation", *_TRAINING)
_FOR_RASA = ("config.yml", "endpoints.yml", "credentials.yml", "actions", "tests")
_ENDINGS = (".yml", ".yaml")


@dataclass
class Project:
    """What the files of a folder hold, beside domain.yml and flow.yml."""

    sentences: list[Sentences] = field(default_factory=list)
    rules: list[Node] = field(default_factory=list)
    """Every `rules:`."""
    remarks: list[str] = field(default_factory=list)
    """What is not used, a line each."""


def read_project(folder: Path) -> Project:
    """Everything in the folder's training files. Raises BotError."""
    found = Project()
    stories = []
    for path in _training_files(folder):
        root = read_yaml(path)
        fields = root.fields(("version", *_TRAINING))
        if not fields.keys() & set(_TRAINING):
            root.refuse("there is no `nlu:` list of training sentences, no `rules:`, no `stories:`")
        if "nlu" in fields:
            found.sentences.append(sentences_of(fields["nlu"]))
        if "rules" in fields:
            found.rules.append(fields["rules"])
        if "stories" in fields:
            stories.append(f"{path}:{fields['stories'].line}")
    if not found.sentences:
        raise BotError(str(folder / "nlu.yml"), None, "the file is missing; a bot needs it")
    if stories:
        found.remarks.append(
            f"{', '.join(stories)}: stories are not used; rules, forms and flow.yml are"
        )
    found.remarks += _not_read(folder)
    return found


def _training_files(folder: Path) -> Iterator[Path]:
    for name in _TRAINING:
        if (folder / f"{name}.yml").exists():
            yield folder / f"{name}.yml"
    yield from sorted(p for p in (folder / "data").rglob("*") if p.suffix in _ENDINGS)


def _not_read(folder: Path) -> Iterator[str]:
    there = [name for name in _FOR_RASA if (folder / name).exists()]
    if there:
        yield f"{folder}: {', '.join(there)}: for a real Rasa only; not read"
    for path in sorted(folder.iterdir()):
        known = path.name in _FOR_RASA or path.name in {f"{name}.yml" for name in _OWN}
        if path.suffix in _ENDINGS and not known:
            yield f"{path}: this file is not read"
