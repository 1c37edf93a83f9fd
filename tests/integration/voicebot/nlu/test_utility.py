"""The demonstration bot understands the demonstration's sentences, and enough that it never saw."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import Embedder
from voicebot.nlu.evaluate import cross_validate, held_out, judge
from voicebot.nlu.metrics import report
from voicebot.nlu.ports import Understander
from voicebot.nlu.training import Training

UTILITY = Path(__file__).parents[4] / "nlu_models" / "utility"
SUNDAY = 1_795_348_800.0  # 2026-11-22 12:00 UTC


@pytest.fixture(scope="module")
def bot(nlu_cache: Path, embedder: Embedder) -> Embedded:
    training = load_bot(UTILITY).training
    return Embedded.load(training, nlu_cache, lambda: SUNDAY, embedder)


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("What are your opening hours on Saturday?", "opening_hours"),
        ("what are your opening ours on saturday", "opening_hours"),
        ("And what about Sunday?", "follow_up"),
        ("How can I pay my bill?", "payment_methods"),
        ("My bill is twice what it was last month", "bill_too_high"),
        ("my bill is twice what it was last mont", "bill_too_high"),
        ("I smell gas in my kitchen", "gas_smell"),
        ("i smell gas and my kitchen", "gas_smell"),
        ("let me talk to a person", "person"),
        ("that's all, thank you, goodbye", "goodbye"),
        ("Thats all thank you good bye.", "goodbye"),
        ("my power is out", "outage_report"),
    ],
)
async def test_the_sentences_of_the_demonstration(bot: Embedded, said: str, intent: str) -> None:
    understander: Understander = bot
    meaning = await understander.understand(said)
    assert meaning.intent.name == intent
    assert meaning.intent.confidence > 0.8
    assert not meaning.out_of_scope
    assert len(meaning.alternatives) == 3


@pytest.mark.parametrize(
    ("said", "expects", "entity", "value"),
    [
        ("What are your opening hours on Saturday?", "open", "day", "saturday"),
        ("and tomorrow", "open", "day", "monday"),
        ("are you open on the fifth of december", "open", "day", "saturday"),
        ("John Smith.", "name", "name", "John Smith"),
        ("one two three four five six seven eight", "digits", "account_number", "12345678"),
        ("It's 1234-5678.", "digits", "digits", "12345678"),
        ("yes that's right", "yes_no", "yes_no", "yes"),
        ("next monday", "date", "date", "2026-11-23"),
        ("Electricity, please.", "menu", "service_kind", "electricity"),
    ],
)
def test_an_answer_is_an_answer_and_no_wish(
    bot: Embedded, said: str, expects: str, entity: str, value: str
) -> None:
    meaning = bot.parse(said, expects)
    assert (entity, value) in [(e.name, e.value) for e in meaning.entities]
    assert not meaning.out_of_scope
    if expects not in ("open", "yes_no"):
        assert meaning.intent.confidence < 0.3


@pytest.mark.parametrize(
    ("said", "expects", "intent"),
    [
        ("let me talk to a person", "name", "person"),
        ("I smell gas!", "name", "gas_smell"),
        ("goodbye", "digits", "goodbye"),
        ("what did you say", "date", "repeat"),
        ("no", "yes_no", "deny"),
        ("Correct.", "yes_no", "affirm"),
    ],
)
def test_a_wish_in_place_of_an_answer_is_a_wish(
    bot: Embedded, said: str, expects: str, intent: str
) -> None:
    meaning = bot.parse(said, expects)
    assert meaning.intent.name == intent
    assert meaning.intent.confidence >= 0.5
    assert not [e for e in meaning.entities if e.name == "name"]


@pytest.mark.parametrize(
    "said",
    [
        "I think I smell gas",
        "there is a gas smell in my flat",
        "I want to report a gas smell",
        "I would like to report a gas leak",
        "I want somebody to come, I smell gas",
        "I need a plumber, I smell gas",
        "can I get help, it smells of gas",
        "there's gas in my house",
        "I have a gas leak at my address",
        "my new apartment smells of gas",
        "I switched off the gas but it still smells",
    ],
)
def test_who_smells_gas_is_sent_out(bot: Embedded, said: str) -> None:
    meaning = bot.parse(said)
    assert meaning.intent.name == "gas_smell"
    assert meaning.intent.confidence >= 0.9


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("I want gas", "new_connection"),
        ("I want to get gas supply", "new_connection"),
        ("I would like gas", "new_connection"),
        ("can I get gas", "new_connection"),
        ("I'm looking for a gas supply", "new_connection"),
        ("I want to know the price of gas", "tariff_question"),
        ("I want to cancel gas", "cancel_service"),
        ("we have no gas at home", "no_hot_water"),
        ("I have a complaint", "complaint"),
        ("I want to file another complaint", "complaint"),
        ("I have not got an answer to my complaint", "complaint_status"),
        ("nobody answered my complaint", "complaint_status"),
    ],
)
def test_near_neighbours(bot: Embedded, said: str, intent: str) -> None:
    scores = {score.name: score.confidence for score in bot.told(said).scores}
    assert bot.parse(said).intent.name == intent
    assert scores["gas_smell"] < load_bot(UTILITY).flow.thresholds.ask


@pytest.mark.parametrize("said", ["asdf", "what is the capital of france", "", "..."])
def test_what_it_is_not_for(bot: Embedded, said: str) -> None:
    assert bot.parse(said).out_of_scope


def test_held_out_sentences(bot: Embedded) -> None:
    cases = held_out(UTILITY)
    training = load_bot(UTILITY).training
    assert len(cases) >= 200
    assert not {c.text.lower() for c in cases} & {e.text.lower() for e in training.examples}
    assert {c.intent for c in cases} == training.intents()
    figures = report(judge(bot, cases))
    assert figures.accuracy is not None and figures.accuracy >= 0.9
    assert figures.oos_recall is not None and figures.oos_recall >= 0.85
    assert figures.ece <= 0.15


def test_every_fold_is_judged_once() -> None:
    whole = load_bot(UTILITY).training
    some = [e for e in whole.examples if e.intent in ("greet", "gas_smell", "out_of_scope")]
    judged = cross_validate(Training("en", "UTC", tuple(some)), folds=3)
    assert sorted(j.text for j in judged) == sorted(e.text for e in some)
    figures = report(judged)
    assert figures.accuracy is not None and figures.accuracy > 0.5
