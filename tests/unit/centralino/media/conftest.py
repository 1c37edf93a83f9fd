"""A media process with telephones in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.centralino.media.world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Open for one test."""
    async with open_world(tmp_path) as world:
        yield world
