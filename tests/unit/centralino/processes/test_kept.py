"""Secrets beside the database."""

from __future__ import annotations

from pathlib import Path

from centralino.processes.kept import kept_secret


def test_a_secret_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "state" / "audit.key"
    made = kept_secret(path)
    assert len(made) == 64 and kept_secret(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["audit.key"]
    assert kept_secret(tmp_path / "house.id") != made


def test_who_is_too_late_gets_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"

    def slow(n: int) -> str:
        path.write_text("theirs\n")
        return "ours"

    assert kept_secret(path, slow) == "theirs"
