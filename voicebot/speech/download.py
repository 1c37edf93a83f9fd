"""Large files over HTTP: resumed where they broke off, and checked before they count."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from voicebot.errors import DownloadFailed

Progress = Callable[[str, int, int], None]
"""Called with the name of a file, the bytes there so far and the bytes it will have."""

log = structlog.get_logger(__name__)
CHUNK = 1 << 18
TRIES = 3
TIMEOUT = 30.0


@dataclass(frozen=True)
class FileSpec:
    """A file as it must be."""

    name: str
    size: int
    sha256: str


def sha256_of(path: Path) -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(url: str, target: Path, spec: FileSpec, progress: Progress) -> None:
    """Bring `url` to `target`, whole and checked. Raises DownloadFailed.

    What arrived of a broken download lies in `target.part`, and the next one asks for the rest
    (Range, RFC 9110 §14.2).
    """
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    problem = "no answer"
    for attempt in range(1, TRIES + 1):
        try:
            _bring_rest(url, part, spec, progress)
        except (OSError, http.client.HTTPException) as error:
            problem = str(error) or type(error).__name__
            log.warning("download broken", url=url, attempt=attempt, problem=problem)
            if isinstance(error, urllib.error.HTTPError) and error.code in (403, 404, 410):
                break
            continue
        check(part, spec, url)
        part.replace(target)
        return
    raise DownloadFailed(f"{url}: {problem}")


def check(path: Path, spec: FileSpec, origin: str) -> None:
    """Remove a file that is not as it must be. Raises DownloadFailed."""
    if path.stat().st_size == spec.size and sha256_of(path) == spec.sha256:
        return
    path.unlink()
    raise DownloadFailed(f"{origin}: the checksum of {spec.name} is wrong; it was removed")


def _bring_rest(url: str, part: Path, spec: FileSpec, progress: Progress) -> None:
    have = part.stat().st_size if part.exists() else 0
    if have > spec.size:
        part.unlink()
        have = 0
    if have == spec.size:
        return
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        resumed = answer.status == 206
        _append(answer, part, have if resumed else 0, spec, progress)


def _append(
    answer: http.client.HTTPResponse, part: Path, have: int, spec: FileSpec, progress: Progress
) -> None:
    with part.open("ab" if have else "wb") as file:
        progress(spec.name, have, spec.size)
        while chunk := answer.read(CHUNK):
            file.write(chunk)
            have += len(chunk)
            progress(spec.name, have, spec.size)
            if have > spec.size:
                return  # not the file that was asked for: the check removes it
    if have < spec.size:
        raise ConnectionError(f"it broke off after {have} of {spec.size} bytes")
