"""Which monitor has listed which case's alert as firing, over restarts and replicas. It knows no monitor."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import insert, reading
from bot.store.schema import listed


@dataclass(frozen=True)
class Listed:
    """What monitors have listed."""

    engine: AsyncEngine

    async def by(self, source: str, numbers: Collection[int]) -> set[int]:
        """Return the cases among *numbers* whose alert *source* has listed."""
        known = (listed.c.source == source[:64], listed.c.case_number.in_(numbers))
        async with reading(self.engine) as connection:
            return set((await connection.execute(sa.select(listed.c.case_number).where(*known))).scalars())

    async def note(self, source: str, number: int) -> None:
        """Note that *source* lists the alert of a case."""
        async with self.engine.begin() as connection:
            row = insert(connection, listed).values(case_number=number, source=source[:64])
            await connection.execute(row.on_conflict_do_nothing())

    async def forget(self, source: str, number: int) -> None:
        """Forget that *source* has listed it: it must list it anew."""
        gone = (listed.c.source == source[:64], listed.c.case_number == number)
        async with self.engine.begin() as connection:
            await connection.execute(listed.delete().where(*gone))
