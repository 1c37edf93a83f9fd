"""What is required that nobody has, said before a call needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from acd.staff import Profile
from centralino.config.model import Config
from centralino.processes.preflight import readable_bots
from centralino.processes.staffing import unmet, unserved
from tests.small_bot import write_small_bot

HOUSE: dict[str, Any] = {
    "queues": [{"id": "main", "client": "riverton"}, {"id": "bills", "client": "riverton"}],
    "lines": [{"number": "1000", "client": "riverton", "bot": "small"}],
}
ANYBODY, PAYER = Profile(("main", "bills")), Profile(("bills",), {"payments": 1})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a bot whose bills require a skill, and of one that cannot be read."""
    bot = write_small_bot(tmp_path / "small")
    flow = bot / "flow.yml"
    flow.write_text(flow.read_text().replace("route: bills", "route: bills, required: [payments]"))
    (tmp_path / "broken").mkdir()
    return tmp_path


def told(folder: Path, *profiles: Profile, **more: Any) -> list[str]:
    config = Config.model_validate({**HOUSE, "bots_dir": folder, **more})
    return unmet(config, readable_bots(config), profiles)


def test_a_bots_intent_that_requires_what_nobody_has(folder: Path) -> None:
    assert told(folder, ANYBODY) == [
        "bot small, intent bill: calls to bills require payments, which no agent of that queue has:"
        " they go to anybody of it"
    ]
    assert told(folder, ANYBODY, PAYER) == []
    assert told(folder, ANYBODY, Profile(("main",), {"payments": 5})) != []


def test_who_takes_no_callers_is_not_counted(folder: Path) -> None:
    team = {"name": "out", "takes": [{"kind": "outbound"}]}
    out = Profile(("bills",), {"payments": 1}, "out")
    assert len(told(folder, ANYBODY, out, teams=[team])) == 1


def test_a_queue_that_nobody_serves_is_named_instead(folder: Path) -> None:
    only_main = Profile(("main",))
    assert told(folder, only_main) == []
    assert unserved(Config.model_validate({**HOUSE, "bots_dir": folder}), [only_main]) == ["bills"]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"queue": "bills", "require": {"payments": 3}}, "require payments 3, which no agent"),
        ({"queue": "bills", "require": {"payments": 3}}, "they go to whoever has payments"),
        ({"intent": "bill", "require": {"gas": 2}}, "2 (intent bill): calls to bills require gas"),
        ({"queue": "bills", "require": {"gas": 1, "payments": 1}}, "has together: they go to"),
    ],
)
def test_a_rule(folder: Path, rule: dict[str, Any], says: str) -> None:
    rules = [{"language": "en", "require": {"payments": 1}, "queue": "bills"}, rule]
    (line,) = told(folder, ANYBODY, PAYER, requirements=rules)
    assert line.startswith("[[requirements]] 2 ") or line.startswith("[[requirements]] 2:")
    assert says in line


def test_a_rule_for_any_queue_is_looked_at_in_each_that_is_served(folder: Path) -> None:
    rule = {"language": "cy", "require": {"welsh": 1}}
    lines = told(folder, PAYER, ANYBODY, requirements=[rule])
    assert ["calls to main" in line or "calls to bills" in line for line in lines] == [True, True]


def test_a_skill_that_is_not_listed_is_not_required_and_said_to_be_so(folder: Path) -> None:
    assert told(folder, ANYBODY, acd={"skills": ["gas"]}) == [
        "bot small, intent bill: payments is not among acd.skills, and is not required"
    ]


def test_a_bot_that_cannot_be_read_is_told_elsewhere(folder: Path) -> None:
    line = {"number": "1000", "client": "riverton", "bot": "broken"}
    assert told(folder, ANYBODY, lines=[line]) == []
