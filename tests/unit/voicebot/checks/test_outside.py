"""Conversation tests of what is done outside: real reading, answers out of the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.voicebot.acting import acting_bot
from tests.unit.voicebot.sample import WordForWord
from voicebot.checks.reading import read_scripts
from voicebot.checks.running import Result, Stage
from voicebot.errors import BotError

HEAD = """\
conversations:
  - name: the balance
    caller: "+39 0123"
    outside:
      balance: {answer}
    steps:
      - says: balance
      - says: number_entity=1234
      - says: affirm
        {expected}
    ends: {ends}
"""


async def play(folder: Path, answer: str, expected: str, ends: str = "goes_on") -> Result:
    file = folder / "some.yml"
    text = HEAD.replace("{answer}", answer).replace("{expected}", expected)
    file.write_text(text.replace("{ends}", ends))
    bot = acting_bot()
    (script,) = read_scripts(file, bot.flow)
    return await Stage(bot, lambda bot, now: WordForWord()).play(script)


async def test_an_answer_is_read_as_a_servers_would_be(tmp_path: Path) -> None:
    result = await play(
        tmp_path, '{json: {account: {balance: 12.5, since: 2026-01-01}}}',
        'does: balance\n        slots: {balance: "12.5"}\n        hears: It is 12.5 dollars',
    )  # fmt: skip
    assert result.passed, result.differences
    told = [line.text for line in result.lines if not line.who]
    assert told == [
        "GET https://crm.example/accounts/1234?by=%2B39%200123", "balance: balance=12.5",
    ]  # fmt: skip


async def test_no_answer_sends_the_caller_to_a_person(tmp_path: Path) -> None:
    ends = "{transferred: bills, because: error}"
    result = await play(tmp_path, "fails", "hears: I cannot look it up", ends)
    assert result.passed, result.differences


async def test_answers_come_one_after_the_other(tmp_path: Path) -> None:
    found = "{json: {account: {balance: 3}}}"
    result = await play(tmp_path, f"[{{status: 503}}, {found}]", "hears: It is 3 dollars")
    assert result.passed, result.differences


async def test_nothing_found(tmp_path: Path) -> None:
    result = await play(tmp_path, "{status: 404}", "slots: {balance: ~}\n        does: [balance]")
    assert result.passed, result.differences


async def test_what_is_done_is_compared(tmp_path: Path) -> None:
    result = await play(tmp_path, "{status: 404}", "does: []")
    assert [str(d) for d in result.differences] == ["does: expected '', found 'balance'"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [("{stat: 2}", "no key 'stat'"), ("{status: 7}", "from 100 to 599"), ("maybe", "`fails`")],
)
async def test_mistakes_have_their_place(tmp_path: Path, answer: str, problem: str) -> None:
    with pytest.raises(BotError, match=problem) as error:
        await play(tmp_path, answer, "hears: x")
    assert error.value.line == 5


async def test_an_answer_to_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BotError, match="the bot does no 'balence'; did you mean 'balance'"):
        await play(tmp_path, "fails\n      balence: fails", "hears: x")


async def test_a_test_without_an_answer_says_so(tmp_path: Path) -> None:
    file = tmp_path / "some.yml"
    text = HEAD.replace("balance: {answer}", "action_ticket: fails").replace("{ends}", "goes_on")
    file.write_text(text.replace("{expected}", "hears: It is"))
    bot = acting_bot()
    result = await Stage(bot, lambda bot, now: WordForWord()).play(read_scripts(file, bot.flow)[0])
    assert not result.passed
    assert any("has no answer of 'balance'" in line.text for line in result.lines)
