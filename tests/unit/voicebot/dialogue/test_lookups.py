"""Lookups: what goes out, what is read of what comes back, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.small_bot import write_small_bot
from tests.unit.voicebot.acting import BALANCE
from voicebot.dialogue.flow import Route
from voicebot.dialogue.lookups import (
    Lookup,
    as_value,
    at,
    path_problem,
    read_answer,
    request_of,
    template_problem,
    url_problem,
)  # fmt: skip
from voicebot.dialogue.reader import load_bot
from voicebot.errors import BotError, QuestionIncomplete, ServerFailed

VALUES = {"slot.number": "12/34?x=1#é", "call.caller": "+39 012", "secret.crm": "s3"}


def test_values_are_encoded_in_a_url_and_plain_elsewhere() -> None:
    lookup = Lookup("l", BALANCE.url, {}, "POST", {"number": "n {slot.number}"}, BALANCE.headers)
    request = request_of(lookup, VALUES)
    assert request.url == ("https://crm.example/accounts/12%2F34%3Fx%3D1%23%C3%A9?by=%2B39%20012")
    assert request.body == {"number": "n 12/34?x=1#é"}
    assert request.headers == {"X-Key": "s3"}
    assert request_of(BALANCE, VALUES).body is None


def test_half_a_question_is_not_asked() -> None:
    with pytest.raises(QuestionIncomplete, match=r"slot\.number is not known"):
        request_of(BALANCE, {"call.caller": "1", "secret.crm": "2"})


JSON: Any = {"a": [{"b": 1}, {"b": {"c": "x"}}], "d": {"e": None}}


@pytest.mark.parametrize(
    ("path", "found"),
    [("a[0].b", 1), ("a[1].b.c", "x"), ("a[2].b", None), ("a.b", None), ("d.e.f", None),
     ("d[0]", None), ("z", None)],
)  # fmt: skip
def test_a_path_leads_to_a_value_or_nowhere(path: str, found: object) -> None:
    assert at(JSON, path) == found


def test_a_list_may_be_all_of_it() -> None:
    assert at([[7]], "[0][0]") == 7


@pytest.mark.parametrize(
    ("found", "value"),
    [(True, "yes"), (False, "no"), (12.0, "12"), (12.5, "12.5"), (3, "3"), (" a ", "a"), ("", None),
     (None, None), ([1], None), ({}, None)],
)  # fmt: skip
def test_a_value_as_a_slot_holds_it(found: object, value: str | None) -> None:
    assert as_value(found) == value


def test_what_comes_back() -> None:
    found = read_answer(BALANCE, 200, {"account": {"balance": 4.0}})
    assert (found.slots, found.nothing) == ({"balance": "4"}, False)
    for status, answer in ((404, None), (200, {}), (200, [])):
        assert read_answer(BALANCE, status, answer).nothing
        assert read_answer(BALANCE, status, answer).slots == {"balance": None}
    without_slots = Lookup("ping", "https://x.example/", {})
    assert not read_answer(without_slots, 204, None).nothing
    for status in (302, 400, 500):
        with pytest.raises(ServerFailed, match=str(status)):
            read_answer(BALANCE, status, {})


@pytest.mark.parametrize("path", ["", ".", "a.", "a..b", "a[", "a[x]", "a]b", ".a", "a[0]b[0"])
def test_paths_that_are_none(path: str) -> None:
    assert path_problem(path)


@pytest.mark.parametrize("path", ["a", "a.b-c", "[0]", "[0].a[1][2].b", "a[0]"])
def test_paths(path: str) -> None:
    assert path_problem(path) == ""


@pytest.mark.parametrize(
    "url",
    ["ftp://x/", "x", "https://{slot.a}/", "https://x.{slot.a}/p", "https://u:p@x/", "https://x/#f",
     "https://x/{slot.b}", "https://x/{a}", "https://x/{secret.k}", "https:///p",
     "http://x:{slot.a}/"],
)  # fmt: skip
def test_urls_that_are_refused(url: str) -> None:
    assert url_problem(url, {"a"})


@pytest.mark.parametrize("url", ["http://127.0.0.1:80/{slot.a}?c={call.caller}", "https://x.y"])
def test_urls(url: str) -> None:
    assert url_problem(url, {"a"}) == ""


def test_secrets_stand_in_headers_only() -> None:
    assert template_problem("Bearer {secret.k}", set(), secrets=True) == ""
    assert "headers" in template_problem("{secret.k}", set())
    assert template_problem("{call.mother}", set())


FLOW = """
lookups:
  account:
    url: https://crm.example/a/{slot.account}
    slots: {name: owner.name}
    timeout: 2
    retries: 2
    on_failure: utter_yes
"""


def changed(folder: Path, *pairs: tuple[str, str], more: str = FLOW) -> Path:
    flow = folder / "flow.yml"
    text = flow.read_text() + more
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    flow.write_text(text)
    return folder


BILL = "route: bills, ask: [name, account]"


def test_a_flow_names_its_lookups(tmp_path: Path) -> None:
    folder = write_small_bot(tmp_path / "bot")
    changed(folder, (BILL, "answer: utter_yes, ask: [account], do: [account]"))
    flow = load_bot(folder).flow
    assert flow.intents["bill"].does == Route(
        "main", ask=("account",), do=("account",), stays=True, answer="utter_yes"
    )
    account = flow.lookups["account"]
    assert (account.timeout, account.retries, account.slots) == (2.0, 2, {"name": "owner.name"})
    assert flow.custom_actions == frozenset()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (BILL, "answer: utter_yes, do: [acount]", "did you mean 'account'"),
        (BILL, "answer: utter_yes, do: [account], follow_up: [name]", "no meaning beside"),
        (BILL, "follow_up_of: hours, do: [account]", "only beside `answer` or `route` or `action`"),
        ("https://crm", "https://{slot.name}.crm", "the host is fixed"),
        ("{slot.account}", "{slot.acount}", "there is no such slot"),
        ("owner.name", "owner..name", "is no path such as"),
        ("name: owner.name", "nam: owner.name", "has no slot 'nam'"),
        ("timeout: 2", "timeout: 9", "more than 20 s"),
        ("timeout: 2", "timeout: 60", "from 0.1 to 10"),
        ("timeout: 2", "body: {a: b}", "beside `method: POST`"),
        ("on_failure: utter_yes", "on_failure: utter_no", "has no response"),
        ("    url: https://crm.example/a/{slot.account}\n", "", "there is no `url:`"),
    ],
)
def test_mistakes_have_their_place(tmp_path: Path, old: str, new: str, problem: str) -> None:
    folder = changed(write_small_bot(tmp_path / "bot"), (old, new))
    with pytest.raises(BotError) as error:
        load_bot(folder)
    assert problem in str(error.value)
    assert error.value.line is not None
