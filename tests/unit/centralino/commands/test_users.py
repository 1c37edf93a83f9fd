"""`centralino user add`: what cannot be is said before anything is asked or made."""

from __future__ import annotations

from pathlib import Path

import pytest

from centralino.commands.users import add_user
from centralino.config.model import Config
from centralino.errors import StartRefused


@pytest.mark.parametrize(
    ("client", "queue", "says"),
    [
        ("rivertn", "billing", "there is no client 'rivertn'; did you mean 'riverton'?"),
        ("riverton", "biling", "there is no queue 'biling'; did you mean 'billing'?"),
    ],
)
async def test_names_that_are_not_there(tmp_path: Path, client: str, queue: str, says: str) -> None:
    with pytest.raises(StartRefused) as caught:
        await add_user(Config(state_dir=tmp_path), "anna", client, "agent", "201", [queue], "")
    assert str(caught.value) == says
    assert not list(tmp_path.iterdir())
