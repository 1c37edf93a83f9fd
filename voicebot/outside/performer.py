"""Does lookups and custom actions over HTTP (`asking`): a bot's whole outside.

Where a server is left alone callers are told at once, and go to a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from voicebot.dialogue.acts import Perform
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.outcome import Outcome
from voicebot.errors import ServerFailed
from voicebot.outside import rasa_protocol
from voicebot.outside.asking import Asking, Transport, values_of


@dataclass(frozen=True)
class Servers:
    """What a bot has outside."""

    actions: str = ""
    """The webhook of an action server; empty: none."""
    actions_seconds: float = 5.0
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """For the headers of lookups."""


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
        self._asking = Asking(now, transport)

    async def perform(self, act: Perform, facts: CallFacts) -> Outcome:
        """Do it; what goes wrong is the outcome's `problem`."""
        return await self._asking.done(act.action, facts.call, lambda: self._done(act, facts))

    async def _done(self, act: Perform, facts: CallFacts) -> Outcome:
        lookup = self._bot.flow.lookups.get(act.action)
        if lookup is not None:
            call = {
                "id": facts.call, "caller": facts.caller, "line": facts.line,
                "client": facts.client, "language": facts.language,
            }  # fmt: skip
            values = values_of(act.slots, call, self._servers.secrets)
            return await self._asking.look_up(lookup, values)
        return await self._custom(act, facts)

    async def _custom(self, act: Perform, facts: CallFacts) -> Outcome:
        """Asked twice only if the first question did not arrive: an action may book something."""
        if not self._servers.actions:
            raise ServerFailed("no action server is configured (`[[bots]]`, `actions`)")
        body = rasa_protocol.question(self._bot, act, facts)
        asked = ("POST", self._servers.actions, self._servers.actions_seconds, body)
        try:
            status, answer = await self._asking.ask(*asked)
        except ServerFailed as problem:
            if problem.reached:
                raise
            status, answer = await self._asking.ask(*asked)
        return rasa_protocol.read(self._bot, act, status, answer)
