"""PURE. The states of a conversation, and the moves between them.

A move is what an event amounts to: the end of the last prompt is `PromptOver` after a question and
`Queued` after a hand-over.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kernel.machine import Machine


class State(Enum):
    """Whose turn it is."""

    NEW = "new"
    GREETING = "greeting"
    SPEAKING = "speaking"
    LISTENING = "listening"
    HEARING = "hearing"
    THINKING = "thinking"
    WAITING = "waiting"
    """In the queue."""
    CONNECTING = "connecting"
    """An agent answered and hears the whisper."""
    WITH_AGENT = "with_agent"
    ENDED = "ended"


SPEAKING = frozenset({State.GREETING, State.SPEAKING})
"""We say something that matters, and may be interrupted."""
QUEUE = frozenset({State.WAITING, State.CONNECTING, State.WITH_AGENT})
"""The conversation has handed over."""


@dataclass(frozen=True)
class Greeted:
    """The first words begin."""


@dataclass(frozen=True)
class Replied:
    """We begin to say something that matters."""


@dataclass(frozen=True)
class PromptOver:
    """Everything is said; the caller may answer."""


@dataclass(frozen=True)
class SpeechTaken:
    """The caller speaks, and we listen."""


@dataclass(frozen=True)
class Endpointed:
    """The caller has finished."""


@dataclass(frozen=True)
class NothingSaid:
    """It was noise."""


@dataclass(frozen=True)
class Queued:
    """The hand-over is announced; the caller waits."""


@dataclass(frozen=True)
class AgentFound:
    """An agent answered."""


@dataclass(frozen=True)
class AgentLost:
    """That agent was not had after all."""


@dataclass(frozen=True)
class Joined:
    """Caller and agent talk."""


@dataclass(frozen=True)
class HandedOn:
    """The agent gave the caller to another queue."""


@dataclass(frozen=True)
class Over:
    """The conversation has ended."""


MACHINE: Machine[State] = Machine(
    "conversation",
    {
        State.NEW: {Greeted: State.GREETING, Over: State.ENDED},
        State.GREETING: {
            PromptOver: State.LISTENING,
            SpeechTaken: State.HEARING,
            Replied: State.SPEAKING,
            Queued: State.WAITING,  # one who is called back
            Over: State.ENDED,
        },
        State.SPEAKING: {
            PromptOver: State.LISTENING,
            SpeechTaken: State.HEARING,
            Replied: State.SPEAKING,
            Queued: State.WAITING,
            Over: State.ENDED,
        },
        State.LISTENING: {
            SpeechTaken: State.HEARING,
            Replied: State.SPEAKING,
            Over: State.ENDED,
        },
        State.HEARING: {
            Endpointed: State.THINKING,
            Replied: State.SPEAKING,
            PromptOver: State.LISTENING,
            Over: State.ENDED,
        },
        State.THINKING: {
            SpeechTaken: State.HEARING,
            NothingSaid: State.LISTENING,
            PromptOver: State.LISTENING,
            Replied: State.SPEAKING,
            Over: State.ENDED,
        },
        State.WAITING: {
            AgentFound: State.CONNECTING,
            Joined: State.WITH_AGENT,
            Replied: State.SPEAKING,
            Over: State.ENDED,
        },
        State.CONNECTING: {
            AgentLost: State.WAITING,
            Joined: State.WITH_AGENT,
            Replied: State.SPEAKING,
            Over: State.ENDED,
        },
        State.WITH_AGENT: {
            HandedOn: State.WAITING,
            Replied: State.SPEAKING,  # the agent gives the caller back for a task
            Over: State.ENDED,
        },
        State.ENDED: {},
    },
)
