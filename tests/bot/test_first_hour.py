"""A new user's first hour in a real browser: fire, read, ask, steer, resolve, recall, post-mortem, App Home, settings.

Begun on a dark phone with the keyboard alone, where everything is to be had by Tab and Enter, and gone on with on a
wide light page with the mouse. At every stop axe-core looks at both for what shuts people out, and at the end the
browser must not have complained of anything.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, ViewportSize, async_playwright, expect

from bot.settings import Settings
from sandbox.command import joined
from tests.sandbox.page_app import ARGS, CHROMIUM

WAIT_MS = 60_000
POOL, AGAIN = "The connection pool runs dry", "The connection pool runs dry, again"
OTHER = "Payments refuses connections"  # another trouble under the same alert

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed")


PHONE, WIDE = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)


async def click(what: Locator) -> None:
    await what.click()


async def enter(what: Locator) -> None:
    """Press Enter on *what*, which the Tab key must reach; a list that is drawn anew meanwhile is no matter."""
    await expect(what).to_be_visible(timeout=WAIT_MS)
    assert await what.evaluate("node => node.tabIndex") >= 0
    await what.press("Enter")


@dataclass
class Visit:
    """One person at the page. *act* is how they set things off: with the mouse, or with Enter once they are there."""

    page: Page
    act: Callable[[Locator], Awaitable[None]] = enter
    phone: bool = True
    problems: list[str] = field(default_factory=list)

    async def sit_down(self) -> None:
        """Go on at a wide light page with the mouse."""
        self.act, self.phone = click, False
        await self.dress(phone=False)

    async def dress(self, *, phone: bool) -> None:
        await self.page.set_viewport_size(PHONE if phone else WIDE)
        await self.page.emulate_media(color_scheme="dark" if phone else "light")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("region", name="Thread")

    async def fire(self, title: str) -> None:
        await self.pane("Scenarios")
        scenarios = self.page.get_by_role("region", name="Scenarios")
        await self.act(scenarios.get_by_role("button", name=f"Fire {title}", exact=True))
        await self.pane("Messages")

    async def pane(self, name: str) -> None:
        tab = self.page.get_by_role("navigation", name="Panes").get_by_role("button", name=name)
        if await tab.is_visible():
            await self.act(tab)

    async def open_thread(self, number: int) -> None:
        replies = self.page.get_by_role("button", name=re.compile(r"^\d+ repl"))
        await expect(replies).to_have_count(number, timeout=WAIT_MS)
        await self.act(replies.last)

    async def say(self, words: str, *, hears: str) -> None:
        await self.thread.get_by_role("textbox").fill(f"@IncidentOS {words}")
        await self.page.keyboard.press("Enter")
        await expect(self.thread.get_by_text(hears).last).to_be_visible(timeout=WAIT_MS)

    async def look(self, where: str) -> None:
        """Have axe-core look at the page as it stands, as it is here and in the other dress."""
        for phone in (not self.phone, self.phone):
            await self.dress(phone=phone)
            found = await Axe().run(self.page)
            self.problems += [
                f"{where}, {'phone' if phone else 'wide'}: {each['id']}: {each['nodes'][0]['html'][:200]}"
                for each in found.response["violations"]
                if each["impact"] in {"serious", "critical"}
            ]


@asynccontextmanager
async def visiting(browser: Browser, url: str) -> AsyncIterator[Visit]:
    context = await browser.new_context(viewport=PHONE, color_scheme="dark")
    page = await context.new_page()
    visit = Visit(page)
    page.on("pageerror", lambda error: visit.problems.append(str(error)))
    page.on("console", lambda said: visit.problems.append(said.text) if said.type == "error" else None)
    await page.goto(url)
    yield visit
    await context.close()


async def first_hour(visit: Visit) -> None:
    page, thread = visit.page, visit.thread
    await visit.fire(POOL)
    await visit.open_thread(1)
    await expect(thread.get_by_role("button", name="Resolve")).to_be_visible(timeout=WAIT_MS)
    await expect(thread.get_by_text("[MODEL_SELECTION]").first).to_be_visible()
    await visit.look("the verdict")
    await visit.say("why do you suspect store?", hears="store")
    await visit.say("it is not the gateway", hears="Noted")
    await visit.say("catch me up", hears="What:")
    await visit.look("the talk")

    await visit.act(thread.get_by_role("button", name="Worked").first)
    await expect(thread.get_by_text("✅ worked")).to_be_visible(timeout=WAIT_MS)
    await visit.act(thread.get_by_role("button", name="Resolve").first)
    modal = page.get_by_role("dialog")
    await modal.get_by_label("What was the cause?").fill("a release of store kept its connections")
    await modal.get_by_label("What fixed it?").fill("rolled store back")
    await visit.look("the modal")
    await visit.act(modal.get_by_role("button", name="Resolve"))
    await expect(thread.get_by_text("Kept in memory")).to_be_visible(timeout=WAIT_MS)
    await visit.say("draft the post-mortem", hears="Timeline")
    await visit.look("the post-mortem")


async def recalled(visit: Visit) -> None:
    if await (
        back := visit.page.get_by_role("button", name=re.compile("Close thread|Back"))
    ).first.is_visible():
        await visit.act(back.first)
    await visit.fire(AGAIN)
    await visit.open_thread(2)
    await expect(visit.thread.get_by_text("rolled store back").first).to_be_visible(timeout=WAIT_MS)
    await expect(visit.thread.get_by_text("seen before", exact=False).first).to_be_visible(timeout=WAIT_MS)
    await expect(visit.thread.get_by_role("link", name=re.compile("HighErrorRate")).first).to_be_visible(
        timeout=WAIT_MS
    )
    await expect(visit.thread.get_by_text("link removed")).to_have_count(0)


async def another(visit: Visit) -> None:
    """Fire another trouble while the last one stands open: it gets a thread of its own."""
    if await (
        back := visit.page.get_by_role("button", name=re.compile("Close thread|Back"))
    ).first.is_visible():
        await visit.act(back.first)
    await visit.fire(OTHER)
    await visit.open_thread(3)
    await expect(visit.thread.get_by_role("button", name="Resolve")).to_be_visible(timeout=WAIT_MS)


async def home_and_settings(visit: Visit) -> None:
    page = visit.page
    await page.goto(re.sub(r"#.*", "", page.url) + "#/home")
    await expect(page.get_by_text("Open cases")).to_be_visible(timeout=WAIT_MS)
    await expect(page.get_by_text("Spend, last 7 days")).to_be_visible()
    await visit.look("App Home")
    await visit.act(page.get_by_role("button", name="Settings").first)
    modal = page.get_by_role("dialog")
    await expect(modal.get_by_label("From which severity up")).to_be_visible(timeout=WAIT_MS)
    await visit.look("the settings")
    await page.keyboard.press("Escape")
    await expect(modal).to_be_hidden()


async def test_first_hour(tmp_path: Path) -> None:
    settings = Settings.read({"INCIDENTOS_DATA": str(tmp_path), "INCIDENTOS_EXAMPLES": "no"})
    async with joined(settings, tmp_path / "sandbox", 0) as running, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        async with visiting(browser, running.sandbox.url) as visit:
            await first_hour(visit)
            await visit.sit_down()
            await recalled(visit)
            await another(visit)
            await home_and_settings(visit)
            assert visit.problems == []
        await browser.close()
