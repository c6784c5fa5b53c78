"""What was said while we were away: reads each channel's history since the newest message we saw.

Everything goes through the same intake as a live event, marked "seen late"; what is known already is not kept
twice. It knows no meaning of a message.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import content_key
from bot.store.intake import Envelope, Intake

log = structlog.get_logger()

PAGES = 10
OVERLAP_S = 15 * 60  # Slack may tell an event again up to five minutes later: older ones can still be missing


@dataclass(frozen=True)
class CatchUp:
    """Reads history after a gap."""

    client: AsyncWebClient
    intake: Intake
    team: str
    me: str
    channels: frozenset[str]
    now: Callable[[], datetime]

    async def run(self) -> int:
        """Keep what was missed in every channel we have listened in; return how many messages were new."""
        kept = 0
        for channel in await self.intake.listened():
            if self.channels and channel not in self.channels:
                continue
            try:
                kept += await self._channel(channel)
            except (SlackApiError, OSError, aiohttp.ClientError, TimeoutError) as error:
                log.warning("catchup_failed", channel=channel, why=str(error))
        return kept

    async def _channel(self, channel: str) -> int:
        since = await self.intake.seen(channel)
        if since is None:
            return 0
        kept, cursor = 0, None
        for _ in range(PAGES):
            page = await self.client.conversations_history(
                channel=channel, oldest=f"{float(since) - OVERLAP_S:.6f}", limit=200, cursor=cursor
            )
            for message in page["messages"]:
                kept += await self._keep({"type": "message", **message, "channel": channel})
                if message.get("edited"):  # perhaps a resolution told by an edit
                    edit = {"type": "message", "subtype": "message_changed", "message": message}
                    kept += await self._keep({**edit, "channel": channel, "ts": message["edited"]["ts"]})
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return kept

    async def _keep(self, event: dict[str, Any]) -> bool:
        key = content_key(event)
        by = event.get("message") or event
        if self.me in {by.get("bot_id"), by.get("user")}:
            return False  # our own replies; live, Bolt leaves them out
        envelope = Envelope(self.team, f"history:{key}", "event", event, key, seen_late=True)
        return await self.intake.keep(envelope, self.now())
