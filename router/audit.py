"""The durable record of routing: append-only rows in SQL, chained by hash, written a moment after the fact.

What is written behind is lost when the process is killed within that moment (a fifth of a second); money is
not, since it is held before a call is sent (`router/budget.py`). Rows are never changed; one that was changed or
taken out is found by `broken`, also at a chain's end: how far a writer came is kept beside its rows.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from router.behind import Behind
from router.chain import Chain, End, Written
from router.outcomes import Selection
from router.policy import Policy
from router.policy_file import prices_as_json
from router.records import RECORD, Avoided, Decided, Ended, Record, Row, Tried, link
from router.tables import audit, audit_ends, insert, pico, policies, upsert, usd

WRITTEN_AFTER_S = 0.2
_AT_ONCE = 50
_READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    """A policy as it was in force: its file's text and its prices as JSON."""

    sha: str
    first_used: datetime
    text: str
    prices: str


@dataclass(slots=True)
class Audit:
    """One writer's pen, and everybody's reading glasses. *now* returns aware datetimes."""

    engine: AsyncEngine
    writer: str
    now: Callable[[], datetime]
    _waiting: list[tuple[float, Record]] = field(default_factory=list, init=False)
    _end: End = field(init=False)
    _certain: bool = field(default=False, init=False)  # whether the database is known to end there
    _behind: Behind = field(init=False)

    def __post_init__(self) -> None:
        self._end = End(self.writer, 0, 0.0, "", 0)
        self._behind = Behind(self._write, WRITTEN_AFTER_S)

    def add(self, record: Record) -> None:
        """Keep *record*; it reaches the database a moment later, or at `flush`."""
        self._waiting.append((self.now().timestamp(), record))
        self._behind.soon()

    async def flush(self) -> None:
        """Write what waits."""
        await self._behind.now()

    async def aclose(self) -> None:
        """Write what waits and stop."""
        await self._behind.aclose()

    async def keep_policy(self, policy: Policy) -> None:
        """Keep the policy in force beside its decisions, once."""
        row = {
            "sha": policy.sha,
            "first_used": int(self.now().timestamp()),
            "text": policy.toml,
            "prices": prices_as_json(policy),
        }
        async with (
            self.engine.begin() as connection
        ):  # replicas that start together write it at the same time
            await connection.execute(insert(connection.dialect.name, policies).on_conflict_do_nothing(), row)

    async def kept_policies(self) -> dict[str, KeptPolicy]:
        """Return every policy that was in force, by its sha."""
        async with self._reading() as connection:
            found = (await connection.execute(sa.select(policies))).all()
        return {
            row.sha: KeptPolicy(row.sha, datetime.fromtimestamp(row.first_used, UTC), row.text, row.prices)
            for row in found
        }

    async def rows(
        self, *, case: str | None = None, since: datetime | None = None, kinds: Sequence[str] = ()
    ) -> list[Row]:
        """Return rows in the order of their time, those still waiting included."""
        asked = sa.select(audit).order_by(audit.c.at, audit.c.writer, audit.c.number)
        if case is not None:
            asked = asked.where(audit.c.kase == case)
        if since is not None:
            asked = asked.where(audit.c.at >= since.timestamp())
        if kinds:
            asked = asked.where(audit.c.kind.in_(kinds))
        async with self._reading() as connection:
            found = (await connection.execute(asked)).all()
        return [_row(row) for row in found]

    async def broken(self) -> str | None:
        """Return in one line where the chain is broken and since when, or None when it is whole."""
        chain = Chain()
        written = sa.select(*(audit.c[name] for name in Written._fields))
        async with self._reading() as connection:
            ends = [End(*row) for row in await connection.execute(sa.select(audit_ends))]
            found = await connection.stream(written.order_by(audit.c.writer, audit.c.number))
            async for rows in found.partitions(_READ_AT_ONCE):
                chain.take(Written(*row) for row in rows)
        return chain.broken(ends)

    async def missing(self) -> int:
        """Return how many records are gone, by their numbers alone: cheap, and only `broken` knows which."""
        counts = (
            sa.select(sa.func.coalesce(sa.func.sum(audit_ends.c.number), 0)),
            sa.select(sa.func.count()).select_from(audit),
        )
        async with self._reading() as connection:
            written, left = [int(await connection.scalar(count) or 0) for count in counts]
        return max(0, written - left)

    async def told_usd(self) -> Decimal:
        """Return the dollars that all records ever written tell of, also those that are gone."""
        async with self._reading() as connection:
            return usd(int(await connection.scalar(sa.select(sa.func.sum(audit_ends.c.pico))) or 0))

    @asynccontextmanager
    async def _reading(self) -> AsyncGenerator[AsyncConnection, None]:
        """Give a connection that sees one moment, what waited included, and keeps no writer waiting."""
        await self.flush()
        async with self.engine.execution_options(reads=True).connect() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            yield connection

    async def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        try:
            async with self.engine.begin() as connection:
                end = self._end if self._certain else await self._find_the_end(connection)
                left = waiting[end.number - self._end.number :]
                rows = await asyncio.to_thread(_chained, left, end)
                for start in range(0, len(rows), _AT_ONCE):  # the driver prepares a batch on the event loop
                    await connection.execute(audit.insert(), rows[start : start + _AT_ONCE])
                end = _end_of(rows, end)
                await connection.execute(upsert(connection.dialect.name, audit_ends), end._asdict())
        except BaseException:
            # Whether these rows were committed is not known now; the next flush looks before it writes them again.
            self._waiting = waiting + self._waiting
            self._certain = False
            raise
        self._end, self._certain = end, True

    async def _find_the_end(self, connection: AsyncConnection) -> End:
        """Return what to go on from: our own last row, else the newest of all."""
        mine = sa.select(audit_ends).where(audit_ends.c.writer == self.writer)
        if found := (await connection.execute(mine)).one_or_none():
            return End(*found)
        newest = sa.select(audit.c.hash).order_by(audit.c.at.desc(), audit.c.number.desc()).limit(1)
        return self._end._replace(hash=await connection.scalar(newest) or "")


def _chained(waiting: Sequence[tuple[float, Record]], end: End) -> list[dict[str, Any]]:
    rows = []
    number, last = end.number, end.hash
    for at, record in waiting:
        number += 1
        text = RECORD.dump_json(record).decode()
        made = {
            "writer": end.writer,
            "number": number,
            "at": at,
            "record": text,
            "before": last,
            **_columns(record),
        }
        last = made["hash"] = link(last, end.writer, number, at, text)
        rows.append(made)
    return rows


def _end_of(rows: Sequence[Mapping[str, Any]], before: End) -> End:
    """Return how far the chain goes with *rows*, which follow on *before*."""
    if not rows:
        return before
    last = rows[-1]
    spent = before.pico + sum(row["pico"] for row in rows)
    return End(before.writer, last["number"], last["at"], last["hash"], spent)


def _columns(record: Record) -> dict[str, Any]:
    """Return what rows are found and summed by."""
    match record:
        case Decided(question, _, selection):
            return _about(record.kind, selection, question.service)
        case Tried(attempt, _, service):
            about = _about(record.kind, attempt.selection, service)
            return about | {"pico": pico(attempt.usd), "latency_s": attempt.latency_s}
        case Avoided(selection):
            return _about(record.kind, selection, "")
        case Ended():
            about = {"kind": record.kind, "kase": record.case, "task": record.task, "service": record.service}
            return about | {"model": "", "selection": "", "pico": 0, "latency_s": None}


def _about(kind: str, selection: Selection, service: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "kase": selection.case,
        "task": selection.task,
        "service": service,
        "model": selection.model or "",
        "selection": selection.id,
        "pico": 0,
        "latency_s": None,
    }


def _row(row: sa.Row[Any]) -> Row:
    at = datetime.fromtimestamp(row.at, UTC)
    return Row(row.writer, row.number, at, RECORD.validate_json(row.record), row.before, row.hash)
