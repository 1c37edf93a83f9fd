"""Notifications and alerts on a real dialler and database; no media process is there, so nobody is
called: what is drafted, started, steered and taken back is seen in the dialler's own books."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from centralino.config.dialling import AlertRule, Outbound, Trunk
from centralino.config.distribution import Queue
from centralino.config.model import AgentSeed, Client, Config
from centralino.contacts.digests import Digests
from centralino.contacts.store import ContactStore
from centralino.content.store import ContentStore
from centralino.control.keys import StoredDispositions
from centralino.control.seeds import plant_agents
from centralino.db.calls import CallHistory
from centralino.db.engine import Database
from centralino.db.meta import meta_like
from centralino.db.migrate import upgrade
from centralino.db.outbound_tables import requests
from centralino.messages import NoticeAcknowledged, NoticeAsked, NoticeTold
from centralino.outbound.alert_alarms import DOUBT, DOUBT_SECONDS, DRAFTED, note_doubt
from centralino.outbound.campaigns import Asker
from centralino.outbound.errors import CampaignError
from centralino.outbound.lease import SqlOwnership
from centralino.outbound.notifications import Notifications
from centralino.outbound.wiring import OutboundDesk, make_outbound
from centralino.users.people import Users
from centralino.users.signin import SignIn
from centralino.users.types import Role
from contacts.numbers import Number
from contacts.people import Person, Place
from kernel.bus import PeerDown
from kernel.clock import SteadyClock
from outbound.alarms import Alarm
from outbound.errors import LeaseTaken
from outbound.messages import (
    AttemptAnswered,
    AttemptEnded,
    MediaGone,
    MediaThere,
    MessageCompleted,
    MessageStarted,
    OptedOut,
    PlaceCall,
    TakeBack,
)
from outbound.records import CampaignState, Outcome, RecipientState, recipient_id
from tests.unit.outbound.alerts import cap, info_block, reference
from tests.waiting import until

WATER = {
    "en": {"headline": "Boil your water, {name|neighbour}.", "body": "For a minute."},
    "it": {"headline": "Bollite l'acqua.", "retraction": "Tutto bene."},
}
ME = Asker("test", None)
MAY_NOT = "23"
"""Number of an agent who may not run campaigns."""
AREA = "<area><areaDesc>north</areaDesc><circle>45,11 50</circle></area>"
SOUTH = "<area><areaDesc>south</areaDesc><circle>40,11 50</circle></area>"


@dataclass
class Wire:
    """Takes what would go to media processes."""

    sent: list[object] = field(default_factory=list)

    async def send(self, to: str, value: object, **more: object) -> None:
        self.sent.append(value)


@dataclass
class House:
    desk: OutboundDesk
    contacts: ContactStore
    wire: Wire
    work: asyncio.Task[None]

    async def ask(self, verb: str, **values: Any) -> dict[str, Any]:
        return await self.desk.campaigns.ask(verb, values, ME)

    def state(self, campaign: str) -> CampaignState:
        return self.desk.service.campaign(campaign).state


def config(folder: Path, **more: Any) -> Config:
    secrets = folder / "secrets"
    secrets.write_text("pin 4711\n")
    two = "outbound" in more and more["outbound"].two_person
    seeds = [
        AgentSeed(number=n, name=n, client="town", secrets_file=secrets)
        for n in (("21", "22", MAY_NOT) if two else ())
    ]
    return Config(
        clients=(Client(id="town", language="en", time_zone="Europe/Rome"),), lines=(),
        queues=(Queue(id="emergency", client="town"),), agents=tuple(seeds),
        trunks=(
            Trunk(name="sip", target="127.0.0.1:9", max_cps=2.0, max_channels=0),
            Trunk(name="loop", target="127.0.0.1:9", rehearsal=True),
        ),
        **more,
    )  # fmt: skip


PEOPLE = [
    Person("", "town", (Number("+393351234567"),), name="Ada", language="it", groups=("north",),
           place=Place(45.1, 11.1)),
    Person("", "town", (Number("+390646771234"),), name="Ben", groups=("south",),
           place=Place(40.1, 11.1)),
    Person("", "town", (Number("+393357654321"),), do_not_call=True, place=Place(45.0, 11.0)),
]  # fmt: skip


@asynccontextmanager
async def opened(folder: Path, owner: str = "this", **more: Any) -> AsyncIterator[House]:
    settings = config(folder, **more)
    async with Database(f"sqlite:///{folder}/house.db") as database:
        await upgrade(database)
        clock, wire = SteadyClock(), Wire()
        users = Users(database, settings.centre)
        await plant_agents(settings, users, clock.now())
        for one in await users.agents():
            if one.number != MAY_NOT:
                await users.grant(one.id, "town", Role.SUPERVISOR)
        contents = ContentStore(database, settings.centre)
        contacts = ContactStore(database, contents, Digests("secret"))
        await contacts.save({str(n): one for n, one in enumerate(PEOPLE)}, "town", clock.now())
        desk = make_outbound(
            settings, database, contents, contacts, cast(Any, wire), owner, "key", clock,
            SignIn(database, settings.centre),
        )  # fmt: skip
        await desk.service.open()
        work = asyncio.create_task(desk.run())
        try:
            yield House(desk, contacts, wire, work)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as made:
        yield made


async def draft(house: House, **more: Any) -> dict[str, Any]:
    return await house.ask("notice.draft", name="Water", client="town", texts=WATER, **more)


async def test_a_dry_run_tells_and_makes_nothing(house: House) -> None:
    told = await draft(house, dry_run=True)
    assert told["people"] == 3 and told["languages"] == {"it": 1, "en": 2}  # an emergency
    assert told["rate"] == 2.0 and 1 < told["first_pass_seconds"] < 60
    assert told["warnings"] == ["no voice here speaks “it”: these people hear “en”"]
    assert house.desk.service.campaigns() == []
    reminder = await draft(house, dry_run=True, legal_class="reminder", expires=1.0)
    assert reminder["people"] == 2 and reminder["left_out"] == {"do not call": 1}
    assert "it expires before everybody was called once" in reminder["warnings"]


async def test_why_somebody_is_not_called_in_whichever_campaign_and_however_written(
    house: House,
) -> None:
    await draft(house, audience={"groups": ["south"]})
    found = await house.ask("why", number="+39 06 4677-1234")
    assert found["campaign"] == "Water" and "nobody has started" in found["why"]
    with pytest.raises(CampaignError, match="nobody with this number is in it"):
        await house.ask("why", number="+39 335 1234567")
    with pytest.raises(CampaignError, match="nobody with this number"):
        await house.desk.campaigns.ask(
            "why", {"number": "+390646771234"}, Asker("hugo", frozenset({"harbour"}))
        )


async def test_where_the_people_of_an_audience_live(house: House) -> None:
    told = await house.ask("launch.places", client="town", audience={"groups": ["north", "south"]})
    assert sorted(told["spots"]) == [[40.1, 11.1, 1], [45.1, 11.1, 1]] and told["unplaced"] == 0
    assert told["groups"] == {"north": (45.1, 11.1), "south": (40.1, 11.1)}
    foreign = Asker("vera", frozenset({"harbour"}))
    with pytest.raises(CampaignError, match="not a client of yours"):
        await house.desk.campaigns.ask("launch.places", {"client": "town"}, foreign)


async def test_two_houses_do_not_take_the_dialler_from_each_other(tmp_path: Path) -> None:
    async with opened(tmp_path, "one") as one:
        with pytest.raises(LeaseTaken, match="one dials for"):
            async with opened(tmp_path, "two"):
                """Never comes so far."""
        await draft(one)
        async with opened(tmp_path, "one") as next_life:  # as after a crash: at once
            await draft(next_life)


async def test_a_lost_lease_ends_the_dialler_alone_and_is_said(house: House) -> None:
    books = house.desk.campaigns.books
    other = SqlOwnership(books.database, books.centre, "other")
    await other.acquire(house.desk.clock.now() + 60.0)
    with pytest.raises(CampaignError, match="was taken over"):
        await draft(house)
    async with asyncio.timeout(10):
        await house.work  # over, and nothing is raised to what runs beside it
    with pytest.raises(CampaignError, match="another does on the same database"):
        await draft(house)
    async with house.desk.group():
        await house.desk.take(MediaThere("media-1", "life", 10))
    await house.desk.peer(PeerDown("media-1", "life"))  # the edge is told of it behind us


async def test_what_cannot_be_is_said_in_one_line(house: House) -> None:
    with pytest.raises(CampaignError, match="knows nothing of 'notice.sing'"):
        await house.ask("notice.sing")
    for values, problem in (
        ({"legal_class": "prank"}, "no legal class"),
        ({"texts": {"en": {"headline": "{oops"}}}, "brace"),
        ({"audience": {"circles": ["here"]}}, "circle"),
        ({"colour": "red"}, "colour"),
        ({"texts": {"de": {"headline": "Wasser abkochen."}}}, "nothing can be said in de"),
    ):  # fmt: skip
        with pytest.raises(CampaignError, match=problem):
            await house.ask(
                "notice.draft", **{"name": "x", "client": "town", "texts": WATER, **values}
            )


async def test_a_recording_is_drafted_as_what_it_is_now(tmp_path: Path) -> None:
    for name, width, rate in (("boil.wav", 2, 8000), ("thin.wav", 1, 8000), ("low.wav", 2, 4000)):
        with wave.open(str(tmp_path / name), "wb") as file:
            file.setparams((1, width, rate, 0, "NONE", ""))
            file.writeframes(bytes(width * rate * 30))
    (tmp_path / "text.wav").write_text("no sound")
    async with opened(tmp_path, outbound=Outbound(recordings=tmp_path)) as house:
        for name, problem in (
            ("thin.wav", "16 bit"), ("low.wav", "8 to 48 kHz"), ("text.wav", "no WAV file"),
            ("gone.wav", "No such file"), ("../boil.wav", "no recording of town"),
        ):  # fmt: skip
            with pytest.raises(CampaignError, match=problem):
                await house.ask("notice.draft", name="x", client="town",
                                texts={"en": {"headline": "Boil it.", "sound": name}})  # fmt: skip
        texts = {"en": {"headline": "Boil it.", "sound": "boil.wav"}}
        told = await house.ask("notice.draft", name="x", client="town", texts=texts)
        assert told["message_seconds"] == 30.0
        record = house.desk.service.campaign(told["campaign"])
        due = (await house.desk.campaigns.books.everybody(record.id))[0]
        script = await house.desk.service.messages.script(record, due.recipient)
        assert script is not None and script.versions["en"].sound.startswith("boil.wav#")
        (tmp_path / "town").mkdir()
        (tmp_path / "boil.wav").rename(tmp_path / "town/boil.wav")
        texts = {"en": {"headline": "Boil it.", "sound": "town/boil.wav"}}
        told = await house.ask("notice.draft", name="Boil", client="town", texts=texts)
        with pytest.raises(CampaignError, match="“Boil” plays town/boil.wav: stop or discard it"):
            await house.ask("recording.delete", name="town/boil.wav")
        with pytest.raises(CampaignError, match="every client"):
            await house.ask("recording.delete", name="thin.wav")
        await house.ask("cancel", campaign=told["campaign"])
        await house.ask("recording.delete", name="town/boil.wav")
        assert not (tmp_path / "town/boil.wav").exists()


async def test_a_draft_whose_answer_a_crash_lost_is_the_same_draft(house: House) -> None:
    campaigns = house.desk.campaigns
    asked = {"name": "Water", "client": "town", "texts": WATER}
    first = await campaigns.ask("notice.draft", asked, ME, "key-1")
    async with campaigns.books.database.write() as connection:
        await connection.execute(requests.delete())
    again = await campaigns.ask("notice.draft", asked, ME, "key-1")
    assert again["campaign"] == first["campaign"]
    (view,) = house.desk.service.campaigns()
    assert view.recipients == 3
    assert (await campaigns.ask("notice.draft", asked, ME, "key-2"))["campaign"] != view.id


async def test_each_person_has_a_script_of_their_own(house: House) -> None:
    told = await draft(house)
    record = house.desk.service.campaign(told["campaign"])
    scripts = [
        await house.desk.service.messages.script(record, due.recipient)
        for due in await house.desk.campaigns.books.everybody(record.id)
    ]
    said = {next(iter(s.versions.values())).headline for s in scripts if s is not None}
    assert said == {"Boil your water, Ben.", "Boil your water, neighbour.",
                    "Boil your water, Ada."}  # no Italian phrases are configured here  # fmt: skip


async def test_cancelling_takes_it_back_from_everybody_reached(house: House) -> None:
    campaign = (await draft(house))["campaign"]
    await house.ask("notice.launch", campaign=campaign)
    assert house.state(campaign) is CampaignState.RUNNING
    (ada,) = await house.contacts.by_number("+393351234567", None)
    assert await house.desk.service.acknowledge(recipient_id(campaign, ada.id), "call back")
    told = await house.ask("notice.cancel", campaign=campaign, why="false alarm")
    assert told["reached"] == 1 and house.state(campaign) is CampaignState.CANCELLED
    assert TakeBack(campaign, "town") in house.wire.sent
    back = told["retraction"]
    assert house.state(back) is CampaignState.RUNNING
    (due,) = await house.desk.campaigns.books.everybody(back)
    message = await house.desk.service.messages.message(f"notice-{back}", 1)  # type: ignore[attr-defined]
    assert due.recipient.person == ada.id and message.texts["it"].headline == "Tutto bene."
    assert "no longer valid" in message.texts["en"].headline


async def test_what_has_reached_everybody_is_taken_back_too_and_once(house: House) -> None:
    campaign = (await draft(house, only_to="+393351234567"))["campaign"]
    await house.ask("notice.launch", campaign=campaign)
    (due,) = await house.desk.campaigns.books.everybody(campaign)
    await house.desk.service.acknowledge(due.recipient.id, "call back")
    assert house.state(campaign) is CampaignState.COMPLETED
    told = await house.ask("notice.cancel", campaign=campaign)
    back = told["retraction"]
    assert told["state"] == "cancelled" and house.state(back) is CampaignState.RUNNING
    assert (await house.ask("notice.cancel", campaign=campaign))["retraction"] == back
    (again,) = await house.desk.campaigns.books.everybody(back)
    await house.desk.service.acknowledge(again.recipient.id, "call back")
    await house.ask("notice.cancel", campaign=campaign)
    assert house.state(back) is CampaignState.COMPLETED  # nobody is called a second time
    assert len(house.desk.service.campaigns()) == 2


async def test_two_persons_launch_or_one_breaks_the_glass(tmp_path: Path) -> None:
    async with opened(tmp_path, outbound=Outbound(two_person=True)) as house:
        first = (await draft(house))["campaign"]
        asked = {"campaign": first, "pin": "4711"}
        with pytest.raises(CampaignError, match="right PIN"):
            await house.ask("notice.launch", campaign=first, by="21", pin="0000")
        with pytest.raises(CampaignError, match="may run this client's campaigns"):
            await house.ask("notice.launch", by=MAY_NOT, **asked)
        for _ in range(2):  # the same person twice is one person
            told = await house.ask("notice.launch", by="21", **asked)
            assert told["state"] == "waits for a second person"
        with pytest.raises(CampaignError, match="two persons launch here"):
            await house.ask("start", campaign=first)  # by no other name either
        with pytest.raises(CampaignError, match="drafted for"):
            await house.ask("people", campaign=first, lines=["+390212345678"])
        assert house.state(first) is CampaignState.DRAFT
        assert await alarms(house) == {f"second:{first}"}
        assert (await house.ask("notice.launch", by="22", **asked))["state"] == "running"
        second = (await draft(house))["campaign"]
        glass = {"campaign": second, "by": "21", "pin": "4711", "break_glass": True}
        with pytest.raises(CampaignError, match="reason"):
            await house.ask("notice.launch", **glass)
        await house.ask("notice.launch", reason="fire, alone on duty", **glass)
        assert house.state(second) is CampaignState.RUNNING
        assert f"glass:{second}" in await alarms(house)
        chain = await house.ask("audit", campaign=second)
        assert "21, alone" in [row.get("by") for row in chain["rows"]]
        await house.ask("pause", campaign=second)
        assert (await house.ask("start", campaign=second))["state"] == "running"  # it was launched


async def held(house: House) -> list[Alarm]:
    """The alarms that hold now."""
    await house.desk.watching.look()
    return house.desk.watching.alarms.holding


async def alarms(house: House) -> set[str]:
    """What calls for a person, that is no trunk or pace."""
    keys = {one.key for one in await held(house)}
    return {key for key in keys if key.startswith(("second:", "glass:", "alert"))}


async def test_nothing_is_launched_by_one_while_its_people_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, outbound=Outbound(two_person=True)) as house:
        written = asyncio.Event()
        add = house.desk.service.books.add

        async def slow(*given: Any) -> int:
            await written.wait()
            return await add(*given)

        monkeypatch.setattr(house.desk.service.books, "add", slow)
        drafting = asyncio.create_task(draft(house))
        await until(lambda: bool(house.desk.service.campaigns()))
        (view,) = house.desk.service.campaigns()
        for verb in ("notice.launch", "start"):
            with pytest.raises(CampaignError, match="nobody is in it"):
                await house.ask(verb, campaign=view.id)
        written.set()
        await drafting
        assert house.state(view.id) is CampaignState.DRAFT


async def test_an_emergency_that_is_no_notification_passes_no_two_persons(tmp_path: Path) -> None:
    storm = {"name": "Storm", "client": "town", "words": "Stay in.", "legal_class": "emergency"}
    async with opened(tmp_path, outbound=Outbound(two_person=True)) as house:
        with pytest.raises(CampaignError, match="launched by two persons"):
            await house.ask("create", **storm)
        await house.ask("create", **storm, exercise=True)
        await house.ask("create", **{**storm, "legal_class": "reminder"})


async def test_who_opts_out_is_not_called_again(house: House) -> None:
    campaign = (await draft(house, legal_class="reminder"))["campaign"]
    (ben,) = await house.contacts.by_number("+390646771234", None)
    recipient = recipient_id(campaign, ben.id)
    await house.desk.take(OptedOut("att-1", recipient, "town", "+390646771234"))
    assert (await house.contacts.blocked("town"))("+390646771234")
    assert (await draft(house, dry_run=True, legal_class="reminder"))["people"] == 1


async def test_an_opt_out_is_the_person_s_and_a_wrong_number_one_number_s(house: House) -> None:
    first, second, third = "+390646771234", "+390646775555", "+390646776666"
    lines = [f"{first},{second},{third}"]
    reminder = {"name": "Bill", "client": "town", "words": "Hello.", "legal_class": "reminder"}
    campaign = (await house.ask("create", **reminder))["campaign"]
    await house.ask("people", campaign=campaign, lines=lines)
    recipient = recipient_id(campaign, house.contacts.listed(first))
    await house.desk.take(OptedOut("att-1", recipient, "town", second, stranger=True))
    blocked = await house.contacts.blocked("town")
    assert [blocked(one) for one in (first, second, third)] == [False, True, False]
    (due,) = await house.desk.campaigns.books.named([recipient])
    assert due.recipient.state is RecipientState.PENDING, "the others are still hers"
    await house.desk.take(OptedOut("att-1", recipient, "town", first))
    blocked = await house.contacts.blocked("town")
    assert all(blocked(one) for one in (first, second, third))


async def called(house: House) -> str:
    """Somebody of a campaign was called; the name of that call."""
    reminder = {"name": "Bill", "client": "town", "words": "Hello.", "legal_class": "reminder",
                "exercise": True}  # fmt: skip
    campaign = (await house.ask("create", **reminder))["campaign"]
    await house.ask("people", campaign=campaign, lines=["+390646771234,+390646775555"])
    await house.ask("start", campaign=campaign)
    await house.desk.service.submit(MediaThere("media-1", "life", 10))
    await until(lambda: any(isinstance(one, PlaceCall) for one in house.wire.sent))
    (order,) = [one for one in house.wire.sent if isinstance(one, PlaceCall)]
    return order.attempt.replace("att-", "call-")


async def test_an_agent_s_wrong_number_is_called_by_no_other_campaign(house: House) -> None:
    await house.desk.talks.dispose(await called(house), "wrong number", "2101", 0.0)
    blocked = await house.contacts.blocked("town")
    assert blocked("+390646771234") and not blocked("+390646775555")


async def test_do_not_call_said_by_key_is_kept_as_said_on_the_page(house: House) -> None:
    call, database = await called(house), house.desk.campaigns.books.database
    contents, history = ContentStore(database, "house"), CallHistory(database, "house")
    keys = StoredDispositions(
        contents, history, lambda line: 3600.0, SteadyClock(), house.desk.talks, ("solved",)
    )
    assert await keys.choices("call-of-a-caller") == ("solved",)
    assert "do not call" in await keys.choices(call)
    await keys.dispose(call, "2101", "do not call")
    blocked = await house.contacts.blocked("town")
    assert blocked("+390646771234") and blocked("+390646775555")


async def told_to(house: House, caller: str) -> NoticeTold:
    await house.desk.notice_asked(NoticeAsked("leg-1", "media-1", "town", caller, "en"))
    told = house.wire.sent[-1]
    assert isinstance(told, NoticeTold)
    return told


def headline(told: NoticeTold) -> str:
    return next(iter(told.script.versions.values())).headline


async def test_whoever_calls_back_hears_what_is_current_and_can_acknowledge(house: House) -> None:
    ben, stranger = "sip:+390646771234@carrier.example", "sip:anonymous@carrier.example"
    assert "no message" in headline(await told_to(house, ben))
    campaign = (await draft(house))["campaign"]
    assert "no message" in headline(await told_to(house, ben))  # a draft is not current
    await house.ask("notice.launch", campaign=campaign)
    told = await told_to(house, stranger)
    assert headline(told) == "Boil your water, neighbour." and told.recipient == ""
    told = await told_to(house, ben)
    assert headline(told) == "Boil your water, Ben."
    await house.desk.notice_acknowledged(NoticeAcknowledged(told.recipient, "key", True))
    (due,) = await house.desk.campaigns.books.named([told.recipient])
    assert due.recipient.state is RecipientState.ACKNOWLEDGED and due.recipient.help
    assert headline(await told_to(house, ben)) == "Boil your water, Ben."  # as often as one likes
    await house.ask("notice.cancel", campaign=campaign)
    assert headline(await told_to(house, ben)).startswith("The message about which we called")


async def test_who_stands_in_a_list_of_numbers_calls_back_too(house: House) -> None:
    house.desk.regions = {"town": "IT"}
    campaign = (await draft(house, lines=["+390212345678"]))["campaign"]
    await house.ask("notice.launch", campaign=campaign)
    told = await told_to(house, "sip:0212345678@carrier.example")
    assert headline(told) == "Boil your water, neighbour."
    await house.desk.notice_acknowledged(NoticeAcknowledged(told.recipient, "voice", False))
    assert house.state(campaign) is CampaignState.COMPLETED  # there is nobody left to call


# Alerts.

RULES = (AlertRule(name="storms", client="town"),)
SURE = (AlertRule(name="storms", client="town", auto_launch=True, countdown=0.0),)


def storm(kind: str = "Alert", identifier: str = "a1", area: str = AREA, **more: str) -> bytes:
    about = reference() if kind != "Alert" else ""
    block = info_block(**more).replace("</info>", f"{area}</info>")
    return cap(kind, identifier, references=about, info=block, status="Actual")


async def test_an_alert_drafts_for_those_in_its_area_and_once(tmp_path: Path) -> None:
    async with opened(tmp_path, alert_rules=RULES) as house:
        told = await house.desk.alerts.take(storm(), "test")
        assert told["did"] == "drafted" and told["people"] == 2 and told["launch_at"] is None
        assert house.state(told["campaign"]) is CampaignState.DRAFT
        again = await house.desk.alerts.take(storm(), "test")
        assert again == {"did": "nothing", "why": "it came before"}
        assert len(house.desk.service.campaigns()) == 1
        assert await alarms(house) == {f"alert:{told['campaign']}"}, (
            "it waits in silence for nobody"
        )
        await house.ask("cancel", campaign=told["campaign"])
        await house.desk.alerts.take(storm(identifier="a2"), "test")
        books = house.desk.campaigns.books
        async with books.database.read() as connection:
            noted = await meta_like(connection, books.centre, DRAFTED)
        assert f"{DRAFTED}{told['campaign']}" not in noted and len(noted) == 1


async def test_a_doubt_that_was_over_begins_anew(house: House) -> None:
    books = house.desk.campaigns.books
    for now in (1.0, 2.0, 3.0 + DOUBT_SECONDS):
        await note_doubt(books.database, books.centre, "an alert", "no rule", now)
        async with books.database.read() as connection:
            (doubt,) = (await meta_like(connection, books.centre, DOUBT)).values()
        assert doubt["at"] == (1.0 if now < DOUBT_SECONDS else now) and doubt["last"] == now


async def test_an_exercise_can_only_be_a_rehearsal(tmp_path: Path) -> None:
    async with opened(tmp_path, alert_rules=SURE) as house:
        data = storm().replace(b"Actual", b"Exercise")
        told = await house.desk.alerts.take(data, "test")
        assert house.desk.service.campaign(told["campaign"]).exercise
        assert await alarms(house) == set()


async def test_an_update_steers_down_to_people_and_a_cancel_retracts(tmp_path: Path) -> None:
    async with opened(tmp_path, alert_rules=SURE) as house:
        campaign = (await house.desk.alerts.take(storm(), "test"))["campaign"]
        assert house.state(campaign) is CampaignState.RUNNING
        (ada,) = await house.contacts.by_number("+393351234567", None)
        assert await house.desk.service.acknowledge(recipient_id(campaign, ada.id), "call back")
        moved = storm("Update", "a2", SOUTH, instruction="Leave the house.")
        told = await house.desk.alerts.take(moved, "test")
        assert told["did"] == "steered"
        assert told["steps"] == {"add": 1, "drop": 1, "no_longer_applies": 1}
        assert house.desk.service.campaign(campaign).message_version == 2
        names = {view.name.split(":")[0] for view in house.desk.service.campaigns()}
        assert "No longer" in names
        cancel = cap("Cancel", "a3", references=reference(), info="")
        assert (await house.desk.alerts.take(cancel, "test"))["did"] == "retracted"
        assert house.state(campaign) is CampaignState.CANCELLED
        late = await house.desk.alerts.take(
            cap("Cancel", "a4", references=reference(), info=""), "t"
        )
        assert late["did"] == "nothing"


async def talking(house: House, people: int) -> list[PlaceCall]:
    """So many are called, and answer."""
    await house.desk.take(MediaThere("media-1", "life", 10))
    async with asyncio.timeout(10):
        while len(calls := placed(house)) < people:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    for call in calls:
        await house.desk.take(AttemptAnswered(call.attempt))
    return calls


async def heard(house: House, people: int) -> None:
    """So many are called, hear it to the end and hang up without a word."""
    for call in await talking(house, people):
        await house.desk.take(MessageStarted(call.attempt))
        await house.desk.take(MessageCompleted(call.attempt, 4_000))
        await house.desk.take(AttemptEnded(call.attempt, Outcome.ANSWERED))
    await house.desk.take(MediaGone("media-1"))


def placed(house: House) -> list[PlaceCall]:
    return [order for order in house.wire.sent if isinstance(order, PlaceCall)]


async def pending(house: House) -> dict[str, int]:
    """Campaign → people who are still to be called, in campaigns that may."""
    views = [one for one in house.desk.service.campaigns() if one.state == CampaignState.RUNNING]
    found = {}
    for view in views:
        people = await house.desk.campaigns.books.everybody(view.id)
        waiting = [due for due in people if not due.recipient.state.final]
        found[view.name.partition(":")[0]] = len(waiting)
    return {name: count for name, count in found.items() if count}


async def test_after_an_update_nobody_is_to_be_called_by_two_campaigns(tmp_path: Path) -> None:
    async with opened(tmp_path, alert_rules=SURE) as house:
        campaign = (await house.desk.alerts.take(storm(), "test"))["campaign"]
        await heard(house, 2)
        assert await pending(house) == {"Storm (a1)": 2}
        later = "2036-06-17T15:00:00-07:00"
        leave = storm("Update", "a2", instruction="Leave the house.", expires=later)
        told = await house.desk.alerts.take(leave, "test")
        assert told["steps"] == {"update_call": 2}
        assert await pending(house) == {"Update": 2}
        expires = {house.desk.service.campaign(view.id).expires
                   for view in house.desk.service.campaigns()}  # fmt: skip
        assert expires == {datetime.fromisoformat(later).timestamp()}
        # The next one moves it: who was told nothing by the first update is told what holds now.
        moved = storm("Update", "a3", SOUTH, instruction="Leave the house.")
        told = await house.desk.alerts.take(moved, "test")
        assert told["steps"] == {"add": 1, "no_longer_applies": 2}
        assert await pending(house) == {"Storm (a1)": 1, "No longer": 2}
        back = storm("Update", "a4", instruction="Leave the house.")
        told = await house.desk.alerts.take(back, "test")
        assert told["steps"] == {"drop": 1, "update_call": 2}
        assert await pending(house) == {"Update": 2}
        cancel = cap("Cancel", "a5", references=reference(), info="")
        told = await house.desk.alerts.take(cancel, "test")
        assert told["reached"] == 2 and await pending(house) == {"Retraction": 2}
        assert house.state(campaign) is CampaignState.CANCELLED


async def test_who_is_listening_is_not_called_with_the_update_meanwhile(tmp_path: Path) -> None:
    async with opened(tmp_path, alert_rules=SURE) as house:
        campaign = (await house.desk.alerts.take(storm(), "test"))["campaign"]
        calls = await talking(house, 2)
        told = await house.desk.alerts.take(storm("Update", "a2", instruction="Go."), "test")
        assert told["steps"] == {"finish_then_update": 2}
        (follow,) = [one.id for one in house.desk.service.campaigns() if one.id != campaign]
        people = await house.desk.campaigns.books.everybody(follow)
        assert min(due.recipient.next_at for due in people) > house.desk.clock.now() + 10
        for call in calls:
            await house.desk.take(AttemptEnded(call.attempt, Outcome.ANSWERED))
        assert await pending(house) == {"Update": 2}


async def test_an_update_of_what_was_cancelled_here_calls_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path, alert_rules=SURE) as house:
        campaign = (await house.desk.alerts.take(storm(), "test"))["campaign"]
        await heard(house, 2)
        await house.ask("notice.cancel", campaign=campaign)
        told = await house.desk.alerts.take(storm("Update", "a2", instruction="Go."), "test")
        assert told["did"] == "quarantined" and await pending(house) == {"Retraction": 2}


async def test_an_update_is_for_those_of_the_rule_that_drafted(tmp_path: Path) -> None:
    floods = AlertRule(name="floods", client="town", events=("Flood",), groups=("south",))
    async with opened(tmp_path, alert_rules=(floods, *SURE)) as house:
        await house.desk.alerts.take(storm(), "test")
        told = await house.desk.alerts.take(storm("Update", "a2", instruction="Go."), "test")
        assert told["steps"] == {"new_version": 2}


@pytest.mark.parametrize("step", ["_make", "start"])
async def test_what_a_crash_interrupted_is_launched_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    async def crash(*_: object) -> None:
        raise OSError("no power")

    async with opened(tmp_path, alert_rules=SURE) as house:
        with monkeypatch.context() as patch, pytest.raises(OSError, match="no power"):
            patch.setattr(Notifications, step, crash)
            await house.desk.alerts.take(storm(), "test")
    async with opened(tmp_path, alert_rules=SURE) as house:
        watching = asyncio.create_task(house.desk.alerts.watch_folder())
        async with asyncio.timeout(10):
            await watching  # there is no folder
        ((state, people),) = [
            (view.state, view.recipients) for view in house.desk.service.campaigns()
        ]
        assert (state, people) == (CampaignState.RUNNING, 2)
        assert (await house.desk.alerts.take(storm(), "test"))["why"] == "it came before"


async def test_a_cancel_before_its_alert_and_a_stranger(tmp_path: Path) -> None:
    async with opened(tmp_path, alert_rules=SURE) as house:
        cancel = cap("Cancel", "a3", references=reference(), info="")
        assert (await house.desk.alerts.take(cancel, "test"))["did"] == "remembered"
        assert (await house.desk.alerts.take(storm(), "test"))["did"] == "nothing"
        stranger = cap("Update", "b1", sender="x@y.example", references=reference())
        assert (await house.desk.alerts.take(stranger, "test"))["did"] == "quarantined"
        with pytest.raises(CampaignError, match="no XML"):
            await house.desk.alerts.take(b"<alert", "test")
        assert house.desk.service.campaigns() == []
        told = [one.what for one in await held(house)]
        assert len(told) == 2 and any("the alert b1 of x@y.example" in what for what in told)


async def test_files_of_a_folder_are_taken_and_moved_aside(tmp_path: Path) -> None:
    folder = tmp_path / "alerts"
    folder.mkdir()
    (folder / "storm.xml").write_bytes(storm())
    (folder / "bad.xml").write_bytes(b"not an alert")
    (folder / "later.xml.part").write_bytes(storm())
    more: dict[str, Any] = {"alert_rules": RULES, "outbound": Outbound(alerts_folder=folder)}
    async with opened(tmp_path, **more) as house:
        watching = asyncio.create_task(house.desk.alerts.watch_folder())
        async with asyncio.timeout(10):
            while not (folder / "taken" / "storm.xml").exists():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        watching.cancel()
        assert (folder / "refused" / "bad.xml").exists()
        assert (folder / "later.xml.part").exists()
        told = [one.what for one in await held(house)]
        assert any("what came from folder:bad.xml: " in what for what in told)
        assert len(house.desk.service.campaigns()) == 1


async def test_what_is_wrong_with_an_update_is_refused_and_the_watch_goes_on(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "alerts"
    folder.mkdir()
    bad = AREA.replace("<circle>45,11 50</circle>", "<polygon>45,11 45,12</polygon>")
    more: dict[str, Any] = {"alert_rules": SURE, "outbound": Outbound(alerts_folder=folder)}
    async with opened(tmp_path, **more) as house:
        await house.desk.alerts.take(storm(), "test")
        (folder / "bad.xml").write_bytes(storm("Update", "a2", bad))
        (folder / "good.xml").write_bytes(storm("Update", "a3", instruction="Go."))
        watching = asyncio.create_task(house.desk.alerts.watch_folder())
        async with asyncio.timeout(10):
            while not (folder / "taken" / "good.xml").exists():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert (folder / "refused" / "bad.xml").exists() and not watching.done()
        watching.cancel()


async def test_an_alert_that_nobody_can_say_here_calls_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path, alert_rules=SURE) as house:
        with pytest.raises(CampaignError, match="nothing can be said in de"):
            await house.desk.alerts.take(storm(language="de"), "test")
        assert house.desk.service.campaigns() == []
        campaign = (await house.desk.alerts.take(storm(), "test"))["campaign"]
        with pytest.raises(CampaignError, match="nothing can be said in de"):
            await house.desk.alerts.take(storm("Update", "a2", language="de"), "test")
        assert house.desk.service.campaign(campaign).message_version == 1


async def test_an_alert_s_braces_are_words_and_its_long_name_is_cut(tmp_path: Path) -> None:
    async with opened(tmp_path, alert_rules=RULES) as house:
        data = storm(headline="Code {name}: a { storm", event="Storm " * 40)
        campaign = (await house.desk.alerts.take(data, "test"))["campaign"]
        message = await house.desk.service.messages.message(f"notice-{campaign}", 1)  # type: ignore[attr-defined]
        assert message.texts["en-us"].headline == "Code (name): a ( storm"
        assert len(house.desk.service.campaign(campaign).name) == 200
