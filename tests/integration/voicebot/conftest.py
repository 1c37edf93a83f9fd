"""What the tests of one run share: the demonstration bot learns once."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def nlu_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what bots learned is kept for the rest of this run."""
    return tmp_path_factory.mktemp("nlu")
