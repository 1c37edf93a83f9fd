"""What every scene needs: the running house, the agents, voices, and callers to send in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rich.console import Console

from centralino.caller.party import Order, order
from centralino.caller.script import HangUp, Press, Quiet, Say, Step, Told
from centralino.caller.voices import Voices
from centralino.commands.call import Running, party
from centralino.demo.desk import Desk, signed_in
from centralino.demo.setting import Setting
from centralino.demo.watch import SeenCall, Watch
from centralino.processes.serve import Serving

CALLER_VOICE = "hibari"
"""Another voice than the bot's, so that both are told apart."""
AGENT_VOICE = "piper"
AGENT_SAYS = "Hello, you are speaking with the service team. I have your details in front of me."
CALLER_THANKS = "Thank you very much, that helps a lot. Goodbye."


@dataclass
class Phone:
    """An agent's SIP phone, in a process of its own."""

    number: str
    running: Running


@dataclass
class Stage:
    """Where the scenes are played."""

    console: Console
    setting: Setting
    house: Serving
    watch: Watch
    voices: Voices
    agent_voices: Voices
    desks: dict[str, Desk] = field(default_factory=dict)

    async def say(self, text: str) -> Say:
        """A sentence in the caller's voice."""
        return Say(text, str(await self.voices.wav(text)))

    async def steps(self, *parts: str | Step) -> list[Step]:
        """A script: a text is said when the other side is quiet, `#…` is keyed then."""
        script: list[Step] = []
        for part in parts:
            if not isinstance(part, str):
                script.append(part)
            elif part.startswith("#"):
                script += [Quiet(), Press(part[1:])]
            else:
                script += [Quiet(), await self.say(part)]
        return script

    @contextlib.asynccontextmanager
    async def caller(
        self, name: str, script: list[Step], line: str = "1000"
    ) -> AsyncIterator[Running]:
        """A caller's process, calling `line`."""
        asked = order(
            script,
            target=f"sip:{line}@{self.house.layout.edge}",
            user=name,
            name=name.replace("-", " ").title(),
            edge=self.house.layout.edge,
            recording=str(self.setting.recordings / f"{name}.wav"),
        )
        async with party(asked) as running:
            yield running

    async def call_of(self, name: str, nth: int = 1) -> SeenCall:
        """The nth call of a caller, once the house has seen it."""
        calls = await self.watch.until(
            f"call {nth} of {name} arrived",
            lambda: found if len(found := self.watch.of(name)) >= nth else None,
        )
        call = calls[nth - 1]
        assert isinstance(call, SeenCall)
        return call

    @contextlib.asynccontextmanager
    async def phone(
        self, number: str, calls: int = 1, answers: Literal["soon", "told", "never"] = "soon"
    ) -> AsyncIterator[Phone]:
        """An agent's phone, registered at the edge; told: by the word `answer`."""
        agent = self.setting.agents[number]
        script: list[Step] = []
        if answers != "never":
            wav = str(await self.agent_voices.wav(AGENT_SAYS))
            script = [Told("talk"), Say(AGENT_SAYS, wav), Told("bye"), HangUp()]
        asked = Order(
            user=number,
            password=agent.sip,
            edge=self.house.layout.edge,
            answer_after=1.0 if answers == "soon" else None,
            script=order(script).script,
            recording=str(self.setting.recordings / f"agent-{number}.wav"),
            calls=calls,
            max_seconds=600.0,
        )
        async with party(asked) as running:
            await running.until("ready")
            yield Phone(number, running)


@contextlib.asynccontextmanager
async def open_stage(
    setting: Setting, console: Console, voices: Path, quiet: bool = False
) -> AsyncIterator[Stage]:
    """Start the house of this setting and sign its agents in. Raises StartRefused.

    `voices` keeps the sentences of callers and agents, which are costly to make.
    """
    watch = Watch(console, quiet)
    async with contextlib.AsyncExitStack() as stack:
        house = await stack.enter_async_context(
            Serving(setting.config, setting.file, live=True, heard=watch.heard)
        )
        stage = Stage(
            console, setting, house, watch,
            voices=Voices(voices, CALLER_VOICE), agent_voices=Voices(voices, AGENT_VOICE),
        )  # fmt: skip
        for number, agent in setting.agents.items():
            desk = signed_in(house.url, agent.number, agent.password)
            stage.desks[number] = await stack.enter_async_context(desk)
        yield stage


def recording_of(running: Running) -> str:
    """Where a party's recording is, once its call has ended."""
    ended = running.seen("ended")
    return str(ended["recording"]) if ended else ""


def click_file(directory: Path) -> Path:
    """A WAV with clicks at uneven distances, to measure a way through the bridge."""
    from telephony.media.tones import beep
    from telephony.media.wav import WavSink

    path = directory / "clicks.wav"
    sink = WavSink(path, 8000, channels=1)
    click = beep(hertz=1000.0, seconds=0.04)
    for n in range(CLICKS):
        sink(click + bytes(2 * (2400 + 37 * n)))
    sink.close()
    return path


CLICKS = 6
