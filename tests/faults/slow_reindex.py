"""`reindex` in a terminal beside the bot that serves, also onto another embedding model. `make faults` runs it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store.database import create_tables, engine_for
from memory.incident import Fix, Incident
from memory.memory import Memory
from memory.opening import MemorySettings, open_memory
from memory.weights import prepare_model
from sandbox.directory import TEAM_ID
from sandbox.server import Sandbox
from tests.bot.office import ALERTS, alert_post, text_of, write_case
from tests.faults.conftest import SOON, verdict_under
from tests.faults.process import NO_SETTINGS, ended, joined, serving

MANY = 48
BEFORE = "OLD-7"


@asynccontextmanager
async def memory_in(folder: Path, model: Path | None = None) -> AsyncIterator[Memory]:
    engine = engine_for(None, folder)
    memory = await open_memory(engine, MemorySettings(folder, model=model))
    yield memory
    await memory.close()
    await engine.dispose()


async def waiting_for(folder: Path, *models: str) -> list[int]:
    """Return, straight from SQL, how many incidents each model's index has as they now are."""
    engine = engine_for(None, folder)
    has = sa.text("SELECT count(*) FROM memory_indexed WHERE model = :model AND revision > 0")
    async with engine.connect() as connection:
        found = [int(await connection.scalar(has, {"model": model}) or 0) for model in models]
    await engine.dispose()
    return found


async def recalled(sandbox: Sandbox, text: str) -> str:
    """Post an alert and return what its thread says in the end."""
    root = str(sandbox.post_webhook(alert_post(text))["ts"])
    await verdict_under(sandbox, root)
    return " ".join(text_of(message) for message in sandbox.thread(ALERTS, root)[1:])


async def reindexed(sandbox: Sandbox, folder: Path, settings: Mapping[str, str] = NO_SETTINGS) -> int:
    async with serving(sandbox, folder, words=("reindex",), settings=settings) as terminal:
        return await ended(terminal)


@pytest.mark.timeout(300)
async def test_reindex_beside_the_bot_and_onto_another_model(tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "other-model"
    data.mkdir()
    other.mkdir()
    for file in prepare_model().folder.iterdir():  # the same weights under another name: an index of its own
        (other / file.name).symlink_to(file)
    onto = {"INCIDENTOS_EMBEDDING_MODEL": str(other)}
    engine = engine_for(None, data)
    await create_tables(engine)
    await engine.dispose()
    write_case(tmp_path / "telemetry", datetime.now(UTC))

    async with Sandbox(timing=SOON) as sandbox:
        past = [
            Incident(
                f"OLD-{n}",
                TEAM_ID,
                f"Trouble number {n} of another kind",
                symptoms=f"widget {n} jams in hall {n % 5}",
                fixes=(Fix("f", f"turn knob {n}"),),
            )
            for n in range(MANY)
            if f"OLD-{n}" != BEFORE
        ]
        known = Incident(
            BEFORE, TEAM_ID, "TokenCacheStorm identity", symptoms="identity evicts tokens from its cache"
        )
        async with memory_in(data) as memory:
            await memory.retain(*past, known)
            shipped = memory.embed.model_id
        asked = "[FIRING:1] TokenCacheStorm identity (shop critical) identity evicts tokens from its cache"

        async with serving(sandbox, tmp_path) as bot:
            await joined(sandbox, bot)
            same = asyncio.create_task(reindexed(sandbox, tmp_path))
            assert BEFORE in await recalled(sandbox, asked), "recall goes on meanwhile"
            assert await same == 0, "the bot has taken it up"
            assert await waiting_for(data, shipped) == [MANY]

            fresh = asyncio.create_task(reindexed(sandbox, tmp_path, onto))
            assert BEFORE in await recalled(sandbox, asked.replace("critical", "warning"))
            assert await fresh == 0
            bot.terminate()
            assert await ended(bot) == 0
        async with memory_in(data, other) as filled:
            new = filled.embed.model_id
            assert (await filled.waiting(), await filled.store.count()) == (0, MANY)
        assert new != shipped
        assert await waiting_for(data, shipped, new) == [MANY, MANY], "neither took anything from the other"

        async with serving(sandbox, tmp_path, settings=onto) as heir:
            await joined(sandbox, heir)
            assert BEFORE in await recalled(sandbox, asked.replace("critical", "page"))
            heir.terminate()
            assert await ended(heir) == 0
        assert await waiting_for(data, shipped, new) == [MANY, MANY]
        assert len(list((data / "index").iterdir())) == 2, "each has a folder of its own"
