"""What can go wrong at the edge."""

from __future__ import annotations

from telephony.errors import TelephonyError


class EdgeError(TelephonyError):
    """Something at the edge went wrong."""


class MalformedMessage(EdgeError):
    """What arrived is not SIP, or not SIP that can be acted on (the peer's fault)."""


class BadEdgeConfig(EdgeError):
    """The configuration contradicts itself; the text says where and what to do."""


class BadBindingFile(EdgeError):
    """The file of registrations cannot be read."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path}: {why}: move the file away; phones register again within their refresh time"
        )
        self.path = path


class RegisterRefused(EdgeError):
    """A REGISTER that fails as a whole and changes nothing (RFC 3261 §10.3 step 7)."""

    def __init__(self, code: int, phrase: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(phrase)
        self.code = code
        self.phrase = phrase
        self.headers = headers
