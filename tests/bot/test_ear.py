"""The Socket Mode connection: deaf or refused. Cut, crowded and away for a while are rows S05, S07 and S08."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.ear import Hearing
from bot.identity import CannotJoin
from bot.office import Office
from bot.settings import Settings
from bot.sources import file_sources
from bot.wiring import house, office
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, is_verdict, text_of, write_case

WAIT = 60.0
QUICK = Hearing(ping_s=0.3, quiet_s=1.5, look_s=0.2, history_s=1.0, connect_s=5.0, tries=3)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@asynccontextmanager
async def listening(sandbox: Sandbox, folder: Path, hearing: Hearing = QUICK) -> AsyncIterator[Office]:
    telemetry = folder / "telemetry"
    if not telemetry.exists():
        write_case(telemetry, datetime.now(UTC))
    read = Settings.read(
        {
            "INCIDENTOS_DATA": str(folder / "data"),
            "INCIDENTOS_EXAMPLES": "no",
            "INCIDENTOS_NEAR_MINUTES": "0",
            "INCIDENTOS_PLOTS": "no",
        }
    )
    async with house(read, file_sources(telemetry, read)) as parts:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        running = office(replace(parts, hearing=hearing), client, sandbox.app_token)
        await running.open()
        try:
            yield running
        finally:
            await running.close()


async def answered(sandbox: Sandbox, ts: str) -> None:
    await sandbox.wait_for(lambda: any(map(is_verdict, sandbox.thread(ALERTS, ts)[1:])), WAIT, "a verdict")


async def test_a_deaf_connection_is_made_anew_and_nothing_is_missed(sandbox: Sandbox, tmp_path: Path) -> None:
    async with listening(sandbox, tmp_path):
        first = sandbox.post_webhook(alert_post())
        await answered(sandbox, first["ts"])
        sandbox.socket.deafen()
        missed = sandbox.post_webhook(alert_post("[FIRING:1] DiskFull users (shop critical)"))
        await answered(sandbox, missed["ts"])
        recall = sandbox.thread(ALERTS, missed["ts"])[1]
        assert "seen late" in text_of(recall)


async def test_a_connection_that_cannot_be_renewed_ends_the_process(sandbox: Sandbox, tmp_path: Path) -> None:
    async with listening(sandbox, tmp_path) as bot:
        sandbox.faults.add(Fault(method="apps.connections.open", kind="error", times=None))
        sandbox.socket.deafen(new_too=True)
        async with asyncio.timeout(WAIT):
            await bot.deaf.wait()


async def test_a_refused_app_token_is_told_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.tokens.revoked.add(sandbox.app_token)
    with pytest.raises(CannotJoin, match="SLACK_APP_TOKEN"):
        async with listening(sandbox, tmp_path):
            pass
