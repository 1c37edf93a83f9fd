"""What can go wrong when a campaign is asked for. Each message is one line that says what to do."""

from __future__ import annotations

from centralino.errors import CentralinoError


class CampaignError(CentralinoError):
    """What was asked of a campaign cannot be done."""


class BadAudience(CampaignError):
    """A line of the audience cannot be read."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}; write one person a line: number[,number…]")
        self.line = line


class KeyTaken(CampaignError):
    """An idempotency key came again with another request."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the key {key!r} was used for another request: take a new one")


class HouseSilent(CampaignError):
    """A house runs here, and does not answer."""

    def __init__(self, path: str) -> None:
        super().__init__(f"the house at {path} does not answer: see its log, or stop it")


class HouseAway(CampaignError):
    """No house runs here."""

    def __init__(self, path: str) -> None:
        super().__init__(f"no house answers at {path}: start it with `centralino serve`")
