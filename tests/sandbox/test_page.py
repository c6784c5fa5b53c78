"""The sandbox's page in a real browser, against the real sandbox server and a real Bolt app."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import ConsoleMessage, Error, Locator, Page, async_playwright, expect

from sandbox.scenario import ScenarioKind
from sandbox.server import Sandbox
from tests.sandbox.page_app import ARGS, CHROMIUM, MODAL, PageApp, join, leave

WIDE, PHONE = (1280, 800), (390, 844)

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


@dataclass
class Fired:
    """A scenario that posts one alert and says so."""

    name: str = "pool"
    title: str = "Pool runs dry"
    description: str = "One alert about checkout."
    kind: ScenarioKind = "alert"
    why_not: str | None = None

    async def fire(self, sandbox: Sandbox) -> None:
        sandbox.tell(self.name, "posting the alert")
        sandbox.post_webhook({"text": "[FIRING:1] PoolExhausted"})


@dataclass
class Desk:
    """One test's sandbox, app and open page; `problems` are what the browser complained about."""

    sandbox: Sandbox
    app: PageApp
    page: Page
    problems: list[str] = field(default_factory=list)

    async def show(self, size: tuple[int, int] = WIDE, path: str = "/") -> None:
        await self.page.set_viewport_size({"width": size[0], "height": size[1]})
        await self.page.goto(self.sandbox.url + path)
        await expect(self.page.locator(".pane-title").first).to_be_visible()

    async def post(
        self, text: str = "words", *, blocks: list[dict[str, Any]] | None = None, thread_ts: str | None = None
    ) -> str:
        posted = await self.app.client.chat_postMessage(
            channel="C0001", text=text, blocks=blocks, thread_ts=thread_ts
        )
        return str(posted["ts"])

    @property
    def messages(self) -> Locator:
        return self.page.locator("#main article.message")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    """One page for all tests: each has a sandbox of its own, whose port makes it another origin."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        context = await browser.new_context(color_scheme="light", reduced_motion="reduce")
        context.set_default_timeout(8_000)
        yield await context.new_page()
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(page: Page) -> AsyncIterator[Desk]:
    scenarios = {
        "pool": Fired(),
        "live": Fired("live", "Live run", kind="live", why_not="Nothing runs here."),
    }
    async with Sandbox(scenarios=scenarios) as sandbox:
        app = await join(sandbox)
        desk = Desk(sandbox, app, page)

        def heard(message: ConsoleMessage) -> None:
            # a refused action answers 4xx, which the browser logs by itself; the page shows it to the person
            if message.type in ("error", "warning") and "status of 400" not in message.text:
                desk.problems.append(message.text)

        def failed(error: Error) -> None:
            desk.problems.append(str(error))

        page.on("console", heard)
        page.on("pageerror", failed)
        yield desk
        page.remove_listener("console", heard)
        page.remove_listener("pageerror", failed)
        await page.goto("about:blank")
        await leave(desk.app)
    assert desk.problems == []


def buttons(*names: str, **more: object) -> list[dict[str, Any]]:
    return [
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": name.lower(),
                    "text": {"type": "plain_text", "text": name},
                    "value": "v",
                }
                | more
                for name in names
            ],
        }
    ]


async def test_the_named_parts_are_there(desk: Desk) -> None:
    await desk.show()
    channels = desk.page.get_by_role("navigation", name="Channels", exact=True)
    await expect(channels.get_by_role("link", name="alerts")).to_be_visible()
    await expect(channels.get_by_role("link", name="incidents")).to_be_visible()
    await expect(desk.page.get_by_role("region", name="Thread", exact=True)).to_be_visible()
    await expect(desk.page.get_by_role("region", name="Scenarios", exact=True)).to_be_visible()
    await expect(desk.page.get_by_role("textbox", name="Composer", exact=True)).to_be_visible()
    assert await desk.page.locator("html").get_attribute("lang") == "en"
    assert "#alerts" in await desk.page.title()


async def test_a_scenario_is_fired_and_its_alert_appears_live(desk: Desk) -> None:
    await desk.show()
    region = desk.page.get_by_role("region", name="Scenarios", exact=True)
    await expect(region.get_by_role("button", name="Fire Live run")).to_be_disabled()
    await expect(region).to_contain_text("Nothing runs here.")
    await region.get_by_role("button", name="Fire Pool runs dry").click()
    await expect(desk.messages.last).to_contain_text("[FIRING:1] PoolExhausted")
    await expect(region.locator(".progress-done")).to_be_visible()


async def test_an_alert_with_an_attachment_looks_like_one(desk: Desk) -> None:
    await desk.show()
    fields = [{"title": "Service", "value": "checkout", "short": True}]
    link = "http://alertmanager.example.com/#/alerts"
    desk.sandbox.post_webhook(
        {"attachments": [{"color": "danger", "title": "HighErrorRate", "title_link": link, "fields": fields}]}
    )
    row = desk.messages.last
    await expect(row.get_by_role("link", name="HighErrorRate")).to_have_attribute("href", link)
    await expect(row.locator("dt")).to_have_text("Service")
    await expect(row.locator(".badge")).to_have_text("APP")
    bar = await row.locator(".attachment").evaluate(
        "node => getComputedStyle(node, '::before').backgroundColor"
    )
    assert bar == "rgb(163, 2, 0)"


async def test_a_thread_opens_beside_the_channel_and_takes_a_reply(desk: Desk) -> None:
    await desk.show()
    root = await desk.post(text="Checkout is slow")
    await desk.post(text="Stage: recall", thread_ts=root)
    await desk.messages.last.get_by_role("button", name="1 reply").click()
    thread = desk.page.get_by_role("region", name="Thread", exact=True)
    await expect(thread.locator("article")).to_have_count(2)
    await expect(thread.get_by_role("textbox")).to_be_focused()
    await thread.get_by_role("textbox").fill("Why not the gateway?")
    await desk.page.keyboard.press("Enter")
    await expect(thread.locator("article").last).to_contain_text("Why not the gateway?")
    assert desk.sandbox.thread("C0001", root)[-1]["user"] == desk.sandbox.me
    await expect(desk.messages.last.get_by_role("button", name="2 replies")).to_be_visible()
    await desk.page.keyboard.press("Escape")
    await expect(thread).to_contain_text("No thread is open")


async def test_a_reaction_reaches_the_server_and_can_be_taken_back(desk: Desk) -> None:
    await desk.show()
    ts = await desk.post(text="Verdict")
    await desk.app.client.reactions_add(channel="C0001", timestamp=ts, name="white_check_mark")
    pill = desk.messages.last.get_by_role("button", name="✅ white_check_mark")
    await pill.click()
    await expect(pill).to_have_attribute("aria-pressed", "true")
    assert set(desk.sandbox.message("C0001", ts)["reactions"][0]["users"]) == {"U0BOT", "U0001"}
    await pill.click()
    await expect(pill).to_have_attribute("aria-pressed", "false")


async def test_the_emoji_picker_is_driven_by_keys(desk: Desk) -> None:
    await desk.show()
    ts = await desk.post(text="Alert")
    await desk.messages.last.focus()
    await desk.messages.last.get_by_role("button", name="Add reaction").click()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "Enter"):
        await desk.page.keyboard.press(key)
    await expect(desk.messages.last.locator(".reaction-sign")).to_have_text("🏁")
    assert desk.sandbox.message("C0001", ts)["reactions"][0]["name"] == "checkered_flag"


async def test_a_button_sends_block_actions_after_its_confirm(desk: Desk) -> None:
    await desk.show()
    question = {
        "title": {"type": "plain_text", "text": "Sure?"},
        "text": {"type": "mrkdwn", "text": "It is *remembered*."},
        "confirm": {"type": "plain_text", "text": "Yes, it failed"},
        "deny": {"type": "plain_text", "text": "Back"},
    }
    await desk.post(blocks=buttons("Failed", confirm=question, style="danger"))
    await desk.messages.last.get_by_role("button", name="Failed").click()
    await desk.page.get_by_role("button", name="Back").click()
    await desk.messages.last.get_by_role("button", name="Failed").click()
    await desk.page.get_by_role("button", name="Yes, it failed").click()
    body = (await desk.sandbox.wait_for(lambda: desk.app.actions))[0]
    assert (body["type"], body["actions"][0]["action_id"], body["actions"][0]["value"]) == (
        "block_actions",
        "failed",
        "v",
    )
    assert len(desk.app.actions) == 1


async def test_a_modal_is_filled_refused_and_submitted(desk: Desk) -> None:
    await desk.show()
    await desk.post(blocks=buttons("Resolve"))
    await desk.page.get_by_role("button", name="Resolve", exact=True).click()
    dialog = desk.page.get_by_role("dialog", name="Resolve the incident")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Please complete this field.").first).to_be_visible()
    await dialog.get_by_label("Fix").fill("reboot")
    await dialog.get_by_label("Worked").check()
    await dialog.get_by_label("Severity").select_option(label="SEV2")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Say a little more.")).to_be_visible()
    await expect(dialog.get_by_label("Fix")).to_be_focused()
    await dialog.get_by_label("Fix").fill("rolled back the release")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    values = desk.app.submitted[0]
    assert values["fix"]["text"]["value"] == "rolled back the release"
    assert values["outcome"]["choice"]["selected_option"]["value"] == "worked"
    assert values["severity"]["level"]["selected_option"]["value"] == "SEV2"


async def test_the_focus_stays_in_a_modal_and_escape_closes_it(desk: Desk) -> None:
    await desk.show()
    await desk.post(blocks=buttons("Resolve"))
    await desk.page.get_by_role("button", name="Resolve", exact=True).click()
    dialog = desk.page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    for _ in range(12):
        await desk.page.keyboard.press("Tab")
        assert await dialog.evaluate("node => node.contains(document.activeElement)")
    await desk.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await desk.sandbox.wait_for(lambda: desk.sandbox.view() is None)


async def test_an_updated_modal_keeps_what_was_typed(desk: Desk) -> None:
    await desk.show()
    await desk.post(blocks=buttons("Resolve"))
    await desk.page.get_by_role("button", name="Resolve", exact=True).click()
    await desk.page.get_by_role("dialog").get_by_label("Fix").fill("rolled back")
    await desk.page.get_by_role("dialog").get_by_label("Partly").check()
    view = await desk.sandbox.wait_for(desk.sandbox.view)
    assert view is not None
    title = {"type": "plain_text", "text": "Resolve it, drafted"}
    await desk.app.client.views_update(view_id=view["id"], view=MODAL | {"title": title})
    dialog = desk.page.get_by_role("dialog", name="Resolve it, drafted")
    await expect(dialog.get_by_label("Fix")).to_have_value("rolled back")
    await expect(dialog.get_by_label("Partly")).to_be_checked()


async def test_a_slash_command_is_completed_sent_and_answered_to_me_alone(desk: Desk) -> None:
    await desk.show()
    composer = desk.page.get_by_role("textbox", name="Composer", exact=True)
    await composer.press_sequentially("/inc")
    await expect(desk.page.get_by_role("option", name="/incident")).to_be_visible()
    await desk.page.keyboard.press("Tab")
    await composer.press_sequentially("investigate checkout")
    await desk.page.keyboard.press("Enter")
    await expect(desk.messages.last).to_contain_text("Looking at investigate checkout")
    await expect(desk.messages.last).to_contain_text("Only visible to you")
    await desk.messages.last.get_by_role("button", name="Dismiss").click()
    await expect(desk.messages).to_have_count(0)


async def test_a_mention_is_completed_and_a_thread_refuses_commands(desk: Desk) -> None:
    root = await desk.post(text="Alert")
    await desk.show(path=f"/#/C0001/{root}")
    thread = desk.page.get_by_role("region", name="Thread", exact=True)
    box = thread.get_by_role("textbox")
    await box.fill("/incident investigate this")
    await desk.page.keyboard.press("Enter")
    await expect(thread.get_by_role("alert")).to_contain_text("is not supported in threads")
    await box.fill("")
    await box.press_sequentially("@Inc")
    await desk.page.keyboard.press("Enter")
    await box.press_sequentially("catch me up")
    await desk.page.keyboard.press("Shift+Enter")
    await box.press_sequentially("please")
    await desk.page.keyboard.press("Enter")
    await expect(thread.locator("article").last).to_contain_text("@IncidentOS catch me up")
    assert desk.sandbox.thread("C0001", root)[-1]["text"] == "<@U0BOT> catch me up\nplease"


async def test_hostile_text_is_inert(desk: Desk) -> None:
    await desk.show()
    hostile = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
    hostile += " \u202egpj.exe <javascript:alert(1)|click>"
    desk.sandbox.post_webhook(
        {"text": hostile, "attachments": [{"title": hostile, "title_link": "javascript:alert(1)"}]}
    )
    await desk.post(
        text=hostile, blocks=[{"type": "markdown", "text": f"[x](javascript:alert(1)) {hostile}"}]
    )
    await desk.post(text="x" * 39_000)
    await expect(desk.messages).to_have_count(3)
    assert await desk.page.evaluate("window.hacked") is None
    rows = desk.page.locator("#main .message-body")
    assert await rows.locator("script, img, iframe, a[href^='javascript']").count() == 0
    assert "\u202e" not in await rows.first.inner_text()
    await expect(rows.first).to_contain_text("⟦U+202E⟧")
    await expect(desk.messages.last.get_by_role("button", name="Show all of it")).to_be_visible()


async def test_every_kind_of_block_is_drawn(desk: Desk) -> None:
    await desk.show()
    words = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "12 lines"}]}],
    }
    task = {
        "type": "task_card",
        "task_id": "t",
        "title": "search_logs",
        "status": "complete",
        "output": words,
    }
    cell = {"type": "raw_text", "text": "p99"}
    oom = [{"type": "text", "text": "OOM"}]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": "Store :fire:"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Cause*\npool"}]},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "$0.03"}]},
        {"type": "markdown", "text": "## Timeline\n\n1. first\n2. `second`\n\n| a | b |\n|---|--:|\n| 1 | 2 |"},
        {"type": "table", "rows": [[cell, cell], [cell, cell]]},
        {"type": "plan", "title": "Evidence", "tasks": [task]},
        {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": oom}]},
    ]  # fmt: skip
    await desk.post(blocks=blocks)
    row = desk.messages.last
    await expect(row.get_by_role("heading", name="Store 🔥")).to_be_visible()
    await expect(row.get_by_role("heading", name="Timeline")).to_be_visible()
    await expect(row.locator("table")).to_have_count(2)
    await expect(row.locator("pre")).to_have_text("OOM")
    await expect(row.locator("strong")).to_have_text("Cause")
    await expect(row.get_by_text("12 lines")).to_be_hidden()
    await row.locator("summary", has_text="Evidence").click()
    await row.locator("summary", has_text="search_logs").click()
    await expect(row.get_by_text("12 lines")).to_be_visible()


async def test_the_readers_place_is_kept_and_the_bottom_is_followed(desk: Desk) -> None:
    for number in range(40):
        desk.sandbox.post_as("U0002", "C0001", f"message {number}")
    await desk.show()
    pane = desk.page.locator("#main .list")
    await expect(desk.messages).to_have_count(40)
    at_end = "node => node.scrollHeight - node.scrollTop - node.clientHeight < 4"
    await desk.page.wait_for_function(f"({at_end})(document.querySelector('#main .list'))")
    await pane.evaluate("node => { node.scrollTop = 20; }")
    await expect(desk.messages.first).to_be_in_viewport()
    desk.sandbox.post_as("U0002", "C0001", "news")
    await expect(desk.page.get_by_role("button", name="New messages")).to_be_visible()
    assert await pane.evaluate("node => node.scrollTop") == 20
    await desk.page.get_by_role("button", name="New messages").click()
    desk.sandbox.post_as("U0002", "C0001", "more news")
    await expect(desk.page.locator("#main article").last).to_be_in_viewport()


async def test_an_edit_keeps_an_opened_card_open(desk: Desk) -> None:
    await desk.show()
    task = {"type": "task_card", "task_id": "t", "title": "search_logs", "status": "in_progress"}
    ts = await desk.post(blocks=[{"type": "plan", "title": "Evidence", "tasks": [task]}])
    await desk.messages.last.locator("summary").click()
    done = [{"type": "plan", "title": "Evidence, done", "tasks": [task | {"status": "complete"}]}]
    await desk.app.client.chat_update(channel="C0001", ts=ts, text="done", blocks=done)
    await expect(desk.messages.last).to_contain_text("Evidence, done")
    await expect(desk.messages.last.get_by_text("search_logs")).to_be_visible()


async def test_a_lost_stream_is_found_again_and_nothing_is_missed(desk: Desk) -> None:
    await desk.show()
    await expect(desk.page.locator("#main .empty")).to_be_visible()
    desk.sandbox.feed.stop()
    desk.sandbox.post_as("U0002", "C0001", "said while the page was away")
    await expect(desk.messages.last).to_contain_text("said while the page was away", timeout=10_000)
    desk.sandbox.post_as("U0002", "C0001", "and after")
    await expect(desk.messages.last).to_contain_text("and after")


async def test_unread_channels_are_marked_until_opened(desk: Desk) -> None:
    await desk.show()
    desk.sandbox.post_as("U0002", "C0002", "over here")
    link = desk.page.get_by_role("navigation", name="Channels", exact=True).get_by_role(
        "link", name=re.compile("incidents")
    )
    await expect(link).to_contain_text("1 unread")
    await link.click()
    await expect(desk.messages.last).to_contain_text("over here")
    await expect(link).not_to_contain_text("unread")


async def test_app_home_shows_what_the_bot_published(desk: Desk) -> None:
    await desk.show()
    await desk.page.get_by_role("link", name="IncidentOS").click()
    await expect(desk.page.get_by_role("heading", name="Open cases")).to_be_visible()
    await desk.page.get_by_role("button", name="Open case").click()
    body = (await desk.sandbox.wait_for(lambda: desk.app.actions))[0]
    assert (body["actions"][0]["value"], body["view"]["type"]) == ("case-1", "home")


async def test_a_message_shortcut_runs_from_the_menu(desk: Desk) -> None:
    await desk.show()
    ts = await desk.post(text="odd latency")
    await desk.messages.last.hover()
    await desk.messages.last.get_by_role("button", name="More actions").click()
    await desk.page.get_by_role("menuitem", name="Investigate this").click()
    body = (await desk.sandbox.wait_for(lambda: desk.app.shortcuts))[0]
    assert (body["type"], body["message"]["ts"]) == ("message_action", ts)


async def test_the_bots_absence_is_said(desk: Desk) -> None:
    await desk.show()
    await expect(desk.page.get_by_role("img", name="connected", exact=True)).to_be_visible()
    await leave(desk.app)
    await expect(desk.page.get_by_text("is not connected")).to_be_visible()
    desk.app = await join(desk.sandbox)
    await expect(desk.page.get_by_text("is not connected")).to_be_hidden()


async def test_a_phone_shows_one_pane_at_a_time(desk: Desk) -> None:
    root = await desk.post(text="Checkout is slow", blocks=buttons("Worked", "Resolve"))
    await desk.post(text="Stage: recall", thread_ts=root)
    await desk.show(PHONE)
    await expect(desk.page.get_by_role("textbox", name="Composer", exact=True)).to_be_visible()
    await expect(desk.page.locator("#channels")).to_be_hidden()
    await desk.messages.last.get_by_role("button", name="1 reply").click()
    await expect(desk.page.get_by_role("region", name="Thread", exact=True)).to_be_visible()
    await expect(desk.messages.last).to_be_hidden()
    assert await desk.page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    await desk.page.get_by_role("button", name="Back").click()
    await desk.page.get_by_role("button", name="Scenarios").click()
    await expect(desk.page.get_by_role("button", name="Fire Pool runs dry")).to_be_visible()
    await desk.page.get_by_role("button", name="Channels").click()
    await desk.page.get_by_role("link", name="random").click()
    await expect(desk.page.get_by_role("heading", name="random", exact=True)).to_be_visible()


async def test_dark_colours_are_chosen_and_remembered(desk: Desk) -> None:
    await desk.show()
    ground = "getComputedStyle(document.body).backgroundColor"
    assert await desk.page.evaluate(ground) == "rgb(255, 255, 255)"
    await desk.page.get_by_role("button", name="Use dark colours").click()
    await desk.show()
    assert await desk.page.evaluate(ground) == "rgb(20, 25, 29)"
