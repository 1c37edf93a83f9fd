"""Client and server over real sockets, with the shipped fakes as engines."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.voicebot.speech.conformance import (
    Utterance,
    hear,
    recogniser_conforms,
    synthesiser_conforms,
)
from tests.waiting import until
from voicebot.errors import EngineLost
from voicebot.speech import client as client_module
from voicebot.speech import protocol
from voicebot.speech import server as server_module
from voicebot.speech.client import WyomingRecogniser, WyomingSynthesiser
from voicebot.speech.ports import Recognised, RecognitionContext, RecognitionStream
from voicebot.speech.protocol import Event
from voicebot.speech.scripted import ScriptedRecogniser, TextSynthesiser, tone
from voicebot.speech.server import Engines, Server

UTTERANCE = Utterance(tone(8000, 0.5), 8000, "hours")
TEXT = "What are your opening hours?"


@contextlib.asynccontextmanager
async def serving(engines: Engines, uri: str = "tcp://127.0.0.1:0") -> AsyncIterator[Server]:
    server = Server(engines, uri)
    await server.start()
    try:
        yield server
    finally:
        await server.stop(patience=0.2)


@contextlib.asynccontextmanager
async def foreign(*answers: Event) -> AsyncIterator[str]:
    """Somebody else's server: gives these answers to any end of sound or order to speak."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (event := await protocol.read_event(reader)) is not None:
            if event.type in (protocol.AUDIO_STOP, protocol.SYNTHESIZE, protocol.DESCRIBE):
                for answer in answers:
                    await protocol.write_event(answer, writer)
        await protocol.hang_up(writer, patience=0.0)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"tcp://127.0.0.1:{port}"
    finally:
        server.close()


class Stuck(ScriptedRecogniser):
    """Its streams never finish; it counts those that were cancelled while they worked."""

    def __init__(self) -> None:
        super().__init__()
        self.working = 0
        self.cancelled = 0

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        return _StuckStream(self)


class _StuckStream:
    def __init__(self, owner: Stuck) -> None:
        self._owner = owner

    async def feed(self, pcm: bytes) -> None:
        pass

    async def partial(self) -> str:
        return "so far"

    async def finish(self) -> Recognised:
        self._owner.working += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self._owner.cancelled += 1
            raise
        raise AssertionError("unreachable")

    async def cancel(self) -> None:
        pass


@pytest.mark.parametrize("scheme", ["tcp", "unix"])
async def test_the_client_conforms(scheme: str, tmp_path: Path) -> None:
    uri = "tcp://127.0.0.1:0" if scheme == "tcp" else f"unix://{tmp_path}/s.sock"
    script = ScriptedRecogniser([TEXT] * 2)
    async with serving(Engines(script, TextSynthesiser()), uri) as server:
        await recogniser_conforms(WyomingRecogniser(server.uri), UTTERANCE)
        await synthesiser_conforms(WyomingSynthesiser(server.uri))


async def test_the_context_and_partials_arrive() -> None:
    context = RecognitionContext("it", "digits", ("bolletta",), ("uno",), 3)
    script = ScriptedRecogniser([TEXT])
    async with serving(Engines(script)) as server:
        await hear(WyomingRecogniser(server.uri), UTTERANCE.pcm, 8000, context)
    assert script.contexts == [context]
    async with serving(Engines(Stuck())) as server:
        stream = await WyomingRecogniser(server.uri).open(8000, context)
        await stream.feed(UTTERANCE.pcm)
        async with asyncio.timeout(5):
            while await stream.partial() != "so far":
                await stream.feed(UTTERANCE.pcm)
        await stream.cancel()


async def test_who_hangs_up_takes_his_work_along() -> None:
    stuck = Stuck()
    async with serving(Engines(stuck)) as server:
        stream = await WyomingRecogniser(server.uri).open(8000, RecognitionContext())
        finishing = asyncio.create_task(stream.finish())
        await until(lambda: stuck.working == 1)
        finishing.cancel()
        await until(lambda: stuck.cancelled == 1)


async def test_a_worker_that_says_nothing_is_lost() -> None:
    async with serving(Engines(Stuck())) as server:
        stream = await WyomingRecogniser(server.uri, timeout=0.05).open(8000, RecognitionContext())
        with pytest.raises(EngineLost, match="gave no sign"):
            await stream.finish()
    async with foreign() as uri:
        with pytest.raises(EngineLost, match="said nothing"):
            async for _ in WyomingSynthesiser(uri, timeout=0.05).speak("Hello.", 8000):
                pass


async def test_who_gives_signs_may_take_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server_module, "SIGN_SECONDS", 0.02)
    monkeypatch.setattr(client_module, "QUIET", 0.2)
    stuck = Stuck()
    async with serving(Engines(stuck)) as server:
        stream = await WyomingRecogniser(server.uri, signs=True).open(8000, RecognitionContext())
        finishing = asyncio.create_task(stream.finish())
        done, _ = await asyncio.wait({finishing}, timeout=0.5)
        assert not done and stuck.working == 1
        finishing.cancel()
        await until(lambda: stuck.cancelled == 1)


async def test_nobody_there_is_lost(tmp_path: Path) -> None:
    for uri in (f"unix://{tmp_path}/none.sock", "tcp://127.0.0.1:1"):
        with pytest.raises(EngineLost, match="does not answer"):
            await WyomingRecogniser(uri).open(8000, RecognitionContext())
        with pytest.raises(EngineLost, match="does not answer"):
            await WyomingSynthesiser(uri).info()


async def test_a_failing_engine_is_told_and_the_next_turn_works() -> None:
    script = ScriptedRecogniser([TEXT])
    async with serving(Engines(script)) as server:
        recogniser = WyomingRecogniser(server.uri)
        script.lost = True
        with pytest.raises(EngineLost, match="told to be lost"):
            await hear(recogniser, UTTERANCE.pcm, 8000)
        script.lost = False
        assert (await hear(recogniser, UTTERANCE.pcm, 8000)).text == TEXT


async def test_a_role_that_a_worker_does_not_have() -> None:
    async with serving(Engines(ScriptedRecogniser())) as server:
        with pytest.raises(EngineLost, match="has no tts"):
            await WyomingSynthesiser(server.uri).info()
        with pytest.raises(EngineLost, match="does not speak"):
            async for _ in WyomingSynthesiser(server.uri).speak("Hello.", 8000):
                pass


async def test_a_server_that_goes_away_in_a_turn_is_lost_and_its_successor_works(
    tmp_path: Path,
) -> None:
    uri = f"unix://{tmp_path}/s.sock"
    recogniser = WyomingRecogniser(uri)
    stuck = Stuck()
    async with serving(Engines(stuck), uri):
        stream = await recogniser.open(8000, RecognitionContext())
        finishing = asyncio.create_task(stream.finish())
        await until(lambda: stuck.working == 1)
    with pytest.raises(EngineLost):
        await finishing
    async with serving(Engines(ScriptedRecogniser([TEXT])), uri):
        assert (await hear(recogniser, UTTERANCE.pcm, 8000)).text == TEXT
    for verb in (stream.finish(), stream.feed(b"")):
        with pytest.raises(EngineLost, match="over"):
            await verb


async def test_a_foreign_recogniser_serves_us() -> None:
    async with foreign(Event("transcript", {"text": " Good morning. "})) as uri:
        heard = await hear(WyomingRecogniser(uri), UTTERANCE.pcm, 8000)
    assert (heard.text, heard.confidence) == ("Good morning.", protocol.FOREIGN_CONFIDENCE)


async def test_a_foreign_voice_serves_us_at_its_own_rate() -> None:
    sound = protocol.audio_chunk(tone(22050, 1.0), 22050)
    async with foreign(protocol.audio_start(22050), sound, protocol.audio_stop()) as uri:
        clauses = [c async for c in WyomingSynthesiser(uri).speak("Hello there.", 8000)]
    assert [len(clause.pcm) for clause in clauses] == [pytest.approx(16000, abs=20)]


async def test_a_foreign_client_is_served() -> None:
    """Only what the protocol itself has: no audio-start, no context, sound at 16 kHz."""
    script = ScriptedRecogniser([TEXT])
    async with serving(Engines(script, TextSynthesiser())) as server:
        host, port = server.uri.removeprefix("tcp://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for event in (
            Event("ping"),
            Event("transcribe", {"language": "en"}),
            protocol.audio_chunk(tone(16000, 0.5), 16000),
            protocol.audio_stop(),
        ):
            await protocol.write_event(event, writer)
        answer = await protocol.read_event(reader)
        assert answer is not None and (answer.type, answer.data["text"]) == ("transcript", TEXT)
        await protocol.write_event(Event("synthesize", {"text": "Hello. Bye."}), writer)
        kinds = [answer.type]
        while kinds[-1] != protocol.AUDIO_STOP:
            answer = await protocol.read_event(reader)
            assert answer is not None
            kinds.append(answer.type)
        assert kinds.count(protocol.AUDIO_START) == 1
        await protocol.hang_up(writer, patience=1.0)
    assert script.contexts == [RecognitionContext()]


async def test_rubbish_is_hung_up_on() -> None:
    async with serving(Engines(ScriptedRecogniser())) as server:
        host, port = server.uri.removeprefix("tcp://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await reader.read() == b""
        await protocol.hang_up(writer, patience=1.0)
