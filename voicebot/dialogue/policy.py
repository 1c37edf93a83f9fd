"""PURE. The dialogue: where the conversation is, and something that happened, to a `Step`.

    start     ─► greeting, then the open question (by menu on a line of keys)
    heard     ─► `answers`: emergencies, universals, the answer, another wish
    pressed   ─► `keypad`
    silence, nonsense, a lost engine ─► `ladder`
    performed ─► `actions`: what a lookup or a custom action gave
    returned  ─► the queue gave the caller back: an apology, and the open question

Nothing here knows of sound, turns or time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kernel.packet import PacketSlot
from voicebot.dialogue import actions, answers, goals, ladder, questions
from voicebot.dialogue.acts import HangUp, Say
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.memory import ask_to_resume, known_of, resumable
from voicebot.dialogue.outcome import Outcome
from voicebot.dialogue.packet import transfer_again
from voicebot.dialogue.state import Goal, Question, State, Step
from voicebot.nlu.ports import Understanding
from voicebot.speech.ports import Recognised


class Policy:
    """What one bot does in one call. Holds no state: the caller keeps it."""

    def __init__(self, bot: Bot, facts: CallFacts) -> None:
        self.bot = bot
        self.facts = facts

    def start(self) -> Step:
        """The first words: hello, what must be said of this line, and the greeting's question."""
        draft = Draft(self.bot, self.facts, State())
        flow = self.bot.flow
        if self.facts.called_back is not None:
            if not self.facts.agent_there:
                draft.say(flow.waiting.callback_hello, interruptible=False)
            draft.end(transfer_again(self.facts.called_back))
            return draft.step()
        greeting = draft.text(flow.greeting)
        hello, question = (greeting, "") if flow.opens else questions.split_question(greeting)
        if hello:
            draft.acts.append(Say(hello, interruptible=False))
        if self.facts.says_machine:
            draft.say(flow.machine, interruptible=False)
        if self.facts.says_recorded:
            draft.say(flow.recorded, interruptible=False)
        if goals.opening(draft):
            return draft.step()
        if resumable(self.bot.flow, self.facts.earlier):
            ask_to_resume(draft)
        elif self.facts.keys_only:
            questions.anything(draft)
        else:
            questions.put(draft, Question(), question)
        return draft.step()

    def heard(
        self, state: State, readings: Sequence[Understanding], heard: Recognised | None = None
    ) -> Step:
        """A sentence, understood once for each of the question's readings, and how it was heard."""
        return self._step(state, lambda draft: answers.hear(draft, readings, heard))

    def pressed(self, state: State, keys: str) -> Step:
        """Keys, without the one that ends them."""
        return self._step(state, lambda draft: answers.press_keys(draft, keys), "keys")

    def no_input(self, state: State) -> Step:
        """Silence after a question."""
        return self._step(state, ladder.no_input, f"no-input {state.no_input + 1}")

    def no_match(self, state: State) -> Step:
        """Sound that is no words."""
        return self._step(state, ladder.no_match, f"no-match {state.no_match + 1}")

    def engine_failed(self, state: State, by_keys: bool = False) -> Step:
        """The recogniser or the understander was lost with what the caller said; or has no time for
        it, so that only keys are of use."""
        if by_keys:
            return self._step(state, ladder.no_time, "nobody has time to listen")
        return self._step(state, ladder.engine_failed, "an engine was lost")

    def media_failed(self, state: State) -> Step:
        """The caller cannot be heard at all."""
        return self._step(state, ladder.media_failed, "nothing is heard of the caller")

    def performed(self, state: State, outcome: Outcome) -> Step:
        """Something outside was done, or could not be."""
        return self._step(state, lambda draft: actions.performed(draft, outcome))

    def limit(self, state: State, why: str) -> Step:
        """A waiting caller may not wait (any longer): shall we call back?"""

        def tell(draft: Draft) -> None:
            draft.say(self._nobody(why))
            draft.say(self.bot.flow.waiting.callback_instead)

        return self._step(state, tell)

    def _nobody(self, why: str) -> str:
        waiting = self.bot.flow.waiting
        return (waiting.closed if why == "closed" else "") or waiting.nobody

    def returned(self, state: State, why: str, told: bool = False) -> Step:
        """The caller is back: the hand-over failed (`failed`), the queue is `closed`, or nobody can
        take the call, which the caller may have been `told`."""
        waiting = self.bot.flow.waiting
        back = replace(state.progressed(), goal=None, question=Question())

        def again(draft: Draft) -> None:
            if not (told and waiting.callback_instead):
                draft.say(waiting.failed if why == "failed" else self._nobody(why))
            questions.anything(draft)

        return self._step(
            back, again, "hand-over failed" if why == "failed" else "nobody took the call"
        )

    def machine(self, state: State) -> Step:
        """A machine has answered our call: not another word before its beep."""
        return self._step(state, goals.hold_for_beep, "a machine answered")

    def beeped(self, state: State) -> Step:
        """It records from now on."""
        return self._step(state, goals.leave_message, "its beep")

    def not_taken(self, state: State) -> Step:
        """The other house did not take the caller."""
        return self._step(state.progressed(), goals.not_taken)

    def task(self, state: State, intent: str, queue: str, slots: Sequence[PacketSlot]) -> Step:
        """An agent gives the caller back for one thing, the route of this intent, with what the
        agent knows for it; then, or when the caller asks for a person, the caller goes back."""
        told = known_of(self.bot.flow, slots)
        back = replace(
            state.progressed(), goal=None, question=Question(), back_to=queue,
            known={**state.known, **told},
        )  # fmt: skip
        goal = Goal(intent)
        return self._step(back, lambda draft: _pursue(draft, goal), f"task {intent}")

    def position(
        self, state: State, queue: str, position: int, wait: tuple[float, float] | None,
        offers_callback: bool = False,
    ) -> Step:  # fmt: skip
        """Where the caller stands in the queue, and how long it takes (seconds, from and to)."""
        waiting = self.bot.flow.waiting
        low, high = (round(seconds / 60) for seconds in wait or (0.0, 0.0))
        values = {
            "queue": self.bot.flow.queues[queue].title, "position": str(position),
            "minutes_low": str(low), "minutes": str(high),
        }  # fmt: skip
        also = waiting.wait if 0 < low < high else waiting.wait_about
        if high <= 1 and waiting.wait_soon:
            also = waiting.wait_soon

        def tell(draft: Draft) -> None:
            draft.say(waiting.next if position <= 1 else waiting.position, values)
            if high and also:
                draft.say(also, values)
            if offers_callback and waiting.callback_offer:
                draft.say(waiting.callback_offer, values)

        return self._step(state, tell)

    def aside(self, state: State, said: Understanding) -> Step | None:
        """What answers a waiting caller's question; None: nothing surely does."""
        draft = Draft(self.bot, self.facts, state)
        return draft.step() if answers.aside(draft, said) else None

    def told(self, state: State, key: str, values: Mapping[str, str] | None = None) -> Step:
        """A waiting caller is told something; nothing is asked."""
        return self._step(state, lambda draft: draft.say(key, values))

    def goodbye(self, state: State, key: str, why: str) -> Step:
        """A waiting caller leaves: the last words."""

        def part(draft: Draft) -> None:
            if key:
                draft.say(key)
            draft.end(HangUp())

        return self._step(state, part, why)

    def _step(self, state: State, move: Callable[[Draft], None], why: str = "") -> Step:
        draft = Draft(self.bot, self.facts, state)
        if why:
            draft.because(why)
        move(draft)
        return draft.step()


def _pursue(draft: Draft, goal: Goal) -> None:
    if not goals.pursue(draft, goal):
        goals.hand_over(draft, "error")
