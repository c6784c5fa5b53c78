"""The week in a few lines, posted once on Monday morning to the channel that the settings name.

One row of the outbox a week: it is posted once, whatever restarts and however many replicas there are. A week in
which nothing happened is not told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.blocks.home import digest_blocks
from bot.home import Home
from bot.poster import Poster
from bot.store.replies import Replies, Wanted

MONDAY, MORNING = 1, 8  # ISO weekday, hour in UTC


@dataclass(frozen=True)
class Digest:
    """The weekly digest; an empty *channel* gets none."""

    home: Home
    replies: Replies
    poster: Poster
    channel: str
    now: Callable[[], datetime]

    async def weekly(self) -> bool:
        """Post the digest when it is due and not posted yet; return whether it was wanted."""
        now = self.now()
        if not self.channel or now.isoweekday() != MONDAY or now.hour < MORNING:
            return False
        year, week, _ = now.isocalendar()
        key = f"digest:{year}-W{week:02d}"
        if await self.replies.ts_of(key) is not None:
            return False
        blocks = digest_blocks(await self.home.facts())
        if not blocks:
            return False
        body = {"text": "The week", "blocks": blocks, "mentions": []}
        await self.replies.want([Wanted(key, "digest", self.channel, None, body, final=True)], now)
        self.poster.nudge()
        return True
