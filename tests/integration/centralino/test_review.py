"""Teaching a bot: written, learned, measured, undone; with the real understanding."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from centralino.commands import review
from centralino.config.model import Config
from centralino.errors import StartRefused
from centralino.review.apart import Figures, measure_apart
from centralino.review.desk import Lesson, ReviewDesk
from centralino.review.measure import measure
from tests.small_bot import write_small_bot

LESSON = Lesson(1.0, "user-7", "bill", "my flumbo grindle", "call-1")


async def here(folder: Path, cache: Path, models_dir: Path | None = None) -> Figures:
    """Measured in this process: the same code without the start of another one."""
    return await asyncio.to_thread(measure, folder, cache)


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    write_small_bot(tmp_path / "bots" / "small")
    return ReviewDesk(tmp_path / "bots", tmp_path / "var", here)


async def test_a_lesson_is_written_measured_and_undone(desk: ReviewDesk) -> None:
    file = desk.bots / "small" / "nlu.yml"
    before = file.read_text()
    await desk.teach("small", LESSON)
    assert desk.progress.busy
    with pytest.raises(StartRefused, match="still being measured"):
        await desk.undo("small")
    progress = await desk.settled()
    assert "      - my flumbo grindle\n" in file.read_text()
    assert progress.before is not None and progress.after is not None
    assert "flumbo grindle" in progress.before["wrong"]
    assert "flumbo grindle" not in progress.after["wrong"]
    assert progress.after["accuracy"] > progress.before["accuracy"]
    again = ReviewDesk(desk.bots, desk.state_dir, here)  # after a restart
    assert again.lessons("small") == [LESSON]
    assert await again.undo("small") == LESSON
    undone = await again.settled()
    assert undone.after is not None and undone.after["accuracy"] == progress.before["accuracy"]
    assert file.read_text() == before
    with pytest.raises(StartRefused, match="nothing was taught"):
        await again.undo("small")


async def test_what_cannot_be_taught_changes_nothing(desk: ReviewDesk) -> None:
    file = desk.bots / "small" / "nlu.yml"
    before = file.read_text()
    with pytest.raises(StartRefused, match="already"):
        await desk.teach("small", Lesson(1.0, "u", "bill", "the bill is wrong"))
    with pytest.raises(StartRefused, match="no examples of 'gas'"):
        await desk.teach("small", Lesson(1.0, "u", "gas", "it smells"))
    assert (file.read_text(), desk.lessons("small"), desk.progress.busy) == (before, [], False)


async def test_a_measuring_that_fails_is_told(desk: ReviewDesk) -> None:
    async def fails(folder: Path, cache: Path) -> Figures:
        if desk.progress.before is not None:
            raise StartRefused("no memory left")
        return await asyncio.to_thread(measure, folder, cache)

    desk.measure = fails
    await desk.teach("small", LESSON)
    progress = await desk.settled()
    assert (progress.problem, progress.busy) == ("no memory left", False)
    assert desk.lessons("small") == [LESSON]


async def test_in_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "measure_apart", here)
    write_small_bot(tmp_path / "bots" / "small")
    config = Config(bots_dir=tmp_path / "bots", state_dir=tmp_path / "var")
    await review.teach(config, "small", LESSON.text, "bill")
    shown = capsys.readouterr().out
    assert "accuracy" in shown and "before" in shown
    await review.undo(config, "small")
    assert "undone: 'my flumbo grindle' as bill" in capsys.readouterr().out


async def test_a_process_of_its_own_says_what_is_wrong(tmp_path: Path) -> None:
    folder = write_small_bot(tmp_path / "small")
    (folder / "flow.yml").unlink()
    with pytest.raises(StartRefused, match="could not be measured.*flow.yml"):
        await measure_apart(folder, tmp_path)
