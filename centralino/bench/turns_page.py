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


def page(figures: dict[str, Any], command: str, explained: str = "") -> str:
    """The whole page; `explained`: how it was measured, if not over SIP."""
    return (
        "# Turn taking, measured from the callers' recordings\n"
        + head(command, figures)
        + (explained or _OVER_SIP)
        + _EXPLAINED
        + ("" if explained else _PLOT)
        + _latencies(figures)
        + _curve(figures.get("curve") or ())
        + _cut(figures["cut"])
        + _split(figures)
        + _prompts(figures["prompts"])
        + _stops(figures["stops"])
        + _refused(figures.get("refused", 0))
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


_OVER_SIP = """
Callers in processes of their own call over SIP.
"""
REHEARSED = """
Rehearsed: the conversation, its ear and its engines in stepped time, without SIP, network and
jitter buffer. The clock stands still while an engine works; a recognition is taken to last 0.25 s,
a first clause 0.12 s. Latencies read about 0.1 s less than over a line.
"""
_PLOT = """
![Turns answered within a time](turns.svg)

"""
_EXPLAINED = """
They answer whatever is asked: 25 % yes or no, 25 %
a choice, 30 % open, 10 % six digits, 10 % a name or a date. A third of the utterances hold a pause
of 0.3–1.2 s or an "uh". About half of the answers begin with words that were never spoken before.
Latency: last 20 ms frame sent above −40 dBFS to the first frame received above −40 dBFS that lasts
≥ 60 ms, in a recording made behind the caller's jitter buffer (20–100 ms). *Taken too early*: our
log took the turn for over, or we began to speak, before the caller's last word. *Spoken over*: the
caller heard us begin before it. What the caller went on with is joined to what was said before.
*With a consequence*: and what we had begun to say was dropped for another answer, or *lost*: the
whole was not understood in the end, or was asked for again. Else our answer only fell silent and
went on. Silences are as long as the recording has them, below −40 dBFS as everywhere here.

"""


def _latencies(figures: dict[str, Any]) -> str:
    rows: list[list[object]] = [
        ["the mix", *_numbers(figures["turn_latency_ms"]), *_rates(figures)],
        *(
            [kind, *_numbers(each), *_rates(each)]
            for kind, each in figures["by_kind"].items()
        ),
        *(
            [f"answer {name.replace('_', ' ')}", *_numbers(each), *[None] * 5]
            for name, each in figures["by_answer"].items()
        ),
        *(
            [f"{name} utterance", *_numbers(each), *[None] * 5]
            for name, each in figures["by_hesitation"].items()
        ),
    ]  # fmt: skip
    said = figures["yes_no"]
    return (
        table(["", "n", "p50 ms", "p95 ms", *_RATES, "unanswered"], rows)
        + "\n`digits_free` (digits of unknown length) is not part of the mix. Of "
        f"{said['asked']} yes and no, {said['answered']} were answered and {said['understood']} "
        "understood.\n"
    )


_RATES = ("taken too early", "spoken over", "with a consequence", "lost")
_RATE_NAMES = ("cut_off_rate", "spoken_over_rate", "consequence_rate", "lost_rate")


def _rates(figures: dict[str, Any]) -> list[object]:
    rates = (_percent(figures[name]) for name in _RATE_NAMES)
    return [*rates, figures["unanswered"]]


def _curve(rows: Sequence[dict[str, Any]]) -> str:
    """What is won and lost by waiting."""
    shown = [
        [f"× {row['patience']:g}", *_numbers(row["turn_latency_ms"]),
         row["by_kind"].get("yes_no", {}).get("p50"),
         *(_percent(row[name]) for name in ("cut_off_rate", "consequence_rate"))]
        for row in rows
    ]  # fmt: skip
    columns = ["silences", "n", "p50 ms", "p95 ms", "yes and no, p50 ms", *_RATES[::2]]
    told = "Every silence that ends an answer times this (`lines.patience`), the same callers:"
    return f"\n## What waiting costs and saves\n{told}\n\n{table(columns, shown)}" if rows else ""


def _cut(turns: Sequence[dict[str, Any]]) -> str:
    """What each of the turns that were taken too early was."""
    rows = [
        [
            t["kind"], t["shown"], t["silence_ms"], t["heard"], " → ".join(t["taken"]),
            "lost" if t["lost"] else "heard another answer" if t["consequence"]
            else "spoken over" if t["early"] else "not noticed",
        ]
        for t in turns
    ]  # fmt: skip
    columns = ["question", "said", "taken after ms", "heard", "taken as", "the caller"]
    return "\n## Turns taken too early\n" + (table(columns, rows) if rows else "None.\n")


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
        + "\nNoise is 10 dB under a caller's level (−22 dBFS). A prompt is heard when its last two "
        "seconds are found in the recording: two thirds of their pieces of 0.25 s at least, one "
        "behind the other, and the last of them within 0.25 s of its end; else it is lost.\n"
        + _fates(figures)
    )


def _fates(figures: dict[str, Any]) -> str:
    rows = [
        [name, "begun anew" if fate["restarted"] else "lost", fate["told"], fate["name"]]
        for name, each in figures["by_disturbance"].items()
        for fate in each["each"]
        if fate["lost"] or fate["restarted"]
    ]
    columns = ["disturbance", "the prompt", "what our log says of it", "recording, in `kept`"]
    return "\n" + table(columns, rows) if rows else ""


def _stops(figures: dict[str, Any] | None) -> str:
    if figures is None:
        return ""
    rows = [
        ["from the caller's first sound to silence", *_numbers(figures["after_speech_ms"])],
        ["from our pausing the prompt to silence", *_numbers(figures["after_evidence_ms"])],
    ]
    return (
        "\n## Prompts that are interrupted\n"
        f"{figures['n']} sentences said over a prompt; {figures['went_on']} did not stop it.\n\n"
        + table(["in the caller's recording", "n", "p50 ms", "p95 ms"], rows)
        + "\nOur log pauses a prompt with the evidence: 200 ms of speech. The rest is the next "
        "frame, the network and the caller's jitter buffer.\n"
    )


def _refused(calls: int) -> str:
    return (
        f"\n{calls} calls of these two parts found no room (503) and were placed again after 10 s, "
        "as Retry-After asks.\n"
        if calls
        else ""
    )


def _numbers(summary: dict[str, Any]) -> list[object]:
    return [summary["n"], summary["p50"], summary["p95"]]


def _percent(rate: float | None) -> str | None:
    return None if rate is None else f"{100 * rate:.1f} %"
