"""What people and programs ask of campaigns: one place for command line, API and pages.

A request may carry an idempotency key: asked again with it, the first answer is given again and
nothing is done twice. Every answer is JSON.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from pydantic import Field, ValidationError
from sqlalchemy import select

from centralino.content.store import ContentStore
from centralino.db.outbound_tables import requests
from centralino.outbound.audit import first_break
from centralino.outbound.books import SqlBooks
from centralino.outbound.drafting import (
    EMERGENCY,
    Looking,
    NewCampaign,
    Wish,
    check_agents_behind,
    check_attempts,
    drafted,
)
from centralino.outbound.errors import BadAudience, CampaignError, KeyTaken
from centralino.outbound.keyed import asked_under, campaign_name
from centralino.outbound.stored import MESSAGE, StoredMessage
from contacts.errors import ContactsError
from contacts.numbers import dialled
from kernel.clock import Clock
from kernel.errors import CoreStopped, IllegalTransition
from outbound.alarms import Alarms
from outbound.compliance import LegalClass
from outbound.errors import NoSuchCampaign, OutboundError
from outbound.messages import CampaignCancelled, CampaignMade, CampaignPaused, CampaignStarted
from outbound.ports import NewRecipient
from outbound.records import (
    CampaignRecord,
    CampaignState,
    Path,
    RecipientRecord,
)
from outbound.service import OutboundService

if TYPE_CHECKING:
    from centralino.outbound.bot_campaigns import BotCampaigns

Json = dict[str, Any]
Clients = frozenset[str] | None
NUMBER = re.compile(r"\+\d{6,15}|\d{2,6}|sips?:\S+@\S+")
NOTICE = "notice-"
"""How the names of notifications' messages begin."""
PAGE = 2_000
RESULT_COLUMNS = (
    "seq", "id", "person", "state", "bucket", "help", "spent", "ordinal", "reached_at", "why",
)  # fmt: skip
"""Of an export: ids and results; who that is, the contacts know. A time is ISO 8601, in UTC."""


class OfCampaign(Wish):
    """Something about a campaign."""

    campaign: str
    why: str = Field(default="", max_length=500)


class OfPerson(Wish):
    """A person, by the id of the contact."""

    person: str = Field(min_length=1)


MOST_ASKED = 50
"""Campaigns in which a number is looked for."""


class WhyNot(Wish):
    """A person, by id or by number; without a campaign in any."""

    campaign: str = ""
    recipient: str = ""
    number: str = ""


class NewPeople(Wish):
    """More of an audience: one person a line."""

    campaign: str
    lines: tuple[str, ...]
    zone: str = ""
    language: str = ""


@dataclass(frozen=True)
class Asker:
    """Who asks."""

    name: str
    clients: Clients
    """Whose campaigns; None is every client's."""

    def sees(self, client: str) -> bool:
        """Whether this client's things are his."""
        return self.clients is None or client in self.clients


AT_THE_MACHINE = Asker("command line", None)
"""Who can use the house's own socket may do anything there."""


@contextmanager
def in_one_line() -> Iterator[None]:
    """What cannot be done is a CampaignError, whoever found it."""
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CampaignError(f"{where}: {first['msg']}") from error
    except IllegalTransition as error:
        raise CampaignError(f"that cannot be done now: the campaign is {error.state}") from error
    except CoreStopped as error:
        raise CampaignError(
            "this house does not dial any more, another does on the same database: ask there, "
            "or stop it and restart this one"
        ) from error
    except (OutboundError, ContactsError) as error:
        raise CampaignError(str(error)) from error


class Campaigns:
    """The front of the dialler."""

    def __init__(
        self, service: OutboundService, books: SqlBooks, contents: ContentStore, clock: Clock,
        keep_seconds: float, classes: Mapping[str, LegalClass], person_of: Callable[[str], str],
        queues: Mapping[str, str] = MappingProxyType({}), two_person: bool = False,
        looking: Looking | None = None, regions: Mapping[str, str] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """`person_of`: number → id of somebody who is no contact; `queues`: queue → its client;
        `two_person`: an emergency is launched by two; `regions`: client → its country."""
        self.service = service
        self.books = books
        self._contents = contents
        self._clock = clock
        self._keep = keep_seconds
        self._classes = classes
        self._person_of = person_of
        self._queues = queues
        self._two_person = two_person
        self._looking = looking or Looking()
        self._regions = regions
        self.alarms: Alarms | None = None
        """What calls for a person, where somebody watches."""
        self.by_bot: BotCampaigns | None = None
        """What is told of campaigns that a bot holds, where the house has such bots."""
        self._asked: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """One at a time for each key: who asks again meanwhile waits for the first answer."""
        self._verbs: dict[str, Callable[[Mapping[str, Any], Asker], Awaitable[Json]]] = {
            "create": self._create,
            "people": self._people,
            "start": self._start,
            "pause": self._pause,
            "cancel": self._cancel,
            "status": self._status,
            "list": self._list,
            "why": self._why,
            "audit": self._audit,
            "forget": self._forget,
        }

    def more(
        self, verbs: Mapping[str, Callable[[Mapping[str, Any], Asker], Awaitable[Json]]]
    ) -> None:
        """Further things that can be asked."""
        self._verbs.update(verbs)

    async def ask(self, verb: str, values: Mapping[str, Any], asker: Asker, key: str = "") -> Json:
        """Do what is asked, once for each key. Raises CampaignError."""
        if verb not in self._verbs:
            raise CampaignError(f"this house knows nothing of {verb!r}: is it of an older version?")
        with in_one_line():
            if key:
                # Two askers may choose the same key: each has keys of his own.
                scoped = f"{asker.name}:{key}"
                async with self._asked.setdefault(scoped, asyncio.Lock()):
                    return await self._once(verb, values, asker, scoped)
            return await self._verbs[verb](values, asker)

    async def _once(self, verb: str, values: Mapping[str, Any], asker: Asker, key: str) -> Json:
        text = json.dumps([verb, dict(values)], sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()
        known = await self._answered(key)
        if known is not None:
            if known[0] != digest:
                raise KeyTaken(key)
            return known[1]
        # Another body under the same key, whose answer was lost, is another draft.
        with asked_under(f"{key}:{digest}"):
            answer = await self._verbs[verb](values, asker)
        row = {"centre": self.books.centre, "key": key, "client": "", "at": self._clock.now(),
               "digest": digest, "answer": answer}  # fmt: skip
        async with self.books.database.write() as connection:
            await connection.execute(
                self.books.database.insert_new(requests, ("centre", "key")), row
            )
        return answer

    async def _answered(self, key: str) -> tuple[str, Json] | None:
        query = select(requests.c.digest, requests.c.answer).where(
            requests.c.centre == self.books.centre, requests.c.key == key
        )
        async with self.books.database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else (row.digest, dict(row.answer))

    # --- the verbs

    async def _create(self, values: Mapping[str, Any], asker: Asker) -> Json:
        new = NewCampaign.model_validate(values)
        self.check_new(new, asker)
        return {"campaign": (await self.make(new)).id}

    def check_new(self, new: NewCampaign, asker: Asker) -> LegalClass:
        """The class of a campaign of words, or with agents. Raises CampaignError, OutboundError
        for what may not be drafted."""
        check_client(new.client, asker)
        if new.legal_class not in self._classes:
            known = ", ".join(sorted(self._classes))
            raise CampaignError(f"there is no class {new.legal_class!r}: take one of {known}")
        law = self._classes[new.legal_class]
        check_attempts(new.attempts, law)
        if new.bot:
            raise CampaignError(f"a campaign of the bot {new.bot!r} is drafted with its audience:"
                                " see `campaign draft`")  # fmt: skip
        if self._two_person and new.legal_class == EMERGENCY and not new.exercise:
            raise CampaignError("an emergency is launched by two persons here: see `notify`")
        if not new.words:
            raise CampaignError("say what is to be said (words)")
        check_agents_behind(new, self._queues, law)
        return law

    async def make(self, new: NewCampaign) -> CampaignRecord:
        """The draft of what was checked."""
        record = drafted(new, campaign_name(), self._looking)
        self.check_draft(record.id)
        await self.say(record, new.words, new.texts)
        await self.service.submit(CampaignMade(record))
        return record

    def check_draft(self, name: str) -> None:
        """Before the words of a draft are written. Raises IllegalTransition where a campaign of
        this name is more than a draft: it goes on saying what it said."""
        known = self.service.core().desk.campaigns.get(name)
        if known is not None and known.state is not CampaignState.DRAFT:
            raise IllegalTransition("campaign", known.state, name)

    async def say(
        self, record: CampaignRecord, words: str, texts: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Keep the words of a campaign's message."""
        now = self._clock.now()
        await self._contents.put(
            record.message, MESSAGE, StoredMessage(record.message_version, words, dict(texts)),
            client=record.client, expires=now + self._keep, now=now,
        )  # fmt: skip

    async def _people(self, values: Mapping[str, Any], asker: Asker) -> Json:
        new = NewPeople.model_validate(values)
        record = self._seen(new.campaign, asker)
        if record.bot and self.by_bot is not None:
            self.by_bot.check_lines(record.bot)
        if is_notice(record):
            raise CampaignError(
                "a notification goes to those whom it was drafted for: draft it anew"
            )
        people = list(read_people(new.lines, new.language, new.zone, self._person_of))
        return {"campaign": new.campaign, "added": await self.service.add(new.campaign, people)}

    async def _start(self, values: Mapping[str, Any], asker: Asker) -> Json:
        asked = self._of(values, asker)
        record = self.service.campaign(asked.campaign)
        if is_notice(record) and record.state is CampaignState.DRAFT:
            # Under its own rules, whatever it is called: two persons where the house asks for two.
            await self._verbs["notice.launch"]({"campaign": record.id}, asker)
        else:
            await self.service.submit(CampaignStarted(asked.campaign, asker.name))
        return self._shown(asked.campaign)

    async def _pause(self, values: Mapping[str, Any], asker: Asker) -> Json:
        asked = self._of(values, asker)
        await self.service.submit(CampaignPaused(asked.campaign, asker.name, asked.why))
        return self._shown(asked.campaign)

    async def _cancel(self, values: Mapping[str, Any], asker: Asker) -> Json:
        asked = self._of(values, asker)
        await self.service.submit(CampaignCancelled(asked.campaign, asker.name, asked.why))
        return self._shown(asked.campaign)

    async def _status(self, values: Mapping[str, Any], asker: Asker) -> Json:
        return self._shown(self._of(values, asker).campaign)

    async def _list(self, values: Mapping[str, Any], asker: Asker) -> Json:
        return self.board(asker)

    async def _why(self, values: Mapping[str, Any], asker: Asker) -> Json:
        asked = WhyNot.model_validate(values)
        name = await self._meant(asked, asker) if asked.number else asked.recipient
        found = await self.service.why_not_called(name)
        if found is None or not asker.sees(found[0].client):
            raise CampaignError("there is no such recipient")
        recipient, why = found
        attempts = await self.books.attempts_of(recipient.id)
        return {
            "campaign": self.service.campaign(recipient.campaign).name,
            "recipient": recipient.id, "person": recipient.person, "state": recipient.state,
            "bucket": recipient.bucket, "spent": recipient.spent, "next_at": recipient.next_at,
            "why": why,
            "attempts": [
                {"id": one.id, "at": one.made, "state": one.state, "outcome": one.outcome,
                 "trunk": one.trunk, "sip_status": one.sip_status, "played_ms": one.played_ms}
                for one in attempts
            ],
        }  # fmt: skip

    async def _meant(self, asked: WhyNot, asker: Asker) -> str:
        """Who has this number, however it is written: in one campaign, else in those that call now
        and then in the newest. Raises CampaignError."""
        if asked.campaign:
            some = [self._seen(asked.campaign, asker)]
        else:
            seen = [one for one in self.service.campaigns() if asker.sees(one.client)]
            newest = sorted(seen, key=lambda one: (one.state != CampaignState.RUNNING, -one.since))
            some = [self.service.campaign(one.id) for one in newest[:MOST_ASKED]]
        for record in some:
            number = asked.number
            if ":" not in number:  # no SIP address
                number = dialled(number, self._regions.get(record.client, ""))
            if name := await self.books.by_number(record.id, number):
                return name
        raise CampaignError(
            "nobody with this number is in it: not in its groups or area, left out, or another"
            " number of theirs is"
        )

    async def _audit(self, values: Mapping[str, Any], asker: Asker) -> Json:
        name = self._of(values, asker).campaign
        chain = await self.books.audit_of(name)
        broken = first_break(self.books.secret, name, chain)
        return {
            "campaign": name, "whole": broken is None, "first_break": broken,
            "newest": chain[-1].mac if chain else "",
            "rows": [{"seq": row.seq, "at": row.at, **row.entry} for row in chain],
        }  # fmt: skip

    async def _forget(self, values: Mapping[str, Any], asker: Asker) -> Json:
        """An erased person is not called any more, also where the numbers were read before."""
        person = OfPerson.model_validate(values).person
        if asker.clients is not None:
            raise CampaignError("only who sees every client may have a person forgotten")
        await self.books.forget_person(person)
        if self.by_bot is not None:
            await self.by_bot.forget_person(person)
        recipients = await self.books.open_of_person(person)
        for recipient in recipients:
            await self.service.drop(recipient, "erased")
        return {"dropped": len(recipients)}

    # --- views

    async def results(self, campaign: str) -> AsyncIterator[list[tuple[object, ...]]]:
        """The rows of an export, some at a time, with their heading."""
        yield [RESULT_COLUMNS]
        after = 0
        while page := await self.books.page(campaign, after, PAGE):
            yield [tuple(_cell(one, name) for name in RESULT_COLUMNS) for one in page]
            after = page[-1].seq

    def board(self, asker: Asker) -> Json:
        """Every campaign that may be seen, and the trunks."""
        return {
            "at": self._clock.now(),
            "campaigns": [
                {**asdict(view), **self._kind(view.id)}
                for view in self.service.campaigns()
                if asker.sees(view.client)
            ],
            "trunks": [asdict(trunk) for trunk in self.service.trunks()],
            "alarms": [
                asdict(one)
                for one in (self.alarms.holding if self.alarms else ())
                if not one.client or asker.sees(one.client)
            ],
        }

    def _kind(self, name: str) -> Json:
        """What its page has to know of how it is handled."""
        record = self.service.campaign(name)
        return {"notice": is_notice(record), "bot": record.bot, "exercise": record.exercise,
                "expires": record.expires}  # fmt: skip

    def _shown(self, name: str) -> Json:
        return asdict(self.service.view(name))

    def seen(self, name: str, asker: Asker) -> CampaignRecord:
        """The campaign, if he may see it. Raises CampaignError."""
        try:
            return self._seen(name, asker)
        except NoSuchCampaign as error:
            raise CampaignError(str(error)) from error

    def _seen(self, name: str, asker: Asker) -> CampaignRecord:
        record = self.service.campaign(name)
        if not asker.sees(record.client):
            raise NoSuchCampaign(name)
        return record

    def _of(self, values: Mapping[str, Any], asker: Asker) -> OfCampaign:
        asked = OfCampaign.model_validate(values)
        self._seen(asked.campaign, asker)
        return asked


def _cell(of: RecipientRecord, column: str) -> object:
    """Of an export; a time that is none stays empty."""
    if column != "reached_at":
        return getattr(of, column)
    at = datetime.fromtimestamp(of.reached_at, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if of.reached_at else ""


def check_client(client: str, asker: Asker) -> None:
    """Raises CampaignError for a client whose campaigns are none of his."""
    if not asker.sees(client):
        raise CampaignError(f"{client} is not a client of yours")


def law_for(client: str, name: str, classes: Mapping[str, LegalClass], asker: Asker) -> LegalClass:
    """The legal class of what is drafted for a client. Raises CampaignError."""
    check_client(client, asker)
    law = classes.get(name)
    if law is None:
        raise CampaignError(f"there is no legal class {name!r}")
    return law


def is_notice(record: CampaignRecord) -> bool:
    """Whether it is a notification: who launches it and whom it is for has rules of its own."""
    return record.message.startswith(NOTICE)


def read_people(
    lines: Iterable[str], language: str, zone: str, person_of: Callable[[str], str]
) -> Iterable[NewRecipient]:
    """One person a line, numbers parted by commas; `person_of` makes an id of the first.

    Raises BadAudience.
    """
    for at, line in enumerate(lines, 1):
        numbers = [part.strip() for part in line.split(",") if part.strip()]
        if not numbers:
            continue
        for number in numbers:
            if not NUMBER.fullmatch(number):
                raise BadAudience(at, f"{number!r} is no number in E.164 and no SIP address")
        person = person_of(numbers[0])
        paths = tuple(Path(number) for number in numbers)
        yield NewRecipient(person, paths, language, zone)
