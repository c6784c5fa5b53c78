"""Says no: politely, only to the one who asked, at most once an hour, and always with a note for the journal.

What is allowed stands in `bot/permits.py`; the note is kept with the intake row.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.permits import NOT_YOU, Permits, Wish, wish_of

log = structlog.get_logger()

AGAIN_AFTER = timedelta(hours=1)
MOST_KNOWN = 5_000


async def unheard(_channel: str, _user: str, _text: str) -> None:
    """Say nothing to anyone."""


@dataclass(frozen=True)
class Guard:
    """The door of the desk. *whisper* shows a text to one person in a channel."""

    now: Callable[[], datetime]
    permits: Permits = field(default_factory=Permits)
    whisper: Callable[[str, str, str], Awaitable[None]] = unheard
    _told: OrderedDict[tuple[str, str], datetime] = field(default_factory=OrderedDict)

    async def refuses(self, kind: str, body: Mapping[str, Any]) -> str:
        """Return why an envelope is refused, as its journal note, or nothing when it may go on."""
        wish = wish_of(kind, body)
        return "" if wish is None else await self.refuses_wish(wish)

    async def refuses_wish(self, wish: Wish) -> str:
        """Return why *wish* is refused, or nothing; a person in an allowed channel is told."""
        if wish.channel and not self.permits.listens(wish.channel):
            return "ignored: channel not listed"
        if self.permits.allows(wish.user):
            return ""
        log.warning("person_refused", user=wish.user, channel=wish.channel)
        if wish.aloud and wish.channel and self._may_tell(wish):
            await self.whisper(wish.channel, wish.user, NOT_YOU)
        return f"refused: {wish.user or 'nobody'} is not among the people who may"

    def _may_tell(self, wish: Wish) -> bool:
        key, now = (wish.channel, wish.user), self.now()
        told = self._told.get(key)
        if told is not None and now - told < AGAIN_AFTER:
            return False
        self._told[key] = now
        while len(self._told) > MOST_KNOWN:
            self._told.popitem(last=False)
        return True
