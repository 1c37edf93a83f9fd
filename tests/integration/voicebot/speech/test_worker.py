"""Real worker processes: ready line, both roles, SIGKILL in a turn, SIGTERM, what is missing."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.integration.voicebot.speech.workers import running, start
from tests.speech_models import MODELS, whisper_models
from tests.unit.voicebot.speech.conformance import hear
from voicebot.errors import EngineLost, EngineMissing
from voicebot.models import folder_of
from voicebot.speech import client
from voicebot.speech.client import WyomingRecogniser, WyomingSynthesiser
from voicebot.speech.pool import RecogniserPool
from voicebot.speech.ports import RecognitionContext
from voicebot.speech.sound import silence

pytestmark = pytest.mark.engine
TEXT = "What are your opening hours on Saturday?"


@pytest.mark.timeout(150)  # three models are read, twice
@pytest.mark.parametrize("engine", ["whisper", "vosk"])
async def test_a_worker_killed_in_a_turn_is_lost_and_works_again_when_restarted(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = whisper_models()
    if engine == "vosk":
        need_vosk(models)
    monkeypatch.setattr(client, "QUIET", 1.2)
    uri = f"unix://{tmp_path}/speech.sock"
    command = ("--uri", uri, "--models", str(models), "--voice", "hibari", "--recogniser", engine)
    recogniser, voice = WyomingRecogniser(uri, signs=True), WyomingSynthesiser(uri)
    async with running(*command) as worker:
        assert worker.ready["asr"]["name"] and worker.ready["tts"]["name"] == "hibari"
        assert worker.ready["asr"]["why"] == (await recogniser.info()).why
        clauses = [clause async for clause in voice.speak(TEXT, 8000)]
        pcm = silence(8000, 0.3) + clauses[0].pcm + silence(8000, 0.6)
        assert "opening hours" in (await hear(recogniser, pcm, 8000)).text

        stream = await recogniser.open(8000, RecognitionContext())
        await stream.feed(pcm)
        await worker.kill()
        with pytest.raises(EngineLost):
            await stream.finish()
        with pytest.raises(EngineLost):
            await RecogniserPool([recogniser]).open(8000, RecognitionContext())

    async with running(*command) as restarted:
        assert "opening hours" in (await hear(recogniser, pcm, 8000)).text

        stream = await recogniser.open(8000, RecognitionContext())
        await stream.feed(pcm)
        restarted.process.send_signal(signal.SIGSTOP)  # it hangs
        with pytest.raises(EngineLost, match="gave no sign"):
            await stream.finish()
        restarted.process.send_signal(signal.SIGCONT)
        assert "opening hours" in (await hear(recogniser, pcm, 8000)).text
        assert restarted.process.stdin is not None
        restarted.process.stdin.close()  # as when the supervisor was killed
        async with asyncio.timeout(20):
            assert await restarted.process.wait() == 0


def need_vosk(models: Path) -> None:
    try:
        folder_of("vosk-small-en-us", models)
    except EngineMissing as missing:
        pytest.skip(str(missing))


async def test_sigterm_ends_it() -> None:
    command = ("--uri", "tcp://127.0.0.1:0", "--role", "tts", "--voice", "hibari")
    async with running(*command) as worker:
        worker.process.terminate()
        async with asyncio.timeout(20):
            assert await worker.process.wait() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--role", "asr", "--models", "/nonexistent"), "centralino models fetch whisper-base"),
        (("--role", "asr", "--recogniser", "vosk-nowhere"), "centralino models list"),
        (("--role", "tts", "--voice", "hibari", "--uri", "smoke://signal"), "no Wyoming address"),
    ],
)
async def test_what_is_missing_is_one_line(arguments: tuple[str, ...], words: str) -> None:
    worker = await start("--uri", "tcp://127.0.0.1:0", "--models", str(MODELS), *arguments)
    assert await worker.process.wait() == 1
    assert worker.ready["ready"] is False
    assert words in worker.ready["error"]
    assert "\n" not in worker.ready["error"]
