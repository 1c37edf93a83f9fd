"""Sign-ins, sessions, PINs, lock-outs and the first administrator, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from centralino.db.engine import Database
from centralino.db.tables import login_attempts, meta, sessions, users
from centralino.users.attempts import LOCK, PIN_LIMIT, SOURCE_LIMIT, USER_LIMIT
from centralino.users.errors import NameTaken, WeakPassword
from centralino.users.passwords import Passwords
from centralino.users.people import Users
from centralino.users.sessions import ABSOLUTE, IDLE
from centralino.users.signin import SignIn
from centralino.users.tokens import csrf_of
from centralino.users.types import (
    CENTRE,
    AgentProfile,
    AgentSettings,
    NewUser,
    Refused,
    Role,
    Session,
)

NOW = 1_700_000_000.0
CHEAP = Passwords(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse"
WRONG = Refused("wrong")


@pytest.fixture
def people(database: Database) -> Users:
    return Users(database, "north", CHEAP)


@pytest.fixture
async def ann(people: Users) -> str:
    roles = {"water": (Role.AGENT,)}
    new = NewUser("ann", "water", "Ann", PASSWORD, roles, AgentSettings("7001"))
    user = await people.create(new, NOW)
    await people.set_pin(user, "2468")
    return user


@pytest.fixture
def door(database: Database, ann: str) -> SignIn:
    return SignIn(database, "north", CHEAP)


async def enter(door: SignIn, now: float = NOW, source: str = "10.0.0.1") -> Session:
    session = await door.sign_in("Ann", PASSWORD, source, now)
    assert isinstance(session, Session)
    return session


async def fail(door: SignIn, times: int, now: float = NOW, name: str = "ann") -> None:
    for _ in range(times):
        assert await door.sign_in(name, "battery staple", "10.0.0.1", now) == WRONG


async def test_who_signs_in_has_a_session(door: SignIn, ann: str) -> None:
    session = await enter(door)
    assert session.csrf == csrf_of(session.token) and session.expires == NOW + ABSOLUTE
    signed_in = await door.session(session.token, NOW + 1)
    assert signed_in == session.signed_in and signed_in is not None
    assert (signed_in.user, signed_in.name, signed_in.full_name) == (ann, "ann", "Ann")
    assert signed_in.roles == {"water": frozenset({Role.AGENT})}


@pytest.mark.parametrize("name", ["ann", "nobody", "", "a b", "\0", "\ud800", "ann'--", "x" * 999])
async def test_a_wrong_name_is_refused_like_a_wrong_password(door: SignIn, name: str) -> None:
    assert await door.sign_in(name, "battery staple", "10.0.0.1", NOW) == WRONG
    assert await door.sign_in(name, "\ud800\0", "10.0.0.1", NOW) == WRONG


async def test_who_has_no_password_cannot_sign_in(door: SignIn, people: Users) -> None:
    await people.create(NewUser("bob", "water"), NOW)
    for password in ("", "None", "there is nobody of this name"):
        assert await door.sign_in("bob", password, "10.0.0.1", NOW) == WRONG


async def test_a_session_ends(door: SignIn, people: Users, ann: str) -> None:
    idle, old = await enter(door), await enter(door)
    assert await door.session(idle.token, NOW + IDLE - 1) is not None
    assert await door.session(idle.token, NOW + 2 * IDLE - 2) is not None
    assert await door.session(old.token, NOW + IDLE) is None
    assert await door.session(idle.token, NOW + ABSOLUTE) is None
    out = await enter(door)
    await door.sign_out(out.token)
    await door.sign_out(out.token)
    assert await door.session(out.token, NOW) is None
    for token in ("", "é", "\0\ud800", out.token + "x"):
        assert await door.session(token, NOW) is None


async def test_another_password_or_shutting_out_ends_sessions(
    door: SignIn, people: Users, ann: str
) -> None:
    first = await enter(door)
    await people.set_password(ann, "another horse", NOW)
    assert await door.session(first.token, NOW) is None
    assert await door.sign_in("ann", PASSWORD, "10.0.0.1", NOW) == WRONG
    second = await door.sign_in("ann", "another horse", "10.0.0.1", NOW)
    assert isinstance(second, Session)
    await people.disable(ann, NOW)
    assert await door.session(second.token, NOW) is None
    assert await door.sign_in("ann", "another horse", "10.0.0.1", NOW) == WRONG
    assert await door.check_pin("7001", "2468", NOW) == WRONG


async def test_roles_hold_for_running_sessions(door: SignIn, people: Users, ann: str) -> None:
    session = await enter(door)
    await people.revoke(ann, "water", Role.AGENT)
    signed_in = await door.session(session.token, NOW)
    assert signed_in is not None and signed_in.roles == {}


async def test_a_new_sign_in_replaces_the_old_session(door: SignIn) -> None:
    first = await enter(door)
    second = await door.sign_in("ann", PASSWORD, "10.0.0.1", NOW, old_token=first.token)
    assert isinstance(second, Session) and second.token != first.token
    assert await door.session(first.token, NOW) is None


async def test_five_failures_lock_the_name_for_fifteen_minutes(door: SignIn) -> None:
    await fail(door, USER_LIMIT - 1)
    await fail(door, 1, NOW + 60)
    for later in (61.0, 60 + LOCK / 2, 60 + LOCK - 1):
        refused = await door.sign_in("ANN", PASSWORD, "10.0.0.2", NOW + later)
        assert refused == Refused("locked", 60 + LOCK - later)
    await enter(door, NOW + 60 + LOCK)


async def test_a_name_that_nobody_has_is_locked_alike(door: SignIn) -> None:
    await fail(door, USER_LIMIT, name="nobody")
    refused = await door.sign_in("nobody", PASSWORD, "10.0.0.1", NOW)
    assert isinstance(refused, Refused) and refused.why == "locked"
    await enter(door)


async def test_success_begins_anew(door: SignIn) -> None:
    for _ in range(3):
        await fail(door, USER_LIMIT - 1)
        await enter(door)


async def test_many_tries_at_once_are_no_more_than_in_turn(door: SignIn) -> None:
    tries = (door.sign_in("ann", f"guess {n}", f"10.0.0.{n}", NOW) for n in range(12))
    answers = [answer for answer in await asyncio.gather(*tries) if isinstance(answer, Refused)]
    assert [answer.why for answer in answers].count("wrong") == USER_LIMIT
    assert [answer.why for answer in answers].count("locked") == 12 - USER_LIMIT


async def test_a_source_is_locked_whatever_names_it_tries(door: SignIn) -> None:
    await enter(door)
    for n in range(SOURCE_LIMIT):
        assert await door.sign_in(f"user{n}", "battery staple", "10.0.0.1", NOW) == WRONG
    refused = await door.sign_in("ann", PASSWORD, "10.0.0.1", NOW)
    assert isinstance(refused, Refused) and refused.why == "locked"
    await enter(door, source="10.0.0.2")


async def test_a_source_that_signs_in_well_is_never_locked(door: SignIn) -> None:
    for _ in range(SOURCE_LIMIT + 5):
        await enter(door)


async def test_a_pin_has_three_tries(door: SignIn, ann: str) -> None:
    profile = await door.check_pin("7001", "2468", NOW)
    assert isinstance(profile, AgentProfile) and profile.id == ann
    for _ in range(PIN_LIMIT):
        assert await door.check_pin("7001", "1111", NOW) == WRONG
    refused = await door.check_pin("7001", "2468", NOW)
    assert refused == Refused("locked", LOCK)
    assert isinstance(await door.check_pin("7001", "2468", NOW + LOCK), AgentProfile)


async def test_a_new_secret_ends_the_lock_out(door: SignIn, people: Users, ann: str) -> None:
    await fail(door, USER_LIMIT)
    await people.set_password(ann, PASSWORD, NOW)
    await enter(door)
    for _ in range(PIN_LIMIT):
        assert await door.check_pin("7001", "1111", NOW) == WRONG
    await people.set_pin(ann, "8642")
    assert isinstance(await door.check_pin("7001", "8642", NOW), AgentProfile)


async def test_a_caller_who_tries_one_pin_for_every_number_is_locked(door: SignIn) -> None:
    for n in range(SOURCE_LIMIT):
        assert await door.check_pin(f"80{n:02}", "2468", NOW, "+441632960961") == WRONG
    refused = await door.check_pin("7001", "2468", NOW, "+441632960961")
    assert isinstance(refused, Refused) and refused.why == "locked"
    assert isinstance(await door.check_pin("7001", "2468", NOW, "+441632960000"), AgentProfile)


@pytest.mark.parametrize("number", ["7009", "", "ann", "７００１", "\0", "1" * 500])
async def test_an_unknown_number_is_refused_like_a_wrong_pin(door: SignIn, number: str) -> None:
    assert await door.check_pin(number, "2468", NOW) == WRONG


async def test_a_pin_serves_only_agents(door: SignIn, people: Users, ann: str) -> None:
    await people.revoke(ann, "water", Role.AGENT)
    assert await door.check_pin("7001", "2468", NOW) == WRONG


async def test_the_first_administrator_comes_by_a_link(database: Database) -> None:
    door = SignIn(database, "north", CHEAP)
    stale = await door.first_admin_token(NOW)
    token = await door.first_admin_token(NOW)
    assert stale and token and stale != token
    assert await door.redeem_first_admin(stale, "root", PASSWORD, NOW) == Refused("expired")
    assert await door.redeem_first_admin("", "root", PASSWORD, NOW) == Refused("expired")
    with pytest.raises(WeakPassword):
        await door.redeem_first_admin(token, "root", "short", NOW)
    late = await door.redeem_first_admin(token, "root", PASSWORD, NOW + 3600)
    assert late == Refused("expired")
    both = await asyncio.gather(
        door.redeem_first_admin(token, "root", PASSWORD, NOW + 3599),
        door.redeem_first_admin(token, "toor", PASSWORD, NOW + 3599),
    )
    (session,) = [one for one in both if isinstance(one, Session)]
    assert session.signed_in.administrator
    assert await door.session(session.token, NOW + 3600) == session.signed_in
    assert await door.first_admin_token(NOW + 3600) is None
    assert await door.redeem_first_admin(token, "third", PASSWORD, NOW) == Refused("expired")


async def test_a_link_that_could_not_be_used_is_still_good(door: SignIn) -> None:
    token = await door.first_admin_token(NOW)
    assert token is not None
    with pytest.raises(NameTaken):
        await door.redeem_first_admin(token, "ann", PASSWORD, NOW)
    assert isinstance(await door.redeem_first_admin(token, "root", PASSWORD, NOW), Session)


async def test_a_link_is_worth_nothing_once_there_is_an_administrator(
    door: SignIn, people: Users
) -> None:
    token = await door.first_admin_token(NOW)
    assert token is not None
    await people.create(NewUser("root", CENTRE, roles={CENTRE: (Role.ADMINISTRATOR,)}), NOW)
    assert await door.redeem_first_admin(token, "mallory", PASSWORD, NOW) == Refused("expired")


async def test_a_hash_of_older_costs_is_renewed(door: SignIn, ann: str) -> None:
    dearer = SignIn(door.database, "north", Passwords(time_cost=2, memory_cost=8, parallelism=1))
    query = select(users.c.password_hash).where(users.c.id == ann)
    await enter(dearer)
    async with door.database.read() as connection:
        assert "t=2" in (await connection.execute(query)).scalar_one()


async def test_neither_logs_nor_rows_hold_what_was_typed(door: SignIn) -> None:
    with capture_logs() as logs:
        session = await enter(door)
        link = await door.first_admin_token(NOW)
        await fail(door, USER_LIMIT + 1 - 1, name="typed-by-mistake")
        await door.sign_in("typed-by-mistake", "battery staple", "10.0.0.1", NOW)
        await door.check_pin("7001", "9753", NOW)
    text = str(logs)
    async with door.database.read() as connection:
        for table in (sessions, login_attempts, meta):
            text += str((await connection.execute(select(table))).all())
    typed = (
        PASSWORD,
        "battery",
        "typed-by-mistake",
        "9753",
        session.token,
        session.csrf,
        str(link),
    )
    assert not [word for word in typed if word in text]
    assert "sign_in.locked" in text and "pin.wrong" in text
