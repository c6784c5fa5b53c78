"""Money set aside before it is spent, so that parallel calls, replicas and restarts cannot overshoot a budget.

The database knows, for each writer, case and hour, how much is *held*; a hold is never less than what was spent
and is set aside in it. A reservation within the hold needs no database; one beyond it raises the hold first, in
one transaction that counts everybody's holds. Holds are trued down a moment later. A process that dies leaves
its holds standing: too much is counted then, never too little.

It knows no model, no price and no policy; caps are handed in.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from router.behind import Behind
from router.spending import Caps, Spent
from router.tables import holds, pico, upsert, usd

HOUR = 3600
DAY = 86_400
TRUE_UP_S = 5.0  # sooner, and each call that comes alone would pay for a transaction of its own
_LOCK = 7_305_911_032  # one advisory lock for all writers on PostgreSQL
_UNCERTAIN = -1
_MOST_AHEAD = 64  # for how many calls of the same size a hold is raised at once, when calls come thick

Key = tuple[str, int]  # case, hour


@dataclass(slots=True)
class _Hold:
    """Pico-dollars: *used* ≤ *held* ≤ *written*, save for a moment while a hold is raised."""

    held: int = 0
    used: int = 0
    written: int = 0
    open: int = 0  # reservations that are not settled


@dataclass(slots=True)
class _Others:
    """What the database counts beside our own open holds, when it was last read."""

    case: dict[str, int] = field(default_factory=dict)
    hour: tuple[int, int] = (0, 0)  # the hour, and what is held in it
    day: tuple[int, int] = (0, 0)


async def held_in_all(engine: AsyncEngine, table: sa.Table = holds) -> Decimal:
    """Return the dollars that everybody ever spent or holds, calls under way and never settled included."""
    async with engine.execution_options(reads=True).connect() as connection:
        return usd(int(await connection.scalar(sa.select(sa.func.sum(table.c.held))) or 0))


@dataclass(slots=True)
class Budget:
    """The money of one writer (a process), in *table*. *now* returns aware datetimes."""

    engine: AsyncEngine
    writer: str
    now: Callable[[], datetime]
    table: sa.Table = holds
    _holds: dict[Key, _Hold] = field(default_factory=dict, init=False)
    _others: _Others = field(default_factory=_Others, init=False)
    _ahead: int = field(default=1, init=False)
    _reserved: dict[str, tuple[Key, int]] = field(default_factory=dict, init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _behind: Behind = field(init=False)

    def __post_init__(self) -> None:
        self._behind = Behind(self._true_up, TRUE_UP_S)

    async def spent(self, case: str, request: Decimal = Decimal(0)) -> Spent:
        """Return what is spent or set aside: by this question so far (*request*), its case, this hour, today."""
        hour, day = self._windows()
        known = self._others
        if case not in known.case or known.hour[0] != hour or known.day[0] != day:
            async with self._lock, self.engine.begin() as connection:
                await self._read(connection, case, hour, day)
        return Spent(request, *self._totals(case, hour, day))

    async def reserve(self, name: str, case: str, amount: Decimal, caps: Caps) -> bool:
        """Set *amount* aside for the call *name*; False when a budget of *caps* cannot pay it.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the hold could not be written; nothing is set aside.
        """
        asked = pico(amount)
        hour, day = self._windows()
        key = (case, hour)
        if self._fits(key, asked):
            self._take(name, key, asked)
            return True
        async with self._lock:
            while not self._fits(key, asked):  # others may settle and take while a hold is being raised
                if not await self._raise_hold(key, day, asked, caps):
                    return False
            self._take(name, key, asked)
        return True

    def settle(self, name: str, cost: Decimal | None) -> None:
        """Replace what was set aside for *name* by what it cost; None keeps it, since nobody knows."""
        key, asked = self._reserved.pop(name)
        hold = self._holds[key]
        hold.open -= 1
        if cost is not None:
            hold.used += pico(cost) - asked
        self._behind.soon()

    async def flush(self) -> None:
        """True all holds now."""
        await self._behind.now()

    async def aclose(self) -> None:
        """True all holds and stop."""
        await self._behind.aclose()

    def _windows(self) -> tuple[int, int]:
        at = int(self.now().timestamp())
        return at - at % HOUR, at - at % DAY

    def _fits(self, key: Key, asked: int) -> bool:
        hold = self._holds.get(key)
        return hold is not None and hold.used + asked <= hold.held

    def _take(self, name: str, key: Key, asked: int) -> None:
        self._holds[key].used += asked
        self._holds[key].open += 1
        self._reserved[name] = (key, asked)

    def _totals(self, case: str, hour: int, day: int) -> tuple[Decimal, Decimal, Decimal]:
        by_case, by_hour, by_day = self._others.case[case], self._others.hour[1], self._others.day[1]
        for (kase, at), hold in self._holds.items():
            by_case += hold.used if kase == case else 0
            by_hour += hold.used if at == hour else 0
            by_day += hold.used if at >= day else 0
        return usd(by_case), usd(by_hour), usd(by_day)

    async def _raise_hold(self, key: Key, day: int, asked: int, caps: Caps) -> bool:
        """Raise our hold so that *asked* fits, and some calls more while there is room. Under the lock."""
        case, hour = key
        async with self._transaction() as connection:
            # What stands unused in our other holds must not keep this call waiting.
            await self._write(connection, self._lowered())
            totals = await self._read(connection, case, hour, day)
            room = min(
                pico(cap) - held for cap, held in zip((caps.case, caps.hour, caps.day), totals, strict=True)
            )
            if asked > room:
                return False
            hold = self._holds.setdefault(key, _Hold())
            self._ahead = min(self._ahead * 2, _MOST_AHEAD)
            raised = hold.used + max(asked, min(room // 10, asked * self._ahead))
            await self._write(connection, {key: raised})
        hold.held = hold.written = raised
        return True

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[AsyncConnection, None]:
        """Give a transaction that no other writer interleaves with; on SQLite any writing one is such."""
        try:
            async with self.engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                yield connection
        except BaseException:
            # What the database has of ours is uncertain now: write it all again, and count it twice until then.
            for hold in self._holds.values():
                hold.written = _UNCERTAIN
            raise

    def _lowered(self) -> dict[Key, int]:
        """Lower our holds in memory to what is used of them; return those that the database has otherwise."""
        for hold in self._holds.values():
            hold.held = hold.used
        return {key: hold.held for key, hold in self._holds.items() if hold.held != hold.written}

    async def _read(
        self, connection: AsyncConnection, case: str, hour: int, day: int
    ) -> tuple[int, int, int]:
        """Read what everybody holds; remember the part that is not in our own open holds."""
        asked = {"case": case, "hour": hour, "day": day}
        row = (await connection.execute(_totals_in(self.table), asked)).one()
        by_case, by_hour, by_day = int(row[0]), int(row[1]), int(row[2])
        mine = [(key, max(0, hold.written)) for key, hold in self._holds.items()]
        self._others.case[case] = by_case - sum(n for key, n in mine if key[0] == case)
        self._others.hour = (hour, by_hour - sum(n for key, n in mine if key[1] == hour))
        self._others.day = (day, by_day - sum(n for key, n in mine if key[1] >= day))
        return by_case, by_hour, by_day

    async def _write(self, connection: AsyncConnection, changed: dict[Key, int]) -> None:
        if not changed:
            return
        rows = [
            {"writer": self.writer, "kase": k[0], "hour": k[1], "held": held} for k, held in changed.items()
        ]
        await connection.execute(upsert(connection.dialect.name, self.table), rows)
        for key, held in changed.items():
            self._holds[key].written = held

    async def _true_up(self) -> None:
        """Write what is used, and forget the holds of hours that are over."""
        self._ahead = 1
        async with self._lock:
            if changed := self._lowered():
                async with self._transaction() as connection:
                    await self._write(connection, changed)
            hour, _ = self._windows()
            over = [
                k
                for k, hold in self._holds.items()
                if k[1] < hour and not hold.open and hold.used == hold.written
            ]
            for key in over:
                del self._holds[key]
            if over:
                # They are others' now; read them again when they are asked for.
                self._others = _Others()


@cache
def _totals_in(table: sa.Table) -> sa.Select[Any]:
    """Return the query for what everybody holds for a case, in an hour and since a day began; made once."""
    counted = table.c
    held = sa.func.coalesce(sa.func.sum(counted.held), 0)
    return sa.select(
        *(
            sa.select(held).where(where).scalar_subquery()
            for where in (
                counted.kase == sa.bindparam("case"),
                counted.hour == sa.bindparam("hour"),
                counted.hour >= sa.bindparam("day"),
            )
        )
    )
