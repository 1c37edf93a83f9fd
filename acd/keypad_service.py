"""The keypad desk on asyncio: checks PINs, speaks, and acts for agents."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from acd.keypad import KeypadDesk
from acd.keypad_messages import (
    ActAs,
    AskChoices,
    AskPerson,
    CheckPin,
    ChoicesTold,
    DialPerson,
    Dispose,
    HangUpAgent,
    PersonTold,
    PinChecked,
    RepeatLast,
    SayToAgent,
    SkipPerson,
)
from acd.keypad_states import KeypadConfig
from acd.keypad_words import NO_CALL
from acd.ports import AgentVoice, CallList, Dispositions, LastWords, PinBook
from acd.snapshot import AgentView
from kernel.clock import Clock
from kernel.errors import IllegalTransition

log = structlog.get_logger()


class KeypadService:
    """Feed it what happens on keypad legs; `run()` keeps its timers."""

    def __init__(
        self,
        config: KeypadConfig,
        clock: Clock,
        *,
        submit: Callable[[object], Awaitable[None]],
        agent: Callable[[str], AgentView | None],
        pins: PinBook,
        voice: AgentVoice,
        words: LastWords,
        dispositions: Dispositions,
        people: CallList,
    ) -> None:
        self.desk = KeypadDesk(config, agent)
        self._clock = clock
        self._submit = submit
        self._pins = pins
        self._voice = voice
        self._words = words
        self._dispositions = dispositions
        self._people = people
        self._moved = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def feed(self, event: object) -> None:
        """An event of `acd/keypad_messages.py`; returns when what it brought is done."""
        async with self._one_at_a_time:
            self.desk.receive(event, self._clock.now())
            await self._carry_out()

    async def run(self) -> None:
        """Keep the timers, until cancelled."""
        while True:
            self._moved.clear()
            due = self.desk.next_timer()
            wait = None if due is None else max(0.0, due - self._clock.now())
            try:
                # Not wait_for: before Python 3.12 it can swallow a cancellation.
                async with asyncio.timeout(wait):
                    await self._moved.wait()
            except TimeoutError:
                async with self._one_at_a_time:
                    self.desk.handle_timer(self._clock.now())
                    await self._carry_out()

    async def _carry_out(self) -> None:
        """A check answers at once with an event, which may bring more commands."""
        while commands := self.desk.commands():
            for command in commands:
                await self._do(command)
        self._moved.set()

    async def _do(self, command: object) -> None:
        match command:
            case SayToAgent():
                await self._voice.say(command.leg, command.say, command.text)
            case HangUpAgent():
                await self._voice.hang_up(command.leg)
            case CheckPin():
                await self._check(command)
            case ActAs():
                await self._act(command)
            case RepeatLast():
                await self._repeat(command)
            case AskChoices():
                names = await self._dispositions.choices(command.call)
                self._told(ChoicesTold(command.leg, command.call, names))
            case Dispose():
                await self._dispositions.dispose(command.call, command.agent, command.disposition)
            case _:
                await self._of_people(command)

    async def _of_people(self, command: object) -> None:
        match command:
            case AskPerson():
                person, text = await self._people.next(command.agent, command.after)
                self._told(PersonTold(command.leg, person, text))
            case DialPerson():
                await self._people.dial(command.agent, command.person)
            case SkipPerson():
                await self._people.skip(command.agent, command.person, command.tomorrow)

    def _told(self, event: object) -> None:
        self.desk.receive(event, self._clock.now())

    async def _check(self, command: CheckPin) -> None:
        answer = await self._pins.check(command.number, command.pin)
        self._told(PinChecked(command.leg, answer.ok, answer.login, answer.locked_for))

    async def _act(self, command: ActAs) -> None:
        try:
            await self._submit(command.event)
        except IllegalTransition as error:
            # Logged out elsewhere meanwhile: the keys then say so at the next 0.
            log.info("keypad.refused", leg=command.leg, why=str(error))

    async def _repeat(self, command: RepeatLast) -> None:
        text = await self._words.of_call(command.call)
        await self._voice.say(command.leg, command.say, text or NO_CALL)
