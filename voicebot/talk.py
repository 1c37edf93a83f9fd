"""A conversation by text: the same dialogue and turn taking, without sound, telephone or models.

For `centralino talk`, for conversation tests, and to see what a bot does. Playbacks last no time;
the clock stands still except in `wait`, which walks it from timer to timer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kernel.clock import ManualClock
from kernel.packet import Packet, TranscriptLine
from voicebot import commands as do
from voicebot import events, reports
from voicebot.conversation import Conversation
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.state import Earlier, State
from voicebot.nlu.ports import Understander
from voicebot.outside.unable import Unable
from voicebot.ports import Performer
from voicebot.speech.ports import NOTHING, Recognised, RecognitionContext
from voicebot.understanding import understand

FACTS = CallFacts(
    call="talk", centre="talk", client="talk", line="talk", caller="you", says_recorded=False
)


@dataclass(frozen=True)
class Reply:
    """One thing that the bot said."""

    text: str
    question: str = ""
    """What it asks, if it asks: `open`, `slot:name`, …"""


@dataclass(frozen=True)
class Beside:
    """What a conversation in another language than the line's own is held with."""

    bot: Bot
    understander: Understander
    performer: Performer


class TalkSession:
    """One conversation: `start`, then `say`, `press` and `wait`, each giving the bot's replies.

    In the queue, `notify` brings what the queue would tell.
    """

    def __init__(
        self,
        bot: Bot,
        understander: Understander,
        facts: CallFacts = FACTS,
        clock: ManualClock | None = None,
        performer: Performer | None = None,
        others: Mapping[str, Beside] | None = None,
    ) -> None:
        self.clock = clock or ManualClock()
        self.packet: Packet | None = None
        """What the last hand-over carried."""
        self.refer = ""
        """The SIP URI of the other house to which it went, if it did."""
        self.outcome: str | None = None
        """How it ended; None while it lasts."""
        self.listens_for = RecognitionContext()
        """What the open question tells a recogniser."""
        self.left_open: Earlier | None = None
        """What the same caller's next conversation goes on with."""
        self.learned: reports.Learned | None = None
        """What a call of ours came to, and what was learned in it."""
        self.reports: list[reports.Report] = []
        self._own = Beside(bot, understander, performer or Unable())
        self._others = others or {}
        bots = {language: other.bot for language, other in self._others.items()}
        self._conversation = Conversation(bot, facts, bots)
        self._facts = facts
        self._turn = 0
        self._replies: list[Reply] = []

    @property
    def state(self) -> str:
        """Whose turn it is: `listening`, `waiting`, `with_agent`, `ended`, …"""
        return self._conversation.state.value

    @property
    def dialogue(self) -> State:
        """What the dialogue remembers: what is asked, what is known."""
        return self._conversation.dialogue

    @property
    def transcript(self) -> Sequence[TranscriptLine]:
        """Everything said, once the conversation has ended."""
        last = self.reports[-1] if self.reports else None
        return last.transcript if isinstance(last, reports.ConversationEnded) else ()

    async def start(self) -> list[Reply]:
        """The greeting."""
        return await self.notify(events.Started())

    async def say(self, text: str) -> list[Reply]:
        """The caller says this, as the recogniser would write it."""
        return await self.hear(Recognised(text, 1.0, engine="text"))

    async def hear(self, recognised: Recognised) -> list[Reply]:
        """The caller says something, and a recogniser made this of it."""
        now, turn = self.clock.now(), self._turn
        self._conversation.receive(events.SpeechStarted(turn, now), now)
        self._conversation.receive(events.SpeechEnded(turn, now), now)
        return await self.notify(events.Heard(turn, recognised))

    async def press(self, keys: str) -> list[Reply]:
        """The caller presses these keys; an unfinished number ends after a while, as it would."""
        before = self.clock.now()
        for key in keys:
            await self._happen(events.DigitPressed(key))
        while self._conversation.keys_begun:
            await self._tick(before + 60.0)
        return self._take()

    async def wait(self, seconds: float) -> list[Reply]:
        """Nothing happens for so long."""
        until = self.clock.now() + seconds
        await self._walk(until)
        return self._take()

    async def hang_up(self) -> list[Reply]:
        """The caller hangs up."""
        return await self.notify(events.CallerLeft())

    async def notify(self, event: events.Event) -> list[Reply]:
        """Anything that a conversation may be told, such as what the queue says."""
        await self._happen(event)
        await self._walk(self.clock.now())
        return self._take()

    def _take(self) -> list[Reply]:
        replies, self._replies = self._replies, []
        return replies

    async def _walk(self, until: float) -> None:
        while await self._tick(until):
            pass
        self.clock.advance(max(0.0, until - self.clock.now()))

    async def _tick(self, until: float) -> bool:
        """Walk to the next timer, if it rings before `until`."""
        at = self._conversation.next_timer()
        if at is None or at > until:
            return False
        self.clock.advance(max(0.0, at - self.clock.now()))
        self._conversation.handle_timer(self.clock.now())
        await self._settle()
        return True

    async def _happen(self, event: events.Event) -> None:
        self._conversation.receive(event, self.clock.now())
        await self._settle()

    async def _settle(self) -> None:
        """Carry out everything decided, and what follows from it."""
        while commands := self._conversation.commands():
            for command in commands:
                for event in await self._carry_out(command):
                    self._conversation.receive(event, self.clock.now())

    async def _carry_out(self, command: do.Command) -> list[events.Event]:
        match command:
            case do.Speak():
                return [
                    events.PlaybackStarted(command.playback),
                    events.PlaybackFinished(command.playback),
                ]
            case do.Listen():
                self._turn, self.listens_for = command.turn, command.context
            case do.Recognise(only=only) if only:  # what is typed has no second reading
                return [events.Heard(command.turn, NOTHING, command.guess)]
            case do.Understand():
                understander = self._in(command.language).understander
                readings = await understand(understander, command.text, command.readings)
                return [events.Understood(command.turn, readings)]
            case do.Perform():
                performer = self._in(command.language).performer
                outcome = await performer.perform(command.act, self._facts)
                return [events.Performed(command.number, outcome)]
            case do.HandOver():
                self.packet, self.refer = command.packet, command.refer
            case do.Tell():
                self._report(command.report)
        return []

    def _in(self, language: str) -> Beside:
        return self._others.get(language, self._own)

    def _report(self, report: reports.Report) -> None:
        self.reports.append(report)
        if isinstance(report, reports.BotSaid):
            self._replies.append(Reply(report.text, report.question))
        elif isinstance(report, reports.LeftOpen):
            self.left_open = report.earlier
        elif isinstance(report, reports.Learned):
            self.learned = report
        elif isinstance(report, reports.ConversationEnded):
            self.outcome = report.outcome
