"""Figures for a metrics page, made from a snapshot. PURE.

Names follow Prometheus; each label set says in `LABELS` what its values are. Figures over time
(service level, abandon rate) are made from the journal, never from these.
"""

from __future__ import annotations

from collections import Counter

from acd.snapshot import Snapshot

LABELS = {
    "acd_agents": ("client", "state"),
    "acd_waiting": ("client", "queue"),
    "acd_longest_wait_seconds": ("client", "queue"),
    "acd_agents_ready": ("client", "queue"),
    "acd_agents_free": ("client", "queue"),
    "acd_estimates": ("client", "queue"),
    "acd_estimates_covered": ("client", "queue"),
    "acd_estimate_error_seconds": ("client", "queue"),
    "acd_offers": ("client", "state"),
    "acd_events_total": ("kind",),
}
"""What each figure's labels are. `state` of an agent without a call who is not ready, or out, is
what the person wants."""

Figures = dict[tuple[str, tuple[str, ...]], float]


def gauges(snapshot: Snapshot) -> Figures:
    """Every figure by name and label values."""
    counted: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for agent in snapshot.agents:
        shown = agent.want if agent.state in ("idle", "offline") else agent.state
        shown = "offline" if shown == "ready" and agent.state == "offline" else shown
        counted["acd_agents", (agent.client, shown)] += 1
    for offer in snapshot.offers:
        counted["acd_offers", (offer.client, offer.state)] += 1
    figures: Figures = {name: float(value) for name, value in counted.items()}
    for queue in snapshot.queues:
        where = (queue.client, queue.queue)
        figures["acd_waiting", where] = queue.waiting
        figures["acd_longest_wait_seconds", where] = queue.longest_wait
        figures["acd_agents_ready", where] = queue.agents_ready
        figures["acd_agents_free", where] = queue.agents_free
        figures["acd_estimates", where] = queue.estimates
        figures["acd_estimates_covered", where] = queue.estimates_covered
        figures["acd_estimate_error_seconds", where] = queue.estimate_error
    for kind, count in snapshot.counts.items():
        figures["acd_events_total", (kind,)] = count
    return figures
