"""Waiting until something that is told has come true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


async def until_told(changed: asyncio.Event, condition: Callable[[], Any], seconds: float) -> Any:
    """Look at the condition at each change, until it gives something. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not (found := condition()):
            changed.clear()
            await changed.wait()
        return found
