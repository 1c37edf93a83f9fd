"""Listening for the pages."""

from __future__ import annotations

import errno
from types import TracebackType

import structlog
from aiohttp import web

from centralino.web.errors import WebAddressUnusable, WebPortInUse

log = structlog.get_logger()
PARTING = 2.0
"""Seconds for requests under way when the server stops."""


class WebServer:
    """The application on a port. Use with `async with`."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=PARTING)
        self._host = host
        self._wanted = port
        self.port = port
        """The port taken; before the start the one wanted (0: any free one)."""

    @property
    def url(self) -> str:
        """Where the pages are, as seen from this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(self._host, self._host)
        return f"http://{host}:{self.port}"

    async def __aenter__(self) -> WebServer:
        """Start. Raises WebPortInUse or WebAddressUnusable."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._wanted).start()
        except OSError as error:
            await self._runner.cleanup()
            raise self._refused(error) from error
        self.port = int(self._runner.addresses[0][1])
        log.info("web.listening", url=self.url)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    def _refused(self, error: OSError) -> WebPortInUse | WebAddressUnusable:
        if error.errno == errno.EADDRINUSE:
            return WebPortInUse(self._host, self._wanted)
        reason = error.strerror or str(error)
        return WebAddressUnusable(self._host, self._wanted, reason)
