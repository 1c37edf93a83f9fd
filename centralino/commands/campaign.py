"""`centralino campaign`: a question to control over the house's own socket, and its answer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from centralino import messages as house
from centralino.bus.base import Ends
from centralino.bus.unix import UnixBus
from centralino.config.model import Config
from centralino.outbound.errors import CampaignError, HouseAway, HouseSilent
from kernel.bus import Envelope
from kernel.clock import SteadyClock
from kernel.ids import new_id

WAIT_SECONDS = 120.0
"""For an answer: the audience of a town is written meanwhile."""
CHUNK = 20_000
"""Lines of an audience in one question."""


async def ask(config: Config, verb: str, values: dict[str, Any], key: str = "") -> dict[str, Any]:
    """Ask the running house. Raises CampaignError, HouseAway where none runs, HouseSilent."""
    path = config.state_dir.resolve() / "run" / "bus.sock"
    if not path.exists():
        raise HouseAway(str(path))
    question = house.CampaignAsked(new_id("ask"), verb, values, key)
    # A name of its own: the answer to one of two who ask at once must not go to the other.
    ends = Ends(f"cli-{question.id}", config.centre, SteadyClock())
    bus = UnixBus(ends, path, listens=False)
    answer: asyncio.Future[house.CampaignAnswered] = asyncio.get_running_loop().create_future()

    async def take(envelope: Envelope) -> None:
        value = envelope.open()
        if isinstance(value, house.CampaignAnswered) and value.id == question.id:
            answer.set_result(value)

    bus.on_message(take)
    async with bus:
        await bus.send("control", question)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                told = await answer
        except TimeoutError:
            raise (HouseSilent if await _listens(path) else HouseAway)(str(path)) from None
    if told.problem:
        raise CampaignError(told.problem)
    return told.answer


async def _listens(path: Path) -> bool:
    """Whether somebody has the socket open: one that was killed leaves it behind."""
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except (FileNotFoundError, ConnectionRefusedError):
        return False
    writer.close()
    return True


async def draft(
    config: Config, values: dict[str, Any], people: Path | None, zone: str, key: str,
    audience: dict[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Draft a campaign, and write its audience: a list of numbers, or contacts. Raises
    CampaignError, HouseAway."""
    lines = read_lines(people) if people is not None else []
    answer = await ask(config, "create", values, key)
    if audience is not None:
        chosen = {"campaign": answer["campaign"], "audience": audience}
        told = await ask(config, "contacts", chosen, f"{key}:contacts" if key else "")
        return {**answer, **told, "recipients": told["added"]}
    added = 0
    for at in range(0, len(lines), CHUNK):
        chunk = {"campaign": answer["campaign"], "lines": lines[at : at + CHUNK], "zone": zone}
        told = await ask(config, "people", chunk, f"{key}:{at}" if key else "")
        added += int(told["added"])
    return {**answer, "recipients": added}


def read_lines(file: Path) -> list[str]:
    """The lines of a file. Raises CampaignError."""
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CampaignError(f"{file} cannot be read: {error}") from error
