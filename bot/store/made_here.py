"""Tells a database that is new from one that was lost: a file that is empty where one was kept starts nothing.

A mark beside the file says since when a database is kept there. It knows files and the names of tables, no contents.
"""

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.schema import cases, journal

MARK = ".database-since"


class Lost(Exception):
    """What was kept here is gone; the message says what was found instead."""


def refuse_empty_file(file: Path) -> None:
    """Look, before anything is opened, whether *file* is still what was made there.

    Raises:
        Lost: it is missing or has no bytes, though one was made here or its log is still there.
    """
    if file.exists() and file.stat().st_size:
        return
    found = "it has no bytes" if file.exists() else "it is missing"
    if since := _since(file):
        msg = f"{found}, though a database is kept there since {since}"
        raise Lost(msg)
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size:
        msg = f"{found}, though its log {log.name} is still there"
        raise Lost(msg)


async def refuse_empty_tables(connection: AsyncConnection, file: Path) -> None:
    """Look whether a database that opens still holds what was made in it.

    Raises:
        Lost: it has no tables, though it had them; or cases whose journal is gone.
    """
    there = await connection.run_sync(lambda plain: set(sa.inspect(plain).get_table_names()))
    if not there:
        if since := _since(file):
            msg = f"it holds nothing, though a database is kept there since {since}"
            raise Lost(msg)
        return
    if not {cases.name, journal.name} <= there:
        return
    told = sa.exists().where(journal.c.case_number == cases.c.number)
    bare = await connection.scalar(sa.select(sa.func.count()).select_from(cases).where(~told))
    if bare:
        msg = f"the journal of {bare} case{'s' * (bare > 1)} is gone"
        raise Lost(msg)


def mark_made(file: Path) -> None:
    """Note that a database is kept in *file* from now on."""
    mark = file.with_name(MARK)
    if not mark.exists():
        mark.write_text(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n", encoding="utf-8")


def _since(file: Path) -> str:
    mark = file.with_name(MARK)
    return mark.read_text(encoding="utf-8", errors="replace").strip()[:40] if mark.exists() else ""
