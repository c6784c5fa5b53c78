"""The durable record of routing: append-only rows in SQL, chained by hash, written a moment after the fact.

What is written behind is lost when the process is killed within that moment (a fifth of a second); money is
not, since it is held before a call is sent (`router/budget.py`). Rows are never changed; a row that was changed,
or taken out of the middle of a writer's chain, is found by `broken`. Rows cut off a chain's end are not.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from router.behind import Behind
from router.outcomes import Selection
from router.policy import Policy
from router.policy_file import prices_as_json
from router.records import RECORD, Avoided, Decided, Ended, Record, Row, Tried, link
from router.tables import audit, insert, pico, policies

WRITTEN_AFTER_S = 0.2
_AT_ONCE = 50


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
    _number: int = field(default=0, init=False)
    _last: str | None = field(default=None, init=False)
    _behind: Behind = field(init=False)

    def __post_init__(self) -> None:
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
            await connection.execute(insert(connection, policies).on_conflict_do_nothing(), row)

    async def kept_policies(self) -> dict[str, KeptPolicy]:
        """Return every policy that was in force, by its sha."""
        async with self.engine.connect() as connection:
            found = (await connection.execute(sa.select(policies))).all()
        return {
            row.sha: KeptPolicy(row.sha, datetime.fromtimestamp(row.first_used, UTC), row.text, row.prices)
            for row in found
        }

    async def rows(
        self, *, case: str | None = None, since: datetime | None = None, kinds: Sequence[str] = ()
    ) -> list[Row]:
        """Return rows in the order of their time, those still waiting included."""
        await self.flush()
        asked = sa.select(audit).order_by(audit.c.at, audit.c.writer, audit.c.number)
        if case is not None:
            asked = asked.where(audit.c.kase == case)
        if since is not None:
            asked = asked.where(audit.c.at >= since.timestamp())
        if kinds:
            asked = asked.where(audit.c.kind.in_(kinds))
        async with self.engine.connect() as connection:
            found = (await connection.execute(asked)).all()
        return [_row(row) for row in found]

    async def broken(self) -> str | None:
        """Return in one line where the chain is broken, or None when it is whole."""
        await self.flush()
        async with self.engine.connect() as connection:
            found = (
                await connection.execute(sa.select(audit).order_by(audit.c.writer, audit.c.number))
            ).all()
        hashes = {row.hash for row in found} | {""}
        before: dict[str, tuple[int, str]] = {}
        for row in found:
            number, last = before.get(row.writer, (0, None))
            if row.number != number + 1:
                return f"row {number + 1} of {row.writer} is missing"
            if (row.before != last) if last is not None else (row.before not in hashes):
                return f"row {row.number} of {row.writer} does not follow the row before it"
            if row.hash != link(row.before, row.writer, row.number, row.at, row.record):
                return f"row {row.number} of {row.writer} was changed"
            # rows are found by these two, which the hash does not cover
            told = _columns(RECORD.validate_json(row.record))
            if row.kind != told["kind"] or row.kase != told["kase"]:
                return f"row {row.number} of {row.writer} was filed under another case or kind"
            before[row.writer] = (row.number, row.hash)
        return None

    async def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        try:
            async with self.engine.begin() as connection:
                if self._last is None:
                    waiting = await self._find_the_end(connection, waiting)
                rows = await asyncio.to_thread(_chained, waiting, self.writer, self._number, self._last or "")
                for start in range(0, len(rows), _AT_ONCE):  # the driver prepares a batch on the event loop
                    await connection.execute(audit.insert(), rows[start : start + _AT_ONCE])
        except BaseException:
            # Whether these rows were committed is not known now; the next flush looks before it writes them again.
            self._waiting = waiting + self._waiting
            self._last = None
            raise
        if rows:
            self._number, self._last = rows[-1]["number"], rows[-1]["hash"]

    async def _find_the_end(
        self, connection: AsyncConnection, waiting: list[tuple[float, Record]]
    ) -> list[tuple[float, Record]]:
        """Find the row to go on from: our own last, else the newest of all; leave out what was written already."""
        mine = sa.select(audit.c.number, audit.c.hash).where(audit.c.writer == self.writer)
        found = (await connection.execute(mine.order_by(audit.c.number.desc()).limit(1))).one_or_none()
        if found is None:
            newest = sa.select(audit.c.hash).order_by(audit.c.at.desc(), audit.c.number.desc()).limit(1)
            self._last = await connection.scalar(newest) or ""
            return waiting
        written = max(0, int(found.number) - self._number)
        self._number, self._last = int(found.number), str(found.hash)
        return waiting[written:]


def _chained(
    waiting: Sequence[tuple[float, Record]], writer: str, number: int, last: str
) -> list[dict[str, Any]]:
    rows = []
    for at, record in waiting:
        number += 1
        text = RECORD.dump_json(record).decode()
        made = {
            "writer": writer,
            "number": number,
            "at": at,
            "record": text,
            "before": last,
            **_columns(record),
        }
        last = made["hash"] = link(last, writer, number, at, text)
        rows.append(made)
    return rows


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
