"""The bot around notifications is there, whatever the house's own folder holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from centralino.config.model import Config
from centralino.errors import StartRefused
from centralino.outbound.notices import phrases_of
from centralino.processes.preflight import find_bot, find_notice_bot


@pytest.mark.parametrize("name", ["notification", "notification_it"])
def test_a_house_with_bots_of_its_own_has_it_all_the_same(tmp_path: Path, name: str) -> None:
    config = Config(bots_dir=tmp_path)
    phrases = phrases_of(find_notice_bot(config, name))
    assert all(vars(phrases).values())
    with pytest.raises(StartRefused):
        find_bot(config, name)
    with pytest.raises(StartRefused):
        find_notice_bot(config, "nobody")
