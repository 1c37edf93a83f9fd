"""`centralino demo` as a user runs it: some of its scenes; `make demo` plays them all."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import CACHE, share_cache

pytestmark = [pytest.mark.engine, pytest.mark.alone, pytest.mark.timeout(300)]

SCENES = ("question", "no-answer")


async def test_the_demo_shows_what_it_promises(tmp_path: Path) -> None:
    share_cache(tmp_path / "demo")
    (tmp_path / "demo" / "voices").symlink_to(CACHE / "voices")
    (CACHE / "voices").mkdir(exist_ok=True)
    report = tmp_path / "report.json"
    only = [word for scene in SCENES for word in ("--only", scene)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "centralino.cli", "demo", "--dir", str(tmp_path / "demo"),
        "--json", str(report), *only, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    figures = json.loads(report.read_text())
    assert process.returncode == 0, output.decode()[-3000:]
    assert figures["ok"] and figures["turn_latency_ms"]["n"] >= 5
    assert figures["engines"]["recogniser"]["name"] == "whisper-base"
    assert [call["outcome"] for call in figures["calls"]] == [
        "answered", "answered", "abandoned", "answered", "transferred",
    ]  # fmt: skip
    assert all(Path(call["recording"]).exists() for call in figures["calls"])
