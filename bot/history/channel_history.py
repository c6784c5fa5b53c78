"""A channel's past, thread by thread, newest first, at the pace that Slack bears.

It waits as long as Slack asks and a little between calls, tries again after a cut, and gives up with a line that says
so. It knows no meaning of a message.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_reading import SlackAway, SlackRefuses, read

log = structlog.get_logger()

PAGE = 200
MOST_REPLIES = 1_000
AT_ONCE = 20  # calls before a pace is kept: a small channel is read without waiting
PACE_S = 1.3  # Slack grants about fifty reads a minute, and the bot at work needs some of them
TRIES = 6

MEND = {
    "not_in_channel": "invite the bot to the channel first: /invite @IncidentOS",
    "channel_not_found": "the bot cannot see it: give its id (C…), and invite the bot when it is private",
    "missing_scope": "add the scope to the app and reinstall it",
}

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a channel: its *threads* (root first), how many posts had none, and where the page ends."""

    threads: tuple[tuple[Message, ...], ...]
    alone: int
    upto: str
    """The ts of the oldest post of the page: what follows is older."""


@dataclass
class ChannelHistory:
    """Reads one channel, *page* posts at a time, between *oldest* and *latest* where they are given (ts, exclusive).

    *sleep* is `asyncio.sleep` but for tests.
    """

    client: AsyncWebClient
    channel: str
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    page: int = PAGE
    oldest: str = ""
    latest: str = ""
    _calls: int = field(default=0)

    async def pages(self, before: str = "") -> AsyncIterator[Page]:
        """Return page after page of what is older than the ts *before*, from the newest on.

        Raises:
            SlackRefuses: the channel cannot be read; SlackAway: Slack stays away.
        """
        latest = before or self.latest
        while True:
            ends = {"oldest": self.oldest, "latest": latest}
            bounds = {name: ts for name, ts in ends.items() if ts}
            told = await self._read("conversations.history", limit=self.page, inclusive="false", **bounds)
            messages = told.get("messages") or []
            if not messages:
                return
            roots = [each for each in messages if int(each.get("reply_count") or 0) > 0]
            threads = [await self._thread(root) for root in roots]
            latest = str(messages[-1]["ts"])
            yield Page(tuple(threads), len(messages) - len(roots), latest)
            if not told.get("has_more"):
                return

    async def _thread(self, root: Message) -> tuple[Message, ...]:
        found: list[Message] = []
        cursor = ""
        while len(found) < MOST_REPLIES:
            more = {"cursor": cursor} if cursor else {}
            told = await self._read("conversations.replies", ts=str(root["ts"]), limit=PAGE, **more)
            found += told.get("messages") or []
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return tuple({**root, **found[0]} if number == 0 else each for number, each in enumerate(found)) or (
            root,
        )

    async def _read(self, method: str, **arguments: str | int) -> Mapping[str, Any]:
        """Call once and again: Slack's own wait when it names one.

        Raises:
            SlackRefuses: it says no. SlackAway: it was away at every try.
        """
        self._calls += 1
        if self._calls > AT_ONCE:
            await self.sleep(PACE_S)
        for tried in range(TRIES):
            try:
                return await read(self.client, method, channel=self.channel, **arguments)
            except SlackAway as away:
                if tried == TRIES - 1:
                    raise
                log.info("slack_waits", method=method, seconds=away.wait.total_seconds(), why=str(away))
                await self.sleep(away.wait.total_seconds() * (tried + 1))
        raise AssertionError("unreachable")


def mended(error: Exception) -> str:
    """Return what *error* says, and what to do about it where we know; without a full stop."""
    if isinstance(error, SlackRefuses) and error.code in MEND:
        return f"{error}: {MEND[error.code]}"
    return str(error).rstrip(".")


async def channel_id(client: AsyncWebClient, name: str) -> str:
    """Return the id of the channel *name* ("#incidents" or "incidents"); an id is returned as it is.

    Raises:
        LookupError: no channel of this name can be seen; SlackRefuses, SlackAway: the list cannot be read.
    """
    if name[:1] in {"C", "G"} and name.isalnum() and name.isupper():
        return name
    wanted, cursor = name.removeprefix("#").lower(), ""
    while True:
        more = {"cursor": cursor} if cursor else {}
        told = await _listed(client, more)
        for each in told.get("channels") or []:
            if str(each.get("name", "")).lower() == wanted:
                return str(each["id"])
        cursor = (told.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            raise LookupError(f"no channel #{wanted} that the bot can see")


async def _listed(client: AsyncWebClient, more: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        return await read(
            client, "conversations.list", limit=PAGE, types="public_channel,private_channel", **more
        )
    except SlackRefuses as refusal:
        if refusal.code != "missing_scope":
            raise
        return await read(client, "conversations.list", limit=PAGE, types="public_channel", **more)
