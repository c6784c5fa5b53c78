"""Two replicas on one PostgreSQL: each alert is handled once, and a dead one's cases are taken over."""

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bench.postgres import emptied
from bot.investigation.alert import Alert
from bot.store.cases import LEASE, Cases, Place
from bot.store.database import create_tables, engine_for
from bot.wiring import now
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, bot_in, is_verdict

WAIT = 60.0
APART = {"INCIDENTOS_NEAR_MINUTES": "0"}


@pytest.fixture
async def url(postgres: str) -> str:
    return await emptied(postgres)


def has_verdict(sandbox: Sandbox, ts: str) -> bool:
    return any(map(is_verdict, sandbox.thread(ALERTS, ts)[1:]))


def keys_posted(sandbox: Sandbox) -> Counter[str]:
    metadata = [message.get("metadata") for message in sandbox.workspace.timelines[ALERTS].messages.values()]
    return Counter(each["event_payload"]["key"] for each in metadata if each)


async def test_each_alert_is_answered_by_one_replica(url: str, tmp_path: Path) -> None:
    async with (
        Sandbox() as sandbox,
        bot_in(sandbox, tmp_path / "a", DATABASE_URL=url, **APART) as one,
        bot_in(sandbox, tmp_path / "b", DATABASE_URL=url, **APART),
    ):
        alerts = [
            sandbox.post_webhook(alert_post(f"[FIRING:1] Alert{number} gateway (shop critical)"))
            for number in range(3)
        ]
        for alert in alerts:
            await sandbox.wait_for(
                partial(has_verdict, sandbox, alert["ts"]),
                WAIT,
                "a verdict",
            )
        assert len(await one.cases.recent()) == len(alerts)
        assert set(keys_posted(sandbox).values()) == {1}


async def test_equal_alerts_at_two_replicas_make_one_case(url: str) -> None:
    engine = engine_for(url, Path())
    await create_tables(engine)
    alert = Alert("alertmanager", "checkout down", now())
    replicas = [Cases(engine, owner) for owner in "abcdef"]
    opened = await asyncio.gather(
        *(
            each.open(alert, Place("C1", f"{number}.0"), now(), since=now() - timedelta(hours=1))
            for number, each in enumerate(replicas)
        )
    )
    assert sum(new for _, new in opened) == 1
    assert len({row.number for row, _ in opened}) == 1
    await engine.dispose()


async def test_replicas_that_start_together_take_turns_to_make_the_tables(url: str) -> None:
    engines = [engine_for(url, Path()) for _ in range(4)]
    await asyncio.gather(*(create_tables(engine) for engine in engines))
    for engine in engines:
        await engine.dispose()


async def test_a_dead_replicas_case_goes_to_the_other_after_its_lease(url: str) -> None:
    engine = engine_for(url, Path())
    await create_tables(engine)
    dead, heir = Cases(engine, "dead"), Cases(engine, "heir")
    row, _ = await dead.open(Alert("alertmanager", "checkout down", now()), Place("C1", "1.0"), now())
    assert await dead.claim(now())
    assert await heir.claim(now()) is None
    taken = await heir.claim(now() + LEASE * 2)
    assert taken and taken.number == row.number
    await engine.dispose()
