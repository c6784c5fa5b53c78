"""Opens a closed case again: its state and how it came about, in one transaction, once however often it is asked.

Between the two, the case stands "reopened" until memory has been told; it can be joined by repeats of its alert again,
unless another live case has them meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.investigation.events import Recorded
from bot.store.cases import CLOSED
from bot.store.journal import add_at_the_end
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

    async def opened(connection: AsyncConnection) -> bool:
        return (await connection.execute(opening)).rowcount > 0

    return await add_at_the_end(engine, number, recorded, opened) is not None
