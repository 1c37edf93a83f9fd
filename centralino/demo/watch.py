"""What the house tells live, kept by call, and shown as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape

from centralino.demo.patience import until_told
from centralino.errors import ProcessDied

Fact = dict[str, Any]


@dataclass
class SeenCall:
    """One call, as the house told it."""

    id: str
    caller: str
    line: str
    facts: list[Fact] = field(default_factory=list)

    def last(self, key: str) -> Any:
        """The last value told under this key, or None."""
        return next((fact[key] for fact in reversed(self.facts) if key in fact), None)

    def reports(self, name: str) -> list[Fact]:
        """The conversation's reports of one kind."""
        return [fact for fact in self.facts if fact.get("report") == name]

    def bot_said(self) -> list[str]:
        """Everything the bot said."""
        return [str(fact["text"]) for fact in self.reports("BotSaid")]


class Watch:
    """Takes the live lines of media processes (`Serving.heard`)."""

    def __init__(self, console: Console, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._changed = asyncio.Event()
        self.calls: dict[str, SeenCall] = {}

    def heard(self, name: str, value: dict[str, object]) -> None:
        """One line of one process."""
        fact = value.get("live")
        if not isinstance(fact, dict) or "call" not in fact:
            return
        call = self.calls.get(fact["call"])
        if call is None:
            caller = str(fact.get("from", ""))
            call = SeenCall(fact["call"], caller, str(fact.get("line", "")))
            self.calls[call.id] = call
        call.facts.append(fact)
        self._changed.set()
        if not self._quiet and (line := told(fact)):
            self._console.print(f"  [dim]{short(call.caller):>10}[/] {line}", highlight=False)

    def of(self, user: str) -> list[SeenCall]:
        """The calls of a caller, by the user part of its address, oldest first."""
        return [call for call in self.calls.values() if f":{user}@" in call.caller]

    async def until(self, what: str, condition: Callable[[], Any], seconds: float = 40.0) -> Any:
        """Wait until the condition gives something. Raises ProcessDied."""
        try:
            return await until_told(self._changed, condition, seconds)
        except TimeoutError:
            raise ProcessDied(f"it never happened that {what}") from None


def short(uri: str) -> str:
    """The user part of an address."""
    return uri.partition(":")[2].partition("@")[0] or uri


def told(fact: Fact) -> str:
    """One fact as a line for a person, or nothing."""
    kind = fact.get("report")
    if kind == "BotSaid":
        return f"[cyan]bot[/]    {escape(str(fact['text']))}"
    if kind == "TurnHeard":
        sure = f"[dim]({fact['confidence']:.2f})[/]"
        return f"[green]heard[/]  {escape(str(fact['text']) or '(nothing)')} {sure}"
    if kind == "KeysPressed":
        return f"[green]keys[/]   {escape(str(fact['keys']))}"
    if kind == "TurnAnswered":
        latency = fact["latency"]
        return f"[dim]       intent {fact['intent']}, answered after {latency['total']:.0f} ms[/]"
    return _told_of_the_call(fact)


def _told_of_the_call(fact: Fact) -> str:
    if "queued" in fact:
        return f"[yellow]queue[/]  {fact['queued']} (because: {fact['reason']})"
    if "ringing" in fact:
        return "[yellow]agent[/]  rings"
    if "failed" in fact:
        return f"[yellow]agent[/]  not had: {fact['failed']}"
    if "bridged" in fact:
        return f"[yellow]agent[/]  {fact['agent']} talks, after {fact['waited']} s of waiting"
    if "ended" in fact:
        return f"[bold]ended[/]  {fact['ended']}"
    return ""
