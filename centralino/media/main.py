"""A media process: `python -m centralino.media.main NAME --layout FILE …`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from centralino import bots
from centralino.bus.base import Ends
from centralino.bus.unix import UnixBus
from centralino.config.model import Config
from centralino.content.vault import SoundVault
from centralino.media.house import House, LoadedBot, recognisers_of_one
from centralino.media.live_call import RATE
from centralino.media.load import watch_load, watch_room
from centralino.media.news import KeptNews
from centralino.media.prompts import fixed_texts, warm
from centralino.media.switchboard import Switchboard
from centralino.processes.child import (
    ChildArguments,
    Signals,
    read_arguments,
    run_child,
    say_ready,
)
from centralino.processes.layout import Layout, MediaPlace
from kernel.clock import SteadyClock
from telephony.drivers.baresip_options import BaresipOptions
from telephony.drivers.sip_baresip import BaresipControl
from telephony.media.pump import Pump
from voicebot.dialogue.flow import Bot
from voicebot.errors import EngineLost
from voicebot.nlu.ports import Understander
from voicebot.ports import SpeechEngines
from voicebot.speech import engines
from voicebot.speech.cache import CachedSynthesiser, PromptCache
from voicebot.speech.client import WyomingRecogniser, WyomingSynthesiser
from voicebot.speech.metered import MeteredRecogniser
from voicebot.speech.pool import RecogniserPool, SynthesiserPool, Worker

SPEECH_SECONDS = 280.0
"""How long speech workers and the making of all prompts may take at a first start."""


def live_line(event: dict[str, object]) -> None:
    """One line for whoever watches."""
    sys.stdout.write(json.dumps({"live": event}) + "\n")
    sys.stdout.flush()


def make_voice(config: Config, layout: Layout, workers: Sequence[Worker]) -> CachedSynthesiser:
    """The speech workers' voice, with what it said before on disk."""
    voices = [WyomingSynthesiser(uri, signs=True) for uri in layout.speech]
    voice = SynthesiserPool(voices, workers)
    cache = Path(layout.state_dir) / "cache" / "prompts"
    return CachedSynthesiser(voice, PromptCache(cache), config.speech.voice)


def make_voices(config: Config, layout: Layout) -> dict[str, CachedSynthesiser]:
    """Language → its voice, for every further one."""
    cache = PromptCache(Path(layout.state_dir) / "cache" / "prompts")
    return {
        language: CachedSynthesiser(
            SynthesiserPool([WyomingSynthesiser(uri, signs=True)]), cache,
            config.speech.voices[language],
        )
        for language, uri in layout.voices.items()
    }  # fmt: skip


def make_meter(
    layout: Layout, config: Config, clock: SteadyClock, workers: Sequence[Worker]
) -> MeteredRecogniser:
    """The speech workers' recognisers as one, counted."""
    recognisers = [WyomingRecogniser(uri, signs=True) for uri in layout.speech]
    pool = RecogniserPool(recognisers, workers)
    return MeteredRecogniser(pool, recognisers_of_one(config), clock.now)


def make_engines(
    voice: CachedSynthesiser, meter: MeteredRecogniser, config: Config
) -> SpeechEngines:
    """The speech workers, through their ports."""
    return SpeechEngines(
        synthesiser=voice,
        recogniser=meter,
        vad=engines.vad_maker(config.speech.vad),
        turn_detector=engines.load_turn_detector(
            config.speech.turn_detector, config.speech.models_dir
        ),
    )


def sip_options(place: MediaPlace, config: Config, layout: Layout) -> BaresipOptions:
    """The SIP stack behind the edge."""
    return BaresipOptions(
        host=place.host,
        port=place.port,
        outbound_proxy=layout.edge,
        codecs=config.media.codecs,
        jitter_ms=config.media.jitter_ms,
        expose_headers=("X-Centralino-Admit", "X-Centralino-Standing"),
    )


async def run(arguments: ChildArguments, told: Signals) -> None:
    """Until told to stop; then until the running calls have ended, or their time is over."""
    config, layout = arguments.config, arguments.layout
    place = next(place for place in layout.media if place.name == arguments.name)
    clock = SteadyClock()
    ends = Ends(arguments.name, config.centre, clock)
    bus = UnixBus(ends, Path(layout.bus), listens=False)
    workers = [Worker() for _ in layout.speech]
    voice = make_voice(config, layout, workers)
    voices = make_voices(config, layout)
    preparing = asyncio.create_task(prepare(config, layout, voice, voices))
    stop = asyncio.create_task(told.stop.wait())
    await asyncio.wait([preparing, stop], return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not preparing.done():  # told to stop before it was ready
        preparing.cancel()
        return
    loaded = preparing.result()
    meter = make_meter(layout, config, clock, workers)
    news = KeptNews(Path(layout.state_dir) / "news" / f"{arguments.name}.jsonl")
    async with BaresipControl(sip_options(place, config, layout)) as control, Pump() as pump:
        house = House(
            name=arguments.name, epoch=ends.epoch, config=config, control=control, pump=pump,
            bus=bus, engines=make_engines(voice, meter, config), meter=meter,
            bots={
                name: LoadedBot(bot, nlu, bots.performer(config, bot))
                for name, (bot, nlu) in loaded.items()
            },
            voices=voices, clock=clock, vault=SoundVault(Path(layout.state_dir) / "sound"),
            edge=layout.edge,
            secret=layout.secret,
            news=news,
            beside={one.name: f"{one.host}:{one.port}" for one in layout.media},
            live=live_line if arguments.live else lambda event: None,
        )  # fmt: skip
        switchboard = Switchboard(house)
        bus.on_message(switchboard.message)
        bus.on_peer(switchboard.peer)
        bus.on_taken(house.taken)
        async with bus:
            for id, value in news.open():
                await bus.send("control", value, id=id)
            await _serve(house, layout, switchboard, told)
        news.close()


async def prepare(
    config: Config,
    layout: Layout,
    voice: CachedSynthesiser,
    voices: Mapping[str, CachedSynthesiser],
) -> dict[str, tuple[Bot, Understander]]:
    """Load the bots and speak their prompts: at a first start this takes a minute."""
    loaded = await bots.load_for_lines(config)
    await bots.load_notices(config)  # learned before the first call, not beside it
    further = {line.also[code]: code for line in config.lines for code in line.also}
    own = (bot for name, (bot, _) in loaded.items() if name not in further)
    await warm_when_there(voice, fixed_texts(own), layout)
    for name, code in further.items():
        await warm_when_there(voices[code], fixed_texts([loaded[name][0]]), layout)
    return loaded


async def load_notices(house: House, layout: Layout) -> None:
    """The bots and voices of notifications; what was learned is read, phrases are spoken."""
    house.notices.voices.update(house.voices)
    for language, (bot, understander) in (await bots.load_notices(house.config)).items():
        name = house.config.outbound.notices[language]
        house.bots = {**house.bots, name: LoadedBot(bot, understander)}
        house.notices.understanders[language] = understander
        said = house.notices.voices.get(language)
        if isinstance(said, CachedSynthesiser):
            await warm_when_there(said, fixed_texts([bot]), layout)


async def warm_when_there(voice: CachedSynthesiser, texts: list[str], layout: Layout) -> None:
    """Make the prompts as soon as a speech worker listens. Raises EngineLost after a while."""
    async with asyncio.timeout(SPEECH_SECONDS):
        while True:
            try:
                return await warm(voice, texts, RATE, len(layout.speech))
            except EngineLost:
                await asyncio.sleep(0.2)


async def _serve(house: House, layout: Layout, switchboard: Switchboard, told: Signals) -> None:
    house.keep(house.carry_messages, "outbox")
    legs = house.spawn(switchboard.legs(), "legs")
    house.keep(lambda: watch_load(house, switchboard), "load")
    house.spawn(load_notices(house, layout), "notices")
    house.keep(lambda: watch_room(house, switchboard), "room")
    say_ready(house.name, epoch=house.epoch)
    stop = asyncio.create_task(told.stop.wait())
    await asyncio.wait([stop, legs], return_when=asyncio.FIRST_COMPLETED)
    if not stop.done():
        stop.cancel()
        raise RuntimeError(
            "the SIP stack tells of no calls any more"
        )  # the supervisor starts another
    switchboard.drain()
    deadline = house.clock.now() + house.config.sip.drain_seconds
    while not (switchboard.empty and house.nothing_kept) and house.clock.now() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    for call in list(switchboard.calls.values()):
        call.hang_up()
    switchboard.out.hang_up_all()
    switchboard.back.hang_up_all()
    switchboard.standing.hang_up_all()
    await house.flushed()
    await house.cancel_all()


def main() -> int:
    """Run the process; its exit code."""
    arguments = read_arguments()
    return run_child(arguments.name, arguments.config.log_level, lambda told: run(arguments, told))


if __name__ == "__main__":
    sys.exit(main())
