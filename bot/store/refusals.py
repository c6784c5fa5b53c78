"""Who was refused what, where and when, in SQL: one row a person, channel, right and hour, with how often.

What is kept cannot be made to grow faster than that by asking again. It decides nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import insert
from bot.store.kept import plain
from bot.store.schema import UtcDateTime, metadata

AGAIN_AFTER = timedelta(hours=1)
KEPT = timedelta(days=90)

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("who", sa.String(32), primary_key=True),
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("what", sa.String(32), primary_key=True),
    sa.Column("hour", UtcDateTime, primary_key=True),
    sa.Column("why", sa.String(200), nullable=False),
    sa.Column("times", sa.Integer, nullable=False, default=1),
    sa.Column("told_at", UtcDateTime),
)


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal; *what* is the right that was lacking, or "place", "pace", "workspace"."""

    user: str
    channel: str
    what: str
    why: str


@dataclass(frozen=True)
class Refusals:
    """The record of refusals."""

    engine: AsyncEngine

    async def keep(self, refused: Refused, at: datetime, *, tell: bool) -> bool:
        """Write *refused* down; say whether the person is to be told now: at most once an hour in a channel.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it could not be written.
        """
        key = {
            "who": plain(refused.user or "nobody", 32),
            "channel": plain(refused.channel, 32),
            "what": plain(refused.what, 32),
            "hour": at.replace(minute=0, second=0, microsecond=0),
        }
        table = refusals.c
        here = sa.and_(*(table[name] == value for name, value in key.items()))
        async with self.engine.begin() as connection:
            told = await connection.scalar(
                sa.select(sa.func.max(table.told_at)).where(
                    table.who == key["who"], table.channel == key["channel"]
                )
            )
            telling = tell and (told is None or at - told >= AGAIN_AFTER)
            changed = {"times": table.times + 1, "why": plain(refused.why, 200)}
            if telling:
                changed["told_at"] = at
            if not (await connection.execute(refusals.update().where(here).values(**changed))).rowcount:
                row = {**key, "why": plain(refused.why, 200), "times": 1, "told_at": at if telling else None}
                await connection.execute(insert(connection, refusals).values(**row).on_conflict_do_nothing())
                await connection.execute(refusals.delete().where(table.hour < at - KEPT))
        return telling

    async def recent(self, limit: int = 50) -> list[dict[str, object]]:
        """Return the newest *limit* rows as plain values."""
        asked = sa.select(refusals).order_by(refusals.c.hour.desc(), refusals.c.who).limit(limit)
        async with self.engine.connect() as connection:
            rows = (await connection.execute(asked)).mappings().all()
        return [dict(row) for row in rows]
