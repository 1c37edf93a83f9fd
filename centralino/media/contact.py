"""Caller and agent in talk, and who else: what the contact's core decides is carried out here.

The core (`telephony/contact.py`) knows states; this knows legs, sounds and messages. An agent's
wishes come from the page (through control) and from keys, a hold also from the telephone itself
(a re-INVITE with a=sendonly or inactive, :rfc:`6337#section-5.3`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from acd.messages import ContactEnded, ContactJoined, ContactMoved
from acd.star_keys import StarKey
from centralino.media import passing
from centralino.media.agent_leg import AgentLeg
from centralino.media.house import House
from centralino.media.legs import OutsideLeg, TalkLeg
from centralino.media.second import Consult, Outside, Second, about
from centralino.messages import CONSULT, ConsultKeyed, ConsultOrder
from kernel.errors import IllegalTransition
from kernel.ids import LegId
from telephony import contact as core
from telephony.contact import (
    CALLER,
    FIRST,
    ON_HOLD,
    SECOND,
    ContactCore,
    Limits,
    Party,
    Talk,
)
from telephony.media.bridge import Bridge
from telephony.media.leg import LegSound
from telephony.media.supervision import supervised
from telephony.media.tones import beep, hold_music, ringback

if TYPE_CHECKING:
    from centralino.media.live_call import LiveCall
    from centralino.media.supervising import Supervising

NO, REMINDER, FAILED = (220.0, 0.3), (620.0, 0.2), (330.0, 0.5)
"""Hertz and seconds: a wish that cannot be; somebody is on hold; the other one was not had."""
PAUSED, RESUMED = (520.0, 0.15), (780.0, 0.15)


WISHES: dict[str, Callable[[], object]] = {
    "hold": core.Hold,
    "retrieve": core.Retrieve,
    "swap": core.Swap,
    "join": core.Join,
    "complete": core.Complete,
    "return": core.Return,
}
"""What an agent may ask of a contact, by the words of the page → the core's event."""
KEYS = {
    StarKey.SWAP: core.Swap,
    StarKey.JOIN: core.Join,
    StarKey.COMPLETE: core.Complete,
    StarKey.RETURN: core.Return,
}
TO_THE_SECOND = {Talk.CONSULT: "consulted", Talk.SWAPPED: "consulted"}
"""How a contact stands for the second, where that is not how it stands for the first."""
PAUSES = {"pause": True, "resume": False}
"""And of its recording."""
END = "end"
"""Have done with the caller, as by hanging up; a leg that stands stays up."""


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
    second: Second | None = None
    supervising: Supervising | None = None
    paused: bool = False
    """Whether the agent has paused the recording."""
    _ended_by: str = "agent"
    _consults: int = 0
    _phone_held: set[LegId] = field(default_factory=set)
    """Legs whose telephones hold by themselves: whoever has the caller there gives silence."""
    _played: int = 0

    def join(self, caller: LegSound) -> None:
        """The two who begin it."""
        assert self.first.sound is not None
        self.bridge.join(CALLER, caller)
        self.bridge.join(FIRST, self.first.sound)
        self._listen_to_keys(self.first)

    @property
    def _alone(self) -> str:
        """The name under which it ticks when the caller has gone."""
        return f"colleagues {self.call.id}"

    @property
    def state(self) -> Talk:
        """How it stands."""
        return self.core.state

    @property
    def offers(self) -> tuple[str, ...]:
        """The ACD's names of who takes part."""
        legs = (self.first.offer,) if core.FIRST in core.AGENTS[self.state] else ()
        return (*filter(None, legs), *(self.second.offers if self.second else ()))

    @property
    def agents(self) -> tuple[AgentLeg, ...]:
        """Agents who take part and are there."""
        legs = [leg for party, leg in self._legs() if party in core.AGENTS[self.state]]
        return tuple(leg for leg in legs if isinstance(leg, AgentLeg))

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
        if wish == END:
            self.gone(self.first)
        elif wish in PAUSES:
            self.pause(PAUSES[wish])
        elif wish in WISHES:
            self.do(WISHES[wish]())

    def key(self, key: StarKey, number: str) -> None:
        """A key of the first."""
        if key is StarKey.HOLD:
            self.do(core.Retrieve() if self.state is Talk.HOLD else core.Hold())
        elif key is StarKey.END:
            self.gone(self.first)
        elif key is StarKey.PAUSE_RECORDING:
            self.pause(not self.paused)
        elif key is StarKey.CONSULT:
            keyed = ConsultKeyed(self.call.id, self.house.name, self.first.offer, number)
            self.house.tell(keyed, self.call.id)
        elif key in KEYS:
            self.do(KEYS[key]())

    def consult(self, order: ConsultOrder) -> Second | None:
        """Call somebody for the first; None where that cannot be now, which is told by a tone."""
        if order.offer != self.first.offer:
            return None
        second = self._second(order)
        if second is None:
            self.refuse()
            return None
        if not self.do(core.Consult()):
            return None
        self.second = second
        second.begin()
        if order.blind and self.second is second:
            self.do(core.Complete())
        return self.second

    def _second(self, order: ConsultOrder) -> Second | None:
        call, self._consults = self.call, self._consults + 1
        name, caller = f"{call.id}{CONSULT}{self._consults}", call.offered.from_uri
        if order.number:
            line = call.line
            return Outside(name, order.number, line.number, line.client, self.house,
                           self._second_up, self._second_gone)  # fmt: skip
        if not order.queue or call.packet is None:
            return None
        packet = about(call.packet, name, order.queue)
        return Consult(name, call.id, packet, order.agent, caller, self.house,
                       self._second_up, self._second_gone, self.phone_holds)  # fmt: skip

    def _second_up(self, leg: TalkLeg) -> None:
        assert leg.sound is not None
        self.bridge.join(SECOND, leg.sound)
        self.do(core.SecondUp())

    def _second_gone(self, leg: TalkLeg | None) -> None:
        """Not had, or gone from this contact: as the second, or as the first after a transfer."""
        if leg is not None and leg is self.first:
            return self.gone(leg)
        self.second = None
        self.bridge.leave(SECOND)
        if leg is not None:
            leg.over()
            self._tell_ended(leg)
        self.do(core.SecondGone())
        return None

    def refuse(self) -> None:
        """Tell the first that this cannot be."""
        self._beep(FIRST, *NO)

    def phone_holds(self, leg: LegId, on: bool) -> None:
        """A telephone holds or takes back; that of another than the first means nothing yet."""
        self._phone_held = self._phone_held | {leg} if on else self._phone_held - {leg}
        if leg == self.first.leg and self.state in (Talk.TALKING, Talk.HOLD):
            wish: object = core.Hold() if on else core.Retrieve()
            if core.MACHINE.allows(self.state, wish):
                self.do(wish)

    def pause(self, on: bool) -> None:
        """Write silence in place of both voices, or write them again."""
        if on == self.paused:
            return
        if on and not self.call.line.pause_recording:
            return self.refuse()
        self.paused = on
        self._tell_moved()
        passing.pause_recording(self.call, on, self.first.agent)
        if self.call.line.announce_pause:
            self._beep(CALLER, *(PAUSED if on else RESUMED))
        return self._beep(FIRST, *(PAUSED if on else RESUMED))

    def do(self, event: object) -> bool:
        """Take an event; one that cannot be now is told to the first by a tone."""
        try:
            self.core.receive(event, self.house.clock.now())
        except IllegalTransition:
            self.refuse()
            return False
        self._obey()
        return True

    # --- who leaves

    def gone(self, leg: TalkLeg) -> None:
        """A leg of this contact is gone."""
        leg.over()
        if leg is self.first and core.FIRST in core.AGENTS[self.state]:
            self._tell_ended(leg)
            self.do(core.FirstGone())

    def withdrawn(self, offer: str) -> bool:
        """The ACD ends somebody's part; whether it is one of these."""
        for party, leg in self._legs():
            if offer and leg.offer == offer and party in core.AGENTS[self.state]:
                self.gone(leg) if party is FIRST else self._second_gone(leg)
                return True
        if isinstance(self.second, Consult) and offer in self.second.offers:
            self.second.withdraw(offer)
            return True
        return False

    def caller_gone(self) -> None:
        """The caller hung up: everybody else's part is over, or they talk on among themselves."""
        self._ended_by = "caller"
        self.bridge.leave(CALLER)
        self.do(core.CallerGone())
        if self.state is Talk.COLLEAGUES:  # the caller's leg has no tick any more
            self._ended_by = "agent"
            self.house.pump.add(self._alone, self.tick)

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

    def taken_over(self, by: OutsideLeg) -> bool:
        """A supervisor has the caller from here on, alone; False where no agent has the caller."""
        if FIRST not in core.AGENTS[self.state] or CALLER not in self.bridge.legs:
            return False
        for wish in (core.Return(), core.Retrieve()):
            if core.MACHINE.allows(self.state, wish):
                self.do(wish)
        self.supervising = None
        self.bridge.leave(Party.SUPERVISOR)
        self._drop(FIRST)
        self._has(by)
        return True

    # --- inside

    def _timers(self) -> None:
        now = self.house.clock.now()
        due = self.core.next_timer()
        if due is None or due > now:
            return
        first_there = FIRST in core.AGENTS[self.state]
        if first_there and self.core.overdue(now) and self.first.leg in self._phone_held:
            return self.gone(self.first)  # that telephone would give the caller silence
        self.core.handle_timer(now)
        self._obey()

    def _obey(self) -> None:
        for command in self.core.commands():
            match command:
                case core.Moved(_, after):
                    self._moved(after)
                case core.Drop(party):
                    self._drop(party)
                case core.Promote():
                    self._promote()
                case core.Failed():
                    self._beep(FIRST, *FAILED)
                case core.Remind():
                    self._beep(FIRST, *REMINDER)
                case core.ToQueue(handed, kept):
                    self._over()
                    passing.back_in_queue(self.call, handed, self.first.agent if kept else "")
                case core.Part():
                    self._over()
                    passing.part(self.call)
        if self.state is Talk.TALKING and self.first.leg in self._phone_held:
            self.do(core.Hold())  # music for the caller, and a limit, until the telephone lets go

    def _moved(self, after: Talk) -> None:
        self._background(CALLER, hold_music() if after in ON_HOLD else None)
        self._background(FIRST, ringback() if after is Talk.CALLING else None)
        self._background(SECOND, hold_music() if after is Talk.SWAPPED else None)
        self._tell_moved()
        self.house.live({"call": self.call.id, "contact": after.value})
        if after is Talk.OVER:
            self._over()

    def _tell_moved(self) -> None:
        for party, leg in self._legs():
            if leg.offer and party in core.AGENTS[self.state]:
                state = self.state
                second = party is SECOND
                talk = TO_THE_SECOND.get(state, state.value) if second else state.value
                moved = ContactMoved(leg.offer, talk, self.paused)
                self.house.tell(moved, self.call.id)

    def _legs(self) -> list[tuple[Party, TalkLeg]]:
        """Who is there beside the caller; one that still rings is not."""
        second = self.second.leg if self.second else None
        there = [(SECOND, second)] if second is not None and SECOND in self.bridge.legs else []
        return [(FIRST, self.first), *there]

    def _over(self) -> None:
        self.end_supervising()
        self.pause(False)
        self.house.pump.remove(self._alone)

    def _background(self, party: Party, sound: bytes | None) -> None:
        if (leg := self.bridge.legs.get(party)) is not None:
            leg.playout.background(sound)

    def _drop(self, party: Party) -> None:
        if party is FIRST:
            self.bridge.leave(FIRST)
            self.first.over()
            return self._tell_ended(self.first)
        second, self.second = self.second, None
        assert second is not None
        if SECOND not in self.bridge.legs:
            return second.cancel()  # rings still
        self.bridge.leave(SECOND)
        second.over = True
        assert second.leg is not None
        second.leg.over()
        return self._tell_ended(second.leg)

    def _promote(self) -> None:
        second, self.second = self.second, None
        assert second is not None and second.leg is not None
        self.bridge.rename(SECOND, FIRST)
        if second.leg.offer:
            self.house.tell(ContactJoined(second.leg.offer, self.call.id), self.call.id)
        self._has(second.leg)

    def _has(self, leg: TalkLeg) -> None:
        """This one has the caller from here on."""
        self.pause(False)
        self.first = leg
        if leg.sound is not None and FIRST not in self.bridge.legs:
            self.bridge.join(FIRST, leg.sound)
        self._listen_to_keys(leg)
        passing.pass_to(self.call, leg)

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
