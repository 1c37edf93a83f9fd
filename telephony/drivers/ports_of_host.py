"""Finding a free port for SIP, and finding out that one is taken."""

from __future__ import annotations

import errno
import socket
from contextlib import closing

from telephony.errors import PortInUse

TRIES = 50


def claim_port(host: str, port: int) -> int:
    """`port` if nobody has it for UDP or TCP, or a free one for 0. Raises PortInUse."""
    if port:
        if is_taken(host, port):
            raise PortInUse(f"{host}:{port}")
        return port
    for _ in range(TRIES):
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as udp:
            udp.bind((host, 0))
            found = int(udp.getsockname()[1])
        if not is_taken(host, found):
            return found
    raise PortInUse(f"{host}: every port tried")


def is_taken(host: str, port: int) -> bool:
    """Whether somebody listens on the port, by UDP or by TCP."""
    return any(_bound(host, port, kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM))


def _bound(host: str, port: int, kind: int) -> bool:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        if kind == socket.SOCK_STREAM:  # connections in TIME_WAIT do not hold the port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise
    return False
