"""The shipped bots that call: each one's own conversation tests, one by one."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from voicebot.checks.reading import read_scripts
from voicebot.checks.report import failure
from voicebot.checks.running import Stage
from voicebot.checks.script import Expected, Presses, Says, Script, Step
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.reader import load_bot
from voicebot.learned import BROKEN_OFF
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import Embedder

FOLDER = Path(__file__).parents[3] / "nlu_models"
BOTS = {name: load_bot(FOLDER / name) for name in
        ("survey", "appointment", "collections", "qualification")}  # fmt: skip
SCRIPTS = [
    (name, script) for name, bot in BOTS.items() for script in read_scripts(FOLDER / name, bot.flow)
]


@pytest.fixture(scope="module")
def stages(nlu_cache: Path, embedder: Embedder) -> dict[str, Stage]:
    def stage(bot: Bot) -> Stage:
        return Stage(bot, lambda bot, now: Embedded.load(bot.training, nlu_cache, now, embedder))

    return {name: stage(bot) for name, bot in BOTS.items()}


@pytest.mark.parametrize(
    ("name", "script"), SCRIPTS, ids=lambda it: it.name if isinstance(it, Script) else it
)
async def test_conversation(stages: dict[str, Stage], name: str, script: Script) -> None:
    result = await stages[name].play(script)
    assert result.passed, "\n" + "\n".join(failure(result))


@pytest.mark.parametrize("name", BOTS)
def test_every_result_is_met_by_a_conversation(name: str) -> None:
    met = {script.ends.result for bot, script in SCRIPTS if bot == name and script.ends}
    # A hand-over says where to instead; these are met in the bots that share their words.
    shared = {"later", "opted_out", "person", "refused", BROKEN_OFF}
    handed = {"reschedule", "plan", "disputed", "qualified"}
    assert BOTS[name].flow.results.keys() - met - shared - handed == set()


def test_nobody_hears_of_a_bill_before_they_said_who_they_are() -> None:
    """No text that is said before the right party is known names the sum or the day."""
    bot = BOTS["collections"]
    telling = {
        key for key, response in bot.responses.items()
        if any({"{amount}", "{due}"} & set(one.text.split()) or "{amount}" in one.text
               or "{due}" in one.text or "bill" in one.text.lower() for one in response.variations)
    }  # fmt: skip
    reachable = {bot.flow.greeting, bot.flow.machine, bot.flow.recorded, bot.flow.voicemail}
    for slot in ("right_party", "proof", "here_later"):
        reachable |= {bot.flow.slots[slot].ask, *bot.flow.slots[slot].reprompts}
    reachable |= {*bot.flow.no_input.say, *bot.flow.no_match.say, bot.flow.no_input.last}
    for intent in bot.flow.intents.values():
        if not intent.internal:
            reachable |= {getattr(intent.does, name, None) for name in ("say", "handover", "done")}
    assert telling & reachable == set() and telling


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_is_said_nobody_hears_of_a_bill_without_the_proof(
    stages: dict[str, Stage], seed: int
) -> None:
    """Every sentence that the bot knows, and wrong numbers, in any order, from a yes on."""
    chance = random.Random(seed)
    bot, script = BOTS["collections"], next(one for name, one in SCRIPTS if name == "collections")
    known = [example.text for example in bot.training.examples]
    tries: list[Says | Presses] = [Presses("1234"), Presses("1"), Says("one nine zero four")]
    said: list[Says | Presses] = [Says("yes")]
    for _ in range(9):
        wrong = chance.random() < 0.3
        said.append(chance.choice(tries) if wrong else Says(chance.choice(known)))
    silent = Expected(hears_not=("bill", "120", "1 November", "in parts"))
    steps = tuple(Step(script.place, one, silent) for one in said)
    result = await stages["collections"].play(replace(script, steps=steps, ends=None))
    # What is said once the call is over is no step any more: only what was heard is judged.
    heard = [one for one in failure(result) if "hears_not" in one]
    assert not heard, "\n" + "\n".join(failure(result))
