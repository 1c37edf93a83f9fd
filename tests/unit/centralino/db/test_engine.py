"""Addresses of databases, and what a batch comes to."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centralino.db.engine import Database, read_url
from centralino.db.errors import StoreTooNew, StoreUnreachable, StoreUrl
from centralino.db.ledger import client_of, net
from kernel.core import Drop, Put


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("sqlite:///var/store.db", "sqlite+aiosqlite"),
        ("sqlite:////var/lib/store.db", "sqlite+aiosqlite"),
        ("postgresql://user@host/name", "postgresql+asyncpg"),
        ("postgresql+psycopg://user@host/name", "postgresql+asyncpg"),
    ],
)
def test_addresses_get_their_driver(text: str, driver: str) -> None:
    assert read_url(text).drivername == driver


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot be read"),
        ("var/store.db", "cannot be read"),
        ("mysql://host/name", "not supported"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
    ],
)
def test_other_addresses_are_refused_with_what_to_do(text: str, says: str) -> None:
    with pytest.raises(StoreUrl, match=says) as caught:
        read_url(text)
    assert "sqlite" in str(caught.value) and "\n" not in str(caught.value)


def test_the_name_for_messages_has_no_password() -> None:
    assert "hush" not in Database("postgresql://user:hush@host/name").name


def test_errors_are_one_line() -> None:
    assert "\n" not in str(StoreUnreachable("x", "first\nsecond"))
    assert "no reason" in str(StoreUnreachable("x", " "))
    assert "0002" in str(StoreTooNew("x", "0002", "0001"))


@dataclass(frozen=True)
class Thing:
    client: str | None = None


def test_the_client_is_the_records() -> None:
    assert client_of(Thing("water")) == "water"
    assert client_of(Thing()) == "" and client_of("no such field") == ""


keys = st.sampled_from("abc")
changes = st.lists(
    st.one_of(
        st.builds(lambda key, n: Put("t", key, n), keys, st.integers()),
        st.builds(lambda key: Drop("t", key), keys),
    ),
    max_size=12,
)


@given(before=st.lists(keys, unique=True), steps=changes)
def test_a_batch_comes_to_what_a_dict_comes_to(before: list[str], steps: list[Put | Drop]) -> None:
    one: dict[str, object] = dict.fromkeys(before)
    other = dict(one)
    for step in steps:
        if isinstance(step, Put):
            one[step.key] = step.record
        else:
            one.pop(step.key, None)
    dropped, put = net(steps)
    for _, key in dropped:
        other.pop(key, None)
    other.update({change.key: change.record for change in put})
    assert list(one.items()) == list(other.items())
