"""An answer that grows while a person waits: chat.startStream, appendStream, stopStream; nothing where Slack refuses.

Streamed is what was looked at, while it is looked at, and then the answer once it is verified: never a model's words
before that. Every piece is cut from a whole that has passed the gate, so no secret hides in the seam of two pieces.
After the end the message is edited to what a post would be: whatever broke in between, that is what stands there.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.poster import Later
from bot.store.replies import Due

log = structlog.get_logger()

Body = dict[str, Any]
# this workspace or this app cannot stream: it is not tried again before a restart
NOT_HERE: Final = frozenset(
    """unknown_method missing_scope not_allowed_token_type feature_disabled method_deprecated team_not_found
    missing_recipient_team_id access_denied no_permission""".split()
)
LONGEST_TITLE: Final = 150


class Streams:
    """The streamed messages of one workspace."""

    def __init__(self, client: AsyncWebClient, gate: Callable[[Body], Body]) -> None:
        """Use *client*; every text passes *gate*."""
        self._client = client
        self._gate = gate
        self._team: str | None = None  # empty: this workspace does not stream

    async def start(self, due: Due) -> str | None:
        """Begin a stream for *due* and return its ts; None when it has to be posted instead.

        Raises:
            Later: Slack did not answer, or not in full; it may have begun.
        """
        told = due.wanted.body.get("stream")
        if not told or due.wanted.final or not due.wanted.thread_ts or not await self._allowed():
            return None
        call = {
            "channel": due.wanted.channel,
            "thread_ts": due.wanted.thread_ts,
            "recipient_team_id": self._team,
            "recipient_user_id": told["to"],
            "task_display_mode": "timeline",
            "chunks": await asyncio.to_thread(self._looks, due),
        }
        answer = await self._try("chat.startStream", call)
        return None if answer is None else str(answer["ts"])

    async def grow(self, due: Due, ts: str) -> bool:
        """Show how far the work is; false when *ts* is no open stream, so that it is edited instead."""
        if not due.wanted.body.get("stream") or not await self._allowed():
            return False
        call = {"channel": due.wanted.channel, "ts": ts, "chunks": await asyncio.to_thread(self._looks, due)}
        return await self._try("chat.appendStream", call) is not None

    async def end(self, due: Due, ts: str) -> None:
        """Stream the verified answer and end; the edit that follows sets the message as it stays."""
        place = {"channel": due.wanted.channel, "ts": ts}
        if not await self.grow(due, ts):
            return
        for piece in await asyncio.to_thread(self._said, due):
            if await self._try("chat.appendStream", {**place, "markdown_text": piece}) is None:
                return
        await self._try("chat.stopStream", place)

    async def _allowed(self) -> bool:
        """Say whether there is a workspace to stream to; asked for once, and never again where it is refused."""
        if self._team is None:
            told = await self._try("auth.test", {})
            self._team = str(told["team_id"]) if told else ""
        return bool(self._team)

    async def _try(self, method: str, call: Body) -> Body | None:
        """Return Slack's answer; None when it refuses, for whatever reason: the message is then posted or edited."""
        try:
            answer = await self._client.api_call(method, json=call)
        except (aiohttp.ClientError, TimeoutError) as error:
            why = f"Slack did not answer ({type(error).__name__})"
            raise Later(why, timedelta(seconds=2), unsure=method == "chat.startStream") from error
        except SlackApiError as error:
            data = getattr(error.response, "data", None)
            code = str(data.get("error", "")) if isinstance(data, dict) else ""
            if not code and method == "chat.startStream":
                why = "Slack's answer to a stream was cut"
                raise Later(why, timedelta(seconds=2), unsure=True) from error
            if code in NOT_HERE:
                self._team = ""
            log.info("not_streamed", method=method, why=code or "no error named")
            return None
        data = answer.data
        return data if isinstance(data, dict) else None

    def _looks(self, due: Due) -> list[Body]:
        """Return what was looked at as task chunks; the first one's id is how the message is found after a crash."""
        rows = due.wanted.body["stream"]["looks"]
        return [
            {
                "type": "task_update",
                "id": task_id(due.wanted.key, number),
                "title": self._plain(str(row["title"])),
                "status": row["status"],
            }
            for number, row in enumerate(rows)
        ]

    def _plain(self, text: str) -> str:
        block = {"type": "context", "elements": [{"type": "plain_text", "text": text[:LONGEST_TITLE]}]}
        blocks = self._gate({"text": "", "blocks": [block]})["blocks"]
        return str(blocks[0]["elements"][0]["text"])

    def _said(self, due: Due) -> list[str]:
        """Return the answer in pieces, cut at line ends from the whole that passed the gate."""
        body = due.wanted.body
        whole = "\n\n".join(body["stream"]["say"])
        if not whole:
            return []
        blocks = self._gate({**body, "text": "", "blocks": [{"type": "markdown", "text": whole}]})["blocks"]
        return str(blocks[0]["text"]).splitlines(keepends=True)


def task_id(key: str, number: int) -> str:
    """Return the id of the task card *number* of the reply *key*."""
    return f"{key}#{number}"


def streamed_as(message: Body) -> str:
    """Return the key of the reply that a streamed message is, or nothing."""
    cards = [
        card
        for block in message.get("blocks") or []
        for card in (block.get("tasks") or [block])
        if card.get("type", "task_card") == "task_card"
    ]
    first = next((str(card.get("task_id", "")) for card in cards), "")
    key, mark, _ = first.rpartition("#")
    return key if mark else ""
