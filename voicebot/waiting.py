"""PURE. The caller in the queue: music, position, an agent who comes or does not come."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voicebot import commands as do
from voicebot import events, reports, turns
from voicebot.dialogue.acts import Transfer
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.packet import packet_of
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.state import Step
from voicebot.floor import Floor
from voicebot.listening import Listening
from voicebot.queueing import Decision, Queueing
from voicebot.timers import Timer
from voicebot.turns import State
from voicebot.wishes import Wishes


class WaitingRoom:
    """One call's stays in queues."""

    def __init__(
        self, floor: Floor, bot: Bot, policy: Policy, listening: Listening,
        goodbye: Callable[[float], None],
    ) -> None:  # fmt: skip
        self._floor = floor
        self._words = bot.flow.waiting
        self._policy = policy
        self._queue: Queueing | None = None
        self.wishes = Wishes(floor, bot, policy, listening, self._announce, goodbye)

    def enter(self, transfer: Transfer, now: float) -> None:
        """The hand-over is announced; from here the queue, or the other house, decides."""
        floor = self._floor
        floor.move(turns.Queued(), now)
        self._queue = Queueing(transfer.queue, self._words.interval, referred=bool(transfer.refer))
        packet = packet_of(floor.facts, transfer, floor.transcript.lines())
        floor.order(do.HandOver(packet, transfer.refer))
        if self._words.music:
            floor.order(do.StartMusic())
        floor.tell(reports.HandedOver(floor.facts.call, packet))

    def take(self, event: events.QueueEvent, now: float) -> Decision:
        """Do what it amounts to; RETURN, NOT_TAKEN, TASK and PART are for the conversation."""
        if self._queue is None:
            return Decision.STALE
        decision = self._queue.take(event)
        self._tell_wishes(event, decision, now)
        match decision:
            case Decision.NOTHING:
                self.arm_position(now)
            case Decision.LIMIT if isinstance(event, events.PositionTold):
                self._limit(event.limit, now)
            case Decision.CONNECT:
                self._floor.move(turns.AgentFound(), now)
                self._tell(self._words.connecting, now)
            case Decision.LOSE:
                self._floor.move(turns.AgentLost(), now)
                self._comfort(now)
            case Decision.COMFORT:
                self._comfort(now)
            case Decision.JOIN:
                self._floor.hush()
                self._floor.timers.clear()
                self.stop_music()
                self._floor.move(turns.Joined(), now)
            case Decision.AGAIN:
                self._again(now)
            case Decision.RETURN | Decision.NOT_TAKEN | Decision.TASK:
                self.leave()
        return decision

    def _tell_wishes(self, event: events.QueueEvent, decision: Decision, now: float) -> None:
        """What is news to a caller who wants out."""
        if isinstance(event, events.PositionTold):
            self.wishes.told(event.ways)
        elif isinstance(event, events.CallbackRefused) and decision is Decision.NOT_BOOKED:
            self.wishes.refused(event.why, now)
        elif decision in (Decision.CONNECT, Decision.JOIN):
            self.wishes.close()

    def _limit(self, why: str, now: float) -> None:
        """Nobody can take the call now: shall we call back? A bot that has no words for it goes on
        at once."""
        if not self._words.callback_instead:
            return self.wishes.nothing()
        self.wishes.offer()
        return self._announce(self._policy.limit(self._floor.dialogue, why), now)

    def _again(self, now: float) -> None:
        """Waiting once more, for whoever serves the other queue."""
        assert self._queue is not None
        self._floor.move(turns.HandedOn(), now)
        self._queue = Queueing(self._queue.queue, self._words.interval)
        if self._words.music:
            self._floor.order(do.StartMusic())

    def leave(self) -> None:
        """Out of the queue, and away from the agent."""
        if self._queue is not None and not self._queue.bridged:
            self.stop_music()
        self.wishes.close()
        self._queue = None

    def arm_position(self, now: float) -> None:
        """Have the position told when it is due and nothing else is being said."""
        quiet = self._floor.state is State.WAITING and not self._floor.mouth.busy
        quiet = quiet and not self.wishes.asking
        due = self._queue.due(now) if self._queue and quiet else None
        self._floor.timers.set(Timer.POSITION, due)

    def tell_position(self, now: float) -> None:
        """Say where the caller stands."""
        queue = self._queue
        if queue is not None and self._floor.state is State.WAITING:
            step = self._policy.position(
                self._floor.dialogue, queue.queue, queue.position, queue.wait,
                queue.offers_callback(),
            )  # fmt: skip
            queue.announced(now)
            self._announce(step, now)

    def wish_over(self, now: float) -> None:
        """Nothing more comes of what the caller was asked."""
        if self._floor.state is State.WAITING:
            self.wishes.silence(now)
            self.arm_position(now)

    def stop_music(self) -> None:
        """Silence behind the voices."""
        if self._words.music:
            self._floor.order(do.StopMusic())

    def _comfort(self, now: float) -> None:
        assert self._queue is not None
        if self._queue.may_comfort(now):
            self._tell(self._words.not_answered, now)
        else:
            self.arm_position(now)

    def _tell(self, key: str, now: float, values: Mapping[str, str] | None = None) -> None:
        self._announce(self._policy.told(self._floor.dialogue, key, values), now)

    def _announce(self, step: Step, now: float) -> None:
        self._floor.hush()
        self._floor.timers.clear()
        self._floor.say(step, now)
        self.wishes.waits_for_answer(now)
