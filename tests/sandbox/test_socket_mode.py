import json
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.directory import InstalledApp
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.sandbox.joined import Joined

Json = dict[str, Any]


async def opened(sandbox: Sandbox) -> str:
    client = AsyncWebClient(base_url=sandbox.api_url)
    return str((await client.apps_connections_open(app_token=sandbox.app_token))["url"])


async def test_hello_says_how_many_are_connected_and_a_ticket_is_good_once(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        url = await opened(sandbox)
        async with session.ws_connect(url) as first, session.ws_connect(await opened(sandbox)) as second:
            hellos = [json.loads(await each.receive_str()) for each in (first, second)]
            assert [each["num_connections"] for each in hellos] == [1, 2]
            assert hellos[0]["connection_info"] == {"app_id": "A0001"}
            assert hellos[0]["debug_info"]["approximate_connection_time"] > 0
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(url)


async def test_an_eleventh_connection_is_sent_away(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        held = [await session.ws_connect(await opened(sandbox)) for _ in range(10)]
        async with session.ws_connect(await opened(sandbox)) as one_too_many:
            told = json.loads(await one_too_many.receive_str())
            assert (told["type"], told["reason"]) == ("disconnect", "too_many_websockets")
            assert (await one_too_many.receive()).type is aiohttp.WSMsgType.CLOSE
        assert len(sandbox.socket) == 10
        for each in held:
            await each.close()


async def test_pings_are_answered(sandbox: Sandbox) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(await opened(sandbox), autoping=False) as link,
    ):
        await link.receive_str()
        await link.ping(b"there?")
        answer = await link.receive()
        assert (answer.type, bytes(answer.data)) == (aiohttp.WSMsgType.PONG, b"there?")


async def test_a_mention_is_told_twice_with_one_stamp(sandbox: Sandbox, bot: Joined) -> None:
    said = sandbox.post_as("U0001", "C0001", "@IncidentOS investigate checkout & co")
    await sandbox.wait_for(lambda: len(bot.heard) == 2)
    assert {each["type"] for each in bot.events} == {"message", "app_mention"}
    assert {each["ts"] for each in bot.events} == {said["ts"]}
    assert len({each["event_id"] for each in bot.heard}) == 2
    (message,) = (each for each in bot.events if each["type"] == "message")
    assert (message["text"], message["user"]) == ("<@U0BOT> investigate checkout &amp; co", "U0001")
    assert message["channel_type"] == "channel"
    assert message["blocks"][0]["elements"][0]["elements"][0] == {"type": "user", "user_id": "U0BOT"}
    body = bot.heard[0]
    assert (body["team_id"], body["api_app_id"], body["type"]) == ("T0001", "A0001", "event_callback")
    assert body["authorizations"][0]["user_id"] == "U0BOT"


async def test_an_alert_of_a_webhook_is_a_classic_bot_message(sandbox: Sandbox, bot: Joined) -> None:
    sandbox.post_webhook({
        "channel": "#elsewhere", "username": "Someone",
        "attachments": [{"title": "[FIRING:1] X", "text": "", "color": "danger", "fallback": "X | http://am.example/#/"}],
    })  # fmt: skip
    await sandbox.wait_for(lambda: bot.heard)
    (event,) = bot.events
    assert (event["subtype"], event["bot_id"], event["username"]) == ("bot_message", "B0001", "Alertmanager")
    assert (event["channel"], event["text"], "user" in event) == ("C0001", "", False)
    (attachment,) = event["attachments"]
    assert attachment == {
        "id": 1, "title": "[FIRING:1] X", "color": "a30200", "fallback": "X | <http://am.example/#/>",
    }  # fmt: skip


async def test_edits_deletions_reactions_and_comings_are_told(sandbox: Sandbox, bot: Joined) -> None:
    alert = sandbox.post_webhook({"attachments": [{"title": "[FIRING:1] X", "color": "danger"}]})
    sandbox.edit_message("C0001", alert["ts"], {"attachments": [{"title": "[RESOLVED] X", "color": "good"}]})
    said = sandbox.post_as("U0001", "C0001", "on it")
    sandbox.react("C0001", said["ts"], "eyes", user="U0002")
    sandbox.unreact("C0001", said["ts"], "eyes", user="U0002")
    sandbox.react("C0001", alert["ts"], "checkered_flag")
    sandbox.delete_message("C0001", said["ts"])
    sandbox.workspace.leave("C0001", "U0003")
    sandbox.workspace.join("C0001", "U0003")
    sandbox.open_home()
    await sandbox.settled()
    told = {
        each.get("subtype") or each["type"]: each
        for each in bot.events
        if each["type"] != "message" or "subtype" in each
    }
    changed = told["message_changed"]
    assert changed["message"]["attachments"][0]["title"] == "[RESOLVED] X"
    assert changed["previous_message"]["attachments"][0]["title"] == "[FIRING:1] X"
    assert changed["message"]["ts"] == alert["ts"] != changed["ts"]
    assert changed["message"]["edited"]["user"] == "B0001"
    assert (told["message_deleted"]["deleted_ts"], told["message_deleted"]["hidden"]) == (said["ts"], True)
    first, flag = (each for each in bot.events if each["type"] == "reaction_added")
    assert (first["item_user"], first["item"]["ts"], first["user"]) == ("U0001", said["ts"], "U0002")
    assert (flag["reaction"], "item_user" in flag) == ("checkered_flag", False)
    assert told["reaction_removed"]["reaction"] == "eyes"
    assert told["member_left_channel"]["user"] == told["member_joined_channel"]["user"] == "U0003"
    assert (told["app_home_opened"]["tab"], told["app_home_opened"]["channel"]) == ("home", "D0001")


async def test_an_unfurl_changes_a_message_without_an_edit(sandbox: Sandbox, bot: Joined) -> None:
    said = sandbox.post_as("U0001", "C0001", "see https://grafana.example/d/1")
    preview = {"attachments": [{"from_url": "https://grafana.example/d/1", "title": "Checkout"}]}
    sandbox.edit_message("C0001", said["ts"], preview, unfurl=True)
    await sandbox.wait_for(lambda: len(bot.heard) == 2)
    (changed,) = (each for each in bot.events if each.get("subtype") == "message_changed")
    assert (changed["message"]["text"], "edited" in changed["message"]) == (said["text"], False)
    assert changed["message"]["attachments"][0]["from_url"] == "https://grafana.example/d/1"


async def test_the_bots_own_doings_are_told_and_bolt_leaves_them_out(sandbox: Sandbox, bot: Joined) -> None:
    posted = await bot.client.chat_postMessage(channel="C0001", text="hello")
    await bot.client.reactions_add(channel="C0001", timestamp=posted["ts"], name="eyes")
    await sandbox.settled()
    assert [each.payload["event"]["type"] for each in sandbox.envelopes] == ["message", "reaction_added"]
    assert all(each.acked_at is not None for each in sandbox.envelopes)
    assert bot.heard == []


async def test_only_what_is_subscribed_and_seen_is_told() -> None:
    app = InstalledApp(events=frozenset({"app_mention"}))
    async with Sandbox(app=app) as sandbox:
        sandbox.post_as("U0001", "C0003", "@IncidentOS where the bot is not")
        sandbox.post_as("U0001", "C0001", "no mention")
        assert sandbox.delivery.unsettled == 0
        sandbox.post_as("U0001", "C0001", "@IncidentOS hello")
        assert sandbox.delivery.unsettled == 1


async def test_an_event_that_nobody_acks_comes_again_with_the_same_id(
    sandbox: Sandbox, bot: Joined, impatient: None
) -> None:
    sandbox.faults.add(Fault(envelope="events_api", kind="drop", times=2))
    sandbox.post_as("U0001", "C0001", "alert")
    await sandbox.wait_for(lambda: bot.heard)
    attempts = list(sandbox.envelopes)[:3]
    assert [(each.attempt, each.reason) for each in attempts] == [(0, ""), (1, "timeout"), (2, "timeout")]
    assert len({each.id for each in attempts}) == 3
    assert len({each.event_id for each in attempts}) == 1
    assert bot.retries[0] == ("2", "timeout")


async def test_after_three_retries_an_event_is_given_up(sandbox: Sandbox, bot: Joined) -> None:
    sandbox.delivery.timing = replace(
        sandbox.delivery.timing, ack_timeout=0.02, retry_delays=(0.0, 0.01, 0.01)
    )
    sandbox.socket.deafen()
    sandbox.post_as("U0001", "C0001", "alert")
    await sandbox.wait_for(lambda: sandbox.delivery.lost)
    assert [each.attempt for each in sandbox.envelopes] == [0, 1, 2, 3]
    assert sandbox.delivery.unsettled == 0


async def test_what_is_said_while_nobody_is_connected_comes_when_they_are_back(sandbox: Sandbox) -> None:
    sandbox.post_as("U0001", "C0001", "alert")
    bot = Joined(sandbox)
    await bot.join()
    await sandbox.wait_for(lambda: bot.heard)
    assert bot.retries[0][1] == "connection_failed"
    await bot.leave()


async def test_nobody_may_be_made_to_wait_for_acks(sandbox: Sandbox, bot: Joined) -> None:
    sandbox.delivery.timing = replace(sandbox.delivery.timing, ack_timeout=None)
    sandbox.faults.add(Fault(envelope="*", kind="drop"))
    sandbox.post_as("U0001", "C0001", "alert")
    sandbox.post_as("U0001", "C0001", "another")
    await sandbox.wait_for(lambda: bot.heard)
    assert [each.attempt for each in sandbox.envelopes] == [0, 0]


async def test_a_duplicate_has_the_same_event_id(sandbox: Sandbox, bot: Joined) -> None:
    sandbox.faults.add(Fault(envelope="events_api", kind="duplicate"))
    sandbox.post_as("U0001", "C0001", "alert")
    await sandbox.wait_for(lambda: len(bot.heard) == 2)
    assert len({each["event_id"] for each in bot.heard}) == 1


async def test_late_and_garbled_frames_do_not_stop_the_rest(
    sandbox: Sandbox, bot: Joined, impatient: None
) -> None:
    sandbox.faults.add(Fault(envelope="events_api", kind="garble"))
    sandbox.faults.add(Fault(envelope="events_api", kind="late", seconds=0.05))
    for text in ("garbled", "late", "plain"):
        sandbox.post_as("U0001", "C0001", text)
    sandbox.socket.send_raw("this is no JSON")
    await sandbox.wait_for(lambda: {"garbled", "late", "plain"} <= set(bot.texts()))
    assert bot.texts()[0] == "plain"


async def test_events_go_to_several_connections_in_turn(sandbox: Sandbox) -> None:
    bot = Joined(sandbox)
    await bot.join(connections=3)
    for number in range(9):
        sandbox.post_as("U0001", "C0001", f"m{number}")
    await sandbox.settled()
    assert sorted(bot.texts()) == [f"m{each}" for each in range(9)]
    by_connection = [each.connection for each in sandbox.envelopes]
    assert sorted(by_connection.count(each) for each in set(by_connection)) == [3, 3, 3]
    await bot.leave()


@pytest.mark.parametrize("reason", ["refresh_requested", "link_disabled", "too_many_websockets"])
async def test_a_disconnect_makes_the_app_come_back_on_a_new_connection(
    sandbox: Sandbox, bot: Joined, reason: str
) -> None:
    (old,) = sandbox.socket.open
    sandbox.socket.disconnect(reason)
    await sandbox.wait_for(lambda: [each for each in sandbox.socket.open if each is not old])
    sandbox.post_as("U0001", "C0001", "still there?")
    await sandbox.wait_for(bot.texts)


@pytest.mark.parametrize("abort", [False, True])
async def test_a_closed_connection_is_replaced_and_nothing_is_lost(
    sandbox: Sandbox, impatient: None, abort: bool
) -> None:
    bot = Joined(sandbox, ping_interval=0.2)
    await bot.join()
    for number in range(5):
        sandbox.post_as("U0001", "C0001", f"m{number}")
    await sandbox.socket.close_all(abort=abort)
    await sandbox.wait_for(lambda: {f"m{each}" for each in range(5)} <= set(bot.texts()), timeout=10)
    await bot.leave()


async def test_a_deaf_connection_is_noticed_by_its_missing_pongs(sandbox: Sandbox, impatient: None) -> None:
    bot = Joined(sandbox, ping_interval=0.2)
    await bot.join()
    (old,) = sandbox.socket.open
    sandbox.socket.deafen()
    await sandbox.wait_for(lambda: [each for each in sandbox.socket.open if not each.deaf], timeout=10)
    assert old.deaf
    sandbox.post_as("U0001", "C0001", "can you hear me?")
    await sandbox.wait_for(bot.texts, timeout=10)
    await bot.leave()


async def test_frames_of_the_app_that_mean_nothing_are_passed_over(sandbox: Sandbox, bot: Joined) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(await opened(sandbox)) as link:
        for frame in ("no json", "[]", '"text"', '{"envelope_id": "unknown"}', '{"envelope_id": 7}'):
            await link.send_str(frame)
    sandbox.post_as("U0001", "C0001", "hello")
    await sandbox.wait_for(bot.texts)


async def test_any_event_can_be_delivered_as_it_is(sandbox: Sandbox, bot: Joined) -> None:
    odd = {"type": "message", "channel": "C0001", "text": "\ud800\x00", "ts": "1.000001", "bot_id": "B9"}
    body = sandbox.deliver(odd)
    await sandbox.wait_for(lambda: bot.heard)
    assert bot.heard[0]["event_id"] == body["event_id"]
    assert bot.events[0]["text"] == "\ud800\x00"


async def test_thousands_of_events_are_no_burden(sandbox: Sandbox) -> None:
    sandbox.delivery.timing = replace(sandbox.delivery.timing, ack_timeout=60.0)
    bot = Joined(sandbox)
    await bot.join()
    sandbox.post_as("U0001", "C0001", "the first event makes bolt ask who it is, once")
    await sandbox.settled()
    for _ in range(3_000):
        sandbox.post_webhook({"attachments": [{"title": "[FIRING:1] Same", "color": "danger"}]})
    await sandbox.settled(60)
    assert len(bot.heard) == 3_001
    await bot.leave()
