"""Deploys, releases and flag changes that were seen in Slack, in SQL: what `list_deployments` is told of them.

One row a message; an edit replaces it. What was said in a private channel is shown to nobody elsewhere: the
channel's privacy is asked at each reading, because channels can be made private later.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.heard import ChangeNoticed
from bot.privacy import PrivacyUnknown
from bot.store.database import insert, reading
from bot.store.kept import plain
from bot.store.schema import UtcDateTime, metadata
from tools.telemetry import Deployment, Window
from tools.tool import Unavailable

KEPT = timedelta(days=90)
MOST = 500  # of one reading

changes = sa.Table(
    "changes",
    metadata,
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("ts", sa.String(32), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("sha", sa.String(200), nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("service", sa.String(200), nullable=False, default=""),
    sa.Column("author", sa.String(200), nullable=False, default=""),
    sa.Column("link", sa.Text),
)


async def open_to_all(_channel: str) -> bool:
    """Say of no channel that it is private: for a terminal, where the operator reads."""
    return False


@dataclass(frozen=True)
class Changes:
    """The book of seen changes (a ChangeBook). *is_private* tells of a channel whether only some may read it."""

    engine: AsyncEngine
    is_private: Callable[[str], Awaitable[bool]] = open_to_all

    async def note(self, change: ChangeNoticed) -> str:
        """Write *change* into the book unless nothing went out by it; return what came of it."""
        if not change.took_effect:
            return "ignored: a change notice, and nothing went out by it"
        at = datetime.fromtimestamp(float(change.place.ts), tz=UTC)
        row = {
            "channel": change.place.channel,
            "ts": change.place.ts,
            "at": at,
            "sha": plain(_identity(change), 200),
            "title": plain(f"{change.title} ({change.source})", 1_000),
            "service": plain(change.service, 200),
            "author": plain(change.author, 200),
            "link": change.link,
        }
        async with self.engine.begin() as connection:
            await connection.execute(changes.delete().where(changes.c.at < at - KEPT))
            await connection.execute(
                insert(connection, changes)
                .values(row)
                .on_conflict_do_update(index_elements=["channel", "ts"], set_=row)
            )
        return f"noted: a change of {change.service or 'an unnamed service'}"

    async def between(self, window: Window) -> Sequence[Deployment]:
        """Return the changes of *window* that everybody may read, the newest first.

        Raises:
            Unavailable: the database cannot be read.
        """
        inside = changes.c.at.between(window.start, window.end)
        return await self._read(sa.select(changes).where(inside).order_by(changes.c.at.desc()).limit(MOST))

    async def known(self, sha: str) -> Deployment | None:
        """Return the newest change whose id begins with *sha*, None when there is none.

        Raises:
            Unavailable: the database cannot be read.
        """
        begins = changes.c.sha.startswith(sha, autoescape=True)
        found = await self._read(sa.select(changes).where(begins).order_by(changes.c.at.desc()).limit(20))
        return next(iter(found), None)

    async def empty(self) -> bool:
        """Say whether no change was ever seen."""
        async with reading(self.engine) as connection:
            return await connection.scalar(sa.select(changes.c.ts).limit(1)) is None

    async def _read(self, query: sa.Select[tuple[object, ...]]) -> list[Deployment]:
        try:
            async with reading(self.engine) as connection:
                rows = (await connection.execute(query)).mappings().all()
        except sa.exc.SQLAlchemyError as error:
            raise Unavailable(f"slack: the seen changes cannot be read ({type(error).__name__})") from error
        private = {channel for channel in {row["channel"] for row in rows} if await self._hidden(channel)}
        return [
            Deployment(row["sha"], row["at"], row["title"], row["service"], row["author"], link=row["link"])
            for row in rows
            if row["channel"] not in private
        ]

    async def _hidden(self, channel: str) -> bool:
        try:
            return await self.is_private(channel)
        except PrivacyUnknown:
            return True


def _identity(change: ChangeNoticed) -> str:
    """Return an id that the start and the end of one release share; the message's own when it names no version."""
    if change.version and change.service:
        return f"{change.service}@{change.version}"
    return change.version if len(change.version) >= 7 else f"slack:{change.place.ts}"
