"""PURE. `bench turns` as a page: tables and the distribution of latencies by kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from centralino.bench.chart import chart, shares
from centralino.bench.figures import APART, Turn
from centralino.bench.page import head, table

COMMAND = "centralino bench turns --turns {turns} --calls {calls} --prompt-hours {hours}"
P50, P95 = 700.0, 1200.0
"""What is aimed at, in milliseconds."""


def page(figures: dict[str, Any], command: str) -> str:
    """The whole page."""
    return (
        "# Turn taking, measured from the callers' recordings\n"
        + head(command, figures)
        + _EXPLAINED
        + _latencies(figures)
        + _split(figures)
        + _prompts(figures["prompts"])
    )


def plot(turns: Sequence[Turn]) -> str:
    """The share of turns answered within a time, by kind."""
    lines = {}
    for kind in sorted({turn.kind for turn in turns} - {APART}):
        found = [t.latency_ms for t in turns if t.kind == kind and t.latency_ms is not None]
        if found:
            lines[kind] = shares(found)
    title = "Turns answered within a time, by kind of question"
    return chart(title, "ms from the caller's last sound to the answer's first", "share", lines)


_EXPLAINED = """
Callers in processes of their own call over SIP and answer whatever is asked: 25 % yes or no, 25 %
a choice, 30 % open, 10 % six digits, 10 % a name or a date. A third of the utterances hold a pause
of 0.3–1.2 s or an "uh". About half of the answers begin with words that were never spoken before.
Latency: last 20 ms frame sent above −40 dBFS to the first frame received above −40 dBFS that lasts
≥ 60 ms, in a recording made behind the caller's jitter buffer (20–100 ms). *Cut off*: we took the
turn for over, or began to speak, while the caller was still speaking; if we spoke, there is no
latency.

![Turns answered within a time](turns.svg)

"""


def _latencies(figures: dict[str, Any]) -> str:
    rows: list[list[object]] = [
        ["the mix", *_numbers(figures["turn_latency_ms"]), _percent(figures["cut_off_rate"]),
         figures["unanswered"]],
        *(
            [kind, *_numbers(each), _percent(each["cut_off_rate"]), each["unanswered"]]
            for kind, each in figures["by_kind"].items()
        ),
        *(
            [f"answer {name.replace('_', ' ')}", *_numbers(each), None, None]
            for name, each in figures["by_answer"].items()
        ),
        *(
            [f"{name} utterance", *_numbers(each), None, None]
            for name, each in figures["by_hesitation"].items()
        ),
    ]  # fmt: skip
    said = figures["yes_no"]
    return (
        table(["", "n", "p50 ms", "p95 ms", "cut off", "unanswered"], rows)
        + "\n`digits_free` (digits of unknown length) is not part of the mix. Of "
        f"{said['asked']} yes and no, {said['answered']} were answered and {said['understood']} "
        "understood.\n"
    )


def _split(figures: dict[str, Any]) -> str:
    rows = [[stage, *_numbers(each)] for stage, each in figures["split_ms"].items()]
    own = figures["own_log_ms"]
    return (
        "\n## Where it goes, by our log\n"
        + table(["stage", "n", "p50 ms", "p95 ms"], [*rows, ["all of it", *_numbers(own)]])
        + "\nThe log sees no jitter buffer and no network: it reads less than the recording.\n"
    )


def _prompts(figures: dict[str, Any] | None) -> str:
    if figures is None:
        return ""
    rows = [
        [name, each["prompts"], each["lost"], each["restarted"], each["paused"]]
        for name, each in figures["by_disturbance"].items()
    ]
    return (
        "\n## Prompts that nobody wants to interrupt\n"
        f"{figures['prompts']} prompts, {figures['hours']} h of them, in parallel calls; lost or "
        f"begun anew: **{figures['lost_per_hour']} an hour**; paused and resumed: "
        f"{figures['paused']}.\n\n"
        + table(["disturbance", "prompts", "lost", "begun anew", "paused and resumed"], rows)
        + "\nNoise is 10 dB under a caller's level (−22 dBFS). A prompt is lost when its last two "
        "seconds are not found in the recording.\n"
    )


def _numbers(summary: dict[str, Any]) -> list[object]:
    return [summary["n"], summary["p50"], summary["p95"]]


def _percent(rate: float | None) -> str | None:
    return None if rate is None else f"{100 * rate:.1f} %"
