"""Asks servers: in time, tried again where that does no harm, each behind a breaker, with one line
in the log.

A server that fails is left alone for a while (`breaker`), so that the callers after the first few
do not wait for it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog

from voicebot import http
from voicebot.breaker import Breaker
from voicebot.dialogue.lookups import Lookup, read_answer, request_of
from voicebot.dialogue.outcome import Outcome
from voicebot.errors import QuestionIncomplete, ServerFailed

log = structlog.get_logger(__name__)


class Transport(Protocol):
    """How a question reaches a server: `http.ask`, or a test's answers."""

    async def __call__(
        self, method: str, url: str, seconds: float, body: object | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:  # fmt: skip
        """The status and the JSON of the answer. Raises ServerFailed."""


class Asking:
    """Questions to servers; the breakers are its own."""

    def __init__(
        self, now: Callable[[], float] = time.time, transport: Transport | None = None
    ) -> None:
        self.ask = transport or http.ask
        self._now = now
        self._breakers: dict[str, Breaker] = {}

    async def done(
        self, name: str, call: str, question: Callable[[], Awaitable[Outcome]]
    ) -> Outcome:
        """What a question gave; what goes wrong is the outcome's `problem`."""
        breaker = self._breakers.setdefault(name, Breaker())
        if not breaker.allows(self._now()):
            return Outcome(problem="it failed a moment ago and is left alone")
        began = time.perf_counter()
        try:
            outcome = await question()
        except ServerFailed as problem:
            self._count(breaker, problem)
            log.warning("outside.failed", call=call, action=name, problem=str(problem))
            return Outcome(problem=str(problem))
        except BaseException:  # cancelled: the caller hung up
            breaker.unknown(self._now())
            raise
        breaker.succeeded()
        seconds = round(time.perf_counter() - began, 3)
        log.info("outside.done", call=call, action=name, seconds=seconds)
        return outcome

    def _count(self, breaker: Breaker, problem: ServerFailed) -> None:
        """What was not asked says nothing about who would have been asked."""
        if isinstance(problem, QuestionIncomplete):
            breaker.unknown(self._now())
        else:
            breaker.failed(self._now())

    async def look_up(self, lookup: Lookup, values: Mapping[str, str]) -> Outcome:
        """What a lookup finds. Raises ServerFailed."""
        request = request_of(lookup, values)
        asked = (request.method, request.url, lookup.timeout, request.body, request.headers)
        for left in range(lookup.retries, -1, -1):
            try:
                return read_answer(lookup, *await self.ask(*asked))
            except ServerFailed as problem:
                if not left or (lookup.method == "POST" and problem.reached):
                    raise
        raise AssertionError("the last try returns or raises")


def values_of(
    slots: Mapping[str, str], call: Mapping[str, str], secrets: Mapping[str, str]
) -> dict[str, str]:
    """What fills a lookup's places (`lookups.PLACE`)."""
    return {
        **{f"slot.{name}": value for name, value in slots.items()},
        **{f"call.{name}": value for name, value in call.items()},
        **{f"secret.{name}": value for name, value in secrets.items()},
    }
