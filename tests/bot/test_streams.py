"""Answers that stream: what is looked at, then the verified answer; once, redacted, and posted where Slack refuses."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.door import door
from bot.poster import Poster
from bot.slack_web import SlackWeb
from bot.store.replies import Replies, Wanted
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.conftest import Clock
from tools.redact import redact

CHANNEL, KEY = "C0001", "INC-1:answer:1.2"
SECRET = "AKIA" + "IOSFODNN7EXAMPLE"
LOOKS = [{"title": "Reading 3 pieces of evidence", "status": "in_progress"}]
DONE = [{"title": "Reading 3 pieces of evidence", "status": "complete"}]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def root(sandbox: Sandbox) -> str:
    return str(sandbox.post_as("U0001", CHANNEL, "why?")["ts"])


@pytest.fixture
async def poster(engine: AsyncEngine, sandbox: Sandbox, clock: Clock) -> Poster:
    return joined(engine, sandbox, clock)


def joined(engine: AsyncEngine, sandbox: Sandbox, clock: Clock) -> Poster:
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    gate = door(frozenset(), redact)
    return Poster(Replies(engine), SlackWeb(client, gate), clock)


def looking(root: str, looks: list[dict[str, str]] | None = None) -> Wanted:
    body = {"text": "looking", "blocks": [], "stream": {"to": "U0001", "looks": looks or LOOKS, "say": []}}
    return Wanted(KEY, "answer:1.2", CHANNEL, root, body)


def answered(root: str, *lines: str) -> Wanted:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(lines)}}]
    body = {"text": lines[0], "blocks": blocks, "stream": {"to": "U0001", "looks": DONE, "say": list(lines)}}
    return Wanted(KEY, "answer:1.2", CHANNEL, root, body, final=True)


def ours(sandbox: Sandbox, root: str) -> list[dict[str, Any]]:
    return [message for message in sandbox.thread(CHANNEL, root)[1:] if message.get("bot_id")]


async def test_an_answer_streams_and_ends_as_the_message_that_stays(
    poster: Poster, sandbox: Sandbox, clock: Clock, root: str
) -> None:
    await poster.replies.want([looking(root)], clock())
    await poster.send_due()
    (growing,) = ours(sandbox, root)
    assert growing["streaming"] and "Reading 3 pieces" in str(growing["blocks"])
    await poster.replies.want([answered(root, "store waits for a connection", "the pool is dry")], clock())
    await poster.send_due()
    (stays,) = ours(sandbox, root)
    assert stays["ts"] == growing["ts"] and not stays.get("streaming")
    assert [block["type"] for block in stays["blocks"]] == ["section"]
    pieces = [call.args.get("markdown_text") for call in sandbox.calls_of("chat.appendStream")]
    assert [piece.strip() for piece in pieces if piece and piece.strip()] == [
        "store waits for a connection",
        "the pool is dry",
    ]


async def test_no_secret_leaves_in_any_piece(
    poster: Poster, sandbox: Sandbox, clock: Clock, root: str
) -> None:
    hidden = [{"title": f"Looked: {SECRET}", "status": "complete"}]
    await poster.replies.want([looking(root, hidden)], clock())
    await poster.send_due()
    await poster.replies.want(
        [answered(root, f"the key {SECRET} is refused", "<!channel> read this")], clock()
    )
    await poster.send_due()
    sent = [
        str(call.args)
        for method in ("startStream", "appendStream", "stopStream")
        for call in sandbox.calls_of(f"chat.{method}")
    ]
    assert len(sent) >= 4
    assert not [args for args in sent if SECRET in args or "<!channel>" in args]


@pytest.mark.parametrize("error", ["unknown_method", "missing_scope", "channel_type_not_supported"])
async def test_where_slack_refuses_streams_the_answer_is_posted(
    poster: Poster, sandbox: Sandbox, clock: Clock, root: str, error: str
) -> None:
    sandbox.faults.add(Fault(method="chat.startStream", kind="error", error=error))
    await poster.replies.want([looking(root)], clock())
    await poster.send_due()
    await poster.replies.want([answered(root, "the disk is full")], clock())
    await poster.send_due()
    (stays,) = ours(sandbox, root)
    assert "the disk is full" in str(stays["blocks"]) and not stays.get("streaming")


async def test_a_stream_that_began_before_a_crash_is_found_and_not_begun_again(
    engine: AsyncEngine, poster: Poster, sandbox: Sandbox, clock: Clock, root: str
) -> None:
    await poster.replies.want([looking(root)], clock())
    (due,) = await poster.replies.due(clock())
    await poster.slack.post(due)  # and the process dies before it can note the ts
    again = joined(engine, sandbox, clock)
    clock.pass_(seconds=61)
    await again.replies.want([answered(root, "the disk is full")], clock())
    await again.send_due()
    (stays,) = ours(sandbox, root)
    assert "the disk is full" in str(stays["blocks"]) and not stays.get("streaming")
    assert len(sandbox.calls_of("chat.startStream")) == 1


async def test_a_stream_that_slack_ended_is_edited(
    poster: Poster, sandbox: Sandbox, clock: Clock, root: str
) -> None:
    await poster.replies.want([looking(root)], clock())
    await poster.send_due()
    (growing,) = ours(sandbox, root)
    slack = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    await slack.chat_stopStream(channel=CHANNEL, ts=growing["ts"])
    await poster.replies.want([answered(root, "the disk is full")], clock())
    await poster.send_due()
    (stays,) = ours(sandbox, root)
    assert "the disk is full" in str(stays["blocks"])
