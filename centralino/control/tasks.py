"""What the bots of this house do for agents in the middle of a contact."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from centralino.config.model import Config
from centralino.db.calls import CallHistory
from voicebot.dialogue.flow import Route
from voicebot.dialogue.reader import load_bot

Tasks = dict[str, str]
"""Intent → its title."""


@dataclass
class BotTasks:
    """Routes marked as tasks, by bot; a bot is read once in a life of this process."""

    config: Config
    history: CallHistory
    _known: dict[str, Tasks] = field(default_factory=dict)

    async def of_call(self, call: str) -> Tasks:
        """The tasks that can be given in this call, in the order of the flow."""
        row = await self.history.get(call, None)
        line = self.config.line(row.line) if row else None
        if line is None or line.kind != "bot":
            return {}
        if line.bot not in self._known:
            self._known[line.bot] = await asyncio.to_thread(self._read, line.bot)
        return self._known[line.bot]

    def _read(self, bot: str) -> Tasks:
        intents = load_bot(self.config.bots_folder / bot).flow.intents
        return {
            name: intent.title
            for name, intent in intents.items()
            if isinstance(intent.does, Route) and intent.does.task
        }
