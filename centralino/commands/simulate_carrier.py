"""`centralino simulate carrier`: a carrier on this machine, over which exercises are called."""

from __future__ import annotations

import asyncio
from typing import Any

from rich.console import Console

from centralino.errors import StartRefused
from centralino.rehearsal.carrier import HOST, serve
from centralino.rehearsal.people import Mix

TRUNK = """\
[[trunks]]
name = "rehearsal"
target = "{host}:{port}"
rehearsal = true       # exercises go here, and nothing else does
max_cps = 1.0          # as your real trunks have it
max_channels = 10
"""


def simulate_carrier(port: int, mix: Mix, console: Console) -> dict[str, Any]:
    """Answer until it is ended; what was counted. Raises StartRefused."""

    def ready(bound: int) -> None:
        console.print("nobody's telephone rings here; until Ctrl-C a trunk may lead to it:\n")
        console.print(TRUNK.format(host=HOST, port=bound), markup=False, highlight=False)

    try:
        counted = asyncio.run(serve(port, mix, ready))
    except OSError as error:
        raise StartRefused(f"--port {port}: {error.strerror or error}") from error
    fates = ", ".join(f"{fate} {count}" for fate, count in counted.fates.most_common())
    console.print(f"{len(counted.at)} calls: {fates or 'none'}; {counted.up_most} at once at most")
    return counted.as_json()
