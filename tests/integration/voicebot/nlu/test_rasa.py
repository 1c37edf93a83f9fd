"""A Rasa server beside us: asked, not waited for, and the embedded engine behind it."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from aiohttp import web

from centralino.bench import rasa_beside
from tests.integration.voicebot.nlu import rasa_peer as peer
from tests.small_bot import write_small_bot
from tests.unit.voicebot.nlu.conformance import understander_conforms
from voicebot.breaker import Breaker, Circuit
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.rasa import Rasa, RasaAt
from voicebot.nlu.training import Training
from voicebot.understanding import understand

SAID = "when do you close"
SHORT = 0.15
"""Seconds that a server is given which will not answer."""


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Training:
    return load_bot(write_small_bot(tmp_path_factory.mktemp("bots") / "small")).training


@pytest.fixture(scope="module")
def embedded(training: Training, tmp_path_factory: pytest.TempPathFactory) -> Embedded:
    return Embedded.load(training, tmp_path_factory.mktemp("cache"))


async def test_the_embedded_engine_conforms(embedded: Embedded) -> None:
    await understander_conforms(embedded)


async def test_rasa_conforms(training: Training, embedded: Embedded) -> None:
    seen: list[str] = []
    async with peer.serving(peer.well(embedded, seen), "/model/parse") as url:
        rasa = Rasa(RasaAt(url, 5.0), training, embedded)
        await understander_conforms(rasa)
    assert SAID in seen
    assert rasa.breaker.state is Circuit.CLOSED


async def test_without_its_server_it_conforms_too(training: Training, embedded: Embedded) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    rasa = Rasa(RasaAt(url, SHORT), training, embedded)
    await understander_conforms(rasa)
    assert rasa.breaker.state is Circuit.OPEN


@pytest.mark.parametrize(
    "handler",
    [
        peer.never, peer.drop_by_drop, peer.without_end, peer.saying(b""), peer.saying(b"{}"),
        peer.saying(b"[[[" * 5000), peer.saying(b'{"intent": {"name": "x", "confidence": 1}}'),
        peer.saying(b"<html>", 502), peer.saying(b'{"intent": {"name": "bill"}}'),
        peer.saying(b'{"status": "failure"}', 500),
        peer.saying(b'{"intent": {"name": "bill", "confidence": NaN}}'),
    ],
    ids=["silent", "drops", "endless", "empty", "object", "deep", "other", "502", "half", "500",
         "nan"],
)  # fmt: skip
async def test_who_answers_nonsense_or_late_is_answered_for(
    handler: peer.Handler, training: Training, embedded: Embedded
) -> None:
    own = await embedded.understand(SAID)
    async with peer.serving(handler) as url, asyncio.timeout(10):
        now = 0.0
        rasa = Rasa(RasaAt(url, SHORT), training, embedded, lambda: now, Breaker(3, 15.0))
        for _ in range(3):
            meaning = await rasa.understand(SAID)
            assert (meaning.intent, meaning.out_of_scope) == (own.intent, own.out_of_scope)
        assert rasa.breaker.state is Circuit.OPEN
        now = 14.9
        await rasa.understand(SAID)
        assert rasa.breaker.state is Circuit.OPEN, "it is not asked"


async def test_who_is_well_again_is_asked_again(training: Training, embedded: Embedded) -> None:
    now, ill, seen = 0.0, True, list[str]()
    answers = peer.well(embedded, seen)

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(status=503) if ill else await answers(request)

    async with peer.serving(handler) as url:
        rasa = Rasa(RasaAt(url, 5.0), training, embedded, lambda: now, Breaker(2, 15.0))
        await rasa.understand(SAID)
        await rasa.understand(SAID)
        ill = False
        await rasa.understand(SAID)
        assert seen == []
        now = 15.0
        await rasa.understand(SAID)
        assert seen == [SAID]
        assert rasa.breaker.state is Circuit.CLOSED


async def test_a_bare_yes_is_asked_once_and_again_after_a_minute(
    training: Training, embedded: Embedded
) -> None:
    now, seen = 0.0, list[str]()
    async with peer.serving(peer.well(embedded, seen)) as url:
        rasa = Rasa(RasaAt(url, 5.0), training, embedded, lambda: now)
        readings = await understand(rasa, "yes", ("yes_no", "open"))
        assert [reading.text for reading in readings] == ["yes", "yes"]
        assert seen == ["yes"]
        now = 61.0
        await rasa.understand("yes", "yes_no")
        assert seen == ["yes", "yes"]


async def test_a_caller_who_hangs_up_does_not_count(training: Training, embedded: Embedded) -> None:
    async with peer.serving(peer.never) as url:
        rasa = Rasa(RasaAt(url, 30.0), training, embedded, breaker=Breaker(1))
        asked = asyncio.create_task(rasa.understand(SAID))
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        assert rasa.breaker.state is Circuit.CLOSED


async def test_the_token_goes_along_and_is_not_logged(
    training: Training, embedded: Embedded, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.query["token"])
        return web.Response(status=401)

    async with peer.serving(handler) as url:
        await Rasa(RasaAt(url, 5.0, "s&cret 1"), training, embedded).understand(SAID)
    assert seen == ["s&cret 1"]
    assert "cret" not in capsys.readouterr().out


async def test_a_bots_training_reaches_the_engine(tmp_path: Path) -> None:
    """Entities that only Rasa finds are taken, where the bot has them."""
    bot = write_small_bot(tmp_path / "small")
    text = (
        bot / "nlu.yml"
    ).read_text() + "\n  - lookup: street\n    examples: |\n      - elm road\n"
    (bot / "nlu.yml").write_text(text)
    (bot / "domain.yml").write_text((bot / "domain.yml").read_text() + "entities: [street]\n")
    training = load_bot(bot).training
    embedded = Embedded.load(training, tmp_path / "cache")
    body = (
        b'{"intent": {"name": "bill", "confidence": 0.9}, "entities": [{"entity": "street",'
        b' "value": "Oak Lane", "start": 8, "end": 16, "role": "old"}]}'
    )
    async with peer.serving(peer.saying(body)) as url:
        rasa = Rasa(RasaAt(url, 5.0), training, embedded)
        meaning = await rasa.understand("bill at oak lane")
    street = next(e for e in meaning.entities if e.name == "street")
    assert (street.value, street.text, street.role) == ("Oak Lane", "oak lane", "old")


def test_a_project_is_written_as_rasa_reads_it(tmp_path: Path) -> None:
    training = load_bot(write_small_bot(tmp_path / "small")).training
    project = rasa_beside.write_project(tmp_path / "project", training.examples)
    assert "intent: hours" in (project / "nlu.yml").read_text()
