"""What was said while we were away: in order, to its end, also under Slack's limits, and in threads."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.catchup import CatchUp
from bot.investigation.alert import Alert
from bot.listeners import content_key
from bot.store.cases import Cases, Place
from bot.store.database import create_tables, engine_for, reading
from bot.store.intake import Intake
from bot.store.schema import intake
from bot.wiring import now
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post

HISTORY = "conversations.history"
SAM = "U0002"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    opened = engine_for(None, tmp_path)
    await create_tables(opened)
    yield opened
    await opened.dispose()


@pytest.fixture
async def caught(engine: AsyncEngine, sandbox: Sandbox) -> CatchUp:
    """Return what reads a channel in which we have listened since a first message."""
    kept = Intake(engine, "a")
    await kept.listens(ALERTS, sandbox.post_as(SAM, ALERTS, "hello")["ts"])
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    return CatchUp(client, kept, Cases(engine, "a"), "T0001", "B0BOT", frozenset(), now)


async def kept_in(caught: CatchUp) -> list[str]:
    async with reading(caught.intake.engine) as connection:
        return list(
            (await connection.execute(sa.select(intake.c.content_key).order_by(intake.c.id))).scalars()
        )


async def test_what_was_said_first_is_worked_on_first(sandbox: Sandbox, caught: CatchUp) -> None:
    """History comes newest first; a resolution before its alert would find no case."""
    said = [sandbox.post_as(SAM, ALERTS, f"line {n}")["ts"] for n in range(450)]
    assert await caught.run() == 451
    assert await kept_in(caught) == sorted(await kept_in(caught))
    assert await caught.intake.seen(ALERTS) == said[-1]
    assert await caught.run() == 0


async def test_a_page_that_slack_puts_off_is_waited_for(sandbox: Sandbox, caught: CatchUp) -> None:
    for n in range(450):
        sandbox.post_as(SAM, ALERTS, f"line {n}")
    sandbox.faults.add(Fault(method=HISTORY, kind="delay"))
    sandbox.faults.add(Fault(method=HISTORY, kind="ratelimited", retry_after=0))
    assert await caught.run() == 451


@pytest.mark.parametrize("kind", ["http_error", "html", "malformed", "empty"])
async def test_a_read_that_breaks_off_is_begun_anew_however_much_is_heard_meanwhile(
    sandbox: Sandbox, caught: CatchUp, kind: str
) -> None:
    for n in range(250):
        sandbox.post_as(SAM, ALERTS, f"line {n}")
    start = await caught.intake.seen(ALERTS)
    sandbox.faults.add(Fault(method=HISTORY, kind="delay"))
    sandbox.faults.add(Fault(method=HISTORY, kind=kind))  # type: ignore[arg-type]
    assert await caught.run() == 0
    await caught.intake.listens(ALERTS, sandbox.post_as(SAM, ALERTS, "heard live")["ts"])
    assert await caught.intake.seen(ALERTS) == start, "what is heard live says nothing of the gap before it"
    assert await caught.run() == 252


async def test_what_was_said_in_the_thread_of_a_live_case_is_read(sandbox: Sandbox, caught: CatchUp) -> None:
    root = str(sandbox.post_webhook(alert_post())["ts"])
    await caught.cases.open(Alert("m", "x", now()), Place(ALERTS, root), now())
    asked = sandbox.post_as(SAM, ALERTS, "@IncidentOS catch me up", thread_ts=root)["ts"]
    await caught.run()
    assert f"{ALERTS}:{asked}:posted" in await kept_in(caught)


async def test_a_database_that_is_away_ends_no_watch(sandbox: Sandbox, caught: CatchUp) -> None:
    sandbox.post_as(SAM, ALERTS, "line")
    async with caught.intake.engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE cursors RENAME TO away"))
    assert await caught.run() == 0
    async with caught.intake.engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE away RENAME TO cursors"))
    assert await caught.run() == 2


def test_an_edit_that_brings_older_words_back_is_news() -> None:
    def edited(at: str) -> str | None:
        message = {"ts": "1.0", "text": "resolved", "edited": {"user": "B1", "ts": at}}
        return content_key(
            {"type": "message", "subtype": "message_changed", "channel": "C1", "message": message}
        )

    assert edited("2.0") == edited("2.0")
    assert edited("2.0") != edited("4.0")
