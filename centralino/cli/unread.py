"""Output that cannot be written (`serve | head`, a full disk) must neither end a house nor hold it
up: whoever looks after its processes writes a line for each that begins or dies."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast


class Unread:
    """A stream that goes on when it loses its reader: what is written then goes nowhere. What
    cannot be written for another cause is left out."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As of the stream."""
        with self._going_on():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """As of the stream."""
        with self._going_on():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextlib.contextmanager
    def _going_on(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            # The same descriptor leads nowhere from now on, so what is still held fails at no end.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        except OSError:
            return


def go_on_unread() -> None:
    """From now on this process takes no notice of whether its output is read."""
    sys.stdout = cast("TextIO", Unread(sys.stdout))
    sys.stderr = cast("TextIO", Unread(sys.stderr))
