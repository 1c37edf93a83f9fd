"""The bench of the bridge runs and tells its figures; the figures are the bench's affair."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.alone
ROOT = Path(__file__).resolve().parents[4]


def test_the_bench_tells_its_figures(tmp_path: Path) -> None:
    out = tmp_path / "click.json"
    subprocess.run(
        [sys.executable, str(ROOT / "bench" / "bridge_click.py"), "--clicks", "3", "--json", out],
        check=False,  # 1 says that the target was missed, as on a busy machine it may be
        timeout=50,
        stdout=subprocess.DEVNULL,
    )
    told = json.loads(out.read_text())
    assert told["clicks"]["sent"] == 3
    assert {"p50", "p95", "max"} == set(told["direct_ms"]) == set(told["bridged_ms"])
    assert isinstance(told["added_ms"], float)
