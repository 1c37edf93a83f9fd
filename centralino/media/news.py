"""News of campaigns' calls that control has not taken yet, on disk beside the process.

While control is away its news waits in a media process. Should that die, too, before control is
back, its next life tells first what is here: else everybody would be called again of whom it was
known how the call ended. What control had taken already may be told again; to the dialler that is
old news. A kill loses nothing that was written here; a power failure may, since nothing waits for
the disk.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import structlog

from centralino.messages import NoticeAcknowledged
from kernel.codec import decode, encode
from kernel.errors import KernelError
from outbound.messages import NEWS, OptedOut

log = structlog.get_logger()

KEPT = (*NEWS, OptedOut, NoticeAcknowledged)
LARGEST = 1_000_000
"""Bytes beyond which what was taken is cut out of the file."""


class KeptNews:
    """`open` it, then `keep` each before it is sent, and tell what was `taken`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept: dict[str, bytes] = {}
        """Message id → its line."""
        self._needed = 0
        """Bytes of these."""
        self._size = 0
        self._file = -1

    def open(self) -> list[tuple[str, object]]:
        """What an earlier life left: message ids and news, in order. Where nothing can be written
        (a full disk) this life keeps nothing, and logs it. Raises OSError where it cannot be
        read."""
        left = []
        for line in self.path.read_bytes().splitlines() if self.path.exists() else ():
            try:
                told = json.loads(line)
                left.append((str(told["id"]), decode(told["news"])))
            except (ValueError, KeyError, KernelError) as error:  # the end of a full disk
                log.warning("media.news_unreadable", why=str(error))
                continue
            self._remember(left[-1][0], line + b"\n")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._write_anew()
        except OSError as error:  # calls go on without
            log.error("media.news_not_kept", why=str(error))
        return left

    def keep(self, id: str, news: object) -> None:
        """Before it is sent. What cannot be written is told all the same, and logged."""
        line = json.dumps({"id": id, "news": encode(news)}, separators=(",", ":")).encode() + b"\n"
        try:
            os.write(self._file, line)
        except OSError as error:
            log.error("media.news_not_kept", why=str(error))
            return
        self._remember(id, line)
        self._size += len(line)

    def taken(self, id: str) -> None:
        """Control has it; any other id is ignored."""
        line = self._kept.pop(id, None)
        if line is None:
            return
        self._needed -= len(line)
        if not self._kept or self._size > max(LARGEST, 2 * self._needed):
            self._cut()

    def close(self) -> None:
        """No more is kept."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _remember(self, id: str, line: bytes) -> None:
        self._kept[id] = line
        self._needed += len(line)

    def _cut(self) -> None:
        try:
            if self._kept:
                return self._write_anew()
            os.ftruncate(self._file, 0)
            self._size = 0
        except OSError as error:  # it grows, and is told again after a death
            log.error("media.news_not_cut", why=str(error))

    def _write_anew(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.touch(0o600)  # before anything is in it: there are numbers of people
        fresh.write_bytes(b"".join(self._kept.values()))
        fresh.chmod(0o600)
        fresh.replace(self.path)
        self.close()
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        self._size = self._needed
