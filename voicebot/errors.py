"""What can go wrong in the voicebot. `speech`, `nlu` and `dialogue` raise these."""

from __future__ import annotations


class VoicebotError(Exception):
    """Something in the voicebot went wrong."""


class EngineLost(VoicebotError):
    """The process that holds an engine died or does not answer; ask again."""


class ServerFailed(VoicebotError):
    """A server beside us (Rasa, an action server, an API) did not answer, or not with sense."""

    def __init__(self, problem: str, reached: bool = True) -> None:
        super().__init__(problem)
        self.reached = reached
        """Whether the question may have arrived: then something may have been done there."""


class QuestionIncomplete(ServerFailed):
    """Something that a server would be asked with is not known; it was not asked."""


class EngineMissing(VoicebotError):
    """An engine or its model is not installed; the message names the command that mends it."""


class DownloadFailed(VoicebotError):
    """A file could not be had; what came so far is kept for the next try unless it is wrong."""


class BotError(VoicebotError):
    """A bot's files cannot be used. The message is one line: file, line, what, what to do."""

    def __init__(self, file: str, line: int | None, problem: str) -> None:
        where = f"{file}:{line}" if line is not None else file
        super().__init__(f"{where}: {problem}")
        self.file = file
        self.line = line
        self.problem = problem


class BadPattern(VoicebotError):
    """A regular expression that is none; the message says why."""
