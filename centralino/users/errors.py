"""What can go wrong with users. Each message is one line that may be shown to who typed it."""

from __future__ import annotations

from centralino.errors import CentralinoError


class UserError(CentralinoError):
    """A user cannot be made or changed like this."""


class NameTaken(UserError):
    """Somebody has this name already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the name {name} is taken: choose another")


class NumberTaken(UserError):
    """Another agent has this number already."""

    def __init__(self, number: str) -> None:
        super().__init__(f"the agent number {number} is taken: choose another")


class BadName(UserError):
    """A name, number or role is not of the form it must have."""


class WeakPassword(UserError):
    """The password, PIN or SIP password is too short or too long."""


class UnknownUser(UserError):
    """There is no such user."""

    def __init__(self, user: str) -> None:
        super().__init__(f"there is no user {user}")


class LastAdministrator(UserError):
    """Nobody could administer the centre any more."""

    def __init__(self) -> None:
        super().__init__("this is the last administrator: make another one first")
