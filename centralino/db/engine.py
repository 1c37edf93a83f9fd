"""One database, SQLite or PostgreSQL, behind two verbs: read and write.

SQLite has one writer at a time. A transaction that begins by reading and then writes can fail at
once, whatever the busy timeout, when another one wrote between (SQLITE_BUSY_SNAPSHOT,
https://sqlite.org/isolation.html); so `write` begins IMMEDIATE, and within a process writers queue
here, in order, instead of polling the lock of the file.

An error tells its statement and not what was to be written (`hide_parameters`): that may be a
number or the key of somebody's content, and errors are logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, Insert, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from centralino.db.errors import StoreUrl

BUSY_TIMEOUT = 10_000  # ms that a writer waits for another process, e.g. `centralino user`
COMMAND_TIMEOUT = 30.0  # s; a dead PostgreSQL connection must fail, not hang the distributor

T = TypeVar("T")

_shared: ContextVar[AsyncConnection | None] = ContextVar("shared", default=None)
"""The transaction that this task's writes are part of."""
_then: ContextVar[list[Callable[[], None]] | None] = ContextVar("then", default=None)
"""What is to be called after the commit of this task's transaction."""

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT}",
    # FULL, not NORMAL: in WAL mode NORMAL may lose the last commits at a power cut, but a commit
    # here is the promise after which commands go out. Commits are grouped, so it costs one fsync a
    # group (https://sqlite.org/pragma.html#pragma_synchronous).
    "PRAGMA synchronous=FULL",
    # A deleted key is overwritten in the file, so that erasing erases.
    "PRAGMA secure_delete=ON",
)


def read_url(text: str) -> URL:
    """The address with its async driver. Raises StoreUrl."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreUrl(
            "the database address cannot be read: write sqlite:///path/to/file.db or "
            "postgresql://user@host/name"
        ) from None
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+asyncpg")
    if backend != "sqlite":
        raise StoreUrl(f"the database {backend} is not supported: use sqlite or postgresql")
    if not url.database or url.database == ":memory:":
        # Every task would share the one connection, and with it one another's transactions.
        raise StoreUrl(
            "a database in memory cannot be used: name a file, sqlite:///path/to/file.db"
        )
    return url.set(drivername="sqlite+aiosqlite")


def _on_connect(dbapi_connection: Any, record: object) -> None:
    # The driver's own way of beginning transactions is switched off: `_on_begin` says BEGIN.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("centralino_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


class Database:
    """The store's connections. Nothing is opened before the first `read` or `write`.

    Raises StoreUrl for an address that cannot be used.
    """

    def __init__(self, url: str) -> None:
        self.url = read_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.name = self.url.render_as_string(hide_password=True)
        """The address without its password, for messages."""
        self._engine: AsyncEngine | None = None
        self._plain: Engine | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads: one consistent view, never in a writer's way."""
        async with self._opened().connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at the end and rolled back by an exception.

        Within `together` it is a part of that one, and rolled back alone.
        """
        if (shared := _shared.get()) is not None:
            outer = _then.get()
            assert outer is not None
            before = len(outer)
            try:
                async with shared.begin_nested():
                    yield shared
            except BaseException:
                del outer[before:]
                raise
            return
        then: list[Callable[[], None]] = []
        async with self._turn if self.is_sqlite else nullcontext():
            async with self._opened().connect() as connection:
                await connection.execution_options(centralino_write=True)
                async with connection.begin():
                    token = _then.set(then)
                    try:
                        yield connection
                    finally:
                        _then.reset(token)
        for call in then:
            call()

    def once_committed(self, call: Callable[[], None]) -> None:
        """Call it after the commit of the `write` or `together` that this task is in, and not at
        all if that is rolled back: who is told sooner looks, and sees nothing."""
        then = _then.get()
        if then is None:
            raise RuntimeError("once_committed: this task is in no transaction")
        then.append(call)

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """`work` in a `write` of its own, given a plain connection.

        For what is written often: on SQLite the whole transaction is one visit to a thread, where
        the asynchronous driver makes several for each statement (docs/benchmarks/acd.md).
        """
        if not self.is_sqlite or _shared.get() is not None:
            async with self.write() as connection:
                return await connection.run_sync(work)
        async with self._turn:
            doing = asyncio.get_running_loop().run_in_executor(self._writer(), self._do, work)
            try:
                return await asyncio.shield(doing)
            except asyncio.CancelledError:
                await asyncio.wait([doing])  # the next writer's turn comes after the commit
                raise

    def _do(self, work: Callable[[Connection], T]) -> T:
        if self._plain is None:
            url = self.url.set(drivername="sqlite")
            self._plain = create_engine(url, hide_parameters=True)
            event.listen(self._plain, "connect", _on_connect)
            event.listen(self._plain, "begin", _on_begin)
        with self._plain.connect() as connection:
            connection.execution_options(centralino_write=True)
            with connection.begin():
                return work(connection)

    def _writer(self) -> ThreadPoolExecutor:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "store")
        return self._thread

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """One transaction for every `write` of this task within: committed at the end, all or
        nothing. Writers of other tasks wait."""
        async with self.write() as connection:
            token = _shared.set(connection)
            try:
                yield
            finally:
                _shared.reset(token)

    async def close(self) -> None:
        """Close every connection."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()
        plain, self._plain = self._plain, None
        if plain is not None:
            await asyncio.get_running_loop().run_in_executor(self._writer(), plain.dispose)
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown()

    async def forget_deleted(self) -> None:
        """Bring deletions from the write-ahead log into the SQLite file, so that nothing deleted
        stays readable in the log. PostgreSQL's vacuum does the like in its own time."""
        if not self.is_sqlite:
            return
        async with self._turn, self._opened().connect() as connection:
            raw = await connection.get_raw_connection()
            driver = raw.driver_connection
            assert driver is not None
            await (await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")).close()

    def upsert(self, table: Table, key: tuple[str, ...], change: dict[str, Any]) -> Insert:
        """Insert, or where `key` is there already set `change`.

        A value of `change` may be an expression; `text("excluded.<column>")` is the value that was
        to be inserted.
        """
        if self.is_sqlite:
            return sqlite.insert(table).on_conflict_do_update(index_elements=key, set_=change)
        return postgresql.insert(table).on_conflict_do_update(index_elements=key, set_=change)

    def insert_new(self, table: Table, key: tuple[str, ...]) -> Insert:
        """Insert, or do nothing where `key` is there already."""
        if self.is_sqlite:
            return sqlite.insert(table).on_conflict_do_nothing(index_elements=key)
        return postgresql.insert(table).on_conflict_do_nothing(index_elements=key)

    def _opened(self) -> AsyncEngine:
        if self._engine is None:
            self._engine = self._open()
        return self._engine

    def _open(self) -> AsyncEngine:
        if not self.is_sqlite:
            timeouts = {"timeout": 10.0, "command_timeout": COMMAND_TIMEOUT}
            return create_async_engine(
                self.url, hide_parameters=True, pool_pre_ping=True, connect_args=timeouts
            )
        engine = create_async_engine(self.url, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _on_connect)
        event.listen(engine.sync_engine, "begin", _on_begin)
        return engine
