"""What `centralino doctor` says of bots, and of the steps that a house short of time takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from centralino.commands.doctor import examine
from centralino.config.distribution import Requirement
from centralino.config.model import AgentSeed, Config, Line, Speech
from tests.speech_models import whisper_models


@pytest.mark.parametrize(
    ("bots", "detector", "says"),
    [
        (("utility",), "off", ("turn detector: nothing", "care: three readings", "then keys")),
        (("utility", "bench"), "smart-turn", ("turn detector: smart-turn", "person for bench")),
        (("nobody",), "off", ("nobody",)),
    ],
)  # fmt: skip
def test_it_says_what_has_nothing_behind_it(
    bots: tuple[str, ...], detector: str, says: tuple[str, ...]
) -> None:
    lines = tuple(Line(number=f"800{n}", client="riverton", bot=bot) for n, bot in enumerate(bots))
    speech = Speech(models_dir=whisper_models(), recogniser="whisper", turn_detector=detector)  # type: ignore[arg-type]
    findings = examine(Config(lines=lines, speech=speech))["findings"]
    (found,) = [one for one in findings if one["what"] == "short of time"]
    assert all(words in found["is"] for words in says)
    assert not found["needed"] or found["ok"]


def test_it_reads_every_language_of_a_line(tmp_path: Path) -> None:
    (tmp_path / "utility").symlink_to(Config().bots_folder / "utility")
    (tmp_path / "utility_it").mkdir()
    speech = Speech(recogniser="whisper", voices={"en": "piper", "it": "piper"})
    line = Line(number="8000", client="riverton", bot="utility", also={"it": "utility_it"})
    findings = examine(Config(lines=(line,), bots_dir=tmp_path, speech=speech))
    own, other = (one for one in findings["findings"] if one["what"].startswith("bot "))
    assert own["ok"] and "sentences" in own["is"]
    assert not other["ok"] and str(tmp_path / "utility_it") in other["is"] and other["mend"]
    assert not findings["ok"]


def test_it_names_queues_that_nobody_serves_and_makes_no_database(tmp_path: Path) -> None:
    seed = AgentSeed(number="201", name="A", client="riverton", queues=("service",))
    found = examine(Config(state_dir=tmp_path, lines=(), agents=(seed,)))
    (agents,) = [one for one in found["findings"] if one["what"] == "agents"]
    assert agents["is"] == "nobody serves billing, technical, emergency" and not agents["needed"]
    assert not (tmp_path / "centralino.db").exists()


def test_it_warns_of_what_is_required_and_nobody_has(tmp_path: Path) -> None:
    seed = AgentSeed(number="201", name="A", client="riverton", queues=("service",))
    rule = Requirement(queue="service", require={"welsh": 2})
    config = Config(state_dir=tmp_path, lines=(), agents=(seed,), requirements=(rule,))
    (skills,) = [one for one in examine(config)["findings"] if one["what"] == "skills"]
    assert skills["warns"] and not skills["needed"] and "require welsh 2" in skills["is"]


@pytest.mark.parametrize(
    ("secrets", "ok", "says"),
    [
        (None, False, "agents.secrets_file: cannot be read"),
        (b"pin 4711\nsecret x\n", False, "anna.secrets:2"),
        (b"pin \xff\n", False, "agents.secrets_file: is not UTF-8"),
        (b"pin 4711\nsip short\n", False, "anna.secrets:2: a SIP password has 8 to 128 characters"),
        (b"pin 47\n", False, "anna.secrets:1: a PIN has 4 to 10 digits"),
        (b"pin 4711\nsip long enough\n", True, "pin, sip"),
    ],
)
def test_it_looks_for_the_secrets_of_agents_who_are_to_be_made(
    tmp_path: Path, secrets: bytes | None, ok: bool, says: str
) -> None:
    file = tmp_path / "anna.secrets"
    if secrets is not None:
        file.write_bytes(secrets)
    seed = AgentSeed(number="201", name="A", client="riverton", secrets_file=file)
    findings = examine(Config(state_dir=tmp_path, lines=(), agents=(seed,)))["findings"]
    (mine,) = [one for one in findings if one["what"] == "secrets of agent 201"]
    assert (mine["ok"], mine["needed"], bool(mine["mend"])) == (ok, True, not ok)
    assert says in mine["is"] and "4711" not in str(mine)
