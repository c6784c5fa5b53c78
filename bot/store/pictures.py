"""Which pictures are with Slack already, by what they show, so that no restart uploads one twice."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import insert, reading
from bot.store.schema import pictures


@dataclass(frozen=True)
class UploadedPictures:
    """The pictures that were uploaded."""

    engine: AsyncEngine

    async def file_of(self, digest: str) -> str | None:
        """Return Slack's id of the file that shows *digest*, or None."""
        async with reading(self.engine) as connection:
            found: str | None = await connection.scalar(
                sa.select(pictures.c.file_id).where(pictures.c.digest == digest)
            )
            return found

    async def keep(self, digest: str, file_id: str, now: datetime) -> str:
        """Note an upload; return the file to show, which is another's when that was faster."""
        async with self.engine.begin() as connection:
            row = {"digest": digest, "file_id": file_id, "at": now}
            await connection.execute(insert(connection, pictures).values(row).on_conflict_do_nothing())
        return await self.file_of(digest) or file_id
