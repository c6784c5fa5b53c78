"""Incoming webhooks and response urls: the two places where plain HTTP posts become messages.

A webhook's post becomes a classic bot message: `subtype` bot_message, `bot_id`, `username`, no `user`. Slack
answers both in plain text: `ok`, or the error's name with a 4xx.
"""

import json
from http import HTTPStatus

from aiohttp import web

from sandbox import mrkdwn
from sandbox.blocks import checked_blocks
from sandbox.interactions import Interactions
from sandbox.modals import with_ids
from sandbox.web_api_chat import MOST_TEXT, checked_attachments, say_something
from sandbox.wire import JsonObject, SlackError
from sandbox.workspace import Workspace

_STATUS = {
    "no_service": HTTPStatus.NOT_FOUND,
    "channel_not_found": HTTPStatus.NOT_FOUND,
    "invalid_url": HTTPStatus.NOT_FOUND,
    "used_url": HTTPStatus.NOT_FOUND,
    "expired_url": HTTPStatus.NOT_FOUND,
    "is_archived": HTTPStatus.GONE,
}


def post_webhook(workspace: Workspace, path: str, payload: JsonObject) -> JsonObject:
    """Post what a webhook's sender sent, and return the message; SlackError: no_service, no_text, invalid_blocks, ...

    `channel`, `username` and `icon_emoji` of the sender are ignored, as they are for webhooks of modern apps.
    """
    hook = workspace.webhooks.get(path)
    if hook is None:
        raise SlackError("no_service")
    draft: JsonObject = {"subtype": "bot_message", "bot_id": hook.bot_id, "username": hook.username}
    found = webhook_content(payload)
    say_something(found)
    return workspace.post(hook.channel, {**draft, "text": "", **found}, payload.get("thread_ts"))


def webhook_content(payload: JsonObject) -> JsonObject:
    """Return text, attachments and blocks of a sender's payload, checked and as Slack stores them."""
    found: JsonObject = {}
    if payload.get("text") is not None:
        found["text"] = mrkdwn.received(str(payload["text"])[:MOST_TEXT])
    if payload.get("attachments"):
        found["attachments"] = checked_attachments(_objects(payload["attachments"], "invalid_attachments"))
    if payload.get("blocks"):
        found["blocks"] = with_ids(
            checked_blocks(_objects(payload["blocks"], "invalid_blocks_format"), "message")
        )
    return found


def _objects(value: object, error: str) -> list[JsonObject]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise SlackError(error)
    return value


class PlainPosts:
    """Answers POST /services/... and POST /response/..."""

    def __init__(self, workspace: Workspace, interactions: Interactions) -> None:
        self._workspace = workspace
        self._interactions = interactions

    async def webhook(self, request: web.Request) -> web.Response:
        """Take a post to an incoming webhook."""
        try:
            post_webhook(self._workspace, request.match_info["path"], await _payload(request))
        except SlackError as refused:
            return _refusal(refused)
        return web.Response(text="ok")

    async def response(self, request: web.Request) -> web.Response:
        """Take a post to a response url."""
        try:
            self._interactions.respond(request.match_info["key"], await _payload(request))
        except SlackError as refused:
            return _refusal(refused)
        return web.Response(text="ok")


async def _payload(request: web.Request) -> JsonObject:
    text = await request.text()
    if request.content_type == "application/x-www-form-urlencoded":
        text = str((await request.post()).get("payload", ""))
    try:
        payload = json.loads(text)
    except ValueError as bad:
        raise SlackError("invalid_payload") from bad
    if not isinstance(payload, dict):
        raise SlackError("invalid_payload")
    return payload


def _refusal(refused: SlackError) -> web.Response:
    return web.Response(status=_STATUS.get(refused.error, HTTPStatus.BAD_REQUEST), text=refused.error)
