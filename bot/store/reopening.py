"""Opens a closed case again: its state and how it came about, in one transaction, once however often it is asked.

Between the two, the case stands "reopened" until memory has been told; it can be joined by repeats of its alert again,
unless another live case has them meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.investigation.events import Recorded
from bot.store.cases import CLOSED, CONFLICTS, NO_LINE
from bot.store.journal import add_lines, last_line
from bot.store.schema import cases


async def reopen(engine: AsyncEngine, number: int, recorded: Sequence[Recorded], now: datetime) -> bool:
    """Open case *number* again and write why; False, and nothing is written, when it is not closed."""
    others = cases.alias()
    taken = sa.exists().where(others.c.live_key == cases.c.fingerprint, others.c.number != number)
    opening = (
        cases.update()
        .where(cases.c.number == number, cases.c.state.in_(CLOSED))
        .values(
            state="reopened",
            owner=None,
            lease_until=None,
            live_key=sa.case((taken, None), else_=cases.c.fingerprint),
            updated_at=now,
        )
    )
    for _ in range(CONFLICTS):
        try:
            async with engine.begin() as connection:
                if not (await connection.execute(opening)).rowcount:
                    return False
                await add_lines(connection, number, await last_line(connection, number), recorded)
                return True
        except sa.exc.IntegrityError:
            continue  # another replica took the line, or opened a case for the same alert
    raise RuntimeError(NO_LINE.format(number))
