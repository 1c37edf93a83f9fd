"""`centralino models`."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from voicebot import models


def show_models(models_dir: Path) -> None:
    """A table of the catalogue."""
    table = Table("model", "what", "licence", "size", "here", "otherwise")
    for status in models.status(models_dir):
        spec = status.spec
        size = f"{spec.size / 1e6:.0f} MB" if spec.size else "in a package"
        here = str(status.folder) if status.folder else "no"
        table.add_row(spec.name, spec.what, spec.licence, size, here, status.mend)
    Console().print(table)


def fetch_models(models_dir: Path, names: list[str]) -> None:
    """Get what is named, or what is needed. Raises EngineMissing."""
    console = Console()
    wanted = names or [spec.name for spec in models.catalogue() if not spec.optional]
    missing = [name for name in wanted if name not in models.installed(models_dir)]
    for name in missing:
        console.print(f"{name}: {models.spec_of(name).size / 1e6:.0f} MB", highlight=False)
    for name in missing:
        _fetch(console, models_dir, name)
    if not missing:
        console.print(f"models: {', '.join(wanted)}: here", highlight=False)


def _fetch(console: Console, models_dir: Path, name: str) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(),
               TransferSpeedColumn())  # fmt: skip
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(name, total=models.spec_of(name).size or None)

        def told(file: str, done: int, total: int | None) -> None:
            bar.update(task, description=file, completed=done, total=total)

        folder = models.fetch(name, models_dir, told)
    console.print(f"{name}: {folder}", highlight=False)
