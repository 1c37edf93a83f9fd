"""What a media process had not told yet when it died is told by its next life."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from centralino.media import news as kept_news
from centralino.media.news import KeptNews
from outbound.messages import AttemptAcknowledged, AttemptEnded, AttemptInvited
from outbound.records import Outcome

FIRST, SECOND = AttemptInvited("att-1", "call-1"), AttemptAcknowledged("att-1", "key")
THIRD = AttemptEnded("att-1", Outcome.ANSWERED, 200)


def test_what_was_not_taken_is_there_in_order_after_a_death(tmp_path: Path) -> None:
    path = tmp_path / "news" / "media-1.jsonl"
    life = KeptNews(path)
    assert life.open() == []
    for number, news in enumerate((FIRST, SECOND, THIRD), 1):
        life.keep(f"msg-{number}", news)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open("ab") as file:
        file.write(b'{"id":"msg-4","ne')  # killed amid a line
    following = KeptNews(path)
    assert following.open() == [("msg-1", FIRST), ("msg-2", SECOND), ("msg-3", THIRD)]
    for number in (1, 2, 3, 3):
        following.taken(f"msg-{number}")
    assert KeptNews(path).open() == []


def test_a_file_that_grows_is_cut_to_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_news, "LARGEST", 500)
    path = tmp_path / "media-1.jsonl"
    life = KeptNews(path)
    life.open()
    life.keep("old", FIRST)
    for number in range(50):
        life.keep(f"msg-{number}", THIRD)
        life.taken(f"msg-{number}")
    assert path.stat().st_size < 1000
    life.keep("new", SECOND)
    left = KeptNews(path).open()
    assert left[0] == ("old", FIRST) and left[-1] == ("new", SECOND)
    life.close()
    life.keep("late", SECOND)  # cannot be written: it is told without


def test_where_nothing_can_be_written_the_process_starts_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "media-1.jsonl"
    life = KeptNews(path)
    life.open()
    life.keep("msg-1", FIRST)
    path.with_suffix(".new").mkdir()  # so that it cannot be written anew, as on a full disk
    following = KeptNews(path)
    with capture_logs() as logs:
        assert following.open() == [("msg-1", FIRST)]
        following.keep("msg-2", THIRD)
    assert [each["event"] for each in logs] == ["media.news_not_kept"] * 2
    following.taken("msg-1")
    assert KeptNews(tmp_path / "media-1.jsonl" / "no folder").open() == []
