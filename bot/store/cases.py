"""Which cases there are, who works on them, and their journals.

A case is the fold of its journal; the row beside it holds only what must be searched. It knows no Slack.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.investigation.alert import Alert
from bot.investigation.events import AlertReceived, Event, Recorded
from bot.store.schema import cases, journal, replies

LEASE = timedelta(seconds=60)
JOURNAL_VERSION = 1
CONFLICTS = 20
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
UNFINISHED = ("open", "investigating")


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


@dataclass(frozen=True)
class Cases:
    """All cases and their journals."""

    engine: AsyncEngine
    owner: str

    async def open(self, alert: Alert, place: Place, now: datetime) -> tuple[CaseRow, bool]:
        """Open a case for *alert* at *place*, its first journal line in the same transaction.

        Returns the case and whether it is new: a second call for the same thread finds the first one's.
        """
        try:
            async with self.engine.begin() as connection:
                row = await self._insert(connection, alert, place, now)
                await _append(connection, row.number, 0, [Recorded(now, AlertReceived(row.id, alert))])
                return row, True
        except sa.exc.IntegrityError:
            known = await self.at(place)
            if known is None:
                raise
            return known, False

    async def append(self, number: int, recorded: Sequence[Recorded]) -> int:
        """Write *recorded* at the end of a journal; return the last line's number.

        Several may write to one case; each line gets its own number, whoever was first.
        """
        for _ in range(CONFLICTS):
            try:
                async with self.engine.begin() as connection:
                    last = await connection.scalar(
                        sa.select(sa.func.max(journal.c.seq)).where(journal.c.case_number == number)
                    )
                    return await _append(connection, number, last or 0, recorded)
            except sa.exc.IntegrityError:
                continue  # another replica was faster: take the next number
        msg = f"journal of case {number}: no free line after {CONFLICTS} tries"
        raise RuntimeError(msg)

    async def journal(self, number: int) -> list[Recorded]:
        """Return everything that happened in a case, in order. An older release's lines are read as well."""
        lines = sa.select(journal).where(journal.c.case_number == number).order_by(journal.c.seq)
        async with self.engine.connect() as connection:
            rows = (await connection.execute(lines)).mappings().all()
        return [Recorded(row["at"], EVENT.validate_json(row["body"])) for row in rows]

    async def claim(self, now: datetime) -> CaseRow | None:
        """Take the most severe case that is to be investigated and that no living worker holds."""
        free = sa.and_(
            cases.c.state.in_(UNFINISHED), sa.or_(cases.c.lease_until.is_(None), cases.c.lease_until < now)
        )
        loudness = sa.case({"critical": 0, "warning": 1, "unknown": 2}, value=cases.c.severity, else_=3)
        first = sa.select(cases.c.number).where(free).order_by(loudness, cases.c.number).limit(1)
        return await self._one(
            cases.update()
            .where(cases.c.number == first.with_for_update(skip_locked=True).scalar_subquery())
            .values(state="investigating", owner=self.owner, lease_until=now + LEASE)
        )

    async def hold(self, number: int, now: datetime) -> bool:
        """Lengthen our lease; False when it is no longer ours."""
        held = await self._one(
            cases.update()
            .where(cases.c.number == number, cases.c.owner == self.owner)
            .values(lease_until=now + LEASE)
        )
        return held is not None

    async def set_state(self, number: int, state: str, now: datetime) -> None:
        """Give the case its new *state* and let it go."""
        await self._one(
            cases.update()
            .where(cases.c.number == number)
            .values(state=state, owner=None, lease_until=None, updated_at=now)
        )

    async def release(self) -> None:
        """Let go of everything that this worker holds, for a clean shutdown."""
        async with self.engine.begin() as connection:
            await connection.execute(
                cases.update().where(cases.c.owner == self.owner).values(owner=None, lease_until=None)
            )

    async def archive(self) -> None:
        """Put every case away, because its threads are gone: the sandbox's workspace is new at each start."""
        async with self.engine.begin() as connection:
            await connection.execute(
                cases.update().where(cases.c.state != "remembered").values(state="archived")
            )
            await connection.execute(replies.update().values(dead=True))

    async def at(self, place: Place) -> CaseRow | None:
        """Return the case of a thread."""
        return await self._first(cases.c.channel == place.channel, cases.c.thread_ts == place.thread_ts)

    async def by_number(self, number: int) -> CaseRow | None:
        """Return a case by its number."""
        return await self._first(cases.c.number == number)

    async def joined(self, fingerprint: str, since: datetime) -> CaseRow | None:
        """Return the newest unresolved case about the same trouble that was touched after *since*."""
        live = cases.c.state.not_in(("resolved", "remembered", "archived"))
        return await self._first(cases.c.fingerprint == fingerprint, cases.c.updated_at >= since, live)

    async def in_state(self, state: str, limit: int = 50) -> list[CaseRow]:
        """Return the cases in *state*, oldest first."""
        statement = sa.select(cases).where(cases.c.state == state).order_by(cases.c.number).limit(limit)
        async with self.engine.connect() as connection:
            return [_row(row) for row in (await connection.execute(statement)).mappings().all()]

    async def recent(self, limit: int = 50) -> list[CaseRow]:
        """Return the newest cases first."""
        async with self.engine.connect() as connection:
            found = await connection.execute(sa.select(cases).order_by(cases.c.number.desc()).limit(limit))
            return [_row(row) for row in found.mappings().all()]

    async def _insert(
        self, connection: AsyncConnection, alert: Alert, place: Place, now: datetime
    ) -> CaseRow:
        inserted = await connection.execute(
            cases.insert()
            .values(
                channel=place.channel,
                thread_ts=place.thread_ts,
                fingerprint=alert.fingerprint,
                service=alert.service[:200],
                severity=alert.severity,
                state="open",
                opened_at=now,
                updated_at=now,
            )
            .returning(cases)
        )
        return _row(inserted.mappings().one())

    async def _first(self, *conditions: sa.ColumnElement[bool]) -> CaseRow | None:
        async with self.engine.connect() as connection:
            found = await connection.execute(
                sa.select(cases).where(*conditions).order_by(cases.c.number.desc()).limit(1)
            )
            row = found.mappings().one_or_none()
        return None if row is None else _row(row)

    async def _one(self, statement: sa.Update) -> CaseRow | None:
        async with self.engine.begin() as connection:
            row = (await connection.execute(statement.returning(cases))).mappings().one_or_none()
        return None if row is None else _row(row)


async def _append(connection: AsyncConnection, number: int, after: int, recorded: Sequence[Recorded]) -> int:
    rows = [
        {
            "case_number": number,
            "seq": after + position,
            "at": entry.at,
            "version": JOURNAL_VERSION,
            "type": entry.event.type,
            "body": EVENT.dump_json(entry.event).decode(),
        }
        for position, entry in enumerate(recorded, start=1)
    ]
    if rows:
        await connection.execute(journal.insert(), rows)
    return after + len(rows)


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
