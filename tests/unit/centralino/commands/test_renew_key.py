"""A new key for contacts only where no house runs that has the old one."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from centralino.commands import campaign
from centralino.commands.contacts import renew_key
from centralino.config.read import read_config
from centralino.contacts.digests import CONTACTS_KEY
from centralino.outbound.errors import HouseSilent


@pytest.mark.parametrize("lives", [True, False])
async def test_only_a_house_that_is_away_lets_the_key_be_renewed(
    tmp_path: Path, lives: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign, "WAIT_SECONDS", 0.05)
    config = read_config(None, {"state_dir": str(tmp_path)})
    path = tmp_path / "run" / "bus.sock"
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))  # as a house leaves it that was killed
        if lives:
            left.listen()  # and one that is up, and says nothing
            with pytest.raises(HouseSilent, match="does not answer"):
                await renew_key(config)
            assert not (tmp_path / CONTACTS_KEY).exists()
        else:
            await renew_key(config)
            assert len((tmp_path / CONTACTS_KEY).read_text().split()) == 2
