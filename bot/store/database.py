"""Opening the one database, and saying in one line why it cannot be opened.

It knows engines and files, no table's meaning.
"""

import asyncio
import fcntl
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import AdaptedConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from bot.store.made_here import Lost, mark_made, refuse_empty_file, refuse_empty_tables
from bot.store.migrations import NewerSchema, migrate
from bot.store.schema import metadata

FILE_NAME = "incidentos.db"
NOT_A_URL = "DATABASE_URL cannot be read. Write postgresql://user:password@host:5432/name."


class CannotOpen(Exception):
    """The database or its folder cannot be used; the message says what to do."""


def prepare_folder(folder: Path) -> Path:
    """Make the data folder, only for us, and prove that it can be written.

    Raises:
        CannotOpen: it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        msg = (
            f"The data folder {folder} cannot be written ({error.strerror}). "
            "Set INCIDENTOS_DATA to a folder that this user may write."
        )
        raise CannotOpen(msg) from error
    return folder


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Own the data folder for as long as the block runs; the lock goes with the process, however it ends.

    Raises:
        CannotOpen: another process works in it.
    """
    with (folder / ".owner").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            msg = (
                f"Another IncidentOS works in {folder}. Stop it, or give this one a folder of its own "
                "(INCIDENTOS_DATA); several replicas share the work through DATABASE_URL."
            )
            raise CannotOpen(msg) from busy
        yield


def engine_for(url: str | None, folder: Path) -> AsyncEngine:
    """Return an engine on PostgreSQL (*url*) or on the SQLite file in *folder*. Nothing is opened yet.

    Raises:
        CannotOpen: *url* is none; what stands in it is not told, for it holds a password.
    """
    if url:
        server = create_async_engine(_async_url(url), pool_pre_ping=True, pool_size=8, hide_parameters=True)
        sa.event.listen(server.sync_engine, "do_connect", _connect)
        return server
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{folder / FILE_NAME}",
        pool_size=8,
        max_overflow=0,
        connect_args={"timeout": 30},
        hide_parameters=True,  # what failed is told without what people wrote
    )
    sa.event.listen(engine.sync_engine, "connect", _tune_sqlite)
    sa.event.listen(engine.sync_engine, "invalidate", _roll_back)
    turns = _Turns()
    sa.event.listen(engine.sync_engine, "begin", turns.begin)
    sa.event.listen(engine.sync_engine, "checkin", turns.end)
    return engine


async def create_tables(engine: AsyncEngine, *others: sa.MetaData) -> None:
    """Create what is missing, ours and *others*', and bring an older schema up to ours.

    Raises:
        CannotOpen: no database, damaged, lost, the server does not answer, or a newer release made it.
    """
    file = Path(engine.url.database or "") if engine.url.get_backend_name() == "sqlite" else None
    try:
        if file is not None:
            refuse_empty_file(file)
        async with engine.begin() as connection:
            if file is None:  # replicas that start together take turns
                await connection.execute(sa.text("SELECT pg_advisory_xact_lock(7305911031)"))
            else:
                await _check_file(connection)
                await refuse_empty_tables(connection, file)
            for tables in (metadata, *others):
                await connection.run_sync(tables.create_all)
            await connection.run_sync(migrate)
        if file is not None:
            mark_made(file)
    except NewerSchema as newer:
        raise CannotOpen(str(newer)) from newer
    except (Lost, sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise CannotOpen(_why(engine, error)) from error


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Give a connection that only reads: on SQLite it takes no lock and waits for no writer."""
    async with engine.execution_options(reads=True).connect() as connection:
        yield connection


@asynccontextmanager
async def urgently(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Give a writing transaction that goes before all others: Slack waits for it."""
    async with engine.execution_options(urgent=True).begin() as connection:
        yield connection


def insert(connection: AsyncConnection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Return the database's own insert, the one that knows ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


async def _check_file(connection: AsyncConnection) -> None:
    """Look whether the file is whole before anything is written to it."""
    told = await connection.scalar(sa.text("PRAGMA quick_check(1)"))
    if told != "ok":
        msg = f"quick_check: {told}"
        raise sqlite3.DatabaseError(msg)


def _why(engine: AsyncEngine, error: Exception) -> str:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    if engine.url.get_backend_name() == "sqlite":
        return (
            f"The database {engine.url.database} cannot be used ({reason}). It was left as it is. "
            "Restore a backup (docs/operations.md), or name another folder (INCIDENTOS_DATA) to start empty."
        )
    where = engine.url.render_as_string(hide_password=True)
    return f"The database {where} cannot be used ({reason}). Check DATABASE_URL and that the server is up."


def _async_url(url: str) -> sa.URL:
    """Accept the usual spellings of a PostgreSQL URL."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            url = "postgresql+asyncpg://" + url.removeprefix(prefix)
    try:
        return sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise CannotOpen(NOT_A_URL) from None


def _connect(
    dialect: sa.Dialect, _record: object, words: Sequence[object], named: Mapping[str, object]
) -> sa.engine.interfaces.DBAPIConnection:
    """Connect to the server; one that is away is the database's own error, as when it goes away later.

    SQLAlchemy hands on the driver's and the network's errors of a first connection as they are.
    """
    adapter: Any = dialect.loaded_dbapi
    driver = adapter.asyncpg
    try:
        return dialect.connect(*words, **named)
    except (OSError, driver.PostgresError, driver.InterfaceError) as away:
        why = str(away) or type(away).__name__
        raise adapter.OperationalError(why) from away


def _tune_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # the driver must not begin transactions on its own: `_begin_immediate` does
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _roll_back(connection: AdaptedConnection, _record: object, _error: BaseException | None) -> None:
    """Undo what a cancelled task began, before its connection is closed.

    SQLite keeps a closed connection's lock for as long as anybody, such as a traceback, holds a cursor of it.
    """
    with suppress(sqlite3.Error):  # it is closed next, whatever it says
        connection.run_async(lambda driver: driver.rollback())


class _Turns:
    """Writers of this process take turns, urgent ones first: SQLite's own waiting is a lottery of sleeps."""

    def __init__(self) -> None:
        self._taken = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._waiting: deque[asyncio.Future[None]] = deque()

    def begin(self, connection: sa.Connection) -> None:
        """Begin to read, or wait for the turn and begin to write.

        A deferred transaction that reads and then writes fails at once when another writer was faster.
        """
        options = connection.get_execution_options()
        if options.get("reads", False):
            connection.exec_driver_sql("BEGIN")
            return
        if not connection.info.get("writes"):
            await_only(self._take(urgent=options.get("urgent", False)))
            connection.info["writes"] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def end(self, _connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
        """Pass the turn on, once the connection is back in the pool."""
        if record.info.pop("writes", False):
            self._pass_on()

    async def _take(self, *, urgent: bool) -> None:
        if not self._taken:
            self._taken = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._urgent if urgent else self._waiting).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        for line in (self._urgent, self._waiting):
            while line:
                turn = line.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._taken = False
