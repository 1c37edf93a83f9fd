"""`centralino simulate predictive`: a team's day on the core that decides in a house."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from outbound.predictive import DialMode
from outbound.team_day import DayConfig, DayResult, TeamDay


def simulate_predictive(config: DayConfig, seeds: Iterable[int]) -> dict[str, Any]:
    """The same days progressive and predictive; figures of each seed and the worst of all."""
    rows = []
    for seed in seeds:
        progressive, predictive = (
            TeamDay(config, mode, random.Random(seed)).run()
            for mode in (DialMode.PROGRESSIVE, DialMode.PREDICTIVE)
        )
        rows.append(_row(seed, progressive, predictive))
    return {
        "team": asdict(config),
        "rows": rows,
        "idle_share_worst": max(row["idle_share"] for row in rows),
        "abandon_ratio_worst": max(row["abandon_ratio"] for row in rows),
        "over_the_limit_worst": max(row["over_the_limit"] for row in rows),
    }


def _row(seed: int, progressive: DayResult, predictive: DayResult) -> dict[str, Any]:
    return {
        "seed": seed,
        "idle_progressive": round(progressive.mean_idle, 1),
        "idle_predictive": round(predictive.mean_idle, 1),
        "idle_share": round(predictive.mean_idle / progressive.mean_idle, 3),
        "answered": predictive.answered,
        "abandoned": predictive.abandoned,
        "abandon_ratio": round(predictive.abandon_ratio, 4),
        "over_the_limit": predictive.worst_over,
    }
