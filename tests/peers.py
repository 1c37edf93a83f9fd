"""Programs of the system that tests talk to: skipped where missing, required in CI."""

from __future__ import annotations

import os
import shutil

import pytest


def need_program(name: str, package: str) -> str:
    """The path of a program. Skips with the command that installs it; in CI it fails instead."""
    path = shutil.which(name)
    if path is not None:
        return path
    message = f"{name} is not installed: apt-get install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
