"""The shell of the edge: sockets and a clock around the core."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from types import TracebackType

import structlog

from kernel.clock import Clock
from telephony.edge.config import EdgeConfig, Ha1
from telephony.edge.core import EdgeCore
from telephony.edge.events import (
    CredentialsChanged,
    DrainAsked,
    DropBinding,
    FlowClosed,
    LinesChanged,
    MediaChanged,
    MediaDied,
    Notice,
    Pong,
    Received,
    RestoreBindings,
    RoomChanged,
    SaveBinding,
    Send,
    Started,
    TurnTaken,
    Undelivered,
)
from telephony.edge.network import Network
from telephony.edge.store import BindingStore, MemoryBindings
from telephony.edge.uri import Hop

log = structlog.get_logger("telephony.edge")

_QUIET_PASS = 0.001
"""Seconds by which a timer may be early, so that rounding does not spin."""


class EdgeServer:
    """`async with EdgeServer(config, clock, on_event) as edge:` listens until it is left.

    `on_event` gets every Notice, in order, on the loop; it must not block. What it raises is
    logged. Raises PortInUse, BadBindingFile or OSError on entering.
    """

    def __init__(
        self,
        config: EdgeConfig,
        clock: Clock,
        on_event: Callable[[Notice], None] = lambda notice: None,
        bindings: BindingStore | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._on_event = on_event
        self._bindings: BindingStore = bindings if bindings is not None else MemoryBindings()
        self._network = Network(self._arrived, self._closed)
        self._core: EdgeCore | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None

    async def __aenter__(self) -> EdgeServer:
        kept = tuple(self._bindings.load())
        await self._network.open(self._config.host, self._config.port)
        self._core = EdgeCore(self._config, self.port, secrets.token_bytes(32))
        log.info("edge_open", host=self._config.host, port=self.port, bindings=len(kept))
        self._tell(RestoreBindings(kept))
        self._tell(Started())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._core = None
        if self._timer is not None:
            self._timer.cancel()
        await self._network.close()
        log.info("edge_closed", port=self.port)

    # For the owner.

    @property
    def port(self) -> int:
        """The port that is listened on, UDP and TCP."""
        return self._network.port

    @property
    def metrics(self) -> Mapping[str, int]:
        """Plain numbers: counters since the start, and what is now."""
        return self._core.metrics() if self._core is not None else {}

    def drain(self) -> None:
        """Let no new call in; those that are up go on."""
        self._tell(DrainAsked())

    def set_media_up(self, name: str, up: bool) -> None:
        """A media process takes new calls, or does not."""
        self._tell(MediaChanged(name, up))

    def media_died(self, name: str) -> None:
        """A media process died: it takes no call, and those that it held are ended."""
        self._tell(MediaDied(name))

    def set_media_room(self, name: str, room: int) -> None:
        """For how many calls more a media process has room; counted down until told again."""
        self._tell(RoomChanged(name, room))

    def set_lines(self, lines: frozenset[str], default_line: str | None = None) -> None:
        """The numbers that are answered from now on."""
        self._tell(LinesChanged(lines, default_line))

    def set_credentials(self, credentials: Mapping[str, Ha1]) -> None:
        """Who may register from now on; the phones of all others are forgotten."""
        self._tell(CredentialsChanged(dict(credentials)))

    def browsers_restarted(self, at: float) -> None:
        """The phones that the process for browsers registered until then are gone."""
        if self._config.browsers is not None:
            self._tell(FlowClosed(self._config.browsers, at))

    # From the sockets, to the core, and back.

    def _arrived(self, source: Hop, data: bytes) -> None:
        self._tell(Received(source, data))

    def _closed(self, flow: Hop) -> None:
        self._tell(FlowClosed(flow))

    def _tell(self, event: object) -> None:
        core = self._core
        if core is None:
            return
        try:
            core.receive(event, self._clock.now())
        except Exception:
            # The public port must survive a bug that one message of a stranger has found: the
            # message is lost, the state is that of before or of a part of it, the log has it.
            log.exception("edge_bug", kind=type(event).__name__)
        self._carry_out(core)

    def _on_timer(self) -> None:
        core, self._timer = self._core, None
        if core is None:
            return
        try:
            core.handle_timer(self._clock.now() + _QUIET_PASS)
        except Exception:
            log.exception("edge_bug", kind="timer")  # as above
        self._carry_out(core)

    def _carry_out(self, core: EdgeCore) -> None:
        stored = False
        for command in core.commands():
            match command:
                case Send():
                    if stored:  # before the phone is told that it is registered
                        self._flush()
                    stored = False
                    self._send(command)
                case Pong(to):
                    self._network.send(to, b"\r\n", None, lambda: None)
                case SaveBinding(binding):
                    self._bindings.put(binding)
                    stored = True
                case DropBinding(aor, contact):
                    self._bindings.drop(aor, contact)
                    stored = True
                case _:
                    self._notify(command)
        if stored:
            self._flush()
        self._arm(core)

    def _flush(self) -> None:
        try:
            self._bindings.flush()
        except OSError as error:
            # The phone is registered all the same; only a restart of the edge would forget it.
            log.error("edge_bindings_not_saved", error=str(error))

    def _notify(self, notice: Notice) -> None:
        try:
            self._on_event(notice)
        except Exception:
            # A listener that fails must not stop the messages that follow.
            log.exception("edge_listener_failed", kind=type(notice).__name__)

    def _send(self, command: Send) -> None:
        def failed() -> None:
            self._tell(Undelivered(command.message))

        self._network.send(command.to, bytes(command.message), command.otherwise, failed)
        if command.turn:
            self._tell(TurnTaken(command.turn))

    def _arm(self, core: EdgeCore) -> None:
        due = core.next_timer()
        if due == self._due and self._timer is not None:
            return
        self._due = due
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due is not None:
            wait = max(0.0, due - self._clock.now())
            self._timer = asyncio.get_running_loop().call_later(wait, self._on_timer)
