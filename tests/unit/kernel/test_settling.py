"""What is there at a start costs no later collection."""

from __future__ import annotations

import gc

from kernel.settling import settle


def test_what_is_there_is_left_out_and_what_comes_is_collected() -> None:
    there = [[] for _ in range(1_000)]  # type: ignore[var-annotated]
    settle()
    try:
        assert gc.get_freeze_count() > len(there)
        assert not any(one is there for one in gc.get_objects())
        new: list[object] = []
        new.append(new)
        assert any(one is new for one in gc.get_objects())
        del new
        assert gc.collect() > 0
    finally:
        gc.unfreeze()
