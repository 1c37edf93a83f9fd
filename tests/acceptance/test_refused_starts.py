"""What bad input gets at start: one line that says which file or key, and what to do."""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from centralino.config.read import read_config
from centralino.db.engine import Database
from centralino.db.migrate import upgrade
from tests.acceptance.conftest import share_cache

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(120)


async def serve(file: Path) -> tuple[int, str]:
    """`centralino serve` with this file; its exit code and what it said on standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "centralino.cli", "serve", "--config", str(file),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(100):
        _, errors = await process.communicate()
    return process.returncode or 0, errors.decode()


def assert_one_line(code: int, errors: str, *words: str) -> None:
    """Exit code 2 and one line with these words."""
    said = [line for line in errors.splitlines() if line.startswith("centralino: ")]
    assert code == 2, errors
    assert len(said) == 1, errors
    for word in words:
        assert word in said[0], errors


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "house.toml"
    path.write_text(f'state_dir = "{tmp_path / "state"}"\n[sip]\nport = 0\n[web]\nport = 0\n')
    return path


async def test_broken_toml(file: Path) -> None:
    file.write_text("[sip\n")
    assert_one_line(*await serve(file), f"{file}:1")


async def test_who_ends_it_while_it_starts_does_not_wait_until_it_is_up(file: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "centralino.cli", "serve", "--config", str(file),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while b"media-1" not in await process.stdout.readline():  # it learns its bot now
            assert not process.stdout.at_eof()
        process.terminate()
        rest, _ = await process.communicate()
    assert process.returncode == 0
    assert b"told to stop before it was up" in rest and b"pages" not in rest


async def test_an_unknown_key(file: Path) -> None:
    file.write_text("[sip]\nporrt = 5060\n")
    assert_one_line(*await serve(file), f"{file}:2", "sip.porrt", "no such key")


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield int(holder.getsockname()[1])


async def test_a_port_in_use(file: Path, taken: int) -> None:
    file.write_text(file.read_text().replace("[sip]\nport = 0", f"[sip]\nport = {taken}"))
    assert_one_line(*await serve(file), str(taken), "in use", "sip.port")


@pytest.mark.engine
async def test_a_missing_model(file: Path, tmp_path: Path) -> None:
    more = f'[speech]\nmodels_dir = "{tmp_path / "nothing"}"\n'
    file.write_text(file.read_text() + more)
    assert_one_line(*await serve(file), "whisper-base", "centralino models fetch")


async def test_a_database_of_a_newer_version(file: Path, tmp_path: Path) -> None:
    config = read_config(file)
    share_cache(tmp_path)
    async with Database(config.database_url) as database:
        await upgrade(database)
        async with database.write() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert_one_line(*await serve(file), "newer")


def break_yaml(bot: Path) -> None:
    (bot / "flow.yml").write_text("version: 1\nbot: [\n")


def name_an_untrained_intent(bot: Path) -> None:
    flow = bot / "flow.yml"
    flow.write_text(flow.read_text().replace("  gas_smell:\n", "  never_trained:\n", 1))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(break_yaml, "flow.yml:"), (name_an_untrained_intent, "never_trained")],
    ids=["broken yaml", "untrained intent"],
)
async def test_a_bot_that_cannot_be_used(
    file: Path, tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    bots = tmp_path / "bots"
    shutil.copytree(ROOT / "nlu_models" / "utility", bots / "utility")
    spoil(bots / "utility")
    file.write_text(f'bots_dir = "{bots}"\n' + file.read_text())
    assert_one_line(*await serve(file), words)


async def test_a_queue_that_the_bot_names_and_the_house_has_not(file: Path) -> None:
    file.write_text(file.read_text() + '[[queues]]\nid = "service"\nclient = "riverton"\n')
    assert_one_line(*await serve(file), "billing", "[[queues]]")


async def test_a_house_that_the_bot_names_and_no_rule_allows(file: Path, tmp_path: Path) -> None:
    bots = tmp_path / "bots"
    shutil.copytree(ROOT / "nlu_models" / "utility", bots / "utility")
    flow = bots / "utility" / "flow.yml"
    house = "{title: the water company, refer: 'sip:desk@water.example', failed: utter_nobody}"
    flow.write_text(flow.read_text() + f"houses: {{water: {house}}}\n")
    file.write_text(f'bots_dir = "{bots}"\n' + file.read_text())
    assert_one_line(*await serve(file), "sip:desk@water.example", "[[dial_rules]]")


async def test_a_missing_module(file: Path, tmp_path: Path) -> None:
    """A library that is not installed: shown with one that Python is told not to find."""
    code = (
        "import sys; sys.modules['aiosqlite'] = None\n"
        "from centralino import cli\n"
        "sys.argv = ['centralino', 'db', 'upgrade', '-c', sys.argv[1]]; cli.main()"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(file), stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert_one_line(process.returncode or 0, errors.decode(), "aiosqlite", "requirements/run.txt")
