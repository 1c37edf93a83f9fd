"""`centralino doctor`: what is installed, which engine will be used and why, what is missing."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from centralino import __version__
from centralino.config.model import AgentSeed, Config
from centralino.control.seeds import read_secrets
from centralino.db.errors import StoreError
from centralino.errors import CentralinoError, ConfigError, StartRefused
from centralino.processes.layout import port_is_free
from centralino.processes.preflight import bots_of, find_bot, readable_bots
from centralino.processes.staffing import unmet, unserved
from centralino.users.staff import read_staff
from voicebot import models
from voicebot.dialogue.flow import Bot
from voicebot.errors import VoicebotError
from voicebot.nlu.embedding import choose
from voicebot.speech import engines
from voicebot.speech.choice import Choice

LIBRARIES = {
    "baresip": "baresip-python", "webrtcvad": "webrtcvad-wheels",
    "ctranslate2": "ctranslate2", "faster_whisper": "faster-whisper", "vosk": "vosk",
    "piper": "piper-tts", "hibari": "hibari-tts", "sklearn": "scikit-learn",
    "onnxruntime": "onnxruntime",
    "aiohttp": "aiohttp", "sqlalchemy": "sqlalchemy", "wyoming": "wyoming",
}  # fmt: skip
"""Module → distribution: what the house stands on."""
PEERS = {
    "sipp": "sip-tester", "chromium": "chromium", "espeak-ng": "espeak-ng",
}  # fmt: skip
"""Programs of the tests → Debian package."""
MARKS = {"ok": "[green]ok[/]", "MISSING": "[red]no[/]", "warning": "[yellow]![/]", "not here": "–"}
SKILL = (
    "give it to an agent of the queue (page Users, or skills in [[agents]] before the first start),"
    " or let it be preferred"
)
"""What mends a requirement that nobody meets."""
INSTALL = "make demo (or .venv/bin/pip install --require-hashes -r requirements/run.txt)"

Finding = dict[str, Any]


def examine(config: Config) -> Finding:
    """Everything found, as the JSON of `doctor --json`."""
    findings = [
        *_machine(),
        *(_library(module, name) for module, name in LIBRARIES.items()),
        *(_model(status) for status in models.status(config.speech.models_dir)),
        _recogniser(config),
        _sheds(config),
        *(_bot(name, find, config) for name, find in bots_of(config)),
        *(
            _understanding(config, code)
            for code in sorted({c for line in config.lines for c in line.bots})
        ),
        *_staff(config),
        _port("sip.port", config.sip.host, config.sip.port),
        _port("web.port", config.web.host, config.web.port),
        *(_peer(program, package) for program, package in PEERS.items()),
    ]
    needed = [f for f in findings if f["needed"]]
    return {"ok": all(f["ok"] for f in needed), "version": __version__, "findings": findings}


def show(findings: Finding, brief: bool) -> bool:
    """Print it; whether all that is needed is there."""
    console = Console()
    if brief:
        for found in findings["findings"]:
            console.print(
                f"{_state(found):8} {found['what']}: {found['is']}",
                highlight=False,
                markup=False,
                soft_wrap=True,
            )
        return bool(findings["ok"])
    table = Table("", "what", "is", "what mends it")
    for found in findings["findings"]:
        words = (escape(found[key]) for key in ("what", "is", "mend"))
        table.add_row(MARKS[_state(found)], *words)
    console.print(table)
    return bool(findings["ok"])


def _state(found: Finding) -> str:
    if found["ok"]:
        return "ok"
    if found["needed"]:
        return "MISSING"
    return "warning" if found["warns"] else "not here"


def _found(
    what: str, ok: bool, value: str, mend: str = "", *, needed: bool = True, warns: bool = False
) -> Finding:
    """`warns`: the house works without it, and not as whoever wrote this expects."""
    return {
        "what": what, "ok": ok, "is": value, "mend": "" if ok else mend, "needed": needed,
        "warns": warns,
    }  # fmt: skip


def _machine() -> list[Finding]:
    cores = len(os.sched_getaffinity(0))
    new_enough = sys.version_info >= (3, 11)
    return [
        _found("python", new_enough, platform.python_version(), "install Python 3.11 or newer"),
        _found("cores", True, str(cores)),
    ]


def _library(module: str, distribution: str) -> Finding:
    if importlib.util.find_spec(module) is None:
        return _found(distribution, False, "missing", INSTALL)
    return _found(distribution, True, importlib.metadata.version(distribution))


def _model(status: models.ModelStatus) -> Finding:
    spec = status.spec
    value = str(status.folder) if status.folder else "not installed"
    return _found(f"model {spec.name}", status.installed, value, status.mend,
                  needed=not spec.optional)  # fmt: skip


def _choice(config: Config) -> Choice:
    language = next((line.language for line in config.lines if line.kind == "bot"), "en")
    return engines.recogniser_choice(config.recogniser, language, config.speech.models_dir)


def _recogniser(config: Config) -> Finding:
    try:
        choice = _choice(config)
    except VoicebotError as error:
        return _found("recogniser", False, str(error), "centralino models fetch")
    return _found("recogniser", True, f"{choice.engine} {choice.model}: {choice.why}")


def _sheds(config: Config) -> Finding:
    """What is left out, in this order, when there is too much work; and where there is nothing."""
    speech = config.speech
    try:
        engine = _choice(config).engine
        bots = {name: find_bot(config, name) for name in config.bots_of_lines()}
    except (VoicebotError, CentralinoError) as error:
        return _found("short of time", False, str(error), needed=False)
    care = "three readings" if engine == "whisper" else f"nothing ({engine} has one model)"
    judges = speech.turn_detector if speech.turn_detector != "off" else "nothing (it is off)"
    without = [name for name, bot in bots.items() if bot.flow.keypad is None]
    keys = f"keys; a person for {', '.join(without)}, which have no menu" if without else "keys"
    return _found(
        "short of time", True,
        f"1 interim, 2 turn detector: {judges}, 3 care: {care}, 4 guesses, 5 speech: then {keys}",
    )  # fmt: skip


def _bot(name: str, find: Callable[[Config, str], Bot], config: Config) -> Finding:
    """A bot of a line, in any language, or of campaigns: its files as a start reads them."""
    try:
        bot = find(config, name)
    except (StartRefused, VoicebotError) as error:
        return _found(f"bot {name}", False, str(error), "mend what is named, or set bots_dir")
    training = bot.training
    sentences, intents = len(training.examples), len(training.intents())
    value = f"{bot.folder}: {sentences} sentences, {intents} intents, {bot.flow.language}"
    return _found(f"bot {name}", True, value)


def _understanding(config: Config, language: str) -> Finding:
    """What understands; the house works without an embedder, less well."""
    embedder, why = choose(language, config.speech.models_dir)
    mend = "centralino models fetch"
    return _found(f"understanding ({language})", embedder is not None, why, mend, needed=False)


def _staff(config: Config) -> list[Finding]:
    """Who takes the calls: their secrets, their queues, and what is required of them in vain."""
    try:
        staff = asyncio.run(read_staff(config))
    except StoreError as error:
        return [_found("agents", False, str(error), "start the house once", needed=False)]
    without = unserved(config, staff.profiles)
    served = "nobody serves " + ", ".join(without) if without else "every queue is served"
    mend = "centralino user add, the page Users, or [[agents]]"
    return [
        *(_secrets(seed) for seed in staff.unmade if seed.secrets_file is not None),
        _found("agents", not without, served, mend, needed=False),
        *(
            _found("skills", False, line, SKILL, needed=False, warns=True)
            for line in unmet(config, readable_bots(config), staff.profiles)
        ),
    ]


def _secrets(seed: AgentSeed) -> Finding:
    """The file of an agent who is made at the next start."""
    what = f"secrets of agent {seed.number}"
    try:
        known = read_secrets(seed.secrets_file)
    except ConfigError as error:
        mend = "write it: lines `pin …`, `password …`, `sip …`; or leave agents.secrets_file out"
        return _found(what, False, str(error), mend)
    return _found(what, True, f"{seed.secrets_file}: {', '.join(known) or 'nothing'}")


def _port(key: str, host: str, port: int) -> Finding:
    free = port == 0 or port_is_free(host, port)
    return _found(key, free, f"{host}:{port} {'free' if free else 'in use'}",
                  f"stop the other program or set another {key}")  # fmt: skip


def _peer(program: str, package: str) -> Finding:
    path = shutil.which(program)
    return _found(f"{program} (tests)", path is not None, path or "not installed",
                  f"apt-get install {package}", needed=False)  # fmt: skip
