"""What agents cost whose telephones are browsers, and a campaign with them.

    python bench/browsers.py [--agents 10] [--seconds 10] [--json FILE]

Each agent signs in at a running house and opens the socket of a page that is a telephone; its sound
is aiortc's in this process, for real browsers would take the cores that are measured. The agents'
legs stand; then a progressive campaign calls as many people as there are agents, on a loopback
carrier that hums. Counted are cores of the house's processes, and frames on both sides, loud ones
apart. Ends with 1 where sound of either side was missing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from rich.console import Console

from centralino.bench.dialer import Usage, carrier
from centralino.bench.house import forget
from centralino.commands.campaign import ask
from centralino.config.model import Config
from centralino.config.read import read_config
from centralino.demo.desk import Desk, signed_in
from centralino.processes.layout import free_port
from centralino.processes.serve import Serving
from centralino.rehearsal.people import Mix
from telephony.media.mixing import level_dbfs
from telephony.media.tones import beep

Json = dict[str, Any]
PASSWORD = "a-password-of-length"
FIRST = 300
"""The agents' numbers begin here."""
WORDS = "This is Riverton Utilities. We called you, and nobody was free to talk with you."
TONE = beep(806.0, 1.0)
LOUD_DBFS = -40.0
GOAL = 40.0
"""Loud frames a second, of 50. Those to people are counted from answer to hang-up, so the moment
until the agent is there is in it."""
PATIENCE = 30.0
"""Seconds for a page to get where it is to be."""


class Hum(AudioStreamTrack):
    """A microphone with a tone in it."""

    async def recv(self) -> Any:
        frame: Any = await super().recv()
        frame.planes[0].update(TONE[: 2 * frame.samples])
        return frame


@dataclass
class Page:
    """An agent's page as its telephone: answers whatever rings, and as `telephone.js` does sends
    sound in a call only."""

    desk: Desk
    state: str = ""
    heard: int = 0
    """Frames, loud or not."""
    loud: int = 0
    peer: RTCPeerConnection | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _reading: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until it is cancelled."""
        origin = {"Origin": str(self.desk.http._base_url).rstrip("/")}
        try:
            async with self.desk.http.ws_connect("/api/agent/phone", headers=origin) as socket:
                async for message in socket:
                    await self._told(socket, json.loads(message.data))
        finally:
            if self.peer is not None:
                await self.peer.close()

    async def _told(self, socket: Any, told: Json) -> None:
        if "begin" in told:
            await socket.send_json({"offer": await self._offer(told["ice"])})
        elif self.peer is not None and "answer" in told:
            answer = RTCSessionDescription(told["answer"], "answer")
            await self.peer.setRemoteDescription(answer)
        elif self.peer is not None and "state" in told:
            self.state = told["state"]
            self.peer.getSenders()[0].replaceTrack(Hum() if self.state == "up" else None)
            if self.state == "ringing":
                await socket.send_json({"pick_up": True})
            self._changed.set()

    async def _offer(self, ice: list[Json]) -> str:
        servers = [RTCIceServer(**one) for one in ice]
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        self.peer.addTransceiver("audio")
        self.peer.on("track", self._came)
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return str(self.peer.localDescription.sdp)

    def _came(self, track: MediaStreamTrack) -> None:
        self._reading = asyncio.create_task(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame: Any = await track.recv()
                self.heard += 1
                self.loud += level_dbfs(bytes(frame.planes[0])[: 2 * frame.samples]) > LOUD_DBFS

    async def until(self, state: str) -> None:
        """Wait until the house has told this state. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            while self.state != state:
                self._changed.clear()
                await self._changed.wait()


@contextlib.asynccontextmanager
async def page(desk: Desk) -> AsyncIterator[Page]:
    """A page that is a telephone, until it is left."""
    opened = Page(desk)
    running = asyncio.create_task(opened.run())
    try:
        await opened.until("ready")
        yield opened
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def settings(directory: Path, trunk: int, agents: int) -> Json:
    """A house with agents who have nothing but a browser."""
    secrets = directory / "agent.secrets"
    secrets.write_text(f"password {PASSWORD}\n")
    named = ("sales", "service", "billing", "technical", "emergency")
    return {
        "state_dir": str((directory / "state").resolve()),
        "sip": {"port": 0, "drain_seconds": 2.0, "max_calls": 4 * agents},
        "web": {"port": 0},
        "speech": {"workers": 1},
        "queues": [{"id": name, "client": "riverton", "wrap_up": 0.0} for name in named],
        "agents": [
            {"number": str(FIRST + n), "name": f"Agent {n}", "client": "riverton",
             "nailed_up": True, "queues": ["sales"], "secrets_file": str(secrets)}
            for n in range(agents)
        ],
        "lines": [{"number": "1000", "client": "riverton", "keys_only": True}],
        "trunks": [{"name": "loop", "target": f"127.0.0.1:{trunk}", "max_cps": 20.0,
                    "rehearsal": True}],
        "dial_rules": [{"purposes": ["campaign"]},
                       {"purposes": ["agent"], "targets": ["phones", "sip"]}],
    }  # fmt: skip


def is_in(desk: Desk, state: str) -> bool:
    """What the page says of its agent."""
    return desk.state == state


async def at_work(desk: Desk, telephone: Page) -> None:
    """Log in, pick up the leg that stands from now on, go ready."""
    await desk.do("log-in")
    await telephone.until("up")
    await desk.until("the leg stands", lambda: desk.view["agent"]["reachable"])
    await desk.do("ready")


async def campaign(config: Config, people: int) -> str:
    """One that runs, with agents behind it."""
    values = {"name": "Spring", "client": "riverton", "words": WORDS, "mode": "progressive",
              "queue": "sales", "caller_id": "+39020000", "exercise": True}  # fmt: skip
    name = str((await ask(config, "create", values))["campaign"])
    lines = [f"+3902000{n:04d}" for n in range(people)]
    await ask(config, "people", {"campaign": name, "lines": lines})
    await ask(config, "start", {"campaign": name})
    return name


async def cores(serving: Serving, seconds: float) -> dict[str, float]:
    """What each process of the house takes, for so long."""
    before = Usage.now(serving)
    await asyncio.sleep(seconds)
    return Usage.now(serving).since(before)


async def talk(house: Serving, desks: list[Desk], pages: list[Page], seconds: float) -> Json:
    """Everybody talks; cores, and frames a second to the agent who has fewest."""
    for desk in desks:
        await desk.until("both talk", partial(is_in, desk, "talking"))
    before, began = [(each.heard, each.loud) for each in pages], time.monotonic()
    used = await cores(house, seconds)
    took = time.monotonic() - began
    came = [each.heard - heard for each, (heard, _) in zip(pages, before, strict=True)]
    loud = [each.loud - loud for each, (_, loud) in zip(pages, before, strict=True)]
    for desk in desks:
        await desk.do("contact", offer=desk.contact["offer"], wish="end")
        await desk.until("it is over", partial(is_in, desk, "ready"))
    return {"cores": used, "to_agents": round(min(came) / took, 1),
            "loud_to_agents": round(min(loud) / took, 1)}  # fmt: skip


async def measure(directory: Path, agents: int, seconds: float) -> Json:
    """All of it. Raises StartRefused, ProcessDied, CampaignError, TimeoutError."""
    forget(directory, directory / "state")
    trunk, seen = free_port("127.0.0.1"), directory / "carrier.json"
    values = settings(directory, trunk, agents)
    config = read_config(None, values)
    mix = Mix(busy=0.0, no_answer=0.0, silent=1.0, ring=0.2, stays=seconds + PATIENCE, hums=True)
    async with (
        carrier(trunk, seen, mix),
        Serving(config, None, overrides=values) as house,
        contextlib.AsyncExitStack() as stack,
    ):
        desks = [
            await stack.enter_async_context(signed_in(house.url, str(FIRST + n), PASSWORD))
            for n in range(agents)
        ]
        used = {"nobody": await cores(house, seconds)}
        pages = [await stack.enter_async_context(page(desk)) for desk in desks]
        used["pages"] = await cores(house, seconds)
        for desk, each in zip(desks, pages, strict=True):
            await at_work(desk, each)
        used["legs_stand"] = await cores(house, seconds)
        name = await campaign(config, agents)
        talked = await talk(house, desks, pages, seconds)
        used["talk"] = talked.pop("cores")
        status = await ask(config, "status", {"campaign": name})
    counted = json.loads(seen.read_text())
    loud = sum(counted["loud"].values()) / sum(counted["held"])
    frames = {**talked, "loud_to_people": round(loud, 1)}
    return {
        "agents": agents,
        "cores": used,
        "of_a_core_each": {stage: added(used, stage, agents) for stage in list(used)[1:]},
        "frames_per_second": frames,
        **{key: status[key] for key in ("answered", "abandoned", "states")},
        "ok": status["answered"] == agents
        and min(frames["loud_to_agents"], frames["loud_to_people"]) >= GOAL,
    }


def added(used: dict[str, dict[str, float]], stage: str, agents: int) -> Json:
    """What one agent adds to what the house takes with nobody there."""
    return {
        name: round((used[stage][name] - used["nobody"][name]) / agents, 4)
        for name in ("browsers", "media-1", "control", "edge")
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--agents", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        found = asyncio.run(measure(Path(directory), given.agents, given.seconds))
    text = json.dumps(found, indent=2)
    Console().print_json(text)
    if given.json is not None:
        given.json.write_text(text + "\n", encoding="utf-8")
    sys.exit(0 if found["ok"] else 1)


if __name__ == "__main__":
    main()
