"""What is outside answers as a conversation test says: the rest of a lookup or action is real."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voicebot.checks.script import Answers
from voicebot.dialogue.acts import Perform
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.outcome import Outcome
from voicebot.errors import ServerFailed
from voicebot.outside.performer import Outside, Servers

WEBHOOK = "the action server"


class Canned:
    """A `Performer` whose questions never leave: one for each bot of a conversation.

    `tell` is told what is asked, and what comes of it; `done` gets the names of what was done.
    """

    def __init__(
        self,
        bot: Bot,
        answers: Mapping[str, Answers],
        tell: Callable[[str], None],
        done: list[str],
    ) -> None:
        self._outside = Outside(
            bot, Servers(actions=WEBHOOK, secrets=_secrets(bot)), transport=self._answered
        )
        self._answers = answers
        self._tell = tell
        self._asked: dict[str, int] = {}
        self._current = ""
        self._done = done

    async def perform(self, act: Perform, facts: CallFacts) -> Outcome:
        """As the test says."""
        self._current = act.action
        self._done.append(act.action)
        outcome = await self._outside.perform(act, facts)
        self._tell(f"{act.action}: {outcome.problem or _told(outcome)}")
        return outcome

    async def _answered(
        self, method: str, url: str, seconds: float, body: object | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:  # fmt: skip
        sent = f" {body}" if body and url != WEBHOOK else ""
        self._tell(f"{method} {url}{sent}")
        answers = self._answers.get(self._current)
        if answers is None:
            raise ServerFailed(f"`outside:` of the test has no answer of {self._current!r}")
        nth = self._asked.get(self._current, 0)
        self._asked[self._current] = nth + 1
        answer = answers[min(nth, len(answers) - 1)]
        if answer is None:
            raise ServerFailed(f"no answer within {seconds:g} s")
        return answer.status, answer.json


def _secrets(bot: Bot) -> dict[str, str]:
    """A test knows no secrets, and needs none."""
    return {name: "***" for one in bot.flow.lookups.values() for name in one.secrets}


def _told(outcome: Outcome) -> str:
    known = ", ".join(f"{name}={value}" for name, value in outcome.slots.items())
    return known or ("nothing" if outcome.nothing else "done")
