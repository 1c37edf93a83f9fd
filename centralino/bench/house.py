"""The house that is measured: the bench's bots on lines of their own, all else as serve's."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from centralino.bench.sounds import Sounds
from centralino.caller.voices import Voices
from centralino.config.model import Config
from centralino.config.read import read_config
from centralino.demo.watch import Fact, Watch
from centralino.errors import StartRefused
from centralino.processes.serve import Serving
from kernel.clock import SteadyClock

TURNS_LINE = "2000"
"""Its bot asks questions of every kind."""
PROMPT_LINE = "2001"
"""Its bot greets with a long prompt that may be interrupted."""
GREETING = "greeting: utter_greeting"
LONG_GREETING = "greeting: utter_long"
MOST_CALLS = 200
CALLER_VOICE = "hibari"


class BenchHouse:
    """A running house, what it tells, and the callers' sounds."""

    def __init__(self, serving: Serving, watch: Watch, directory: Path) -> None:
        self.serving = serving
        self.watch = watch
        self.directory = directory
        self.clock = SteadyClock()
        self.began = self.clock.now()
        """UTC seconds."""
        self.refused = 0
        """Calls for which there was no room, and which were placed again."""
        self.sounds = Sounds(directory / "sounds", Voices(directory / "voices", CALLER_VOICE))

    @property
    def edge(self) -> str:
        """host:port to call."""
        return self.serving.layout.edge

    @property
    def engines(self) -> dict[str, Any]:
        """Which recogniser and voice answer, and why."""
        facts = self.serving.post("speech-1").facts
        return {"recogniser": facts.get("asr"), "voice": facts.get("tts")}

    def pids(self) -> list[int]:
        """The processes of the house."""
        return [post.pid for post in self.serving.supervisor.posts if post.pid is not None]

    def recording(self, name: str) -> str:
        """Where a caller's recording goes."""
        return str(self.directory / "recordings" / f"{name}.wav")

    def keep(self, recording: str) -> str:
        """A copy that the next run does not drop, in `kept/`; its name. Raises OSError."""
        began = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self.began))
        kept = self.directory / "kept" / f"{began}-{Path(recording).name}"
        kept.parent.mkdir(exist_ok=True)
        shutil.copyfile(recording, kept)
        return kept.name


@contextlib.asynccontextmanager
async def open_bench_house(
    directory: Path, overrides: Mapping[str, Any] | None = None
) -> AsyncIterator[BenchHouse]:
    """Start it with a fresh state; training, prompts and voices are kept. Raises StartRefused."""
    state = directory / "state"
    forget(directory, state)
    values = _values(directory, state)
    for table, more in (overrides or {}).items():
        values[table] = {**values.get(table, {}), **more} if isinstance(more, dict) else more
    watch = Watch(Console(quiet=True), quiet=True)
    clock = SteadyClock()

    def heard(name: str, value: dict[str, object]) -> None:
        _stamp(value, clock.now())
        watch.heard(name, value)

    config = read_config(None, values)
    async with Serving(config, None, overrides=values, live=True, heard=heard) as serving:
        yield BenchHouse(serving, watch, directory)


def bench_config(directory: Path) -> Config:
    """The configuration of that house, for whoever needs its bots and engines alone."""
    return read_config(None, _values(directory, directory / "state"))


def told_at(fact: Fact) -> float:
    """When a fact came, in UTC seconds."""
    return float(fact["told_at"])


def _stamp(value: dict[str, object], now: float) -> None:
    fact = value.get("live")
    if isinstance(fact, dict):
        fact["told_at"] = now


def forget(directory: Path, state: Path) -> None:
    for gone in ("centralino.db", "centralino.db-wal", "centralino.db-shm", "centralino.log"):
        (state / gone).unlink(missing_ok=True)
    for folder in (state / "sound", state / "edge", state / "run", directory / "recordings"):
        shutil.rmtree(folder, ignore_errors=True)
    state.mkdir(parents=True, exist_ok=True)


def _values(directory: Path, state: Path) -> dict[str, Any]:
    quiet = {"client": "riverton", "recorded": False, "announce_machine": False}
    return {
        "state_dir": str(state.resolve()),
        "bots_dir": str(_bots(directory).resolve()),
        "sip": {"port": 0, "max_calls": MOST_CALLS, "drain_seconds": 2.0},
        "web": {"port": 0},
        "lines": [
            {"number": TURNS_LINE, "bot": "bench", **quiet},
            {"number": PROMPT_LINE, "bot": "prompt", **quiet},
        ],
    }


def _bots(directory: Path) -> Path:
    """The bench's bot, and the same with the long prompt as its greeting."""
    shipped = Path(__file__).parents[2] / "nlu_models" / "bench"
    bots = directory / "bots"
    for name in ("bench", "prompt"):
        shutil.copytree(shipped, bots / name, dirs_exist_ok=True)
    flow = bots / "prompt" / "flow.yml"
    text = flow.read_text(encoding="utf-8")
    if GREETING not in text:
        raise StartRefused(f"{flow} has no line `{GREETING}`: the bench measures prompts by it")
    flow.write_text(text.replace(GREETING, LONG_GREETING), encoding="utf-8")
    return bots
