"""A bot that does not speak English understands by the multilingual embedding."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.speech_models import MODELS
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import choose
from voicebot.nlu.normalise import features, plain
from voicebot.nlu.training import Example, Training

SAID = {
    "bolletta": ("la bolletta è troppo alta", "devo pagare troppo", "questa bolletta è sbagliata",
                 "non capisco la mia fattura", "il conto di questo mese è enorme"),
    "guasto": ("manca la corrente", "non c'è luce in casa", "siamo senza elettricità",
               "è andata via la luce", "la luce è saltata in tutta la via"),
    "orari": ("quando siete aperti", "a che ora aprite", "che orari fate",
              "siete aperti il sabato", "fino a che ora lavorate"),
    "persona": ("voglio parlare con una persona", "mi passi un operatore",
                "posso parlare con qualcuno", "un collega per favore", "non voglio un computer"),
}  # fmt: skip
EXAMPLES = tuple(Example(text, intent) for intent, texts in SAID.items() for text in texts)


@pytest.fixture(scope="module")
def bot(nlu_cache: Path) -> Embedded:
    embedder, why = choose("it", MODELS)
    assert embedder is not None, why
    return Embedded.load(Training("it", "Europe/Rome", EXAMPLES), nlu_cache, embedder=embedder)


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("Perché la fattura è così cara?", "bolletta"),
        ("da un'ora siamo al buio", "guasto"),
        ("domenica il vostro ufficio è chiuso?", "orari"),
        ("vorrei un essere umano", "persona"),
    ],
)
def test_wordings_that_nobody_wrote(bot: Embedded, said: str, intent: str) -> None:
    assert bot.parse(said).intent.name == intent


def test_accents_that_a_recogniser_leaves_out_make_no_difference() -> None:
    assert features("perche e cosi", "it") == features("Perché è così?", "it")
    assert plain("Perché è così?", "it") == "perché è così"
