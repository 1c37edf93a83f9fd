"""What control tells media processes of who calls."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.codec import message


@message("caller.named")
@dataclass(frozen=True)
class CallerNamed:
    """The client's records have one name for the caller's number: it is whispered to the agent
    where the caller has said none. Content."""

    call: str
    media: str
    name: str
