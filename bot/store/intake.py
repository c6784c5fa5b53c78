"""What Slack told us, kept before Slack is told that we have it.

One row an envelope: unique by (team, event id) and by content, so that a redelivery or the same post under
two event ids is kept once. What arrives together is committed together. Work is taken from here with a lease;
a dead owner's work is taken over. It knows no meaning of a body.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.database import insert, reading, urgently
from bot.store.group_commit import GroupCommit
from bot.store.kept import all_to_keep, plain
from bot.store.schema import cursors, intake, lapsed

LEASE = timedelta(seconds=60)
MAX_TRIES = 8
MOST_PAUSE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One thing Slack told us. *content_key* is (channel, ts, state) where the kind has one."""

    team: str
    event_id: str
    kind: str
    body: Mapping[str, Any]
    content_key: str | None = None
    seen_late: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """An envelope that is ours to do until the lease ends. *tries* is how often it failed before."""

    id: int
    envelope: Envelope
    received_at: datetime
    tries: int


@dataclass(frozen=True)
class Intake:
    """The durable queue between Slack and the desk. *redact* takes secrets out of what is kept."""

    engine: AsyncEngine
    owner: str
    redact: Callable[[str], str] = str
    _commits: list[GroupCommit[tuple[Envelope, datetime], bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._commits.append(GroupCommit(self._insert))

    async def keep(self, envelope: Envelope, now: datetime) -> bool:
        """Commit *envelope*; False when it, or the same content, is already kept.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it could not be written; nothing is kept.
        """
        return await self._commits[0].put((envelope, now))

    async def take(self, now: datetime) -> Work | None:
        """Take the oldest envelope that waits, or whose owner has died, for `LEASE`."""
        taken = await self.take_many(now, 1)
        return taken[0] if taken else None

    async def take_many(self, now: datetime, limit: int) -> list[Work]:
        """Take the oldest envelopes that wait, in order."""
        free = sa.and_(
            intake.c.state.in_(("waiting", "taken")),
            lapsed(intake.c.lease_until, now),
        )
        oldest = sa.select(intake.c.id).where(free).order_by(intake.c.id).limit(limit)
        async with reading(self.engine) as connection:  # an idle look takes no write lock
            if await connection.scalar(oldest.limit(1)) is None:
                return []
        statement = (
            intake.update()
            .where(intake.c.id.in_(oldest.with_for_update(skip_locked=True).scalar_subquery()))
            .values(state="taken", owner=self.owner, lease_until=now + LEASE)
            .returning(intake)
        )
        async with self.engine.begin() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return sorted((_work(row) for row in rows), key=lambda work: work.id)

    async def hold(self, work: Work, now: datetime) -> bool:
        """Lengthen our lease of *work*; False when it is not ours any more."""
        async with self.engine.begin() as connection:
            held = await connection.execute(
                intake.update()
                .where(intake.c.id == work.id, intake.c.owner == self.owner, intake.c.state == "taken")
                .values(lease_until=now + LEASE)
            )
        return held.rowcount > 0

    async def done(self, work: Work, note: str = "", *, state: str = "done") -> None:
        """Close *work*: *state* is ``done``, ``ignored`` (with the reason) or ``failed``."""
        async with self.engine.begin() as connection:
            await close(connection, [(work.id, note)], state)

    async def done_many(self, closed: Sequence[tuple[Work, str]]) -> None:
        """Close many at once, each with its note."""
        async with self.engine.begin() as connection:
            await close(connection, [(work.id, note) for work, note in closed])

    async def again(self, work: Work, note: str, now: datetime) -> bool:
        """Put *work* back for a while after a failure; False when it failed too often and is closed as failed."""
        tries = (
            work.tries + 1
        )  # failures are counted, not takes: a process that was killed says nothing of the envelope
        if tries >= MAX_TRIES:
            await self.done(work, note, state="failed")
            return False
        pause = min(timedelta(seconds=2 ** (tries - 1)), MOST_PAUSE)
        async with self.engine.begin() as connection:
            await connection.execute(
                intake.update()
                .where(intake.c.id == work.id)
                .values(state="waiting", note=note, owner=None, lease_until=now + pause, tries=tries)
            )
        return True

    async def release(self, but: Collection[int] = ()) -> None:
        """Give back what this worker has taken and not done, all *but* these rows."""
        async with self.engine.begin() as connection:
            await connection.execute(
                intake.update()
                .where(intake.c.owner == self.owner, intake.c.state == "taken", intake.c.id.not_in(but))
                .values(state="waiting", owner=None, lease_until=None)
            )

    async def take_over(self) -> None:
        """Put back what anybody has taken: we are the only process, whoever took it is dead."""
        async with self.engine.begin() as connection:
            taken = intake.update().where(intake.c.state == "taken")
            await connection.execute(taken.values(state="waiting", owner=None, lease_until=None))

    async def waiting(self) -> int:
        """Return how many envelopes are not done."""
        async with reading(self.engine) as connection:
            counted = sa.select(sa.func.count()).where(intake.c.state.in_(("waiting", "taken")))
            return int(await connection.scalar(counted) or 0)

    async def listens(self, channel: str, ts: str) -> None:
        """Note that we listen in *channel*, since its message *ts*: from there on nothing may be missed."""
        if await self.seen(channel) is None:
            await self.saw(channel, ts)

    async def saw(self, channel: str, ts: str) -> None:
        """Remember that *channel* was read to its end, up to its message *ts*."""
        async with self.engine.begin() as connection:
            known = await connection.scalar(sa.select(cursors.c.seen_ts).where(cursors.c.channel == channel))
            if known is None:
                fresh = insert(connection, cursors).values(channel=channel, seen_ts=ts)
                await connection.execute(fresh.on_conflict_do_nothing())
            elif float(known) < float(ts):
                await connection.execute(
                    cursors.update().where(cursors.c.channel == channel).values(seen_ts=ts)
                )

    async def listened(self) -> list[str]:
        """Return the channels in which we have seen anything."""
        async with reading(self.engine) as connection:
            return list((await connection.execute(sa.select(cursors.c.channel))).scalars())

    async def seen(self, channel: str) -> str | None:
        """Return up to where *channel* was read to its end, or None when we have not listened there."""
        async with reading(self.engine) as connection:
            found: str | None = await connection.scalar(
                sa.select(cursors.c.seen_ts).where(cursors.c.channel == channel)
            )
            return found

    async def _insert(self, told: Sequence[tuple[Envelope, datetime]]) -> list[bool]:
        rows = await asyncio.to_thread(_rows, told, self.redact)  # beside threads that compute it takes long
        async with urgently(self.engine) as connection:
            statement = insert(connection, intake).on_conflict_do_nothing()
            kept = await connection.execute(statement.returning(intake.c.team, intake.c.event_id), rows)
            fresh = {(row.team, row.event_id) for row in kept}
        news = []
        for row in rows:  # of two equal ones in the same breath, the first is the one that was kept
            key = (row["team"], row["event_id"])
            news.append(key in fresh)
            fresh.discard(key)
        return news


async def close(connection: AsyncConnection, closed: Sequence[tuple[int, str]], state: str = "done") -> None:
    """Close intake rows inside a transaction that also writes what came of them."""
    if not closed:
        return
    statement = (
        intake.update()
        .where(intake.c.id == sa.bindparam("closed_id"))
        .values(state=state, note=sa.bindparam("why"), owner=None, lease_until=None)
    )
    await connection.execute(statement, [{"closed_id": id_, "why": note} for id_, note in closed])


def _rows(told: Sequence[tuple[Envelope, datetime]], redact: Callable[[str], str]) -> list[dict[str, Any]]:
    bodies = all_to_keep([envelope.body for envelope, _ in told], redact)
    return [
        {
            "team": plain(envelope.team, 32),
            "event_id": plain(envelope.event_id, 128),
            "content_key": None if envelope.content_key is None else plain(envelope.content_key, 200),
            "kind": envelope.kind,
            "body": json.dumps(body),
            "received_at": now,
            "seen_late": envelope.seen_late,
            "state": "waiting",
            "note": "",
            "tries": 0,
        }
        for (envelope, now), body in zip(told, bodies, strict=True)
    ]


def _work(row: sa.RowMapping) -> Work:
    envelope = Envelope(
        team=row["team"],
        event_id=row["event_id"],
        kind=row["kind"],
        body=json.loads(row["body"]),
        content_key=row["content_key"],
        seen_late=row["seen_late"],
    )
    return Work(row["id"], envelope, row["received_at"], row["tries"])
