"""What is told of first sentences: everything on the page is written by the command."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from centralino.bench.languages import closing, totals
from centralino.bench.page import table

PAGE = Path(__file__).parents[4] / "docs/benchmarks/languages.md"


def row(cells: list[str]) -> dict[str, Any]:
    language, voice, noise, wrong, _ = cells
    missed, n = re.findall(r"\d+", wrong)
    return {"language": language, "voice": voice, "noise": noise, "accent": " reads " in voice,
            "wrong": int(missed), "n": int(n)}  # fmt: skip


def test_the_totals_and_the_last_words_of_the_page_are_those_of_its_rows() -> None:
    page = PAGE.read_text()
    cells = [line.strip("| ").split(" | ") for line in page.splitlines() if line[:1] == "|"]
    rows = [row(each) for each in cells if len(each) == 5 and each[0] in ("en", "it")]
    assert table(("spoken", "behind it", "wrong"), totals(rows)) in page
    assert page.endswith(closing(rows))


def in_one_line(rows: list[dict[str, Any]]) -> str:
    return " ".join(closing(rows).split())


def test_who_is_never_mistaken_is_named() -> None:
    anna = {"language": "it", "voice": "Anna", "noise": "quiet", "accent": False, "n": 2}
    assert "Never mistaken: Anna." in in_one_line([{**anna, "wrong": 0}])
    told = in_one_line([{**anna, "wrong": 1}, {**anna, "accent": True, "wrong": 2}])
    assert "own: it 1 of 2;" in told and "2 of 2. Never mistaken: nobody." in told
