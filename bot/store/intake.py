"""What Slack told us, kept before Slack is told that we have it.

One row an envelope: unique by (team, event id) and by content, so that a redelivery or the same post under
two event ids is kept once. Work is taken from here with a lease; a dead owner's work is taken over. It knows
no meaning of a body.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.schema import cursors, intake

LEASE = timedelta(seconds=60)
MAX_TRIES = 5


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
    """An envelope that is ours to do until the lease ends."""

    id: int
    envelope: Envelope
    received_at: datetime
    tries: int


@dataclass(frozen=True)
class Intake:
    """The durable queue between Slack and the desk."""

    engine: AsyncEngine
    owner: str

    async def keep(self, envelope: Envelope, now: datetime) -> bool:
        """Commit *envelope*; False when it, or the same content, is already kept."""
        row = {
            "team": envelope.team,
            "event_id": envelope.event_id,
            "content_key": envelope.content_key,
            "kind": envelope.kind,
            "body": json.dumps(envelope.body),
            "received_at": now,
            "seen_late": envelope.seen_late,
        }
        try:
            async with self.engine.begin() as connection:
                await connection.execute(intake.insert().values(**row))
        except sa.exc.IntegrityError:
            return False
        return True

    async def take(self, now: datetime) -> Work | None:
        """Take the oldest envelope that waits, or whose owner has died, for `LEASE`."""
        free = sa.or_(
            intake.c.state == "waiting", sa.and_(intake.c.state == "taken", intake.c.lease_until < now)
        )
        oldest = sa.select(intake.c.id).where(free).order_by(intake.c.id).limit(1)
        statement = (
            intake.update()
            .where(intake.c.id == oldest.with_for_update(skip_locked=True).scalar_subquery())
            .values(state="taken", owner=self.owner, lease_until=now + LEASE, tries=intake.c.tries + 1)
            .returning(intake)
        )
        async with self.engine.begin() as connection:
            row = (await connection.execute(statement)).mappings().one_or_none()
        return None if row is None else _work(row)

    async def done(self, work: Work, note: str = "", *, state: str = "done") -> None:
        """Close *work*: *state* is ``done``, ``ignored`` (with the reason) or ``failed``."""
        async with self.engine.begin() as connection:
            await connection.execute(
                intake.update()
                .where(intake.c.id == work.id)
                .values(state=state, note=note, owner=None, lease_until=None)
            )

    async def again(self, work: Work, note: str) -> bool:
        """Put *work* back after a failure; False when it has failed too often and is closed as failed."""
        give_up = work.tries >= MAX_TRIES
        await self.done(work, note, state="failed" if give_up else "waiting")
        return not give_up

    async def waiting(self) -> int:
        """Return how many envelopes are not done."""
        async with self.engine.connect() as connection:
            counted = sa.select(sa.func.count()).where(intake.c.state.in_(("waiting", "taken")))
            return int(await connection.scalar(counted) or 0)

    async def saw(self, channel: str, ts: str) -> None:
        """Remember the newest message seen in *channel*, for catching up after a gap."""
        async with self.engine.begin() as connection:
            known = await connection.scalar(sa.select(cursors.c.seen_ts).where(cursors.c.channel == channel))
            if known is None:
                await connection.execute(cursors.insert().values(channel=channel, seen_ts=ts))
            elif float(known) < float(ts):
                await connection.execute(
                    cursors.update().where(cursors.c.channel == channel).values(seen_ts=ts)
                )

    async def listened(self) -> list[str]:
        """Return the channels in which we have seen anything."""
        async with self.engine.connect() as connection:
            return list((await connection.execute(sa.select(cursors.c.channel))).scalars())

    async def seen(self, channel: str) -> str | None:
        """Return the newest message seen in *channel*, or None when we have not listened there."""
        async with self.engine.connect() as connection:
            found: str | None = await connection.scalar(
                sa.select(cursors.c.seen_ts).where(cursors.c.channel == channel)
            )
            return found


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
