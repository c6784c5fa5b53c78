import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.directory import InstalledApp
from sandbox.server import Sandbox


def says(sandbox: Sandbox, number: int) -> list[str]:
    return [sandbox.post_as("U0001", "C0001", f"m{each}")["ts"] for each in range(number)]


async def test_history_comes_in_pages_newest_first(sandbox: Sandbox, client: AsyncWebClient) -> None:
    stamps = says(sandbox, 25)
    read: list[str] = []
    cursor: str | None = None
    while cursor != "":
        page = await client.conversations_history(channel="C0001", limit=10, cursor=cursor)
        read += [each["ts"] for each in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"] if page["has_more"] else ""
        assert page["has_more"] is bool(cursor)
        says(sandbox, 1)  # what arrives meanwhile does not shift the pages
    assert read == stamps[::-1]


@pytest.mark.parametrize(("inclusive", "expected"), [(False, slice(3, 6)), (True, slice(2, 7))])
async def test_history_between_two_stamps(
    sandbox: Sandbox, client: AsyncWebClient, inclusive: bool, expected: slice
) -> None:
    stamps = says(sandbox, 10)
    found = await client.conversations_history(
        channel="C0001", oldest=stamps[2], latest=stamps[6], inclusive=inclusive
    )
    assert [each["ts"] for each in found["messages"]] == stamps[expected][::-1]


async def test_history_leaves_replies_out_and_metadata_unless_asked(
    sandbox: Sandbox, client: AsyncWebClient
) -> None:
    metadata = {"event_type": "stage", "event_payload": {"outbox": 7}}
    first = (await client.chat_postMessage(channel="C0001", text="one", metadata=metadata))["ts"]
    await client.chat_postMessage(channel="C0001", text="two", thread_ts=first, metadata=metadata)
    (top,) = (await client.conversations_history(channel="C0001"))["messages"]
    assert (top["ts"], top["reply_count"], "metadata" in top) == (first, 1, False)
    full = await client.conversations_replies(channel="C0001", ts=first, include_all_metadata=True)
    assert [each["metadata"] for each in full["messages"]] == [metadata, metadata]
    (asked,) = (await client.conversations_history(channel="C0001", include_all_metadata=True))["messages"]
    assert asked["metadata"] == metadata


async def test_replies_come_in_pages_after_the_parent(sandbox: Sandbox, client: AsyncWebClient) -> None:
    first = sandbox.post_as("U0001", "C0001", "parent")["ts"]
    replies = [sandbox.post_as("U0002", "C0001", f"r{each}", first)["ts"] for each in range(5)]
    page = await client.conversations_replies(channel="C0001", ts=first, limit=3)
    assert [each["ts"] for each in page["messages"]] == [first, *replies[:3]]
    rest = await client.conversations_replies(
        channel="C0001", ts=first, limit=3, cursor=page["response_metadata"]["next_cursor"]
    )
    assert [each["ts"] for each in rest["messages"]] == replies[3:]
    since = await client.conversations_replies(channel="C0001", ts=first, oldest=replies[3])
    assert [each["ts"] for each in since["messages"]] == [first, replies[4]]
    of_a_reply = await client.conversations_replies(channel="C0001", ts=replies[2])
    assert of_a_reply["messages"][0]["ts"] == first


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("conversations.history", {"channel": "C9"}, "channel_not_found"),
        ("conversations.history", {"channel": "C0003"}, "not_in_channel"),
        ("conversations.history", {"channel": "C0001", "oldest": "x"}, "invalid_ts_oldest"),
        ("conversations.history", {"channel": "C0001", "latest": "x"}, "invalid_ts_latest"),
        ("conversations.history", {"channel": "C0001", "cursor": "x"}, "invalid_cursor"),
        ("conversations.history", {"channel": "C0001", "limit": "1000"}, "invalid_limit"),
        ("conversations.replies", {"channel": "C0001", "ts": "1.0"}, "thread_not_found"),
        ("conversations.replies", {"channel": "C0001"}, "thread_not_found"),
        ("conversations.list", {"types": "secret_channel"}, "invalid_types"),
        ("conversations.open", {}, "invalid_arguments"),
        ("conversations.open", {"users": "U9"}, "user_not_found"),
        ("users.conversations", {"user": "U9"}, "user_not_found"),
    ],
)
async def test_questions_that_slack_refuses(
    client: AsyncWebClient, method: str, args: dict[str, str], error: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, http_verb="GET", params=args)
    assert caught.value.response["error"] == error


async def test_channels_are_listed_as_the_bot_may_see_them(sandbox: Sandbox, client: AsyncWebClient) -> None:
    sandbox.workspace.create_channel("secret", members={"U0001"}, is_private=True)
    own = sandbox.workspace.create_channel("war-room", members={"U0001", "U0BOT"}, is_private=True)
    both = await client.conversations_list(types="public_channel,private_channel")
    assert [each["name"] for each in both["channels"]] == ["alerts", "incidents", "random", "war-room"]
    assert [each["is_member"] for each in both["channels"]] == [True, True, False, True]
    pages = await client.conversations_list(limit=2)
    assert pages["response_metadata"]["next_cursor"]
    sandbox.workspace.archive("C0002")
    live = await client.conversations_list(exclude_archived=True)
    assert [each["name"] for each in live["channels"]] == ["alerts", "random"]
    mine = await client.users_conversations(types="public_channel,private_channel")
    assert [each["name"] for each in mine["channels"]] == ["alerts", "incidents", "war-room"]
    assert (await client.conversations_info(channel=own.id))["channel"]["is_private"] is True
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.conversations_info(channel="C0004")


async def test_joining_and_members(sandbox: Sandbox, client: AsyncWebClient) -> None:
    assert (await client.conversations_join(channel="C0003"))["channel"]["is_member"]
    assert (await client.conversations_join(channel="C0003"))["warning"] == "already_in_channel"
    assert (await client.conversations_members(channel="C0003"))["members"] == [
        "U0001",
        "U0002",
        "U0003",
        "U0BOT",
    ]
    assert sandbox.messages("C0003")[-1]["subtype"] == "channel_join"


async def test_a_direct_message_is_opened_once(sandbox: Sandbox, client: AsyncWebClient) -> None:
    first = (await client.conversations_open(users="U0002", return_im=True))["channel"]
    assert (first["id"], first["is_im"], first["user"]) == ("D0002", True, "U0002")
    assert (await client.conversations_open(users=["U0002"]))["channel"]["id"] == "D0002"


async def test_reading_private_channels_needs_its_own_scope() -> None:
    app = InstalledApp(scopes=frozenset({"channels:history", "channels:read"}))
    async with Sandbox(app=app) as sandbox:
        room = sandbox.workspace.create_channel("war-room", members={"U0BOT"}, is_private=True)
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        with pytest.raises(SlackApiError) as caught:
            await client.conversations_history(channel=room.id)
        assert caught.value.response["needed"] == "groups:history"
        with pytest.raises(SlackApiError, match="missing_scope"):
            await client.conversations_list(types="private_channel")


async def test_people_bots_and_groups(sandbox: Sandbox, client: AsyncWebClient) -> None:
    assert (await client.users_info(user="U0002"))["user"]["real_name"] == "Sam Rivera"
    assert (await client.users_info(user="U0BOT"))["user"]["is_bot"] is True
    assert (await client.bots_info(bot="B0BOT"))["bot"]["user_id"] == "U0BOT"
    assert (await client.bots_info(bot="B0001"))["bot"]["name"] == "Alertmanager"
    sandbox.post_as_app("C0001", {"text": "incident"}, name="PagerDuty", number=42)
    assert (await client.bots_info(bot="B0042"))["bot"]["name"] == "PagerDuty"
    assert (await client.usergroups_users_list(usergroup="S0001"))["users"] == ["U0002", "U0003"]
    for method, args, error in (
        ("users.info", {"user": "U9"}, "user_not_found"),
        ("bots.info", {"bot": "B9"}, "bot_not_found"),
        ("usergroups.users.list", {"usergroup": "S9"}, "no_such_subteam"),
    ):
        with pytest.raises(SlackApiError, match=error):
            await client.api_call(method, params=args)


async def test_reactions_are_added_read_and_taken_back(sandbox: Sandbox, client: AsyncWebClient) -> None:
    ts = sandbox.post_as("U0001", "C0001", "alert")["ts"]
    where = {"channel": "C0001", "timestamp": ts}
    await client.reactions_add(**where, name="white_check_mark")
    sandbox.react("C0001", ts, "white_check_mark", user="U0002")
    await client.reactions_add(**where, name="large_yellow_circle")
    found = (await client.reactions_get(**where))["message"]["reactions"]
    assert [(each["name"], each["count"]) for each in found] == [
        ("white_check_mark", 2),
        ("large_yellow_circle", 1),
    ]
    for method, name, error in (
        (client.reactions_add, "white_check_mark", "already_reacted"),
        (client.reactions_remove, "eyes", "no_reaction"),
        (client.reactions_add, "white check", "invalid_name"),
        (client.reactions_add, "no_such_emoji_name", "invalid_name"),
    ):
        with pytest.raises(SlackApiError, match=error):
            await method(**where, name=name)
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.reactions_add(channel="C0001", timestamp="1.0", name="eyes")
    with pytest.raises(SlackApiError, match="no_item_specified"):
        await client.reactions_add(channel="C0001", name="eyes", timestamp="")
    await client.reactions_remove(**where, name="large_yellow_circle")
    assert [each["name"] for each in sandbox.message("C0001", ts)["reactions"]] == ["white_check_mark"]


async def test_a_message_bears_only_so_many_reactions(sandbox: Sandbox, client: AsyncWebClient) -> None:
    ts = sandbox.post_as("U0001", "C0001", "alert")["ts"]
    sandbox.workspace.emoji.custom |= {f"own{each}" for each in range(24)}
    for number in range(23):
        await client.reactions_add(channel="C0001", timestamp=ts, name=f"own{number}")
    with pytest.raises(SlackApiError, match="too_many_reactions"):
        await client.reactions_add(channel="C0001", timestamp=ts, name="own23")
