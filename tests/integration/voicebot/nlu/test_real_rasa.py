"""A real Rasa 3.6, where it is set up: trained on a bot's folder, asked over HTTP, ended again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from centralino.bench import rasa_beside
from tests.small_bot import write_small_bot
from tests.unit.voicebot.nlu.conformance import understander_conforms
from voicebot.breaker import Breaker, Circuit
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.rasa import Rasa, RasaAt

PYTHON = rasa_beside.find()
pytestmark = [
    pytest.mark.engine,
    pytest.mark.timeout(900),  # TensorFlow on a busy machine
    pytest.mark.skipif(PYTHON is None, reason=f"no Rasa here: {rasa_beside.SET_UP}"),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rasa(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rasa]:
    """The small bot's own nlu.yml, trained as Rasa's documentation says."""
    assert PYTHON is not None
    folder = tmp_path_factory.mktemp("rasa")
    bot = write_small_bot(folder / "small")
    training = load_bot(bot).training
    config = bot / "config.yml"
    config.write_text(rasa_beside.PIPELINE.format(language="en", epochs=60))
    rasa_beside.train(PYTHON, config, bot / "nlu.yml", folder / "models")
    embedded = Embedded.load(training, folder / "cache")
    async with rasa_beside.serving(PYTHON, folder / "models") as url:
        yield Rasa(RasaAt(url, 10.0), training, embedded, breaker=Breaker(failures=1, rest=1e9))


async def test_it_conforms(rasa: Rasa) -> None:
    await understander_conforms(rasa)
    assert rasa.breaker.state is Circuit.CLOSED, "everything was answered by Rasa itself"
