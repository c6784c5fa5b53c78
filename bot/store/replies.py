"""What Slack must show, as rows: the wanted state of every reply and reaction, and what is shown already.

A newer state replaces an unsent older one, so a backlog never replays stale progress. Which rows are due, in
which order, stands here; how they are sent stands in `bot/poster.py`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.database import insert, reading
from bot.store.schema import lapsed, replies

CALL = timedelta(seconds=30)  # what one call to Slack may take: it must be over before the lease is
LEASE = 2 * CALL
FURTHEST = timedelta(
    minutes=20
)  # nothing is put off for longer: what seems to be was written before the clock jumped

Kind = Literal["message", "reaction"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reply as it should stand. *final* states are never held back by the edit pause.

    First posts of a thread keep the order of their *position*.

    The *body* of a message is ``{"text", "blocks"}``; that of a reaction is ``{"name", "on"}`` with the ts it is
    put on, or the key of the reply it is put on.
    """

    key: str
    slot: str
    channel: str
    thread_ts: str | None
    body: Mapping[str, Any]
    case_number: int | None = None
    kind: Kind = "message"
    final: bool = False
    position: int = 0

    @property
    def digest(self) -> str:
        """Equal for equal content."""
        return hashlib.sha256(json.dumps(self.body, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Due:
    """A row to be sent, ours *until* then.

    *unsure* means that an earlier try may have reached Slack: look before posting.
    """

    wanted: Wanted
    ts: str | None
    tries: int
    unsure: bool
    until: datetime | None = None

    def held(self, now: datetime) -> bool:
        """Say whether a call that begins now ends while the row is still ours."""
        return self.until is None or now + CALL <= self.until


@dataclass(frozen=True)
class Replies:
    """The outbox."""

    engine: AsyncEngine

    async def want(self, wanted: Iterable[Wanted], now: datetime) -> None:
        """Set the wanted state of each reply; what is wanted like that already costs nothing."""
        asked = {reply.key: reply for reply in wanted}
        columns = (replies.c.key, replies.c.digest, replies.c.due_at)
        async with reading(self.engine) as connection:
            found = await connection.execute(sa.select(*columns).where(replies.c.key.in_(list(asked))))
            known = {row.key: row for row in found}
        changed = [
            _as_row(reply, now, known[key].due_at if key in known else now)
            for key, reply in asked.items()
            if key not in known or known[key].digest != reply.digest
        ]
        if changed:
            async with self.engine.begin() as connection:
                added = insert(connection, replies)
                latest = {name: added.excluded[name] for name in ("body", "digest", "final", "due_at")}
                await connection.execute(
                    added.on_conflict_do_update(index_elements=["key"], set_=latest), changed
                )

    async def due(self, now: datetime, limit: int = 20) -> list[Due]:
        """Take what is to be sent: first posts in order, then final edits, then the rest; ours for `LEASE`."""
        late = sa.or_(replies.c.shown.is_(None), replies.c.shown != replies.c.digest)
        free = lapsed(replies.c.taken_until, now)
        due_by_now = sa.or_(replies.c.due_at <= now, replies.c.due_at > now + FURTHEST)
        due = (late, free, due_by_now, replies.c.dead.is_(False))
        ready = (
            sa.select(replies)
            .where(*due)
            .order_by(
                replies.c.kind,  # messages before the reactions on them
                replies.c.ts.is_not(None),
                replies.c.case_number,
                sa.case((replies.c.ts.is_(None), replies.c.position), else_=0),
                replies.c.final.desc(),
                replies.c.due_at,
            )
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        async with reading(self.engine) as connection:  # an idle look takes no write lock
            if await connection.scalar(sa.select(replies.c.key).where(*due).limit(1)) is None:
                return []
        async with self.engine.begin() as connection:
            rows = (await connection.execute(ready)).mappings().all()
            await _mark(connection, [row["key"] for row in rows], now)
        return [_due(row, now + LEASE) for row in rows]

    async def unshown(self, limit: int = 20) -> list[tuple[int, str, str | None]]:
        """Return the threads (case number, channel, thread ts) that want something which is not shown, newest first."""
        late = sa.or_(replies.c.shown.is_(None), replies.c.shown != replies.c.digest)
        place = (replies.c.case_number, replies.c.channel, replies.c.thread_ts)
        wanted = (
            late,
            replies.c.dead.is_(False),
            replies.c.kind == "message",
            replies.c.thread_ts.is_not(None),
        )
        newest = sa.select(*place).where(*wanted).distinct().order_by(replies.c.case_number.desc())
        async with reading(self.engine) as connection:
            found = await connection.execute(newest.where(replies.c.case_number.is_not(None)).limit(limit))
            return [tuple(row) for row in found]

    async def take(self, key: str, now: datetime) -> Due | None:
        """Take one row by its key, due or not; None when it is shown as wanted, or just being sent."""
        free = sa.select(replies).where(replies.c.key == key, lapsed(replies.c.taken_until, now))
        async with self.engine.begin() as connection:
            row = (await connection.execute(free.with_for_update())).mappings().one_or_none()
            if row is None or row["shown"] == row["digest"]:
                return None
            await _mark(connection, [key], now)
        return _due(row, now + LEASE)

    async def give_back(self, due: Due) -> None:
        """Let go of a row that was not sent; whoever has taken it since keeps it."""
        ours = (replies.c.key == due.wanted.key, replies.c.taken_until == due.until)
        values: dict[str, Any] = {"taken_until": None, **({} if due.unsure else {"sending_since": None})}
        async with self.engine.begin() as connection:
            await connection.execute(replies.update().where(*ours).values(values))

    async def shown(self, due: Due, ts: str, again: datetime) -> None:
        """Note that Slack shows *due* under *ts*; the next edit waits until *again*."""
        await self._set(
            due.wanted.key,
            shown=due.wanted.digest,
            ts=ts,
            sending_since=None,
            taken_until=None,
            tries=0,
            due_at=again,
            note="",
        )

    async def shown_in_part(self, due: Due, ts: str, again: datetime) -> None:
        """Note that Slack shows a part of *due* under *ts*; all of it is tried *again* then."""
        await self._set(
            due.wanted.key,
            shown="",
            ts=ts,
            sending_since=None,
            taken_until=None,
            tries=due.tries + 1,
            due_at=again,
            note="shown in part",
        )

    async def later(self, due: Due, at: datetime, note: str, *, unsure: bool) -> None:
        """Try again at *at*. *unsure* when Slack may have taken it all the same."""
        values: dict[str, Any] = {"due_at": at, "note": note, "tries": due.tries + 1, "taken_until": None}
        if not unsure:
            values["sending_since"] = None
        await self._set(due.wanted.key, **values)

    async def take_over(self) -> None:
        """Free what anybody was sending: we are the only process. What may have been sent stays marked as such."""
        async with self.engine.begin() as connection:
            await connection.execute(
                replies.update().where(replies.c.taken_until.is_not(None)).values(taken_until=None)
            )

    async def never(self, due: Due, note: str) -> None:
        """Give this reply up: its place is gone or refuses us for good."""
        await self._set(due.wanted.key, dead=True, note=note, taken_until=None)

    async def ts_of(self, key: str) -> str | None:
        """Return under which ts a reply is shown."""
        async with reading(self.engine) as connection:
            found: str | None = await connection.scalar(sa.select(replies.c.ts).where(replies.c.key == key))
            return found

    async def slot_at(self, channel: str, ts: str) -> tuple[int, str] | None:
        """Return (case number, slot) of the reply that Slack shows as *ts*, or None when it is none of ours."""
        async with reading(self.engine) as connection:
            found = await connection.execute(
                sa.select(replies.c.case_number, replies.c.slot).where(
                    replies.c.channel == channel, replies.c.ts == ts, replies.c.kind == "message"
                )
            )
            row = found.one_or_none()
        return None if row is None or row[0] is None else (int(row[0]), str(row[1]))

    async def _set(self, key: str, **values: object) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(replies.update().where(replies.c.key == key).values(**values))


def _as_row(reply: Wanted, now: datetime, due_at: datetime) -> dict[str, Any]:
    return {
        "key": reply.key,
        "case_number": reply.case_number,
        "slot": reply.slot,
        "position": reply.position,
        "kind": reply.kind,
        "channel": reply.channel,
        "thread_ts": reply.thread_ts,
        "body": json.dumps(reply.body),
        "digest": reply.digest,
        "final": reply.final,
        "due_at": now if reply.final else max(now, due_at),
        "tries": 0,
        "dead": False,
        "note": "",
    }


async def _mark(connection: AsyncConnection, keys: list[str], now: datetime) -> None:
    """Write down that we are about to send, before we do: after a crash nobody posts blindly again."""
    if keys:
        await connection.execute(
            replies.update().where(replies.c.key.in_(keys)).values(sending_since=now, taken_until=now + LEASE)
        )


def _due(row: sa.RowMapping, until: datetime) -> Due:
    wanted = Wanted(
        key=row["key"],
        slot=row["slot"],
        channel=row["channel"],
        thread_ts=row["thread_ts"],
        body=json.loads(row["body"]),
        case_number=row["case_number"],
        kind=row["kind"],
        final=row["final"],
        position=row["position"],
    )
    unsure = row["ts"] is None and row["sending_since"] is not None
    return Due(wanted, row["ts"], row["tries"], unsure, until)
