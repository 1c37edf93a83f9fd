"""A real Rasa 3.6 beside us: set up where it can be had, trained, run, and ended again.

Rasa wants an older Python than ours and 2.7 GB of packages, so it lives in an environment of its
own (`var/rasa`) and is spoken to over HTTP alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import resource
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from centralino.errors import StartRefused
from centralino.processes.layout import free_port
from voicebot import http
from voicebot.errors import ServerFailed
from voicebot.nlu.training import Example

PLACE = Path("var/rasa")
PACKAGES = ("rasa==3.6.21", "setuptools<81")
PYTHON = "3.10"
SET_UP = "centralino bench rasa --setup"
_HOW = (
    f"Rasa 3.6 needs Python {PYTHON} and neither uv nor python{PYTHON} is there: "
    "pip install uv, then the same again"
)
STARTS_WITHIN = 300.0
"""Seconds; TensorFlow is slow to load: two minutes where ten other programs work."""

PIPELINE = """\
# What `rasa init` of Rasa 3.6 writes, without the threshold of its FallbackClassifier.
recipe: default.v1
language: {language}
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: {epochs}
  constrain_similarities: true
  ranking_length: 0
- name: EntitySynonymMapper
"""


def find(place: Path = PLACE) -> Path | None:
    """The environment's Python, if Rasa is set up there or where `CENTRALINO_RASA` says."""
    place = Path(os.environ.get("CENTRALINO_RASA", place))
    place = place.absolute()
    return place / "bin" / "python" if (place / "bin" / "rasa").exists() else None


def set_up(place: Path = PLACE) -> Path:
    """The same, set up first where it is not. Raises StartRefused with what is missing."""
    python = find(place)
    if python is not None:
        return python
    uv, old = shutil.which("uv"), _old_python()
    if uv is None and old is None:
        raise StartRefused(_HOW)
    python = place.absolute() / "bin" / "python"
    if uv is not None:
        _run(uv, "venv", "--quiet", "--clear", "--python", old or PYTHON, str(place))
        _run(uv, "pip", "install", "--quiet", "--python", str(python), *PACKAGES)
    else:
        _run(str(old), "-m", "venv", str(place))
        _run(str(python), "-m", "pip", "install", "--quiet", *PACKAGES)
    return python


def _old_python() -> str | None:
    """A Python that Rasa runs on: of the system, or of pyenv. None: uv has to fetch one."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [shutil.which(f"python{PYTHON}"), *pyenv.glob(f"versions/{PYTHON}*/bin/python{PYTHON}")]
    for python in map(str, filter(None, found)):
        # pyenv's shim is there for every version, and ends with an error for one not chosen
        if subprocess.run([python, "-c", ""], capture_output=True).returncode == 0:
            return python
    return None


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise StartRefused(f"Rasa cannot be set up: {error}") from error


def write_project(
    folder: Path, examples: Iterable[Example], language: str = "en", epochs: int = 100
) -> Path:
    """nlu.yml and config.yml of a Rasa project; the folder. Entities are left out."""
    said: dict[str, list[str]] = {}
    for example in examples:
        said.setdefault(example.intent, []).append(example.text)
    blocks = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in said.items()
    ]
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, width=1000)
    (folder / "nlu.yml").write_text(text, encoding="utf-8")
    (folder / "config.yml").write_text(PIPELINE.format(language=language, epochs=epochs))
    return folder


@dataclass(frozen=True)
class Trained:
    """What a training cost, in seconds."""

    clock: float
    processor: float


def train(python: Path, config: Path, nlu: Path, models: Path) -> Trained:
    """`rasa train nlu`, unless just this was trained here before; what it cost.

    Raises StartRefused with the end of what it said.
    """
    models.mkdir(parents=True, exist_ok=True)
    content = hashlib.sha256(config.read_bytes() + nlu.read_bytes()).hexdigest()
    note = models / "trained.json"
    if note.exists() and (known := json.loads(note.read_text()))["content"] == content:
        return Trained(known["clock"], known["processor"])
    note.unlink(missing_ok=True)
    began, used = time.perf_counter(), _processor_time()
    command = [
        str(python), "-m", "rasa", "train", "nlu", "--config", str(config), "--nlu", str(nlu),
        "--out", str(models), "--fixed-model-name", "nlu",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, env=_environment())
    if done.returncode or not (models / "nlu.tar.gz").exists():
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise StartRefused(f"rasa train failed:\n{said}")
    trained = Trained(time.perf_counter() - began, _processor_time() - used)
    note.write_text(json.dumps({"content": content, **asdict(trained)}))
    return trained


def _processor_time() -> float:
    """Of all programs that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@asynccontextmanager
async def serving(python: Path, models: Path) -> AsyncIterator[str]:
    """`rasa run --enable-api` with the model; its root. Raises StartRefused."""
    port = free_port("127.0.0.1")
    run = ("rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port))
    async with _running(python, *run, "--model", str(models / "nlu.tar.gz")) as process:
        url = f"http://127.0.0.1:{port}"
        await _until_ready(process, url + "/status")
        yield url


@asynccontextmanager
async def acting(python: Path, folder: Path) -> AsyncIterator[str]:
    """`rasa run actions` with the actions.py of this folder; its webhook. Raises StartRefused."""
    port = free_port("127.0.0.1")
    run = ("rasa_sdk", "--actions", "actions", "--port", str(port))
    async with _running(python, *run, folder=folder) as process:
        url = f"http://127.0.0.1:{port}"
        await _until_ready(process, url + "/health")
        yield url + "/webhook"


@asynccontextmanager
async def _running(
    python: Path, *command: str, folder: Path | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        str(python), "-m", *command, cwd=folder, env=_environment(),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _until_ready(process: asyncio.subprocess.Process, url: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.returncode is None:
        try:
            status, _ = await http.ask("GET", url, 2.0)
        except ServerFailed:
            status = 0
        if status == 200:
            return
        await asyncio.sleep(0.2)
    raise StartRefused(f"Rasa did not become ready at {url}")


def _environment() -> dict[str, str]:
    return {
        **os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "CUDA_VISIBLE_DEVICES": "",
    }  # fmt: skip
