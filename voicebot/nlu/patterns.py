"""Patterns that people write, so run that none can hold up a call. Only this file imports regex.

A pattern such as `(a+)+$` takes longer than the age of the world on a sentence that it nearly fits
(catastrophic backtracking). Here a search that takes longer than `SECONDS` ends without a find.
"""

from __future__ import annotations

from typing import Any

import regex
import structlog

from voicebot.errors import BadPattern

log = structlog.get_logger(__name__)
SECONDS = 0.05


class Pattern:
    """One compiled pattern, in the syntax of Python's `re`."""

    def __init__(self, text: str) -> None:
        """Raises BadPattern."""
        self.text = text
        try:
            self._compiled: Any = regex.compile(text)
        except regex.error as error:
            raise BadPattern(str(error)) from error

    def fits(self, text: str) -> bool:
        """Whether the whole text is this."""
        try:
            return self._compiled.fullmatch(text, timeout=SECONDS) is not None
        except TimeoutError:
            self._gave_up()
            return False

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where in the text this stands: start and end of each place."""
        try:
            return [match.span() for match in self._compiled.finditer(text, timeout=SECONDS)]
        except TimeoutError:
            self._gave_up()
            return []

    def _gave_up(self) -> None:
        log.warning("nlu.pattern_takes_too_long", pattern=self.text, seconds=SECONDS)
