"""How a reply reaches Slack: the leaf that turns outbox rows into Web API calls and Slack's errors into ours.

slack_sdk's own retries are off: it would post twice on a dropped connection. It knows no case.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.guard import Whisper
from bot.importing import Offer
from bot.pictures import Pictures
from bot.plain_words import ATTACHED, shortened, words_of
from bot.poster import Later, Never, Sent
from bot.slack_files import Attached
from bot.slack_stream import Streams, streamed_as
from bot.store.replies import Due

log = structlog.get_logger()

EVENT_TYPE = "incidentos_reply"
MAX_RETRY_AFTER = 600
PICTURE_TRIES = 3  # Slack refuses a message that shows a file until it is done with it
# the place or the permission is gone: trying again cannot help
GONE = frozenset(
    """cannot_reply_to_message cant_update_message channel_not_found edit_window_closed
    is_archived message_not_found not_in_channel restricted_action thread_not_found""".split()
)
# our token is refused: nothing is thrown away, it is all sent when the token is good again
LOCKED_OUT = frozenset(
    "account_inactive invalid_auth missing_scope not_authed token_expired token_revoked".split()
)
TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"})
FINE = frozenset({"already_reacted", "no_reaction"})

Body = dict[str, Any]
Attach = Callable[[str, str, str, str, str], Awaitable[Attached]]  # channel, thread, name, title, text


class SlackWeb:
    """Slack's Web API as the poster needs it. *gate* is the last look at every body before it leaves."""

    def __init__(
        self,
        client: AsyncWebClient,
        gate: Callable[[Body], Body],
        pictures: Pictures | None = None,
        attach: Attach | None = None,
    ) -> None:
        """Use *client* with all of its own retries turned off; without *pictures*, replies are words alone.

        *attach* takes what no message can hold; without it the message says how much is missing.
        """
        client.retry_handlers = []
        self._client = client
        self._gate = gate
        self._pictures = pictures
        self._attach = attach
        self._attached: set[tuple[str, str]] = set()  # of this process: after a restart once more at worst
        self._streams = Streams(client, gate)

    async def post(self, due: Due) -> Sent:
        """Post it, as a stream when it is one and Slack allows it."""
        if ts := await self._streams.start(due):
            return Sent(ts, whole=True)
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": due.wanted.key}}
        call = {
            "channel": due.wanted.channel,
            "thread_ts": due.wanted.thread_ts,
            "metadata": metadata,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        answer, whole = await self._show("chat.postMessage", call, due)
        return Sent(str(answer["ts"]), whole)

    async def edit(self, due: Due, ts: str) -> Sent:
        """Change the message *ts*; a stream grows, and is ended by its final state."""
        if due.wanted.final:
            await self._streams.end(due, ts)
        elif await self._streams.grow(due, ts):
            return Sent(ts, whole=True)
        _, whole = await self._show("chat.update", {"channel": due.wanted.channel, "ts": ts}, due)
        return Sent(ts, whole)

    async def _show(self, method: str, call: Body, due: Due) -> tuple[Body, bool]:
        """Send the body with its picture; without it while there is none or Slack is not done with the file.

        A message that Slack finds too long is shown as its text alone. Also returns whether all of it is shown.
        """
        # the gate gives the interpreter away hundreds of times: a loop would wait for each of them
        body = await asyncio.to_thread(self._gate, dict(due.wanted.body))
        data = due.wanted.body.get("picture")
        picture = await self._pictures.block(data) if data and self._pictures else None
        whole = not data or self._pictures is None or due.tries >= PICTURE_TRIES
        if picture is not None:
            first, *rest = due.wanted.body["blocks"]
            try:
                shown = {**due.wanted.body, "blocks": [first, picture, *rest]}
                pictured = await asyncio.to_thread(self._gate, shown)
                return await self._call(method, {**call, **pictured}), True
            except _TooLong:
                log.info("picture_not_shown_yet", key=due.wanted.key)
        elif data and self._pictures and not self._pictures.coming(data):
            whole = True
        try:
            answer = await self._call(method, {**call, **body})
        except _TooLong:
            return await self._call(method, {**call, **await self._in_words(due, body)}), whole
        if len(body["blocks"]) < len(
            due.wanted.body["blocks"]
        ):  # the gate has left some out, and says how many
            await self._attached_whole(due, body["text"])
        return answer, whole

    async def _in_words(self, due: Due, body: Body) -> Body:
        """Return a body whose blocks Slack refuses as words alone; what is too much for one message is attached."""
        words = words_of(body["blocks"]) or body["text"]
        text = shortened(words)
        left_out = text != words or len(body["blocks"]) < len(due.wanted.body["blocks"])
        if left_out and await self._attached_whole(due, body["text"]):
            text += ATTACHED
        return {"text": text, "blocks": []}

    async def _attached_whole(self, due: Due, title: str) -> bool:
        """Attach all words of a reply that stays as it is to its thread, once; say whether they are there."""
        place, words = due.wanted, words_of(due.wanted.body["blocks"])
        if not place.final or not place.thread_ts or self._attach is None:
            return False
        mark = (place.key, words)
        if mark not in self._attached:
            name = f"{place.key.replace(':', '-')}.txt"
            done = await self._attach(place.channel, place.thread_ts, name, title[:100], words)
            if done.id:
                self._attached.add(mark)
        return mark in self._attached

    async def find(self, due: Due) -> str | None:
        """Look for our own post of this key by its metadata, or by the first card of a stream."""
        place = due.wanted
        call: Body = {"channel": place.channel, "include_all_metadata": True, "limit": 200}
        if place.thread_ts:
            answer = await self._call("conversations.replies", {**call, "ts": place.thread_ts})
        else:
            answer = await self._call("conversations.history", call)
        for message in answer["messages"]:
            metadata = message.get("metadata") or {}
            if place.key in {(metadata.get("event_payload") or {}).get("key"), streamed_as(message)}:
                return str(message["ts"])
        return None

    async def react(self, due: Due, ts: str) -> None:
        """Put a reaction on *ts*."""
        call = {"channel": due.wanted.channel, "timestamp": ts, "name": due.wanted.body["name"]}
        await self._call("reactions.add", call)

    async def _call(self, method: str, arguments: Body) -> Body:
        given = {key: value for key, value in arguments.items() if value is not None}
        reads = method.startswith("conversations.")
        try:
            answer = await self._client.api_call(
                method,
                http_verb="GET" if reads else "POST",
                **({"params": given} if reads else {"json": given}),
            )
        except SlackApiError as error:
            return _refused(error)
        except (aiohttp.ClientError, TimeoutError) as error:
            # the request may have arrived before the connection died
            why = f"Slack did not answer ({type(error).__name__})"
            raise Later(why, timedelta(seconds=2), unsure=not reads) from error
        data = answer.data
        if not isinstance(data, dict):
            why = "Slack answered something that is not its API"
            raise Later(why, timedelta(seconds=5), unsure=True)
        return data


class _TooLong(Exception):
    """Slack finds the message too long or its blocks odd."""


def _refused(error: SlackApiError) -> Body:
    response = error.response
    if not isinstance(response, AsyncSlackResponse):  # cut in the middle: the SDK hands over the raw answer
        raise Later("Slack's answer was cut", timedelta(seconds=2), unsure=True) from error
    data = response.data if isinstance(response.data, dict) else {}
    code = str(data.get("error", "")) or f"HTTP {response.status_code}"
    if code in FINE:
        return data
    if code in TOO_LONG:
        raise _TooLong(code) from error
    if code in GONE:
        raise Never(code) from error
    if code in LOCKED_OUT:
        raise Later(code, timedelta(seconds=60), locked_out=True) from error
    raise Later(code, _wait(response.headers), unsure=response.status_code >= 500) from error


def _wait(headers: dict[str, Any]) -> timedelta:
    """Read Retry-After, whatever it says: seconds, capped; nonsense counts as a short wait."""
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        asked = float(said)
    except (TypeError, ValueError):
        asked = 2.0
    return timedelta(seconds=min(max(asked, 1.0), MAX_RETRY_AFTER))


def unpost_through(client: AsyncWebClient) -> Callable[[str, str], Awaitable[None]]:
    """Return how to take one of our own messages back; one that Slack keeps is logged."""

    async def unpost(channel: str, ts: str) -> None:
        try:
            await client.chat_delete(channel=channel, ts=ts)
        except (SlackApiError, aiohttp.ClientError, OSError) as error:
            log.warning("post_not_deleted", channel=channel, ts=ts, why=str(error))

    return unpost


def whisper_through(client: AsyncWebClient, gate: Callable[[Body], Body]) -> Whisper:
    """Return how to show a text to one person in a channel; when Slack does not take it, nobody is told."""

    async def whisper(channel: str, user: str, text: str, named: Sequence[str] = ()) -> None:
        await _shown(client, channel, user, gate({"text": text, "blocks": [], "mentions": list(named)}))

    return whisper


def offer_through(client: AsyncWebClient, gate: Callable[[Body], Body]) -> Offer:
    """Return how to show one person a text or, in its place, blocks; as `whisper_through`."""

    async def offer(channel: str, user: str, text: str, blocks: list[Body]) -> None:
        await _shown(client, channel, user, gate({"text": text, "blocks": blocks}))

    return offer


async def _shown(client: AsyncWebClient, channel: str, user: str, body: Body) -> None:
    blocks = {"blocks": body["blocks"]} if body["blocks"] else {}
    try:
        await client.chat_postEphemeral(channel=channel, user=user, text=body["text"], **blocks)
    except (SlackApiError, aiohttp.ClientError, OSError) as error:
        log.warning("refusal_not_told", user=user, why=str(error))
