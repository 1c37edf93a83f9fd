"""One call out in this process: rings, speaks a message, hears a key, and tells the dialler.

The message begins with the first tick after the answer. "Understood" by key 1 is the only success;
0 asks for help, which counts as reached too; any other key, or silence, has it said again. What
becomes of the call is told with facts (what was played, which key), never guessed from a hang-up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

import structlog

from centralino.config.model import Config
from centralino.media.agent_first import AgentFirst, AgentsFirst
from centralino.media.called import IN_TIME, CalledCall, called, packet_of
from centralino.media.gate import contact_uri
from centralino.media.house import House
from centralino.media.live_call import LiveCall
from centralino.media.notice_talk import NoticeTalk
from centralino.media.said import Said
from centralino.messages import NoticeAcknowledged
from kernel.ids import CallId, LegId, new_id
from outbound import notice_messages as n
from outbound.messages import (
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    AttemptInvited,
    AttemptRefused,
    AttemptRinging,
    MessageCompleted,
    MessageStarted,
    OptedOut,
    PlaceCall,
)
from outbound.notice_messages import Script
from outbound.records import Outcome, Refusal
from telephony.dialling import Purpose
from telephony.drivers.causes import status_of_text
from telephony.media.leg import LegSound
from telephony.media.playout import PlaybackFinished, PlaybackStarted, Playout
from telephony.types import Cause, Originate
from voicebot.errors import EngineLost

log = structlog.get_logger()

RATE = 8000
UNDERSTOOD, HELP, OPT_OUT = "1", "0", "9"
AGAIN_AFTER = 5.0
"""Seconds of waiting for a key after which the message is said again."""
TIMES = 3
"""How often the message is said at most."""
CUT_OFF = "We are calling again in case we were cut off. "
THANKS = "Thank you. Goodbye."
HELP_COMES = "We have noted that you need help. Please stay where you are. Goodbye."

OUTCOMES = {
    Cause.BUSY: Outcome.BUSY,
    Cause.NO_ANSWER: Outcome.NO_ANSWER,
    Cause.REJECTED: Outcome.REJECTED,
    Cause.UNALLOCATED: Outcome.INVALID,
    Cause.INVALID_NUMBER: Outcome.INVALID,
    Cause.CONGESTION: Outcome.CONGESTION,
    Cause.TEMPORARY_FAILURE: Outcome.CONGESTION,
    Cause.NETWORK_OUT_OF_ORDER: Outcome.CONGESTION,
    Cause.RECOVERY_ON_TIMER: Outcome.CONGESTION,
}
"""What a call that never came up came to; anything else is a fault of ours."""
BLOCKED = frozenset({607, 608})
"""Unwanted (:rfc:`8197`) and Rejected (:rfc:`8688`): blocked on our number's account."""


class State(Enum):
    """Where the call is."""

    AGENT_FIRST = "agent first"
    """No INVITE before the agent who wants it is at the phone."""
    PLACED = "placed"
    RINGING = "ringing"
    SPEAKING = "speaking"
    WAITING = "waiting"
    """For a key."""
    CONNECTING = "connecting"
    """To an agent, or with one."""
    LEAVING = "leaving"
    """The last words are being said."""
    OVER = "over"


@dataclass
class OutCall:
    """One attempt."""

    order: PlaceCall
    house: House
    over: Callable[[OutCall], None]
    """Called once, after the end was told."""
    hand_over: Callable[[OutCall, str], None]
    """Called where the called asks for a person, with the language."""
    words: Said
    """What is said alike in all calls."""
    calls: dict[CallId, LiveCall] = field(default_factory=dict)
    """Where offers look for calls."""
    leg: LegId = field(init=False)
    state: State = State.PLACED
    converse: Callable[[OutCall], object] | None = None
    """Begins the conversation of the order's bot, on its leg: from then on it has the call."""
    sound: LegSound | None = None
    with_bot: bool = False
    talk: NoticeTalk | None = None
    """The conversation, where the order has a script for it."""
    first: AgentFirst | None = None
    """The agent who wants it."""
    _said: int = 0
    _samples: int = 0
    _again_at: float = 0.0
    _cancelled: bool = False
    _heard_all: bool = False
    _stage: str = ""
    """The best that came of a notification."""
    _with: CalledCall | None = None
    """The call to an agent, until somebody or nobody came."""
    _late_at: float = 0.0
    _connected: bool = False
    _abandoned: bool = False

    def __post_init__(self) -> None:
        self.leg = LegId(new_id("leg", self.house.chance))

    # What the switchboard tells.

    def call_agent(self, agents: AgentsFirst) -> None:
        """The agent comes first."""
        self.state = State.AGENT_FIRST
        self.first = agents.begin(self.order, self._without_agent)

    def go(self, not_after: float) -> bool:
        """The INVITE may go; whether the agent is still there for it."""
        if self.state is not State.AGENT_FIRST or self.first is None or self.first.over:
            return False
        self.state, self.order = State.PLACED, replace(self.order, not_after=not_after)
        self.first.rings()
        return True

    def _without_agent(self) -> None:
        self.stop(also_up=False)

    def place(self, now: float) -> asyncio.Task[None] | None:
        """Send the INVITE: done when it has left. None: it is too late, or may not be called."""
        order = self.order
        if self._cancelled:  # while it waited for its turn
            self._end(AttemptEnded(order.attempt, Outcome.CANCELLED))
            return None
        if now > order.not_after:
            self._end(AttemptRefused(order.attempt, Refusal.LATE))
            return None
        target = contact_uri(order.target, self.house.edge)
        if order.exercise and not rehearsed(order, self.house.config):
            log.error("media.exercise_stopped", attempt=order.attempt, trunk=order.trunk)
            self._end(AttemptRefused(order.attempt, Refusal.NOT_ALLOWED))
            return None
        if order.bot and order.bot not in self.house.bots:
            log.error("media.no_bot", attempt=order.attempt, bot=order.bot)
            self._end(AttemptRefused(order.attempt, Refusal.NO_WORDS))
            return None
        if not self.house.gate.allows(target, Purpose.CAMPAIGN, order.attempt, order.client):
            self._end(AttemptRefused(order.attempt, Refusal.NOT_ALLOWED))
            return None
        if order.queue and not self.house.bots:
            self._end(AttemptRefused(order.attempt, Refusal.FAULT))
            return None
        dialling = self.house.spawn(
            self.house.control.originate(self._originate(target)), f"dial {self.leg}"
        )
        if order.script is not None:  # the headline is made while it rings
            language, version = next(iter(order.script.versions.items()))
            self.house.notices.said(language).begin(version.headline)
        elif order.words:
            self.house.spawn(self._prepare(), f"prepare {order.attempt}")
        return dialling

    def rang(self, sip_call_id: str) -> None:
        """180 or 183 came."""
        if self.state is State.PLACED:
            self.state = State.RINGING
            self._tell(AttemptRinging(self.order.attempt, sip_call_id))

    def placed(self, sip_call_id: str) -> None:
        """The INVITE left under this Call-ID."""
        self._tell(AttemptInvited(self.order.attempt, sip_call_id))

    def answered(self, sip_call_id: str) -> None:
        """200 came: speak."""
        if self.state is State.OVER:
            return
        self._tell(AttemptAnswered(self.order.attempt, sip_call_id))
        if self.order.queue:
            self._connect()
            return
        self.state = State.SPEAKING
        self.sound = LegSound(self.house.control.media(self.leg), Playout(RATE))
        if self.order.bot and self.converse is not None:
            self.with_bot = True
            self.converse(self)
            return
        if self.order.script is not None:
            self._converse(self.order.script, self.sound)
            return
        words = self._opening()
        self._say(words)
        self.house.pump.add(self.leg, self._tick)

    def digit(self, digit: str) -> None:
        """A key."""
        if self.talk is not None:
            self.talk.digit(digit)
            return
        if self.order.queue and self.state is State.LEAVING and digit == OPT_OUT:
            order = self.order
            self._tell(OptedOut(order.attempt, order.recipient, order.client, order.target))
            self._hang_up()
            return
        if self.state not in (State.SPEAKING, State.WAITING) or self.sound is None:
            return
        self.sound.stop()
        if digit in (UNDERSTOOD, HELP):
            help = digit == HELP
            self._tell(AttemptAcknowledged(self.order.attempt, "key", help))
            self.state = State.LEAVING
            self._say(HELP_COMES if help else THANKS)
        else:
            self._again()

    def bot_done(self, outcome: Outcome, answered_by: str) -> None:
        """The bot's call is over, or a person has it: the leg is not ours any more."""
        ended = AttemptEnded(self.order.attempt, outcome, 200, answered_by=answered_by)
        self._end(ended)

    def stop(self, *, also_up: bool) -> None:
        """Not wanted any more: CANCEL while it rings; a call that is up goes on unless told."""
        if self.state is State.AGENT_FIRST:
            self._end(AttemptRefused(self.order.attempt, Refusal.NO_AGENT))
        elif also_up or self.state in (State.PLACED, State.RINGING):
            self._cancelled = self.state in (State.PLACED, State.RINGING)
            self._hang_up()

    def gone(self, cause: Cause, text: str, by_peer: bool = True) -> None:
        """The leg is gone."""
        if self.state is State.OVER:
            return
        up = self.sound is not None
        if self._with is not None:
            self._abandoned = self._cancelled  # our CANCEL crossed the answer
            self._no_longer_with(cause, by_peer=by_peer)
        status = status_of_text(text)
        outcome = Outcome.ANSWERED if up else self._outcome(cause, status)
        if self._abandoned:
            outcome = Outcome.ABANDONED
        played, who = self._samples * 1000 // RATE, ""
        if self.talk is not None:
            self.talk.close()
            played, who = self.talk.notice.played_ms, self.talk.answered_by
        ended = AttemptEnded(self.order.attempt, outcome, 200 if up else status, 0.0, played, who)
        self.house.live({"call": self.order.attempt, "ended": self._became(outcome)})
        self._end(ended)

    # A person for an agent.

    def _connect(self) -> None:
        self.state = State.CONNECTING
        self._with = called(self.order, self.leg, self.house, self._nobody)
        self._late_at = self.house.clock.now() + IN_TIME
        self.calls[self._with.id] = self._with
        self.sound = self._with.up()
        if self.first is not None and not self.first.over:
            self.first.join(self._with)
        else:
            self._with.transfer(packet_of(self.order, self.house))
        self.house.pump.add(self.leg, self._tick_with)

    def _tick_with(self) -> None:
        if self._with is None:
            return
        self._with.tick()
        if self._connected:
            return
        if self._with.contact is not None:
            self._connected = True
            self._tell(AttemptAcknowledged(self.order.attempt, "agent"))
        elif self.house.clock.now() >= self._late_at:
            self._nobody()

    def _nobody(self) -> None:
        """No agent in time, or no other for whom the first passed on: say who called, and never
        leave anybody in silence or with music for ever."""
        if self._with is None or self.sound is None:
            return
        self._abandoned, self.state = not self._connected, State.LEAVING
        self._no_longer_with(Cause.NORMAL, by_peer=True)
        self.sound.playout.background(None)
        self.house.live({"call": self.order.attempt, "abandoned": self._abandoned})
        self._say(self.order.words)
        self.house.pump.add(self.leg, self._tick)

    def _no_longer_with(self, cause: Cause, *, by_peer: bool) -> None:
        if (call := self._with) is not None:
            self._with = None
            del self.calls[call.id]
            call.caller_gone(cause, by_peer)

    # A notification.

    def _became(self, outcome: Outcome) -> str:
        """In one word, for whoever watches."""
        if self.talk is None:
            return outcome.value
        if self.talk.left_in_mailbox:
            return Outcome.VOICEMAIL.value
        return self._stage or outcome.value

    def _converse(self, script: Script, sound: LegSound) -> None:
        house = self.house
        self.talk = NoticeTalk(
            script, sound, house.notices, house.clock, self._noticed, house.spawn,
            lambda fact: house.live({"call": self.order.attempt, **fact}),
        )  # fmt: skip
        self.house.live({"call": self.order.attempt, "line": self.order.campaign,
                         "from": contact_uri(self.order.target, house.edge)})  # fmt: skip
        self.talk.begin()
        house.pump.add(self.leg, self.talk.tick)

    def _noticed(self, command: n.Command) -> None:
        """What the conversation decided that is not about sound."""
        attempt, talk = self.order.attempt, self.talk
        match command:
            case n.MessageBegun():
                self._tell(MessageStarted(attempt))
            case n.MessageHeard(played_ms):
                self._stage = self._stage or Outcome.HEARD.value
                self._tell(MessageCompleted(attempt, played_ms))
            case n.Acknowledged(by, help) if self.state is State.OVER:
                told = NoticeAcknowledged(self.order.recipient, by, help, "heard later")
                self._tell(told)
            case n.Acknowledged(by, help):
                self._stage = Outcome.ACKNOWLEDGED.value
                self._tell(AttemptAcknowledged(attempt, by, help))
            case n.OptedOut():
                order = self.order
                self._tell(OptedOut(attempt, order.recipient, order.client, order.target))
            case n.HandOver(language) if talk is not None:
                asyncio.get_running_loop().call_soon(self._pass_on, language)
            case n.HangUp():
                self._hang_up()
        self.house.live({"call": attempt, "notice": type(command).__name__,
                         "by": getattr(command, "by", "")})  # fmt: skip

    def _pass_on(self, language: str) -> None:
        """To a person: the attempt is over, and its leg a caller's like any other."""
        if self.state is not State.OVER and self.talk is not None:
            self.talk.close()
            played = self.talk.notice.played_ms
            self._end(AttemptEnded(self.order.attempt, Outcome.ANSWERED, 200, 0.0, played))
            self.house.live({"call": self.order.attempt, "ended": self._stage})
            self.hand_over(self, language)

    # Inside.

    def _outcome(self, cause: Cause, status: int) -> Outcome:
        if self._cancelled:
            return Outcome.CANCELLED
        if status in BLOCKED:
            return Outcome.BLOCKED
        if self.state is State.RINGING and cause is Cause.NORMAL:
            return Outcome.NO_ANSWER
        return OUTCOMES.get(cause, Outcome.FAILED)

    def _originate(self, target: str) -> Originate:
        order = self.order
        caller = order.caller_id or "anonymous"
        return Originate(
            leg=self.leg,
            target=target,
            from_uri=f"sip:{caller}@{self.house.config.domain}",
            headers={"X-Centralino-Attempt": order.attempt, "X-Centralino-Trunk": order.trunk},
            ring_timeout=order.ring_timeout,
        )

    def _say(self, text: str) -> None:
        self._said += 1
        self.house.spawn(self._speak(self._said, text), f"say {self.order.attempt}")

    async def _prepare(self) -> None:
        """Have the words made while it rings, so that the first comes with the answer."""
        for text in (self._opening(), THANKS):
            try:
                await self.words.pcm(text)
            except EngineLost as error:
                log.warning("media.not_prepared", attempt=self.order.attempt, why=str(error))

    def _opening(self) -> str:
        return (CUT_OFF if self.order.cut_off else "") + self.order.words

    async def _speak(self, number: int, text: str) -> None:
        """Into the playout, unless something else is to be said by now; the call ends where there
        is nothing to hear: nobody is left in silence."""
        assert self.sound is not None
        name, why = f"say-{number}", "no words"
        try:
            pcm = await self.words.pcm(text) if text else b""
        except EngineLost as error:
            pcm, why = b"", str(error)
        if number != self._said:
            return
        if not pcm:
            log.warning("media.no_voice", attempt=self.order.attempt, why=why)
            return self._hang_up()
        self.sound.playout.enqueue(name, pcm)
        self.sound.playout.end(name)

    def _tick(self) -> None:
        if self.sound is None:
            return
        self.sound.receive()
        self.sound.send()
        for event in self.sound.playout.take_events():
            if isinstance(event, PlaybackStarted) and event.playback == "say-1":
                if self._connected:  # had their agent: the message is not what they were called for
                    continue
                self._tell(MessageStarted(self.order.attempt))
            elif isinstance(event, PlaybackFinished):
                self._finished(event)
        if self.state is State.WAITING and self.house.clock.now() >= self._again_at:
            self._again()

    def _finished(self, event: PlaybackFinished) -> None:
        if self.state is State.LEAVING:
            if not event.interrupted:
                self._hang_up()
            return
        self._samples = max(self._samples, event.samples)
        if self.state is State.SPEAKING and not event.interrupted:
            if not self._heard_all:
                self._heard_all = True
                played = event.samples * 1000 // RATE
                self._tell(MessageCompleted(self.order.attempt, played))
            self.state = State.WAITING
            self._again_at = self.house.clock.now() + AGAIN_AFTER

    def _again(self) -> None:
        if self._said >= TIMES:
            self._hang_up()
            return
        self.state = State.SPEAKING
        self._say(self.order.words)

    def _hang_up(self) -> None:
        self.house.spawn(self.house.control.hang_up(self.leg), f"hang up {self.leg}")

    def _end(self, event: AttemptEnded | AttemptRefused) -> None:
        self.state = State.OVER
        if self.first is not None:
            self.first.end()
        if not self.with_bot:
            self.house.pump.remove(self.leg)
        self._tell(event)
        self.over(self)

    def _tell(self, event: object) -> None:
        self.house.tell(event, self.order.attempt)


def rehearsed(order: PlaceCall, config: Config) -> bool:
    """Whether this call of an exercise can only end on the loopback carrier.

    Asked where the INVITE is sent, whatever was decided before: a number must go through a trunk,
    and the trunk must be one for rehearsals. An address or an extension would go past it.
    """
    trunk = next((one for one in config.trunks if one.name == order.trunk), None)
    return trunk is not None and trunk.rehearsal and order.target.startswith("+")
