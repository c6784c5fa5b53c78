from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.messages.chunk import PlanUpdateChunk, TaskUpdateChunk
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.sandbox.joined import HandClock

TO_ROBIN: dict[str, Any] = {"recipient_user_id": "U0001", "recipient_team_id": "T0001"}


@pytest.fixture
async def thread(sandbox: Sandbox) -> str:
    ts: str = sandbox.post_as("U0001", "C0001", "@IncidentOS investigate")["ts"]
    return ts


async def test_a_stream_grows_a_message_and_ends(
    sandbox: Sandbox, client: AsyncWebClient, thread: str
) -> None:
    stream = await client.chat_stream(
        channel="C0001", thread_ts=thread, task_display_mode="plan", buffer_size=1, **TO_ROBIN
    )
    await stream.append(
        chunks=[PlanUpdateChunk(title="Looking"), TaskUpdateChunk(id="1", title="logs", status="pending")]
    )
    await stream.append(
        chunks=[TaskUpdateChunk(id="1", title="logs", status="complete", output="12 new lines")]
    )
    await stream.append(markdown_text="The pool **ran dry**")
    assert sandbox.message("C0001", str(stream.ts))["streaming"] is True
    await stream.stop(markdown_text=".", blocks=[{"type": "divider"}])
    message = sandbox.message("C0001", str(stream.ts))
    plan, markdown, divider = message["blocks"]
    assert (plan["title"], plan["tasks"][0]["status"]) == ("Looking", "complete")
    assert plan["tasks"][0]["output"]["elements"][0]["elements"][0]["text"] == "12 new lines"
    assert (markdown["text"], divider["type"], "streaming" in message) == (
        "The pool **ran dry**.",
        "divider",
        False,
    )


@pytest.mark.parametrize("missing", ["recipient_user_id", "recipient_team_id"])
async def test_in_channels_a_stream_needs_a_person(client: AsyncWebClient, thread: str, missing: str) -> None:
    with pytest.raises(SlackApiError, match=f"missing_{missing}"):
        await client.chat_startStream(channel="C0001", thread_ts=thread, **(TO_ROBIN | {missing: ""}))


async def test_in_a_direct_message_it_does_not(sandbox: Sandbox, client: AsyncWebClient) -> None:
    place = (await client.conversations_open(users="U0001"))["channel"]["id"]
    asked = sandbox.post_as("U0001", place, "what broke?")["ts"]
    assert (await client.chat_startStream(channel=place, thread_ts=asked, markdown_text="hm"))["ok"]


async def test_a_stream_lives_five_minutes(
    hands: HandClock, sandbox: Sandbox, client: AsyncWebClient, thread: str
) -> None:
    ts = (await client.chat_startStream(channel="C0001", thread_ts=thread, markdown_text="one", **TO_ROBIN))[
        "ts"
    ]
    with pytest.raises(SlackApiError, match="streaming_state_conflict"):
        await client.chat_update(channel="C0001", ts=ts, text="x")
    hands.now += 300
    for call in (client.chat_appendStream, client.chat_stopStream):
        with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
            await call(channel="C0001", ts=ts, markdown_text="two")
    await client.chat_update(channel="C0001", ts=ts, text="the answer, after all")
    assert sandbox.message("C0001", ts)["text"] == "the answer, after all"


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({}, "no_text"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"chunks": [{"type": "task_update", "id": "1", "status": "done"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "shout"}]}, "invalid_chunks"),
    ],
)
async def test_what_a_stream_does_not_take(
    client: AsyncWebClient, thread: str, args: dict[str, Any], error: str
) -> None:
    ts = (await client.chat_startStream(channel="C0001", thread_ts=thread, **TO_ROBIN))["ts"]
    with pytest.raises(SlackApiError, match=error):
        await client.chat_appendStream(channel="C0001", ts=ts, **args)


async def test_a_file_is_uploaded_and_shared(sandbox: Sandbox, client: AsyncWebClient, thread: str) -> None:
    done = await client.files_upload_v2(
        channel="C0001",
        thread_ts=thread,
        filename="report.md",
        content="# what happened",
        initial_comment="The report",
    )
    _, message = sandbox.thread("C0001", thread)
    assert (message["text"], message["files"][0]["name"], message["files"][0]["size"]) == (
        "The report",
        "report.md",
        15,
    )
    assert sandbox.files.by_id[done["file"]["id"]].content == b"# what happened"


async def test_files_that_are_not_there(sandbox: Sandbox, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.files_getUploadURLExternal(filename="a", length=0)
    with pytest.raises(SlackApiError, match="file_too_large"):
        await client.files_getUploadURLExternal(filename="a", length=10**9)
    announced = await client.files_getUploadURLExternal(filename="a", length=3)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(
            files=[{"id": announced["file_id"], "title": "a"}], channel_id="C0001"
        )


async def test_a_status_is_shown_until_the_bot_posts(
    sandbox: Sandbox, client: AsyncWebClient, thread: str
) -> None:
    await client.assistant_threads_setStatus(channel_id="C0001", thread_ts=thread, status="reading logs")
    assert sandbox.statuses.shown == {("C0001", thread): "reading logs"}
    await client.chat_postMessage(channel="C0001", text="done", thread_ts=thread)
    assert sandbox.statuses.shown == {}
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.assistant_threads_setStatus(
            channel_id="C0001", thread_ts=thread, status="x", loading_messages=["y"] * 11
        )


async def test_agent_sessions_are_a_feature_that_may_be_off(client: AsyncWebClient, thread: str) -> None:
    args = {"channel_id": "C0001", "thread_ts": thread, "status": "processing"}
    with pytest.raises(SlackApiError, match="feature_disabled"):
        await client.api_call("agents.sessions.setStatus", json=args)
    async with Sandbox(agent_sessions=True) as other:
        agent = AsyncWebClient(token=other.bot_token, base_url=other.api_url)
        args["thread_ts"] = other.post_as("U0001", "C0001", "hello")["ts"]
        assert (await agent.api_call("agents.sessions.setStatus", json=args))["ok"]
        with pytest.raises(SlackApiError, match="invalid_arguments"):
            await agent.api_call("agents.sessions.setStatus", json=args | {"status": "dancing"})
