"""One byte range of a file (RFC 9110 §14). PURE.

A player asks for the tail of a recording to learn its length, then for what it plays. Several
ranges at once are not served: RFC 9110 §14.2 lets a server ignore the header then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from centralino.web.errors import Refusal

_ONE = re.compile(r"^bytes=([0-9]{0,18})-([0-9]{0,18})$")


@dataclass(frozen=True)
class Span:
    """Bytes `start` to `stop`, the latter not included."""

    start: int
    stop: int

    def content_range(self, size: int) -> str:
        """The value of Content-Range (§14.4)."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


def read_range(header: str | None, size: int) -> Span | None:
    """The span asked for; None is the whole: no range, or one that may be ignored.

    Raises a Refusal with status 416 where nothing of the file lies in it.
    """
    match = _ONE.match((header or "").strip())
    if match is None:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        return _suffix(int(last), size)
    return _from_first(int(first), int(last) if last else None, size)


def _suffix(length: int, size: int) -> Span:
    if length == 0 or size == 0:
        raise _outside(size)
    return Span(max(0, size - length), size)


def _from_first(first: int, last: int | None, size: int) -> Span | None:
    if last is not None and last < first:
        return None  # not valid, so the header is ignored (§14.1.1)
    if first >= size:
        raise _outside(size)
    return Span(first, size if last is None else min(last + 1, size))


def _outside(size: int) -> Refusal:
    headers = {"Content-Range": f"bytes */{size}"}
    return Refusal(416, "range", "The recording has no such part.", headers)
