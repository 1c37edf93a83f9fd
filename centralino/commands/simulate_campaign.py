"""`centralino simulate campaign`: a town, or a million, over as many trunks as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from outbound.flood import Fates, Flood, flood, trunks_for


def simulate_campaign(
    recipients: int, hours: Sequence[float], cps: float, channels: int, fates: Fates
) -> dict[str, Any]:
    """A row for each number of hours in which it is to be done."""
    rows = []
    for wanted in hours:
        trunks = trunks_for(recipients, wanted * 3600.0, cps, channels, fates)
        found = flood(recipients, trunks, cps, channels, fates)
        while found.minutes > wanted * 60.0:  # retries come in waves, and may want some more
            trunks += max(1, trunks // 20)
            found = flood(recipients, trunks, cps, channels, fates)
        rows.append({"hours": wanted, **asdict(found)})
    return {
        "trunk": {"cps": cps, "channels": channels},
        "fates": {**asdict(fates), "hold": fates.hold, "calls_a_person": fates.calls_a_person},
        "rows": rows,
    }


def show(figures: dict[str, Any], console: Console) -> None:
    """As a table."""
    trunk = figures["trunk"]
    title = f"trunks of {trunk['cps']:g} calls/s, {trunk['channels']} channels; times in minutes"
    table = Table(
        "hours", "trunks", "calls/s", "channels", "media", "calls", "reached", "once", "all",
        title=title,
    )  # fmt: skip
    for row in figures["rows"]:
        found = Flood(**{key: value for key, value in row.items() if key != "hours"})
        table.add_row(
            f"{row['hours']:g}", str(found.trunks), f"{found.calls / found.minutes / 60.0:.0f}",
            str(found.channels_most), str(found.media_processes), str(found.calls),
            str(found.reached), f"{found.first_pass_minutes:.1f}", f"{found.minutes:.1f}",
        )  # fmt: skip
    console.print(table)
