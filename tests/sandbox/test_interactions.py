from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.faults import Fault
from sandbox.server import Sandbox
from sandbox.wire import SlackError
from tests.sandbox.joined import HandClock, Joined

Json = dict[str, Any]
Listener = Callable[..., Awaitable[None]]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


FIELD: Json = {
    "type": "input",
    "block_id": "cause",
    "label": plain("Cause"),
    "element": {"type": "plain_text_input", "action_id": "text", "initial_value": "pool"},
}
MODAL: Json = {
    "type": "modal",
    "callback_id": "resolve_modal",
    "title": plain("Resolve"),
    "submit": plain("Save"),
    "private_metadata": "case-1",
    "notify_on_close": True,
    "blocks": [FIELD],
}
BUTTONS: list[Json] = [
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "resolve",
                "text": plain("Resolve"),
                "value": "case-1",
                "style": "primary",
            },
            {
                "type": "static_select",
                "action_id": "fix",
                "options": [
                    {"text": plain("Rollback"), "value": "1"},
                    {"text": plain("Scale"), "value": "2"},
                ],
            },
        ],
    }
]


@pytest.fixture
async def kept(bot: Joined) -> list[Json]:
    """What the app's interaction listeners got."""
    bodies: list[Json] = []

    async def keep(ack: AsyncAck, body: Json) -> None:
        bodies.append(body)
        await ack()

    bot.app.action("resolve")(keep)
    bot.app.action("fix")(keep)
    bot.app.shortcut("investigate_message")(keep)
    bot.app.view_closed("resolve_modal")(keep)
    return bodies


def answering(bot: Joined, **answer: Any) -> list[Json]:  # noqa: ANN401 - whatever ack takes
    """Answer submissions of the modal with *answer*; return what comes."""
    views: list[Json] = []

    async def save(ack: AsyncAck, view: Json) -> None:
        views.append(view)
        await ack(**answer)

    bot.app.view("resolve_modal")(save)
    return views


async def posted(bot: Joined, **more: Any) -> str:  # noqa: ANN401 - whatever a post takes
    return str(
        (await bot.client.chat_postMessage(channel="C0001", text="verdict", blocks=BUTTONS, **more))["ts"]
    )


async def opened(sandbox: Sandbox, bot: Joined, view: Json = MODAL) -> Json:
    trigger = sandbox.interactions._platform.tickets.trigger("U0001")
    await bot.client.views_open(trigger_id=trigger, view=view)
    shown = sandbox.view()
    assert shown is not None
    return shown


async def test_a_slash_command_is_answered_where_it_was_typed(sandbox: Sandbox, bot: Joined) -> None:
    got: list[Json] = []

    @bot.app.command("/incident")
    async def _(ack: AsyncAck, command: Json) -> None:
        got.append(command)
        await ack("on it: <!channel> & co")

    done = await sandbox.command("/incident", "investigate checkout is slow", channel="#incidents")
    assert done.acked_at is not None
    (command,) = got
    assert (command["command"], command["text"]) == ("/incident", "investigate checkout is slow")
    assert (command["channel_id"], command["channel_name"]) == ("C0002", "incidents")
    assert (command["user_id"], command["user_name"], command["team_id"]) == ("U0001", "you", "T0001")
    assert {"trigger_id", "response_url", "api_app_id", "team_domain"} <= command.keys()
    assert "thread_ts" not in command
    (whisper,) = sandbox.workspace.whispers.values()
    assert (whisper["text"], whisper["ephemeral_for"]) == ("on it: <!channel> &amp; co", "U0001")
    assert sandbox.messages("C0002") == []


async def test_a_command_may_be_answered_for_all_and_later(sandbox: Sandbox, bot: Joined) -> None:
    @bot.app.command("/incident")
    async def _(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        for number in range(5):
            await respond(f"answer {number}", response_type="in_channel")

    await sandbox.command("/incident", "investigate x")
    await sandbox.wait_for(lambda: len(sandbox.messages("C0001")) == 5)
    url = sandbox.envelopes[0].payload["response_url"]
    sixth = await AsyncWebhookClient(url).send(text="one too many")
    assert (sixth.status_code, sixth.body) == (404, "used_url")


async def test_a_response_url_ends_after_half_an_hour(
    hands: HandClock, sandbox: Sandbox, bot: Joined
) -> None:
    bot.app.command("/incident")(acking)
    await sandbox.command("/incident", "x")
    url = sandbox.envelopes[0].payload["response_url"]
    assert (await AsyncWebhookClient(url).send(text="still good")).body == "ok"
    hands.now += 1_801
    assert (await AsyncWebhookClient(url).send(text="too late")).body == "expired_url"
    assert (await AsyncWebhookClient(f"{sandbox.url}/response/none").send(text="x")).status_code == 404


async def acking(ack: AsyncAck) -> None:
    await ack()


async def test_a_command_that_fails_is_told_to_its_user(
    sandbox: Sandbox, bot: Joined, impatient: None
) -> None:
    done = await sandbox.command("/incident", "x")  # the app has no listener: nothing is acked
    assert done.acked_at is None
    await bot.leave()
    await sandbox.command("/incident", "x")
    texts = [each["text"] for each in sandbox.workspace.whispers.values()]
    assert texts == [
        '/incident failed with the error "operation_timeout"',
        '/incident failed with the error "dispatch_failed"',
    ]
    with pytest.raises(SlackError, match="unknown_command"):
        await sandbox.command("/other")


@pytest.mark.parametrize("what", ["resolve", "Resolve"])
async def test_a_button_is_clicked_by_name_or_text(
    sandbox: Sandbox, bot: Joined, kept: list[Json], what: str
) -> None:
    root = sandbox.post_as("U0001", "C0001", "alert")["ts"]
    ts = await posted(bot, thread_ts=root)
    done = await sandbox.click("C0001", ts, what, user="U0002")
    assert done.acked_at is not None
    (body,) = kept
    (action,) = body["actions"]
    assert (action["action_id"], action["value"], action["type"]) == ("resolve", "case-1", "button")
    assert action["block_id"] == sandbox.message("C0001", ts)["blocks"][0]["block_id"]
    expected = {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0001",
        "is_ephemeral": False,
        "thread_ts": root,
    }
    assert body["container"] == expected
    assert (body["user"]["id"], body["channel"]["name"], body["message"]["ts"]) == ("U0002", "alerts", ts)
    assert {"trigger_id", "response_url", "state", "team", "api_app_id"} <= body.keys()


async def test_a_choice_carries_what_was_chosen(sandbox: Sandbox, bot: Joined, kept: list[Json]) -> None:
    option = BUTTONS[0]["elements"][1]["options"][1]
    await sandbox.click("C0001", await posted(bot), "fix", chosen={"selected_option": option})
    assert kept[0]["actions"][0]["selected_option"]["value"] == "2"
    with pytest.raises(SlackError, match="no_such_control"):
        await sandbox.click("C0001", await posted(bot), "nothing of that name")


async def test_a_click_is_asked_once_even_when_it_is_lost(
    sandbox: Sandbox, bot: Joined, kept: list[Json], impatient: None
) -> None:
    ts = await posted(bot)
    sandbox.faults.add(Fault(envelope="interactive", kind="drop"))
    assert (await sandbox.click("C0001", ts, "resolve")).acked_at is None
    assert kept == []
    assert [each.kind for each in sandbox.envelopes].count("interactive") == 1


async def test_the_original_can_be_replaced_or_deleted_late(
    sandbox: Sandbox, bot: Joined, kept: list[Json]
) -> None:
    ts = await posted(bot)
    await sandbox.click("C0001", ts, "resolve")
    later = AsyncWebhookClient(kept[0]["response_url"])
    await later.send(text="resolved", replace_original=True, blocks=[{"type": "divider"}])
    assert sandbox.message("C0001", ts)["text"] == "resolved"
    await later.send(text="", delete_original=True)
    with pytest.raises(SlackError, match="message_not_found"):
        sandbox.message("C0001", ts)


async def test_an_ephemeral_message_has_buttons_too(sandbox: Sandbox, bot: Joined, kept: list[Json]) -> None:
    told = await bot.client.chat_postEphemeral(channel="C0001", user="U0001", text="sure?", blocks=BUTTONS)
    await sandbox.click("C0001", told["message_ts"], "resolve")
    assert kept[0]["container"]["is_ephemeral"] is True
    later = AsyncWebhookClient(kept[0]["response_url"])
    await later.send(text="done", replace_original=True)
    assert sandbox.workspace.seen("C0001", told["message_ts"])["text"] == "done"
    await later.send(text="", delete_original=True)
    assert sandbox.workspace.whispers == {}


async def test_a_message_shortcut_brings_its_message(sandbox: Sandbox, bot: Joined, kept: list[Json]) -> None:
    root = sandbox.post_as("U0001", "C0001", "alert")["ts"]
    reply = sandbox.post_as("U0002", "C0001", "looks bad", root)["ts"]
    await sandbox.shortcut("investigate_message", channel="C0001", ts=reply)
    (body,) = kept
    assert (body["type"], body["callback_id"]) == ("message_action", "investigate_message")
    assert (body["message"]["thread_ts"], body["message_ts"], body["channel"]["id"]) == (root, reply, "C0001")
    with pytest.raises(SlackError, match="unknown_shortcut"):
        await sandbox.shortcut("other", channel="C0001", ts=reply)


async def test_a_trigger_opens_one_modal_and_soon(hands: HandClock, sandbox: Sandbox, bot: Joined) -> None:
    tickets = sandbox.interactions._platform.tickets
    used, old = tickets.trigger("U0001"), tickets.trigger("U0001")
    await bot.client.views_open(trigger_id=used, view=MODAL)
    hands.now += 3.1
    for trigger, error in (
        (used, "exchanged_trigger_id"),
        (old, "expired_trigger_id"),
        ("made-up", "invalid_trigger_id"),
    ):
        with pytest.raises(SlackApiError, match=error):
            await bot.client.views_open(trigger_id=trigger, view=MODAL)


async def test_a_modal_is_submitted_with_what_its_fields_hold(sandbox: Sandbox, bot: Joined) -> None:
    views = answering(bot)
    view = await opened(sandbox, bot)
    done = await sandbox.submit_view(view["id"])
    assert (done.acked, done.response_action, sandbox.view()) == (True, None, None)
    (saved,) = views
    assert (saved["private_metadata"], saved["callback_id"]) == ("case-1", "resolve_modal")
    assert saved["state"]["values"] == {"cause": {"text": {"type": "plain_text_input", "value": "pool"}}}


async def test_a_required_field_left_empty_never_reaches_the_app(sandbox: Sandbox, bot: Joined) -> None:
    views = answering(bot)
    view = await opened(sandbox, bot)
    done = await sandbox.submit_view(view["id"], {"cause": {"text": {"value": ""}}})
    assert done.errors == {"cause": "Please complete this required field."}
    assert views == []


async def test_errors_keep_a_modal_open(sandbox: Sandbox, bot: Joined) -> None:
    answering(bot, response_action="errors", errors={"cause": "Say more."})
    view = await opened(sandbox, bot)
    done = await sandbox.submit_view(view["id"], {"cause": {"text": {"value": "?"}}})
    assert (done.response_action, done.errors) == ("errors", {"cause": "Say more."})
    assert sandbox.view() == view


@pytest.mark.parametrize(("action", "depth"), [("update", 1), ("push", 2)])
async def test_a_modal_can_turn_into_another(
    sandbox: Sandbox, bot: Joined, impatient: None, action: str, depth: int
) -> None:
    answering(bot, response_action=action, view=MODAL | {"title": plain("Sure?")})
    view = await opened(sandbox, bot)
    done = await sandbox.submit_view(view["id"])
    assert done.view is not None
    assert done.view == sandbox.view()
    assert (done.view["title"]["text"], done.view["root_view_id"]) == ("Sure?", view["id"])
    await sandbox.close_view(done.view["id"])
    below = sandbox.view()
    assert (below is not None) is (depth == 2)


async def test_clear_closes_all(sandbox: Sandbox, bot: Joined) -> None:
    answering(bot, response_action="clear")
    await opened(sandbox, bot)
    trigger = sandbox.interactions._platform.tickets.trigger("U0001")
    await bot.client.views_push(trigger_id=trigger, view=MODAL)
    top = sandbox.view()
    assert top is not None
    await sandbox.submit_view(top["id"])
    assert sandbox.view() is None


async def test_at_most_three_modals_lie_on_each_other(sandbox: Sandbox, bot: Joined) -> None:
    await opened(sandbox, bot)
    tickets = sandbox.interactions._platform.tickets
    for _ in range(2):
        await bot.client.views_push(trigger_id=tickets.trigger("U0001"), view=MODAL)
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await bot.client.views_push(trigger_id=tickets.trigger("U0001"), view=MODAL)


async def test_an_update_with_an_old_hash_is_refused(sandbox: Sandbox, bot: Joined) -> None:
    view = await opened(sandbox, bot, MODAL | {"external_id": "case-1"})
    newer = await bot.client.views_update(external_id="case-1", view=MODAL | {"title": plain("Two")})
    assert newer["view"]["id"] == view["id"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await bot.client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)
    with pytest.raises(SlackApiError, match="not_found"):
        await bot.client.views_update(view_id="V999", view=MODAL)


async def test_a_submission_that_nobody_acks_leaves_the_modal(
    sandbox: Sandbox, bot: Joined, impatient: None
) -> None:
    view = await opened(sandbox, bot)
    assert (await sandbox.submit_view(view["id"])).acked is False
    assert sandbox.view() == view


async def test_closing_is_told_to_those_who_asked(sandbox: Sandbox, bot: Joined, kept: list[Json]) -> None:
    view = await opened(sandbox, bot)
    await sandbox.close_view(view["id"])
    assert (kept[0]["type"], kept[0]["is_cleared"], sandbox.view()) == ("view_closed", False, None)
    quiet = await opened(sandbox, bot, MODAL | {"notify_on_close": False})
    assert await sandbox.close_view(quiet["id"]) is None


async def test_the_home_is_published_for_one_person_and_its_buttons_work(
    sandbox: Sandbox, bot: Joined, kept: list[Json]
) -> None:
    home = {"type": "home", "blocks": BUTTONS}
    published = (await bot.client.views_publish(user_id="U0001", view=home))["view"]
    assert sandbox.open_home() == published
    assert sandbox.open_home("U0002") is None
    await sandbox.click_in_view(published["id"], "Resolve")
    assert (kept[0]["container"]["type"], kept[0]["view"]["id"]) == ("view", published["id"])
    again = await bot.client.views_publish(user_id="U0001", view=home, hash=published["hash"])
    assert again["view"]["id"] == published["id"]
    for args, error in (
        ({"hash": published["hash"], "user_id": "U0001"}, "hash_conflict"),
        ({"user_id": "U9"}, "user_not_found"),
    ):
        with pytest.raises(SlackApiError, match=error):
            await bot.client.views_publish(view=home, **args)
