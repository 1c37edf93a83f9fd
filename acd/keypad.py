"""The agent's desk by keys, for one who has nothing but a telephone. PURE.

An agent dials the log-in code, keys number and PIN (a phone known as an agent's own asks for the
PIN alone; a star there lets another agent in) and then has a menu that does what the page does.
Three wrong PINs lock a *number* for a while, over all phones, so that hanging up and dialling again
gains nothing. The table of states is in `keypad_states.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from acd import keypad_words as words
from acd.keypad_messages import (
    ActAs,
    AskChoices,
    AskPerson,
    CheckPin,
    ChoicesTold,
    DialPerson,
    DigitPressed,
    Dispose,
    HangUpAgent,
    KeypadClosed,
    KeypadOpened,
    PersonTold,
    PinChecked,
    PromptDone,
    RepeatLast,
    SayToAgent,
    SkipPerson,
)
from acd.keypad_states import (
    KEYPAD,
    Accepted,
    At,
    Chosen,
    DispositionAsked,
    Ended,
    Entered,
    KeypadConfig,
    PersonOffered,
    ReasonAsked,
    Rejected,
    Session,
    StartedOver,
    Wrong,
)
from acd.messages import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentNotReady,
    AgentReady,
    WrapUpEnded,
    WrapUpExtended,
)
from acd.snapshot import AgentView
from kernel.errors import IllegalTransition
from kernel.timers import Timers


class KeypadDesk:
    """A `kernel.core.Core` of all keypad sessions. `agent` tells an agent's state as it is now."""

    def __init__(self, config: KeypadConfig, agent: Callable[[str], AgentView | None]) -> None:
        self.config = config
        self.sessions: dict[str, Session] = {}
        self.stale = 0
        self._agent = agent
        self._wrong: dict[str, Wrong] = {}
        self._timers: Timers[tuple[str, str]] = Timers()
        self._commands: list[object] = []
        self._keys: dict[At, Callable[[Session, str, float], None]] = {
            At.NUMBER: self._entry_key,
            At.PIN: self._entry_key,
            At.MENU: self._menu_key,
            At.REASON: self._reason_key,
            At.DISPOSITION: self._disposition_key,
            At.PERSON: self._person_key,
        }
        self._menu: dict[str, Callable[[Session, float], None]] = {
            "1": self._ready,
            "2": self._ask_reason,
            "3": self._end_wrap_up,
            "4": self._repeat,
            "5": self._more_time,
            "6": self._ask_disposition,
            "7": self._ask_person,
            "9": self._log_out,
            "0": self._help,
        }

    # --- the verbs

    def receive(self, event: object, now: float) -> None:
        """Take one event. One for a leg that is not here is stale."""
        if isinstance(event, KeypadOpened):
            return self._opened(event, now)
        session = self.sessions.get(getattr(event, "leg", ""))
        if session is None:
            self.stale += 1
        elif isinstance(event, DigitPressed):
            self._pressed(session, event.digit, now)
        elif isinstance(event, PinChecked):
            self._checked(session, event, now)
        elif isinstance(event, ChoicesTold):
            self._choices_told(session, event, now)
        elif isinstance(event, PersonTold):
            self._person_told(session, event, now)
        elif isinstance(event, PromptDone):
            self._said(session, event.say, now)
        elif isinstance(event, KeypadClosed):
            self._close(session)
        else:
            raise IllegalTransition("keypad", session.at, event)

    def next_timer(self) -> float | None:
        """When something is due next."""
        return self._timers.next()

    def handle_timer(self, now: float) -> None:
        """End entries, ask again, end legs, forget wrong PINs."""
        while (name := self._timers.pop_due(now)) is not None:
            kind, of = name
            if kind == "wrong":
                del self._wrong[of]
            elif kind == "entry":
                self._entered(self.sessions[of], now)
            elif kind == "goodbye":
                self._hang_up(self.sessions[of])
            else:
                self._silent(self.sessions[of], now)

    def commands(self) -> list[object]:
        """What to do, in order."""
        commands, self._commands = self._commands, []
        return commands

    # --- coming and going

    def _opened(self, event: KeypadOpened, now: float) -> None:
        if event.leg in self.sessions:
            self.stale += 1
            return
        session = self.sessions[event.leg] = Session(event.leg, event.known)
        self._ask_who(session, words.WELCOME, now)

    def _ask_who(self, session: Session, first: str, now: float) -> None:
        session.at, session.number = At.NUMBER, session.known
        if session.known:
            self._move(session, Entered())
            return self._say(session, f"{first} {words.ASK_PIN}", now)
        return self._say(session, f"{first} {words.ASK_NUMBER}", now)

    def _close(self, session: Session) -> None:
        del self.sessions[session.leg]
        if session.dials:  # the agent's phone is free from here on
            self._commands.append(DialPerson(session.leg, session.agent, session.person))
        for kind in ("entry", "silence", "goodbye"):
            self._timers.cancel((kind, session.leg))

    def _hang_up(self, session: Session) -> None:
        self._commands.append(HangUpAgent(session.leg))
        self._close(session)

    def _goodbye(self, session: Session, text: str, now: float) -> None:
        self._move(session, Ended())
        self._say(session, text, now)
        self._timers.cancel(("silence", session.leg))
        self._timers.set(("goodbye", session.leg), now + self.config.goodbye_seconds)

    def _said(self, session: Session, say: str, now: float) -> None:
        if say != f"keypad-{session.said}":
            self.stale += 1
        elif session.at is At.LEAVING:
            self._hang_up(session)
        else:  # silence begins when the words end
            self._listen(session, now)

    def _silent(self, session: Session, now: float) -> None:
        session.silences += 1
        if session.silences > 2:
            return self._goodbye(session, words.GOODBYE, now)
        return self._say(session, session.last, now)

    # --- keys

    def _pressed(self, session: Session, digit: str, now: float) -> None:
        keys = self._keys.get(session.at)
        if keys is None or digit not in "0123456789*#" or len(digit) != 1:
            self.stale += 1
            return
        session.silences = 0
        self._listen(session, now)
        keys(session, digit, now)

    def _entry_key(self, session: Session, digit: str, now: float) -> None:
        if digit == "#":
            return self._entered(session, now)
        if digit == "*" and not session.entry and session.at is At.PIN:
            self._move(session, StartedOver())
            return self._say(session, words.ASK_NUMBER, now)
        if digit == "*":
            session.entry = ""
        elif len(session.entry) < words.LONGEST_ENTRY:
            session.entry += digit
        if session.entry:
            return self._timers.set(("entry", session.leg), now + self.config.entry_seconds)
        return self._timers.cancel(("entry", session.leg))

    def _entered(self, session: Session, now: float) -> None:
        self._timers.cancel(("entry", session.leg))
        entry, session.entry = session.entry, ""
        if not entry:
            return self._say(session, session.last, now)
        before = session.at
        self._move(session, Entered())
        if before is At.NUMBER:
            session.number = entry
            return self._say(session, words.ASK_PIN, now)
        if self._locked(session.number):
            return self._goodbye(session, words.LOCKED, now)
        self._commands.append(CheckPin(session.leg, session.number, entry))
        return None

    # --- the PIN

    def _locked(self, number: str) -> bool:
        return number in self._wrong and self._wrong[number].count >= self.config.tries

    def _checked(self, session: Session, event: PinChecked, now: float) -> None:
        if session.at is not At.CHECKING:
            self.stale += 1
        elif event.ok and event.login is not None and not self._locked(session.number):
            self._accept(session, event.login, now)
        else:
            self._reject(session, event, now)

    def _accept(self, session: Session, login: AgentLoggedIn, now: float) -> None:
        if self._wrong.pop(session.number, None):
            self._timers.cancel(("wrong", session.number))
        session.agent = login.agent
        self._move(session, Accepted())
        known = self._agent(login.agent)
        self._commands.append(ActAs(session.leg, login))
        self._say(session, f"{words.after_login(known)} {words.MENU}", now)

    def _reject(self, session: Session, event: PinChecked, now: float) -> None:
        wrong = self._wrong.setdefault(session.number, Wrong())
        wrong.count += 1
        self._timers.set(("wrong", session.number), now + self.config.lock_seconds)
        if self._locked(session.number) or event.locked_for > 0:
            return self._goodbye(session, words.LOCKED, now)
        self._move(session, Rejected())
        return self._ask_who(session, words.WRONG, now)

    # --- the menu

    def _menu_key(self, session: Session, digit: str, now: float) -> None:
        action = self._menu.get(digit)
        if action is None:
            return self._say(session, words.MENU, now)
        return action(session, now)

    def _ready(self, session: Session, now: float) -> None:
        self._commands.append(ActAs(session.leg, AgentReady(session.agent)))
        self._goodbye(session, words.READY, now)

    def _ask_reason(self, session: Session, now: float) -> None:
        self._move(session, ReasonAsked())
        self._say(session, words.choices(self.config.reasons), now)

    def _reason_key(self, session: Session, digit: str, now: float) -> None:
        reason = self._choice(session, digit, self.config.reasons[:9], now)
        if reason:
            self._commands.append(ActAs(session.leg, AgentNotReady(session.agent, reason)))
            self._say(session, f"You are not ready: {reason}.", now)

    def _ask_disposition(self, session: Session, now: float) -> None:
        view = self._agent(session.agent)
        if view is None or not view.call:
            return self._say(session, words.NO_LAST_CALL, now)
        session.call = view.call
        self._commands.append(AskChoices(session.leg, view.call))
        return None

    def _choices_told(self, session: Session, event: ChoicesTold, now: float) -> None:
        if session.at is not At.MENU or session.call != event.call:
            self.stale += 1
        elif not event.names:
            self._say(session, words.NO_LAST_CALL, now)
        else:
            session.choices = event.names[:9]
            self._move(session, DispositionAsked())
            self._say(session, words.choices(session.choices), now)

    def _disposition_key(self, session: Session, digit: str, now: float) -> None:
        chosen = self._choice(session, digit, session.choices, now)
        if chosen:
            self._commands.append(Dispose(session.leg, session.agent, session.call, chosen))
            self._say(session, f"Noted: {chosen}.", now)

    def _ask_person(self, session: Session, now: float) -> None:
        self._commands.append(AskPerson(session.leg, session.agent))

    def _person_told(self, session: Session, event: PersonTold, now: float) -> None:
        if session.at not in (At.MENU, At.PERSON):
            self.stale += 1
        elif event.person:
            session.person = event.person
            self._move(session, PersonOffered())
            self._say(session, f"{event.text} {words.PERSON}", now)
        else:
            if session.at is At.PERSON:
                self._move(session, Chosen())
            self._say(session, event.text or words.NOBODY_TO_CALL, now)

    def _person_key(self, session: Session, digit: str, now: float) -> None:
        leg, agent, person = session.leg, session.agent, session.person
        if digit == "1":
            session.dials = True
            self._goodbye(session, words.DIALLED, now)
        elif digit in "23":
            self._commands += [
                SkipPerson(leg, agent, person, digit == "3"), AskPerson(leg, agent, person),
            ]  # fmt: skip
        elif digit == "*":
            self._move(session, Chosen())
            self._say(session, words.MENU, now)
        else:
            self._say(session, words.PERSON, now)

    def _choice(self, session: Session, digit: str, names: tuple[str, ...], now: float) -> str:
        """What a key chooses, back at the menu; empty where it chooses nothing."""
        if digit == "*":
            self._move(session, Chosen())
            self._say(session, words.MENU, now)
            return ""
        if not digit.isdigit() or not 1 <= int(digit) <= len(names):
            self._say(session, words.choices(names), now)
            return ""
        self._move(session, Chosen())
        return names[int(digit) - 1]

    def _end_wrap_up(self, session: Session, now: float) -> None:
        view = self._agent(session.agent)
        if view is None or view.state != "wrap_up":
            return self._say(session, words.NO_WRAP_UP, now)
        self._commands.append(ActAs(session.leg, WrapUpEnded(session.agent)))
        return self._say(session, words.WRAPPED_UP, now)

    def _more_time(self, session: Session, now: float) -> None:
        view = self._agent(session.agent)
        if view is None or view.state != "wrap_up":
            return self._say(session, words.NO_WRAP_UP, now)
        more = WrapUpExtended(session.agent, self.config.more_wrap_up_seconds)
        self._commands.append(ActAs(session.leg, more))
        return self._say(session, words.MORE_TIME, now)

    def _repeat(self, session: Session, now: float) -> None:
        view = self._agent(session.agent)
        if view is None or not view.call:
            return self._say(session, words.NO_CALL, now)
        session.said += 1
        self._commands.append(RepeatLast(session.leg, f"keypad-{session.said}", view.call))
        return None

    def _log_out(self, session: Session, now: float) -> None:
        self._commands.append(ActAs(session.leg, AgentLoggedOut(session.agent)))
        self._goodbye(session, words.LOGGED_OUT, now)

    def _help(self, session: Session, now: float) -> None:
        self._say(session, f"{words.state(self._agent(session.agent))} {words.MENU}", now)

    # --- inside

    def _move(self, session: Session, event: object) -> None:
        session.at = KEYPAD.next(session.at, event)

    def _say(self, session: Session, text: str, now: float) -> None:
        session.said += 1
        session.last = text
        self._commands.append(SayToAgent(session.leg, f"keypad-{session.said}", text))
        self._listen(session, now)

    def _listen(self, session: Session, now: float) -> None:
        if session.at is not At.LEAVING:
            self._timers.set(("silence", session.leg), now + self.config.silence_seconds)
