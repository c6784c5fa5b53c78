"""The week in a few lines, posted once on Monday morning to the channel that the settings name.

One row of the outbox a week: it is posted once, whatever restarts and however many replicas there are. A week in
which nothing happened is not told.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks.home import digest_blocks
from bot.home import Home
from bot.poster import Poster
from bot.prose import Statement
from bot.store.replies import Replies, Wanted
from memory.reflection import Insight

MONDAY, MORNING = 1, 8  # ISO weekday, hour in UTC


Word = Callable[[Sequence[Insight]], Awaitable[Sequence[Statement]]]
"""Words insights in sentences, each with its incidents; nothing when there is no model."""


async def by_code_alone(_insights: Sequence[Insight]) -> Sequence[Statement]:
    """Word nothing."""
    return ()


@dataclass(frozen=True)
class Digest:
    """The weekly digest; an empty *channel* gets none."""

    home: Home
    replies: Replies
    poster: Poster
    channel: str
    now: Callable[[], datetime]
    word: Word = by_code_alone

    async def weekly(self) -> bool:
        """Post the digest when it is due and not posted yet; return whether it was wanted."""
        now = self.now()
        if not self.channel or now.isoweekday() != MONDAY or now.hour < MORNING:
            return False
        year, week, _ = now.isocalendar()
        key = f"digest:{year}-W{week:02d}"
        if await self.replies.ts_of(key) is not None:
            return False
        await self.home.reflect_anew()
        facts = await self.home.facts()
        worded = await self.word(facts.reflection.insights) if facts.reflection else ()
        blocks = digest_blocks(facts, worded)
        if not blocks:
            return False
        body = {"text": "The week", "blocks": blocks, "mentions": []}
        await self.replies.want([Wanted(key, "digest", self.channel, None, body, final=True)], now)
        self.poster.nudge()
        return True
