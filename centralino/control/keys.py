"""Agents at the keys: their legs are in media processes, the desk behind them in the ACD."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from acd.keypad_messages import DigitPressed, KeypadClosed, KeypadOpened, PromptDone
from acd.keypad_service import KeypadService
from acd.keypad_states import KeypadConfig
from acd.messages import AgentLoggedIn, DeviceChanged
from acd.ports import PinAnswer
from acd.service import AcdService
from centralino import messages as house
from centralino.config.model import Config
from centralino.content.errors import Erased
from centralino.content.messages import Notes
from centralino.content.store import NOTES, PACKET, ContentStore
from centralino.control.phones import Phones
from centralino.db.calls import CallHistory
from centralino.outbound.choosing import Choosing
from centralino.outbound.errors import CampaignError
from centralino.outbound.talks import Talks
from centralino.users.people import Users
from centralino.users.signin import SignIn
from centralino.users.types import Refused
from centralino.web.login import login_of
from kernel.bus import Bus
from kernel.clock import Clock
from kernel.packet import Packet

log = structlog.get_logger()

DAY = 86_400.0


@dataclass
class Pins:
    """`PinBook`: number and PIN, and who that is for the distributor."""

    sign_in: SignIn
    service: AcdService
    domain: str
    clock: Clock
    team_of: Callable[[str], str]

    async def check(self, number: str, pin: str) -> PinAnswer:
        """Whether they belong together."""
        found = await self.sign_in.check_pin(number, pin, self.clock.now())
        if isinstance(found, Refused):
            return PinAnswer(False, locked_for=found.retry_after)
        queues = self.service.snapshot().queues
        return PinAnswer(True, login_of(found, queues, self.domain, self.team_of))


@dataclass
class RemoteVoice:
    """`AgentVoice`: speaks on a leg that a media process holds."""

    bus: Bus
    places: dict[str, str] = field(default_factory=dict)
    """Leg → its media process."""

    async def say(self, leg: str, say: str, text: str) -> None:
        """Say this in place of what is being said."""
        if media := self.places.get(leg):
            await self.bus.send(media, house.SayOnLeg(leg, media, say, text))

    async def hang_up(self, leg: str) -> None:
        """End the leg."""
        if media := self.places.get(leg):
            await self.bus.send(media, house.HangUpLeg(leg, media))


@dataclass
class Packets:
    """`LastWords`: the summary of a call's packet."""

    contents: ContentStore

    async def of_call(self, call: str) -> str:
        """The summary, or nothing."""
        packet = await self.contents.get(house.call_of(call), PACKET, None)
        return packet.summary if isinstance(packet, Packet) else ""


@dataclass
class StoredDispositions:
    """`Dispositions`: in the notes of a call, as the page keeps them; of somebody whom a campaign
    called the dialler is told, too."""

    contents: ContentStore
    history: CallHistory
    keep_seconds: Callable[[str], float]
    """Line → seconds for which content of its calls is kept."""
    clock: Clock
    talks: Talks
    ours: tuple[str, ...] = ()
    """What may be said of a call that no campaign placed."""

    async def choices(self, call: str) -> tuple[str, ...]:
        """The campaign's; of any other call the house's."""
        choices = await self.talks.choices(call)
        return self.ours if choices is None else tuple(choices.dispositions)

    async def dispose(self, call: str, agent: str, disposition: str) -> None:
        """Note it, with what follows from it for the campaign; the text stays."""
        await self._note(call, agent, disposition)
        with suppressed("dispose"):
            await self.talks.dispose(call, disposition, agent, 0.0)

    async def _note(self, call: str, agent: str, disposition: str) -> None:
        row, now = await self.history.get(call, None), self.clock.now()
        if row is None:
            return
        known = await self.contents.get(call, NOTES, None)
        text = known.text if isinstance(known, Notes) else ""
        notes = Notes(agent, now, text, disposition)
        expires = row.started + self.keep_seconds(row.line)
        try:
            await self.contents.put(call, NOTES, notes, client=row.client, expires=expires, now=now)
        except Erased:
            log.info("keypad.erased", call=call)


@dataclass
class KeyedList:
    """`CallList`: of campaigns in which agents decide who is called."""

    choosing: Choosing
    clock: Clock

    async def next(self, agent: str, after: str) -> tuple[str, str]:
        """Whoever is shown; else the one behind `after` on the list, from its head at the end."""
        seen = await self.choosing.seen(agent)
        if seen is None:
            return "", ""
        people = [seen["person"]] if seen["person"] else seen["list"]
        known = [one["recipient"] for one in people]
        at = known.index(after) + 1 if after in known else 0
        return (known[at % len(known)], spoken(people[at % len(known)])) if people else ("", "")

    async def dial(self, agent: str, person: str) -> None:
        """Have them dialled."""
        with suppressed("dial"):
            await self.choosing.dial(agent, person)

    async def skip(self, agent: str, person: str, tomorrow: bool) -> None:
        """Not now. Whom an agent passes over on a list stays there; until tomorrow they do not."""
        with suppressed("skip"):
            at = self.clock.now() + DAY if tomorrow else 0.0
            await self.choosing.skip(agent, person, at)


@contextlib.contextmanager
def suppressed(what: str) -> Iterator[None]:
    """What cannot be any more is logged: the agent hears at the next key how things are."""
    try:
        yield
    except CampaignError as error:
        log.info("keypad.refused", what=what, why=str(error))


def spoken(person: Mapping[str, Any]) -> str:
    """Somebody in a sentence."""
    who = person["name"] or " ".join(person["number"].removeprefix("+"))
    before = f" Called {person['calls']} times before." if person["calls"] else ""
    return f"{who}. {person['campaign']}.{before}"


class Keys:
    """Takes what media processes tell of agents at the keys."""

    def __init__(
        self,
        config: Config,
        service: AcdService,
        sign_in: SignIn,
        users: Users,
        contents: ContentStore,
        phones: Phones,
        bus: Bus,
        clock: Clock,
        history: CallHistory,
        talks: Talks,
        choosing: Choosing,
    ) -> None:
        self._users = users
        self._phones = phones
        self._service = service
        self._voice = RemoteVoice(bus)
        self.keypad = KeypadService(
            KeypadConfig(config.acd.reasons[:9]), clock,
            submit=self._submit, agent=service.agent,
            pins=Pins(sign_in, service, config.domain, clock, config.team_of),
            voice=self._voice, words=Packets(contents),
            dispositions=StoredDispositions(
                contents, history, config.retention_seconds, clock, talks, config.acd.dispositions
            ),
            people=KeyedList(choosing, clock),
        )  # fmt: skip
        self.takers: dict[type, Callable[[Any], Awaitable[None]]] = {
            house.KeysOpened: self._opened,
            house.KeysPressed: self._pressed,
            house.KeysSaid: self._said,
            house.KeysClosed: self._closed,
        }

    async def _submit(self, event: object) -> None:
        """An agent's wish; a log-in with a phone that is not there says so at once."""
        await self._service.submit(event)
        if isinstance(event, AgentLoggedIn):
            profile = await self._users.agent(event.agent)
            registers = profile and not profile.contact and not profile.nailed_up
            why = self._phones.trouble(profile.sip_user) if profile and registers else None
            if why is not None:
                await self._service.submit(DeviceChanged(event.agent, False, why))

    async def _opened(self, opened: house.KeysOpened) -> None:
        self._voice.places[opened.leg] = opened.media
        agents = await self._users.agents()
        known = next((a.number for a in agents if a.sip_user == opened.source), "")
        await self.keypad.feed(KeypadOpened(opened.leg, known))

    async def _pressed(self, pressed: house.KeysPressed) -> None:
        await self.keypad.feed(DigitPressed(pressed.leg, pressed.digit))

    async def _said(self, said: house.KeysSaid) -> None:
        await self.keypad.feed(PromptDone(said.leg, said.say))

    async def _closed(self, closed: house.KeysClosed) -> None:
        self._voice.places.pop(closed.leg, None)
        await self.keypad.feed(KeypadClosed(closed.leg))
