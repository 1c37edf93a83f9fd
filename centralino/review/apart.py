"""How well a bot understands, found out in a process of its own: learning takes seconds of a core,
and who asks need not load what it is learned with."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from centralino.errors import StartRefused

Figures = dict[str, Any]
"""As `nlu evaluate` tells them, with what was understood of each sentence."""


async def measure_apart(folder: Path, cache: Path, models_dir: Path | None = None) -> Figures:
    """What `measure` finds, in another process. Raises StartRefused with what it said last."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "centralino.review.measure",
        *(str(path) for path in (folder, cache, models_dir) if path is not None),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, problems = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        said = problems.decode(errors="replace").strip().splitlines()
        raise StartRefused(f"the bot could not be measured: {said[-1] if said else 'no answer'}")
    figures: Figures = json.loads(out.decode().splitlines()[-1])
    return figures
