"""Changes to a bot, one at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from centralino.review.apart import Figures
from centralino.review.desk import Lesson, ReviewDesk
from tests.small_bot import write_small_bot


async def test_after_a_change_that_fails_in_whatever_way_another_may_begin(tmp_path: Path) -> None:
    failing = True

    async def measure(folder: Path, cache: Path) -> Figures:
        if failing:
            raise ValueError("not a number")
        return {}

    write_small_bot(tmp_path / "bots" / "small")
    desk = ReviewDesk(tmp_path / "bots", tmp_path / "var", measure)
    lesson = Lesson(1.0, "somebody", "bill", "my flumbo grindle")
    with pytest.raises(ValueError, match="not a number"):
        await desk.teach("small", lesson)
    assert not desk.progress.busy and desk.lessons("small") == []
    failing = False
    await desk.teach("small", lesson)
    failing = True
    assert (await desk.settled()).problem == "not a number"
    assert desk.lessons("small") == [lesson]
