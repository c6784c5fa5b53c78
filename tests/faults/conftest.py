"""What the fault tests share: a sandbox, a bot in it, and the invariants after each."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.office import Office
from bot.store.database import reading
from bot.store.schema import replies
from sandbox.server import Sandbox
from sandbox.timing import Timing
from tests.bot.conftest import _model_is_held
from tests.bot.office import ALERTS, bot_in, is_verdict
from tests.faults import invariants
from tests.router.conftest import books, open_router

__all__ = ["_model_is_held", "books", "open_router"]  # the router's own fixtures serve the model's rows

WAIT = 60.0
# Slack asks again after one and after five minutes; a test cannot wait so long
SOON = Timing(retry_delays=(0.1, 0.5, 2.0), ack_timeout=2.0)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(timing=SOON) as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Office]:
    async with bot_in(sandbox, tmp_path, INCIDENTOS_NEAR_MINUTES="0") as running:
        yield running
        await sandbox.settled(WAIT)
        await invariants.check(sandbox, running.cases.engine)


async def verdict_under(sandbox: Sandbox, ts: str, channel: str = ALERTS) -> dict[str, Any]:
    return await sandbox.wait_for(
        lambda: next((reply for reply in sandbox.thread(channel, ts)[1:] if is_verdict(reply)), None),
        WAIT,
        "a verdict",
    )


async def one_case(bot: Office, sandbox: Sandbox) -> None:
    await sandbox.settled(WAIT)
    await nothing_waits(bot)
    assert len(await bot.cases.recent()) == 1


async def nothing_waits(bot: Office) -> None:
    async with asyncio.timeout(WAIT):
        while await bot.intake.waiting():  # noqa: ASYNC110 (SQL tells nobody when it changes)
            await asyncio.sleep(0.05)


async def unsent(bot: Office) -> list[str]:
    """Return the keys of the replies that are still to be sent."""
    late = sa.or_(replies.c.shown.is_(None), replies.c.shown != replies.c.digest)
    async with reading(bot.cases.engine) as connection:
        return list(
            (
                await connection.execute(sa.select(replies.c.key).where(late, replies.c.dead.is_(False)))
            ).scalars()
        )
