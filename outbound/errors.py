"""What can go wrong in the outbound room. One root, one class a cause."""

from __future__ import annotations


class OutboundError(Exception):
    """Something in the outbound room went wrong."""


class OutboundConfigError(OutboundError):
    """A campaign or trunk is set up in a way that cannot work."""


class OutboundNotOpen(OutboundError):
    """The dialler was used before it was opened."""


class NoSuchCampaign(OutboundError):
    """There is no campaign of this name."""

    def __init__(self, campaign: str) -> None:
        super().__init__(f"there is no campaign {campaign!r}")
        self.campaign = campaign


class LeaseLost(OutboundError):
    """Another process owns the dialler now: this one must not place one more call."""

    def __init__(self, centre: str, epoch: int) -> None:
        super().__init__(f"the dialler of {centre} was taken over from epoch {epoch}")
        self.centre = centre
        self.epoch = epoch


class LeaseTaken(OutboundError):
    """Another house dials for this centre; it may be waited for, or stopped."""

    def __init__(self, centre: str, owner: str, seconds: float) -> None:
        super().__init__(f"{owner} dials for {centre}, and will be asked again in {seconds:.0f} s")
        self.centre = centre
        self.owner = owner
        self.seconds = seconds


class BadMessage(OutboundError):
    """A message cannot be said; the text names the language and the place."""


class BadAlert(OutboundError):
    """An alert is not CAP 1.2, or not safe to read."""
