"""Does lookups and custom actions over HTTP: in time, tried again where that does no harm.

A server that fails is left alone for a while (`breaker`), so that the callers after the first few
do not wait for it: they are told at once, and go to a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from voicebot import http
from voicebot.breaker import Breaker
from voicebot.dialogue.acts import Perform
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.lookups import Lookup, read_answer, request_of
from voicebot.dialogue.outcome import Outcome
from voicebot.errors import QuestionIncomplete, ServerFailed
from voicebot.outside import rasa_protocol

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Servers:
    """What a bot has outside."""

    actions: str = ""
    """The webhook of an action server; empty: none."""
    actions_seconds: float = 5.0
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """For the headers of lookups."""


class Transport(Protocol):
    """How a question reaches a server: `http.ask`, or a test's answers."""

    async def __call__(
        self, method: str, url: str, seconds: float, body: object | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:  # fmt: skip
        """The status and the JSON of the answer. Raises ServerFailed."""


class Outside:
    """A `Performer` for one bot."""

    def __init__(
        self,
        bot: Bot,
        servers: Servers | None = None,
        now: Callable[[], float] = time.time,
        transport: Transport | None = None,
    ) -> None:
        self._bot = bot
        self._servers = servers or Servers()
        self._now = now
        self._ask = transport or http.ask
        self._breakers: dict[str, Breaker] = {}

    async def perform(self, act: Perform, facts: CallFacts) -> Outcome:
        """Do it; what goes wrong is the outcome's `problem`."""
        breaker = self._breakers.setdefault(act.action, Breaker())
        if not breaker.allows(self._now()):
            return Outcome(problem="it failed a moment ago and is left alone")
        began = time.perf_counter()
        try:
            outcome = await self._done(act, facts)
        except ServerFailed as problem:
            self._count(breaker, problem)
            log.warning("outside.failed", call=facts.call, action=act.action, problem=str(problem))
            return Outcome(problem=str(problem))
        except BaseException:  # cancelled: the caller hung up
            breaker.unknown(self._now())
            raise
        breaker.succeeded()
        seconds = round(time.perf_counter() - began, 3)
        log.info("outside.done", call=facts.call, action=act.action, seconds=seconds)
        return outcome

    def _count(self, breaker: Breaker, problem: ServerFailed) -> None:
        """What was not asked says nothing about who would have been asked."""
        if isinstance(problem, QuestionIncomplete):
            breaker.unknown(self._now())
        else:
            breaker.failed(self._now())

    async def _done(self, act: Perform, facts: CallFacts) -> Outcome:
        lookup = self._bot.flow.lookups.get(act.action)
        if lookup is not None:
            return await self._look_up(lookup, act, facts)
        return await self._custom(act, facts)

    async def _look_up(self, lookup: Lookup, act: Perform, facts: CallFacts) -> Outcome:
        request = request_of(lookup, self._values(act, facts))
        asked = (request.method, request.url, lookup.timeout, request.body, request.headers)
        for left in range(lookup.retries, -1, -1):
            try:
                return read_answer(lookup, *await self._ask(*asked))
            except ServerFailed as problem:
                if not left or (lookup.method == "POST" and problem.reached):
                    raise
        raise AssertionError("the last try returns or raises")

    async def _custom(self, act: Perform, facts: CallFacts) -> Outcome:
        """Asked twice only if the first question did not arrive: an action may book something."""
        if not self._servers.actions:
            raise ServerFailed("no action server is configured (`[[bots]]`, `actions`)")
        body = rasa_protocol.question(self._bot, act, facts)
        asked = ("POST", self._servers.actions, self._servers.actions_seconds, body)
        try:
            status, answer = await self._ask(*asked)
        except ServerFailed as problem:
            if problem.reached:
                raise
            status, answer = await self._ask(*asked)
        return rasa_protocol.read(self._bot, act, status, answer)

    def _values(self, act: Perform, facts: CallFacts) -> dict[str, str]:
        call = {
            "id": facts.call, "caller": facts.caller, "line": facts.line, "client": facts.client,
            "language": facts.language,
        }  # fmt: skip
        return {
            **{f"slot.{name}": value for name, value in act.slots.items()},
            **{f"call.{name}": value for name, value in call.items()},
            **{f"secret.{name}": value for name, value in self._servers.secrets.items()},
        }
