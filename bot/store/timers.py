"""What falls due later, as rows: set, taken back, taken when due, done. A clock only looks; it keeps nothing.

A row is taken by a lease, so that a process that dies while doing it leaves it to the next one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import insert, reading
from bot.store.schema import timers

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Timer:
    """One thing to do for a case at *due_at*."""

    key: str
    case_number: int
    kind: str
    due_at: datetime


@dataclass(frozen=True)
class Timers:
    """All timers."""

    engine: AsyncEngine

    async def set(self, timer: Timer) -> None:
        """Set *timer*; one of the same key is moved."""
        row = {
            "key": timer.key,
            "case_number": timer.case_number,
            "kind": timer.kind,
            "due_at": timer.due_at,
            "done_at": None,
        }
        async with self.engine.begin() as connection:
            added = insert(connection, timers).values(row)
            moved = {"due_at": added.excluded.due_at, "done_at": None}
            await connection.execute(added.on_conflict_do_update(index_elements=["key"], set_=moved))

    async def cancel(self, key: str) -> None:
        """Take a timer back; none is fine."""
        async with self.engine.begin() as connection:
            await connection.execute(timers.delete().where(timers.c.key == key))

    async def due(self, now: datetime) -> list[Timer]:
        """Take what is due, for `LEASE`; what is not done by then falls due again."""
        late = sa.and_(timers.c.done_at.is_(None), timers.c.due_at <= now)
        async with reading(self.engine) as connection:
            if await connection.scalar(sa.select(timers.c.key).where(late).limit(1)) is None:
                return []
        keys = sa.select(timers.c.key).where(late).order_by(timers.c.due_at).limit(50)
        taken = (
            timers.update()
            .where(timers.c.key.in_(keys.with_for_update(skip_locked=True).scalar_subquery()))
            .values(due_at=now + LEASE)
            .returning(timers)
        )
        async with self.engine.begin() as connection:
            rows = (await connection.execute(taken)).mappings().all()
        return [Timer(row["key"], row["case_number"], row["kind"], row["due_at"]) for row in rows]

    async def done(self, key: str, now: datetime) -> None:
        """Note that a timer has done its work."""
        async with self.engine.begin() as connection:
            await connection.execute(timers.update().where(timers.c.key == key).values(done_at=now))
