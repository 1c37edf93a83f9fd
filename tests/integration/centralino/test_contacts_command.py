"""`centralino contacts` as it is typed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from centralino.cli import app
from centralino.errors import StartRefused

FILE = "name;phone;floor\nAda;335 1234567;3\nBen;12;\n"


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    config = folder / "centralino.toml"
    config.write_text(f'state_dir = "{folder}/var"\n')
    result = CliRunner().invoke(app, ["contacts", *arguments, "-c", str(config)])
    if isinstance(result.exception, StartRefused):
        raise result.exception
    return result.exit_code, result.output


def test_a_dry_run_reports_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(FILE)
    json_file = tmp_path / "report.json"
    code, told = run(tmp_path, "import", str(file), "--region", "IT", "--dry-run",
                     "--json", str(json_file))  # fmt: skip
    assert code == 1 and "too short" in told and "nothing was written" in told
    report = json.loads(json_file.read_text())
    assert (report["rows"], report["people"], report["refused"]) == (2, 1, 1)
    assert report["problems"] == [
        {"line": 3, "column": "phone", "what": "is too short", "fatal": True}
    ]
    assert not (tmp_path / "var").exists()


def test_import_list_erase(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(FILE.replace("12;", "06 46771234;"))
    code, told = run(tmp_path, "import", str(file), "--region", "IT", "--group", "north")
    assert code == 0 and "new 2," in told
    code, told = run(tmp_path, "list", "--group", "north")
    assert code == 0 and "Ada" in told and "riverton has 2" in told
    assert re.search(r"│ person-[0-9a-f]{13,} │", told)  # whole, to be copied
    code, told = run(tmp_path, "list", "--limit", "1")
    assert "1 shown" in told
    code, told = run(tmp_path, "block", "+390646771234")
    assert code == 0 and "whole centre" in told
    with pytest.raises(StartRefused, match="nobody 'person-1'"):
        run(tmp_path, "erase", "person-1")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nothing.csv"], "cannot be read"),
        (["nothing.csv", "--client", "rivertn"], "no client 'rivertn'; did you mean 'riverton'"),
        (["nothing.csv", "--client", "gas"], "no client 'gas'; there are: riverton"),
        (["nothing.csv", "--region", "Italy"], "ISO 3166-1"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    tmp_path: Path, arguments: list[str], problem: str
) -> None:
    with pytest.raises(StartRefused, match=problem) as caught:
        run(tmp_path, "import", *arguments)
    assert "\n" not in str(caught.value)
