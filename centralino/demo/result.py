"""What a scene came to: checks, turns, figures; the table and the JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from centralino.demo.measure import summary
from centralino.demo.watch import SeenCall

Json = dict[str, Any]


@dataclass
class SceneResult:
    """One call of a scene."""

    scenario: str
    expected: str
    call: SeenCall | None = None
    said: list[str] = field(default_factory=list)
    recording: str = ""
    latencies: list[float] = field(default_factory=list)
    """Milliseconds, from the recording, one for each sentence said to the bot."""
    checks: dict[str, bool] = field(default_factory=dict)
    handoff: Json | None = None
    error: str = ""

    def check(self, what: str, true: object) -> None:
        """Something that has to be so."""
        self.checks[what] = bool(true)

    @property
    def outcome(self) -> str:
        """What the house says became of the call."""
        return str(self.call.last("ended") or "unfinished") if self.call else "never arrived"

    @property
    def ok(self) -> bool:
        """Whether everything expected happened."""
        return not self.error and self.outcome == self.expected and all(self.checks.values())

    def to_json(self) -> Json:
        """As DESIGN's `demo --json`."""
        return {
            "scenario": self.scenario,
            "outcome": self.outcome,
            "expected": self.expected,
            "ok": self.ok,
            "turns": self.turns(),
            "checks": self.checks,
            "handoff": self.handoff,
            "recording": self.recording,
            "error": self.error,
        }

    def turns(self) -> list[Json]:
        """What was said, heard and understood; the latency of the recording and our own opinion."""
        heard = [fact["text"] for fact in self.call.reports("TurnHeard")] if self.call else []
        answered = self.call.reports("TurnAnswered") if self.call else []
        turns = []
        for index, said in enumerate(self.said):
            own = answered[index]["latency"] if index < len(answered) else None
            turns.append({
                "said": said,
                "heard": heard[index] if index < len(heard) else "",
                "intent": answered[index]["intent"] if own else "",
                "latency_ms": self.latencies[index] if index < len(self.latencies) else None,
                "own_log_ms": round(own["total"]) if own else None,
            })  # fmt: skip
        return turns


def show_table(console: Console, results: list[SceneResult]) -> None:
    """What became of every call."""
    table = Table("", "scene", "outcome", "turn latency ms", "checks that failed", title="Calls")
    for result in results:
        mark = "[green]ok[/]" if result.ok else "[red]no[/]"
        failed = [what for what, true in result.checks.items() if not true]
        if result.error:
            failed.append(result.error)
        latencies = " ".join(str(round(value)) for value in result.latencies)
        table.add_row(mark, result.scenario, result.outcome, latencies, "; ".join(failed))
    console.print(table)


def to_json(results: list[SceneResult], engines: Json, bridge: Json) -> Json:
    """The whole demonstration."""
    latencies = [value for result in results for value in result.latencies]
    return {
        "ok": all(result.ok for result in results),
        "engines": engines,
        "calls": [result.to_json() for result in results],
        "turn_latency_ms": summary(latencies),
        "bridge_ms": bridge,
    }
