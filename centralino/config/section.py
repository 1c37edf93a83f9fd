"""What every table of the configuration is made of."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Port = Annotated[int, Field(ge=0, le=65535)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
HostPort = Annotated[str, Field(pattern=r"^([A-Za-z0-9.-]+(:\d{1,5})?)?$")]
HTTP = r"^(https?://[A-Za-z0-9.:\[\]-]+(/[^\s?#]*)?)?$"
"""The root of a server; empty: none."""


def _url(text: str) -> str:
    """One that can be asked: a host is there, and is none that no resolver takes."""
    parts = urlsplit(text)
    try:
        fits = bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:  # UnicodeError for the host, a port out of range
        fits = False
    if not fits:
        raise ValueError("the URL has no host, or one that cannot be")
    return text


Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$"), AfterValidator(_url)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Level = Annotated[int, Field(ge=1, le=5)]


class Section(BaseModel):
    """A table of the file. A key that we do not know is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
