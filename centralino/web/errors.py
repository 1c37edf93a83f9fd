"""What can go wrong with the pages. Each message is one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from centralino.errors import CentralinoError
from centralino.outbound.errors import CampaignError


class WebError(CentralinoError):
    """The pages cannot do what was asked."""


class WebPortInUse(WebError):
    """Another program has the pages' port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"the pages' port {host}:{port} is in use by another program: stop it, or set"
            " web.port in the configuration (0 takes any free one)"
        )
        self.host = host
        self.port = port


class WebAddressUnusable(WebError):
    """The pages' address is not one of this machine's, or may not be used."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"the pages cannot listen on {host}:{port} ({reason}): set web.host and web.port in"
            " the configuration"
        )
        self.host = host
        self.port = port


class ApiKeysUnreadable(WebError):
    """The file of API keys cannot be used."""

    def __init__(self, file: str, line: int | None, problem: str) -> None:
        where = f"{file}:{line}" if line else file
        super().__init__(f"{where}: {problem}; each line is `name key` or `name key client,client`")


class Refusal(WebError):
    """A request is answered with an error. `code` is for programs, the message for people."""

    def __init__(
        self, status: int, code: str, text: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.headers = headers or {}


def not_found() -> Refusal:
    """Not there, or not for this client's eyes: the two look the same on purpose."""
    return Refusal(404, "not_found", "There is no such thing, or it is not yours to see.")


def forbidden() -> Refusal:
    """The user is known and may not."""
    return Refusal(403, "forbidden", "Your role does not allow this.")


@contextmanager
def told_why() -> Iterator[None]:
    """What calling out does not do (CampaignError) is answered with its reason: a Refusal, 409."""
    try:
        yield
    except CampaignError as error:
        raise Refusal(409, "not_done", f"{error}.") from error
