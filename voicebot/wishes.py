"""PURE. Hears what a waiting caller wants, and does it: keys, words and silence to `leaving`.
A question that the bot can answer is answered meanwhile; whoever comes ends the answer.

What is said is recognised at each pause and understood at once, for a wish is short; digits have
some time more, since a number comes in groups. What names another turn, or another pause of this
one, is stale.
"""

from __future__ import annotations

from collections.abc import Callable

from voicebot import commands as do
from voicebot import events
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.meaning import verdict
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.state import Step
from voicebot.floor import Floor
from voicebot.hearing import is_noise
from voicebot.leaving import Go, Leaving, Reply, Stage, Tell, Wish, own_number
from voicebot.listening import Listening
from voicebot.nlu.ports import Understanding
from voicebot.timers import Timer

PATIENCE = 12.0
"""Seconds after a question in which it may be answered."""
WHOLE_NUMBER = 1.8
"""Seconds of silence after which a number that was said is whole."""
KINDS = {Stage.OFFER: "yes_no", Stage.CONFIRM: "yes_no", Stage.NUMBER: "digits"}
Announce = Callable[[Step, float], None]


class Wishes:
    """Of one waiting caller."""

    def __init__(
        self, floor: Floor, bot: Bot, policy: Policy, listening: Listening, announce: Announce,
        goodbye: Callable[[float], None],
    ) -> None:  # fmt: skip
        self._floor = floor
        self._flow = bot.flow
        self._policy = policy
        self._listening = listening
        self._announce = announce
        self._goodbye = goodbye
        own = own_number(floor.facts.caller)
        self._leaving = Leaving(bot.flow.waiting.exits, own)
        self._turn = 0
        """The turn that is listened to for us; 0: none."""
        self._pauses = 0
        self._said: Understanding | None = None
        """What was understood last and is not taken yet: a number may go on."""

    @property
    def asking(self) -> bool:
        """Whether the caller was asked something, and positions are not to be told."""
        return self._leaving.stage is not Stage.NOTHING

    def told(self, ways: frozenset[Wish]) -> None:
        """Ways out of this queue."""
        self._leaving.open = ways | {Wish.GOODBYE}
        if not self._turn:
            self._listen()

    def close(self) -> None:
        """Out of the queue, or an agent is here."""
        self._leaving.reset()
        self._leaving.limited = False
        self._floor.timers.clear(Timer.WISH)
        if self._turn:
            self._turn = 0
            self._floor.order(do.StopListening())

    def offer(self) -> None:
        """The caller may not wait: what is said next asks about a callback."""
        self._leaving.offer()
        self._listen()

    def nothing(self) -> None:
        """The caller may not wait, and is asked nothing."""
        self._floor.order(do.LeaveQueue(Wish.NOTHING, "spoken", ""))

    def waits_for_answer(self, now: float) -> None:
        """Something is being said; a question has its time behind it."""
        if self._leaving.stage in KINDS:
            due = now + self._floor.mouth.longest() + PATIENCE
            self._floor.timers.set(Timer.WISH, due)

    # What comes.

    def key(self, digit: str, now: float) -> None:
        """A key of a waiting caller."""
        reply = self._leaving.key(digit)
        if reply is not None:
            self._do(reply, now)
        elif self._leaving.stage is Stage.NUMBER:
            self._floor.hush()
            self._floor.timers.set(Timer.WISH, now + PATIENCE)
        else:
            self._floor.ignore()

    def heard(self, event: events.Event, now: float) -> None:
        """Something of a turn of ours; what is not is stale."""
        if not self._turn or getattr(event, "turn", 0) != self._turn:
            return self._floor.ignore()
        match event:
            case events.SpeechPaused():
                self._pauses += 1
                self._floor.order(do.Recognise(self._turn, self._pauses))
            case events.SpeechResumed():
                self._said = None
                self._pauses += 1
            case events.Heard(_, recognised, guess) if guess == self._pauses:
                if is_noise(recognised):
                    return None
                asked = ((KINDS.get(self._leaving.stage, "open"),), guess, self._floor.language)
                self._floor.order(do.Understand(self._turn, recognised.text, *asked))
            case events.Understood(_, readings, guess) if guess == self._pauses:
                self._understood(readings[0], now)
            case events.SpeechEnded() | events.EngineFailed():
                self._ended(now)
            case _:
                pass
        return None

    def _understood(self, said: Understanding, now: float) -> None:
        self._said = said
        if self._leaving.stage is Stage.NUMBER:
            self._floor.timers.set(Timer.WISH, now + WHOLE_NUMBER)
        else:
            self._take(now)

    def _ended(self, now: float) -> None:
        """The caller has finished; what came of it was done."""
        if self._leaving.stage is Stage.NUMBER and self._said is not None:
            self._take(now)
        else:
            self._listen()

    def silence(self, now: float) -> None:
        """Time is over: for a number that was said, or for an answer."""
        if self._said is not None and self._leaving.stage is Stage.NUMBER:
            return self._take(now)
        reply = self._leaving.silence()
        if reply is not None:
            self._do(reply, now)
        return None

    def refused(self, why: str, now: float) -> None:
        """The queue does not call back, or not there."""
        reply = self._leaving.refused(why)
        if reply is not None:
            self._do(reply, now)

    def _take(self, now: float) -> None:
        said, self._said = self._said, None
        if said is None:
            return
        digits = next((e.value for e in said.entities if e.name == "digits"), "")
        reply = self._leaving.said(said.text, verdict(self._flow, said), digits)
        if reply is not None:
            self._do(reply, now)
        elif self._leaving.stage is Stage.NOTHING:
            self._answer(said, now)

    def _answer(self, said: Understanding, now: float) -> None:
        """What the caller asked while waiting, if the bot can tell it."""
        step = self._policy.aside(self._floor.dialogue, said)
        if step is not None:
            self._announce(step, now)

    # What follows.

    def _do(self, reply: Reply, now: float) -> None:
        self._floor.timers.clear(Timer.WISH)
        if isinstance(reply, Go):
            self._floor.hush()
            self._floor.order(do.LeaveQueue(reply.wish, reply.by, reply.number))
            if reply.wish is Wish.GOODBYE:
                return self._goodbye(now)
        elif reply.text == "nothing":
            pass
        else:
            self._tell(reply, now)
        return self._listen()

    def _tell(self, reply: Tell, now: float) -> None:
        key = getattr(self._flow.waiting, f"callback_{reply.text}")
        step = self._policy.told(self._floor.dialogue, key, {"number": reply.number})
        self._announce(step, now)

    def _listen(self) -> None:
        self._pauses, self._said = 0, None
        if self._leaving.listens:
            self._turn = self._listening.lend(KINDS.get(self._leaving.stage, "open"))
        elif self._turn:
            self._turn = 0
            self._floor.order(do.StopListening())
