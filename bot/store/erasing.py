"""Takes a case out of the database: its own rows, what was heard for it, and the copies that other cases carry.

A journal is otherwise only added to; this is the one place that changes one, because people have the right to it. It
knows which tables hold words, no meaning of a case, and neither Slack nor memory.
"""

import asyncio
import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.cases import CaseRow, Cases
from bot.store.database import reading
from bot.store.schema import cases, intake, journal, listed, replies, timers

FORGOTTEN = "(forgotten)"
SHORTEST = 12  # characters: what is shorter says nothing by itself and stands in many other texts
BLANKED = ("title", "cause", "text", "action", "record", "why", "resolved_by", "by")


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: *posts* are our messages (channel, ts) that told of the case, *others* the cases with a copy."""

    posts: tuple[tuple[str, str], ...]
    others: tuple[int, ...]


@dataclass(frozen=True)
class Erasing:
    """The eraser of one database."""

    engine: AsyncEngine

    async def erase(self, row: CaseRow, texts: Collection[str]) -> Erased:
        """Erase a case, `clean` still to come; *texts* are its own words (cause, fixes), which copies lose too."""
        words = sorted({text for text in texts if len(text) >= SHORTEST}, key=len, reverse=True)
        async with self.engine.begin() as connection:
            posts = (
                await connection.execute(
                    sa.select(replies.c.channel, replies.c.ts).where(
                        replies.c.case_number == row.number,
                        replies.c.kind == "message",
                        replies.c.ts.is_not(None),
                    )
                )
            ).all()
            for table in (replies, timers, listed, journal):
                await connection.execute(table.delete().where(table.c.case_number == row.number))
            await connection.execute(cases.delete().where(cases.c.number == row.number))
            await self._blank_what_was_heard(connection, row)
            others = await self._blank_copies(connection, row.id, words)
        return Erased(tuple((post.channel, post.ts) for post in posts), tuple(sorted(others)))

    async def older_than(self, moment: datetime) -> list[CaseRow]:
        """Return the cases that were touched last before *moment*."""
        old = sa.select(cases.c.number).where(cases.c.updated_at < moment).order_by(cases.c.number)
        async with reading(self.engine) as connection:
            numbers = list(await connection.scalars(old))
        every = Cases(self.engine, "erasing")
        return [row for number in numbers if (row := await every.by_number(number)) is not None]

    async def clean(self) -> None:
        """Leave no deleted text in SQLite's free pages and its log; PostgreSQL's vacuum does that by itself."""
        await asyncio.to_thread(self._clean_file)

    async def _blank_what_was_heard(self, connection: AsyncConnection, row: CaseRow) -> None:
        """Empty the envelopes of a case; their ids stay, so that none is ever heard again."""
        of_thread = sa.and_(
            intake.c.body.contains(row.place.thread_ts), intake.c.body.contains(row.place.channel)
        )
        of_case = sa.or_(
            intake.c.note.endswith(f" {row.id}"),
            intake.c.note.contains(f" {row.id} "),
            intake.c.body.contains(f'"{row.id}"'),
        )
        await connection.execute(intake.update().where(sa.or_(of_thread, of_case)).values(body="{}"))

    async def _blank_copies(self, connection: AsyncConnection, id_: str, words: Collection[str]) -> set[int]:
        """Blank what other journals and unsent replies say of the case; return the numbers of those cases."""
        told: set[int] = set()
        lines = await connection.execute(sa.select(journal).where(journal.c.body.contains(id_)))
        for line in lines.mappings().all():
            body = json.dumps(without(json.loads(line["body"]), id_, words), ensure_ascii=False)
            if body != line["body"]:
                told.add(line["case_number"])
                same = sa.and_(journal.c.case_number == line["case_number"], journal.c.seq == line["seq"])
                await connection.execute(journal.update().where(same).values(body=body))
        shown = await connection.execute(
            sa.select(replies.c.key, replies.c.body).where(replies.c.body.contains(id_))
        )
        for key, held in shown.all():
            body = json.dumps(without(json.loads(held), id_, words), ensure_ascii=False)
            await connection.execute(replies.update().where(replies.c.key == key).values(body=body))
        return told

    def _clean_file(self) -> None:
        url = self.engine.url
        if url.get_backend_name() != "sqlite" or not url.database:
            return
        with sqlite3.connect(url.database, timeout=30, isolation_level=None) as file:
            file.execute("VACUUM")
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file.close()


def without(told: Any, id_: str, words: Collection[str]) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return *told* with everything blanked that is the incident *id_* or repeats its *words*; the shape stays."""
    if isinstance(told, str):
        for text in words:
            told = told.replace(text, FORGOTTEN)
        return told
    if isinstance(told, list):
        return [without(each, id_, words) for each in told]
    if not isinstance(told, Mapping):
        return told
    if _is(told, id_):
        return {name: _blank(name, value) for name, value in told.items()}
    return {name: without(value, id_, words) for name, value in told.items()}


def _is(told: Mapping[str, Any], id_: str) -> bool:
    """Say whether an object is the incident itself: a precedent, what was seen of one, or a fix that refers to it."""
    facts = told.get("facts")
    seen = isinstance(facts, Mapping) and facts.get("id") == id_
    return seen or told.get("reference") == id_ or (told.get("id") == id_ and "title" in told)


def _blank(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    if name in BLANKED and isinstance(value, str):
        return FORGOTTEN if value else ""
    if name in {"fixes", "reasons", "services"} and isinstance(value, list):
        return []
    if name == "link":
        return None
    return {"id": value.get("id")} if name == "facts" and isinstance(value, Mapping) else value
