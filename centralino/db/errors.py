"""What can go wrong with the store. Each message is one line and says what to do."""

from __future__ import annotations

from pathlib import Path

from centralino.errors import CentralinoError


class StoreError(CentralinoError):
    """Something is wrong with the store."""


class StoreUrl(StoreError):
    """The database address in the configuration cannot be used."""


class StoreUnreachable(StoreError):
    """The database cannot be opened."""

    def __init__(self, url: str, reason: str) -> None:
        first = reason.strip().splitlines()[0] if reason.strip() else "no reason given"
        super().__init__(
            f"cannot open or upgrade the database {url}: {first}; check that it runs, that the "
            "address is right and that this user may write to it"
        )
        self.url = url


class StoreTooNew(StoreError):
    """The database was made by a newer program."""

    def __init__(self, url: str, found: str, ours: str) -> None:
        super().__init__(
            f"the database {url} is from a newer version (schema {found}; this program knows up "
            f"to {ours}): install that version, or restore a backup from before the update"
        )
        self.url = url
        self.found = found
        self.ours = ours


class ContactKeyChanged(StoreError):
    """The digests of this database were brought to a newer key than this process has."""

    def __init__(self) -> None:
        super().__init__(
            "people are known under a newer key meanwhile (`centralino contacts renew-key`): start"
            " this again"
        )


class ContactKeyMissing(StoreError):
    """The keys of this database's digests are not those of the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} does not have the keys under which this database knows people: put back the"
            " file that belongs to it (with another one nobody's wish not to be called is found)"
        )
