from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.directory import InstalledApp
from sandbox.server import Sandbox

Json = dict[str, Any]


async def refused(client: AsyncWebClient, method: str, **args: object) -> Json:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=args)
    body: Json = caught.value.response.data
    return body


async def error_of(client: AsyncWebClient, method: str, **args: object) -> str:
    return str((await refused(client, method, **args))["error"])


async def test_a_posted_message_is_there_with_its_author_and_thread(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    first = await client.chat_postMessage(
        channel="C0001", text="looking at https://grafana.example/d/1 <now> & then"
    )
    reply = await client.chat_postMessage(channel="C0001", text="found it", thread_ts=first["ts"])
    parent, stored = sandbox.thread("C0001", first["ts"])
    assert (parent["user"], parent["bot_id"], parent["app_id"]) == ("U0BOT", "B0BOT", "A0001")
    assert parent["text"] == "looking at <https://grafana.example/d/1> &lt;now&gt; &amp; then"
    assert (parent["reply_count"], parent["latest_reply"]) == (1, reply["ts"])
    assert (stored["thread_ts"], stored["parent_user_id"]) == (first["ts"], "U0BOT")
    assert [each["ts"] for each in sandbox.messages("#alerts")] == [first["ts"]]


async def test_a_broadcast_reply_is_in_the_thread_and_in_the_channel(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    first = await client.chat_postMessage(channel="C0001", text="one")
    reply = await client.chat_postMessage(
        channel="C0001", text="two", thread_ts=first["ts"], reply_broadcast=True
    )
    assert sandbox.message("C0001", reply["ts"])["subtype"] == "thread_broadcast"
    assert [each["ts"] for each in sandbox.messages("C0001")] == [first["ts"], reply["ts"]]


async def test_channels_may_be_named_and_people_written_to(sandbox: Sandbox, client: AsyncWebClient) -> None:
    assert (await client.chat_postMessage(channel="#incidents", text="hello"))["channel"] == "C0002"
    assert (await client.chat_postMessage(channel="U0002", text="hello"))["channel"] == "D0002"


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"text": "x"}, "channel_not_found"),
        ({"channel": "C9999", "text": "x"}, "channel_not_found"),
        ({"channel": "C0003", "text": "x"}, "not_in_channel"),
        ({"channel": "C0001"}, "no_text"),
        ({"channel": "C0001", "text": "  "}, "no_text"),
        ({"channel": "C0001", "text": "", "blocks": []}, "no_text"),
        ({"channel": "C0001", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": "C0001", "text": "x", "thread_ts": "nonsense"}, "thread_not_found"),
        ({"channel": "C0001", "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": "C0001", "text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"channel": "C0001", "attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
        ({"channel": "C0001", "attachments": "no json"}, "invalid_attachments"),
        ({"channel": "C0001", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": "C0001", "markdown_text": "y" * 12_001}, "msg_too_long"),
        (
            {"channel": "C0001", "text": "x", "metadata": {"event_type": "", "event_payload": {}}},
            "invalid_metadata_format",
        ),
        (
            {
                "channel": "C0001",
                "text": "x",
                "metadata": {"event_type": "a", "event_payload": {"b": "c" * 17_000}},
            },
            "metadata_too_large",
        ),
    ],
)
async def test_posts_that_slack_refuses(client: AsyncWebClient, args: Json, error: str) -> None:
    assert await error_of(client, "chat.postMessage", **args) == error


async def test_a_very_long_post_is_cut_and_a_long_update_refused(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C0001", text="x" * 45_000)
    assert len(sandbox.message("C0001", posted["ts"])["text"]) == 40_000
    update = {"channel": "C0001", "ts": posted["ts"]}
    assert await error_of(client, "chat.update", **update, text="x" * 4_001) == "msg_too_long"
    assert (await client.chat_update(**update, text="x" * 4_000))["ok"]


async def test_an_update_keeps_what_it_does_not_name(sandbox: Sandbox, client: AsyncWebClient) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*one*"}}]
    metadata = {"event_type": "stage", "event_payload": {"case": "1"}}
    posted = await client.chat_postMessage(channel="C0001", text="one", blocks=blocks, metadata=metadata)
    await client.chat_update(channel="C0001", ts=posted["ts"], text="two")
    updated = sandbox.message("C0001", posted["ts"])
    assert (updated["text"], updated["blocks"][0]["text"]["text"], updated["metadata"]) == (
        "two",
        "*one*",
        metadata,
    )
    assert updated["edited"]["user"] == "U0BOT"
    await client.chat_update(channel="C0001", ts=posted["ts"], text="three", blocks=[], metadata={})
    assert not {"blocks", "metadata"} & sandbox.message("C0001", posted["ts"]).keys()


async def test_only_own_messages_are_changed(sandbox: Sandbox, client: AsyncWebClient) -> None:
    theirs = sandbox.post_as("U0001", "C0001", "mine")["ts"]
    assert (
        await error_of(client, "chat.update", channel="C0001", ts=theirs, text="x") == "cant_update_message"
    )
    assert await error_of(client, "chat.delete", channel="C0001", ts=theirs) == "cant_delete_message"
    for ts in ("1.000001", "nonsense"):
        assert await error_of(client, "chat.update", channel="C0001", ts=ts, text="x") == "message_not_found"
    own = (await client.chat_postMessage(channel="C0001", text="x"))["ts"]
    assert await error_of(client, "chat.update", channel="C0001", ts=own) == "no_text"


async def test_deleting_a_parent_leaves_a_tombstone_over_its_replies(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    first = (await client.chat_postMessage(channel="C0001", text="one"))["ts"]
    reply = (await client.chat_postMessage(channel="C0001", text="two", thread_ts=first))["ts"]
    await client.chat_delete(channel="C0001", ts=first)
    assert sandbox.message("C0001", first)["subtype"] == "tombstone"
    assert await error_of(client, "chat.update", channel="C0001", ts=first, text="x") == "message_not_found"
    await client.chat_delete(channel="C0001", ts=reply)
    assert [each["ts"] for each in sandbox.thread("C0001", first)] == [first]
    lonely = (await client.chat_postMessage(channel="C0001", text="three"))["ts"]
    await client.chat_delete(channel="C0001", ts=lonely)
    assert (
        await error_of(client, "chat.postMessage", channel="C0001", text="x", thread_ts=lonely)
        == "thread_not_found"
    )


async def test_an_archived_channel_takes_nothing(sandbox: Sandbox, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C0001", text="x"))["ts"]
    sandbox.workspace.archive("C0001")
    for method, args in (
        ("chat.postMessage", {"text": "x"}),
        ("chat.update", {"ts": ts, "text": "y"}),
        ("chat.delete", {"ts": ts}),
        ("chat.postEphemeral", {"user": "U0001", "text": "y"}),
        ("reactions.add", {"timestamp": ts, "name": "eyes"}),
    ):
        assert await error_of(client, method, channel="C0001", **args) == "is_archived"


async def test_ephemeral_messages_are_for_one_person_and_not_stored(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    told = await client.chat_postEphemeral(channel="C0001", user="U0001", text="only you")
    assert sandbox.messages("C0001") == []
    assert sandbox.workspace.seen("C0001", told["message_ts"])["ephemeral_for"] == "U0001"
    assert (
        await error_of(client, "chat.postEphemeral", channel="C0001", user="U9", text="x")
        == "user_not_in_channel"
    )
    assert await error_of(client, "chat.postEphemeral", channel="C0001", user="U0001") == "no_text"


async def test_a_permalink_leads_to_the_message_on_the_page(sandbox: Sandbox, client: AsyncWebClient) -> None:
    first = (await client.chat_postMessage(channel="C0001", text="one"))["ts"]
    reply = (await client.chat_postMessage(channel="C0001", text="two", thread_ts=first))["ts"]
    link = (await client.chat_getPermalink(channel="C0001", message_ts=reply))["permalink"]
    assert link == f"{sandbox.url}/archives/C0001/p{reply.replace('.', '')}?thread_ts={first}&cid=C0001"
    assert (
        await error_of(client, "chat.getPermalink", channel="C0001", message_ts="1.0") == "message_not_found"
    )


async def test_a_name_of_ones_own_needs_its_scope(sandbox: Sandbox, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0001", text="x", username="Pager", icon_emoji=":fire:")
    message = sandbox.message("C0001", posted["ts"])
    assert (message["subtype"], message["username"], "user" in message) == ("bot_message", "Pager", False)
    async with Sandbox(app=InstalledApp(scopes=frozenset({"chat:write"}))) as strict:
        plain = AsyncWebClient(token=strict.bot_token, base_url=strict.api_url)
        body = await refused(plain, "chat.postMessage", channel="C0001", text="x", username="Pager")
        assert (body["error"], body["needed"]) == ("missing_scope", "chat:write.customize")
        assert await error_of(plain, "reactions.add", channel="C0001") == "missing_scope"


async def test_arguments_are_taken_from_query_form_and_json(sandbox: Sandbox, client: AsyncWebClient) -> None:
    await client.api_call("chat.postMessage", params={"channel": "C0001", "text": "query"})
    await client.api_call(
        "chat.postMessage", data={"channel": "C0001", "text": "form", "blocks": '[{"type":"divider"}]'}
    )
    await client.api_call("chat.postMessage", json={"channel": "C0001", "text": "json"})
    await client.api_call("chat.postMessage", http_verb="GET", params={"channel": "C0001", "text": "get"})
    assert [each["text"] for each in sandbox.messages("C0001")] == ["query", "form", "json", "get"]
    assert sandbox.messages("C0001")[1]["blocks"][0]["type"] == "divider"


@pytest.mark.parametrize(
    ("token", "error"),
    [(None, "not_authed"), ("xoxb-wrong", "invalid_auth"), ("app", "not_allowed_token_type")],
)
async def test_tokens_are_checked(sandbox: Sandbox, token: str | None, error: str) -> None:
    used = sandbox.app_token if token == "app" else token
    client = AsyncWebClient(token=used, base_url=sandbox.api_url)
    assert await error_of(client, "auth.test") == error


async def test_a_revoked_token_and_an_unknown_method(sandbox: Sandbox, client: AsyncWebClient) -> None:
    body = await refused(client, "chat.shout", channel="C0001")
    assert (body["error"], body["req_method"]) == ("unknown_method", "chat.shout")
    who = await client.auth_test()
    assert (who["user_id"], who["bot_id"], who["team_id"]) == ("U0BOT", "B0BOT", "T0001")
    sandbox.tokens.revoked.add(sandbox.bot_token)
    assert await error_of(client, "auth.test") == "token_revoked"
