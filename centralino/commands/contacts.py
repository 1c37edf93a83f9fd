"""`centralino contacts`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from rich.console import Console
from rich.table import Table

from centralino.commands.campaign import ask
from centralino.config.model import Config
from centralino.contacts.digests import CONTACTS_KEY, add_key, open_digests
from centralino.contacts.store import ContactStore
from centralino.content.store import ContentStore
from centralino.db.engine import Database
from centralino.db.migrate import upgrade
from centralino.errors import StartRefused
from centralino.outbound.books import SqlBooks
from centralino.outbound.errors import HouseAway
from centralino.outbound.results import ResultBook
from centralino.outbound.webhooks import Outbox
from contacts.importing import Imported, Report, read_people
from contacts.numbers import is_region, read_number
from contacts.rows import Settings
from contacts.table import read_table
from kernel.clock import SteadyClock
from voicebot.nlu.marked import hint

LINES = 20
"""Problems shown; the JSON file has more."""


@asynccontextmanager
async def opened(config: Config) -> AsyncIterator[ContactStore]:
    """The store of people, at this program's schema."""
    async with Database(config.database_url) as database:
        await upgrade(database)
        key = config.state_dir / CONTACTS_KEY
        digests = await open_digests(database, config.centre, key, time.time())
        yield ContactStore(database, ContentStore(database, config.centre), digests)


def known_client(config: Config, client: str) -> str:
    """The client named, or the only one there is. Raises StartRefused."""
    names = [one.id for one in config.clients]
    if not client and len(names) == 1:
        return names[0]
    if not client:
        raise StartRefused(f"name a --client: {', '.join(names)}")
    if client not in names:
        raise StartRefused(f"there is no client {client!r}{hint(client, names)}")
    return client


def told_columns(texts: list[str]) -> dict[str, str]:
    """`--map field=Column`, by field. Raises StartRefused."""
    pairs = [text.partition("=") for text in texts]
    for field, equals, column in pairs:
        if not (field and equals and column):
            raise StartRefused(f"--map {field!r}: write field=Column, e.g. phone=Telefono")
    return {field: column for field, _, column in pairs}


async def import_contacts(
    config: Config,
    file: Path,
    client: str,
    *,
    region: str,
    groups: list[str],
    columns: list[str],
    encoding: str,
    delimiter: str,
    dry_run: bool,
    json_file: Path | None,
) -> bool:
    """Read a file of people; whether every row was usable. Raises StartRefused, ImportRefused."""
    client = known_client(config, client)
    region = region or next(c.region for c in config.clients if c.id == client)
    if region and not is_region(region):
        raise StartRefused(f"--region {region!r}: use a code of ISO 3166-1 such as IT")
    try:
        data = await asyncio.to_thread(file.read_bytes)
    except OSError as error:
        raise StartRefused(f"{file} cannot be read: {error.strerror}") from error
    begun = time.perf_counter()
    table = read_table(data, encoding, "\t" if delimiter == "tab" else delimiter)
    settings = Settings(client, region, tuple(groups), frozenset(available_timezones()))
    imported = await asyncio.to_thread(read_people, table, settings, told_columns(columns))
    figures = _figures(imported, dry_run)
    if not dry_run:
        async with opened(config) as store:
            saved = await store.save(imported.people, client, time.time())
        figures.update(new=saved.new, updated=saved.updated)
    figures["seconds"] = round(time.perf_counter() - begun, 2)
    _show(imported.report, figures)
    if json_file is not None:
        text = json.dumps({**figures, **_details(imported.report)}, indent=1)
        await asyncio.to_thread(json_file.write_text, text)
    return imported.report.refused == 0


def _figures(imported: Imported, dry_run: bool) -> dict[str, Any]:
    report = imported.report
    return {
        "dry_run": dry_run,
        "rows": report.rows,
        "people": len(imported.people),
        "refused": report.refused,
        "merged": report.merged,
        "shared_numbers": report.shared,
    }


def _details(report: Report) -> dict[str, Any]:
    return {
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "columns": report.columns,
        "counts": dict(report.counts),
        "problems": [asdict(problem) for problem in report.problems],
        "duplicates": [asdict(duplicate) for duplicate in report.duplicates],
    }


def _show(report: Report, figures: dict[str, Any]) -> None:
    console = Console()
    names = {"\t": "tab"}
    delimiter = names.get(report.delimiter, report.delimiter)
    console.print(f"read as {report.encoding}, columns parted by {delimiter!r}:", highlight=False)
    for column, meaning in report.columns.items():
        console.print(f"  {column} → {meaning or '(not used)'}", highlight=False)
    if report.problems:
        table = Table("line", "column", "what is wrong", "then")
        for problem in report.problems[:LINES]:
            then = "row left out" if problem.fatal else "cell not used"
            table.add_row(str(problem.line), problem.column, problem.what, then)
        console.print(table)
    for what, count in report.counts.most_common():
        console.print(f"  {count} × {what}", highlight=False)
    for duplicate in report.duplicates[:LINES]:
        console.print(f"  line {duplicate.line} is the person of line {duplicate.first}")
    console.print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items()))
    if figures["dry_run"]:
        console.print("nothing was written: leave out --dry-run to import")


async def list_contacts(config: Config, client: str, group: str, limit: int) -> None:
    """Print people."""
    client = known_client(config, client)
    table, shown = Table("id", "name", "numbers", "language", "groups", "place"), 0
    for column in table.columns:
        column.overflow = "fold"
    table.columns[0].no_wrap = True  # to be copied for `erase`
    clients = frozenset({client})
    async with opened(config) as store:
        total = await store.count(clients)
        async for person in store.all(clients):
            if shown >= limit:
                break
            if group and group not in person.groups:
                continue
            numbers = ", ".join(number.e164 for number in person.numbers)
            place = f"{person.place.lat:.4f},{person.place.lon:.4f}" if person.place else ""
            name = f"{person.name} (do not call)" if person.do_not_call else person.name
            row = (person.id, name, numbers, person.language, ", ".join(person.groups), place)
            table.add_row(*row)
            shown += 1
    console = Console()
    console.print(table)
    console.print(f"{shown} shown; {client} has {total}")


async def erase_contact(config: Config, person: str) -> None:
    """Forget a person for good, in a house that runs too. Raises StartRefused, CampaignError."""
    async with opened(config) as store:
        # Numbers first: broken off after any line, it can be asked for again.
        await SqlBooks(store.database, config.centre, "").forget_person(person)
        clock = SteadyClock()
        outbox = Outbox(store.database, config.centre, (), clock)
        await ResultBook(
            store.database, config.centre, store.contents, clock, 0.0, outbox
        ).forget_person(person)
        with contextlib.suppress(HouseAway):  # then nobody is being called
            await ask(config, "forget", {"person": person})
        if not await store.erase(person, time.time()):
            raise StartRefused(f"there is nobody {person!r}: see `centralino contacts list`")
    Console().print(f"{person}: erased; a do-not-call of the numbers stays")


async def renew_key(config: Config) -> None:
    """A new key for the digests, and all of them brought to it. Raises StartRefused."""
    with contextlib.suppress(HouseAway):
        await ask(config, "list", {})
        raise StartRefused("the house runs, and knows people under the key of now: stop it first")
    await asyncio.to_thread(add_key, config.state_dir / CONTACTS_KEY)
    async with opened(config) as store:
        count = await store.count(None)
    Console().print(f"{count} people are found under a new key: put {CONTACTS_KEY} in the backup")


async def block_number(config: Config, number: str, client: str, region: str) -> None:
    """Put a number on the do-not-call list. Raises BadNumber, StartRefused."""
    if client:
        client = known_client(config, client)
        region = region or next(c.region for c in config.clients if c.id == client)
    async with opened(config) as store:
        await store.block([read_number(number, region).e164], client, "operator", time.time())
    whose = f"{client}'s list" if client else "the list of the whole centre"
    Console().print(f"on {whose}: only emergencies call it from now on")
