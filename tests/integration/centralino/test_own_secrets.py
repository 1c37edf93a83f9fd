"""What control keeps beside its database, and never in it."""

from __future__ import annotations

from pathlib import Path

from centralino.config.model import Config, Sip, Web
from centralino.control.main import opened
from centralino.processes.child import ChildArguments, Signals
from centralino.processes.layout import make_layout


async def lived(folder: Path) -> tuple[str, int]:
    """One life of control: its audit's key and the dialler's epoch."""
    config = Config(state_dir=folder, sip=Sip(port=0), web=Web(port=0))
    arguments = ChildArguments("control", config, make_layout(config), live=False)
    async with opened(arguments, Signals()) as (control, _):
        return control.outbound.campaigns.books.secret.decode(), control.outbound.service.epoch


async def test_its_keys_are_not_in_the_database_and_the_house_is_known_again(
    tmp_path: Path,
) -> None:
    key, epoch = await lived(tmp_path)
    assert (tmp_path / "audit.key").read_text().strip() == key
    people = (tmp_path / "contacts.key").read_text().strip()
    for part in tmp_path.glob("centralino.db*"):
        assert not any(secret.encode() in part.read_bytes() for secret in (key, people))
    # The same house takes the dialler up at once, though its lease has not run out.
    assert await lived(tmp_path) == (key, epoch + 1)
