import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck

from sandbox.directory import InstalledApp
from sandbox.scenario import ScenarioKind
from sandbox.server import PortInUse, Sandbox
from sandbox.timing import Timing
from tests.sandbox.joined import Joined

Json = dict[str, Any]
RESOLVE = {"type": "plain_text", "text": "Resolve"}


@dataclass
class Fired:
    """A scenario that posts an alert, or fails."""

    name: str = "pool"
    title: str = "The pool runs dry"
    description: str = "Checkout has no connections left."
    kind: ScenarioKind = "alert"
    why_not: str | None = None
    fails: str | None = None
    fired: list[str] = field(default_factory=list)

    async def fire(self, sandbox: Sandbox) -> None:
        if self.fails:
            raise RuntimeError(self.fails)
        sandbox.tell(self.name, "posting the alert")
        self.fired.append(sandbox.post_webhook({"text": "[FIRING:1] PoolExhausted"})["ts"])


class Page:
    """The page's side: its calls, and the live events it got."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self._session = session
        self.events: asyncio.Queue[Json] = asyncio.Queue()

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        async with self._session.get(f"{self.sandbox.url}{path}", headers=headers) as answer:
            return answer.status, json.loads(await answer.text())

    async def post(self, path: str, body: Json | str, **headers: str) -> tuple[int, Json]:
        data = body if isinstance(body, str) else json.dumps(body)
        async with self._session.post(
            f"{self.sandbox.url}/browser/{path}", data=data, headers=headers
        ) as answer:
            return answer.status, json.loads(await answer.text())

    async def listen(self, opened: asyncio.Event) -> None:
        async with self._session.get(f"{self.sandbox.url}/browser/events") as stream:
            async for line in stream.content:
                opened.set()
                if line.startswith(b"data: "):
                    self.events.put_nowait(json.loads(line[6:]))

    async def next(self, kind: str) -> Json:
        async with asyncio.timeout(5):
            while (event := await self.events.get())["type"] != kind:
                pass
        return event


@pytest.fixture
def scenarios() -> dict[str, Fired]:
    each = (
        Fired(),
        Fired(name="broken", fails="no such folder"),
        Fired(name="live", why_not="Needs the lab."),
    )
    return {scenario.name: scenario for scenario in each}


@pytest.fixture
async def page(scenarios: dict[str, Fired]) -> AsyncIterator[Page]:
    timing = Timing(ack_timeout=0.3, retry_delays=())
    async with Sandbox(scenarios=scenarios, timing=timing) as sandbox, aiohttp.ClientSession() as session:
        page, opened = Page(sandbox, session), asyncio.Event()
        listening = asyncio.create_task(page.listen(opened))
        await opened.wait()
        yield page
        listening.cancel()


async def test_the_state_has_everything_the_page_needs(page: Page) -> None:
    page.sandbox.post_as("U0002", "C0002", "unread")
    _, state = await page.get("/browser/state")
    assert (state["team"]["id"], state["me"]) == ("T0001", "U0001")
    assert state["bot"] == {"user_id": "U0BOT", "bot_id": "B0BOT", "name": "IncidentOS", "connected": False}
    assert [(each["name"], each["unread"]) for each in state["channels"]] == [
        ("alerts", 0), ("incidents", 1), ("random", 0),
    ]  # fmt: skip
    assert state["commands"][0]["command"] == "/incident"
    assert state["shortcuts"] == [
        {"callback_id": "investigate_message", "name": "Investigate this", "type": "message"}
    ]
    assert [(each["name"], each["available"], each["why_not"]) for each in state["scenarios"]] == [
        ("pool", True, None), ("broken", True, None), ("live", False, "Needs the lab."),
    ]  # fmt: skip
    await page.get("/browser/messages?channel=C0002")
    _, state = await page.get("/browser/state")
    assert {each["unread"] for each in state["channels"]} == {0}


async def test_what_is_posted_is_seen_at_once_and_when_asked(page: Page) -> None:
    _, done = await page.post("post", {"channel": "C0001", "text": "@IncidentOS <b>"})
    told = await page.next("message")
    assert (told["channel"], told["message"]) == ("C0001", done["message"])
    assert told["message"]["text"] == "<@U0BOT> &lt;b&gt;"
    ts = told["message"]["ts"]
    await page.post("post", {"channel": "C0001", "text": "a reply", "thread_ts": ts})
    assert (await page.next("message_changed"))["message"]["reply_count"] == 1
    _, top = await page.get("/browser/messages?channel=C0001")
    assert [each["reply_count"] for each in top["messages"]] == [1]
    _, thread = await page.get(f"/browser/messages?channel=C0001&thread={ts}")
    assert [each["text"] for each in thread["messages"]] == ["<@U0BOT> &lt;b&gt;", "a reply"]


async def test_reactions_edits_and_deletions_are_seen(page: Page) -> None:
    ts = page.sandbox.post_as("U0002", "C0001", "alert")["ts"]
    await page.post("react", {"channel": "C0001", "ts": ts, "name": "eyes"})
    reacted = await page.next("reaction")
    assert (reacted["ts"], reacted["message"]["reactions"]) == (
        ts,
        [{"name": "eyes", "users": ["U0001"], "count": 1}],
    )
    await page.post("react", {"channel": "C0001", "ts": ts, "name": "eyes", "remove": True})
    assert "reactions" not in (await page.next("reaction"))["message"]
    page.sandbox.edit_message("C0001", ts, "alert, edited")
    assert (await page.next("message_changed"))["message"]["text"] == "alert, edited"
    page.sandbox.delete_message("C0001", ts)
    assert await page.next("message_deleted") == {
        "type": "message_deleted", "channel": "C0001", "ts": ts, "thread_ts": None,
    }  # fmt: skip


async def test_commands_do_not_run_in_threads(page: Page) -> None:
    ts = page.sandbox.post_as("U0001", "C0001", "alert")["ts"]
    status, body = await page.post("post", {"channel": "C0001", "text": "/incident help", "thread_ts": ts})
    assert (status, body["ok"], body["error"]) == (
        400,
        False,
        "/incident is not supported in threads. Sorry!",
    )


def a_resolving_app(sandbox: Sandbox) -> Joined:
    """An app whose Resolve button opens a modal that wants to hear more than a question mark."""
    bot = Joined(sandbox)
    field = {"type": "plain_text_input", "action_id": "a"}
    block = {"type": "input", "block_id": "b", "label": RESOLVE, "element": field}
    modal = {"type": "modal", "callback_id": "m", "title": RESOLVE, "submit": RESOLVE, "blocks": [block]}

    @bot.app.command("/incident")
    async def look(ack: AsyncAck, command: Json) -> None:
        await ack(f"looking into {command['text']}")

    @bot.app.action("resolve")
    async def ask(ack: AsyncAck, body: Json) -> None:
        await ack()
        await bot.client.views_open(trigger_id=body["trigger_id"], view=modal)

    @bot.app.shortcut("investigate_message")
    async def take(ack: AsyncAck) -> None:
        await ack()

    @bot.app.view("m")
    async def save(ack: AsyncAck, view: Json) -> None:
        wrong = view["state"]["values"]["b"]["a"]["value"] == "?"
        await (ack(response_action="errors", errors={"b": "Say more."}) if wrong else ack())

    return bot


async def test_commands_buttons_shortcuts_and_modals_go_to_the_app_and_back(page: Page) -> None:
    bot = a_resolving_app(page.sandbox)
    await bot.join()
    assert (await page.next("bot"))["connected"] is True
    await page.post("post", {"channel": "C0001", "text": "/incident investigate checkout"})
    assert (await page.next("ephemeral"))["message"]["text"] == "looking into investigate checkout"
    button = {"type": "button", "text": RESOLVE, "action_id": "resolve", "value": "1"}
    blocks = [{"type": "actions", "block_id": "x", "elements": [button]}]
    ts = (await bot.client.chat_postMessage(channel="C0001", text="verdict", blocks=blocks))["ts"]
    clicked = {"channel": "C0001", "ts": ts, "action": button, "block_id": "x", "value": "1"}
    assert await page.post("action", clicked) == (200, {"ok": True, "acked": True})
    view_id = (await page.next("view_opened"))["view"]["id"]
    run = {"callback_id": "investigate_message", "channel": "C0001", "ts": ts}
    assert await page.post("shortcut", run) == (200, {"ok": True, "acked": True})
    values = {"b": {"a": {"type": "plain_text_input", "value": "?"}}}
    _, refused = await page.post("view/submit", {"view_id": view_id, "values": values})
    assert (refused["response_action"], refused["errors"]) == ("errors", {"b": "Say more."})
    values["b"]["a"]["value"] = "the pool"
    _, taken = await page.post("view/submit", {"view_id": view_id, "values": values})
    assert (taken["ok"], taken["response_action"], taken["view"]) == (True, None, None)
    assert (await page.next("view_closed"))["view_id"] == view_id
    await bot.client.views_publish(user_id="U0001", view={"type": "home", "blocks": blocks})
    assert (await page.next("home"))["view"] == (await page.post("home", {}))[1]["view"]
    await bot.leave()
    assert (await page.next("bot"))["connected"] is False


async def test_a_modal_that_the_app_does_not_take_says_so(page: Page) -> None:
    text = {"type": "plain_text", "text": "x"}
    modals = page.sandbox.modals
    view = modals.open("U0001", {"type": "modal", "title": text, "blocks": [{"type": "divider"}]})
    status, body = await page.post("view/submit", {"view_id": view["id"], "values": {}})
    assert (status, body["error"]) == (400, "We had some trouble connecting. Try again?")
    assert (await page.post("view/close", {"view_id": view["id"]}))[0] == 200


async def test_a_scenario_is_fired_and_tells_how_it_goes(page: Page, scenarios: dict[str, Fired]) -> None:
    assert (await page.post("scenario", {"name": "pool"}))[0] == 200
    states = [(await page.next("scenario"))["state"] for _ in range(3)]
    assert states == ["started", "step", "done"]
    assert scenarios["pool"].fired == [page.sandbox.messages("C0001")[0]["ts"]]
    await page.post("scenario", {"name": "broken"})
    await page.next("scenario")
    assert await page.next("scenario") == {
        "type": "scenario", "name": "broken", "state": "failed", "text": "no such folder",
    }  # fmt: skip
    for name, said in (("live", "Needs the lab."), ("none", "There is no scenario named 'none'.")):
        status, body = await page.post("scenario", {"name": name})
        assert (status, body["error"]) == (400, said)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("post", {"channel": "C9", "text": "x"}, 400),
        ("post", {"text": "x"}, 400),
        ("post", "no json", 400),
        ("post", "[]", 400),
        ("react", {"channel": "C0001", "ts": "1.0", "name": "eyes"}, 400),
        ("react", {"channel": "C0001", "ts": "1.0", "name": "n o"}, 400),
        ("shortcut", {"callback_id": "none"}, 400),
        ("view/submit", {"view_id": "V9"}, 400),
        ("dance", {}, 404),
    ],
)
async def test_what_the_page_cannot_have_is_told_in_a_sentence(
    page: Page, path: str, body: Json | str, status: int
) -> None:
    answered, told = await page.post(path, body)
    assert (answered, told["ok"]) == (status, False)
    assert told["error"].endswith(".")


async def test_only_its_own_page_may_talk_to_it(page: Page) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        assert (await page.post("post", {"channel": "C0001", "text": "x"}, **headers))[0] == 403
        assert (await page.get("/browser/state", **headers))[0] == 403
    assert (await page.post("post", {"channel": "C0001", "text": "x"}, Origin=page.sandbox.url))[0] == 200


async def test_the_page_is_served_fresh_and_permalinks_lead_to_it(page: Page) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/page/main.js"):
            async with session.get(f"{page.sandbox.url}{path}") as answer:
                assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
        link = f"{page.sandbox.url}/archives/C0001/p1795000000000001?thread_ts=1795000000.000000&cid=C0001"
        async with session.get(link, allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/#/C0001/1795000000.000000"


async def test_a_page_that_does_not_keep_up_is_dropped(page: Page) -> None:
    slow = page.sandbox.feed.subscribe()
    for number in range(2_001):
        page.sandbox.tell("pool", str(number))
    assert slow.get_nowait() is None
    assert slow.empty()


async def test_a_port_in_use_is_said_with_what_to_do(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(PortInUse, match=rf"Port {port} .* already in use: stop .* --port"):
        await Sandbox(port).start()


def test_a_manifest_says_what_the_app_has() -> None:
    manifest = {
        "display_information": {"name": "IncidentOS"},
        "features": {
            "bot_user": {"display_name": "Watchman"},
            "slash_commands": [{"command": "/watch", "description": "d", "usage_hint": "u"}],
            "shortcuts": [{"name": "Look", "type": "message", "callback_id": "look", "description": "d"}],
        },
        "oauth_config": {"scopes": {"bot": ["chat:write"]}},
        "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}},
    }
    app = InstalledApp.from_manifest(manifest)
    assert (app.name, [*app.scopes], [*app.events]) == ("Watchman", ["chat:write"], ["app_mention"])
    assert (app.commands[0].command, app.shortcuts[0].callback_id) == ("/watch", "look")


async def test_waiting_for_what_never_comes_ends(sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError, match="no messages"):
        await sandbox.wait_for(lambda: sandbox.messages("C0001"), timeout=0.05, what="no messages")
