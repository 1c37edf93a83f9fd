"""Which tests need the machine's attention: calls in real time, on which a late frame is heard."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)  # a busy machine is no wrong answer
settings.load_profile("house")

HERE = Path(__file__).parent
CALLS = ("acceptance", "integration/telephony")
QUIET = ("acceptance/test_refused_starts.py",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them `call`: `make test` runs all else before them."""
    for item in items:
        path = item.path.relative_to(HERE).as_posix()
        if path.startswith(CALLS) and path not in QUIET:
            item.add_marker(pytest.mark.call)
