"""The bench runs, and finds no violation. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

from acd.messages import AgentLoggedIn, AgentReady, CallQueued, ContactEnded, PlaceOffer
from acd.replay import Recorder
from centralino.bench.acd import CONFIG, Size, bench_core, bench_store
from centralino.bench.acd_check import check
from centralino.bench.run_acd import run_acd
from kernel.core import Fact
from kernel.ids import counting

SMALL = Size(agents=40, waiting=80, calls_per_s=40.0, seconds=1.5)


def test_the_core_holds_its_promises_at_speed() -> None:
    figures = bench_core(Size(agents=100, waiting=300, calls_per_s=50.0, seconds=10.0)).as_json()
    assert figures["violations"] == 0
    assert figures["offers"] > 300
    assert set(figures["match_ms"]) == {"p50", "p99"}


async def test_so_does_the_service_with_its_store(tmp_path: Path) -> None:
    result = await bench_store(SMALL, tmp_path)
    assert (result.violations, result.mode) == (0, "store")
    assert result.match_ms


def test_a_call_that_is_served_by_nobody_is_a_violation() -> None:
    recorder, kept = Recorder(CONFIG, counting()), []
    recorder.restore([], 1.0)
    queued = CallQueued("c", "client", "queue-0", "c", "media-1", "e1")
    agent = AgentLoggedIn("a", "client", "sip:a", ("queue-0",))
    for event in (queued, agent, AgentReady("a")):
        recorder.receive(event, 2.0)
        commands = recorder.commands()
        kept += [change.record for change in recorder.changes() if isinstance(change, Fact)]
    [offer] = (one for one in commands if isinstance(one, PlaceOffer))
    assert check(kept, 0.0).wrong == 0
    recorder.receive(ContactEnded(offer.offer, "agent"), 3.0)
    kept += [change.record for change in recorder.changes() if isinstance(change, Fact)]
    assert check(kept, 0.0).wrong == 1


def test_the_command_writes_figures_and_a_page(tmp_path: Path) -> None:
    file = tmp_path / "acd.json"
    assert run_acd([SMALL], file, tmp_path, "centralino bench acd")
    figures = json.loads(file.read_text())
    assert figures["violations"] == 0 and figures["mode"] == "store"
    assert "`centralino bench acd`" in (tmp_path / "acd.md").read_text()
