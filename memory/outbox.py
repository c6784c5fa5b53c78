"""What each model's index still has to learn, in SQL: an index that is down delays this and never loses it.

Also keeps in how many indexed incidents each word occurs, apart for each workspace and each private channel, so that
the rarity of a word says nothing about what the asker may not see. It knows no index and no vectors.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from memory import tables as t
from memory.incident import Incident
from memory.privacy import counted_as
from memory.records import once, read_incidents, slices
from memory.words import Rarity

ALL = -1
"""The term under which the number of all indexed incidents of a workspace is kept; real terms are not negative."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An incident that the index does not have as it now is."""

    incident: Incident
    revision: int


class Outbox:
    """The index's to-do list, and the counts of words."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Keep *engine*; `Records.create_tables` makes the tables."""
        self._engine = engine

    async def pending(self, model_id: str, limit: int) -> list[Pending]:
        """Return incidents that *model_id*'s index lacks or has in an older revision, oldest first."""
        late = _late(model_id)
        query = sql.select(t.incidents.c.id, t.incidents.c.revision).where(late).order_by(t.incidents.c.id)
        async with self._engine.connect() as connection:
            revisions = {row.id: row.revision for row in await connection.execute(query.limit(limit))}
            found = await read_incidents(connection, t.incidents.c.id.in_(list(revisions)))
        return [Pending(incident, revisions[id_]) for id_, incident in found.items()]

    async def waiting(self, model_id: str) -> int:
        """Return how many incidents wait to be indexed or taken out of the index."""
        async with self._engine.connect() as connection:
            late = sql.select(sql.func.count()).select_from(t.incidents).where(_late(model_id))
            gone = sql.select(sql.func.count()).select_from(t.indexed).where(_gone(model_id))
            return (await connection.scalar(late) or 0) + (await connection.scalar(gone) or 0)

    async def indexed(self, model_id: str) -> int:
        """Return how many incidents *model_id*'s index should hold, by what it acknowledged."""
        there = t.indexed.c.model == model_id, t.indexed.c.revision > 0, ~_gone(model_id)
        held = sql.select(sql.func.count()).select_from(t.indexed).where(*there)
        async with self._engine.connect() as connection:
            return await connection.scalar(held) or 0

    async def begin(self, model_id: str, pending: Iterable[Pending]) -> None:
        """Note that *model_id*'s index is about to get these: whatever happens, it is known to have them perhaps."""
        rows = [{"incident_id": p.incident.id, "model": model_id, "revision": 0} for p in pending]
        async with self._engine.begin() as connection:
            await connection.execute(once(connection, t.indexed), rows)

    async def done(
        self, model_id: str, pending: Iterable[Pending], words: Mapping[str, Collection[int]]
    ) -> None:
        """Note that the index now has these revisions; *words* are the distinct terms of each incident."""
        batch = list(pending)
        async with self._engine.begin() as connection:
            await _take_back(connection, [item.incident.id for item in batch])
            insert = _insert(connection, t.indexed)
            has = insert.on_conflict_do_update(
                index_elements=["incident_id", "model"], set_={"revision": insert.excluded.revision}
            )
            held = [{"incident_id": p.incident.id, "model": model_id, "revision": p.revision} for p in batch]
            if held:
                await connection.execute(has, held)
            rows = [
                {
                    "incident_id": p.incident.id,
                    "workspace": counted_as(p.incident),
                    "terms": list(words[p.incident.id]),
                }
                for p in batch
            ]
            if rows:
                await connection.execute(t.incident_terms.insert(), rows)
            counts: dict[str, Counter[int]] = {}
            for item in batch:
                counts.setdefault(counted_as(item.incident), Counter()).update(
                    [ALL, *words[item.incident.id]]
                )
            await _add(connection, counts)

    async def removals(self, model_id: str) -> list[str]:
        """Return ids that are gone from the truth and may still be in *model_id*'s index."""
        async with self._engine.connect() as connection:
            return list(await connection.scalars(sql.select(t.indexed.c.incident_id).where(_gone(model_id))))

    async def removed(self, model_id: str, ids: Iterable[str]) -> None:
        """Note that *model_id*'s index no longer has these."""
        async with self._engine.begin() as connection:
            for part in slices(list(ids)):
                await _take_back(connection, part)
                theirs = t.indexed.c.model == model_id, t.indexed.c.incident_id.in_(part)
                await connection.execute(t.indexed.delete().where(*theirs))

    async def start_over(self, model_id: str) -> None:
        """Let everything wait for *model_id* again; recall goes on meanwhile, so the counts of words stay."""
        async with self._engine.begin() as connection:
            ours = t.indexed.c.model == model_id
            await connection.execute(t.indexed.update().where(ours).values(revision=0))

    async def rarity(self, workspaces: Collection[str], terms: Collection[int]) -> Rarity:
        """Return how many incidents of *workspaces* are indexed, and how many hold each of *terms*."""
        held: Counter[int] = Counter()
        async with self._engine.connect() as connection:
            for part in slices([ALL, *terms]):
                query = sql.select(t.terms.c.term, sql.func.sum(t.terms.c.incidents)).where(
                    t.terms.c.workspace.in_(sorted(workspaces)), t.terms.c.term.in_(part)
                )
                for term, incidents in await connection.execute(query.group_by(t.terms.c.term)):
                    held[term] += int(incidents)
        return Rarity(held.pop(ALL, 0), held)


def _late(model_id: str) -> sql.ColumnElement[bool]:
    """Return the incidents that *model_id*'s index lacks or has in an older revision."""
    theirs = t.indexed.c.incident_id == t.incidents.c.id, t.indexed.c.model == model_id
    return ~sql.exists().where(*theirs, t.indexed.c.revision >= t.incidents.c.revision)


def _gone(model_id: str) -> sql.ColumnElement[bool]:
    """Return what *model_id*'s index may have of incidents that are no more."""
    there = sql.exists().where(t.incidents.c.id == t.indexed.c.incident_id)
    return sql.and_(t.indexed.c.model == model_id, ~there)


async def _take_back(connection: AsyncConnection, ids: Collection[str]) -> None:
    """Subtract what these incidents gave to the counts of words."""
    given = t.incident_terms.c
    rows = await connection.execute(
        sql.select(given.workspace, given.terms).where(given.incident_id.in_(list(ids)))
    )
    counts: dict[str, Counter[int]] = {}
    for workspace, terms in rows:
        counts.setdefault(workspace, Counter()).subtract([ALL, *terms])
    await connection.execute(t.incident_terms.delete().where(given.incident_id.in_(list(ids))))
    await _add(connection, counts)


async def _add(connection: AsyncConnection, counts: Mapping[str, Counter[int]]) -> None:
    rows = [
        {"workspace": workspace, "term": term, "incidents": incidents}
        for workspace, terms in sorted(counts.items())
        for term, incidents in sorted(terms.items())
    ]
    if not rows:
        return
    insert = _insert(connection, t.terms)
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=["workspace", "term"],
            set_={"incidents": t.terms.c.incidents + insert.excluded.incidents},
        ),
        rows,
    )


def _insert(connection: AsyncConnection, table: sql.Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
