"""Which cases there are, who works on them, and their journals.

A case is the fold of its journal; the row beside it holds only what must be searched. It knows no Slack.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.investigation.alert import Alert, Severity
from bot.investigation.events import AlertReceived, Recorded
from bot.store.database import reading
from bot.store.held import prove_held
from bot.store.intake import close
from bot.store.journal import add_at_the_end, add_lines, read_lines
from bot.store.schema import cases, lapsed

LEASE = timedelta(seconds=60)
LOUDNESS = sa.case({str(each): each.rank for each in Severity}, value=cases.c.severity, else_=9)
UNFINISHED = ("open", "investigating")
CLOSED = ("resolved", "remembered")
ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case lives in Slack: the thread under *thread_ts* in *channel*."""

    channel: str
    thread_ts: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What is searched of a case. *state*: open, investigating, concluded, resolved, remembered, archived."""

    number: int
    place: Place
    fingerprint: str
    service: str
    severity: str
    state: str
    opened_at: datetime

    @property
    def id(self) -> str:
        """The name that people say aloud."""
        return f"INC-{self.number}"


JoinedBy = Literal["all", "channel", "none"]
"""Which later alerts of the same trouble may join a case: of every channel, of its own, none (nor it another)."""


@dataclass(frozen=True)
class Cases:
    """All cases and their journals."""

    engine: AsyncEngine
    owner: str

    async def open(
        self,
        alert: Alert,
        place: Place,
        now: datetime,
        *,
        since: datetime = ALWAYS,
        joined_by: JoinedBy = "all",
        seen_late: bool = False,
        told_by: int | None = None,
    ) -> tuple[CaseRow, bool]:
        """Open a case for *alert* at *place*, its first journal line in the same transaction.

        Returns the case and whether it is new: a second call for the same thread finds the first one's, and one
        for the same trouble, touched after *since*, finds that one's, whichever replica opened it. *told_by*
        is the intake row that is done with this: taken up again, it would count in whatever case is open by then.
        """
        own = f"{alert.fingerprint}@{place.channel}"
        key = {"all": alert.fingerprint, "channel": own, "none": None}[joined_by]
        old = sa.and_(cases.c.live_key.in_([key] if key else []), cases.c.updated_at < since)
        try:
            async with self.engine.begin() as connection:
                await connection.execute(cases.update().where(old).values(live_key=None))
                row = await self._insert(connection, alert, place, now, key)
                first = AlertReceived(row.id, alert, seen_late, place.channel)
                await add_lines(connection, row.number, 0, [Recorded(now, first)])
                if told_by is not None:
                    await close(connection, [(told_by, f"opened {row.id}")])
                return row, True
        except sa.exc.IntegrityError:
            known = await self.at(place) or await self.joined(alert.fingerprint, since, place.channel)
            if known is None:
                raise
            return known, False

    async def append(
        self,
        number: int,
        recorded: Sequence[Recorded],
        closed: Sequence[tuple[int, str]] = (),
        *,
        held: bool = False,
    ) -> None:
        """Write *recorded* at the end of a journal.

        Several may write to one case; each line gets its own number, whoever was first. *closed* are intake rows
        (id, note) that are done with this: in the same transaction, so that nothing is counted twice.

        Raises:
            LeaseLost: it was to be written only while we hold the case, and we do not.
        """

        async def first(connection: AsyncConnection) -> bool:
            if held:
                await prove_held(connection, number, self.owner)
            if closed:
                await close(connection, closed)
                touched = cases.update().where(cases.c.number == number)
                await connection.execute(touched.values(updated_at=recorded[-1].at))
            return True

        await add_at_the_end(self.engine, number, recorded, first)

    async def journal(self, number: int, after: int = 0) -> list[Recorded]:
        """Return what happened in a case, in order, behind line *after*. An older release's lines are read as well."""
        async with reading(self.engine) as connection:
            return await read_lines(connection, number, after)

    async def claim(self, now: datetime) -> CaseRow | None:
        """Take the most severe case that is to be investigated and that no living worker holds."""
        free = sa.and_(cases.c.state.in_(UNFINISHED), lapsed(cases.c.lease_until, now))
        first = sa.select(cases.c.number).where(free).order_by(LOUDNESS, cases.c.number).limit(1)
        async with reading(self.engine) as connection:  # an idle look takes no write lock
            if await connection.scalar(first) is None:
                return None
        return await self._one(
            cases.update()
            .where(cases.c.number == first.with_for_update(skip_locked=True).scalar_subquery())
            .values(state="investigating", owner=self.owner, lease_until=now + LEASE)
        )

    async def queued(self) -> int:
        """Return how many cases wait to be investigated."""
        counted = sa.select(sa.func.count()).where(cases.c.state == "open")
        async with reading(self.engine) as connection:
            return int(await connection.scalar(counted) or 0)

    async def hold(self, number: int, now: datetime) -> bool:
        """Lengthen our lease; False when it is no longer ours."""
        held = await self._one(
            cases.update()
            .where(cases.c.number == number, cases.c.owner == self.owner)
            .values(lease_until=now + LEASE)
        )
        return held is not None

    async def set_state(self, number: int, state: str, now: datetime, *, held: bool = False) -> None:
        """Give the case its new *state* and let it go; nothing joins a closed one, and it is never opened again.

        With *held*, only while we hold it.
        """
        values = {"state": state, "owner": None, "lease_until": None, "updated_at": now}
        changed = cases.update().where(cases.c.number == number, *[cases.c.owner == self.owner] * held)
        if state in CLOSED:
            values["live_key"] = None
        else:
            changed = changed.where(cases.c.state.not_in(CLOSED))
        await self._one(changed.values(values))

    async def resolve(
        self, number: int, recorded: Sequence[Recorded], now: datetime, state: str = "resolved"
    ) -> bool:
        """Close a case and write how, in one transaction; False, and nothing is written, when somebody was faster.

        *state* is "resolved", or "remembered", the step after it.
        """
        before = cases.c.state == "resolved" if state == "remembered" else cases.c.state.not_in(CLOSED)
        ending = (
            cases.update()
            .where(cases.c.number == number, before)
            .values(state=state, owner=None, lease_until=None, live_key=None, updated_at=now)
        )

        async def first(connection: AsyncConnection) -> bool:
            return (await connection.execute(ending)).rowcount > 0

        return await add_at_the_end(self.engine, number, recorded, first) is not None

    async def release(self) -> None:
        """Let go of everything that this worker holds, for a clean shutdown."""
        async with self.engine.begin() as connection:
            await connection.execute(
                cases.update().where(cases.c.owner == self.owner).values(owner=None, lease_until=None)
            )

    async def take_over(self) -> None:
        """Let go of everything that anybody holds: we are the only process, whoever held it is dead."""
        async with self.engine.begin() as connection:
            held = cases.update().where(cases.c.owner.is_not(None))
            await connection.execute(held.values(owner=None, lease_until=None))

    async def at(self, place: Place) -> CaseRow | None:
        """Return the case of a thread."""
        return await self._first(cases.c.channel == place.channel, cases.c.thread_ts == place.thread_ts)

    async def by_number(self, number: int) -> CaseRow | None:
        """Return a case by its number."""
        return await self._first(cases.c.number == number)

    async def joined(self, fingerprint: str, since: datetime, channel: str = "") -> CaseRow | None:
        """Return the unresolved case about the same trouble that was touched after *since*, *channel*'s own first."""
        same = (cases.c.fingerprint == fingerprint, cases.c.updated_at >= since)
        return await self._first(cases.c.live_key.is_not(None), *same, prefer=channel)

    async def beside(self, services: Collection[str], since: datetime, channel: str = "") -> CaseRow | None:
        """Return the newest unresolved case opened after *since* about one of *services*, *channel*'s own first."""
        near = (cases.c.service.in_(services), cases.c.opened_at >= since)
        return await self._first(cases.c.live_key.is_not(None), *near, prefer=channel)

    async def alike(self, fingerprint: str, since: datetime) -> list[CaseRow]:
        """Return all unresolved cases about the same trouble that were touched after *since*."""
        same = (
            cases.c.fingerprint == fingerprint,
            cases.c.updated_at >= since,
            cases.c.state.in_(("open", "investigating", "concluded")),
        )
        async with reading(self.engine) as connection:
            found = await connection.execute(sa.select(cases).where(*same).order_by(cases.c.number))
            return [_row(row) for row in found.mappings().all()]

    async def opened_since(self, since: datetime) -> int:
        """Return how many cases were opened after *since*."""
        counted = sa.select(sa.func.count()).where(cases.c.opened_at >= since)
        async with reading(self.engine) as connection:
            return int(await connection.scalar(counted) or 0)

    async def in_state(self, state: str, limit: int = 50) -> list[CaseRow]:
        """Return the cases in *state*, oldest first."""
        statement = sa.select(cases).where(cases.c.state == state).order_by(cases.c.number).limit(limit)
        async with reading(self.engine) as connection:
            return [_row(row) for row in (await connection.execute(statement)).mappings().all()]

    async def recent(self, limit: int = 50) -> list[CaseRow]:
        """Return the newest cases first."""
        async with reading(self.engine) as connection:
            found = await connection.execute(sa.select(cases).order_by(cases.c.number.desc()).limit(limit))
            return [_row(row) for row in found.mappings().all()]

    async def _insert(
        self, connection: AsyncConnection, alert: Alert, place: Place, now: datetime, live_key: str | None
    ) -> CaseRow:
        inserted = await connection.execute(
            cases.insert()
            .values(
                channel=place.channel,
                thread_ts=place.thread_ts,
                fingerprint=alert.fingerprint,
                live_key=live_key,
                service=alert.service[:200],
                severity=alert.severity,
                state="open",
                opened_at=now,
                updated_at=now,
            )
            .returning(cases)
        )
        return _row(inserted.mappings().one())

    async def _first(self, *conditions: sa.ColumnElement[bool], prefer: str = "") -> CaseRow | None:
        """Return the newest case that meets *conditions*, one of the channel *prefer* before all others."""
        own = sa.case((cases.c.channel == prefer, 0), else_=1)
        async with reading(self.engine) as connection:
            found = await connection.execute(
                sa.select(cases).where(*conditions).order_by(own, cases.c.number.desc()).limit(1)
            )
            row = found.mappings().one_or_none()
        return None if row is None else _row(row)

    async def _one(self, statement: sa.Update) -> CaseRow | None:
        async with self.engine.begin() as connection:
            row = (await connection.execute(statement.returning(cases))).mappings().one_or_none()
        return None if row is None else _row(row)


def _row(row: sa.RowMapping) -> CaseRow:
    return CaseRow(
        number=row["number"],
        place=Place(row["channel"], row["thread_ts"]),
        fingerprint=row["fingerprint"],
        service=row["service"],
        severity=row["severity"],
        state=row["state"],
        opened_at=row["opened_at"],
    )
