"""The demonstration bot's own conversation tests, one by one; and the command that plays them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from centralino.bots import feeling
from centralino.commands.test import run_tests
from centralino.config.model import Config, Speech
from tests.speech_models import whisper_models
from voicebot.checks.reading import read_scripts
from voicebot.checks.report import failure
from voicebot.checks.running import Stage
from voicebot.checks.script import Script
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import Embedder
from voicebot.nlu.ports import Understander

UTILITY = Path(__file__).parents[3] / "nlu_models" / "utility"
BOT = load_bot(UTILITY)
BESIDE = cache(lambda name: load_bot(UTILITY.parent / name))
SCRIPTS = read_scripts(UTILITY, BOT.flow, BESIDE)
EVERY_CALL_CENTRE = {
    "support", "complaint", "account management", "information", "order", "booking", "emergency",
    "wrong number", "angry caller", "silent caller", "child", "other language",
}  # fmt: skip


@pytest.fixture(scope="module")
def stage(nlu_cache: Path, embedder: Embedder) -> Stage:
    def mind(bot: Bot, now: Callable[[], float]) -> Understander:
        meant = embedder if bot is BOT else None  # the Italian bot's own words are enough here
        return feeling(bot, Embedded.load(bot.training, nlu_cache, now, meant))

    return Stage(BOT, mind, others=BESIDE)


@pytest.fixture
def config(nlu_cache: Path, tmp_path: Path) -> Config:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "nlu").symlink_to(nlu_cache)
    return Config(state_dir=tmp_path)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: f"{s.kind}: {s.name}")
async def test_conversation(stage: Stage, script: Script) -> None:
    result = await stage.play(script)
    assert result.passed, "\n" + "\n".join(failure(result))


def test_there_is_one_for_every_kind_of_call() -> None:
    assert len(SCRIPTS) >= 60
    assert EVERY_CALL_CENTRE - Counter(script.kind for script in SCRIPTS).keys() == set()


def test_the_command_passes_and_fails(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    junit = tmp_path / "junit.xml"
    assert run_tests(config, UTILITY, "wrong number", False, junit, False)
    shown = capsys.readouterr().out
    assert "callers.yml .." in shown and "2 passed" in shown
    assert len(ElementTree.parse(junit).findall(".//testcase")) == 2

    broken = shutil.copytree(UTILITY, tmp_path / "bot") / "conversations" / "callers.yml"
    broken.write_text(broken.read_text().replace("That is no problem", "That is a problem"))
    assert not run_tests(config, broken, "", False, junit, False)
    shown = capsys.readouterr().out
    assert "a wrong number" in shown and "E   - That is a problem. Goodbye." in shown
    assert "1 failed" in shown
    assert not run_tests(config, UTILITY, "nothing has this name", False, None, False)


@pytest.mark.engine
def test_by_voice_through_g711(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    spoken = config.model_copy(update={"speech": Speech(models_dir=whisper_models())})
    assert run_tests(spoken, UTILITY, "a smell of gas", True, None, False)
    assert "1 passed" in capsys.readouterr().out
