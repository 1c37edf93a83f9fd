"""Where everything listens: worked out once by the supervisor, read by every process.

Ports of processes that nobody outside speaks to are free ones, chosen once, so that a process that
is started again has its old port.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from centralino.browser_messages import BROWSERS
from centralino.config.model import Config
from centralino.errors import StartRefused


@dataclass(frozen=True)
class MediaPlace:
    """A media process's SIP address, behind the edge."""

    name: str
    host: str
    port: int


@dataclass(frozen=True)
class Layout:
    """Addresses of one running house."""

    state_dir: str
    bus: str
    edge_host: str
    """Where the edge listens; perhaps a wildcard."""
    edge_address: str
    """Where it is reached."""
    edge_port: int
    web_host: str
    web_port: int
    media: tuple[MediaPlace, ...]
    browsers: MediaPlace | None = None
    """The telephone of agents' browsers; None: there is none."""
    speech: tuple[str, ...] = field(default=())
    """Wyoming URIs."""
    voices: dict[str, str] = field(default_factory=dict)
    """Language → Wyoming URI of its own voice."""
    secret: str = field(default="", repr=False)
    """By which media processes know a call that the edge admitted."""

    @property
    def edge(self) -> str:
        """The public SIP port as host:port."""
        return f"{self.edge_address}:{self.edge_port}"

    def write(self, path: Path) -> None:
        """Write it for the processes; atomic."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)  # it has the house's secret
        part.write_text(json.dumps(asdict(self), indent=1))
        os.replace(part, path)

    @classmethod
    def read(cls, path: Path) -> Layout:
        """What the supervisor wrote. Raises StartRefused."""
        try:
            values: dict[str, Any] = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise StartRefused(f"{path} cannot be read: {error}; start with `serve`") from error
        media = tuple(MediaPlace(**place) for place in values.pop("media"))
        browsers = values.pop("browsers")
        return cls(
            media=media, browsers=browsers and MediaPlace(**browsers),
            speech=tuple(values.pop("speech")), **values,
        )  # fmt: skip


def free_port(host: str, kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port that nobody has just now, on UDP and TCP."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, kind) as first:
            first.bind((host, 0))
            port: int = first.getsockname()[1]
            if port_is_free(host, port):
                return port
    raise StartRefused(f"no free port on {host}")


def port_is_free(host: str, port: int) -> bool:
    """Whether a TCP listener could be opened there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def make_layout(config: Config) -> Layout:
    """Choose what the configuration left open. Raises StartRefused for a port in use."""
    state = config.state_dir.resolve()
    run = state / "run"
    places = tuple(
        MediaPlace(name, config.sip.public_host, _media_port(config, index))
        for index, name in enumerate(config.media_names())
    )
    return Layout(
        state_dir=str(state),
        bus=str(_socket_path(run / "bus.sock")),
        edge_host=config.sip.host,
        edge_address=config.sip.public_host,
        edge_port=_wanted(config.sip.host, config.sip.port, "sip.port"),
        web_host=config.web.host,
        web_port=_wanted(config.web.host, config.web.port, "web.port"),
        media=places,
        browsers=_browsers(config),
        secret=secrets.token_hex(16),
        voices={
            language: f"unix://{_socket_path(run / f'voice-{language}.sock')}"
            for language in config.speech.voices
        },
        speech=tuple(
            f"unix://{_socket_path(run / f'speech-{n + 1}.sock')}"
            for n in range(config.speech.workers)
        ),
    )


def _media_port(config: Config, index: int) -> int:
    base = config.media.base_port
    return base + 2 * index if base else free_port(config.sip.public_host)


def _browsers(config: Config) -> MediaPlace | None:
    host = config.sip.public_host
    return MediaPlace(BROWSERS, host, free_port(host)) if config.browsers.enabled else None


def _wanted(host: str, port: int, key: str) -> int:
    if port == 0:
        return free_port(host)
    if not port_is_free(host, port):
        raise StartRefused(
            f"{host}:{port} is in use by another program: stop it, or set another {key}"
        )
    return port


def _socket_path(path: Path) -> Path:
    if len(str(path).encode()) > 100:  # sockaddr_un.sun_path holds 108 bytes
        raise StartRefused(f"{path}: too long for a socket, set a shorter state_dir")
    return path
