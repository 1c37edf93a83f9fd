"""Caller and agent in talk, and who else: what the contact's core decides is carried out here.

The core (`telephony/contact.py`) knows states; this knows legs, sounds and messages. An agent's
wishes come from the page (through control) and from keys, a hold also from the telephone itself
(a re-INVITE with a=sendonly or inactive, :rfc:`6337#section-5.3`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from acd.messages import ContactEnded, ContactMoved
from acd.star_keys import StarKey
from centralino.media.agent_leg import AgentLeg
from centralino.media.house import House
from kernel.errors import IllegalTransition
from kernel.ids import LegId
from telephony import contact as core
from telephony.contact import CALLER, ENDED, FIRST, ON_HOLD, ContactCore, Limits, Party, Talk
from telephony.media.bridge import Bridge
from telephony.media.leg import LegSound
from telephony.media.supervision import supervised
from telephony.media.tones import beep, hold_music

if TYPE_CHECKING:
    from centralino.media.live_call import LiveCall
    from centralino.media.supervising import Supervising

NO, REMINDER, FAILED = (220.0, 0.3), (620.0, 0.2), (330.0, 0.5)
"""Hertz and seconds: a wish that cannot be; somebody is on hold; the other one was not had."""
PAUSED, RESUMED = (520.0, 0.15), (780.0, 0.15)


class TalkLeg(Protocol):
    """A leg in a contact."""

    leg: LegId
    sound: LegSound | None

    @property
    def offer(self) -> str:
        """The ACD's name of this leg's part; empty for one that it does not know."""

    @property
    def agent(self) -> str:
        """Whose leg; empty for no agent's."""

    def over(self) -> None:
        """Hang up."""


@dataclass
class OutsideLeg:
    """A leg of nobody's offer: an outside number, or a supervisor who took over."""

    leg: LegId
    house: House
    sound: LegSound | None = None
    offer: str = ""
    agent: str = ""

    def over(self) -> None:
        """Hang up."""
        self.house.spawn(self.house.control.hang_up(self.leg), f"hang up {self.leg}")


WISHES: dict[str, Callable[[], object]] = {
    "hold": core.Hold,
    "retrieve": core.Retrieve,
}
"""What an agent may ask of a contact, by the words of the page → the core's event."""
PAUSES = {"pause": True, "resume": False}
"""And of its recording."""


def begin(call: LiveCall, agent: AgentLeg, caller: LegSound) -> Contact:
    """Caller and agent hear each other from the next tick on."""
    told = call.house.config.acd
    limits = Limits(told.hold_seconds, told.consult_seconds, told.hold_reminder)
    contact = Contact(call, agent, call.house, ContactCore(limits, call.house.clock.now()))
    contact.join(caller)
    return contact


@dataclass
class Contact:
    """One caller with one agent, or more."""

    call: LiveCall
    first: TalkLeg
    house: House
    core: ContactCore
    bridge: Bridge[Party] = field(default_factory=Bridge)
    supervising: Supervising | None = None
    paused: bool = False
    """Whether the agent has paused the recording."""
    _ended_by: str = "agent"
    _played: int = 0

    def join(self, caller: LegSound) -> None:
        """The two who begin it."""
        assert self.first.sound is not None
        self.bridge.join(CALLER, caller)
        self.bridge.join(FIRST, self.first.sound)
        self._listen_to_keys(self.first)

    @property
    def state(self) -> Talk:
        """How it stands."""
        return self.core.state

    @property
    def offers(self) -> tuple[str, ...]:
        """The ACD's names of who takes part."""
        return (self.first.offer,) if self.first.offer and self.state not in ENDED else ()

    @property
    def agents(self) -> tuple[AgentLeg, ...]:
        """Agents who take part."""
        return (self.first,) if isinstance(self.first, AgentLeg) and self.state not in ENDED else ()

    def tick(self) -> tuple[bytes, bytes]:
        """20 ms: what came of the caller, and what the caller was sent."""
        self._timers()
        hears = self.core.hears
        if self.supervising is not None and self.supervising.there:
            hears = supervised(hears, self.supervising.mode)
        carried = self.bridge.tick(hears)
        return b"".join(carried.came.get(CALLER, ())), carried.sent.get(CALLER, b"")

    # --- what the first wants

    def ask(self, wish: str, offer: str) -> None:
        """A wish of the page; a late click of somebody else's contact changes nothing."""
        if offer != self.first.offer:
            return
        if wish in PAUSES:
            self.pause(PAUSES[wish])
        elif wish in WISHES:
            self.do(WISHES[wish]())

    def key(self, key: StarKey) -> None:
        """A key of the first."""
        if key is StarKey.HOLD:
            self.do(core.Retrieve() if self.state is Talk.HOLD else core.Hold())
        elif key is StarKey.PAUSE_RECORDING:
            self.pause(not self.paused)

    def phone_holds(self, leg: LegId, on: bool) -> None:
        """The telephone of the first holds or takes back; of another it means nothing here."""
        if leg == self.first.leg and self.state in (Talk.TALKING, Talk.HOLD):
            wish: object = core.Hold() if on else core.Retrieve()
            if core.MACHINE.allows(self.state, wish):
                self.do(wish)

    def pause(self, on: bool) -> None:
        """Write silence in place of both voices, or write them again."""
        if on == self.paused:
            return
        if on and not self.call.line.pause_recording:
            return self._beep(FIRST, *NO)
        self.paused = on
        self._tell_moved()
        self.call.pause_recording(on, self.first.agent)
        if self.call.line.announce_pause:
            self._beep(CALLER, *(PAUSED if on else RESUMED))
        return self._beep(FIRST, *(PAUSED if on else RESUMED))

    def do(self, event: object) -> bool:
        """Take an event; one that cannot be now is told to the first by a tone."""
        try:
            self.core.receive(event, self.house.clock.now())
        except IllegalTransition:
            self._beep(FIRST, *NO)
            return False
        self._obey()
        return True

    # --- who leaves

    def gone(self, leg: TalkLeg) -> None:
        """A leg of this contact is gone."""
        leg.over()
        if leg is self.first:
            self._tell_ended(leg)
            self.do(core.FirstGone())

    def withdrawn(self, offer: str) -> bool:
        """The ACD ends somebody's part; whether it is one of these."""
        leg = next((agent for agent in self.agents if agent.offer == offer), None)
        if leg is not None:
            self.gone(leg)
        return leg is not None

    def caller_gone(self) -> None:
        """The caller hung up: everybody else's part is over, or they talk on among themselves."""
        self._ended_by = "caller"
        self.bridge.leave(CALLER)
        self.do(core.CallerGone())

    def announce(self, sound: bytes) -> None:
        """Sound something to everybody who takes part."""
        for party in list(self.bridge.legs):
            self._play(party, sound)

    def end_supervising(self) -> None:
        """Whoever listens goes with the contact."""
        third, self.supervising = self.supervising, None
        if third is not None:
            self.bridge.leave(Party.SUPERVISOR)
            third.hang_up()

    def taken_over(self, by: OutsideLeg) -> None:
        """A supervisor has the caller from here on, alone."""
        if self.state is Talk.HOLD:
            self.do(core.Retrieve())
        self.supervising = None
        self.bridge.leave(Party.SUPERVISOR)
        self._drop(FIRST)
        self._promote(by)

    # --- inside

    def _timers(self) -> None:
        now = self.house.clock.now()
        due = self.core.next_timer()
        if due is not None and due <= now:
            self.core.handle_timer(now)
            self._obey()

    def _obey(self) -> None:
        for command in self.core.commands():
            match command:
                case core.Moved(_, after):
                    self._moved(after)
                case core.Drop(party):
                    self._drop(party)
                case core.Failed():
                    self._beep(FIRST, *FAILED)
                case core.Remind():
                    self._beep(FIRST, *REMINDER)
                case core.ToQueue(handed):
                    self._over()
                    self.call.back_in_queue(handed)
                case core.Part():
                    self._over()
                    self.call.agent_left()

    def _moved(self, after: Talk) -> None:
        self._background(CALLER, hold_music() if after in ON_HOLD else None)
        self._tell_moved()
        self.house.live({"call": self.call.id, "contact": after.value})
        if after is Talk.OVER:
            self._over()

    def _tell_moved(self) -> None:
        if self.state not in ENDED and self.first.offer:
            moved = ContactMoved(self.first.offer, self.state.value, self.paused)
            self.house.tell(moved, self.call.id)

    def _over(self) -> None:
        self.end_supervising()
        self.pause(False)

    def _background(self, party: Party, sound: bytes | None) -> None:
        if (leg := self.bridge.legs.get(party)) is not None:
            leg.playout.background(sound)

    def _drop(self, party: Party) -> None:
        leg: TalkLeg = self.first
        self.bridge.leave(party)
        leg.over()
        self._tell_ended(leg)

    def _promote(self, leg: TalkLeg) -> None:
        assert leg.sound is not None
        self.first = leg
        self.bridge.join(FIRST, leg.sound)
        self._listen_to_keys(leg)
        self.call.passed_to(leg)

    def _listen_to_keys(self, leg: TalkLeg) -> None:
        if isinstance(leg, AgentLeg):
            leg.asked = self.key

    def _tell_ended(self, leg: TalkLeg) -> None:
        if leg.offer:
            by: Any = self._ended_by
            self.house.tell(ContactEnded(leg.offer, by), self.call.id)

    def _beep(self, party: Party, hertz: float, seconds: float) -> None:
        self._play(party, beep(hertz=hertz, seconds=seconds))

    def _play(self, party: Party, sound: bytes) -> None:
        if (leg := self.bridge.legs.get(party)) is not None:
            self._played += 1
            name = f"contact-{self._played}"
            leg.playout.enqueue(name, sound)
            leg.playout.end(name)
