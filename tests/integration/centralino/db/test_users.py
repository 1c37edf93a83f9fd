"""Users on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from centralino.db.engine import Database
from centralino.db.tables import roles, users
from centralino.users.errors import (
    BadName,
    LastAdministrator,
    NameTaken,
    NumberTaken,
    UnknownUser,
    WeakPassword,
)
from centralino.users.passwords import Passwords
from centralino.users.people import Users
from centralino.users.tokens import digest_secrets
from centralino.users.types import CENTRE, AgentProfile, AgentSettings, NewUser, Role

NOW = 1_700_000_000.0
CHEAP = Passwords(time_cost=1, memory_cost=8, parallelism=1)
ADMIN = {CENTRE: (Role.ADMINISTRATOR,)}


@pytest.fixture
def people(database: Database) -> Users:
    return Users(database, "north", CHEAP)


def agent(name: str = "ann", number: str = "7001", **more: object) -> NewUser:
    settings = AgentSettings(number, f"sip:{number}@127.0.0.1", ("billing",), {"gas": 3})
    given = {"full_name": "Ann Lee", "roles": {"water": (Role.AGENT,)}, "agent": settings, **more}
    return NewUser(name, "water", **given)  # type: ignore[arg-type]


async def test_an_agent_is_kept_as_told(people: Users) -> None:
    user = await people.create(agent("Ann"), NOW)
    expected = AgentProfile(
        user, "ann", "Ann Lee", "water", ("water",), "7001", "sip:7001@127.0.0.1", ("billing",),
        {"gas": 3}, "7001",
    )  # fmt: skip
    assert await people.agents() == [expected]
    assert await people.agent(user) == expected
    found = await people.by_name(" ANN ")
    assert found is not None and found == await people.get(user)
    assert (found.has_password, found.has_pin, found.has_phone) == (False, False, False)
    assert found.roles == {"water": frozenset({Role.AGENT})} and found.created == NOW


async def test_names_and_numbers_are_taken_once_a_centre(people: Users) -> None:
    user = await people.create(agent(), NOW)
    with pytest.raises(NameTaken, match="ann"):
        await people.create(agent("Ann", "7002"), NOW)
    with pytest.raises(NumberTaken, match="7001"):
        await people.create(agent("bob"), NOW)
    other = await people.create(agent("bob", "7002"), NOW)
    with pytest.raises(NumberTaken):
        await people.set_agent(other, AgentSettings("7001"))
    await people.set_agent(user, AgentSettings("7001", queues=("gas",)))
    south = Users(people.database, "south", CHEAP)
    await south.create(agent(), NOW)
    assert [one.id for one in await people.list()] == [user, other]
    assert await south.get(user) is None


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (agent("a b"), BadName),
        (agent(number="7"), BadName),
        (agent(roles={"water": (Role.ADMINISTRATOR,)}), BadName),
        (agent(password="short"), WeakPassword),
    ],
)
async def test_what_cannot_be_leaves_nothing(
    people: Users, new: NewUser, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await people.create(new, NOW)
    assert await people.list() == []


async def test_somebody_without_a_number_is_no_agent(people: Users) -> None:
    user = await people.create(agent(agent=None), NOW)
    second = await people.create(agent("bob", agent=None), NOW)
    assert await people.agents() == [] and await people.agent(user) is None
    with pytest.raises(BadName):
        await people.set_sip_password(second, "centre.test", "long enough")


async def test_roles_are_granted_and_revoked(people: Users) -> None:
    user = await people.create(agent(), NOW)
    for _ in range(2):
        await people.grant(user, "gas", Role.AGENT)
        await people.grant(user, "gas", Role.SUPERVISOR)
    profile = await people.agent(user)
    assert profile is not None and profile.clients == ("gas", "water")
    await people.revoke(user, "gas", Role.SUPERVISOR)
    await people.revoke(user, "water", Role.AGENT)
    found = await people.get(user)
    assert found is not None and found.roles == {"gas": frozenset({Role.AGENT})}
    await people.revoke(user, "gas", Role.AGENT)
    assert await people.agents() == []
    with pytest.raises(BadName):
        await people.grant(user, "water", Role.ADMINISTRATOR)


async def test_the_last_administrator_stays(people: Users) -> None:
    one = await people.create(NewUser("one", CENTRE, roles=ADMIN), NOW)
    with pytest.raises(LastAdministrator):
        await people.disable(one, NOW)
    with pytest.raises(LastAdministrator):
        await people.revoke(one, CENTRE, Role.ADMINISTRATOR)
    kept = await people.get(one)
    assert kept is not None and not kept.disabled and kept.roles
    two = await people.create(NewUser("two", CENTRE, roles=ADMIN), NOW)
    await people.disable(one, NOW)
    with pytest.raises(LastAdministrator):
        await people.disable(two, NOW)


async def test_phones_have_credentials(people: Users) -> None:
    user = await people.create(agent(), NOW)
    assert await people.credentials() == {}
    await people.set_sip_password(user, "centre.test", "a phone's secret")
    found = (await people.credentials())["7001"]
    expected = digest_secrets("7001", "centre.test", "a phone's secret")
    assert (found.ha1_md5, found.ha1_sha256) == expected
    assert (found.agent, found.realm) == (user, "centre.test")
    await people.set_agent(user, AgentSettings("7001", queues=("gas",)))
    assert "7001" in await people.credentials()
    await people.set_agent(user, AgentSettings("7009"))
    assert await people.credentials() == {}
    with pytest.raises(WeakPassword):
        await people.set_sip_password(user, "centre.test", "short")


async def test_a_disabled_agent_works_no_more(people: Users) -> None:
    user = await people.create(agent(), NOW)
    await people.set_sip_password(user, "centre.test", "a phone's secret")
    await people.disable(user, NOW)
    assert await people.agents() == [] and await people.credentials() == {}
    found = await people.get(user)
    assert found is not None and found.disabled and found.full_name == "Ann Lee"
    await people.enable(user, NOW)
    assert [one.id for one in await people.agents()] == [user]


async def test_nobody_cannot_be_changed(people: Users) -> None:
    with pytest.raises(UnknownUser):
        await people.set_password("user-x", "long enough!", NOW)
    with pytest.raises(UnknownUser):
        await people.set_pin("user-x", "2468")
    with pytest.raises(UnknownUser):
        await people.grant("user-x", "water", Role.AGENT)
    with pytest.raises(UnknownUser):
        await people.revoke("user-x", "water", Role.AGENT)
    with pytest.raises(UnknownUser):
        await people.disable("user-x", NOW)
    with pytest.raises(UnknownUser):
        await people.set_agent("user-x", AgentSettings("7001"))
    assert await people.by_name("\0") is None and await people.by_name("nobody") is None


async def test_rows_hold_no_secret_and_carry_centre_and_client(people: Users) -> None:
    user = await people.create(agent(password="correct horse"), NOW)
    await people.set_pin(user, "246813")
    await people.set_sip_password(user, "centre.test", "a phone's secret")
    async with people.database.read() as connection:
        row = (await connection.execute(select(users))).one()
        role = (await connection.execute(select(roles))).one()
    assert not any(word in str(row) for word in ("correct horse", "246813", "a phone's secret"))
    assert (row.centre, row.client, role.centre, role.client) == ("north", "water") * 2
