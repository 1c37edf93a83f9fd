"""`centralino notify`: messages as files, ready ones and one's own."""

from __future__ import annotations

import asyncio
import time
import tomllib
from pathlib import Path
from typing import Any

from centralino.commands.contacts import known_client
from centralino.config.model import Config
from centralino.content.errors import BadRecording
from centralino.content.recordings import Recordings
from centralino.errors import StartRefused
from centralino.outbound.campaigns import AT_THE_MACHINE
from centralino.outbound.ready import ready_campaigns, ready_messages
from centralino.outbound.recording import Recorder


def read_message(name: str) -> dict[str, Any]:
    """A ready message, or the file of this name. Raises StartRefused."""
    return _read(name, ready_messages(), "message")


def read_campaign(name: str) -> dict[str, Any]:
    """A ready campaign of a bot, or the file of this name. Raises StartRefused."""
    values = _read(name, ready_campaigns(), "campaign")
    return {key: value for key, value in values.items() if key != "about"}


def _read(name: str, ready: dict[str, dict[str, Any]], what: str) -> dict[str, Any]:
    if name in ready:
        return ready[name]
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StartRefused(f"{name!r} is no file and no ready {what}: {', '.join(ready)}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StartRefused(f"{name} cannot be read: {error}") from error


def read_pairs(texts: list[str]) -> dict[str, str]:
    """`field=value`, by field. Raises StartRefused."""
    pairs = [text.partition("=") for text in texts]
    for text, (field, equals, _) in zip(texts, pairs, strict=True):
        if not field or not equals:
            raise StartRefused(f"--where {text!r}: write field=value")
    return {field: value for field, _, value in pairs}


def expiry(minutes: float) -> float:
    """UTC seconds so many minutes from now; 0 for never."""
    return time.time() + 60 * minutes if minutes else 0.0


def read_file(path: Path) -> str:
    """The text of a file. Raises StartRefused."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"{path} cannot be read: {error}") from error


def keep_recording(config: Config, file: Path, client: str, title: str) -> str:
    """What became of a recorded message, in a line. Raises CampaignError, StartRefused."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise StartRefused(f"{file} cannot be read: {error.strerror}") from error
    known = known_client(config, client)
    recorder = Recorder(Recordings(config.recordings, config.recordings_most), [known])
    kept = asyncio.run(recorder.take(data, known, title or file.name, AT_THE_MACHINE))
    notes = "".join(f"; {note}" for note in kept["notes"])
    return f"{kept['name']}: {kept['seconds']} s{notes}"


def recordings_of(config: Config, client: str) -> list[str]:
    """Each recorded message of a client, with how long it plays. Raises StartRefused."""
    recordings = Recordings(config.recordings)
    return [_told(recordings, name) for name in recordings.names(known_client(config, client))]


def _told(recordings: Recordings, name: str) -> str:
    try:
        return f"{name}: {recordings.named(name).seconds:.1f} s"
    except BadRecording as error:
        return str(error)
