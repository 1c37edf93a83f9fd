"""What the tests of one run share: the demonstration bot learns once, engines load once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.integration.voicebot.calling import Caller, Engines
from tests.speech_models import sentence_models, whisper_models
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import Embedder, choose
from voicebot.speech.choice import Choice
from voicebot.speech.engines import load_recogniser, load_synthesiser

UTILITY = Path(__file__).parents[3] / "nlu_models" / "utility"
Call = Callable[[Caller], Caller]


@pytest.fixture(scope="session")
def nlu_cache() -> Path:
    """Where what bots learned is kept for all runs, as it is in a house."""
    folder = Path(__file__).parents[3] / "var" / "test-cache" / "nlu"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """What the demonstration bot knows the meaning of sentences by."""
    found, why = choose("en", sentence_models())
    assert found is not None, why
    return found


@pytest.fixture(scope="session")
def engines(nlu_cache: Path, embedder: Embedder) -> Engines:
    bot = load_bot(UTILITY)
    choice = Choice("whisper", "whisper-base", "the test wants it")
    return Engines(
        bot,
        Embedded.load(bot.training, nlu_cache, embedder=embedder),
        load_recogniser(choice, "en", whisper_models(), 1),
        load_synthesiser("piper"),
        load_synthesiser("hibari"),
    )


@pytest.fixture
async def call() -> AsyncIterator[Call]:
    """Begin a call."""
    running: list[asyncio.Task[None]] = []

    def begin(caller: Caller) -> Caller:
        running.append(asyncio.create_task(caller.session.run()))
        return caller

    yield begin
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@pytest.fixture
async def caller(call: Call, engines: Engines) -> Caller:
    """Somebody who has just been answered."""
    return call(Caller(engines))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Learning and loading, once a run, are not the time of the test that happens to be first."""
    for item in items:
        if {"nlu_cache", "engines"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.timeout(60, func_only=True))
