"""When an address is asked again for alerts. PURE.

It is asked with what the server told of the last answer (ETag, Last-Modified: :rfc:`9110` §13.1),
so that an unchanged one costs a few bytes; a server that is ill is asked ever more seldom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

LONGEST = 900.0
"""Seconds between two tries at most: what is ill may hold a warning."""
NOT_MODIFIED = 304


@dataclass(frozen=True)
class Source:
    """One address."""

    etag: str = ""
    modified: str = ""
    failures: int = 0
    """Running."""

    def headers(self) -> dict[str, str]:
        """What says that an unchanged answer is not wanted again."""
        told = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in told.items() if value}

    def answered(self, headers: Mapping[str, str]) -> Source:
        """A 200 came, and what it held was taken."""
        return Source(headers.get("ETag", ""), headers.get("Last-Modified", ""))

    def unchanged(self) -> Source:
        """A 304 came."""
        return replace(self, failures=0)

    def failed(self) -> Source:
        """Anything else, or nothing."""
        return replace(self, failures=self.failures + 1)


def wait(source: Source, every: float, retry_after: str = "", chance: float = 0.5) -> float:
    """Seconds until it is asked again; `retry_after` as the server said it (seconds), `chance`
    (0-1) keeps many houses from asking at the same moment."""
    if not source.failures:
        return every * (0.9 + 0.2 * chance)
    backed_off = min(LONGEST, every * 2.0 ** min(source.failures, 16))
    told = float(retry_after) if retry_after.isdecimal() else 0.0
    return max(min(told, LONGEST), backed_off) * (0.9 + 0.2 * chance)
