"""The lines of a case's journal: written with a version, read back whichever release wrote them.

A line is never changed. What a later release adds to an event has a default, so that older lines are read as they
are; `tests/faults/journals/` holds lines of older releases to it. It knows no case but by its number.
"""

from collections.abc import Awaitable, Callable, Sequence

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.investigation.events import Event, Recorded
from bot.store.schema import journal

JOURNAL_VERSION = 1
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
CONFLICTS = 20


async def last_line(connection: AsyncConnection, number: int) -> int:
    """Return the number of the last line of a case's journal, 0 when there is none."""
    lines = sa.select(sa.func.max(journal.c.seq)).where(journal.c.case_number == number)
    return int(await connection.scalar(lines) or 0)


async def read_lines(connection: AsyncConnection, number: int, after: int = 0) -> list[Recorded]:
    """Return what happened in a case, in order, behind line *after*."""
    lines = (
        sa.select(journal.c.at, journal.c.body)
        .where(journal.c.case_number == number, journal.c.seq > after)
        .order_by(journal.c.seq)
    )
    rows = (await connection.execute(lines)).all()
    return [Recorded(row.at, EVENT.validate_json(row.body)) for row in rows]


async def add_lines(
    connection: AsyncConnection, number: int, after: int, recorded: Sequence[Recorded]
) -> int:
    """Write *recorded* behind line *after*; return the last line's number.

    Raises:
        sqlalchemy.exc.IntegrityError: somebody else has written there; the transaction is lost.
    """
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


async def add_at_the_end(
    engine: AsyncEngine,
    number: int,
    recorded: Sequence[Recorded],
    first: Callable[[AsyncConnection], Awaitable[bool]],
) -> int | None:
    """Write *recorded* at the end of a journal, in one transaction with what *first* does; return the last line.

    None, and nothing is written, when *first* says no. Several may write to one case; each line gets its own number.
    """
    for _ in range(CONFLICTS):
        try:
            async with engine.begin() as connection:
                if not await first(connection):
                    return None
                return await add_lines(connection, number, await last_line(connection, number), recorded)
        except sa.exc.IntegrityError:
            continue  # another replica was faster: take the next number
    raise RuntimeError(f"journal of case {number}: no free line after {CONFLICTS} tries")
