"""PURE. Where one message ends and the next begins on a stream (RFC 3261 §18.3)."""

from __future__ import annotations

import re

from telephony.edge.errors import MalformedMessage
from telephony.edge.message import LARGEST

_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*:\s*(\d{1,9})[ \t]*\r?$", re.I | re.M)


class Framer:
    """Collects the bytes of one connection and gives whole messages."""

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are complete now. `b""` stands for a ping (RFC 5626 §3.5.1).

        Raises MalformedMessage where the end of a message cannot be known: the connection is then
        of no more use.
        """
        self._kept += data
        found: list[bytes] = []
        while (message := self._next()) is not None:
            found.append(message)
        return found

    def _next(self) -> bytes | None:
        if self._kept.startswith(b"\r\n\r\n"):
            self._kept = self._kept[4:]
            return b""
        if self._kept in (b"\r", b"\r\n", b"\r\n\r"):
            return None  # half a ping, or an empty line before a message
        start = self._kept.lstrip(b"\r\n")
        end = _END.search(start)
        if end is None:
            if len(start) > LARGEST:
                raise MalformedMessage("the head does not end")
            return None
        lengths = _LENGTH.findall(start[: end.end()])
        if len(lengths) != 1:
            raise MalformedMessage("a stream needs one Content-Length a message")
        whole = end.end() + int(lengths[0])
        if whole > LARGEST:
            raise MalformedMessage("the message is too large")
        if len(start) < whole:
            return None
        self._kept = start[whole:]
        return start[:whole]
