"""The bot around notifications is there, whatever the house's own folder holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from centralino.bots import notifies
from centralino.config.dialling import Trunk
from centralino.config.model import Config, Line
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


def test_who_forgot_the_file_that_names_the_folder_of_bots_is_told_of_it(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="no bot 'clinic' .*bots_dir in the file given by -c"):
        find_bot(Config(), "clinic")
    with pytest.raises(StartRefused, match=r"no bot 'clinic' .*\(there is: nothing\)$"):
        find_bot(Config(bots_dir=tmp_path), "clinic")


def test_a_house_that_never_notifies_learns_no_bot_for_it() -> None:
    assert not notifies(Config())
    assert notifies(Config(trunks=(Trunk(name="sip", target="192.0.2.1"),)))
    back = Line(number="9000", client="riverton", kind="notification")
    assert notifies(Config(lines=(back,)))
