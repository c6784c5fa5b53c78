"""What only a sandbox does to the bot's cases: its workspace is new at each start, and its scenarios are apart.

It knows the cases' tables and nothing of the bot that works on them.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.schema import cases, replies


@dataclass(frozen=True)
class CaseShelf:
    """The cases of the sandbox's bot."""

    engine: AsyncEngine

    async def archive(self) -> None:
        """Put every case away, because its threads are gone."""
        async with self.engine.begin() as connection:
            await connection.execute(
                cases.update().where(cases.c.state != "remembered").values(state="archived", live_key=None)
            )
            await connection.execute(replies.update().values(dead=True))

    async def part(self) -> None:
        """Let no repeat join a case that stands: the next scenario is a trouble of its own."""
        async with self.engine.begin() as connection:
            await connection.execute(cases.update().values(live_key=None))
