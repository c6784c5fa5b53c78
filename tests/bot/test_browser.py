"""The first half hour of a new user, in a real browser: fire, read, judge, resolve, fire again, see the recall."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.settings import Settings
from sandbox.command import joined

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WAIT_MS = 60_000


async def fire(page: Page, title: str) -> None:
    scenarios = page.get_by_role("region", name="Scenarios")
    await scenarios.get_by_role("button", name=f"Fire {title}", exact=True).click()


@pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
async def test_fire_read_judge_resolve_and_see_the_recall(tmp_path: Path) -> None:
    settings = Settings.read({"INCIDENTOS_DATA": str(tmp_path), "INCIDENTOS_EXAMPLES": "no"})
    async with joined(settings, tmp_path / "sandbox", 0) as running, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(running.sandbox.url)
        await fire(page, "The connection pool runs dry")
        thread = page.get_by_role("region", name="Thread")
        resolve = thread.get_by_role("button", name="Resolve")
        await expect(resolve).to_be_visible(timeout=WAIT_MS)
        await expect(thread.get_by_text("[MODEL_SELECTION]").first).to_be_visible()

        await thread.get_by_role("button", name="white_check_mark").last.click()
        await expect(thread.get_by_text("✅ worked")).to_be_visible(timeout=WAIT_MS)
        await resolve.click()
        modal = page.get_by_role("dialog")
        await modal.get_by_label("What was the cause?").fill("a release of store kept its connections")
        await modal.get_by_label("What fixed it?").fill("rolled store back")
        await modal.get_by_role("button", name="Resolve").click()
        await expect(thread.get_by_text("Kept in memory")).to_be_visible(timeout=WAIT_MS)

        await fire(page, "The connection pool runs dry, again")
        again = page.get_by_text("CustomersCannotOrder").first
        await expect(again).to_be_visible(timeout=WAIT_MS)
        replies = page.get_by_role("button", name=re.compile(r"^\d+ repl"))
        await expect(replies).to_have_count(2, timeout=WAIT_MS)
        await replies.last.click()
        await expect(thread.get_by_text("rolled store back").first).to_be_visible(timeout=WAIT_MS)
        await expect(thread.get_by_text("seen before", exact=False).first).to_be_visible(timeout=WAIT_MS)
        assert problems == []
        await browser.close()
