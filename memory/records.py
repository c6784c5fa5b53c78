"""Incidents, verdicts and the index's outbox in SQL: the truth of memory.

Speaks SQLAlchemy Core to SQLite or PostgreSQL through the engine it is given. It knows no vectors, no ranking
and no privacy rules: whoever reads decides what may be shown.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from memory import tables as t
from memory.incident import Feedback, Fix, Incident, NotTheSame, Outcome, Status

Item = TypeVar("Item")
SLICE = 400
"""Ids in one IN (...): SQLite takes a limited number of parameters."""


class Records:
    """Reads and writes of the truth; each public method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Keep *engine*, which the composition root opened and will close."""
        self.engine = engine

    async def create_tables(self) -> None:
        """Make the tables that are not there yet."""
        async with self.engine.begin() as connection:
            await connection.run_sync(t.metadata.create_all)

    async def put(self, incidents: Iterable[Incident]) -> list[str]:
        """Write incidents; return the ids of those that were new or had changed."""
        changed: list[str] = []
        async with self.engine.begin() as connection:
            for part in slices(list({incident.id: incident for incident in incidents}.values())):
                known = await read_incidents(
                    connection, t.incidents.c.id.in_([incident.id for incident in part])
                )
                for incident in part:
                    if known.get(incident.id) != incident:
                        await _write(connection, incident, new=incident.id not in known)
                        changed.append(incident.id)
        return changed

    async def get(self, ids: Iterable[str]) -> dict[str, Incident]:
        """Return the incidents that exist among *ids*."""
        found: dict[str, Incident] = {}
        async with self.engine.connect() as connection:
            for part in slices(list(ids)):
                found |= await read_incidents(connection, t.incidents.c.id.in_(part))
        return found

    async def select(self, *conditions: sql.ColumnElement[bool]) -> list[Incident]:
        """Return the incidents that meet *conditions* on `tables.incidents`, oldest first."""
        async with self.engine.connect() as connection:
            found = await read_incidents(connection, sql.and_(sql.true(), *conditions))
        return list(found.values())

    async def newest(self, limit: int, *conditions: sql.ColumnElement[bool]) -> list[Incident]:
        """Return the newest incidents that meet *conditions*; those without a date come last."""
        columns = t.incidents.c
        order = (columns.started_at.is_(None), columns.started_at.desc(), columns.id)
        ids = sql.select(columns.id).where(*conditions).order_by(*order).limit(limit)
        async with self.engine.connect() as connection:
            return list((await read_incidents(connection, columns.id.in_(ids))).values())

    async def channels(self, workspace: str) -> list[str]:
        """Return the channels that incidents of *workspace* were handled in."""
        columns = t.incidents.c
        query = sql.select(columns.channel).where(columns.workspace == workspace, columns.channel != "")
        async with self.engine.connect() as connection:
            return sorted(await connection.scalars(query.distinct()))

    async def delete(self, ids: Iterable[str]) -> int:
        """Delete incidents with their fixes and verdicts; which indexes still have them stays noted."""
        gone = 0
        async with self.engine.begin() as connection:
            for part in slices(list(ids)):
                for table in (t.fixes, t.feedback, t.not_the_same):
                    await connection.execute(table.delete().where(table.c.incident_id.in_(part)))
                await connection.execute(t.not_the_same.delete().where(t.not_the_same.c.about.in_(part)))
                found = await connection.execute(t.incidents.delete().where(t.incidents.c.id.in_(part)))
                gone += found.rowcount
        return gone

    async def judge(self, verdict: Feedback) -> None:
        """Append a verdict on a fix; the very same verdict a second time changes nothing."""
        row = {
            "incident_id": verdict.incident_id,
            "fix_id": verdict.fix_id,
            "user": verdict.user,
            "outcome": t.TAKEN_BACK if verdict.outcome is None else verdict.outcome.value,
            "at": verdict.at,
            "why": verdict.why,
        }
        async with self.engine.begin() as connection:
            await connection.execute(once(connection, t.feedback), row)

    async def verdicts(self, incident_ids: Iterable[str]) -> list[Feedback]:
        """Return every verdict on fixes of these incidents, as they came in."""
        found: list[Feedback] = []
        async with self.engine.connect() as connection:
            for part in slices(list(incident_ids)):
                query = (
                    sql.select(t.feedback)
                    .where(t.feedback.c.incident_id.in_(part))
                    .order_by(t.feedback.c.seq)
                )
                found.extend(_feedback(row) for row in (await connection.execute(query)).mappings())
        return found

    async def part(self, said: NotTheSame) -> None:
        """Append that two incidents are not the same; twice changes nothing."""
        row = {
            "incident_id": said.incident_id,
            "about": said.about,
            "user": said.user,
            "at": said.at,
            "score": said.score,
            "taken_back": said.taken_back,
        }
        async with self.engine.begin() as connection:
            await connection.execute(once(connection, t.not_the_same), row)

    async def parted(self) -> list[NotTheSame]:
        """Return everything said about incidents that are not the same."""
        async with self.engine.connect() as connection:
            rows = (
                await connection.execute(sql.select(t.not_the_same).order_by(t.not_the_same.c.seq))
            ).mappings()
            return [
                NotTheSame(
                    r["incident_id"], r["about"], r["user"], r["at"], r["score"], taken_back=r["taken_back"]
                )
                for r in rows
            ]

    async def setting(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return what memory noted about itself under *name*, or None."""
        async with self.engine.connect() as connection:
            return await connection.scalar(sql.select(t.settings.c.value).where(t.settings.c.name == name))

    async def note(self, name: str, value: object) -> None:
        """Note something about memory itself."""
        async with self.engine.begin() as connection:
            await connection.execute(t.settings.delete().where(t.settings.c.name == name))
            await connection.execute(t.settings.insert(), {"name": name, "value": value})

    async def forget_notes(self, prefix: str) -> None:
        """Drop what was noted under names that begin with *prefix*."""
        async with self.engine.begin() as connection:
            await connection.execute(
                t.settings.delete().where(t.settings.c.name.startswith(prefix, autoescape=True))
            )

    async def count(self) -> int:
        """Return how many incidents there are."""
        async with self.engine.connect() as connection:
            return await connection.scalar(sql.select(sql.func.count()).select_from(t.incidents)) or 0


def once(connection: AsyncConnection, table: sql.Table) -> Any:  # noqa: ANN401 - one of two vendors' Insert
    """Return an insert that passes over rows that are there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def slices(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """Return *items* in parts small enough for one statement."""
    return (items[start : start + SLICE] for start in range(0, len(items), SLICE))


async def read_incidents(
    connection: AsyncConnection, condition: sql.ColumnElement[bool]
) -> dict[str, Incident]:
    """Return the incidents that meet *condition* with their fixes, oldest first."""
    ids = sql.select(t.incidents.c.id).where(condition)
    fix_rows = await connection.execute(
        sql.select(t.fixes).where(t.fixes.c.incident_id.in_(ids)).order_by(t.fixes.c.position)
    )
    fixes: dict[str, list[Fix]] = {}
    for row in fix_rows.mappings():
        fix = Fix(row["id"], row["action"], Outcome(row["outcome"]), row["by"], row["at"], row["why"])
        fixes.setdefault(row["incident_id"], []).append(fix)
    rows = await connection.execute(
        sql.select(t.incidents).where(condition).order_by(t.incidents.c.started_at, t.incidents.c.id)
    )
    return {row["id"]: _incident(row, tuple(fixes.get(row["id"], ()))) for row in rows.mappings()}


PLAIN = (
    "id", "workspace", "title", "symptoms", "root_cause", "report", "version", "severity", "started_at",
    "resolved_at", "resolved_by", "channel", "private", "valid_from", "invalid_at", "source", "link",
)  # fmt: skip


def _incident(row: sql.RowMapping, fixes: tuple[Fix, ...]) -> Incident:
    return Incident(
        **{name: row[name] for name in PLAIN},
        services=tuple(row["services"]),
        signatures=tuple(row["signatures"]),
        status=Status(row["status"]),
        fixes=fixes,
    )


async def _write(connection: AsyncConnection, incident: Incident, *, new: bool) -> None:
    values = {name: getattr(incident, name) for name in PLAIN} | {
        "services": list(incident.services),
        "signatures": list(incident.signatures),
        "status": incident.status.value,
    }
    if new:
        await connection.execute(t.incidents.insert(), values | {"revision": 1})
        await connection.execute(
            t.indexed.update().where(t.indexed.c.incident_id == incident.id).values(revision=0)
        )
    else:
        await connection.execute(
            t.incidents.update()
            .where(t.incidents.c.id == incident.id)
            .values(**values, revision=t.incidents.c.revision + 1)
        )
        await connection.execute(t.fixes.delete().where(t.fixes.c.incident_id == incident.id))
    if incident.fixes:
        await connection.execute(
            t.fixes.insert(),
            [
                {
                    "incident_id": incident.id,
                    "id": fix.id,
                    "position": position,
                    "action": fix.action,
                    "outcome": fix.outcome.value,
                    "by": fix.by,
                    "at": fix.at,
                    "why": fix.why,
                }
                for position, fix in enumerate(incident.fixes)
            ],
        )


def _feedback(row: sql.RowMapping) -> Feedback:
    outcome = None if row["outcome"] == t.TAKEN_BACK else Outcome(row["outcome"])
    return Feedback(row["incident_id"], row["fix_id"], row["user"], outcome, row["at"], row["why"])
