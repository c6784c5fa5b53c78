"""The rules that teams have set for their channels, in SQL, with who set them.

Read often and changed seldom: what was read is believed for a few seconds.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channel_rules import ChannelRules, read_rules
from bot.store.schema import UtcDateTime, metadata

BELIEVED = timedelta(seconds=10)

channel_rules = sa.Table(
    "channel_rules",
    metadata,
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("rules", sa.Text, nullable=False),
    sa.Column("set_by", sa.String(32), nullable=False),
    sa.Column("set_at", UtcDateTime, nullable=False),
)


@dataclass
class Channels:
    """All channels' rules."""

    engine: AsyncEngine
    now: Callable[[], datetime]
    _known: dict[str, ChannelRules] = field(default_factory=dict)
    _read_at: datetime | None = None

    async def rules(self, channel: str) -> ChannelRules:
        """Return the rules of *channel*; the defaults when nobody set any."""
        return (await self.all()).get(channel, ChannelRules())

    async def dollars(self, channel: str) -> Decimal | None:
        """Return what models may cost in *channel* in a day; None for no limit."""
        return (await self.rules(channel)).dollars

    async def all(self) -> dict[str, ChannelRules]:
        """Return the rules of every channel that has some."""
        now = self.now()
        if self._read_at is None or now - self._read_at > BELIEVED:
            async with self.engine.connect() as connection:
                rows = (await connection.execute(sa.select(channel_rules))).all()
            self._known = {row.channel: read_rules(json.loads(row.rules)) for row in rows}
            self._read_at = now
        return self._known

    async def set(self, channel: str, rules: ChannelRules, by: str) -> None:
        """Keep *rules* for *channel*."""
        values = {"rules": json.dumps(asdict(rules), default=str), "set_by": by, "set_at": self.now()}
        async with self.engine.begin() as connection:
            changed = await connection.execute(
                channel_rules.update().where(channel_rules.c.channel == channel).values(**values)
            )
            if not changed.rowcount:
                await connection.execute(channel_rules.insert().values(channel=channel, **values))
        self._read_at = None
