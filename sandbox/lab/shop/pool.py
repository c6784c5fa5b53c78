"""A pool of SQLite connections: so many and no more; who finds none waits, and not for ever."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from .neighbours import Refused


class Pool:
    """Connections to one database file, each lent to one request at a time."""

    def __init__(self, database: Path, size: int, patience_ms: int, busy_timeout_ms: int) -> None:
        self.size = size
        self.waiters = 0
        self._database = database
        self._patience_ms = patience_ms
        self._busy_timeout_ms = busy_timeout_ms
        self._all: list[sqlite3.Connection] = []
        self._free: asyncio.LifoQueue[sqlite3.Connection] = asyncio.LifoQueue()

    @property
    def in_use(self) -> int:
        """How many connections are lent."""
        return len(self._all) - self._free.qsize()

    def open(self) -> None:
        """Open every connection."""
        for _ in range(self.size):
            db = sqlite3.connect(self._database, check_same_thread=False, isolation_level=None)
            db.execute(f"PRAGMA busy_timeout = {self._busy_timeout_ms}")
            self._all.append(db)
            self._free.put_nowait(db)

    def close(self) -> None:
        """Close every connection."""
        for db in self._all:
            db.close()

    async def acquire(self) -> sqlite3.Connection:
        """Lend a connection; Refused 503 when none comes back in time."""
        if not self._free.empty():
            return self._free.get_nowait()
        self.waiters += 1
        try:
            return await asyncio.wait_for(self._free.get(), self._patience_ms / 1000)
        except TimeoutError:
            state = f"{self.in_use} of {self.size} in use, {self.waiters} waiting"
            raise Refused(
                503, f"no database connection free after {self._patience_ms} ms ({state})"
            ) from None
        finally:
            self.waiters -= 1

    def release(self, db: sqlite3.Connection) -> None:
        """Take a connection back."""
        self._free.put_nowait(db)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[sqlite3.Connection]:
        """Lend a connection for a block and take it back whatever happens."""
        db = await self.acquire()
        try:
            yield db
        finally:
            self.release(db)
