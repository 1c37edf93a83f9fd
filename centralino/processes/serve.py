"""The whole house: which processes there are, in which order they begin and end.

They begin together. They end in order after the edge has stopped letting calls in: media processes
finish their calls, then the edge goes, then control, then speech.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from centralino.config.model import Config
from centralino.processes import preflight
from centralino.processes.layout import Layout, make_layout
from centralino.processes.supervisor import Heard, Post, Supervisor, python_post

SILENT_SECONDS = 5.0
"""How long a speech worker may say nothing: it says once a second that it lives."""
GRACE = 5.0
"""Seconds beyond the drain time that a media process may take to end."""


@dataclass
class Serving:
    """A running house. Open with `async with`."""

    config: Config
    config_file: Path | None = None
    overrides: dict[str, Any] = field(default_factory=dict)
    live: bool = False
    heard: Heard = lambda name, value: None
    layout: Layout = field(init=False)
    supervisor: Supervisor = field(init=False)
    remarks: list[str] = field(init=False)
    """What in the bots' folders is not used."""

    async def __aenter__(self) -> Serving:
        self.remarks = preflight.check(self.config)
        self.layout = make_layout(self.config)
        state = Path(self.layout.state_dir)
        self.layout.write(self._layout_file)
        log_file = state / "centralino.log"
        self.supervisor = Supervisor(self._posts(), log_file, self.heard)
        try:
            await self.supervisor.start()
        except BaseException:
            await self.supervisor.stop()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.supervisor.drain()
        await self.supervisor.stop()

    @property
    def _layout_file(self) -> Path:
        return Path(self.layout.state_dir) / "run" / "layout.json"

    def post(self, name: str) -> Post:
        """One of the processes."""
        return next(post for post in self.supervisor.posts if post.name == name)

    @property
    def url(self) -> str:
        """Where the pages are."""
        return str(self.post("control").facts.get("url", ""))

    @property
    def welcome(self) -> str:
        """The one-time link for the first administrator, or empty."""
        return str(self.post("control").facts.get("welcome", ""))

    def _posts(self) -> list[Post]:
        speech = [self._speech(n, uri) for n, uri in enumerate(self.layout.speech)]
        control = self._child("control", "centralino.control.main")
        edge = self._child("edge", "centralino.processes.edge")
        control.drains = edge.drains = edge.hears = True
        media = [self._media(name) for name in self.config.media_names()]
        return [*speech, *self._voices(), control, edge, *self._browsers(), *media]

    def _browsers(self) -> list[Post]:
        """It ends after media processes, whose last calls it carries."""
        if self.layout.browsers is None:
            return []
        return [self._child(self.layout.browsers.name, "centralino.browsers.main")]

    def _voices(self) -> list[Post]:
        """A process for each further language."""
        return [
            worker_post(
                f"voice-{language}", "--uri", uri, "--role", "tts",
                "--voice", self.config.speech.voices[language],
            )
            for language, uri in self.layout.voices.items()
        ]  # fmt: skip

    def _media(self, name: str) -> Post:
        post = self._child(name, "centralino.media.main", *(["--live"] if self.live else []))
        post.stop_seconds = self.config.sip.drain_seconds + GRACE
        post.group = "media"
        return post

    def _child(self, name: str, module: str, *more: str) -> Post:
        arguments = [name, "--layout", str(self._layout_file), *more]
        if self.config_file is not None:
            arguments += ["--config", str(self.config_file)]
        if self.overrides:
            arguments += ["--overrides", json.dumps(self.overrides)]
        post = python_post(name, module, *arguments)
        post.group = name
        return post

    def _speech(self, index: int, uri: str) -> Post:
        speech = self.config.speech
        return worker_post(
            f"speech-{index + 1}", "--uri", uri, "--role", "both",
            "--models", str(speech.models_dir.resolve()),
            "--recogniser", self.config.recogniser, "--voice", speech.voice,
            "--language", self._language(),
        )  # fmt: skip

    def _language(self) -> str:
        spoken = [line.language for line in self.config.lines if line.kind == "bot"]
        return spoken[0] if spoken else "en"


def worker_post(name: str, *arguments: str) -> Post:
    """A speech worker, which is started again also when it hangs."""
    post = python_post(name, "voicebot.speech.worker", *arguments, "--watch-stdin", "--beat")
    post.silent_seconds = SILENT_SECONDS
    return post
