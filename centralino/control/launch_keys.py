"""Launching by telephone: the legs are in media processes, `outbound.dial_in` decides."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from centralino import messages as house
from centralino.control.keys import RemoteVoice
from centralino.outbound.campaigns import Asker, Json
from centralino.outbound.errors import CampaignError
from centralino.outbound.ready import ready_messages
from centralino.users.permissions import Action
from centralino.users.signin import SignIn
from kernel.bus import Bus
from kernel.clock import Clock
from outbound import dial_in as d

log = structlog.get_logger()

Ask = Callable[[str, Mapping[str, Any], Asker, str], Awaitable[Json]]
Take = Callable[[Any], Awaitable[None]]


@dataclass
class _Call:
    """One call of somebody who launches."""

    leg: str
    client: str
    events: asyncio.Queue[d.Event | None]
    """None: hung up. What was keyed before is done all the same: it may be a town's warning."""
    core: d.DialIn = field(default_factory=d.DialIn)
    number: str = ""
    pin: str = ""
    said: int = 0
    last: str = ""
    """What is said last: behind it the leg ends."""


class LaunchKeys:
    """Takes what media processes tell of lines of kind `launch`."""

    def __init__(
        self, ask: Ask, sign_in: SignIn, bus: Bus, clock: Clock,
        patience: float = d.PATIENCE,
    ) -> None:  # fmt: skip
        self._ask = ask
        self._sign_in = sign_in
        self._clock = clock
        self._patience = patience
        self._voice = RemoteVoice(bus)
        self._calls: dict[str, _Call] = {}
        self._work: set[asyncio.Task[None]] = set()

    def before(self, takers: Mapping[type, Take]) -> dict[type, Take]:
        """These takers, for legs that are not ours."""
        ours: dict[type, Take] = {
            house.KeysOpened: self._opened, house.KeysPressed: self._pressed,
            house.KeysSaid: self._said, house.KeysClosed: self._closed,
        }  # fmt: skip

        def taker(kind: type) -> Take:
            async def take(value: Any) -> None:
                launches = value.leg in self._calls or bool(getattr(value, "launches", ""))
                await (ours[kind] if launches else takers[kind])(value)

            return take

        return {kind: taker(kind) for kind in ours}

    # What media tells.

    async def _opened(self, opened: house.KeysOpened) -> None:
        if opened.leg in self._calls:
            return
        call = _Call(opened.leg, opened.launches, asyncio.Queue())
        self._calls[opened.leg] = call
        self._voice.places[opened.leg] = opened.media
        call.events.put_nowait(d.Opened())
        work = asyncio.create_task(self._serve(call), name=f"launch by {opened.leg}")
        self._work.add(work)
        work.add_done_callback(self._work.discard)

    async def _pressed(self, pressed: house.KeysPressed) -> None:
        self._calls[pressed.leg].events.put_nowait(d.Key(pressed.digit))

    async def _said(self, said: house.KeysSaid) -> None:
        if self._calls[said.leg].last == said.say:
            await self._voice.hang_up(said.leg)

    async def _closed(self, closed: house.KeysClosed) -> None:
        self._voice.places.pop(closed.leg, None)
        self._calls.pop(closed.leg).events.put_nowait(None)

    # One call.

    async def _serve(self, call: _Call) -> None:
        """Its events in order, until it ends. A fault ends this call, and nothing else."""
        try:
            while call.core.state is not d.State.OVER:
                try:
                    async with asyncio.timeout(self._patience):
                        event = await call.events.get()
                except TimeoutError:
                    event = d.Silence()
                if event is None:
                    return
                for command in call.core.receive(event):
                    await self._do(call, command)
        except Exception:
            log.exception("launch.broke", leg=call.leg)
            await self._voice.hang_up(call.leg)

    async def _do(self, call: _Call, command: d.Command) -> None:
        match command:
            case d.Say(text):
                call.said += 1
                await self._voice.say(call.leg, f"launch-{call.said}", text)
            case d.HangUp():
                call.last = f"launch-{call.said}"
            case d.Prove(number, pin):
                call.events.put_nowait(await self._prove(call, number, pin))
            case d.Count(template):
                call.events.put_nowait(await self._tried(self._count(call, template)))
            case d.Launch(template):
                call.events.put_nowait(await self._tried(self._launch(call, template)))
            case d.Approve(campaign):
                call.events.put_nowait(await self._tried(self._start(call, campaign)))

    async def _prove(self, call: _Call, number: str, pin: str) -> d.Event:
        """Somebody with this number and PIN who may run this client's campaigns."""
        now = self._clock.now()
        if not await self._sign_in.allowed_by_pin(
            number, pin, Action.RUN_CAMPAIGNS, call.client, now
        ):
            return d.NotProven()
        call.number, call.pin = number, pin
        return d.Proven(_templates(), await self._waiting(call))

    async def _waiting(self, call: _Call) -> d.Waiting | None:
        """The oldest launch that somebody else asked for."""
        board = await self._ask("list", {}, self._asker(call), "")
        for one in board["waiting"]:
            if one["by"] != call.number:
                return d.Waiting(one["campaign"], one["name"], one["people"], one["by"])
        return None

    async def _tried(self, work: Awaitable[d.Event]) -> d.Event:
        try:
            return await work
        except CampaignError as error:
            return d.Refused(str(error))

    async def _count(self, call: _Call, template: str) -> d.Event:
        values = {**ready_messages()[template], "client": call.client, "dry_run": True}
        told = await self._ask("notice.draft", values, self._asker(call), "")
        takes = told["first_pass_seconds"]
        minutes = None if takes is None else max(1, round(takes / 60))
        return d.Counted(told["people"], minutes, len(told["warnings"]))

    async def _launch(self, call: _Call, template: str) -> d.Event:
        values = {**ready_messages()[template], "client": call.client}
        key = f"{call.leg}:{template}"
        drafted = await self._ask("notice.draft", values, self._asker(call), key)
        return await self._start(call, drafted["campaign"])

    async def _start(self, call: _Call, campaign: str) -> d.Event:
        values = {"campaign": campaign, "by": call.number, "pin": call.pin}
        told = await self._ask("notice.launch", values, self._asker(call), "")
        return d.Launched(waits=told["state"] != "running")

    def _asker(self, call: _Call) -> Asker:
        return Asker(f"telephone {call.number}", frozenset({call.client}))


def _templates() -> tuple[d.Template, ...]:
    return tuple(
        d.Template(name, body["name"], text["headline"], text["body"])
        for name, body in ready_messages().items()
        for text in (body["texts"][body["default"]],)
    )
