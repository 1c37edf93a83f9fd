"""The curve of calls at once: rows, the best of them, and cores that are given back."""

from __future__ import annotations

import os
from pathlib import Path

from centralino.bench.calls import Rung, pinned, script_of, turns_a_second
from centralino.bench.processes import cpu_seconds, rss_mb
from centralino.bench.run_calls import plot
from centralino.caller.script import HangUp, Pause, Say


def test_a_row_is_as_promised() -> None:
    row = Rung(4, [500.0, 700.0, 900.0], asked=4, refused=0, cpu_cores=0.251).row(12.0)
    assert row["turn_p50_ms"] == 700 and row["turn_p95_ms"] == 900
    assert row["split_ms"]["tts"] == {"p50": None, "p95": None, "n": 0}
    assert (row["unanswered"], row["cpu_cores"], row["every_s"]) == (1, 0.25, 12.0)


def test_the_best_is_the_most_turns_that_are_still_in_time() -> None:
    rows = [
        {**Rung(6, [900.0]).row(12.0)},
        {**Rung(12, [1100.0]).row(12.0)},
        {**Rung(18, [1300.0]).row(12.0)},
        {**Rung(8, [1000.0], refused=1).row(8.0)},
    ]
    assert turns_a_second(rows) == {"12": 1.0}
    assert "p95, every 12 s" in plot(rows)


def test_a_caller_speaks_at_its_period(tmp_path: Path) -> None:
    wav = tmp_path / "said.wav"
    wav.write_bytes(bytes(40_000))  # 2.5 s of 8 kHz
    steps = script_of(1, 12.0, 2, [str(wav)])
    assert [type(step) for step in steps] == [Pause, Say, Pause, Say, Pause, HangUp]
    assert steps[2] == Pause(9.5)


def test_cores_are_given_back() -> None:
    own = os.sched_getaffinity(0)
    with pinned({min(own)}):
        assert os.sched_getaffinity(0) == {min(own)}
    assert os.sched_getaffinity(0) == own


def test_what_a_process_uses_is_read_from_proc() -> None:
    assert rss_mb(os.getpid()) > 5
    assert cpu_seconds(os.getpid()) > 0
    assert rss_mb(2**22) == cpu_seconds(2**22) == 0.0
