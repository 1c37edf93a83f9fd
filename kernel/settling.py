"""What a process has built by the time it is ready stays with it."""

from __future__ import annotations

import gc


def settle() -> None:
    """Leave everything that is there now out of later collections of garbage.

    Python walks every object that it has, again and again, and does nothing else meanwhile. What
    is imported and opened at a start is some 230,000 objects and an eighth of a second
    (docs/benchmarks/acd.md), in which no offer goes out and no sound.
    """
    gc.collect()
    gc.freeze()
