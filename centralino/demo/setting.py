"""The house of the demonstration: its configuration file, its agents and their secrets."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from centralino.config.model import Config
from centralino.config.read import read_config

QUEUES = {"service": 20.0, "billing": 20.0, "technical": 20.0, "emergency": 20.0}
"""Queue → seconds of ringing."""
RONA_RING = 6.0
"""Seconds of ringing in the scene where an agent does not answer: shorter than in a real house."""
WRAP_UP = 20.0
SECOND_LANGUAGE = """[speech]
voices = { it = "espeak:it" }

[outbound]
bots = ["survey"]

[outbound.notices]
en = "notification"
it = "notification_it"

"""
CALLS_OUT = """[[trunks]]
name = "local"
addresses = ["127.0.0.0/8", "::1"]

[[trunks]]  # the phones that are called out are on this machine
name = "carrier"
target = "127.0.0.1:9"
max_cps = 5.0
max_channels = 20

[[dial_rules]]
purposes = ["agent"]
targets = ["phones", "national", "sip"]

[[dial_rules]]
purposes = ["campaign"]
targets = ["*@127.0.0.1"]

"""


@dataclass(frozen=True)
class DemoAgent:
    """An agent of the demonstration."""

    number: str
    name: str
    pin: str
    password: str
    sip: str


@dataclass(frozen=True)
class Setting:
    """Everything fixed before the first call."""

    directory: Path
    file: Path
    config: Config
    agents: dict[str, DemoAgent]

    @property
    def recordings(self) -> Path:
        """Where the callers' recordings go."""
        return self.directory / "recordings"


def prepare(directory: Path, edit: Callable[[str], str] = str) -> Setting:
    """A fresh state, with what is costly to make (prompts, training) kept. Raises ConfigError.

    `edit` may change the text of the configuration file before it is written.
    """
    state = directory / "state"
    for gone in ("centralino.db", "centralino.db-wal", "centralino.db-shm", "centralino.log"):
        (state / gone).unlink(missing_ok=True)
    for folder in (state / "sound", state / "edge", state / "run", directory / "recordings"):
        shutil.rmtree(folder, ignore_errors=True)
    state.mkdir(parents=True, exist_ok=True)
    agents = {n: _agent(n, name) for n, name in (("201", "Anna Bell"), ("202", "Carl Dunn"))}
    for agent in agents.values():
        _write_secrets(state, agent)
    file = directory / "centralino.toml"
    file.write_text(edit(_toml(state.resolve(), agents)), encoding="utf-8")
    return Setting(directory, file, read_config(file), agents)


def _agent(number: str, name: str) -> DemoAgent:
    pin = "".join(secrets.choice("0123456789") for _ in range(6))
    return DemoAgent(number, name, pin, secrets.token_urlsafe(12), secrets.token_hex(12))


def _secrets_file(state: Path, number: str) -> Path:
    return state / f"agent-{number}.secrets"


def _write_secrets(state: Path, agent: DemoAgent) -> None:
    path = _secrets_file(state, agent.number)
    path.touch(mode=0o600)
    path.write_text(f"pin {agent.pin}\npassword {agent.password}\nsip {agent.sip}\n")


def _toml(state: Path, agents: dict[str, DemoAgent]) -> str:
    queues = "".join(
        f'[[queues]]\nid = "{queue}"\nclient = "riverton"\nname = "{queue.title()}"\n'
        f"ring_timeout = {RONA_RING if queue == 'technical' else ring}\nwrap_up = {WRAP_UP}\n\n"
        for queue, ring in QUEUES.items()
    )
    people = "".join(
        f'[[agents]]\nnumber = "{agent.number}"\nname = "{agent.name}"\nclient = "riverton"\n'
        f"queues = {list(QUEUES)}\nskills = {{ emergency = 3 }}\n"
        f'secrets_file = "{_secrets_file(state, agent.number)}"\n\n'
        for agent in agents.values()
    )
    return (
        "# Made by `centralino demo`; a good start for a file of your own.\n"
        f'state_dir = "{state}"\n\n'
        "[sip]\nport = 0  # any free one\ndrain_seconds = 5.0\n\n[web]\nport = 0\n\n"
        f"{SECOND_LANGUAGE}{CALLS_OUT}{queues}{people}"
    )
