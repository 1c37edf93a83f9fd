"""SIP and RTP by baresip (the only file that imports it): the default driver.

What the stack does and how this file lives with it, as measured with baresip-python 0.5.2a3:

- One `Runtime` may live in a process. Two open drivers raise DriverUnavailable.
- A refusal is always 486 and a 200 OK carries no headers of ours: the edge shows callers better.
- The Request-URI of an INVITE is not told; the edge copies it into X-Request-URI.
- The From of a leg that we place is its account's: one native user agent for each different From
  (they cannot be freed, so no more than MAX_IDENTITIES). P-Asserted-Identity says it too, always
  (:rfc:`3325#section-9.1`).
- Events of a leg that we place may come before `dial` has told its handle: they wait as orphans.
  The binding's `Call` misses them too and would think for ever that it is not established.
- `answer(video=True)` on an offer without video, or else the stack sends a re-INVITE after each
  answer that plain phones do not survive.
- A digit is told by CALL_DTMF_START; the later `on_dtmf` loses digits sent by INFO.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import baresip
import structlog
from baresip import Event

from kernel.ids import LegId, new_id
from telephony.drivers.addresses import address_of, name_of
from telephony.drivers.baresip_media import BaresipMedia
from telephony.drivers.baresip_options import (
    CAPABILITIES,
    MAX_IDENTITIES,
    BaresipOptions,
    Registration,
    account_line,
    config_text,
    exposed_headers,
    identity_headers,
    identity_line,
    main_line,
)
from telephony.drivers.causes import cause_of_text
from telephony.drivers.ports_of_host import claim_port, is_taken
from telephony.errors import DriverUnavailable, NoSuchLeg, PortInUse, RegistrationRefused
from telephony.types import (
    Capabilities,
    Cause,
    DigitReceived,
    LegAnswered,
    LegEnded,
    LegEvent,
    LegHeld,
    LegOffered,
    LegPlaced,
    LegRinging,
    Originate,
    TransferAsked,
    TransferProgressed,
)

log = structlog.get_logger("telephony.sip_baresip")

CLOSE_SECONDS = 2.0
TRANSACTION_SECONDS = 32.0
"""For so long a request that nobody answers is repeated (RFC 3261 §17.1.2.2, timer F)."""
HOLD_TRIES = 10
HOLD_RETRY_SECONDS = 0.1
TRANSFERRED = "Call transfered"
"""The stack's words, in its spelling, when our REFER was carried out."""
MAIN = ("", "", False)
"""The key of the user agent that takes every inbound leg."""


@dataclass
class _Leg:
    id: LegId
    inbound: bool
    call: Any = None
    sip_call_id: str = ""
    answered: bool = False
    ringing_told: bool = False
    ending: Cause | None = None
    """Why we end it, once we do; None while only the far end could."""
    ring_timer: asyncio.TimerHandle | None = None
    media: BaresipMedia | None = None
    packets: bool = False
    """Whether any packet has come from the far end, of sound or not."""


class BaresipControl:
    """CallControl by baresip. Open with `async with`; one at a time in a process."""

    def __init__(self, options: BaresipOptions) -> None:
        self.options = options
        self.port = options.port
        """The port that SIP listens on, once open."""
        self._runtime: Any = None
        self._agents: dict[tuple[str, str, bool], Any] = {}
        self._accounts: dict[str, Any] = {}
        self._legs: dict[LegId, _Leg] = {}
        self._by_handle: dict[int, _Leg] = {}
        self._placing = 0
        self._orphans: dict[int, list[Any]] = {}
        self._events: asyncio.Queue[LegEvent | None] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def capabilities(self) -> Capabilities:
        """What this driver can do."""
        return CAPABILITIES

    # Opening and closing.

    async def __aenter__(self) -> BaresipControl:
        """Start the stack. Raises PortInUse, DriverUnavailable, RegistrationRefused."""
        self.port = claim_port(self.options.host, self.options.port)
        self._runtime = baresip.Runtime()
        try:
            await self._runtime.start(
                baresip.Config(
                    net_interface=self.options.host,
                    expose_headers=exposed_headers(self.options),
                    max_concurrent_calls=None,
                    native_log_level="error",
                    sip_trace=self.options.sip_trace,
                    extra_config_text=config_text(self.options, self.port),
                )
            )
        except baresip.BaresipError as error:
            if "in use" in str(error):
                raise PortInUse(f"{self.options.host}:{self.port}") from error
            raise DriverUnavailable(f"baresip does not start: {error}") from error
        try:
            await self._open()
        except BaseException:
            await self._runtime.close()
            raise
        return self

    async def _open(self) -> None:
        if not is_taken(self.options.host, self.port):
            raise DriverUnavailable(f"baresip does not listen on {self.options.host}:{self.port}")
        self._runtime.subscribe(self._on_event)
        self._runtime.on_dead = self._on_dead
        agent = self._agents[MAIN] = await self._agent(main_line(self.options, self.port))
        if self.options.register is not None:
            await self._register(agent, self.options.register)

    async def register(self, account: Registration) -> None:
        """Have the legs of one more account come here, too; its user agent is kept for the next
        time. Raises RegistrationRefused."""
        agent = self._accounts.get(account.user)
        if agent is None:
            try:
                agent = await self._agent(account_line(self.options, account))
            except baresip.BaresipError as error:
                raise RegistrationRefused(account.registrar, str(error)) from error
            self._accounts[account.user] = agent
        await self._register(agent, account)

    async def unregister(self, user: str) -> None:
        """Have no more legs of this account come here. Harmless where none is registered."""
        if user in self._accounts:
            # To its end: a repeat that comes after the next registration would take that back.
            await self._unregister(self._accounts[user], TRANSACTION_SECONDS)

    async def _register(self, agent: Any, account: Registration) -> None:
        try:
            await agent.register()
        except baresip.BaresipError as error:
            # The stack goes on trying by itself, while its binding holds that there is nothing to
            # take back: a phone that nobody has would be registered in the end.
            agent._registered = True
            raise RegistrationRefused(account.registrar, str(error)) from error

    async def __aexit__(self, *exc: object) -> None:
        """End every leg, unregister, stop the stack; `events()` ends after the last event."""
        for leg in list(self._legs):
            await self.hang_up(leg)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), CLOSE_SECONDS)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.options.register is not None:
            await self._unregister(self._agents[MAIN], CLOSE_SECONDS)
        accounts = self._accounts.values()  # the edge may be gone: all at once
        await asyncio.gather(*(self._unregister(each, CLOSE_SECONDS) for each in accounts))
        self._end_all("the driver closed", by_peer=False)
        await self._runtime.close()
        self._events.put_nowait(None)

    async def _unregister(self, agent: Any, seconds: float) -> None:
        try:
            await agent.unregister(timeout=seconds)
        except baresip.BaresipError as error:
            log.warning("unregister failed", error=str(error))

    async def _agent(self, line: str) -> Any:
        policy = "auto" if self.options.follow_transfers else "reject"
        agent = await baresip.UserAgent.create(self._runtime, line, transfer_policy=policy)
        agent.on_incoming(self._on_incoming)
        agent.on_transfer_call(self._on_transfer_call)
        return agent

    # The verbs.

    async def events(self) -> AsyncIterator[LegEvent]:
        """What happens, as it happens; ends when the driver is closed."""
        while (event := await self._events.get()) is not None:
            yield event

    def media(self, leg: LegId) -> BaresipMedia:
        """The sound of an answered leg. Raises NoSuchLeg."""
        known = self._legs.get(leg)
        if known is None or known.media is None:
            raise NoSuchLeg(leg)
        return known.media

    async def answer(self, leg: LegId, headers: Mapping[str, str] | None = None) -> None:
        """200 OK. Headers cannot be sent by this stack (see Capabilities) and are logged."""
        known = self._legs.get(leg)
        if known is None or known.call is None:
            return
        if headers:
            log.info("headers of the answer not sent", leg=leg, names=sorted(headers))
        await self._try(known, known.call.answer(video=True))

    async def refuse(self, leg: LegId, cause: Cause) -> None:
        """486, whatever the cause."""
        known = self._legs.get(leg)
        if known is not None and known.call is not None:
            known.ending = cause
            await self._try(known, known.call.reject())

    async def hang_up(self, leg: LegId) -> None:
        """BYE, or CANCEL while it rings."""
        known = self._legs.get(leg)
        if known is not None:
            await self._end(known, Cause.NORMAL)

    async def _end(self, leg: _Leg, cause: Cause) -> None:
        leg.ending = leg.ending or cause
        if leg.call is not None:
            await self._try(leg, leg.call.hangup())

    async def hold(self, leg: LegId, on: bool) -> None:
        """re-INVITE with a=sendonly, or back; tried again while another one is on its way."""
        known = self._legs.get(leg)
        for _ in range(HOLD_TRIES):
            if known is None or known.call is None or not known.answered:
                return
            try:
                await (known.call.hold() if on else known.call.resume())
                return
            except baresip.StaleHandleError:
                return
            except baresip.BaresipError as error:
                log.debug("hold tried again", leg=leg, on=on, error=str(error))
                await asyncio.sleep(HOLD_RETRY_SECONDS)
        log.warning("hold not sent", leg=leg, on=on)

    async def send_digits(self, leg: LegId, digits: str) -> None:
        """Press keys, 220 ms each; returns after the last."""
        known = self._legs.get(leg)
        if known is not None and known.call is not None and digits:
            await self._try(known, known.call.send_dtmf(digits))

    async def refer(self, leg: LegId, target: str) -> None:
        """REFER (RFC 3515). A token travels inside `target`: see addresses.with_headers."""
        known = self._legs.get(leg)
        if known is not None and known.call is not None:
            self._spawn(self._refer(known, target))

    async def _refer(self, leg: _Leg, target: str) -> None:
        try:
            await leg.call.transfer(target)
        except (baresip.BaresipError, ValueError) as error:
            if leg.id in self._legs:
                self._tell(TransferProgressed(leg.id, True, False, str(error)))

    async def originate(self, order: Originate) -> None:
        """Send the INVITE; a failure to send is told as LegEnded."""
        leg = self._enter(_Leg(order.leg, inbound=False))
        self._placing += 1
        try:
            agent = await self._agent_for(order)
            leg.call = await agent.dial(
                order.target, headers=identity_headers(order) | dict(order.headers)
            )
        except ValueError as error:
            self._ended(leg, Cause.INVALID_NUMBER, str(error), by_peer=False)
            return
        except baresip.BaresipError as error:
            self._ended(leg, Cause.TEMPORARY_FAILURE, str(error), by_peer=False)
            return
        finally:
            self._placing -= 1
        loop = asyncio.get_running_loop()
        leg.ring_timer = loop.call_later(order.ring_timeout, self._on_ring_timeout, leg)
        self._adopt(leg)
        if leg.ending is not None:
            await self._end(leg, leg.ending)

    async def _agent_for(self, order: Originate) -> Any:
        """The user agent whose From this order wants; the main one where that cannot be. Raises
        ValueError for a direct one: by the main one it would go through the outbound proxy."""
        line = identity_line(self.options, order)
        if line is None:
            if order.direct:
                raise ValueError(f"no direct leg from {order.from_uri}")
            return self._agents[MAIN]
        key = (order.from_uri, order.from_name, order.direct)
        if key not in self._agents:
            if len(self._agents) > MAX_IDENTITIES and not order.direct:
                log.warning("From is the house's own: too many identities", leg=order.leg)
                return self._agents[MAIN]
            self._agents[key] = await self._agent(line)
        return self._agents[key]

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self, leg: _Leg, verb: Any) -> None:
        """Await a verb of the stack. That the leg is gone already is normal telephony."""
        try:
            await verb
        except baresip.StaleHandleError:
            return
        except baresip.BaresipError as error:
            log.warning("the stack refused", leg=leg.id, error=str(error))

    # What the stack tells. All of this runs on the event loop.

    def _tell(self, event: LegEvent) -> None:
        self._events.put_nowait(event)

    def _enter(self, leg: _Leg) -> _Leg:
        self._legs[leg.id] = leg
        self._idle.clear()
        return leg

    def _adopt(self, leg: _Leg) -> None:
        """The handle of a leg is known: let what came before it in."""
        self._by_handle[leg.call.handle] = leg
        for event in self._orphans.pop(leg.call.handle, ()):
            leg.call._on_stack_event(event)  # the binding's own Call missed it just so
            self._on_leg_event(leg, event)
        if not self._placing and not self.options.follow_transfers:
            self._orphans.clear()

    def _on_incoming(self, call: Any) -> None:
        leg = self._enter(_Leg(LegId(new_id("leg")), True, call, call.call_id or ""))
        self._by_handle[call.handle] = leg
        headers = {name.lower(): value for name, value in call.headers.items()}
        caller = headers.get("from", call.peer or "")
        called = address_of(headers.get("to", ""))
        self._tell(
            LegOffered(
                leg=leg.id,
                from_uri=address_of(caller),
                from_name=name_of(caller),
                to_uri=called,
                request_uri=address_of(headers.get("x-request-uri", "")) or called,
                headers=headers,
                sip_call_id=leg.sip_call_id,
            )
        )

    def _on_transfer_call(self, call: Any) -> None:
        self._adopt(self._enter(_Leg(LegId(new_id("leg")), False, call)))

    def _on_event(self, event: Any) -> None:
        leg = self._by_handle.get(event.call)
        if leg is not None:
            self._on_leg_event(leg, event)
        elif event.call and (self._placing or self.options.follow_transfers):
            self._orphans.setdefault(event.call, []).append(event)

    def _on_leg_event(self, leg: _Leg, event: Any) -> None:
        if event.call_id and not leg.sip_call_id:
            leg.sip_call_id = event.call_id
            if not leg.inbound:
                self._tell(LegPlaced(leg.id, leg.sip_call_id))
        act = _ACTS.get(event.event)
        if act is not None:
            act(self, leg, event)

    def _rang(self, leg: _Leg, event: Any) -> None:
        if not leg.inbound and not leg.ringing_told:
            leg.ringing_told = True
            self._tell(LegRinging(leg.id, leg.sip_call_id))

    def _established(self, leg: _Leg, event: Any) -> None:
        if leg.answered:
            return
        leg.answered = True
        if leg.ring_timer is not None:
            leg.ring_timer.cancel()
        leg.media = BaresipMedia(
            leg.call.audio, self._rate(leg), baresip.AudioRestarted, baresip.AudioNotActive
        )
        leg.media.came = leg.packets
        self._tell(LegAnswered(leg.id, leg.sip_call_id))

    def _packets(self, leg: _Leg, event: Any) -> None:
        leg.packets = True
        if leg.media is not None:
            leg.media.came = True

    def _reported(self, leg: _Leg, event: Any) -> None:
        if leg.media is not None:
            leg.media.counted(int(event.stats.get("rx", {}).get("packets", 0)))

    def _rate(self, leg: _Leg) -> int:
        try:
            return int(leg.call.audio.info().rx_sample_rate) or 8000
        except baresip.AudioNotActive:
            return 8000

    def _held(self, leg: _Leg, event: Any) -> None:
        self._tell(LegHeld(leg.id, event.event is Event.CALL_HOLD))

    def _transfer_asked(self, leg: _Leg, event: Any) -> None:
        if event.text:
            self._tell(TransferAsked(leg.id, event.text))

    def _digit(self, leg: _Leg, event: Any) -> None:
        if event.text:
            self._tell(DigitReceived(leg.id, event.text))

    def _closed(self, leg: _Leg, event: Any) -> None:
        text = event.text or ""
        if text == TRANSFERRED:
            self._tell(TransferProgressed(leg.id, True, True, text))
        by_peer = leg.ending is None and text != TRANSFERRED
        cause = leg.ending if leg.ending is not None else cause_of_text(text)
        self._ended(leg, cause, text, by_peer)

    def _ended(self, leg: _Leg, cause: Cause, text: str, by_peer: bool) -> None:
        if self._legs.pop(leg.id, None) is None:
            return
        if leg.media is not None:
            leg.media.came = False
        if leg.call is not None:
            self._by_handle.pop(leg.call.handle, None)
        if leg.ring_timer is not None:
            leg.ring_timer.cancel()
        if not self._legs:
            self._idle.set()
        self._tell(LegEnded(leg.id, cause, text, by_peer))

    def _on_ring_timeout(self, leg: _Leg) -> None:
        if leg.id in self._legs and not leg.answered:
            self._spawn(self._end(leg, Cause.NO_ANSWER))

    def _end_all(self, text: str, by_peer: bool) -> None:
        for leg in list(self._legs.values()):
            self._ended(leg, Cause.TEMPORARY_FAILURE, text, by_peer)

    def _on_dead(self) -> None:
        """The stack's thread is gone: nothing can be done in this process any more."""
        log.critical("the SIP stack died")
        self._end_all("the SIP stack died", by_peer=False)
        self._events.put_nowait(None)


_Act = Callable[[BaresipControl, _Leg, Any], None]
_ACTS: dict[Any, _Act] = {
    Event.CALL_RINGING: BaresipControl._rang,
    Event.CALL_PROGRESS: BaresipControl._rang,
    Event.CALL_ESTABLISHED: BaresipControl._established,
    Event.CALL_RTPESTAB: BaresipControl._packets,
    Event.CALL_RTCP: BaresipControl._reported,
    Event.CALL_HOLD: BaresipControl._held,
    Event.CALL_RESUME: BaresipControl._held,
    Event.CALL_DTMF_START: BaresipControl._digit,
    Event.CALL_TRANSFER: BaresipControl._transfer_asked,
    Event.CALL_CLOSED: BaresipControl._closed,
}
