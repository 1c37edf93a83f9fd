"""For how long to measure: who is asked "more?" before each piece stops in good order."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Bound:
    """True until `seconds` have passed; 0: for ever."""

    def __init__(self, seconds: float = 0.0, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._until = now() + seconds if seconds else math.inf

    def __call__(self) -> bool:
        """Whether there is time for more."""
        return self._now() < self._until
