"""What can go wrong with contacts. Each message is one line and says what to do."""

from __future__ import annotations


class ContactsError(Exception):
    """Something is wrong with contacts."""


class BadNumber(ContactsError):
    """A telephone number cannot be called."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class ImportRefused(ContactsError):
    """A file cannot be imported at all."""


class BadArea(ContactsError):
    """A polygon or circle cannot be read."""


class BadFilter(ContactsError):
    """An audience's filter cannot be read."""
