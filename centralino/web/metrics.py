"""Figures for Prometheus. The one file that imports prometheus_client.

Counters that live in other processes (edge, bus, media) come as totals over the bus and are set
here as they are: a counter that another process restarted begins at 0 again, which Prometheus knows
how to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
TURN_BUCKETS = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0)


class _Reported(Collector):
    """Totals and levels as other processes told them."""

    def __init__(self, centre: str) -> None:
        self._centre = centre
        self._values: dict[tuple[str, bool], dict[str, float]] = {}

    def set(self, process: str, name: str, value: float, counter: bool) -> None:
        self._values.setdefault((name, counter), {})[process] = value

    def forget(self, process: str) -> None:
        for values in self._values.values():
            values.pop(process, None)

    def collect(self) -> Iterator[Metric]:
        for (name, counter), values in sorted(self._values.items()):
            family = CounterMetricFamily if counter else GaugeMetricFamily
            metric = family(f"centralino_{name}", f"{name}, told by", labels=["centre", "process"])
            for process, value in sorted(values.items()):
                metric.add_metric([self._centre, process], value)
            yield metric


class Metrics:
    """A registry of its own, so that two houses in one process do not mix."""

    def __init__(self, centre: str) -> None:
        self._centre = centre
        self._registry = CollectorRegistry()
        registry = self._registry
        self._calls = Counter(
            "centralino_calls", "Calls ended", ["centre", "client", "outcome"], registry=registry
        )
        self._turns = Histogram(
            "centralino_turn_latency_seconds",
            "From the caller's last word to the answer's first, by our own log",
            ["centre", "client"],
            buckets=TURN_BUCKETS,
            registry=registry,
        )
        self._waiting = Gauge(
            "centralino_waiting", "Callers waiting", ["centre", "client", "queue"],
            registry=registry,
        )  # fmt: skip
        self._longest = Gauge(
            "centralino_longest_wait_seconds", "The longest wait of those waiting",
            ["centre", "client", "queue"], registry=registry,
        )  # fmt: skip
        self._estimates = {
            name: Gauge(
                f"centralino_{name}", text, ["centre", "client", "queue"], registry=registry
            )
            for name, text in (
                ("estimates", "Callers foretold a wait, of whom it is known how it came out"),
                ("estimates_covered", "Of them, those whose wait was in the range"),
                ("estimate_error_seconds", "Beside the middle of the range, on average"),
            )
        }
        self._agents = Gauge(
            "centralino_agents", "Agents by state", ["centre", "client", "state"],
            registry=registry,
        )  # fmt: skip
        self._reported = _Reported(centre)
        registry.register(self._reported)

    def call_ended(self, client: str, outcome: str) -> None:
        """Count one call."""
        self._calls.labels(self._centre, client, outcome).inc()

    def turn(self, client: str, seconds: float) -> None:
        """Count one turn's latency."""
        self._turns.labels(self._centre, client).observe(seconds)

    def queues(self, waiting: Iterable[tuple[str, str, int, float]]) -> None:
        """How it is now: (client, queue, waiting, longest wait in seconds) each."""
        self._waiting.clear()
        self._longest.clear()
        for client, queue, count, longest in waiting:
            self._waiting.labels(self._centre, client, queue).set(count)
            self._longest.labels(self._centre, client, queue).set(longest)

    def estimates(self, found: Iterable[tuple[str, str, int, int, float]]) -> None:
        """How good estimated waits are: (client, queue, how many, in the range, mean error)."""
        for client, queue, *values in found:
            for gauge, value in zip(self._estimates.values(), values, strict=True):
                gauge.labels(self._centre, client, queue).set(value)

    def agents(self, states: Mapping[tuple[str, str], int]) -> None:
        """How it is now: (client, state) → number of agents."""
        self._agents.clear()
        for (client, state), count in states.items():
            self._agents.labels(self._centre, client, state).set(count)

    def report(self, process: str, name: str, value: float, *, counter: bool = True) -> None:
        """A total (or, with counter=False, a level) that another process told of itself."""
        self._reported.set(process, name, value, counter)

    def forget(self, process: str) -> None:
        """A process is gone, and its figures with it."""
        self._reported.forget(process)

    def render(self) -> bytes:
        """The page that Prometheus reads; its type is CONTENT_TYPE."""
        return generate_latest(self._registry)
