"""What was said while we were away: reads each channel's history since it was last read to its end.

Everything goes through the same intake as a live event, oldest first, marked "seen late"; what is known already is
not kept twice. Threads of live cases are read as well: history shows no replies. How far a channel was read moves
only when all of it is kept, so a read that breaks off is begun anew. It knows no meaning of a message.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.listeners import content_key
from bot.store.cases import CLOSED, Cases
from bot.store.intake import Envelope, Intake

log = structlog.get_logger()

PAGES = 500  # of 200: no channel says more while we are away; a cursor that never ends is somebody's bug
OVERLAP_S = 15 * 60  # Slack may tell an event again up to five minutes later: older ones can still be missing
LIVE = 30  # cases whose threads are read: each is one more call
TRIES = 5
MOST_WAIT_S = 30.0
BREATH = 100  # messages kept together
AWAY = (SlackApiError, aiohttp.ClientError, SQLAlchemyError, OSError, TimeoutError)
Message = Mapping[str, Any]


@dataclass(frozen=True)
class CatchUp:
    """Reads history after a gap, and the threads of *cases* that are not closed."""

    client: AsyncWebClient
    intake: Intake
    cases: Cases
    team: str
    me: str
    channels: frozenset[str]
    now: Callable[[], datetime]

    async def run(self) -> int:
        """Keep what was missed in every channel we have listened in; return how many messages were new."""
        kept = 0
        for channel in await self._listened():
            try:
                kept += await self._channel(channel)
            except AWAY as error:  # it is read anew at the next look
                log.warning("catchup_failed", channel=channel, why=str(error))
        return kept

    async def _listened(self) -> list[str]:
        try:
            listened = await self.intake.listened()
        except (SQLAlchemyError, OSError) as error:
            log.warning("catchup_failed", why=str(error))
            return []
        return [channel for channel in listened if not self.channels or channel in self.channels]

    async def _channel(self, channel: str) -> int:
        since = await self.intake.seen(channel)
        if since is None:
            return 0
        asked = {"channel": channel, "oldest": f"{float(since) - OVERLAP_S:.6f}", "limit": 200}
        said = [message async for message in self._pages("conversations.history", asked)]
        answered = [str(each["ts"]) for each in said if str(each.get("latest_reply", "")) > since]
        newest = max((str(each["ts"]) for each in said), key=float, default=since)
        for root in {*answered, *await self._live(channel)}:
            said += await self._thread({**asked, "ts": root})
        said.sort(key=lambda each: float(each["ts"]))
        kept = 0
        for first in range(0, len(said), BREATH):
            kept += await self._keep_all(said[first : first + BREATH], channel)
        await self.intake.saw(channel, newest)
        return kept

    async def _live(self, channel: str) -> list[str]:
        """Return the threads of a channel's newest cases, in which people may have spoken to us."""
        rows = await self.cases.recent(LIVE)
        return [
            row.place.thread_ts for row in rows if row.place.channel == channel and row.state not in CLOSED
        ]

    async def _thread(self, asked: Message) -> list[Message]:
        """Return the head of a thread as it stands now and what was said below it; nothing when it is gone."""
        try:
            return [message async for message in self._pages("conversations.replies", asked)]
        except SlackApiError as error:
            if _code(error) != "thread_not_found":
                raise
            return []

    async def _pages(self, method: str, asked: Message) -> AsyncIterator[Message]:
        """Yield all messages of all pages, in the order in which Slack gives them."""
        cursor = ""
        for _ in range(PAGES):
            page = await self._asked(method, {**asked, **({"cursor": cursor} if cursor else {})})
            for message in page["messages"]:
                yield message
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return
        log.error("catchup_cut", method=method, channel=asked["channel"], pages=PAGES)

    async def _asked(self, method: str, asked: Message) -> Message:
        """Ask for one page; when Slack wants us slower, wait and ask for the same one."""
        for _ in range(TRIES - 1):
            try:
                return await self._call(method, asked)
            except SlackApiError as error:
                if _code(error) != "ratelimited":
                    raise
                said = str(error.response.headers.get("Retry-After", ""))
                await asyncio.sleep(min(float(said) if said.isdigit() else 1.0, MOST_WAIT_S))
        return await self._call(method, asked)

    async def _call(self, method: str, asked: Message) -> Message:
        answer = await self.client.api_call(method, http_verb="GET", params=dict(asked))
        if not isinstance(answer.data, dict):  # an end that is none: what is older would be lost
            raise OSError(f"{method} was answered by no JSON")
        return dict(answer.data)

    async def _keep_all(self, said: Sequence[Message], channel: str) -> int:
        """Keep messages as they were posted and, where they were edited, as edits: perhaps they told a resolution."""
        events: list[dict[str, Any]] = []
        for message in said:
            events.append({"type": "message", **message, "channel": channel})
            if edited := message.get("edited"):
                edit = {"type": "message", "subtype": "message_changed", "message": message}
                events.append({**edit, "channel": channel, "ts": edited["ts"]})
        return sum(await asyncio.gather(*map(self._keep, events)))

    async def _keep(self, event: Message) -> bool:
        key = content_key(event)
        by = event.get("message") or event
        if self.me in {by.get("bot_id"), by.get("user")}:
            return False  # our own replies; live, Bolt leaves them out
        envelope = Envelope(self.team, f"history:{key}", "event", event, key, seen_late=True)
        return await self.intake.keep(envelope, self.now())


def _code(error: SlackApiError) -> str:
    """Return Slack's word for it; none when what came is no answer of its API, which the SDK hands over raw."""
    answer = error.response.data if isinstance(error.response, AsyncSlackResponse) else None
    return str(answer.get("error")) if isinstance(answer, dict) else ""
