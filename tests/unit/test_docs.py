"""The pages made from the code are current, and what the others name is there."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import typer.main

from centralino.cli import app
from centralino.config.model import Config
from kernel.codec import encode
from kernel.packet import Packet, PacketIntent, PacketSlot, TranscriptLine

ROOT = Path(__file__).parents[2]
WRITTEN = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_make", ROOT / "docs" / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = load()


@pytest.mark.parametrize("name", sorted(make.pages()))
def test_a_made_page_is_current(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == make.pages()[name], "run `make docs`"


def test_every_state_table_is_drawn() -> None:
    drawn = {file for file, _ in make.machines()}
    using = {
        path.relative_to(ROOT).as_posix()
        for room in make.ROOMS
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"^from kernel\.machine import Machine", path.read_text(), re.M)
        and re.search(r"\bMachine(\[\w+\])?\(", path.read_text())
    }
    assert drawn == using


def test_the_schema_names_every_field_of_a_real_packet() -> None:
    packet = Packet(
        call="c", centre="h", client="riverton", line="1000", caller="sip:a@b", language="en",
        queue="billing", reason="policy", intent=PacketIntent("bill_too_high", 0.9, (("x", 0.1),)),
        slots=(PacketSlot("name", "John Smith", 0.9, True, "speech"),),
        transcript=(TranscriptLine(1.0, "caller", "hello"),),
    )  # fmt: skip
    schema = make.packet_schema()
    sent = json.loads(json.dumps(encode(packet)))
    assert {name: sent[name] for name in ("type", "v")} == {
        name: schema["properties"][name]["const"] for name in ("type", "v")
    }
    assert set(sent["body"]) == set(schema["$defs"]["Packet"]["properties"])
    assert set(sent["body"]["slots"][0]) == set(schema["$defs"]["PacketSlot"]["properties"])


def blocks(language: str) -> list[tuple[str, str]]:
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.S | re.M)
    return [
        (page.name, text)
        for page in WRITTEN
        for text in fence.findall(page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("page", "text"), blocks("toml"))
def test_every_toml_example_is_a_configuration(page: str, text: str) -> None:
    Config.model_validate(tomllib.loads(text))


def test_every_command_in_the_pages_is_one_of_the_program() -> None:
    used = 0
    for page, text in blocks("sh"):
        for line in text.replace("\\\n", " ").splitlines():
            called = re.search(r"(?:^|/)centralino (.+)", line)
            if called:
                used += 1
                check(page, called[1].split(" #")[0].split())
    assert used > 10


def check(page: str, given: list[str]) -> None:
    command = typer.main.get_command(app)
    while given and hasattr(command, "commands"):
        assert given[0] in command.commands, f"{page}: there is no command {given[0]!r}"
        command = command.commands[given.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    unknown = [word for word in given if re.match(r"--?[a-z]", word) and word not in known]
    assert not unknown, f"{page}: {command.name} has no option {unknown[0]}"


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_make_target_in_the_readme_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\s\"])", "".join(t for _, t in blocks("sh"))))
    assert named <= targets
