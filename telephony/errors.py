"""What can go wrong in telephony."""

from __future__ import annotations


class TelephonyError(Exception):
    """Something in telephony went wrong."""


class NoSuchLeg(TelephonyError):
    """The leg was never there, or is gone, and the question has no harmless answer."""

    def __init__(self, leg: str) -> None:
        super().__init__(f"no such leg: {leg}")
        self.leg = leg


class PortInUse(TelephonyError):
    """Another program has the port."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address} is in use by another program: stop it, or set another port in the"
            " configuration"
        )
        self.address = address


class DriverUnavailable(TelephonyError):
    """The SIP stack cannot be started on this machine."""


class RegistrationRefused(TelephonyError):
    """A registrar did not take our account."""

    def __init__(self, registrar: str, text: str) -> None:
        super().__init__(f"the registrar {registrar} refused the account: {text}")
        self.registrar = registrar


class OfferRefused(TelephonyError):
    """A browser's offer of sound cannot be answered."""
