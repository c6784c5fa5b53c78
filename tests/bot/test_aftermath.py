"""After the alert: noted once, asked once, confirmed when it stays clear, taken back when it comes back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.aftermath import Polling
from bot.office import Office
from bot.settings import Settings
from bot.sources import file_sources
from bot.store.timers import LEASE, Timer, Timers
from bot.wiring import house, office
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, is_verdict, text_of, write_case
from tools.telemetry import FiringAlert

WAIT = 60.0
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@asynccontextmanager
async def calm_bot(sandbox: Sandbox, folder: Path, calm: timedelta) -> AsyncIterator[Office]:
    write_case(folder / "telemetry", datetime.now(UTC))
    read = Settings.read(
        {"INCIDENTOS_DATA": str(folder / "data"), "INCIDENTOS_EXAMPLES": "no", "INCIDENTOS_PLOTS": "no"}
    )
    async with house(read, file_sources(folder / "telemetry", read)) as parts:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        running = office(replace(parts, calm=calm), client, sandbox.app_token)
        await running.open()
        try:
            yield running
        finally:
            await running.close()


async def judged_and_cleared(sandbox: Sandbox) -> tuple[str, str]:
    """Return the ts of an alert whose verdict a person called good and which then cleared, and of the verdict."""
    root = str(sandbox.post_webhook(alert_post())["ts"])
    verdict = await sandbox.wait_for(
        lambda: next((reply for reply in sandbox.thread(ALERTS, root)[1:] if is_verdict(reply)), None), WAIT
    )
    sandbox.react(ALERTS, verdict["ts"], "white_check_mark")
    sandbox.post_webhook(alert_post("[RESOLVED] HighErrorRate gateway (shop critical)", "good"))
    return root, str(verdict["ts"])


def shows(sandbox: Sandbox, ts: str, words: str) -> bool:
    return words in text_of(sandbox.message(ALERTS, ts))


async def test_a_resolution_is_asked_about_once(sandbox: Sandbox, tmp_path: Path) -> None:
    async with calm_bot(sandbox, tmp_path, timedelta(hours=1)):
        root = str(sandbox.post_webhook(alert_post())["ts"])
        over = alert_post("[RESOLVED] HighErrorRate gateway (shop critical)", "good")
        await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, root)[1:])), WAIT)
        sandbox.post_webhook(over)
        sandbox.post_webhook(over)

        def asked() -> list[dict[str, Any]]:
            return [each for each in sandbox.thread(ALERTS, root) if "Did the suggested fix" in text_of(each)]

        await sandbox.wait_for(asked, WAIT)
        await sandbox.settled()
        assert len(asked()) == 1


async def test_worked_is_confirmed_when_the_alert_stays_clear(sandbox: Sandbox, tmp_path: Path) -> None:
    async with calm_bot(sandbox, tmp_path, timedelta(seconds=1)):
        _, verdict = await judged_and_cleared(sandbox)
        await sandbox.wait_for(lambda: shows(sandbox, verdict, "“Worked” is confirmed"), WAIT)


async def test_worked_is_taken_back_when_the_alert_comes_back(sandbox: Sandbox, tmp_path: Path) -> None:
    async with calm_bot(sandbox, tmp_path, timedelta(hours=1)) as bot:
        root, verdict = await judged_and_cleared(sandbox)
        await sandbox.wait_for(lambda: shows(sandbox, verdict, "provisional"), WAIT)
        sandbox.post_webhook(alert_post())
        await sandbox.wait_for(lambda: shows(sandbox, verdict, "flapped 1×"), WAIT)
        case = await bot.case_at(ALERTS, root)
        assert case.judgements == ()
        assert case.cleared_at is None


async def test_an_alert_that_is_edited_to_resolved_is_over(sandbox: Sandbox, tmp_path: Path) -> None:
    async with calm_bot(sandbox, tmp_path, timedelta(hours=1)) as bot:
        root = str(sandbox.post_webhook(alert_post())["ts"])
        verdict = await sandbox.wait_for(
            lambda: next((reply for reply in sandbox.thread(ALERTS, root)[1:] if is_verdict(reply)), None),
            WAIT,
        )
        over = alert_post("[RESOLVED] HighErrorRate gateway (shop critical)", "good")
        sandbox.edit_message(ALERTS, root, over)
        await sandbox.wait_for(
            lambda: "cleared" in text_of(sandbox.message(ALERTS, verdict["ts"])).lower(), WAIT
        )
        assert (await bot.case_at(ALERTS, root)).cleared_at is not None


class Monitor:
    """A monitor whose list of firing alerts a test sets."""

    name = "monitor"

    def __init__(self) -> None:
        self.listed: list[FiringAlert] = []

    async def firing(self) -> list[FiringAlert]:
        return self.listed


async def test_an_alert_that_a_monitor_lists_no_more_is_over(sandbox: Sandbox, tmp_path: Path) -> None:
    async with calm_bot(sandbox, tmp_path, timedelta(hours=1)) as bot:
        root = str(sandbox.post_webhook(alert_post())["ts"])
        await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, root)[1:])), WAIT)
        monitor = Monitor()
        polling = Polling(bot.cases, bot.aftermath, [monitor])
        for _ in range(3):
            await polling.tick()
        assert (await bot.case_at(ALERTS, root)).cleared_at is None, "it never knew this alert"
        monitor.listed = [FiringAlert("HighErrorRate", "gateway", "critical", NOW)]
        await polling.tick()
        monitor.listed = []
        polling = Polling(bot.cases, bot.aftermath, [monitor])  # a restart: what was listed before is known
        await polling.tick()
        assert (await bot.case_at(ALERTS, root)).cleared_at is None, "once may be chance"
        await polling.tick()
        assert (await bot.case_at(ALERTS, root)).cleared_at is not None


async def test_a_timer_whose_worker_died_falls_due_again(engine: AsyncEngine) -> None:
    timers = Timers(engine)
    await timers.set(Timer("INC-1:stays_clear", 1, "stays_clear", NOW))
    assert await timers.due(NOW - timedelta(seconds=1)) == []
    assert [each.key for each in await timers.due(NOW)] == ["INC-1:stays_clear"]
    assert await timers.due(NOW) == [], "it is another one's for a while"
    assert await timers.due(NOW + LEASE * 2), "and falls due again when that one died"
    await timers.done("INC-1:stays_clear", NOW)
    assert await timers.due(NOW + LEASE * 9) == []
