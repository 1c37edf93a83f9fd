"""What can go wrong at the front door. Each message is one line that says what to do."""

from __future__ import annotations


class CentralinoError(Exception):
    """The program cannot do what was asked. Shown as one line; the exit code is 2."""


class ConfigError(CentralinoError):
    """The configuration cannot be used."""

    def __init__(self, file: str, line: int | None, key: str, problem: str) -> None:
        where = f"{file}:{line}" if line else file
        super().__init__(f"{where}: {key + ': ' if key else ''}{problem}")
        self.file = file
        self.line = line
        self.key = key


class StartRefused(CentralinoError):
    """The program will not start like this."""


class ModuleMissing(CentralinoError):
    """A library of the lock is not installed."""

    def __init__(self, module: str) -> None:
        super().__init__(
            f"the Python module {module!r} is missing: run `make demo` or"
            " `.venv/bin/pip install --require-hashes -r requirements/run.txt`"
        )


class ProcessDied(CentralinoError):
    """A process of the house could not be kept alive."""


class Misplaced(ValueError):
    """A wrong value that only the whole file shows; `loc` says where it stands."""

    def __init__(self, loc: tuple[int | str, ...], problem: str) -> None:
        super().__init__(problem)
        self.loc = loc
