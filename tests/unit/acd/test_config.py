"""What a centre may not set."""

from __future__ import annotations

import pytest

from acd.config import BackOff, CentreConfig, QueueConfig
from acd.errors import AcdConfigError

QUEUE = QueueConfig("bills", "utility")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: CentreConfig("c", (QUEUE, QUEUE)), "'bills' is there twice"),
        (lambda: CentreConfig("c", (QueueConfig("", "utility"),)), "no id"),
        (lambda: CentreConfig("c", (QueueConfig("bills", ""),)), "no client"),
        (lambda: CentreConfig("c", (QueueConfig("q", "u", ring_timeout=0),)), "ring_timeout"),
        (lambda: CentreConfig("c", (QueueConfig("q", "u", wrap_up_seconds=-1),)), "wrap_up"),
        (lambda: CentreConfig("c", priority_cap=float("inf")), "priority_cap"),
        (lambda: CentreConfig("c", position_seconds=0), "position_seconds"),
        (lambda: CentreConfig("c", back_off=BackOff(busy_seconds=-2)), "back_off.busy_seconds"),
        (lambda: CentreConfig("c", back_off=BackOff(error_limit=0)), "error_limit"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(make: object, says: str) -> None:
    with pytest.raises(AcdConfigError, match=says):
        make()  # type: ignore[operator]
