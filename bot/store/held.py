"""Whether a case is still ours: a worker that stood still beyond its lease must not write beside its heir."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.schema import cases


class LeaseLost(Exception):
    """The case is another worker's, or nobody's, by now."""


async def prove_held(connection: AsyncConnection, number: int, owner: str) -> None:
    """Make sure, until the transaction ends, that *owner* holds the case.

    Raises:
        LeaseLost: it does not.
    """
    holder = sa.select(cases.c.owner).where(cases.c.number == number).with_for_update()
    if await connection.scalar(holder) != owner:
        raise LeaseLost(f"INC-{number} is not held by {owner} any more")
