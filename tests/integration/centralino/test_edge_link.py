"""Between supervisor, edge and control, with real sockets: a media process dies amid its calls."""

from __future__ import annotations

import asyncio
import json
import math
import os
import sys

import pytest

from centralino.bus.base import Ends
from centralino.bus.memory import MemoryBus, MemoryHub
from centralino.processes.edge import EdgeLink
from kernel.bus import Envelope
from kernel.clock import SteadyClock
from outbound.messages import AttemptRefused
from outbound.records import Refusal
from telephony.edge.config import EdgeConfig, MediaTarget, Trunk
from telephony.edge.events import MediaSilent
from telephony.edge.server import EdgeServer
from tests.integration.telephony.edge.house import answer, ask
from tests.integration.telephony.edge.peers import HOST, Peer, peer
from tests.waiting import until


def place(media: Peer, edge: EdgeServer, number: int) -> None:
    """A campaign's call."""
    invite = ask(
        "INVITE", edge.port, media.port, user=f"+3906{number}", branch=f"b{number}",
        call=f"o{number}", headers=[("X-Centralino-Attempt", f"a{number}")],
    )  # fmt: skip
    media.send(edge.port, invite)


async def test_what_rings_is_cancelled_and_what_waits_is_told_as_never_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard, supervisor = os.pipe()
    monkeypatch.setattr(sys, "stdin", os.fdopen(heard))
    hub, clock, news = MemoryHub(), SteadyClock(), list[object]()
    bus, control = (MemoryBus(hub, Ends(name, "house", clock)) for name in ("edge", "control"))
    link = EdgeLink(bus, frozenset({"media-1"}))

    async def take(envelope: Envelope) -> None:
        news.append(envelope.open())

    control.on_message(take)
    async with peer() as media, peer() as carrier, bus, control:
        target = MediaTarget("media-1", HOST, media.port)
        slow = Trunk("carrier", HOST, carrier.port, max_cps=0.1)
        config = EdgeConfig(domain=HOST, media=(target,), port=0, trunks=(slow,))
        async with EdgeServer(config, clock, link.notice) as edge:
            link.server = edge
            hearing = asyncio.create_task(link.hear_supervisor())
            carrying = asyncio.create_task(link.carry_messages())
            place(media, edge, 1)
            place(media, edge, 2)
            await until(lambda: carrier.requests("INVITE"))
            carrier.send(edge.port, answer(carrier.requests("INVITE")[0], 180, carrier.port))
            await until(lambda: media.responses)
            os.write(supervisor, b'{"post": "media-1", "up": false}\n')
            await until(lambda: news and carrier.requests("CANCEL"))
            assert news == [AttemptRefused("a2", Refusal.NO_SENDER)]
            assert [one.call_id for one in carrier.requests("INVITE")] == ["o1"]
            os.close(supervisor)
            await hearing
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)


@pytest.mark.parametrize("died", [False, True])
async def test_a_silent_media_process_is_tried_again_unless_it_has_died(
    monkeypatch: pytest.MonkeyPatch, died: bool
) -> None:
    heard, supervisor = os.pipe()
    monkeypatch.setattr(sys, "stdin", os.fdopen(heard))
    monkeypatch.setattr("centralino.processes.edge.SILENT_SECONDS", 0.0)
    hub, clock = MemoryHub(), SteadyClock()
    link = EdgeLink(MemoryBus(hub, Ends("edge", "house", clock)), frozenset({"media-1"}))
    link.server = EdgeServer(EdgeConfig(domain=HOST, media=()), clock)
    told: list[tuple[str, bool]] = []
    monkeypatch.setattr(link.server, "set_media_up", lambda name, up: told.append((name, up)))
    monkeypatch.setattr(link.server, "media_died", lambda name: None)
    if died:
        os.write(supervisor, b'{"post": "media-1", "up": false}\n')
    os.close(supervisor)
    await link.hear_supervisor()
    link.notice(MediaSilent("media-1"))
    later = asyncio.Event()
    asyncio.get_running_loop().call_later(0.0, later.set)
    await later.wait()
    assert told == [("media-1", False), *([] if died else [("media-1", True)])]


async def test_telephones_of_browsers_are_gone_as_soon_as_their_process_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard, supervisor = os.pipe()
    monkeypatch.setattr(sys, "stdin", os.fdopen(heard))
    hub, clock = MemoryHub(), SteadyClock()
    link = EdgeLink(MemoryBus(hub, Ends("edge", "house", clock)), frozenset({"media-1"}))
    link.server = EdgeServer(EdgeConfig(domain=HOST, media=()), clock)
    gone: list[float] = []
    monkeypatch.setattr(link.server, "browsers_restarted", gone.append)
    for post, up in (("control", False), ("browsers", False), ("browsers", True)):
        os.write(supervisor, json.dumps({"post": post, "up": up}).encode() + b"\n")
    os.close(supervisor)
    await link.hear_supervisor()
    assert gone == [math.inf]
