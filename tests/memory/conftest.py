"""Engines, stores and memories for tests; the real model is built once into the usual cache."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.postgres import emptied
from bot.store.database import engine_for
from memory.memory import Memory
from memory.records import Records
from memory.store import Store
from memory.store_edge import EdgeStore
from memory.store_qdrant import QdrantStore
from memory.tables import metadata
from tests.memory.making import WordEmbed, let_go


@pytest.fixture(params=["sqlite", "postgresql"])
async def any_engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    if request.param == "sqlite":
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/truth.db")
    else:
        engine = engine_for(await emptied(request.getfixturevalue("postgres")), tmp_path)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
    yield engine
    await let_go(engine)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/truth.db")
    yield engine
    await let_go(engine)


@pytest.fixture
async def records(engine: AsyncEngine) -> Records:
    records = Records(engine)
    await records.create_tables()
    return records


@pytest.fixture
def qdrant_url() -> str:
    url = os.environ.get("QDRANT_URL", "")  # noqa: TID251 - only a developer's shell knows of a server
    if not url:
        pytest.skip("no Qdrant server here: set QDRANT_URL to hold one to the contract")
    return url


@pytest.fixture(params=["edge", "memory", "server"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Every implementation of Store, one after the other, empty."""
    made: Store
    if request.param == "edge":
        made = EdgeStore(tmp_path / "index", "words@1", WordEmbed.size)
    elif request.param == "memory":
        made = QdrantStore(":memory:", "words@1", WordEmbed.size)
    else:
        url = request.getfixturevalue("qdrant_url")
        made = QdrantStore(url, f"words@1-{tmp_path.name}", WordEmbed.size)
    yield made
    if request.param == "server":
        await made.clear()
    await made.close()


@pytest.fixture
async def memory(records: Records, tmp_path: Path) -> AsyncIterator[Memory]:
    """A memory on SQLite and the embedded index, with the quick embedder."""
    embed = WordEmbed()
    made = Memory(records, EdgeStore(tmp_path / "index", embed.model_id, embed.size), embed)
    yield made
    await made.close()
