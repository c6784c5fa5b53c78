"""The same alert in another channel: one short reply there says which case has it, and links its thread.

Once a case and channel, through the outbox. It knows no grouping; a private channel is neither named nor linked.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.poster import Poster
from bot.store.cases import CaseRow, Place
from bot.store.replies import Wanted

log = structlog.get_logger()


@dataclass(frozen=True)
class Elsewhere:
    """Points from other places to a case's thread. *hides* says whether a channel is private."""

    client: AsyncWebClient
    poster: Poster
    hides: Callable[[str], Awaitable[bool]]
    now: Callable[[], datetime]
    _told: set[tuple[int, str]] = field(default_factory=set)

    async def point(self, row: CaseRow, at: Place) -> None:
        """Say at *at* that *row* has this alert, unless it was said in that channel."""
        if (row.number, at.channel) in self._told:
            return
        key = f"{row.id}:elsewhere:{at.channel}"
        text, hosts = await self._words(row)
        block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
        body = {"text": text, "blocks": [block], "mentions": [], "hosts": hosts}
        if await self.poster.replies.ts_of(key) is None:
            wanted = Wanted(key, "elsewhere", at.channel, at.thread_ts, body, row.number, final=True)
            await self.poster.replies.want([wanted], self.now())
            self.poster.nudge()
        self._told.add((row.number, at.channel))

    async def _words(self, row: CaseRow) -> tuple[str, list[str]]:
        if await self.hides(row.place.channel):
            return f"This is {row.id}: it is investigated in a private channel.", []
        where = f"This is {row.id}: it is investigated in <#{row.place.channel}>"
        try:
            told = await self.client.chat_getPermalink(
                channel=row.place.channel, message_ts=row.place.thread_ts
            )
        except (SlackApiError, aiohttp.ClientError, OSError) as error:
            log.info("no_permalink", case=row.id, why=str(error))
            return f"{where}.", []
        link = str(told["permalink"])
        return f"{where}, <{link}|in this thread>.", [urlsplit(link).hostname or ""]
