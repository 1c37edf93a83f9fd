"""The distributor's events as a stream with numbers, for programs (docs/events.md).

Server-sent events (WHATWG HTML §9.2) over what the ledger keeps: each event has the number of its
row in the journal, so a reader who was away goes on behind the last number that it took. Nothing
is held here for anybody: a slow reader is read to at its own pace, from the database. A number that
this journal does not know (it was restored from a backup), or one that is too long ago, is told,
and everything is said anew.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from aiohttp import web

from acd.subjects import subjects
from centralino.db.journal import JournalRow
from centralino.users.permissions import Action, visible
from centralino.web.access import in_
from centralino.web.errors import Refusal, not_found
from centralino.web.ports import Clients, EventsPort
from centralino.web.requests import KEY, TOKEN, parts_of
from centralino.web.views import Json

MOST_READERS = 64
"""Open streams at once; each asks the database when something happened."""
MOST_OF_ONE = 16
"""Of them, those that tell of one client; and those that tell of the whole centre."""
BREATH = 0.2
"""Seconds between two looks into the journal for one reader."""
TOO_FAR = 100_000
"""Numbers behind which a reader is told everything anew: that is less than to catch up."""
UNREAD_SECONDS = 30.0
"""A reader that takes nothing for so long is gone."""

NEW, UNKNOWN, LONG_AGO = "new", "unknown number", "too long ago"
"""Why everything is said."""

_NUMBER = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")


@dataclass(frozen=True)
class Mark:
    """Where a reader is: a number, and the time of its row, by which another journal is known."""

    seq: int
    at: float

    @property
    def id(self) -> str:
        """As it is sent, and comes back."""
        return f"{self.seq}-{_ms(self.at)}"


def _ms(at: float) -> int:
    return round(at * 1000)


@dataclass
class Streams:
    """The readers of one application."""

    wakes: dict[asyncio.Event, frozenset[str | None]] = field(default_factory=dict)
    """What wakes a reader, and of which clients it is told; None: of the whole centre."""
    closed: bool = False

    def moved(self, moved: object = None) -> None:
        """Something happened: every reader looks."""
        for wake in self.wakes:
            wake.set()

    def close(self) -> None:
        """The server stops; readers come back by themselves when it is there again."""
        self.closed = True
        self.moved()

    @contextmanager
    def reader(self, clients: Clients) -> Iterator[asyncio.Event]:
        """One more reader, as long as it reads. Raises a Refusal (503) where there are too many."""
        if len(self.wakes) >= MOST_READERS:
            raise too_many(f"{MOST_READERS} streams of events are open, which is the most.")
        of = frozenset({None}) if clients is None else clients
        for client in of:
            if sum(client in told for told in self.wakes.values()) >= MOST_OF_ONE:
                whom = f"client {client}" if client else "the whole centre"
                raise too_many(f"{MOST_OF_ONE} streams of {whom} are open, which is the most.")
        wake = asyncio.Event()
        self.wakes[wake] = of
        try:
            yield wake
        finally:
            del self.wakes[wake]


def too_many(why: str) -> Refusal:
    """No more readers just now."""
    return Refusal(503, "too_many", f"{why} Close one, or come again later.", {"Retry-After": "10"})


STREAMS = web.AppKey("streams", Streams)


async def events(request: web.Request) -> web.StreamResponse:
    """GET /api/events[?after]: on from `after` or the header `Last-Event-ID`; without, anew."""
    journal, after = parts_of(request).journal, _after(request)
    if journal is None:
        raise not_found()
    clients = await may_read(request)
    with request.app[STREAMS].reader(clients) as wake:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await Stream(request, response, journal, wake, clients).run(after)
        except (ConnectionError, TimeoutError):  # the reader is gone, or as good as gone
            if request.transport is not None:
                request.transport.abort()  # else the end of the answer waits for it for ever
    return response


async def may_read(request: web.Request) -> Clients:
    """The clients of whom this reader may be told; none where it may read no longer."""
    if KEY in request:
        return request[KEY].clients
    parts = parts_of(request)
    signed_in = await parts.sign_in.session(request[TOKEN], parts.clock.now())
    return frozenset() if signed_in is None else visible(signed_in, Action.SEE_AGENTS)


def _after(request: web.Request) -> tuple[int, int | None] | None:
    given = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    if not given:
        return None
    found = _NUMBER.fullmatch(given)
    if found is None:
        raise Refusal(400, "bad_number", "after: the id of an event as it was sent.")
    return int(found[1]), int(found[2]) if found[2] else None


class Stream:
    """One reader, from the first event to its end."""

    def __init__(
        self,
        request: web.Request,
        response: web.StreamResponse,
        journal: EventsPort,
        wake: asyncio.Event,
        clients: Clients,
    ) -> None:
        self._request, self._response = request, response
        self._parts = parts_of(request)
        self._journal, self._wake = journal, wake
        self._clients = clients
        self._sent = 0
        """The last number that the reader was told."""

    async def run(self, after: tuple[int, int | None] | None) -> None:
        """Tell it all until it goes, may read no longer, or the server stops."""
        mark = await self._begin(after)
        streams = self._request.app[STREAMS]
        while not streams.closed and await self._may_go_on():
            self._wake.clear()
            mark, head = await self._go_on(mark)
            if mark.seq >= head:
                await self._rest(mark)

    async def _begin(self, after: tuple[int, int | None] | None) -> Mark:
        """Where it goes on; everything is told where that is nowhere."""
        if after is None:
            return await self._tell_everything(NEW)
        seq, ms = after
        at = await self._journal.time_of(seq) if seq else 0.0
        if at is None or (ms is not None and ms != _ms(at)):
            return await self._tell_everything(UNKNOWN)
        if (await self._journal.page(seq, self._clients, 0)).head - seq > TOO_FAR:
            return await self._tell_everything(LONG_AGO)
        self._sent = seq
        return Mark(seq, at)

    async def _tell_everything(self, why: str) -> Mark:
        now = await self._journal.now()
        mark = Mark(now.seq, now.at)
        seen = [
            asdict(one)
            for one in subjects(now.records).values()
            if in_(one.client, self._clients)
        ]  # fmt: skip
        everything = {"seq": now.seq, "at": now.at, "why": why, "subjects": seen}
        await self._send("snapshot", mark, everything)
        return mark

    async def _go_on(self, mark: Mark) -> tuple[Mark, int]:
        """The next page; where the reader is then, and the newest number."""
        page = await self._journal.page(mark.seq, self._clients)
        for row in page.rows:
            await self._send("moved", Mark(row.seq, row.at), self._moved(row))
        return Mark(page.upto, page.at), page.head

    def _moved(self, row: JournalRow) -> Json:
        return {
            "seq": row.seq, "after": self._sent, "at": row.at, "client": row.client,
            "subject": row.subject, "from": row.from_state, "to": row.to_state, "why": row.why,
            "call": row.call or "",
        }  # fmt: skip

    async def _rest(self, mark: Mark) -> None:
        """Until something happens; a sign of life moves the reader's number on meanwhile."""
        await asyncio.sleep(BREATH)
        try:
            async with asyncio.timeout(self._parts.config.heartbeat_seconds):
                await self._wake.wait()
        except TimeoutError:
            await self._send("alive", mark, {"seq": mark.seq, "at": self._parts.clock.now()})

    async def _send(self, kind: str, mark: Mark, data: Json) -> None:
        # In a thread: all of a large centre is some megabytes.
        many = len(data.get("subjects", ())) > 100
        text = await asyncio.to_thread(json.dumps, data) if many else json.dumps(data)
        async with asyncio.timeout(UNREAD_SECONDS):
            await self._response.write(f"event: {kind}\nid: {mark.id}\ndata: {text}\n\n".encode())
        self._sent = mark.seq

    async def _may_go_on(self) -> bool:
        """Who is signed out, or may see other clients than before, begins again."""
        may = await may_read(self._request)
        return may == self._clients and may != frozenset()
